"""Which fields the bodies of requests may have: those of PayPal's documents that a newsroom has a use for. Others are refused."""

from typing import Any

from simulator.paypal.world import Refused

MONEY = {"currency_code": str, "value": str}
CONTEXT = dict.fromkeys(("brand_name", "locale", "landing_page", "shipping_preference", "user_action", "return_url", "cancel_url"), str)
REASON = {"reason": str}
SHAPES: dict[str, Any] = {
    "order": {
        "intent": str,
        "purchase_units": [
            {"reference_id": str, "custom_id": str, "description": str, "invoice_id": str, "soft_descriptor": str, "amount": MONEY},
        ],
        "payment_source": {"paypal": {"experience_context": CONTEXT | {"payment_method_preference": str}, "email_address": str}},
        "application_context": CONTEXT,
    },
    "capture": {},
    "refund": {"amount": MONEY, "note_to_payer": str, "invoice_id": str, "custom_id": str},
    "sale refund": {"amount": {"total": str, "currency": str}, "description": str, "reason": str, "invoice_number": str},
    "product": {"id": str, "name": str, "description": str, "type": str, "category": str},
    "plan": {
        "product_id": str,
        "name": str,
        "description": str,
        "status": str,
        "billing_cycles": [
            {
                "frequency": {"interval_unit": str, "interval_count": int},
                "tenure_type": str,
                "sequence": int,
                "total_cycles": int,
                "pricing_scheme": {"fixed_price": MONEY},
            }
        ],
        "payment_preferences": {"auto_bill_outstanding": bool, "payment_failure_threshold": int, "setup_fee_failure_action": str},
    },
    "subscription": {
        "plan_id": str,
        "custom_id": str,
        "start_time": str,
        "quantity": str,
        "subscriber": {"email_address": str},
        "application_context": CONTEXT,
    },
    "revise": {"plan_id": str, "application_context": CONTEXT},
    "cancel": REASON,
    "suspend": REASON,
    "activate": REASON,
}
LONGEST = {"custom_id": 127, "description": 127, "brand_name": 127, "name": 127, "note_to_payer": 255, "reason": 128}


def check(call: str, body: Any) -> None:
    """Accept the body of a call, at every depth.

    Raises:
        Refused: a field is unknown, of another kind, or too long.
    """
    _check(SHAPES[call], body, "")


def _check(shape: Any, value: Any, at: str) -> None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Refused("INVALID_SYNTAX", "An object belongs here.", status=400, field=at or "/")
        for name, inside in value.items():
            if name not in shape:
                raise Refused("INVALID_PARAMETER", f"The field {name} is not known.", status=400, field=f"{at}/{name}")
            _check(shape[name], inside, f"{at}/{name}")
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            raise Refused("INVALID_ARRAY_LENGTH", "A list belongs here.", status=400, field=at)
        for number, inside in enumerate(value):
            _check(shape[0], inside, f"{at}/{number}")
    elif type(value) is not shape:
        raise Refused("INVALID_PARAMETER_SYNTAX", f"A {shape.__name__} belongs here.", status=400, field=at)
    elif isinstance(value, str) and len(value) > LONGEST.get(at.rpartition("/")[2], 4000):
        raise Refused("INVALID_STRING_LENGTH", "The value of a field is too long.", status=400, field=at)
