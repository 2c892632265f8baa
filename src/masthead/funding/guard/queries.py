"""Reading the counters and the breaker."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from masthead.funding.guard.models import HeldGift, Tally, Trip
from masthead.funding.guard.rules import WINDOW, Level, Limits, Sums
from masthead.kernel.places import is_outside

SITE, PLACE = "site", "place:"
COUNTS = ("asked", "held", "failed", "paid")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One network and what happened from it."""

    place: str
    sums: Sums


def limits() -> Limits:
    """Return what may happen in an hour, from the settings."""
    env = settings.ENV
    return Limits(
        per_place=env.checkout_per_place, per_email=env.checkout_per_email, per_site=env.checkout_per_site, failed_percent=env.checkout_failed_percent
    )


def scope_of(place: str) -> str:
    """Return the scope that a network is counted under; nothing where it tells nobody apart."""
    return f"{PLACE}{place}" if is_outside(place) else ""


def sums_of(scopes: Iterable[str], *, now: dt.datetime, window: dt.timedelta = WINDOW) -> dict[str, Sums]:
    """Return what happened in each scope within the window before `now`, in whole slots; one query."""
    rows = Tally.objects.filter(scope__in=[scope for scope in scopes if scope], slot__gt=now - window).values_list("scope")
    return {scope: Sums(**dict(zip(COUNTS, counts, strict=True))) for scope, *counts in rows.annotate(*[Sum(name) for name in COUNTS])}


def open_trip() -> Trip | None:
    """Return the trip that is open, or None while the breaker is closed."""
    return Trip.objects.filter(is_open=True).first()


def level_of(trip: Trip | None) -> Level | None:
    """Return whom the breaker holds."""
    return Level(trip.level) if trip else None


def busiest(*, now: dt.datetime, window: dt.timedelta = WINDOW, limit: int = 20) -> list[Counted]:
    """Return the networks that asked most within the window, the busiest first; one query."""
    rows = Tally.objects.filter(scope__startswith=PLACE, slot__gt=now - window).values_list("scope").annotate(most=Sum("asked"))
    rows = rows.annotate(*[Sum(name) for name in COUNTS[1:]])
    found = rows.order_by("-most", "scope")[:limit]
    return [Counted(place=scope.removeprefix(PLACE), sums=Sums(**dict(zip(COUNTS, counts, strict=True)))) for scope, *counts in found]


def trips(*, limit: int = 50) -> list[Trip]:
    """Return the latest trips, newest first."""
    return list(Trip.objects.all()[:limit])


def held(pk: UUID) -> HeldGift | None:
    """Return a gift that waits for its address to be confirmed."""
    return HeldGift.objects.filter(pk=pk).first()


def waiting_letters(*, now: dt.datetime, limit: int) -> list[HeldGift]:
    """Return the held gifts whose letter is due, oldest first."""
    return list(HeldGift.objects.filter(sent_at__isnull=True, next_try_at__lte=now).order_by("next_try_at")[:limit])
