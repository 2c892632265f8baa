"""From PayPal's words to our facts: payments (captures of orders, sales of subscriptions) with what was taken back of them."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
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
from masthead.funding.providers.paypal.hints import PAY, PLEDGE
from masthead.funding.providers.paypal.listing import SETTLED_WITHIN, refunds_listed
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
    refunds = [_refund(one) for one in paid if one.get("status") not in {"CANCELLED", "FAILED"}]
    return _facts(said, gift=said.get("custom_id"), status=str(said["status"]), refunds=refunds, money=_received(said))


def _refund(said: Obj) -> RefundFacts:
    credited = (said.get("seller_payable_breakdown") or {}).get("net_amount_in_receivable_currency")
    settled = from_paypal(credited) if credited else None
    return RefundFacts(ref=said["id"], amount=from_paypal(said["amount"]), created_at=moment(said["create_time"]), settled=settled)


def _received(said: Obj) -> tuple[Money | None, Money | None, Decimal | None]:
    """Return fee, settled gross and rate of a capture, from its seller_receivable_breakdown."""
    parts = said.get("seller_receivable_breakdown") or {}
    fee = from_paypal(parts["paypal_fee"]) if parts.get("paypal_fee") else None
    rate = (parts.get("exchange_rate") or {}).get("value")
    return _settled(fee, parts.get("receivable_amount"), parts.get("paypal_fee_in_receivable_currency"), rate)


def _settled(fee: Money | None, receivable: Obj | None, fee_received: Obj | None, rate: Any) -> tuple[Money | None, Money | None, Decimal | None]:
    """Return fee, gross and rate in the currency that was credited, where PayPal changed it; else the fee alone."""
    if not receivable or not rate or not fee:
        return fee, None, None
    net = from_paypal(receivable)
    kept = from_paypal(fee_received) if fee_received else Money(int((fee.major * Decimal(rate)).scaleb(_digits(net)).to_integral_value()), net.currency)
    return kept, net + kept, Decimal(rate)


def _digits(amount: Money) -> int:
    return -int(amount.major.as_tuple().exponent)


def _sale(ref: str) -> PaymentFacts:
    """Return the facts of a subscription's payment (developer.paypal.com/docs/api/payments/v1, sale)."""
    said = client.get(f"/v1/payments/sale/{ref}")
    status, pledge = str(said["state"]).upper(), str(said.get("billing_agreement_id") or "")
    amount = from_paypal(said["amount"])
    refunds = refunds_listed(ref, since=moment(said["create_time"])) if "REFUNDED" in status else []
    back = sum(refund.amount.minor for refund in refunds)
    if (status == "REFUNDED" and back < amount.minor) or (status == "PARTIALLY_REFUNDED" and not back):
        raise ProviderUnreachable(
            f"PayPal says that {ref} was given back and does not list the refund yet, which takes it up to three hours; it is tried again."
        )
    fee = from_paypal(said["transaction_fee"]) if said.get("transaction_fee") else None
    money = _settled(fee, said.get("receivable_amount"), said.get("transaction_fee_in_receivable_currency"), said.get("exchange_rate"))
    facts = _facts(said, gift=said.get("custom"), status=status, refunds=refunds, money=money)
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


def _facts(said: Obj, *, gift: Any, status: str, refunds: list[RefundFacts], money: tuple[Money | None, Money | None, Decimal | None]) -> PaymentFacts:
    if status not in STATES:
        raise ProviderError(f"PayPal says that {said['id']} is {status[:40]!r}, which is not known here: ask PayPal what it means.")
    state, amount = STATES[status], from_paypal(said["amount"])
    created, updated = moment(said["create_time"]), moment(said.get("update_time") or said["create_time"])
    found = [one for dispute in _disputes(said["id"]) for one in dispute]
    kept_refunds, disputes = taken_back(amount, without_settlements(refunds, found), found)
    returned = sum(one.amount.minor for one in kept_refunds) + sum(one.amount.minor for one in disputes if one.state is not DisputeState.WON)
    # Money that went back whole without a refund or a dispute was taken by the bank that it came from.
    reversed_late = status == "REVERSED" or (status == "REFUNDED" and returned < amount.minor)
    settled_at = None
    if state is PaymentState.SETTLED or reversed_late:
        # PayPal has no moment of settling. Untouched, a payment was last changed when it settled; later changes hide that.
        settled_at = updated if status == "COMPLETED" and not disputes else created
    fee, settled, rate = money
    return PaymentFacts(
        ref=PAY + said["id"],
        gift_id=gift_of(gift),
        amount=amount,
        state=PaymentState.FAILED if reversed_late else state,
        created_at=created,
        settled_at=settled_at,
        failed_at=updated if reversed_late or state is PaymentState.FAILED else None,
        reason=_reason(said) if state is not PaymentState.SETTLED or reversed_late else "",
        fee=fee if settled_at else None,
        refunds=tuple(kept_refunds),
        disputes=tuple(disputes),
        live=not account.is_test(),
        settled=settled if settled_at else None,
        exchange_rate=rate if settled_at else None,
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
    moved = DisputeFacts(ref=ref, amount=amount, state=DisputeState.WON if part else state, created_at=created, closed_at=closed, fee=_dispute_fee(said))
    return [moved, *part]


def _dispute_fee(said: Obj) -> Money | None:
    moves = said.get("fund_movements") or said.get("money_movements") or []
    for move in moves:
        if (move.get("party") or move.get("affected_party")) == "SELLER" and move.get("type") == "DEBIT" and "FEE" in str(move.get("reason")):
            return from_paypal(move["amount"])
    return None


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
    for one in sorted([*refunds, *found], key=lambda each: (each.created_at, not _is_won(each), each.ref)):  # of two at once the one that took nothing
        part = replace(one, amount=min(one.amount, left))
        if part.amount.minor <= 0:
            continue
        if isinstance(part, RefundFacts):
            kept.append(part)
        else:
            disputes.append(part)
        if not _is_won(part):
            left -= part.amount
    return kept, disputes


def _is_won(one: DisputeFacts | RefundFacts) -> bool:
    return isinstance(one, DisputeFacts) and one.state is DisputeState.WON
