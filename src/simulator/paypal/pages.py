"""The pages that supporters see: pay, agree to a subscription, their automatic payments. Plain HTML, no script."""

from html import escape

from simulator.http import Answer, Request, page, redirect
from simulator.paypal.billing import Billing
from simulator.paypal.orders import FUNDING, Orders, with_words
from simulator.paypal.world import Refused, World
from simulator.store import Obj


class Pages:
    """Answers the addresses that supporters open."""

    def __init__(self, world: World, orders: Orders, billing: Billing) -> None:
        self.world, self.orders, self.billing = world, orders, billing

    def answer(self, request: Request) -> Answer:
        """Answer a page's address."""
        self.world.origin = request.origin
        token, what = str(request.query.get("token") or request.query.get("subscription") or ""), request.path.removeprefix("/paypal/")
        if what == "root.pem":
            return Answer(body=self.world.signer.root, kind="application/x-pem-file")
        try:
            if what == "checkoutnow":
                return self._order(request, self.world.get("order", token))
            if what == "subscribe":
                return self._subscribe(request, self.world.get("subscription", token))
            if what == "autopay":
                return self._autopay(request, self.world.get("subscription", token))
        except Refused as refusal:
            return _frame("Nothing here", f"<p>{escape(str(refusal))}</p>", status=refusal.status)
        return _frame("Nothing here", "<p>The simulator has no such page.</p>", status=404)

    def _order(self, request: Request, order: Obj) -> Answer:
        amount = order["purchase_units"][0]["amount"]
        words = f"{amount['value']} {amount['currency_code']}"
        if request.method == "POST":
            return redirect(self.orders.approve(order, funding=str(request.form.get("funding", ""))))
        if order["status"] == "COMPLETED":
            return _frame("This order is over", "<p>It was paid.</p>")
        return _choice(f"Pay {words}", order, back=with_words(order["_context"].get("cancel_url", ""), token=order["id"]))

    def _subscribe(self, request: Request, sub: Obj) -> Answer:
        plan = self.world.get("plan", sub["_revised"] or sub["plan_id"])
        cycle = plan["billing_cycles"][0]
        amount, unit = cycle["pricing_scheme"]["fixed_price"], cycle["frequency"]["interval_unit"].lower()
        title, back = f"Pay {amount['value']} {amount['currency_code']} each {unit}", sub["_context"].get("cancel_url", "")
        if request.method == "POST":
            try:
                return redirect(self.billing.approve(sub, funding=str(request.form.get("funding", "balance"))))
            except Refused as refusal:
                return _choice(title, sub, back=back, alert=str(refusal))
        return _choice(title, sub, back=back)

    def _autopay(self, request: Request, sub: Obj) -> Answer:
        if request.method == "POST" and sub["status"] != "CANCELLED":
            if request.form.get("do") == "fund":
                sub["_funding"] = str(request.form.get("funding", ""))
            else:
                self.billing.cancel(sub)
            return redirect(f"{request.path}?subscription={sub['id']}")
        buttons = ""
        if sub["status"] != "CANCELLED":
            buttons = f"""<p>Paid with: {FUNDING[sub["_funding"]]}.</p><form method="post"><fieldset><legend>Pay with</legend>{_ways(sub)}</fieldset>
<p><button name="do" value="fund">Pay with this</button></p></form><form method="post"><button name="do" value="stop">Stop these payments</button></form>"""
        return _frame("Automatic payments", f"<p>{escape(sub['id'])}: {escape(sub['status'].lower())}</p>{buttons}")


def _choice(title: str, thing: Obj, *, back: str, alert: str = "") -> Answer:
    said = f'<p role="alert">{escape(alert)}</p>' if alert else ""
    return _frame(
        title,
        f"""<p>A simulated PayPal: no money moves.</p>{said}<form method="post"><fieldset><legend>Pay with</legend>{_ways(thing)}</fieldset>
<p><button name="do" value="approve">Agree and pay</button></p></form><p><a href="{escape(back)}">Cancel and go back</a></p>""",
    )


def _ways(thing: Obj) -> str:
    return "".join(
        f'<p><label><input type="radio" name="funding" value="{name}"{" checked" if name == (thing["_funding"] or "balance") else ""}> {escape(words)}</label></p>'
        for name, words in FUNDING.items()
    )


def _frame(title: str, inside: str, *, status: int = 200) -> Answer:
    return page(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title></head>
<body><main><h1>{escape(title)}</h1>{inside}</main></body></html>""",
        status=status,
    )
