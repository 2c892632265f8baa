"""Bars for the desk, drawn on the server: places and words for an SVG that needs no script. Pure."""

import datetime as dt
from dataclasses import dataclass

from babel.numbers import format_compact_currency

from masthead.funding.campaigns.words import month as month_in_words
from masthead.kernel.money import Money

WIDTH, HEIGHT = 720, 200  # of the drawing, in its own units
TOP, FOOT = 22, 22  # for the figure above a bar and the month below it
GAP = 12


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its box, where its words stand, and what it says."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    figure: str  # short, above the bar
    foot: str  # the month's number
    title: str  # in full, for who points at it or listens


def bars(months: list[tuple[dt.date, Money]], *, locale: str, language: str) -> list[Bar]:
    """Return a bar for each month. The highest is as high as the drawing; a month below zero stands on the ground without a bar."""
    most = max((amount.minor for _month, amount in months), default=0)
    step = WIDTH // max(len(months), 1)
    room = HEIGHT - TOP - FOOT
    drawn = []
    for place, (month, amount) in enumerate(months):
        height = max(0, amount.minor) * room // most if most > 0 else 0
        if amount.minor > 0:
            height = max(height, 2)
        drawn.append(
            Bar(
                x=place * step + GAP // 2,
                y=HEIGHT - FOOT - height,
                width=step - GAP,
                height=height,
                middle=place * step + step // 2,
                figure=format_compact_currency(amount.major, amount.currency, locale=locale, fraction_digits=1) if amount.minor else "",
                foot=f"{month:%m}",
                title=f"{month_in_words(month, language)}: {amount.words(locale)}",
            )
        )
    return drawn
