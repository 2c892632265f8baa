"""Products, plans, subscriptions, and the sales that they make by the clock."""

import calendar
import datetime as dt
from decimal import Decimal

from simulator.paypal.orders import refundable, with_words
from simulator.paypal.world import Refused, World, money, money_v1, read_money, text_of
from simulator.store import Obj

MONTHS = {"MONTH": 1, "YEAR": 12}


class Billing:
    """What is paid again and again."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create_product(self, body: Obj) -> Obj:
        """Keep a product.

        Raises:
            Refused: its id is taken.
        """
        if body.get("id") and self.world.store.get(body["id"]):
            raise Refused("DUPLICATE_RESOURCE_IDENTIFIER", "Duplicate product identifier.", status=400, field="/id")
        if not body.get("name") or body.get("type") not in {"PHYSICAL", "DIGITAL", "SERVICE"}:
            raise Refused("MISSING_REQUIRED_PARAMETER", "A required field is missing.", status=400, field="/type")
        return self.world.new("product", body.get("id") or f"PROD-{self.world.new_id()}", **{key: value for key, value in body.items() if key != "id"})

    def create_plan(self, body: Obj) -> Obj:
        """Keep a plan.

        Raises:
            Refused: no such product, or an interval that is not known here.
        """
        self.world.get("product", body.get("product_id"))
        cycles = body.get("billing_cycles") or []
        if len(cycles) != 1 or cycles[0]["frequency"]["interval_unit"] not in MONTHS or cycles[0].get("tenure_type") != "REGULAR":
            raise Refused("INVALID_PARAMETER_VALUE", "The simulator takes one regular monthly or yearly cycle.", status=400, field="/billing_cycles")
        if "payment_preferences" not in body:
            raise Refused("MISSING_REQUIRED_PARAMETER", "A required field is missing.", status=400, field="/payment_preferences")
        read_money(cycles[0]["pricing_scheme"]["fixed_price"], field="/billing_cycles/0/pricing_scheme/fixed_price")
        return self.world.new("plan", f"P-{self.world.new_id(24)}", **({"status": "ACTIVE"} | body))

    def create(self, body: Obj) -> Obj:
        """Open a subscription, which waits for the supporter."""
        plan = self.world.get("plan", body.get("plan_id"))
        sub = self.world.new(
            "subscription",
            f"I-{self.world.new_id(12)}",
            status="APPROVAL_PENDING",
            status_update_time=self.world.now(),
            plan_id=plan["id"],
            start_time=self.world.now(),
            quantity="1",
            custom_id=body.get("custom_id", ""),
            billing_info={"failed_payments_count": 0},
            _context=body.get("application_context") or {},
            _funding="",
            _due=None,
            _revised="",
        )
        sub["links"] = [{"href": self._page(sub), "rel": "approve", "method": "GET"}]
        return sub

    def _page(self, sub: Obj) -> str:
        return f"{self.world.origin}/paypal/subscribe?token={sub['id']}"

    def approve(self, sub: Obj, *, funding: str = "balance") -> str:
        """Have the supporter say yes to a new or a changed subscription; return where they go next.

        Raises:
            Refused: it is over, or the first payment is declined.
        """
        back = with_words(sub["_context"].get("return_url", ""), subscription_id=sub["id"], ba_token="BA-SIMULATED", token="SIMULATED")  # noqa: S106 - words of an address
        if sub["_revised"]:
            self.world.touch(sub, plan_id=sub["_revised"], _revised="")
            self.world.emit("BILLING.SUBSCRIPTION.UPDATED", "subscription", sub)
            return back
        if sub["status"] != "APPROVAL_PENDING":
            raise Refused("SUBSCRIPTION_STATUS_INVALID", "This subscription does not wait for a word.")
        if funding == "declined":
            raise Refused("INSTRUMENT_DECLINED", "This card was declined: choose another way to pay.")
        self._become(sub, "ACTIVE", _funding=funding)
        self.world.emit("BILLING.SUBSCRIPTION.ACTIVATED", "subscription", sub)
        self._pay(sub)
        self._plan_next(sub, self.world.clock.now())
        return back

    def revise(self, sub: Obj, body: Obj) -> Obj:
        """Ask for another plan; the supporter must agree."""
        if sub["status"] not in {"ACTIVE", "SUSPENDED"}:
            raise Refused("SUBSCRIPTION_STATUS_INVALID", "Invalid subscription status for revise action.")
        plan = self.world.get("plan", body.get("plan_id"))
        sub["_revised"], sub["_context"] = plan["id"], body.get("application_context") or {}
        return {"plan_id": plan["id"], "plan_overridden": False, "links": [{"href": self._page(sub), "rel": "approve", "method": "GET"}]}

    def cancel(self, sub: Obj) -> None:
        """End a subscription."""
        self._move(sub, "CANCELLED", {"ACTIVE", "SUSPENDED", "APPROVAL_PENDING"}, "CANCELLED")

    def suspend(self, sub: Obj) -> None:
        """Take nothing for a while."""
        self._move(sub, "SUSPENDED", {"ACTIVE"}, "SUSPENDED")

    def activate(self, sub: Obj) -> None:
        """Take up a suspended subscription again, from its next date on."""
        self._move(sub, "ACTIVE", {"SUSPENDED"}, "ACTIVATED")
        sub["billing_info"]["failed_payments_count"] = 0
        due = sub["_due"] or self.world.clock.now()
        while due <= self.world.clock.now():
            due = self._step(sub, due)
        self._plan_at(sub, due)

    def _move(self, sub: Obj, status: str, allowed: set[str], event: str) -> None:
        if sub["status"] not in allowed:
            raise Refused("SUBSCRIPTION_STATUS_INVALID", "Invalid subscription status for this action; subscription status should be another.")
        self._become(sub, status)
        if status != "ACTIVE":
            sub["billing_info"].pop("next_billing_time", None)
        self.world.emit(f"BILLING.SUBSCRIPTION.{event}", "subscription", sub)

    def _become(self, sub: Obj, status: str, **words: object) -> None:
        self.world.touch(sub, status=status, status_update_time=self.world.now(), **words)

    # --- payments -------------------------------------------------------------------------------

    def _price(self, sub: Obj) -> tuple[Decimal, str]:
        plan = self.world.get("plan", sub["plan_id"])
        return read_money(plan["billing_cycles"][0]["pricing_scheme"]["fixed_price"], field="fixed_price")

    def _step(self, sub: Obj, moment: dt.datetime) -> dt.datetime:
        """Return the date one interval later; the 31st becomes the last day of a shorter month, and stays the 31st in others."""
        frequency = self.world.get("plan", sub["plan_id"])["billing_cycles"][0]["frequency"]
        months = moment.year * 12 + moment.month - 1 + MONTHS[frequency["interval_unit"]] * frequency["interval_count"]
        day = dt.datetime.fromisoformat(sub["start_time"]).day
        year, month = divmod(months, 12)
        return moment.replace(year=year, month=month + 1, day=min(day, calendar.monthrange(year, month + 1)[1]))

    def _plan_next(self, sub: Obj, moment: dt.datetime) -> None:
        self._plan_at(sub, self._step(sub, moment))

    def _plan_at(self, sub: Obj, due: dt.datetime) -> None:
        sub["_due"], sub["billing_info"]["next_billing_time"] = due, text_of(due)
        self.world.clock.at(due, lambda: self._bill(sub, due))

    def _bill(self, sub: Obj, due: dt.datetime) -> None:
        if sub["status"] != "ACTIVE" or sub["_due"] != due:
            return
        self._pay(sub)
        if sub["status"] == "ACTIVE":
            self._plan_next(sub, due)

    def _pay(self, sub: Obj) -> None:
        """Take one payment, or count a failure; after too many the subscription is suspended."""
        if sub["_funding"] == "declined":
            self._failed(sub)
            return
        amount, currency = self._price(sub)
        sale = self.world.new(
            "sale",
            state="pending",
            reason_code="ECHECK",
            amount=money_v1(amount, currency),
            payment_mode="INSTANT_TRANSFER",
            billing_agreement_id=sub["id"],
            custom=sub["custom_id"],
            _refunded=Decimal(0),
        )
        if sub["_funding"].startswith("echeck"):
            fails = sub["_funding"] == "echeck_bad"
            self.world.emit("PAYMENT.SALE.PENDING", "sale", sale)
            self.world.after(dt.timedelta(days=self.world.habits.echeck_days), lambda: self._cleared(sub, sale, fails=fails))
        else:
            self._cleared(sub, sale, fails=False)

    def _cleared(self, sub: Obj, sale: Obj, *, fails: bool) -> None:
        if fails:
            self.world.touch(sale, state="denied")
            self.world.emit("PAYMENT.SALE.DENIED", "sale", sale)
            self._failed(sub)
            return
        currency = sale["amount"]["currency"]
        amount = Decimal(sale["amount"]["total"])
        said = self.world.received(amount, currency)
        sale.pop("reason_code", None)
        words: Obj = {"transaction_fee": _v1(said["paypal_fee"])}
        if "exchange_rate" in said:
            words |= {
                "receivable_amount": _v1(said["receivable_amount"]),
                "exchange_rate": said["exchange_rate"]["value"],
                "transaction_fee_in_receivable_currency": _v1(said["paypal_fee_in_receivable_currency"]),
            }
        self.world.touch(sale, state="completed", **words)
        sub["billing_info"]["failed_payments_count"] = 0
        sub["billing_info"]["last_payment"] = {"amount": money(amount, currency), "time": self.world.now()}
        self.world.book("T0002", ref=sale["id"], amount=amount, currency=currency, fee=self.world.fee(amount, currency), about=sub["id"], custom=sale["custom"])
        self.world.emit("PAYMENT.SALE.COMPLETED", "sale", sale)

    def _failed(self, sub: Obj) -> None:
        billing = sub["billing_info"]
        billing["failed_payments_count"] += 1
        plan = self.world.get("plan", sub["plan_id"])
        self.world.emit("BILLING.SUBSCRIPTION.PAYMENT.FAILED", "subscription", sub)
        if billing["failed_payments_count"] >= plan["payment_preferences"].get("payment_failure_threshold", 0) > 0:
            self._move(sub, "SUSPENDED", {"ACTIVE"}, "SUSPENDED")
        else:
            self.world.after(
                dt.timedelta(days=self.world.habits.retry_days),
                lambda: self._pay(sub) if sub["status"] == "ACTIVE" and billing["failed_payments_count"] else None,
            )

    def transactions(self, sub: Obj) -> list[Obj]:
        """Return a subscription's payments as its own list shows them."""
        words = {"partially_refunded": "PARTIALLY_REFUNDED", "denied": "DECLINED"}
        return [
            {
                "id": sale["id"],
                "status": words.get(sale["state"], sale["state"].upper()),
                "amount_with_breakdown": {"gross_amount": {"currency_code": sale["amount"]["currency"], "value": sale["amount"]["total"]}},
                "time": sale["create_time"],
            }
            for sale in self.world.all("sale")
            if sale["billing_agreement_id"] == sub["id"]
        ]

    def refund(self, sale: Obj, body: Obj) -> Obj:
        """Give back part or all of a sale."""
        total, currency = Decimal(sale["amount"]["total"]), sale["amount"]["currency"]
        amount = refundable(self.world, sale, body.get("amount"), left=total - sale["_refunded"], currency=currency, value="total", code="currency")
        sale["_refunded"] += amount
        refund = self.world.new(
            "sale_refund",
            state="completed",
            amount=money_v1(amount, currency),
            sale_id=sale["id"],
            description=body.get("description", ""),
            _payment=sale["id"],
        )
        refund["total_refunded_amount"] = {"value": f"{sale['_refunded']:f}", "currency": currency}
        self.world.touch(sale, state="refunded" if sale["_refunded"] == total else "partially_refunded")
        self.world.book("T1107", ref=refund["id"], amount=-amount, currency=currency, about=sale["id"])
        self.world.emit("PAYMENT.SALE.REFUNDED", "refund", refund)
        return refund

    def fail_refund(self, refund: Obj) -> Obj:
        """Have a refund come back, because the supporter's account cannot take it."""
        sale, amount, currency = self.world.get("sale", refund["sale_id"]), Decimal(refund["amount"]["total"]), refund["amount"]["currency"]
        sale["_refunded"] -= amount
        self.world.touch(refund, state="failed")
        self.world.touch(sale, state="partially_refunded" if sale["_refunded"] else "completed")
        self.world.book("T1100", ref=self.world.new_id(), amount=amount, currency=currency, about=refund["id"])
        return refund


def _v1(said: Obj) -> Obj:
    return {"value": said["value"], "currency": said["currency_code"]}
