"""What every part of the simulated Stripe shares: objects, refusals, events with their signed letters, and its habits."""

import datetime as dt
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator.clock import Clock
from simulator.store import Obj, Store, shown
from simulator.webhooks import Webhooks

API_VERSION = "2026-10-28.endive"
FORGET_EVERY = 1000  # events that are made, those that are too old are forgotten
EVENT_DAYS = 30  # docs.stripe.com/api/events: "for 30 days"


class Refused(Exception):
    """An answer in the shape of docs.stripe.com/api/errors."""

    def __init__(self, message: str, *, status: int = 400, kind: str = "invalid_request_error", code: str = "", param: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        words = {"type": kind, "message": message, "code": code, "param": param} | more
        self.body = {"error": {key: value for key, value in words.items() if value}}


@dataclass(kw_only=True)
class Habits:
    """What differs from account to account; change it before or while a test runs."""

    fee_per_mille: int = 29
    fee_fixed_minor: int = 30
    sepa_fee_minor: int = 35
    dispute_fee_minor: int = 1500
    settle_in: str = ""  # a currency that everything is changed into; empty: each currency has its balance
    rates: dict[str, Decimal] = field(default_factory=dict)  # of one major unit of a currency, in `settle_in`
    card_days: int = 2  # until a card payment can be paid out
    sepa_days: int = 5  # until a debit settles or fails
    payouts: bool = True  # automatic, each day
    dunning_days: tuple[int, ...] = (3, 5, 7)  # between the tries of an invoice
    invoice_draft: dt.timedelta = dt.timedelta(hours=1)  # how long a renewal's invoice stays a draft


class World:
    """The shared state of one simulated Stripe account, in its live and its test mode."""

    def __init__(self, *, clock: Clock, store: Store, webhooks: Webhooks) -> None:
        self.clock, self.store, self.webhooks, self.habits = clock, store, webhooks, Habits()
        self.request_id: str | None = None
        self.idempotency_key: str | None = None
        self.origin = ""  # where the pages are that supporters see
        self._emitted = 0

    def new(self, kind: str, prefix: str, *, live: bool, **words: Any) -> Obj:
        """Keep a new object with what all objects have."""
        ref = self.store.new_id(prefix)
        return self.store.add(kind, {"id": ref, "object": kind, "created": self.clock.stamp(), "livemode": live} | words)

    def get(self, kind: str, ref: Any, *, live: bool | None = None) -> Obj:
        """Return an object.

        Raises:
            Refused: there is none, or only in the other mode.
        """
        found = self.store.get(str(ref))
        if found is None or found["object"] != kind or live not in {None, found["livemode"]}:
            words = f"No such {kind.rpartition('.')[2]}: '{ref}'"
            if found is not None and found["object"] == kind:
                words += f"; a similar object exists in {'live' if found['livemode'] else 'test'} mode, but a {'live' if live else 'test'} mode key was used to make this request."
            raise Refused(words, status=404, code="resource_missing", param="id")
        return found

    def after(self, wait: dt.timedelta, job: Callable[[], object]) -> None:
        """Have `job` done later on the simulated clock."""
        self.clock.after(wait, job)

    # --- events ---------------------------------------------------------------------------------

    def emit(self, kind: str, thing: Obj, **previous: Any) -> Obj:
        """Keep an event about an object as it is now, and post it to every endpoint that wants it."""
        data: Obj = {"object": shown(thing)}
        if previous:
            data["previous_attributes"] = previous
        event = self.new(
            "event",
            "evt",
            live=thing["livemode"],
            api_version=API_VERSION,
            data=data,
            pending_webhooks=0,
            request={"id": self.request_id, "idempotency_key": self.idempotency_key},
            type=kind,
        )
        self._emitted += 1
        if self._emitted % FORGET_EVERY == 0:
            self.store.forget_before("event", self.clock.stamp() - EVENT_DAYS * 86400)
        for endpoint in self.store.where("webhook_endpoint", livemode=thing["livemode"], status="enabled"):
            if "*" in endpoint["enabled_events"] or kind in endpoint["enabled_events"]:
                event["pending_webhooks"] += 1
                self.webhooks.post(event_id=event["id"], url=endpoint["url"], pack=self._packer(event, endpoint))
        return event

    def _packer(self, event: Obj, endpoint: Obj) -> Callable[[], tuple[dict[str, str], bytes]]:
        return lambda: self.letter(event, secrets=endpoint["_secrets"])

    def letter(self, event: Obj, *, secrets: list[str], at: dt.datetime | None = None) -> tuple[dict[str, str], bytes]:
        """Return headers and body of an event as it is sent, signed with each of `secrets` at `at` (now)."""
        body = json.dumps(shown(event), indent=2).encode()
        return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature(body, secrets, at or self.clock.now())}, body

    def events(self, *, live: bool) -> list[Obj]:
        """Return the events of the last 30 days, oldest first."""
        since = self.clock.stamp() - EVENT_DAYS * 86400
        recent = itertools.takewhile(lambda event: event["created"] >= since, self.store.newest("event"))
        return [event for event in recent if event["livemode"] == live][::-1]


def signature(body: bytes, secrets: list[str], at: dt.datetime) -> str:
    """Return a Stripe-Signature header: docs.stripe.com/webhooks#verify-manually."""
    stamp = int(at.timestamp())
    signed = [hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}", *(f"v1={one}" for one in signed)])


def whole(value: Any, *, param: str, least: int = 1) -> int:
    """Return a parameter as a whole number.

    Raises:
        Refused: it is none, or below `least`.
    """
    try:
        number = int(str(value))
    except ValueError:
        raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=param) from None
    if number < least:
        raise Refused(f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=param)
    return number


def true(value: Any) -> bool:
    """Return a parameter as yes or no."""
    return str(value).lower() in {"true", "1"}


def currency_of(value: Any) -> str:
    """Return a currency code in lower case.

    Raises:
        Refused: it is none.
    """
    if not isinstance(value, str) or len(value) != 3 or not value.isalpha():  # noqa: PLR2004 - ISO 4217
        raise Refused(f"Invalid currency: {value}.", param="currency")
    return value.lower()
