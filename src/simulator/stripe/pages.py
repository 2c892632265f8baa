"""The pages that people see: checkout, the bank's question, the portal. Plain HTML, no script."""

import datetime as dt
from html import escape
from urllib.parse import quote

from simulator.http import Answer, Request, page, redirect
from simulator.store import Obj
from simulator.stripe.checkout import Checkout
from simulator.stripe.money import digits
from simulator.stripe.payments import AsksSupporter, Declined
from simulator.stripe.world import Refused, World

CARDS = (
    ("4242 4242 4242 4242", "is taken"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0025 0000 3155", "asks for a confirmation (3D Secure)"),
    ("4000 0027 6000 3184", "asks for a confirmation of each payment, renewals too"),
    ("4000 0000 0000 0341", "is taken now and declined at the next renewal"),
    ("4000 0000 0000 0259", "is taken and then disputed"),
)
ACCOUNTS = (("AT61 1904 3002 3457 3201", "is taken after some days"), ("AT86 1904 3002 3547 3202", "fails after some days"))


def words(amount: int, currency: str) -> str:
    """Return an amount for people."""
    places = digits(currency)
    return f"{amount / 10**places:.{places}f} {currency.upper()}"


class Pages:
    """Answers the addresses that supporters open."""

    def __init__(self, world: World, checkout: Checkout) -> None:
        self.world, self.checkout = world, checkout

    def answer(self, request: Request) -> Answer:
        """Answer a page's address."""
        _, first, second, ref = [*request.path.split("/"), "", "", ""][:4]
        try:
            if (first, second) == ("c", "pay"):
                return self._pay(request, self.world.get("checkout.session", ref))
            if (first, second) == ("c", "3ds"):
                return self._ask(request, self.world.get("checkout.session", ref))
            if (first, second) == ("p", "session"):
                return self._portal(request, self.world.get("billing_portal.session", ref))
            if first == "i":
                return self._invoice(request, self.world.get("invoice", second))
        except Refused as refusal:
            return _frame("Nothing here", f"<p>{escape(str(refusal))}</p>", status=refusal.status)
        return _frame("Nothing here", "<p>The simulator has no such page.</p>", status=404)

    def _pay(self, request: Request, session: Obj) -> Answer:
        if request.method != "POST":
            return _checkout_page(session, "") if session["status"] == "open" else _over(session)
        form = request.form
        number, email = str(form.get("number", "")), str(form.get("email", ""))
        try:
            iban = str(form.get("iban", "")) if form.get("method") == "sepa_debit" else ""
            return redirect(self.checkout.pay(session, number="" if iban else number, iban=iban, email=email))
        except AsksSupporter:
            return redirect(f"/c/3ds/{session['id']}?number={quote(number)}&email={quote(email)}")
        except Declined as refusal:
            return _checkout_page(session, refusal.message)

    def _ask(self, request: Request, session: Obj) -> Answer:
        if request.method == "POST":
            form = request.form
            try:
                number = str(form.get("number", "")).replace(" ", "")
                return redirect(self.checkout.confirm(session, number=number, yes=form.get("do") == "yes", email=str(form.get("email", ""))))
            except Declined as refusal:
                return _checkout_page(session, refusal.message)
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(str(request.query.get(name, "")))}">' for name in ("number", "email"))
        return _frame(
            "Your bank asks",
            f'<p>Is it you who pays {words(session["amount_total"], session["currency"])}?</p><form method="post">{hidden}'
            '<button name="do" value="yes">Complete authentication</button> <button name="do" value="no">Fail authentication</button></form>',
        )

    def _portal(self, request: Request, portal: Obj) -> Answer:
        said = ""
        if request.method == "POST":
            form = request.form
            subscription = self.world.get("subscription", form.get("subscription"))
            if subscription["customer"] != portal["customer"]:
                raise Refused("This is another customer's.", status=404)
            try:
                self.checkout.press_portal(subscription, form)
                return redirect(request.path)
            except Declined as refusal:
                said = refusal.message
        rows = "".join(_subscription(one) for one in self.checkout.subscriptions_of(portal)) or "<p>Nothing is paid here.</p>"
        alert = f'<p role="alert">{escape(said)}</p>' if said else ""
        back = f'<p><a href="{escape(portal["return_url"])}">Back</a></p>' if portal["return_url"] else ""
        return _frame("What you pay", alert + rows + back)

    def _invoice(self, request: Request, invoice: Obj) -> Answer:
        said = ""
        if request.method == "POST" and invoice["status"] == "open":
            try:
                self.checkout.billing.pay_page(invoice, number=str(request.form.get("number", "")).replace(" ", ""))
                return redirect(request.path)
            except Declined as refusal:
                said = f'<p role="alert">{escape(refusal.message)}</p>'
        amount = words(invoice["amount_due"], invoice["currency"])
        if invoice["status"] != "open":
            return _frame("Invoice", f"<p>{amount}: {escape(invoice['status'])}.</p>")
        return _frame(
            f"Pay {amount}",
            f"""{said}<form method="post"><p><button>Complete authentication</button> with the card that is kept</p></form>
<form method="post"><label>Another card <input name="number" inputmode="numeric"></label> <button>Pay with this card</button></form>""",
        )


