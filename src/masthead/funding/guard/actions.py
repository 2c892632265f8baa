"""Counting and deciding: each door of the checkout asks `admit`, each payment's end is told by `tell_outcome`, `watch` looks after the breaker."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from email.utils import formataddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from masthead.funding.guard import queries, rules
from masthead.funding.guard.models import HeldGift, Start, Tally, Trip
from masthead.funding.guard.queries import COUNTS, SITE
from masthead.funding.guard.rules import CALM, WINDOW, Level, Limits, Sums, Verdict
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)
KEPT_COUNTERS, KEPT_STARTS, KEPT_HELD, KEPT_TRIPS = dt.timedelta(days=2), dt.timedelta(days=7), dt.timedelta(days=2), dt.timedelta(days=90)
LETTERS_PER_EMAIL = 3
LETTER_AGE = dt.timedelta(days=1)  # how long the link in it works
LETTER_WAIT = dt.timedelta(minutes=2)  # after the mail server refused one

# One statement on either database, so that two at the same instant are two (sqlite.org/lang_upsert.html; SQLite takes PostgreSQL's words).
COUNT_ROW = "(%s, %s, %s, %s, %s, %s)"
COUNT = """
INSERT INTO guard_tally (scope, slot, asked, held, failed, paid) VALUES {rows}
ON CONFLICT (scope, slot) DO UPDATE SET asked = guard_tally.asked + excluded.asked, held = guard_tally.held + excluded.held,
    failed = guard_tally.failed + excluded.failed, paid = guard_tally.paid + excluded.paid
