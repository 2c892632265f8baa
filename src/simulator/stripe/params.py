"""Which parameters exist: read from the typed parameters that Stripe's own library ships, where it is installed."""

import importlib
import sys
import types
import typing
from functools import cache
from typing import Any

from simulator.stripe.world import Refused

# Where the library's words for a call are: module below stripe.params, class.
NAMES: dict[str, tuple[str, str]] = {
    "checkout.sessions.create": ("checkout._session_create_params", "SessionCreateParams"),
    "checkout.sessions.list": ("checkout._session_list_params", "SessionListParams"),
    "checkout.sessions.retrieve": ("checkout._session_retrieve_params", "SessionRetrieveParams"),
    "checkout.sessions.expire": ("checkout._session_expire_params", "SessionExpireParams"),
    "billing_portal.sessions.create": ("billing_portal._session_create_params", "SessionCreateParams"),
} | {
    f"{plural}.{verb}": (f"_{single}_{word}_params", "".join(part.title() for part in f"{single}_{word}".split("_")) + "Params")
    for plural, single, verbs in (
        ("customers", "customer", "create update retrieve list"),
        ("products", "product", "create retrieve list"),
        ("prices", "price", "create retrieve list"),
        ("payment_intents", "payment_intent", "create confirm cancel retrieve list"),
        ("charges", "charge", "retrieve list"),
        ("refunds", "refund", "create retrieve list"),
        ("disputes", "dispute", "retrieve close list"),
        ("balance_transactions", "balance_transaction", "retrieve list"),
        ("payouts", "payout", "retrieve list"),
        ("subscriptions", "subscription", "update cancel retrieve list"),
        ("subscription_items", "subscription_item", "retrieve list"),
        ("invoices", "invoice", "pay retrieve list"),
        ("invoice_payments", "invoice_payment", "retrieve list"),
        ("events", "event", "retrieve list"),
        ("webhook_endpoints", "webhook_endpoint", "create delete retrieve list"),
    )
    for verb in verbs.split()
    for word in [verb]
}
# Of the library alone; they never reach the wire.
LIBRARY_WORDS = {"api_key", "stripe_version", "stripe_account", "stripe_context", "idempotency_key", "headers", "content_type", "max_network_retries"}


def check(call: str, given: dict[str, Any]) -> None:
    """Accept the parameters of a call, at every depth; a call that the library does not type takes anything.

    Raises:
        Refused: one is unknown, or one that must be there is missing.
    """
    kind = _typed(call)
    if kind is not None:
        _check(kind, given, "")


@cache
def _typed(call: str) -> Any:
    """Return the typed dictionary of a call, or None where the library is not installed or has none."""
    module, name = NAMES.get(call, ("", ""))
    try:
        return getattr(importlib.import_module(f"stripe.params.{module}"), name) if module else None
    except (ImportError, AttributeError):
        return None


@cache
def _words(kind: Any) -> dict[str, Any]:
    """Return the parameters that a typed dictionary names, with what each may hold."""
    known = vars(sys.modules[kind.__module__]) | {"UntypedStripeObject": dict, "Decimal": str}
    own = {name: hint for name, hint in kind.__annotations__.items() if name not in LIBRARY_WORDS}
    return typing.get_type_hints(type(kind.__name__, (), {"__annotations__": own}), known, include_extras=True)


def _check(kind: Any, given: dict[str, Any], above: str) -> None:
    words = _words(kind)
    for name, value in given.items():
        path = f"{above}[{name}]" if above else name
        if name not in words:
            raise Refused(f"Received unknown parameter: {path}", code="parameter_unknown", param=path)
        _check_value(words[name], value, path)
    for name in getattr(kind, "__required_keys__", ()):
        if name not in given:
            path = f"{above}[{name}]" if above else name
            raise Refused(f"Missing required param: {path}.", code="parameter_missing", param=path)


def _check_value(hint: Any, value: Any, path: str) -> None:
    parts = list(_parts(hint))
    if isinstance(value, dict):
        typed = [part for part in parts if typing.is_typeddict(part) or hasattr(part, "__required_keys__")]
        free = any(part is dict or typing.get_origin(part) is dict for part in parts)
        if typed and not free:
            _check_any(typed, value, path)
    elif isinstance(value, list):
        inside = [inner for part in parts if typing.get_origin(part) is list for inner in typing.get_args(part)]
        for number, one in enumerate(value):
            for hint_inside in inside[:1]:
                _check_value(hint_inside, one, f"{path}[{number}]")


def _check_any(kinds: list[Any], value: dict[str, Any], path: str) -> None:
    for kind in kinds[:-1]:
        try:
            _check(kind, value, path)
        except Refused:
            continue
        return
    _check(kinds[-1], value, path)


def _parts(hint: Any) -> typing.Iterator[Any]:
    """Yield the alternatives of a hint, without NotRequired around them."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType} or getattr(origin, "__name__", "") in {"NotRequired", "Required"} or str(origin).endswith("NotRequired"):
        for inner in typing.get_args(hint):
            yield from _parts(inner)
    else:
        yield hint
