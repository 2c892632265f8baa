"""What the meters must say, counted anew from the simulator's own record of what moved: plain Python that shares nothing with the product."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

Obj = dict[str, Any]


def count(sim: Any, campaigns: dict[str, str]) -> dict[str, int]:
    """Return the sum that each campaign counts, in its smallest unit; `campaigns` is the campaign of each gift that was begun.

    Payments less refunds, less what banks took back, less what disputes hold or took.
    """
    counted: dict[str, int] = {}
    for gift, minor in [*stripe(sim), *paypal(sim)]:
        slug = campaigns[gift]
        counted[slug] = counted.get(slug, 0) + minor
    return counted


# --- Stripe: the balance's own movements --------------------------------------------------------


def stripe(sim: Any) -> list[tuple[str, int]]:
    """Return the gift and what is left of it, of each payment at the simulated Stripe."""
    store = sim.stripe.world.store
    movements: dict[str, list[Obj]] = {}
    for moved in store.all("balance_transaction"):
        source = store.get(moved["source"]) if moved["source"] else None
        if moved["type"] not in {"payout", "payout_failure", "stripe_fee"} and source:
            movements.setdefault(source["payment_intent"], []).append(moved)
    return [(stripe_gift(store, store.get(ref)), left_of(store, moved)) for ref, moved in movements.items()]


def stripe_gift(store: Any, intent: Obj) -> str:
    """Return the gift that a payment was begun for: the payment's own metadata, or its subscription's."""
    if "masthead_gift" in intent["metadata"]:
        return str(intent["metadata"]["masthead_gift"])
    row = next(row for row in store.all("invoice_payment") if row["payment"]["payment_intent"] == intent["id"])
    return str(store.get(store.get(row["invoice"])["_subscription"])["metadata"]["masthead_gift"])


def left_of(store: Any, moved: list[Obj]) -> int:
    """Return what is left of one payment, in the balance's currency.

    Where nothing was exchanged that is the plain sum. Else what goes back takes its share of what was credited, rounded down,
    and the last of it whatever is left: a gift that was given back whole counts nothing, at whatever rate.
    """
    if all(one["exchange_rate"] is None for one in moved):
        return sum(int(one["amount"]) for one in moved)
    first = moved[0]
    credited, whole = int(first["amount"]), int(store.get(first["source"])["amount"])
    counted, open_given, taken = credited, whole, {}
    for one in moved[1:]:
        source = store.get(one["source"])
        minor = int(source["amount"])
        if one["amount"] > 0:  # a dispute that was won, a refund that came back
            counted, open_given = counted + taken[source["id"]], open_given + minor
            continue
        part = counted if minor == open_given else minor * credited // whole
        taken[source["id"]] = part
        counted, open_given = counted - part, open_given - minor
    return counted


# --- PayPal: its list of transactions -----------------------------------------------------------

COUNTED = {"T0006", "T0002", "T1100", "T1106", "T1107", "T1110", "T1111"}


def paypal(sim: Any) -> list[tuple[str, int]]:
    """Return the gift and each change of what is left of it, of each movement at the simulated PayPal."""
    world, found = sim.paypal.world, []
    for row in world.store.all("paypal.row"):
        said = row["transaction_info"]
        if said["transaction_event_code"] in COUNTED:
            paid = said["transaction_id"] if said["transaction_event_code"].startswith("T00") else said["paypal_reference_id"]
            payment = world.store.get(paid)
            payment = world.store.get(payment.get("_payment")) or payment  # of a refund that came back
            found.append((str(payment.get("custom_id") or payment["custom"]), smallest(said["transaction_amount"])))
    return found


def smallest(said: Obj) -> int:
    """Return an amount of PayPal's in smallest units."""
    digits = {"JPY": 0}.get(said["currency_code"], 2)
    return int(Decimal(said["value"]).scaleb(digits))


# --- pledges and totals -------------------------------------------------------------------------


def pledges(sim: Any) -> dict[str, str]:
    """Return the state of each pledge as the two companies have it; nothing is said of one that was never paid for."""
    found = {}
    for one in sim.stripe.world.store.all("subscription"):
        state = {"canceled": "ended", "past_due": "past_due", "incomplete": "", "active": "active", "trialing": "active"}[one["status"]]
        found[one["id"]] = "paused" if one["pause_collection"] and state != "ended" else state
    for one in sim.paypal.world.store.all("paypal.subscription"):
        failed = one["billing_info"]["failed_payments_count"]
        state = {"APPROVAL_PENDING": "", "ACTIVE": "active", "SUSPENDED": "paused", "CANCELLED": "ended"}[one["status"]]
        found[f"pledge_{one['id']}"] = "past_due" if failed and state in {"active", "paused"} else state
    return found


def totals(transfers: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Return what each account stands at, credits less debits, of those that are not even."""
    sums: dict[str, int] = {}
    for debit, credit, minor in transfers:
        sums[debit] = sums.get(debit, 0) - minor
        sums[credit] = sums.get(credit, 0) + minor
    return {account: minor for account, minor in sums.items() if minor}
