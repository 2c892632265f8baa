"""Which object an event of Stripe's is about, in the refs that `fetch` takes."""

from typing import Any

Obj = dict[str, Any]
# What to ask Stripe to send, and what the sweep asks for. Everything else concerns no gift.
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.updated",
    "charge.refunded",
    "refund.failed",
    "charge.failed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
)
OF_PLEDGES = tuple(kind for kind in EVENTS if kind.startswith("customer.subscription."))
# The objects that `fetch` reads themselves; the others name the payment they belong to.
OWN = {"checkout.session", "payment_intent", "subscription", "invoice"}


def ref_of(kind: str, thing: Obj) -> str:
    """Return the ref of what an event of `kind` is about, or nothing where it concerns no gift."""
    if kind not in EVENTS:
        return ""
    ref = thing.get("id") if thing.get("object") in OWN else thing.get("payment_intent")
    return ref if isinstance(ref, str) else ""
