"""Orders, their captures, and refunds of those."""

import datetime as dt
from decimal import Decimal
from typing import Any

from simulator.paypal.world import Refused, World, money, read_money, rounded
from simulator.store import Obj

REFUND_DAYS = 180
FUNDING = {
    "balance": "The balance, which pays at once",
    "declined": "A card that is declined",
    "echeck": "A bank account, which pays after some days (eCheck)",
    "echeck_bad": "A bank account that turns out to be empty",
}


class Orders:
    """Orders of one account."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, body: Obj) -> Obj:
        """Open an order.

        Raises:
            Refused: a part of it cannot be.
        """
        if body.get("intent") != "CAPTURE":
            raise Refused("INVALID_PARAMETER_VALUE", "The simulator takes the intent CAPTURE only.", status=400, field="/intent")
        units = body.get("purchase_units") or []
        if len(units) != 1:
            raise Refused("INVALID_ARRAY_LENGTH", "The simulator takes one purchase unit.", status=400, field="/purchase_units")
        read_money(units[0].get("amount"), field="/purchase_units/@reference_id=='default'/amount")
        source = (body.get("payment_source") or {}).get("paypal")
        context = (source or {}).get("experience_context") or body.get("application_context") or {}
        order = self.world.new(
            "order",
            intent="CAPTURE",
            status="PAYER_ACTION_REQUIRED" if source is not None else "CREATED",
            purchase_units=[{"reference_id": "default", **units[0]}],
            _context=context,
            _funding="",
        )
        page = f"{self.world.origin}/paypal/checkoutnow?token={order['id']}"
        order["links"] = [
            {"href": f"{self.world.origin}/v2/checkout/orders/{order['id']}", "rel": "self", "method": "GET"},
            {"href": page, "rel": "payer-action" if source is not None else "approve", "method": "GET"},
        ]
        return order

    def approve(self, order: Obj, *, funding: str = "balance") -> str:
        """Have the supporter say yes; return where they go next.

        Raises:
            Refused: the order is over.
        """
        if order["status"] in {"COMPLETED", "VOIDED"}:
            raise Refused("ORDER_ALREADY_COMPLETED", "This order is over.")
        if funding not in FUNDING:
            raise Refused("INVALID_PARAMETER_VALUE", f"No such way to pay: {funding}.")
        self.world.touch(order, status="APPROVED", _funding=funding, _approvals=order.get("_approvals", 0) + 1)
        self.world.emit("CHECKOUT.ORDER.APPROVED", "checkout-order", order)
        return with_words(order["_context"].get("return_url", ""), token=order["id"], PayerID="SIMULATEDPAYER")

    def capture(self, order: Obj) -> Obj:
        """Take the money of an order that was approved.

        Raises:
            Refused: it was not, it was captured already, or the bank says no.
        """
        if order["status"] == "COMPLETED":
            raise Refused("ORDER_ALREADY_CAPTURED", "Order already captured. If 'intent=CAPTURE' only one capture per order is allowed.")
        if order["status"] != "APPROVED":
            raise Refused("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
        if order["_funding"] == "declined":
            raise Refused("INSTRUMENT_DECLINED", "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.")
        unit = order["purchase_units"][0]
        capture = self.world.new(
            "capture",
            status="PENDING",
            status_details={"reason": "ECHECK"},
            amount=unit["amount"],
            final_capture=True,
            custom_id=unit.get("custom_id", ""),
            supplementary_data={"related_ids": {"order_id": order["id"]}},
        )
        capture["links"] = [{"href": f"{self.world.origin}/v2/checkout/orders/{order['id']}", "rel": "up", "method": "GET"}]
        unit["payments"] = {"captures": [capture], "refunds": []}
        self.world.touch(order, status="COMPLETED")
        if order["_funding"].startswith("echeck"):
            self.world.emit("PAYMENT.CAPTURE.PENDING", "capture", capture)
            fails = order["_funding"] == "echeck_bad"
            self.world.after(dt.timedelta(days=self.world.habits.echeck_days), lambda: self._cleared(capture, fails=fails))
        else:
            self._cleared(capture, fails=False)
        self.world.emit("CHECKOUT.ORDER.COMPLETED", "checkout-order", order)
        return order

    def _cleared(self, capture: Obj, *, fails: bool) -> None:
        if fails:
            self.world.touch(capture, status="DECLINED", status_details={"reason": "TRANSACTION_REFUSED"})
            self.world.emit("PAYMENT.CAPTURE.DECLINED", "capture", capture)
            return
        amount, currency = read_money(capture["amount"], field="amount")
        capture.pop("status_details")
        self.world.touch(capture, status="COMPLETED", seller_receivable_breakdown=self.world.received(amount, currency))
        self.world.book("T0006", ref=capture["id"], amount=amount, currency=currency, fee=self.world.fee(amount, currency), custom=capture["custom_id"])
        self.world.emit("PAYMENT.CAPTURE.COMPLETED", "capture", capture)

    def refund(self, capture: Obj, body: Obj) -> Obj:
        """Give back part or all of a capture.

        Raises:
            Refused: more than is left, too late, or nothing was taken yet.
        """
        total, currency = read_money(capture["amount"], field="amount")
        order = self.world.get("order", capture["supplementary_data"]["related_ids"]["order_id"])
        refunds = order["purchase_units"][0]["payments"]["refunds"]
        back = sum((Decimal(one["amount"]["value"]) for one in refunds if one["status"] == "COMPLETED"), Decimal(0))
        amount = refundable(self.world, capture, body.get("amount"), left=total - back, currency=currency)
        words = {"note_to_payer": body.get("note_to_payer", ""), "_payment": capture["id"]}
        refund = self.world.new("refund", status="COMPLETED", amount=money(amount, currency), **words)
        refund["seller_payable_breakdown"] = {"gross_amount": money(amount, currency), "total_refunded_amount": money(back + amount, currency)}
        target = self.world.habits.settle_in
        if target and target != currency:
            credited = rounded(amount * self.world.habits.rates[currency], target)
            refund["seller_payable_breakdown"]["net_amount_in_receivable_currency"] = money(credited, target)
        refund["links"] = [{"href": f"{self.world.origin}/v2/payments/captures/{capture['id']}", "rel": "up", "method": "GET"}]
        refunds.append(refund)
        self.world.touch(capture, status="REFUNDED" if back + amount == total else "PARTIALLY_REFUNDED")
        self.world.book("T1107", ref=refund["id"], amount=-amount, currency=currency, about=capture["id"])
        self.world.emit("PAYMENT.CAPTURE.REFUNDED", "refund", refund)
        return refund

    def fail_refund(self, refund: Obj) -> Obj:
        """Have a refund come back, because the supporter's account cannot take it."""
        capture = self.world.get("capture", refund["_payment"])
        order = self.world.get("order", capture["supplementary_data"]["related_ids"]["order_id"])
        self.world.touch(refund, status="FAILED", status_details={"reason": "ACCOUNT_CLOSED"})
        left = [one for one in order["purchase_units"][0]["payments"]["refunds"] if one["status"] == "COMPLETED"]
        self.world.touch(capture, status="PARTIALLY_REFUNDED" if left else "COMPLETED")
        amount, currency = read_money(refund["amount"], field="amount")
        self.world.book("T1100", ref=self.world.new_id(), amount=amount, currency=currency, about=refund["id"])
        return refund

    def reverse(self, capture: Obj) -> None:
        """Have the bank take a settled payment back."""
        amount, currency = read_money(capture["amount"], field="amount")
        self.world.touch(capture, status="REFUNDED")
        self.world.book("T1106", ref=self.world.new_id(), amount=-amount, currency=currency, about=capture["id"])
        self.world.emit("PAYMENT.CAPTURE.REVERSED", "capture", capture)


