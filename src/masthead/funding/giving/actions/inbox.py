"""The webhook inbox: store first, look later. What is applied, and how, is in applying.py."""

import datetime as dt
import logging
from collections.abc import Mapping
from enum import Enum

from django.db import transaction

from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import apply_facts, look
from masthead.funding.giving.locks import only_applier
from masthead.funding.giving.models import InboxEvent
from masthead.funding.providers import registry
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)
LARGEST_BODY = 256 * 1024
MOST_AT_ONCE = 100


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
    """Store a hint once, whatever else arrives at the same instant."""
    known = {"provider": event.provider, "event_id": event.event_id}
    values = {field.name: getattr(event, field.name) for field in InboxEvent._meta.concrete_fields if field.name not in {"id", *known}}  # noqa: SLF001 - Django's documented name
    _, new = InboxEvent.objects.get_or_create(**known, defaults=values)
    return Received.STORED if new else Received.KNOWN


def apply_inbox(*, now: dt.datetime) -> int:
    """Apply the stored webhooks whose time has come, oldest first, and return how many were applied.

    Only one process applies at a time; where another does, this returns 0 at once. One that fails keeps its
    sentence, is tried again after 2, 4, 8 ... seconds up to six hours, and does not hold up the others.
    """
    waiting = InboxEvent.objects.filter(applied_at__isnull=True, next_try_at__lte=now)
    if not waiting.exists():
        return 0
    with only_applier() as alone:
        if not alone:
            return 0
        return sum(_apply_one(event, now=now) for event in waiting.order_by("next_try_at", "pk")[:MOST_AT_ONCE])


def try_again(*, event: InboxEvent, now: dt.datetime) -> None:
    """Have a webhook that failed tried again at once, or one that was applied looked at once more; nothing is posted twice."""
    InboxEvent.objects.filter(pk=event.pk).update(applied_at=None, next_try_at=now)


def _apply_one(event: InboxEvent, *, now: dt.datetime) -> bool:
    """Look at the provider, outside any transaction; then move gift, books and event in one."""
    try:
        found = look(event.provider, event.object_ref)
        with transaction.atomic():
            for facts in found:
                apply_facts(provider_name=event.provider, facts=facts, cause=f"{event.kind} ({event.event_id})", now=now)
            event.applied_at, event.error, event.attempts = now, "", event.attempts + 1
            event.save(update_fields=["applied_at", "error", "attempts"])
    except Exception as error:
        event.applied_at, event.attempts = None, event.attempts + 1
        event.error = str(error) if isinstance(error, MastheadError) else f"{type(error).__name__}: {error}"
        event.next_try_at = now + rules.retry_wait(event.attempts)
        event.save(update_fields=["applied_at", "error", "attempts", "next_try_at"])
        logger.exception("The webhook %s was not applied (attempt %s); it is tried again at %s", event, event.attempts, event.next_try_at)
        return False
    return True
