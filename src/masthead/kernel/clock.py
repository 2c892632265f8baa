"""The one source of time. Inside, time is UTC; the newsroom's zone is for showing and for calendar dates."""

import datetime as dt
from zoneinfo import ZoneInfo

from masthead.kernel import reads


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    reads.note_clock()
    return dt.datetime.now(dt.UTC)


def date_in(zone: ZoneInfo, moment: dt.datetime) -> dt.date:
    """Return the calendar date of an aware `moment` in `zone`."""
    return moment.astimezone(zone).date()


def midnight_after(zone: ZoneInfo, moment: dt.datetime) -> dt.datetime:
    """Return when the next day of `zone` begins after an aware `moment`."""
    return beginning_of(zone, date_in(zone, moment) + dt.timedelta(days=1))


def beginning_of(zone: ZoneInfo, day: dt.date) -> dt.datetime:
    """Return when `day` begins in `zone`, in UTC."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
