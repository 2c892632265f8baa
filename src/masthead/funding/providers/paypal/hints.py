"""Which object an event of PayPal's is about, in the refs that `fetch` takes.

Refs: `order_<id>` and `start_<subscription id>` are checkouts, `pay_<transaction id>` is a payment (a capture or a
sale, which share their ids), `pledge_<subscription id>` a pledge.
"""

from collections.abc import Mapping
from typing import Any

Obj = Mapping[str, Any]
ORDER, START, PAY, PLEDGE = "order_", "start_", "pay_", "pledge_"
# What to have PayPal send (developer.paypal.com/api/rest/webhooks/event-names). Everything else concerns no gift.
EVENTS = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.SALE.COMPLETED",
    "PAYMENT.SALE.PENDING",
    "PAYMENT.SALE.DENIED",
    "PAYMENT.SALE.REFUNDED",
    "PAYMENT.SALE.REVERSED",
    "BILLING.SUBSCRIPTION.ACTIVATED",
    "BILLING.SUBSCRIPTION.UPDATED",
    "BILLING.SUBSCRIPTION.SUSPENDED",
    "BILLING.SUBSCRIPTION.CANCELLED",
    "BILLING.SUBSCRIPTION.EXPIRED",
    "BILLING.SUBSCRIPTION.PAYMENT.FAILED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
)


def ref_of(kind: str, thing: Obj) -> str:
    """Return the ref of what an event of `kind` is about, or nothing where it concerns no gift."""
    if kind not in EVENTS:
        return ""
    if kind.startswith("CHECKOUT."):
        return _named(ORDER, thing.get("order_id") or thing.get("id"))
    if kind.startswith("BILLING."):
        return _named(START if kind.endswith("ACTIVATED") else PLEDGE, thing.get("id"))
    if kind.startswith("CUSTOMER."):
        disputed = thing.get("disputed_transactions") or [{}]
        return _named(PAY, disputed[0].get("seller_transaction_id"))
    if kind in {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}:  # the resource is the refund; it points up to its capture
        up = next((str(link.get("href", "")) for link in thing.get("links") or [] if link.get("rel") == "up"), "")
        return _named(PAY, up.rpartition("/captures/")[2] or thing.get("id"))
    return _named(PAY, thing.get("sale_id") or thing.get("id"))


def _named(prefix: str, ref: Any) -> str:
    return prefix + ref if isinstance(ref, str) and ref and ref.isascii() and ref.replace("-", "").isalnum() else ""
