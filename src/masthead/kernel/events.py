"""Announcements between rooms that may not import each other.

A room announces what happened; `masthead.config.wiring` lists what follows. Followers run after the
transaction commits, in the order listed. An event that may not be lost is a row of its own, written in
the same transaction, and not one of these.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db import transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: a frozen dataclass of plain values (ids, not model instances)."""


AnyEvent = TypeVar("AnyEvent", bound=Event)
_followers: dict[type[Event], list[Callable[[Event], None]]] = defaultdict(list)


def follow(event_type: type[AnyEvent], follower: Callable[[AnyEvent], None]) -> None:
    """Have `follower` called after each commit that announced an `event_type`; once, however often it is asked."""
    followers = _followers[event_type]
    if follower not in followers:
        followers.append(follower)  # type: ignore[arg-type]


def announce(event: Event) -> None:
    """Call the followers of `event` after the present transaction commits, or now outside of one.

    A follower that fails is logged and does not stop the others: what happened has happened.
    """
    for follower in _followers[type(event)]:
        transaction.on_commit(partial(_call, follower, event), robust=False)


def _call(follower: Callable[[Event], None], event: Event) -> None:
    try:
        follower(event)
    except Exception:
        logger.exception("What follows %s failed in %s", event, follower)
