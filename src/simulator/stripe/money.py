"""The balance: every movement of it with fee and rate, and the payouts that empty it."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from simulator.store import Obj
from simulator.stripe.world import World

# docs.stripe.com/currencies: without decimals, with three; ISK has two in the API although its króna has none.
ZERO_DECIMALS = frozenset(["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"])
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payment_failure_refund": "charge_failure",
    "adjustment": "dispute",
    "refund_failure": "refund_failure",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
}
ARRIVES_DAYS = 2
NIGHT = dt.time(0, 5, tzinfo=dt.UTC)


def digits(currency: str) -> int:
    """Return how many decimals the API gives a currency."""
    return 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


class Balance:
    """Books movements and pays out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._nights_begun = False
        self._unpaid: list[Obj] = []  # movements that are in no payout yet

    def settled(self, amount: int, currency: str) -> tuple[int, str, float | None]:
        """Return an amount as it is credited, its currency, and the rate where it was changed."""
        habits = self.world.habits
        target = habits.settle_in or currency
        if target == currency:
            return amount, currency, None
        rate = habits.rates.get(currency, Decimal(1))
        major = Decimal(amount).scaleb(-digits(currency)) * rate
        return int(major.scaleb(digits(target)).quantize(Decimal(1), rounding=ROUND_HALF_UP)), target, float(rate)

    def fee(self, settled: int, *, method: str) -> int:
        """Return what Stripe keeps of a payment, half up."""
        habits = self.world.habits
        if method == "sepa_debit":
            return min(habits.sepa_fee_minor, settled)
        return min((settled * habits.fee_per_mille + 500) // 1000 + habits.fee_fixed_minor, settled)

    def book(self, kind: str, source: Obj, *, amount: int, currency: str, fee: int = 0, days: int = 0, words: str = "") -> Obj:
        """Book a movement of `amount` (signed, in the payment's currency; `fee` in the balance's) and return it."""
        credited, target, rate = self.settled(amount, currency)
        now = self.world.clock.now()
        available = now + dt.timedelta(days=days)
        self._begin_nights()
        booked = self.world.new(
            "balance_transaction",
            "txn",
            live=source["livemode"],
            amount=credited,
            currency=target,
            fee=fee,
            net=credited - fee,
            fee_details=[{"amount": fee, "application": None, "currency": target, "description": "Stripe processing fees", "type": "stripe_fee"}]
            if fee
            else [],
            exchange_rate=rate,
            source=source["id"],
            type=kind,
            reporting_category=CATEGORIES.get(kind, kind),
            status="available" if days == 0 else "pending",
            available_on=int(available.timestamp()),
            description=words or None,
            balance_type="payments",
            _payout=None,
        )
        self._unpaid.append(booked)
        return booked

    def _begin_nights(self) -> None:
        if not self._nights_begun:
            self._nights_begun = True
            self._next_night()

    def _next_night(self) -> None:
        now = self.world.clock.now()
        night = dt.datetime.combine(now.date(), NIGHT)
        self.world.clock.at(night if night > now else night + dt.timedelta(days=1), self._night)

    def _night(self) -> None:
        """Make what has waited available, and pay it out where payouts are automatic."""
        stamp = self.world.clock.stamp()
        for movement in self._unpaid:
            if movement["available_on"] <= stamp:
                movement["status"] = "available"
        if self.world.habits.payouts:
            self.pay_out()
        self._next_night()

    def pay_out(self) -> list[Obj]:
        """Pay out what is available, one payout a mode and currency; a balance below zero waits."""
        groups: dict[tuple[bool, str], list[Obj]] = {}
        for movement in self._unpaid:
            if movement["status"] == "available":
                groups.setdefault((movement["livemode"], movement["currency"]), []).append(movement)
        return [self._pay_out(live, currency, movements) for (live, currency), movements in sorted(groups.items()) if sum(one["net"] for one in movements) > 0]

    def _pay_out(self, live: bool, currency: str, movements: list[Obj]) -> Obj:  # noqa: FBT001 - a key of the groups
        total = sum(movement["net"] for movement in movements)
        arrives = self.world.clock.now() + dt.timedelta(days=ARRIVES_DAYS)
        payout = self.world.new(
            "payout",
            "po",
            live=live,
            amount=total,
            currency=currency,
            arrival_date=int(dt.datetime.combine(arrives.date(), dt.time(0), tzinfo=dt.UTC).timestamp()),
            automatic=True,
            balance_transaction=None,
            description="STRIPE PAYOUT",
            destination="ba_simulated",
            failure_balance_transaction=None,
            failure_code=None,
            failure_message=None,
            metadata={},
            method="standard",
            original_payout=None,
            reconciliation_status="in_progress",
            reversed_by=None,
            source_type="card",
            statement_descriptor=None,
            status="in_transit",
            type="bank_account",
        )
        booked = self.world.new(
            "balance_transaction",
            "txn",
            live=live,
            amount=-total,
            currency=currency,
            fee=0,
            net=-total,
            fee_details=[],
            exchange_rate=None,
            source=payout["id"],
            type="payout",
            reporting_category="payout",
            status="available",
            available_on=payout["arrival_date"],
            description="STRIPE PAYOUT",
            balance_type="payments",
            _payout=payout["id"],
        )
        payout["balance_transaction"] = booked["id"]
        for movement in movements:
            movement["_payout"] = payout["id"]
        self._unpaid = [movement for movement in self._unpaid if movement["_payout"] is None]
        self.world.emit("payout.created", payout)
        self.world.after(dt.timedelta(days=ARRIVES_DAYS), lambda: self._arrive(payout))
        return payout

    def fail_payout(self, payout: Obj, *, code: str) -> Obj:
        """Have the newsroom's bank send a payout back, on its way or days after it was said to be paid; it is in the next one."""
        if payout["failure_balance_transaction"]:
            return payout
        booked = self.book("payout_failure", payout, amount=payout["amount"], currency=payout["currency"])
        payout |= {
            "status": "failed",
            "failure_code": code,
            "failure_message": f"The bank said: {code.replace('_', ' ')}.",
            "reconciliation_status": "completed",
        }
        payout["failure_balance_transaction"] = booked["id"]
        self.world.emit("payout.failed", payout)
        return payout

    def _arrive(self, payout: Obj) -> None:
        if payout["status"] == "failed":
            return
        payout["status"], payout["reconciliation_status"] = "paid", "completed"
        self.world.emit("payout.paid", payout)
        self.world.emit("payout.reconciliation_completed", payout)
