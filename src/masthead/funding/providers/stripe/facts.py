"""Stripe's objects as our facts. Nothing here asks anybody: what must be looked up is handed in."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from masthead.funding.providers.base import (
    CheckoutFacts,
    CheckoutState,
    DisputeFacts,
    DisputeState,
    Frequency,
    PaymentFacts,
    PaymentState,
    PledgeFacts,
    PledgeState,
    RefundFacts,
)
from masthead.funding.providers.stripe.amounts import from_stripe
from masthead.kernel.money import Money

Obj = dict[str, Any]
GIFT = "masthead_gift"  # in the metadata of everything we begin
REFUND = "masthead_refund"
FIRST_INVOICE = "subscription_create"
GIVEN_BACK = {"succeeded", "pending"}
CAME_BACK = {"failed", "canceled"}  # of a refund: it did not reach the supporter
ENDED = {"canceled", "incomplete_expired"}
OVERDUE = {"past_due", "unpaid", "incomplete"}
PAID_UP = {"active", "trialing"}
INTERVALS = {Frequency.MONTHLY: "month", Frequency.YEARLY: "year"}


def payment(intent: Obj, *, invoice: Obj | None, refunds: Sequence[Obj], disputes: Sequence[Obj]) -> PaymentFacts:
    """Return what a payment intent, with its charge and movements in place, means.

    A payment counts as settled once Stripe has credited it: only the movement of the balance tells amount and fee.
    """
    amount = from_stripe(intent["amount"], intent["currency"])
    charge: Obj = intent.get("latest_charge") or {}
    credited: Obj | None = charge.get("balance_transaction")
    taken_back: Obj | None = charge.get("failure_balance_transaction")
    details = _subscription_of(invoice)
    state, reason = _state(intent, charge)
    settled_at = moment(credited["created"]) if credited else None
    return PaymentFacts(
        ref=intent["id"],
        gift_id=gift_of(intent.get("metadata")) or gift_of(details.get("metadata")),
        amount=amount,
        state=state,
        created_at=moment(intent["created"]),
        settled_at=settled_at,
        failed_at=moment(taken_back["created"] if taken_back else charge.get("created") or intent["created"]) if state is PaymentState.FAILED else None,
        reason=reason,
        fee=from_stripe(credited["fee"], credited["currency"]) if credited else None,
        pledge_ref=id_of(details.get("subscription")),
        renewal=bool(invoice and invoice["billing_reason"] != FIRST_INVOICE),
        refunds=tuple(refund(one) for one in refunds if one["status"] in GIVEN_BACK | CAME_BACK),
        disputes=tuple(found for found in map(_dispute, disputes) if found),
        live=bool(intent["livemode"]),
        settled=from_stripe(credited["amount"], credited["currency"]) if credited else None,
        exchange_rate=Decimal(str(credited["exchange_rate"])) if credited and credited.get("exchange_rate") is not None else None,
    )


def checkout(session: Obj, *, intent: Obj | None) -> CheckoutFacts:
    """Return what a checkout session, with the payment behind it, means."""
    error: Obj = (intent or {}).get("last_payment_error") or {}
    state, reason = CheckoutState.OPEN, ""
    if session["status"] == "complete":
        state = CheckoutState.DONE
    elif session["status"] == "expired":
        state, reason = CheckoutState.CANCELLED, "The checkout ran out of time."
    elif error:
        state, reason = CheckoutState.DECLINED, str(error.get("message") or "The payment was refused.")
    return CheckoutFacts(
        ref=session["id"],
        gift_id=gift_of(session.get("metadata")),
        state=state,
        reason=reason,
        payment_ref=intent["id"] if intent and state is CheckoutState.DONE else "",
        pledge_ref=id_of(session.get("subscription")),
    )


def pledge(subscription: Obj) -> PledgeFacts:
    """Return what a subscription means. Its periods are on its items (since API version 2025-03-31)."""
    item = subscription["items"]["data"][0]
    price, quantity = item["price"], item.get("quantity") or 1
    state = PledgeState.ACTIVE
    if subscription["status"] in ENDED:
        state = PledgeState.ENDED
    elif subscription.get("pause_collection") or subscription["status"] == "paused":
        state = PledgeState.PAUSED
    elif subscription["status"] in OVERDUE:
        state = PledgeState.PAST_DUE
    goes_on = state in {PledgeState.ACTIVE, PledgeState.PAST_DUE} and not subscription.get("cancel_at_period_end")
    return PledgeFacts(
        ref=subscription["id"],
        gift_id=gift_of(subscription.get("metadata")),
        amount=from_stripe(price["unit_amount"] * quantity, price["currency"]),
        state=state,
        started_at=moment(subscription["start_date"]),
        ended_at=moment(subscription["ended_at"]) if subscription.get("ended_at") else None,
        frequency=Frequency.YEARLY if price["recurring"]["interval"] == "year" else Frequency.MONTHLY,
        next_at=moment(item["current_period_end"]) if goes_on else None,
        confirm_url=_unpaid_page(subscription) if state is PledgeState.PAST_DUE else "",
    )


def _unpaid_page(subscription: Obj) -> str:
    """Return Stripe's page of the invoice that is not paid, where its latest one is in place: there it is confirmed, or paid another way."""
    invoice = subscription.get("latest_invoice")
    return str(invoice.get("hosted_invoice_url") or "") if isinstance(invoice, dict) and invoice["status"] == "open" else ""


