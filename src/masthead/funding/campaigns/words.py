"""What the meter says in words: one full sentence that stands alone, read aloud or printed."""

import datetime as dt
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from django.utils.translation import gettext

from masthead.funding.campaigns.rules import Period, Phase
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money


def period_words(period: Period) -> str:
    """Return the period as it stands after the goal: “this month”, or nothing where the goal is for all time."""
    return gettext("this month") if period == Period.MONTHLY else ""


def moment(at: dt.datetime, zone: ZoneInfo, language: str) -> str:
    """Return the hour in the newsroom's zone as it is printed: 14:05."""
    return format_time(at.astimezone(zone), "HH:mm", locale=locale_of(language))


def day(date: dt.date, language: str) -> str:
    """Return a date as `language` writes it in full: November 22, 2026."""
    return format_date(date, "long", locale=locale_of(language))


def month(day_in_it: dt.date, language: str) -> str:
    """Return a month as `language` writes it: November 2026."""
    return format_skeleton("yMMMM", day_in_it, locale=locale_of(language))


def sentence(*, raised: Money, goal: Money, percent: int, period: str, phase: Phase, as_of: str, closed: str, language: str) -> str:
    """Return “$3,075 raised of $5,000 this month, 61 %, as of 14:05”; of a closed campaign, the day it closed.

    `as_of` and `closed` are already in words; `closed` may be empty.
    """
    locale = locale_of(language)
    words = {
        "raised": raised.words(locale),
        "goal": f"{goal.words(locale)} {period}".rstrip(),
        "percent": percent,
        "as_of": as_of,
        "closed": closed,
    }
    if phase == Phase.CLOSED and closed:
        return gettext("%(raised)s raised of %(goal)s, %(percent)s\u00a0%%, closed on %(closed)s") % words
    if phase == Phase.CLOSED:
        return gettext("%(raised)s raised of %(goal)s, %(percent)s\u00a0%%, closed") % words
    return gettext("%(raised)s raised of %(goal)s, %(percent)s\u00a0%%, as of %(as_of)s") % words
