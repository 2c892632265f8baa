"""From PayPal's words to our facts: payments (captures of orders, sales of subscriptions) with what was taken back of them."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from masthead.funding.providers.base import (
    DisputeFacts,
    DisputeState,
    PaymentFacts,
    PaymentState,
    ProviderError,
    ProviderUnreachable,
    RefundFacts,
)
from masthead.funding.providers.paypal import account, client
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.funding.providers.paypal.disputed import SETTLED_WITHIN, fee_of
from masthead.funding.providers.paypal.hints import PAY, PLEDGE
from masthead.funding.providers.paypal.listing import refunds_listed
from masthead.funding.providers.paypal.received import Received, of_capture, of_sale
from masthead.kernel import clock
from masthead.kernel.money import Money

Obj = dict[str, Any]
# developer.paypal.com/docs/api/payments/v2, capture status; v1 sales say the same in small letters.
STATES = {
    "COMPLETED": PaymentState.SETTLED,
    "PARTIALLY_REFUNDED": PaymentState.SETTLED,
    "REFUNDED": PaymentState.SETTLED,
    "REVERSED": PaymentState.FAILED,
    "PENDING": PaymentState.PENDING,
    "DECLINED": PaymentState.FAILED,
    "DENIED": PaymentState.FAILED,
    "FAILED": PaymentState.FAILED,
}
CAME_BACK = {"FAILED", "CANCELLED"}  # of a refund
A_MOMENT = dt.timedelta(minutes=1)
# developer.paypal.com/docs/api/customer-disputes/v1, outcome_code. With a payout PayPal pays the buyer, and the seller keeps the money.
OUTCOMES = {
    "RESOLVED_BUYER_FAVOUR": DisputeState.LOST,
    "ACCEPTED": DisputeState.LOST,
    "RESOLVED_SELLER_FAVOUR": DisputeState.WON,
    "RESOLVED_WITH_PAYOUT": DisputeState.WON,
    "CANCELED_BY_BUYER": DisputeState.WON,
    "DENIED": DisputeState.WON,
}


def moment(text: Any) -> dt.datetime:
    """Read a moment as PayPal writes it (RFC 3339).

    Raises:
        ProviderError: it is none.
    """
    try:
        read = dt.datetime.fromisoformat(str(text))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ProviderError(f"PayPal says {str(text)[:40]!r} where a moment belongs: ask PayPal what it means.")
    return read.astimezone(dt.UTC)


def gift_of(text: Any) -> uuid.UUID | None:
    """Return the gift that a custom id names; nothing where it is not one of ours."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def payment(ref: str) -> PaymentFacts:
    """Return the facts of the capture or sale with this transaction id; the two share their ids.

    Raises:
        ProviderError: PayPal knows neither; ProviderUnreachable where it did not answer or tells only a part yet.
    """
    try:
        said = client.get(f"/v2/payments/captures/{ref}")
    except client.Refused as refusal:
        if not refusal.is_unknown:
            raise
        return _sale(ref)
    order_id = ((said.get("supplementary_data") or {}).get("related_ids") or {}).get("order_id")
    return _capture(said, order_id) if order_id else _sale(ref)


def _capture(said: Obj, order_id: str) -> PaymentFacts:
    order = client.get(f"/v2/checkout/orders/{order_id}")
    paid = ((order.get("purchase_units") or [{}])[0].get("payments") or {}).get("refunds") or []
    return _facts(said, gift=said.get("custom_id"), status=str(said["status"]), refunds=[_refund(one) for one in paid], money=of_capture(said))


def _refund(said: Obj) -> RefundFacts:
    credited = (said.get("seller_payable_breakdown") or {}).get("net_amount_in_receivable_currency")
    settled = from_paypal(credited) if credited else None
    made = RefundFacts(ref=said["id"], amount=from_paypal(said["amount"]), created_at=moment(said["create_time"]), settled=settled)
    return _bounced(made, said) if said.get("status") in CAME_BACK else made