def refund(said: Obj) -> RefundFacts:
    """Return what a refund means, its movements in place where Stripe has booked them: there, and back where it could not reach the supporter."""
    booked, back = said.get("balance_transaction"), said.get("failure_balance_transaction")
    # One whose money left and is not booked back yet is still away; one whose money never left came back as it began.
    bounced = said["status"] in CAME_BACK and (isinstance(back, dict) or not booked)
    return RefundFacts(
        ref=said["id"],
        amount=from_stripe(said["amount"], said["currency"]),
        created_at=moment(said["created"]),
        settled=-from_stripe(booked["amount"], booked["currency"]) if isinstance(booked, dict) else None,
        bounced_at=moment(back["created"] if isinstance(back, dict) else said["created"]) if bounced else None,
        given_back=from_stripe(back["amount"], back["currency"]) if isinstance(back, dict) else None,
        reason=str(said.get("failure_reason") or said["status"]).replace("_", " ") if bounced else "",
    )


def gift_of(metadata: Any) -> uuid.UUID | None:
    """Return the gift that metadata of ours names, if it does."""
    try:
        return uuid.UUID(str((metadata or {}).get(GIFT, "")))
    except ValueError:
        return None


def moment(stamp: int) -> dt.datetime:
    """Return Stripe's seconds since 1970 as a moment."""
    return dt.datetime.fromtimestamp(stamp, dt.UTC)


def id_of(thing: Any) -> str:
    """Return the id of what is given as an id or as the object itself."""
    return str(thing["id"]) if isinstance(thing, dict) else str(thing or "")


def _state(intent: Obj, charge: Obj) -> tuple[PaymentState, str]:
    """Return the state of a payment and, where it failed, why."""
    error = intent.get("last_payment_error") or {}
    said = str(error.get("message") or charge.get("failure_message") or "")
    if charge.get("failure_balance_transaction"):
        return PaymentState.FAILED, said or "The bank took the payment back."
    if intent["status"] == "succeeded":
        return (PaymentState.SETTLED if charge.get("balance_transaction") else PaymentState.PENDING), ""
    if intent["status"] in {"processing", "requires_capture"}:
        return PaymentState.PENDING, ""
    if intent["status"] == "requires_action":
        return PaymentState.FAILED, "The supporter's bank asks them to confirm the payment, and they have not."
    return PaymentState.FAILED, said or "The payment was not made."


def _dispute(said: Obj) -> DisputeFacts | None:
    """Return what a dispute means for the money: one that moved none (an inquiry) means nothing."""
    moved: list[Obj] = said.get("balance_transactions") or []
    if not moved:
        return None
    back = [one for one in moved if one["amount"] > 0]
    taken = [one for one in moved if one["amount"] <= 0]
    state = DisputeState.LOST if said["status"] == "lost" else DisputeState.WON if back else DisputeState.OPEN
    currency = moved[0]["currency"]
    return DisputeFacts(
        ref=said["id"],
        amount=from_stripe(said["amount"], said["currency"]),
        state=state,
        created_at=moment(min(one["created"] for one in moved)),
        closed_at=moment(max(one["created"] for one in back)) if state is DisputeState.WON else None,
        fee=from_stripe(sum(one["fee"] for one in moved), currency),
        settled=Money(abs(sum(from_stripe(one["amount"], currency).minor for one in taken)), currency.upper()),
        given_back=Money(sum(from_stripe(one["amount"], currency).minor for one in back), currency.upper()) if back else None,
    )


def _subscription_of(invoice: Obj | None) -> Obj:
    """Return the part of an invoice that tells of its subscription (API version 2025-03-31: parent.subscription_details)."""
    parent: Obj = (invoice or {}).get("parent") or {}
    details: Obj = parent.get("subscription_details") or {}
    return details
