"""The one source of time. Inside, time is UTC; the newsroom's zone is for showing and for calendar dates."""

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def date_in(zone: ZoneInfo, moment: dt.datetime) -> dt.date:
    """Return the calendar date of an aware `moment` in `zone`."""
    return moment.astimezone(zone).date()
