"""How Masthead speaks to PayPal: JSON in PayPal's own words, through kernel.http, and two kinds of error.

developer.paypal.com/api/rest: requests, responses, authentication.
"""

import base64
import datetime as dt
import ipaddress
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from masthead.funding.providers.base import ProviderError, ProviderUnreachable
from masthead.funding.providers.binding import check_bound
from masthead.funding.providers.paypal.account import base, is_here, is_on, is_test
from masthead.kernel import clock
from masthead.kernel.http import PUBLIC, Fetched, FetchFailed, Limits, Policy, fetch

Obj = dict[str, Any]
LIMITS = Limits(seconds=20, connect_seconds=5, wire_bytes=8 * 2**20, body_bytes=16 * 2**20)
# A token is asked for anew this long before it ends, so that none ends on its way.
EARLY = dt.timedelta(seconds=60)
LONGEST_KEY = 108  # PayPal-Request-Id: developer.paypal.com/api/rest/reference/idempotency
# Said of a request that would do now what an earlier one is doing: the same page.
BUSY = {"PREVIOUS_REQUEST_IN_PROGRESS", "RATE_LIMIT_REACHED", "INTERNAL_SERVER_ERROR", "INTERNAL_SERVICE_ERROR"}
MOST_PAGES = 1000

_tokens: dict[tuple[str, str, str], tuple[str, dt.datetime]] = {}
_token_lock = Lock()


class Refused(ProviderError):
    """PayPal said no. `issues` are its own names for the reasons, `status` the HTTP status."""

    def __init__(self, sentence: str, *, status: int, issues: frozenset[str]) -> None:
        super().__init__(sentence)
        self.status, self.issues = status, issues

    @property
    def is_unknown(self) -> bool:
        """Whether PayPal has no such thing."""
        return self.status == HTTPStatus.NOT_FOUND


def policy() -> Policy:
    """Return whom kernel.http may ask for us: the public web, or this machine alone where the simulator runs on it."""
    return Policy(refuse=_refuse_all_but_this_machine, ports=None) if is_here() else PUBLIC


def get(path: str, query: Mapping[str, str] | None = None) -> Obj:
    """Return what PayPal has at `path`.

    Raises:
        ProviderUnreachable: no answer, or "later".
        Refused: PayPal has none, or does not show it.
    """
    return _call("GET", f"{path}?{urlencode(query)}" if query else path)


def post(path: str, body: Obj, *, key: str = "") -> Obj:
    """Have something made or done; the same `key` again gives the same answer for some days.

    Raises:
        ProviderUnreachable: no answer, or "later". It may have been done all the same.
        Refused: PayPal said no.
    """
    return _call("POST", path, body, key=key)


def pages(path: str, query: Mapping[str, str], *, inside: str) -> Iterator[Obj]:
    """Yield what a list holds under `inside`, page after page, by PayPal's own links to the next one; errors as `get`."""
    said = get(path, query)
    for _ in range(MOST_PAGES):
        yield from said.get(inside) or []
        following = urlsplit(next((link["href"] for link in said.get("links") or [] if link.get("rel") == "next"), ""))
        if not following.query:
            return
        said = get(f"{path}?{following.query}")
    raise ProviderError(f"PayPal's list {path} does not end after {MOST_PAGES} pages: nothing of it was used.")


def _call(method: str, path: str, body: Obj | None = None, *, key: str = "") -> Obj:
    headers = {"Accept": "application/json", "Prefer": "return=representation"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if key:
        headers["PayPal-Request-Id"] = key[:LONGEST_KEY]
    content = json.dumps(body).encode() if body is not None else b""
    done = _ask(method, path, headers | {"Authorization": f"Bearer {_token()}"}, content)
    if done.status == HTTPStatus.UNAUTHORIZED:  # PayPal may end a token early
        _forget_token()
        done = _ask(method, path, headers | {"Authorization": f"Bearer {_token()}"}, content)
    return _read(done)


def _ask(method: str, path: str, headers: Mapping[str, str], content: bytes) -> Fetched:
    if not is_test():
        check_bound(str(settings.ENV.paypal_client_id), of="PayPal")
    try:
        return fetch(base() + path, limits=LIMITS, policy=policy(), method=method, headers=headers, content=content)
    except FetchFailed as error:
        raise ProviderUnreachable(f"PayPal did not answer: look whether this machine reaches it; it is tried again. ({error})") from None


def _read(done: Fetched) -> Obj:
    try:
        said = json.loads(done.body) if done.body else {}
    except ValueError:
        said = None
    if done.status == HTTPStatus.TOO_MANY_REQUESTS or done.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not isinstance(said, dict):
        raise ProviderUnreachable(f"PayPal answered {done.status}, which means later; it is tried again.")
    if done.is_found:
        return said
    details = [one for one in said.get("details") or [] if isinstance(one, dict)]
    name = str(said.get("name") or said.get("error") or "")
    issues = frozenset({name, *(str(one.get("issue") or "") for one in details)} - {""})
    if issues & BUSY:
        raise ProviderUnreachable(f"PayPal is busy ({name}); it is tried again.")
    if done.status == HTTPStatus.UNAUTHORIZED:
        raise Refused(
            "PayPal refuses the keys: set paypal_client_id and paypal_secret in masthead.toml to those of one app.", status=done.status, issues=issues
        )
    first = details[0] if details else {}
    why = str(first.get("description") or said.get("message") or said.get("error_description") or "it gave no reason").rstrip(".")
    where = f" at {first['field']}" if first.get("field") else ""
    raise Refused(f"PayPal refused ({first.get('issue') or name or done.status}): {why[:300]}{where}.", status=done.status, issues=issues)


def _token() -> str:
    """Return an access token, kept for as long as PayPal says (OAuth 2.0 client credentials, RFC 6749, 4.4)."""
    client_id, secret = str(settings.ENV.paypal_client_id), str(settings.ENV.paypal_secret)
    if not is_on():
        raise ProviderError("PayPal has no keys here: set paypal_client_id and paypal_secret in masthead.toml.")
    mine = (base(), client_id, secret)
    with _token_lock:
        token, ends = _tokens.get(mine, ("", clock.now()))
    if token and clock.now() < ends - EARLY:
        return token
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    said = _read(_ask("POST", "/v1/oauth2/token", headers, b"grant_type=client_credentials"))
    try:
        token, ends = str(said["access_token"]), clock.now() + dt.timedelta(seconds=int(said["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise ProviderUnreachable("PayPal gave no token; it is tried again.") from None
    with _token_lock:
        _tokens[mine] = (token, ends)
    return token


def _forget_token() -> None:
    with _token_lock:
        _tokens.clear()


def _refuse_all_but_this_machine(address: str, port: int) -> str:  # noqa: ARG001 - the policy's words
    return "" if ipaddress.ip_address(address).is_loopback else "is not this machine, where the simulator runs"
