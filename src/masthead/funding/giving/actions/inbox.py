"""The webhook inbox: store first, look later. What is applied, and how, is in applying.py."""

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from enum import Enum

from django.db import transaction
from django.db.models import F

from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import Told, apply_told, look
from masthead.funding.giving.locks import WRITING, only_applier
from masthead.funding.giving.models import InboxEvent
from masthead.funding.guard import actions as guard
from masthead.funding.guard.rules import WINDOW
from masthead.funding.providers import registry
from masthead.funding.providers.base import CheckoutFacts, CheckoutState, Facts, PaymentFacts, PaymentState
from masthead.kernel import rows
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)
LARGEST_BODY = 256 * 1024
MOST_AT_ONCE = 200
TOGETHER = 20  # webhooks in one transaction: one wait for the disk, and a web process that stores the next one waits no longer than a blink


class TooLarge(MastheadError):
    """A webhook above 256 KB: nothing of it is read or kept."""


class Received(Enum):
    """What became of a webhook at the door."""

    STORED = "stored"
    KNOWN = "known"  # sent before; the provider is told 200 again


def receive_webhook(*, provider: str, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Received:
    """Verify a webhook over its raw bytes and store it; one that is known already stores nothing.

    Nothing else happens here, so that the provider has its answer in milliseconds and no event is lost by what
    might fail later.

    Raises:
        TooLarge: `body` is above 256 KB.
        BadSignature: the provider did not sign it, or not now.
        UnknownProvider: there is no such provider in this newsroom.
    """
    if len(body) > LARGEST_BODY:
        raise TooLarge(f"The webhook is {len(body)} bytes long; at most {LARGEST_BODY} are taken.")
    hint = registry.provider(provider).verify_webhook(headers=headers, body=body, now=now)
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    stored = InboxEvent(
        provider=provider,
        event_id=hint.event_id,
        kind=hint.kind,
        object_ref=hint.object_ref,
        body=body,
        content_type=content_type[:100],
        received_at=now,
        next_try_at=now,
    )
    return store(stored)


def store(event: InboxEvent) -> Received:
    """Store a hint once, whatever else arrives at the same instant, in one statement."""
    return Received.STORED if rows.insert_once(event, unique=("provider", "event_id")) else Received.KNOWN


def apply_inbox(*, now: dt.datetime, provider: str = "", besides: Collection[str] = ()) -> int:
    """Apply the stored webhooks whose time has come, oldest first, and return how many were applied: of one `provider`, or of all `besides` some.

    Only one process or thread applies a provider's at a time; where another does, they are left to it at once. Several are
    looked at together and applied in one transaction. One that fails keeps its sentence, is tried again after 2, 4, 8 ...
    seconds up to six hours, and does not hold up the others.
    """
    waiting = InboxEvent.objects.filter(applied_at__isnull=True, next_try_at__lte=now)
    if provider:
        return _apply_of(provider, now=now) if waiting.filter(provider=provider).exists() else 0
    names = waiting.exclude(provider__in=besides).order_by().values_list("provider", flat=True).distinct()
    return sum(_apply_of(name, now=now) for name in sorted(names))


def _apply_of(provider: str, *, now: dt.datetime) -> int:
    with only_applier(provider) as alone:
        if not alone:
            return 0
        waiting = InboxEvent.objects.filter(provider=provider, applied_at__isnull=True, next_try_at__lte=now)
        due = list(waiting.defer("body").order_by("next_try_at", "pk")[:MOST_AT_ONCE])
        return sum(_look_and_apply(provider, due[start : start + TOGETHER], now=now) for start in range(0, len(due), TOGETHER))


def try_again(*, event: InboxEvent, now: dt.datetime) -> None:
    """Have a webhook that failed tried again at once, or one that was applied looked at once more; nothing is posted twice."""
    InboxEvent.objects.filter(pk=event.pk).update(applied_at=None, next_try_at=now)


def _look_and_apply(provider: str, due: list[InboxEvent], *, now: dt.datetime) -> int:
    """Look at a provider, outside any transaction, and apply what it says; return how many webhooks were applied."""
    found = look(provider, [event.object_ref for event in due])
    done: list[tuple[InboxEvent, list[Facts]]] = []
    for event in due:
        said = found[event.object_ref]
        if isinstance(said, Exception):
            _failed(event, said, now=now)
        else:
            done.append((event, said))
    return _apply(done, now=now)


def _apply(found: list[tuple[InboxEvent, list[Facts]]], *, now: dt.datetime) -> int:
    """Move gifts, books and webhooks in one transaction; where it fails, each webhook in one of its own, so that only the wrong one fails."""
    if not found:
        return 0
    try:
        with WRITING, transaction.atomic():
            apply_told(told=[Told(provider=event.provider, facts=said, cause=f"{event.kind} ({event.event_id})") for event, said in found], now=now)
            _tell_guard([facts for event, said in found if event.received_at > now - WINDOW for facts in said], now=now)
            InboxEvent.objects.filter(pk__in=[event.pk for event, _ in found]).update(applied_at=now, error="", attempts=F("attempts") + 1)
    except Exception as error:  # noqa: BLE001 - kept beside the webhook, and logged
        if len(found) > 1:
            return sum(_apply([one], now=now) for one in found)
        _failed(found[0][0], error, now=now)
        return 0
    return len(found)


def _failed(event: InboxEvent, error: Exception, *, now: dt.datetime) -> None:
    """Keep why a webhook was not applied, and when it is tried again."""
    event.attempts += 1
    event.error = str(error) if isinstance(error, MastheadError) else f"{type(error).__name__}: {error}"
    event.next_try_at = now + rules.retry_wait(event.attempts)
    event.save(update_fields=["error", "attempts", "next_try_at"])
    logger.error("The webhook %s was not applied (attempt %s); it is tried again at %s", event, event.attempts, event.next_try_at, exc_info=error)


def _tell_guard(found: list[Facts], *, now: dt.datetime) -> None:
    """Have tries to pay counted, refused or not: each refused card has a webhook of its own."""
    outcomes = []
    for facts in found:
        if not isinstance(facts, CheckoutFacts | PaymentFacts) or facts.gift_id is None:
            continue
        if isinstance(facts, CheckoutFacts):
            if facts.state is CheckoutState.DECLINED:
                outcomes.append((facts.gift_id, False))
        elif not facts.renewal and (facts.settled_at or facts.state is PaymentState.FAILED):
            outcomes.append((facts.gift_id, facts.settled_at is not None))
    guard.tell_outcomes(outcomes=outcomes, now=now)
