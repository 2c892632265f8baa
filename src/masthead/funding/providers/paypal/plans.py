"""PayPal's products and plans: one product for gifts, and one plan for each amount, currency and interval, found again by their names."""

from typing import Any

from django.conf import settings

from masthead.funding.providers.base import Frequency, ProviderError
from masthead.funding.providers.paypal import account, client
from masthead.funding.providers.paypal.amounts import from_paypal, to_paypal
from masthead.kernel.money import Money

PRODUCT = "MASTHEAD-GIFT"  # products may be given an id (developer.paypal.com/docs/api/catalog-products/v1), plans may not
UNITS = {Frequency.MONTHLY: "MONTH", Frequency.YEARLY: "YEAR"}
INTERVALS: dict[object, Frequency] = {unit: frequency for frequency, unit in UNITS.items()}
FAILURES = 3  # after so many failed payments PayPal suspends a subscription

_known: dict[tuple[str, str, str], str] = {}


def plan_for(amount: Money, frequency: Frequency) -> str:
    """Return the id of the plan over `amount`, made where there is none yet.

    PayPal keeps request ids for three days only, so that an older plan is found by its name in the product's list.
    """
    name = f"GIFT-{amount.currency}-{amount.minor}-{UNITS[frequency]}"
    mine = (account.base(), str(settings.ENV.paypal_client_id), name)
    if mine not in _known:
        _known[mine] = _found(name) or _made(name, amount, frequency)
    return _known[mine]


def price_of(plan: dict[str, Any]) -> tuple[Money, Frequency]:
    """Return what a plan takes, and how often.

    Raises:
        ProviderError: it is none of ours.
    """
    for cycle in plan.get("billing_cycles") or []:
        frequency = INTERVALS.get((cycle.get("frequency") or {}).get("interval_unit"))
        if cycle.get("tenure_type") == "REGULAR" and frequency:
            return from_paypal(cycle["pricing_scheme"]["fixed_price"]), frequency
    raise ProviderError("PayPal's plan of this pledge is neither monthly nor yearly: it was not made here.")


def _found(name: str) -> str:
    try:
        for plan in client.pages("/v1/billing/plans", {"product_id": PRODUCT, "page_size": "20"}, inside="plans"):
            if plan.get("name") == name and plan.get("status") == "ACTIVE":
                return str(plan["id"])
    except client.Refused as refusal:
        if not refusal.is_unknown:
            raise
    return ""


def _made(name: str, amount: Money, frequency: Frequency) -> str:
    _make_product()
    body = {
        "product_id": PRODUCT,
        "name": name,
        "status": "ACTIVE",
        "billing_cycles": [
            {
                "frequency": {"interval_unit": UNITS[frequency], "interval_count": 1},
                "tenure_type": "REGULAR",
                "sequence": 1,
                "total_cycles": 0,  # until it is ended
                "pricing_scheme": {"fixed_price": to_paypal(amount)},
            }
        ],
        # A payment that failed is not added to the next one: each payment is one gift of the pledge's amount.
        "payment_preferences": {"auto_bill_outstanding": False, "payment_failure_threshold": FAILURES},
    }
    return str(client.post("/v1/billing/plans", body, key=f"masthead-{name}")["id"])


def _make_product() -> None:
    body = {"id": PRODUCT, "name": f"Gift to {settings.ENV.name}"[:127], "type": "DIGITAL"}
    try:
        client.post("/v1/catalogs/products", body, key=f"masthead-{PRODUCT}")
    except client.Refused as refusal:
        if "DUPLICATE_RESOURCE_IDENTIFIER" not in refusal.issues:
            raise
