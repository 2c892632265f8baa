"""How Masthead speaks to Stripe: plain records in Stripe's own words, and two kinds of error.

Everything Stripe's library does differently from one release to the next (objects, errors, parameters) stays in
this file. The shapes are those of API version 2026-10-28.endive, which stripe 16.1 pins.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

import stripe
from django.conf import settings

from masthead.funding.providers.base import ProviderError, ProviderUnreachable
from masthead.funding.providers.binding import check_bound
from masthead.funding.providers.stripe import account
from masthead.funding.providers.stripe.transport import Transport

Obj = dict[str, Any]
MOST = 100  # a page of a list
LATER_STATUSES = {409, 429}  # the same key is being worked on; too many requests
SERVER_FAULT = 500

# Nothing of how we use the library goes to Stripe with our requests.
stripe.enable_telemetry = False


class KeyReused(ProviderError):
    """The same idempotency key came with other parameters: what it stands for was made before."""


def create(path: str, params: Mapping[str, Any], *, key: str = "") -> Obj:
    """Make something, such as `refunds` or `checkout.sessions`; the same key again gives the same answer for a day.

    Raises:
        ProviderUnreachable: no answer, or "later". It may have been made all the same.
        KeyReused: the key came with other parameters.
        ProviderError: Stripe refused.
    """
    return _call(path, "create", dict(params), _options(key))


def retrieve(path: str, ref: str, *, expand: tuple[str, ...] = ()) -> Obj:
    """Return one object, with what it points at in the place of the ids along `expand`.

    Raises:
        ProviderError: there is none; ProviderUnreachable where Stripe did not answer.
    """
    # Said in Stripe's own words: making its library's objects and taking them apart again costs more than the question.
    with _sentences():
        asked = f"/v1/{path.replace('.', '/')}/{quote(ref, safe='')}"
        said: Obj = _bound_client().raw_request("get", asked, **({"expand": list(expand)} if expand else {})).data
    return said


def update(path: str, ref: str, params: Mapping[str, Any], *, key: str = "") -> Obj:
    """Change one object; errors as `create`."""
    return _call(path, "update", ref, dict(params), _options(key))


def cancel(path: str, ref: str) -> Obj:
    """End one object; errors as `create`."""
    return _call(path, "cancel", ref)


def every(path: str, params: Mapping[str, Any], *, most: int = 0) -> list[Obj]:
    """Return all objects of a list, newest first, or the newest `most` of them; errors as `retrieve`."""
    found: list[Obj] = []
    with _sentences():
        pages = _service(path).list({"limit": min(most, MOST) if most else MOST, **params})
        for thing in pages.auto_paging_iter():
            found.append(thing.to_dict())
            if len(found) == most:
                break
    return found


def _call(path: str, verb: str, *words: Any) -> Obj:
    with _sentences():
        made: Obj = getattr(_service(path), verb)(*words).to_dict()
    return made


def _options(key: str) -> Obj:
    return {"idempotency_key": key} if key else {}


def _service(path: str) -> Any:
    """Return the library's service for a path such as `checkout.sessions`.

    Raises:
        BoundElsewhere: the key is live, and belongs to another address.
    """
    service: Any = _bound_client().v1
    for step in path.split("."):
        service = getattr(service, step)
    return service


def _bound_client() -> stripe.StripeClient:
    key = str(settings.ENV.stripe_secret_key)
    if account.is_live():
        check_bound(key, of="Stripe")
    return _client(key, str(settings.ENV.stripe_api))


@lru_cache(maxsize=8)
def _client(key: str, base: str) -> stripe.StripeClient:
    addresses: Any = {"api": base} if base else {}
    return stripe.StripeClient(key, base_addresses=cast("Any", addresses), http_client=Transport(), max_network_retries=0)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn the library's errors into ours: worth another try, or not."""
    try:
        yield
    except stripe.APIConnectionError:
        raise ProviderUnreachable("Stripe did not answer: look whether this machine reaches it; it is tried again.") from None
    except stripe.IdempotencyError as error:
        if error.http_status in LATER_STATUSES:
            raise ProviderUnreachable("Stripe is still busy with the same request; it is tried again.") from None
        raise KeyReused("Stripe knows this request's key from another request, so nothing was done twice.") from None
    except (stripe.AuthenticationError, stripe.PermissionError):
        raise ProviderError("Stripe refuses the key: set stripe_secret_key in masthead.toml to one that may do this.") from None
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status >= SERVER_FAULT or status in LATER_STATUSES:
            raise ProviderUnreachable(f"Stripe answered {status}, which means later; it is tried again.") from None
        raise ProviderError(f"Stripe refused: {error.user_message or 'it gave no reason'}") from None