def _subscription(one: Obj) -> str:
    item = one["items"]["data"][0]
    ends = dt.datetime.fromtimestamp(item["current_period_end"], dt.UTC).date().isoformat()
    state = f"ends on {ends}" if one["cancel_at_period_end"] else one["status"]
    hidden = f'<input type="hidden" name="subscription" value="{one["id"]}">'
    price = f"{words(item['price']['unit_amount'], one['currency'])} each {item['price']['recurring']['interval']}"
    buttons = ""
    if one["status"] != "canceled":
        button = '<button name="do" value="keep">Keep it</button>' if one["cancel_at_period_end"] else '<button name="do" value="cancel">Cancel it</button>'
        buttons = f"""<form method="post">{hidden}{button}</form>
<form method="post">{hidden}<label>Card number <input name="number" inputmode="numeric"></label> <button name="do" value="card">Use this card</button></form>"""
    return f"<h2>{escape(price)}</h2><p>{escape(state)}</p>{buttons}"


def _checkout_page(session: Obj, alert: str) -> Answer:
    recurring = session["_price"]["recurring"]
    amount = words(session["amount_total"], session["currency"]) + (f" each {recurring['interval']}" if recurring else "")
    said = f'<p role="alert">{escape(alert)}</p>' if alert else ""
    sepa = ""
    if "sepa_debit" in session["payment_method_types"]:
        accounts = "".join(f"<li><code>{number}</code> {what}</li>" for number, what in ACCOUNTS)
        sepa = f"""<fieldset><legend>Bank account</legend><label><input type="radio" name="method" value="sepa_debit"> Pay by SEPA debit</label>
<label>IBAN <input name="iban"></label><ul>{accounts}</ul></fieldset>"""
    cards = "".join(f"<li><code>{number}</code> {what}</li>" for number, what in CARDS)
    back = f'<p><a href="{escape(session["cancel_url"])}">Go back without paying</a></p>' if session["cancel_url"] else ""
    mode = "live" if session["livemode"] else "test"
    return _frame(
        f"Pay {amount}",
        f"""<p>A simulated checkout, {mode} mode: no money moves.</p>{said}<form method="post">
<p><label>E-mail <input type="email" name="email" value="{escape(session["customer_email"] or "")}" required></label></p>
<fieldset><legend>Card</legend><label><input type="radio" name="method" value="card" checked> Pay by card</label>
<label>Card number <input name="number" inputmode="numeric" autocomplete="off" value="4242 4242 4242 4242"></label>
<label>Expires <input name="expiry" value="12 / 34"></label> <label>CVC <input name="cvc" value="123"></label><ul>{cards}</ul></fieldset>
{sepa}<p><button>{"Subscribe" if recurring else "Pay"} {amount}</button></p></form>{back}""",
    )


def _over(session: Obj) -> Answer:
    return _frame("This checkout is over", f"<p>It is {session['status']}.</p>")


def _frame(title: str, inside: str, *, status: int = 200) -> Answer:
    return page(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title></head>
<body><main><h1>{escape(title)}</h1>{inside}</main></body></html>""",
        status=status,
    )
