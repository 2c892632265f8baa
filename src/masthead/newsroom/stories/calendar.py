"""The archive by its calendar: in which months and on which days of the newsroom's zone public stories appeared, and how many."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.db import connection
from django.db.models import Q

from masthead.kernel.clock import beginning_of, date_in
from masthead.newsroom.stories.listing import Listed
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.queries import headlines

BUSY = 200  # stories of a month: it shows their headlines up to here, and beyond the days they are on
WITHIN = "FROM stories_storypage WHERE published_at >= %s AND published_at < %s"
AT_ONCE = 300  # looks in one query: SQLite takes 500 parts of a compound, and in older versions 999 values
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which stories appeared, and how many."""

    date: dt.date
    count: int


def months() -> list[dt.date]:
    """Return the first day of every month in which public stories appeared, newest first; one look at each, however many appeared in it."""
    hours = StoryPage.objects.filter(published_at__isnull=False).values_list("published_at", flat=True)
    first, last = hours.order_by("published_at").first(), hours.order_by("-published_at").first()
    if first is None or last is None:
        return []
    bounds = [*_firsts(date_in(settings.ENV.zone, first), date_in(settings.ENV.zone, last))]
    held = _of_each(bounds, f"1 WHERE EXISTS (SELECT 1 {WITHIN})")
    return [month for number, month in enumerate(bounds) if number in held][::-1]


def days(month: dt.date) -> list[Day]:
    """Return every day of `month` (its first day) on which public stories appeared, newest first."""
    return _counted([month + dt.timedelta(days=number) for number in range((month_after(month) - month).days + 1)])


def is_busy(month: Listed) -> bool:
    """Say whether a month has more stories than one page shows."""
    return month.counted > BUSY


def month_after(first: dt.date) -> dt.date:
    """Return the first day of the month after the one of `first`."""
    return dt.date(first.year + first.month // DECEMBER, first.month % DECEMBER + 1, 1)


def between(first: dt.date, end: dt.date) -> Listed:
    """Return the public stories that appeared from the day `first` up to, not including, the day `end`."""
    hours = {"published_at__gte": beginning_of(settings.ENV.zone, first), "published_at__lt": beginning_of(settings.ENV.zone, end)}
    return Listed(Q(**hours), dress=headlines)


def _firsts(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield the first day of each month from the one of `first` to the one after `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month_after(month)
    yield month


def _counted(bounds: Sequence[dt.date]) -> list[Day]:
    """Return how many stories appeared from each of `bounds` to the next, where any did, newest first.

    Each is counted along the index of the hours: grouping by the newsroom's days would have the database work out each story's own.
    """
    counts = _of_each(bounds, f"count(*) {WITHIN}")
    return [Day(bounds[number], count) for number, count in sorted(counts.items(), reverse=True) if count]


def _of_each(bounds: Sequence[dt.date], asked: str) -> dict[int, int]:
    """Return the number that the database answers to `asked`, of the hours from each of `bounds` to the next, by the place of the first."""
    stretches = list(enumerate(pairwise(bounds)))
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        for begin in range(0, len(stretches), AT_ONCE):
            some = stretches[begin : begin + AT_ONCE]
            parts = [f"SELECT {number}, {asked}" for number, _ in some]
            cursor.execute(" UNION ALL ".join(parts), [_hour(day) for _, stretch in some for day in stretch])
            found.update(cursor.fetchall())
    return found


def _hour(day: dt.date) -> str | dt.datetime | None:
    hour: str | dt.datetime | None = connection.ops.adapt_datetimefield_value(beginning_of(settings.ENV.zone, day))
    return hour
