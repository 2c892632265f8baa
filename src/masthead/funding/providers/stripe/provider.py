"""Stripe as a provider: their words, our facts. What is asked over the network is in client.py."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from masthead.funding.providers.base import (
    BadSignature,
    Capabilities,
    CheckoutFacts,
    Facts,
    Frequency,
    Hint,
    Movement,
    PaymentFacts,
    Payout,
    PledgeFacts,
    PledgeState,
    ProviderError,
    ProviderUnreachable,
    RefundFacts,
    Started,
    StartRequest,
)
from masthead.funding.providers.signatures import verify
from masthead.funding.providers.stripe import account, client, facts, hints
from masthead.funding.providers.stripe.amounts import from_stripe, to_stripe
from masthead.funding.providers.stripe.movements import movements
from masthead.kernel.money import Money

Obj = dict[str, Any]
SIGNATURE_HEADER = "stripe-signature"
CHARGE_PARTS = ("latest_charge.balance_transaction", "latest_charge.failure_balance_transaction", "latest_charge.refunds")
REFUND_PARTS = ["data.balance_transaction", "data.failure_balance_transaction"]
WITH_INVOICE: Obj = {"expand": ["latest_invoice"]}
LOOK_BACK = dt.timedelta(days=1)  # how old a checkout can be that is still open
EVENTS_KEPT = dt.timedelta(days=30)  # docs.stripe.com/api/events
LONGEST_WORD = 100  # the inbox's columns
ARRIVED, BOUNCED = {"paid", "in_transit", "pending"}, {"failed", "canceled"}


class StripeProvider:
    """Takes real gifts through Stripe, and with test keys takes none."""

    name = "stripe"

    @property
    def capabilities(self) -> Capabilities:
        """What Stripe can do; whether it moves money stands in the key."""
        return Capabilities(
            monthly=True,
            refund=True,
            partial_refund=True,
            portal=True,
            payouts=True,
            live=account.is_live(),
            yearly=True,
            change_amount=True,
            change_frequency=True,
            pause=True,
            converts=True,
            events_kept=EVENTS_KEPT,
            asked_at_once=8,
        )

    # --- giving ---------------------------------------------------------------------------------

    def start(self, request: StartRequest, *, now: dt.datetime) -> Started:
        """Open a hosted checkout; where the same gift has one, that is it, whatever became of the first answer."""
        try:
            session = client.create("checkout.sessions", _session(request), key=f"checkout:{request.gift_id}")
        except (client.KeyReused, ProviderUnreachable) as refusal:
            # Begun before with another way back, or perhaps made although nobody heard so: look before giving up.
            session = self._begun(request, now=now, refusal=refusal)
        if not session.get("url"):
            raise ProviderError("This checkout at Stripe is over: begin the gift again.")
        return Started(checkout_ref=session["id"], url=session["url"])

    def _begun(self, request: StartRequest, *, now: dt.datetime, refusal: ProviderError) -> Obj:
        try:
            since = int((now - LOOK_BACK).timestamp())
            recent = client.every("checkout.sessions", {"created": {"gte": since}, "status": "open"}, most=client.MOST)
        except ProviderError:
            raise refusal from None
        found = next((one for one in recent if one.get("client_reference_id") == str(request.gift_id)), None)
        if found is None:
            raise refusal
        return found

    def fetch(self, ref: str) -> Facts:
        """Return the facts of a payment (pi_), checkout (cs_), pledge (sub_) or of what an invoice (in_) asked for."""
        readers: dict[str, Callable[[str], Facts]] = {"pi": _payment, "cs": _checkout, "sub": _pledge, "in": _invoice}
        reader = readers.get(ref.partition("_")[0])
        if reader is None:
            raise ProviderError(f"Stripe's {ref[:60]!r} is no payment, checkout, subscription or invoice.")
        return reader(ref)

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
        """Check the signature over the raw body with each of the secrets, and the mode; then read what it hints at."""
        given = {name.lower(): value for name, value in headers.items()}
        verify(header=given.get(SIGNATURE_HEADER, ""), body=body, secrets=settings.ENV.webhook_secrets_of_stripe, now=now)
        try:
            event = json.loads(body)
            live, thing = event["livemode"], event["data"]["object"]
            hint = Hint(event_id=event["id"], kind=event["type"], object_ref=hints.ref_of(event["type"], thing))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise BadSignature("The webhook's body is no event of Stripe's.") from None
        if not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in (hint.event_id, hint.kind, hint.object_ref)) or not hint.event_id:
            raise BadSignature("The webhook's body is no event of Stripe's.")
        if live is not account.is_live():
            here, there = ("live", "test") if account.is_live() else ("test", "live")
            raise BadSignature(f"The webhook is of Stripe's {there} mode, and this newsroom has {here} keys: look which endpoint has which secret.")
        return hint

    # --- giving back, ending, changing ----------------------------------------------------------

    def refund(self, *, payment_ref: str, amount: Money, key: str, now: dt.datetime) -> RefundFacts:
        """Give money back. It is looked for first: an answer that was lost, or a day-old key, must not double it."""
        for said in client.every("refunds", {"payment_intent": payment_ref}):
            if (said.get("metadata") or {}).get(facts.REFUND) == key:
                return facts.refund(said)
        params = {"payment_intent": payment_ref, "amount": to_stripe(amount), "reason": "requested_by_customer", "metadata": {facts.REFUND: key}}
        return facts.refund(client.create("refunds", params, key=f"refund:{key}"))

    def cancel(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """End a subscription at once; nothing of the running period is given back."""
        known = _pledge(pledge_ref)
        return known if known.state is PledgeState.ENDED else facts.pledge(client.cancel("subscriptions", pledge_ref))

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> PledgeFacts:
        """Have later payments be `amount`, and come each month or year as `frequency` says; the running period stays as it was paid.

        Another interval would begin a period, and take a payment, at once. A trial up to the end of the one that is paid
        holds that back (docs.stripe.com/billing/subscriptions/billing-cycle, "Add a trial to change the billing cycle").
        """
        subscription = _running(pledge_ref)
        item = subscription["items"]["data"][0]
        if item["price"]["currency"].upper() != amount.currency:
            raise ProviderError(f"This subscription is paid in {item['price']['currency'].upper()}: end it and begin one in {amount.currency}.")
        price = {
            "currency": amount.currency.lower(),
            "product": facts.id_of(item["price"]["product"]),
            "recurring": {"interval": facts.INTERVALS[frequency] if frequency else item["price"]["recurring"]["interval"]},
            "unit_amount": to_stripe(amount),
        }
        change: Obj = {"items": [{"id": item["id"], "price_data": price, "quantity": 1}], "proration_behavior": "none"} | WITH_INVOICE
        if price["recurring"] != {"interval": item["price"]["recurring"]["interval"]}:
            if subscription["status"] not in facts.PAID_UP or subscription.get("pause_collection"):
                raise ProviderError("Stripe changes how often a gift repeats only while it runs and is paid: pay what is overdue, or take it up again, first.")
            change["trial_end"] = item["current_period_end"]
        return facts.pledge(client.update("subscriptions", pledge_ref, change, key=f"amount:{key}"))

    def approval_to_change(self, pledge_ref: str, amount: Money, *, key: str, return_url: str, cancel_url: str) -> str:
        """Refuse: Stripe changes an amount without asking the supporter again."""
        raise ProviderError(f"Stripe asks nobody before {pledge_ref} becomes {amount}: change it at once.")

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Let the periods go by unpaid: their invoices are void."""
        _running(pledge_ref)
        return facts.pledge(client.update("subscriptions", pledge_ref, {"pause_collection": {"behavior": "void"}} | WITH_INVOICE))

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Take payments again from the next period on."""
        _running(pledge_ref)
        return facts.pledge(client.update("subscriptions", pledge_ref, {"pause_collection": ""} | WITH_INVOICE))

    def portal_url(self, pledge_ref: str, *, return_url: str) -> str:
        """Return a fresh address of Stripe's portal for the customer of a subscription."""
        customer = facts.id_of(client.retrieve("subscriptions", pledge_ref)["customer"])
        return str(client.create("billing_portal.sessions", {"customer": customer, "return_url": return_url})["url"])

    # --- reconciling ----------------------------------------------------------------------------

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return every change of the balance since then, oldest first, in the currencies of the balance."""
        booked = client.every("balance_transactions", {"created": {"gte": int(since.timestamp())}, "expand": ["data.source"]})
        return [movement for one in reversed(booked) for movement in movements(one)]

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return every payout since then, oldest first, those that came back too; only of an automatic one Stripe tells what is in it."""
        asked = {"created": {"gte": int(since.timestamp())}, "expand": ["data.failure_balance_transaction"]}
        return [_payout(one) for one in reversed(client.every("payouts", asked)) if one["status"] in ARRIVED | BOUNCED]

    def changed_since(self, since: dt.datetime) -> list[str]:
        """Return what Stripe's events tell of, each once, oldest first. Stripe keeps events for thirty days.

        Where webhooks are set up, only of those events that did not arrive (docs.stripe.com/webhooks/process-undelivered-events),
        and of every one about a pledge: to an endpoint that was switched off nothing is undelivered, and what moved no money is
        seen nowhere else.
        """
        params: Obj = {"created": {"gte": int(since.timestamp())}}
        if settings.ENV.stripe_webhook_secrets:
            events = client.every("events", params | {"types": list(hints.EVENTS), "delivery_success": False})
            events += client.every("events", params | {"types": list(hints.OF_PLEDGES)})
            events.sort(key=lambda event: -event["created"])
        else:
            events = client.every("events", params | {"types": list(hints.EVENTS)})
        refs = (hints.ref_of(event["type"], event["data"]["object"]) for event in reversed(events))
        return list(dict.fromkeys(ref for ref in refs if ref))


