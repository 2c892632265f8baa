"""Stripe's balance transactions as our movements."""

from typing import Any

from masthead.funding.providers.base import Movement, MovementKind
from masthead.funding.providers.stripe.amounts import from_stripe
from masthead.funding.providers.stripe.facts import id_of, moment

Obj = dict[str, Any]
# docs.stripe.com/reports/balance-transaction-types
KINDS = {
    "charge": MovementKind.PAYMENT,
    "payment": MovementKind.PAYMENT,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "payment_failure_refund": MovementKind.FAILURE,
    "refund_failure": MovementKind.REFUND_BOUNCED,
    "payout": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT_BOUNCED,
    "payout_cancel": MovementKind.PAYOUT_BOUNCED,
}
# What Stripe holds back, and lets go later; it is the newsroom's all the while.
RESERVES = frozenset(
    {
        "payment_network_reserve_hold",
        "payment_network_reserve_release",
        "payout_minimum_balance_hold",
        "payout_minimum_balance_release",
        "reserve_hold",
        "reserve_release",
        "reserve_transaction",
        "reserved_funds",
    }
)
KINDS |= dict.fromkeys(RESERVES, MovementKind.RESERVE)
OF_THE_BALANCE = frozenset({MovementKind.PAYOUT, MovementKind.PAYOUT_BOUNCED, MovementKind.RESERVE})  # of no payment
# What Stripe takes for the account: its own fees and the tax on them, what networks charge, what a currency's change costs.
ACCOUNT_FEES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"})


def movements(booked: Obj) -> list[Movement]:
    """Return what one balance transaction, its source in place, moved: the gross, and the fee apart where there is one."""
    source: Obj = booked["source"] if isinstance(booked.get("source"), dict) else {}
    kind = _kind(booked, source)
    payment_ref = id_of(source.get("payment_intent")) if kind not in OF_THE_BALANCE | {MovementKind.OTHER} else ""
    if kind not in OF_THE_BALANCE and not payment_ref:
        kind = MovementKind.OTHER
    ref = source.get("id") if source and kind is not MovementKind.RESERVE else ""
    ref = payment_ref if kind in {MovementKind.PAYMENT, MovementKind.FAILURE} else ref or booked["id"]
    amount, at = from_stripe(booked["amount"], booked["currency"]), moment(booked["created"])
    words = str(booked.get("description") or booked["type"])
    found = [Movement(ref=ref, kind=kind, payment_ref=payment_ref, amount=amount, at=at, words=words, account_fee=booked["type"] in ACCOUNT_FEES)]
    if booked["fee"]:
        fee = from_stripe(booked["fee"], booked["currency"])
        of_gift = kind is not MovementKind.OTHER
        found.append(Movement(ref=ref, kind=MovementKind.FEE if of_gift else MovementKind.OTHER, payment_ref=payment_ref, amount=-fee, at=at, words="fee"))
    return found


def _kind(booked: Obj, source: Obj) -> MovementKind:
    if source.get("object") == "dispute":
        return MovementKind.DISPUTE if booked["amount"] <= 0 else MovementKind.DISPUTE_WON
    return KINDS.get(booked["type"], MovementKind.OTHER)