def refundable(world: World, payment: Obj, asked: Any, *, left: Decimal, currency: str, value: str = "value", code: str = "currency_code") -> Decimal:
    """Return how much of a payment is given back.

    Raises:
        Refused: it was not taken, was taken too long ago, is disputed, has another currency, or less is left.
    """
    disputes = [one for one in world.store.all("paypal.dispute") if one["disputed_transactions"][0]["seller_transaction_id"] == payment["id"]]
    if any(one["status"] != "RESOLVED" for one in disputes):
        raise Refused("REFUND_NOT_ALLOWED", "Capture cannot be refunded.")
    left -= sum((Decimal(one["dispute_outcome"].get("amount_refunded", {"value": 0})["value"]) for one in disputes), Decimal(0))
    if left <= 0 or str(payment.get("status") or payment.get("state")).upper() not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        raise Refused("CAPTURE_FULLY_REFUNDED" if left <= 0 else "CAPTURE_NOT_COMPLETED", "The payment cannot be refunded as it is.")
    if world.clock.now() - dt.datetime.fromisoformat(payment["create_time"]) > dt.timedelta(days=REFUND_DAYS):
        raise Refused("REFUND_TIME_LIMIT_EXCEEDED", "You are over the time limit to perform a refund on this capture.")
    amount, given = read_money(asked, field="/amount", value=value, code=code) if asked else (left, currency)
    if given != currency:
        raise Refused("REFUND_CAPTURE_CURRENCY_MISMATCH", "Refund must be in the same currency as the capture.", field="/amount/currency_code")
    if amount > left:
        raise Refused("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than or equal to the capture amount that has not yet been refunded.")
    return amount


def with_words(url: str, **words: str) -> str:
    """Return an address with words added to its query, as PayPal adds them."""
    query = "&".join(f"{name}={value}" for name, value in words.items())
    return f"{url}{'&' if '?' in url else '?'}{query}" if url else ""