def _bounced(made: RefundFacts, said: Obj) -> RefundFacts:
    """Return a refund that did not reach the supporter, or was called off."""
    why = (said.get("status_details") or {}).get("reason") or said.get("status") or said.get("state")
    return replace(made, bounced_at=moment(said.get("update_time") or said["create_time"]), reason=str(why).replace("_", " ").lower())


def _sale_refund(made: RefundFacts) -> RefundFacts:
    """Return a subscription payment's refund as it is now: the list tells only that it was made (developer.paypal.com/docs/api/payments/v1, refund)."""
    try:
        said = client.get(f"/v1/payments/refund/{made.ref}")
    except client.Refused as refusal:
        if not refusal.is_unknown:
            raise
        return made
    return _bounced(made, said) if str(said.get("state")).upper() in CAME_BACK else made


def _sale(ref: str) -> PaymentFacts:
    """Return the facts of a subscription's payment (developer.paypal.com/docs/api/payments/v1, sale)."""
    said = client.get(f"/v1/payments/sale/{ref}")
    status, pledge = str(said["state"]).upper(), str(said.get("billing_agreement_id") or "")
    amount = from_paypal(said["amount"])
    made, touched = moment(said["create_time"]), moment(said.get("update_time") or said["create_time"])
    # One that came back leaves the payment as if it had never been, but for the moment in which it was last touched.
    refunds = [_sale_refund(one) for one in refunds_listed(ref, since=made)] if "REFUNDED" in status or touched > made + A_MOMENT else []
    back = sum(refund.amount.minor for refund in refunds if not refund.bounced_at)
    if (status == "REFUNDED" and back < amount.minor) or (status == "PARTIALLY_REFUNDED" and not back):
        raise ProviderUnreachable(
            f"PayPal says that {ref} was given back and does not list the refund yet, which takes it up to three hours; it is tried again."
        )
    facts = _facts(said, gift=said.get("custom"), status=status, refunds=refunds, money=of_sale(said))
    if not pledge:
        return facts
    begun = client.get(f"/v1/billing/subscriptions/{pledge}")
    first = first_payment(begun, until=facts.created_at)
    return replace(facts, gift_id=gift_of(begun.get("custom_id")), pledge_ref=PLEDGE + pledge, renewal=bool(first) and first["id"] != ref)