"""


class WaitFirst(MastheadError):
    """Too much was begun from here: nothing more for a while. `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = -(-seconds // 60)
        super().__init__(
            _(
                "Many gifts were begun from your network or with this address within an hour, which is how stolen cards are tried out. "
                "Nothing was taken, and what you typed is kept on this page: try again in %(minutes)s minutes, or from another network."
            )
            % {"minutes": minutes}
        )


def admit(*, place: str, email: str, now: dt.datetime, confirmed: bool = False) -> Verdict:
    """Count a checkout that somebody wants to begin, and say whether it may; `confirmed` says that the address was proved.

    It is written before it is counted, so that parallel ones cannot slip through. Who asks far above the limits is answered
    by one read: a flood costs no write.

    Raises:
        WaitFirst: the place or the address has to wait.
    """
    limits = queries.limits()
    mail, network = _mail_scope(email), queries.scope_of(place)
    if network and not confirmed and queries.sums_of([network], now=now).get(network, Sums()).asked > limits.most_asked:
        raise WaitFirst(_until_free(network, now))
    with transaction.atomic():
        _count([scope for scope in (mail, network) if scope], now=now, asked=1)
        sums = queries.sums_of([mail, network, SITE], now=now)
        trip = queries.open_trip()
        verdict = rules.judge(
            limits=limits,
            email=sums[mail],
            place=sums.get(network),
            site=sums.get(SITE, Sums()),
            level=queries.level_of(trip),
            confirmed=confirmed,
        )
        if verdict is Verdict.GO:
            _count([SITE], now=now, asked=1)
        else:
            _count([scope for scope in (mail, network) if scope], now=now, held=1)
        if trip is None:
            _trip_where_needed(limits, place=place, sums=sums.get(network), site=sums.get(SITE, Sums()), now=now)
    if verdict is Verdict.WAIT:
        raise WaitFirst(_until_free(network if sums[mail].opened <= limits.per_email else mail, now))
    return verdict


@transaction.atomic
def hold(*, email: str, place: str, asked: dict[str, Any], now: dt.datetime) -> HeldGift:
    """Keep a gift until its giver follows the link in a letter, and have that letter sent; the same one asked for again has one letter.

    Raises:
        WaitFirst: this address has been sent several letters within the hour, or the newsroom very many.
    """
    waiting = HeldGift.objects.filter(email=email, used_at__isnull=True, created_at__gt=now - WINDOW)
    for known in waiting:
        if known.asked == asked:
            return known
    recent = HeldGift.objects.filter(created_at__gt=now - WINDOW)
    if recent.filter(email=email).count() >= LETTERS_PER_EMAIL or recent.count() >= queries.limits().per_site:
        raise WaitFirst(int(WINDOW.total_seconds()))
    return HeldGift.objects.create(email=email, place=place, asked=asked, created_at=now, next_try_at=now)


def claim(*, held: HeldGift, now: dt.datetime) -> bool:
    """Take a held gift to its checkout; False where somebody did so before. `release` gives it back."""
    return bool(HeldGift.objects.filter(pk=held.pk, used_at__isnull=True, created_at__gt=now - LETTER_AGE).update(used_at=now))


def release(*, held: HeldGift) -> None:
    """Let the link of a held gift work again, because its checkout could not be opened."""
    HeldGift.objects.filter(pk=held.pk).update(used_at=None)


def note_start(*, gift_id: UUID, place: str, now: dt.datetime) -> None:
    """Remember where a gift began, so that what becomes of its payment is counted there too."""
    Start.objects.get_or_create(gift_id=gift_id, defaults={"place": place, "at": now})


@transaction.atomic
def tell_outcomes(*, outcomes: Sequence[tuple[UUID, bool]], now: dt.datetime) -> None:
    """Count tries to pay, each as `tell_outcome` does: gift and whether it was paid. Those that were paid, in three statements however many they are."""
    paid = {gift_id for gift_id, was_paid in outcomes if was_paid}
    starts = list(Start.objects.select_for_update().filter(pk__in=paid, paid=False).order_by("pk")) if paid else []
    if starts:
        Start.objects.filter(pk__in=[start.pk for start in starts]).update(paid=True)
        places = Counter(scope for start in starts if (scope := queries.scope_of(start.place)))
        _add_up({SITE: {"paid": len(starts)}} | {scope: {"paid": count} for scope, count in places.items()}, now=now)
    for gift_id, was_paid in outcomes:
        if not was_paid:
            tell_outcome(gift_id=gift_id, paid=False, now=now)


def tell_outcome(*, gift_id: UUID, paid: bool, now: dt.datetime) -> None:
    """Count one try to pay for a gift that began at our checkout; paid counts once. Opens the breaker, or widens it, where that is due."""
    start = Start.objects.select_for_update().filter(pk=gift_id).first()
    if start is None or (paid and start.paid):
        return
    if paid:
        Start.objects.filter(pk=gift_id).update(paid=True)
    scope = queries.scope_of(start.place)
    _count([name for name in (scope, SITE) if name], now=now, **({"paid": 1} if paid else {"failed": 1}))
    if paid:
        return
    limits = queries.limits()
    trip = queries.open_trip()
    if trip is None:
        sums = queries.sums_of([scope, SITE], now=now)
        _trip_where_needed(limits, place=start.place, sums=sums.get(scope), site=sums.get(SITE, Sums()), now=now)
    elif trip.level == Level.PLACES:
        since = _sums_since(SITE, trip.opened_at + rules.PATIENCE)
        if rules.must_escalate(limits=limits, since=since, opened_at=trip.opened_at, now=now):
            Trip.objects.filter(pk=trip.pk, is_open=True).update(level=Level.ALL, level_at=now)


def watch(*, now: dt.datetime) -> int:
    """Tell the publishers of a new trip, once; close the breaker when it has been quiet for half an hour; forget what is old. Each minute."""
    done = sum(_alert(trip, now=now) for trip in Trip.objects.filter(alerted_at__isnull=True))
    trip = queries.open_trip()
    if trip and now - trip.level_at >= CALM and _is_calm(now):
        done += Trip.objects.filter(pk=trip.pk, is_open=True).update(is_open=False, closed_at=now)
    Tally.objects.filter(slot__lt=now - KEPT_COUNTERS).delete()
    Start.objects.filter(at__lt=now - KEPT_STARTS).delete()
    HeldGift.objects.filter(created_at__lt=now - KEPT_HELD).delete()
    Trip.objects.filter(is_open=False, closed_at__lt=now - KEPT_TRIPS).delete()
    return done


def _is_calm(now: dt.datetime) -> bool:
    limits = queries.limits()
    site = queries.sums_of([SITE], now=now, window=CALM).get(SITE, Sums())
    crowd = queries.busiest(now=now, window=CALM, limit=1)
    return not rules.refused(limits, site) and not (crowd and rules.crowded(limits, crowd[0].sums))


def _trip_where_needed(limits: Limits, *, place: str, sums: Sums | None, site: Sums, now: dt.datetime) -> None:
    why = rules.why_trip(limits=limits, place_name=place, place=sums, site=site)
    if why:
        Trip.objects.bulk_create([Trip(opened_at=now, why=why, level=Level.PLACES, level_at=now)], ignore_conflicts=True)


def _alert(trip: Trip, *, now: dt.datetime) -> int:
    """Write to everybody who may see the trips; one letter a trip, tried again where the mail server refused it."""
    if not Trip.objects.filter(pk=trip.pk, alerted_at__isnull=True).update(alerted_at=now):
        return 0
    people = get_user_model().objects.with_perm("guard.view_trip", backend="django.contrib.auth.backends.ModelBackend")
    addresses = sorted(person.email for person in people if person.email)
    page = settings.ENV.address + reverse("card_testing:index")
    try:
        for address in addresses:  # one each, so that nobody's address is shown to the others
            EmailMessage(
                subject=_("Stolen cards may be being tried out on %(newsroom)s") % {"newsroom": settings.ENV.name},
                body=render_to_string("guard/letters/alert.txt", {"trip": trip, "page": page, "newsroom": settings.ENV.name}),
                from_email=formataddr((" ".join(settings.ENV.name.split()), settings.DEFAULT_FROM_EMAIL)),
                to=[address],
                headers={"Auto-Submitted": "auto-generated"},
            ).send()
    except Exception:
        Trip.objects.filter(pk=trip.pk).update(alerted_at=None)
        logger.exception("The alert of the breaker was not sent; it is tried again in a minute")
        return 0
    return 1


def _count(scopes: list[str], *, now: dt.datetime, **counts: int) -> None:
    """Add to the counters of this ten minutes, in one statement and always in the same order, so that no two wait for each other."""
    _add_up(dict.fromkeys(scopes, counts), now=now)


def _add_up(by_scope: dict[str, dict[str, int]], *, now: dt.datetime) -> None:
    slot = connection.ops.adapt_datetimefield_value(rules.slot_of(now))
    values = [value for scope, counts in sorted(by_scope.items()) for value in (scope, slot, *(counts.get(name, 0) for name in COUNTS))]
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=", ".join([COUNT_ROW] * len(by_scope))), values)


def _sums_since(scope: str, since: dt.datetime) -> Sums:
    found = Tally.objects.filter(scope=scope, slot__gte=rules.slot_of(since)).aggregate(**{name: Sum(name, default=0) for name in COUNTS})
    return Sums(**found)


def _until_free(scope: str, now: dt.datetime) -> int:
    """Return in how many seconds the oldest ten minutes of a scope are forgotten: the soonest that anything can be better."""
    first = Tally.objects.filter(scope=scope, slot__gt=now - WINDOW).order_by("slot").values_list("slot", flat=True).first()
    return max(60, int((first + WINDOW - now).total_seconds())) if first else int(WINDOW.total_seconds())


def _mail_scope(email: str) -> str:
    """Return the name under which an address is counted: a keyed hash, for the counters need not know whose it is."""
    return "mail:" + salted_hmac("masthead.funding.guard", email.strip().casefold(), algorithm="sha256").hexdigest()