def _session(request: StartRequest) -> Obj:
    """Return the parameters of a checkout: what is paid with is left to the account's settings, wallets and debits too."""
    metadata = {facts.GIFT: str(request.gift_id)}
    price: Obj = {"currency": request.amount.currency.lower(), "unit_amount": to_stripe(request.amount), "product_data": {"name": request.purpose[:250]}}
    session: Obj = {
        "client_reference_id": str(request.gift_id),
        "metadata": metadata,
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
    }
    if request.frequency is Frequency.ONCE:
        # Captured at once, so that fee and rate are known as soon as it is paid.
        session |= {"mode": "payment", "submit_type": "donate"}
        session["payment_intent_data"] = {"metadata": metadata, "description": request.purpose[:500], "capture_method": "automatic"}
    else:
        price["recurring"] = {"interval": "year" if request.frequency is Frequency.YEARLY else "month"}
        session |= {"mode": "subscription", "subscription_data": {"metadata": metadata, "description": request.purpose[:500]}}
    if request.email:
        session["customer_email"] = request.email
    return session | {"line_items": [{"quantity": 1, "price_data": price}]}


def _payment(ref: str) -> PaymentFacts:
    intent = client.retrieve("payment_intents", ref, expand=CHARGE_PARTS)
    charge: Obj = intent.get("latest_charge") or {}
    # Of a refund that came back `amount_refunded` says nothing any more.
    refunded = (charge.get("refunds") or {}).get("data")
    refunds = client.every("refunds", {"payment_intent": ref, "expand": REFUND_PARTS}) if refunded else []
    disputes = client.every("disputes", {"payment_intent": ref}) if charge.get("disputed") else []
    return facts.payment(intent, invoice=_invoice_of(intent), refunds=refunds[::-1], disputes=disputes[::-1])