def first_payment(subscription: Obj, *, until: dt.datetime | None = None) -> Obj:
    """Return a subscription's earliest transaction, whatever became of it; nothing where there is none yet."""
    end = (until or clock.now()) + dt.timedelta(days=1)
    span = {"start_time": str(subscription["create_time"]), "end_time": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
    found = list(client.pages(f"/v1/billing/subscriptions/{subscription['id']}/transactions", span, inside="transactions"))
    return min(found, key=lambda one: moment(one["time"])) if found else {}


def _facts(said: Obj, *, gift: Any, status: str, refunds: list[RefundFacts], money: Received) -> PaymentFacts:
    if status not in STATES:
        raise ProviderError(f"PayPal says that {said['id']} is {status[:40]!r}, which is not known here: ask PayPal what it means.")
    state, amount = STATES[status], from_paypal(said["amount"])
    created, updated = moment(said["create_time"]), moment(said.get("update_time") or said["create_time"])
    found = [one for dispute in _disputes(said["id"]) for one in dispute]
    kept_refunds, disputes = taken_back(amount, without_settlements(refunds, found), found)
    if money.gross:  # of a fee in another currency than the balance's only the list of transactions tells what it cost
        disputes = [replace(one, fee=None) if one.fee and one.fee.currency != money.gross.currency else one for one in disputes]
    returned = sum(one.amount.minor for one in kept_refunds if not one.bounced_at) + sum(
        one.amount.minor for one in disputes if one.state is not DisputeState.WON
    )
    # Money that went back whole without a refund or a dispute was taken by the bank that it came from.
    reversed_late = status == "REVERSED" or (status == "REFUNDED" and returned < amount.minor)
    settled_at = None
    if state is PaymentState.SETTLED or reversed_late:
        # PayPal has no moment of settling. Untouched, a payment was last changed when it settled; later changes hide that.
        settled_at = updated if status == "COMPLETED" and not disputes and not kept_refunds else created
    return PaymentFacts(
        ref=PAY + said["id"],
        gift_id=gift_of(gift),
        amount=amount,
        state=PaymentState.FAILED if reversed_late else state,
        created_at=created,
        settled_at=settled_at,
        failed_at=updated if reversed_late or state is PaymentState.FAILED else None,
        reason=_reason(said) if state is not PaymentState.SETTLED or reversed_late else "",
        fee=money.fee if settled_at else None,
        refunds=tuple(kept_refunds),
        disputes=tuple(disputes),
        live=not account.is_test(),
        settled=money.gross if settled_at else None,
        exchange_rate=money.rate if settled_at else None,
    )


def _reason(said: Obj) -> str:
    word = (said.get("status_details") or {}).get("reason") or said.get("reason_code") or said.get("status") or said.get("state") or ""
    return f"PayPal: {str(word).replace('_', ' ').lower()}"


def _disputes(ref: str) -> list[list[DisputeFacts | RefundFacts]]:
    listed = client.pages("/v1/customer/disputes", {"disputed_transaction_id": ref, "page_size": "50"}, inside="items")
    return [_dispute(client.get(f"/v1/customer/disputes/{one['dispute_id']}")) for one in listed]


def _dispute(said: Obj) -> list[DisputeFacts | RefundFacts]:
    """Return a dispute; one that was lost in part is one that was won, and a refund of that part."""
    amount, ref = from_paypal(said["dispute_amount"]), str(said["dispute_id"])
    created, updated = moment(said["create_time"]), moment(said["update_time"])
    outcome = said.get("dispute_outcome") or {}
    # An outcome that is not known here holds the money back until a person has looked.
    state = OUTCOMES.get(str(outcome.get("outcome_code")), DisputeState.OPEN) if said.get("status") == "RESOLVED" else DisputeState.OPEN
    lost = from_paypal(outcome["amount_refunded"]) if state is DisputeState.LOST and outcome.get("amount_refunded") else amount
    part = [RefundFacts(ref=ref, amount=lost, created_at=updated)] if 0 < lost.minor < amount.minor else []
    closed = None if state is DisputeState.OPEN else updated
    moved = DisputeFacts(ref=ref, amount=amount, state=DisputeState.WON if part else state, created_at=created, closed_at=closed, fee=fee_of(said))
    return [moved, *part]


def without_settlements(refunds: list[RefundFacts], found: list[DisputeFacts | RefundFacts]) -> list[RefundFacts]:
    """Return refunds but for those by which PayPal settled a dispute that was lost in part: the dispute itself says so, and a sale's list does again."""
    kept = list(refunds)
    for part in found:
        if isinstance(part, RefundFacts):
            same = [one for one in kept if one.amount == part.amount and abs(one.created_at - part.created_at) <= SETTLED_WITHIN]
            if same:
                kept.remove(min(same, key=lambda one: abs(one.created_at - part.created_at)))
    return kept


def taken_back(amount: Money, refunds: list[RefundFacts], found: list[DisputeFacts | RefundFacts]) -> tuple[list[RefundFacts], list[DisputeFacts]]:
    """Return refunds and disputes in the order of time, together never above `amount`.

    PayPal settles a dispute that was lost by a refund of its own; what a dispute has taken already is not taken again.
    """
    left, kept, disputes = amount, [], []
    for one in sorted([*refunds, *found], key=lambda each: (each.created_at, not _is_back(each), each.ref)):  # of two at once the one that took nothing
        part = replace(one, amount=min(one.amount, left))
        if part.amount.minor <= 0:
            continue
        if isinstance(part, RefundFacts):
            kept.append(part)
        else:
            disputes.append(part)
        if not _is_back(part):
            left -= part.amount
    return kept, disputes


def _is_back(one: DisputeFacts | RefundFacts) -> bool:
    return one.state is DisputeState.WON if isinstance(one, DisputeFacts) else one.bounced_at is not None
