"""The PayPal provider: PayPal's words, our facts."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from masthead.funding.providers.base import (
    Capabilities,
    CheckoutFacts,
    CheckoutState,
    Facts,
    Frequency,
    Hint,
    Movement,
    MovementKind,
    Payout,
    PledgeFacts,
    PledgeState,
    ProviderError,
    RefundFacts,
    Started,
    StartRequest,
)
from masthead.funding.providers.paypal import account, client, facts, listing, plans, webhooks
from masthead.funding.providers.paypal.amounts import TAKEN, from_paypal, to_paypal, value_of
from masthead.funding.providers.paypal.hints import ORDER, PAY, PLEDGE, START, ref_of
from masthead.kernel.money import Money

Obj = dict[str, Any]
LONGEST_TEXT = 127  # of brand names and descriptions: developer.paypal.com/docs/api/orders/v2
# The bank or card said no; the supporter may choose another one at the same page.
DECLINES = {"INSTRUMENT_DECLINED", "TRANSACTION_REFUSED", "PAYER_ACCOUNT_RESTRICTED", "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "PAYER_CANNOT_PAY"}
SUBSCRIPTIONS = {"ACTIVE": PledgeState.ACTIVE, "CANCELLED": PledgeState.ENDED, "EXPIRED": PledgeState.ENDED}


class PayPalProvider:
    """Takes gifts through PayPal's own pages."""

    name = "paypal"

    @property
    def capabilities(self) -> Capabilities:
        """What PayPal can do; an amount is changed only with the supporter's word on PayPal's page."""
        return Capabilities(
            monthly=True,
            yearly=True,
            refund=True,
            partial_refund=True,
            portal=True,
            payouts=True,
            live=not account.is_test(),
            change_amount=False,
            change_by_approval=True,
            pause=True,
            looks_on_return=True,
            movements_late=listing.LATE,
            events_kept=listing.EVENT_DAYS,
            currencies=TAKEN,
            converts=True,
            asked_at_once=8,
        )

    def start(self, request: StartRequest, *, now: dt.datetime) -> Started:
        """Open PayPal's page for one gift; the same gift gives the same page."""
        return _start_once(request) if request.frequency is Frequency.ONCE else _start_pledge(request)

    def fetch(self, ref: str) -> Facts:
        """Return the facts of a checkout (order_, start_), payment (pay_) or pledge (pledge_).

        An order that the supporter has approved is captured first: PayPal waits for that word of ours.
        """
        readers: dict[str, Callable[[str], Facts]] = {ORDER: _order, START: _start, PAY: facts.payment, PLEDGE: _pledge}
        prefix, line, rest = ref.partition("_")
        reader = readers.get(prefix + line)
        if reader is None or not rest.replace("-", "").isalnum() or not rest.isascii():
            raise ProviderError(f"PayPal knows nothing called {ref[:60]!r}.")
        return reader(rest)

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
        """Check PayPal's signature over the raw body, then read what it hints at."""
        return webhooks.hint_of(headers=headers, body=body, now=now)

    def refund(self, *, payment_ref: str, amount: Money, key: str, now: dt.datetime) -> RefundFacts:
        """Give money back; the same key is one refund. PayPal keeps its fee, and refuses after 180 days."""
        ref, note = payment_ref.removeprefix(PAY), f"Given back by {settings.ENV.name}"[:LONGEST_TEXT]
        if facts.payment(ref).pledge_ref:
            body: Obj = {"amount": {"total": value_of(amount), "currency": amount.currency}, "description": note}
            said = client.post(f"/v1/payments/sale/{ref}/refund", body, key=key)
        else:
            said = client.post(f"/v2/payments/captures/{ref}/refund", {"amount": to_paypal(amount), "note_to_payer": note}, key=key)
        return RefundFacts(ref=str(said["id"]), amount=from_paypal(said["amount"]), created_at=facts.moment(said["create_time"]))

    def cancel(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """End a subscription."""
        return _move(pledge_ref, "cancel", "The supporter asked for it.", already=PledgeState.ENDED)

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> PledgeFacts:
        """Refuse: PayPal asks the supporter, see `approval_to_change`."""
        raise ProviderError(f"PayPal changes the amount of {pledge_ref} to {amount} only after the supporter has agreed on PayPal's own page: send them there.")

    def approval_to_change(self, pledge_ref: str, amount: Money, *, key: str, return_url: str, cancel_url: str) -> str:
        """Ask PayPal to revise a pledge to `amount` and return the page where the supporter agrees; nothing changes before they have.

        How often stays: PayPal's documents say of a revised plan that its price holds from the next cycle on, and nothing of another interval.
        """
        ref = pledge_ref.removeprefix(PLEDGE)
        standing = _pledge(ref)
        if standing.state is PledgeState.ENDED or standing.amount.currency != amount.currency:
            raise ProviderError(f"The pledge {pledge_ref} is {standing.state} and over {standing.amount}: it cannot become {amount}.")
        body = {"plan_id": plans.plan_for(amount, standing.frequency), "application_context": _context(return_url, cancel_url)}
        said = client.post(f"/v1/billing/subscriptions/{ref}/revise", body, key=key)
        return _link(said)

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Suspend a subscription."""
        return _move(pledge_ref, "suspend", "The supporter asked for a pause.", already=PledgeState.PAUSED)

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Activate a suspended subscription."""
        return _move(pledge_ref, "activate", "The supporter goes on.", already=PledgeState.ACTIVE)

    def portal_url(self, pledge_ref: str, *, return_url: str) -> str:
        """Return PayPal's page of all automatic payments of the supporter, where they sign in; PayPal has none for one subscription."""
        if account.is_here():
            return f"{account.base()}/paypal/autopay?subscription={quote(pledge_ref.removeprefix(PLEDGE))}"
        return f"{account.pages()}/myaccount/autopay/"

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return every change of the balance since then that PayPal lists by now; the last three hours may be missing."""
        return listing.movements(since)

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return every withdrawal to a bank since then, and which came back; PayPal does not say which payments are in one."""
        found = listing.movements(since)
        back = {movement.ref: movement.at.date() for movement in found if movement.kind is MovementKind.PAYOUT_BOUNCED}
        sent = [movement for movement in found if movement.kind is MovementKind.PAYOUT and movement.amount.minor < 0]
        return [Payout(ref=one.ref, amount=-one.amount, arrives_date=one.at.date(), bounced_date=back.get(one.ref)) for one in sent]

    def changed_since(self, since: dt.datetime) -> list[str]:
        """Return what PayPal's events since then are about; it keeps them for 30 days."""
        found = (ref_of(str(event.get("event_type")), event.get("resource") or {}) for event in listing.events_since(since))
        return list(dict.fromkeys(ref for ref in found if ref))


def _start_once(request: StartRequest) -> Started:
    body: Obj = {
        "intent": "CAPTURE",
        "purchase_units": [{"custom_id": str(request.gift_id), "description": request.purpose[:LONGEST_TEXT], "amount": to_paypal(request.amount)}],
        "payment_source": {
            "paypal": {"experience_context": _context(request.return_url, request.cancel_url) | {"user_action": "PAY_NOW"}}
            | ({"email_address": request.email} if request.email else {})
        },
    }
    said = client.post("/v2/checkout/orders", body, key=str(request.gift_id))
    return Started(checkout_ref=ORDER + said["id"], url=_link(said))


def _start_pledge(request: StartRequest) -> Started:
    body: Obj = {
        "plan_id": plans.plan_for(request.amount, request.frequency),
        "custom_id": str(request.gift_id),
        "application_context": _context(request.return_url, request.cancel_url) | {"user_action": "SUBSCRIBE_NOW"},
    }
    if request.email:
        body["subscriber"] = {"email_address": request.email}
    said = client.post("/v1/billing/subscriptions", body, key=str(request.gift_id))
    return Started(checkout_ref=START + said["id"], url=_link(said))


def _context(return_url: str, cancel_url: str) -> Obj:
    return {"brand_name": settings.ENV.name[:LONGEST_TEXT], "shipping_preference": "NO_SHIPPING", "return_url": return_url, "cancel_url": cancel_url}


def _link(said: Obj) -> str:
    """Return the page where the supporter says yes."""
    found = {link.get("rel"): str(link.get("href")) for link in said.get("links") or []}
    url = found.get("payer-action") or found.get("approve")
    if not url:
        raise ProviderError(f"PayPal opened {said.get('id')} and gave no page to pay it at: try again.")
    return url


def _order(ref: str) -> CheckoutFacts:
    said = client.get(f"/v2/checkout/orders/{ref}")
    reason = ""
    if said["status"] == "APPROVED":
        said, reason = _captured(said)
    unit = (said.get("purchase_units") or [{}])[0]
    captures = (unit.get("payments") or {}).get("captures") or []
    over = {"COMPLETED": CheckoutState.DONE, "VOIDED": CheckoutState.CANCELLED}
    state = CheckoutState.DONE if captures else CheckoutState.DECLINED if reason else over.get(said["status"], CheckoutState.OPEN)
    payment = PAY + captures[-1]["id"] if captures else ""
    return CheckoutFacts(ref=ORDER + ref, gift_id=facts.gift_of(unit.get("custom_id")), state=state, reason=reason, payment_ref=payment)


def _captured(order: Obj) -> tuple[Obj, str]:
    """Capture an order that was approved; return it as it is then, and why it was declined.

    An order is captured once, whoever asks. The request's key changes with each approval, so that another card may be tried.
    """
    try:
        client.post(f"/v2/checkout/orders/{order['id']}/capture", {}, key=f"capture-{order['id']}-{order.get('update_time') or ''}")
    except client.Refused as refusal:
        if refusal.issues & DECLINES:
            return order, str(refusal)
        if "ORDER_ALREADY_CAPTURED" not in refusal.issues:
            raise
    return client.get(f"/v2/checkout/orders/{order['id']}"), ""


def _start(ref: str) -> CheckoutFacts:
    said = client.get(f"/v1/billing/subscriptions/{ref}")
    gift, status = facts.gift_of(said.get("custom_id")), said["status"]
    if status in {"APPROVAL_PENDING", "APPROVED"}:
        return CheckoutFacts(ref=START + ref, gift_id=gift, state=CheckoutState.OPEN)
    first = facts.first_payment(said)
    if not first:
        state = CheckoutState.CANCELLED if status in {"CANCELLED", "EXPIRED"} else CheckoutState.DONE
        return CheckoutFacts(ref=START + ref, gift_id=gift, state=state, pledge_ref=PLEDGE + ref)
    if first.get("status") == "DECLINED":
        return CheckoutFacts(ref=START + ref, gift_id=gift, state=CheckoutState.DECLINED, reason="PayPal: the payment was declined", pledge_ref=PLEDGE + ref)
    return CheckoutFacts(ref=START + ref, gift_id=gift, state=CheckoutState.DONE, pledge_ref=PLEDGE + ref, payment_ref=PAY + first["id"])


def _pledge(ref: str) -> PledgeFacts:
    said = client.get(f"/v1/billing/subscriptions/{ref}", {"fields": "plan"})
    amount, frequency = plans.price_of(said.get("plan") or {})
    billing = said.get("billing_info") or {}
    failed, next_time = int(billing.get("failed_payments_count") or 0), billing.get("next_billing_time")
    # PayPal suspends by itself after failed payments; without any it was asked to.
    state = SUBSCRIPTIONS.get(said["status"], PledgeState.PAUSED)
    if failed and state in {PledgeState.ACTIVE, PledgeState.PAUSED}:
        state = PledgeState.PAST_DUE
    return PledgeFacts(
        ref=PLEDGE + ref,
        gift_id=facts.gift_of(said.get("custom_id")),
        amount=amount,
        state=state,
        started_at=facts.moment(said.get("start_time") or said["create_time"]),
        ended_at=facts.moment(said["status_update_time"]) if state is PledgeState.ENDED else None,
        frequency=frequency,
        next_at=facts.moment(next_time) if next_time and state is PledgeState.ACTIVE else None,
    )


def _move(pledge_ref: str, verb: str, reason: str, *, already: PledgeState) -> PledgeFacts:
    ref = pledge_ref.removeprefix(PLEDGE)
    try:
        client.post(f"/v1/billing/subscriptions/{ref}/{verb}", {"reason": reason})
    except client.Refused as refusal:
        standing = _pledge(ref) if "SUBSCRIPTION_STATUS_INVALID" in refusal.issues else None
        if standing is None or standing.state is not already:
            raise
        return standing
    return _pledge(ref)
