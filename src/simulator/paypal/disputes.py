"""What supporters complain about, and how it ends."""

from decimal import Decimal

from simulator.paypal.world import World, money
from simulator.store import Obj


class Disputes:
    """Disputes of one account. PayPal holds the sum back from the first day on."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, payment: Obj, *, amount: Decimal | None = None) -> Obj:
        """Have a supporter complain about a capture or a sale."""
        value, currency = value_of(payment)
        amount = value if amount is None else amount
        ref = f"PP-D-{self.world.new_id(6)}"
        dispute = self.world.new(
            "dispute",
            ref,
            dispute_id=ref,
            disputed_transactions=[{"seller_transaction_id": payment["id"], "custom": payment.get("custom_id") or payment.get("custom", "")}],
            reason="UNAUTHORISED",
            status="UNDER_REVIEW",
            dispute_amount=money(amount, currency),
            dispute_life_cycle_stage="CHARGEBACK",
            fund_movements=[],
        )
        self.world.book("T1110", ref=self.world.new_id(), amount=-amount, currency=currency, about=payment["id"])
        fee = self.world.habits.dispute_fee
        if fee:
            dispute["fund_movements"].append({"party": "SELLER", "type": "DEBIT", "reason": "CHARGEBACK_FEE", "amount": money(fee, currency)})
            about = payment["id"] if self.world.habits.fees_name_payments else ""
            self.world.book("T0106", ref=self.world.new_id(), amount=-fee, currency=currency, about=about)
        self.world.emit("CUSTOMER.DISPUTE.CREATED", "dispute", dispute)
        return dispute

    def close(self, dispute: Obj, *, won: bool, refunded: Decimal | None = None) -> Obj:
        """Decide a dispute; `refunded` is what the supporter gets of a lost one, where that is not all."""
        held, currency = Decimal(dispute["dispute_amount"]["value"]), dispute["dispute_amount"]["currency_code"]
        outcome: Obj = {"outcome_code": "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR"}
        about = dispute["disputed_transactions"][0]["seller_transaction_id"]
        if not won:
            outcome["amount_refunded"] = money(held if refunded is None else refunded, currency)
        if won or refunded is not None:
            self.world.book("T1111", ref=self.world.new_id(), amount=held, currency=currency, about=about)
        if refunded is not None and not won:
            self.world.book("T1107", ref=self.world.new_id(), amount=-refunded, currency=currency, about=about)
        self.world.touch(dispute, status="RESOLVED", dispute_outcome=outcome)
        self.world.emit("CUSTOMER.DISPUTE.RESOLVED", "dispute", dispute)
        return dispute


def value_of(payment: Obj) -> tuple[Decimal, str]:
    """Return the amount of a capture or a sale."""
    said = payment["amount"]
    return Decimal(said.get("value") or said["total"]), said.get("currency_code") or said["currency"]