def _invoice_of(intent: Obj) -> Obj | None:
    """Return the invoice that a payment pays; one of our single gifts says in its metadata that it has none."""
    if facts.gift_of(intent.get("metadata")):
        return None
    by_payment = {"payment": {"type": "payment_intent", "payment_intent": intent["id"]}, "expand": ["data.invoice"]}
    rows = client.every("invoice_payments", by_payment, most=1)
    invoice: Obj | None = rows[0]["invoice"] if rows else None
    return invoice


def _checkout(ref: str) -> CheckoutFacts:
    session = client.retrieve("checkout.sessions", ref, expand=("payment_intent",))
    intent: Obj | None = session.get("payment_intent")
    if intent is None and session.get("invoice"):
        rows = client.every("invoice_payments", {"invoice": facts.id_of(session["invoice"]), "expand": ["data.payment.payment_intent"]}, most=1)
        intent = rows[0]["payment"].get("payment_intent") if rows else None
    return facts.checkout(session, intent=intent)


def _pledge(ref: str) -> PledgeFacts:
    return facts.pledge(client.retrieve("subscriptions", ref, expand=("latest_invoice",)))


def _invoice(ref: str) -> Facts:
    """Return the payment that an invoice led to, or else the subscription that it is of."""
    rows = client.every("invoice_payments", {"invoice": ref}, most=1)
    payment_ref = facts.id_of(rows[0]["payment"].get("payment_intent")) if rows else ""
    if payment_ref:
        return _payment(payment_ref)
    details = (client.retrieve("invoices", ref).get("parent") or {}).get("subscription_details") or {}
    if not details:
        raise ProviderError(f"Stripe's invoice {ref} is of no subscription, so it is no gift.")
    return _pledge(facts.id_of(details["subscription"]))


def _running(ref: str) -> Obj:
    """Return a subscription that has not ended.

    Raises:
        ProviderError: it has.
    """
    subscription = client.retrieve("subscriptions", ref)
    if subscription["status"] in facts.ENDED:
        raise ProviderError("This recurring gift has ended at Stripe, so it cannot be changed: begin a new one.")
    return subscription


def _payout(said: Obj) -> Payout:
    inside: tuple[Movement, ...] | None = None
    # Until Stripe has reconciled it, the list of what is in a payout is not whole.
    if said["automatic"] and said.get("reconciliation_status") != "in_progress":
        booked = client.every("balance_transactions", {"payout": said["id"], "expand": ["data.source"]})
        inside = tuple(movement for one in reversed(booked) if one["type"] != "payout" for movement in movements(one))
    back = said.get("failure_balance_transaction")
    return Payout(
        ref=said["id"],
        amount=from_stripe(said["amount"], said["currency"]),
        arrives_date=facts.moment(said["arrival_date"]).date(),
        movement_refs=tuple(dict.fromkeys(movement.ref for movement in inside or ())),
        inside=inside,
        bounced_date=facts.moment(back["created"]).date() if isinstance(back, dict) else None,
    )
