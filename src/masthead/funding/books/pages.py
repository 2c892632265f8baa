"""Figures as the open books' pages say them: lines with labels, sentences, and the shapes of the chart."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masthead.funding.books.queries import Reading, Spent
from masthead.funding.books.rules import Figures
from masthead.funding.giving.models import Frequency
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money

CHART_WIDTH, CHART_HEIGHT, BAR_GAP = 720, 160, 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, how much in words, and of which it is a part (`share` in percent of the largest)."""

    label: str
    amount: str
    count: int = 0
    back: str = ""
    share: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One currency's figures as a page shows them."""

    currency: str
    sentence: str
    lines: list[Line]
    campaigns: list[Line]
    categories: list[Line]
    providers: list[Line]
    payouts: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in the chart: two bars side by side, in and out, and what they say."""

    label: str
    x: float
    width: float
    in_y: float
    in_height: float
    out_x: float
    out_y: float
    out_height: float
    words: str


def shown(reading: Reading) -> list[Shown]:
    """Return a stretch of the books, each currency as a page shows it."""
    return [_shown(figures, reading.names) for figures in reading.figures]


def _shown(figures: Figures, names: dict[str, str]) -> Shown:
    def written(minor: int) -> str:
        return money(Money(minor, figures.currency))

    lines = [
        (_("Held at the beginning"), figures.opening, True),
        (_("Gifts"), figures.gifts, True),
        (_("Given back"), -figures.refunds, bool(figures.refunds)),
        (_("Disputed"), -figures.disputes, bool(figures.disputes)),
        (_("Called back by banks"), -figures.failures, bool(figures.failures)),
        (_("Fees of payment providers"), -figures.fees, bool(figures.fees)),
        (_("Income beside gifts"), figures.income, bool(figures.income)),
        (_("Spent"), -figures.spending, bool(figures.spending)),
        (_("Was there before the books"), figures.entered, bool(figures.entered)),
        (_("Exchanged with other currencies"), figures.exchanged, bool(figures.exchanged)),
        (_("Held at the end"), figures.closing, True),
    ]
    campaigns = [
        Line(names.get(code, code), written(given), count=count, back=written(back) if back else "")
        for code, (given, back, count) in figures.by_campaign.items()
    ]
    gifts = ngettext("%(count)s gift brought %(sum)s", "%(count)s gifts brought %(sum)s", figures.gift_count) % {
        "count": figures.gift_count,
        "sum": written(figures.gifts),
    }
    out = _("%(fees)s went to payment providers, %(spent)s was spent.") % {"fees": written(figures.fees), "spent": written(figures.spending)}
    return Shown(
        currency=figures.currency,
        sentence=f"{gifts}; {out}",
        lines=[Line(label, written(minor)) for label, minor, is_said in lines if is_said],
        campaigns=campaigns,
        categories=_shares(figures, figures.by_category, names),
        providers=_shares(figures, figures.by_provider, names),
        payouts=written(figures.payouts) if figures.payouts else "",
    )


def _shares(figures: Figures, parts: dict[str, int], names: dict[str, str]) -> list[Line]:
    """Return parts from the largest down, each with its share of the largest, for the bar beside it."""
    largest = max(parts.values(), default=0)
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    return [
        Line(names.get(code, code), money(Money(minor, figures.currency)), share=max(0, round(100 * minor / largest)) if largest > 0 else 0)
        for code, minor in ordered
        if minor
    ]


def table(months: list[Reading]) -> list[dict[str, Any]]:
    """Return the months as the history shows them: a row for each currency that moved."""
    return [
        {
            "month": reading.since,
            "gifts": money(figures.money(figures.gifts)),
            "back": money(figures.money(figures.returned)),
            "fees": money(figures.money(figures.fees)),
            "spent": money(figures.money(figures.spending)),
            "held": money(figures.money(figures.closing)),
        }
        for reading in months
        for figures in reading.figures
    ]


def frequencies(reading: Reading) -> list[Line]:
    """Return how the month's gifts were given."""
    labels = dict(Frequency.choices)
    return [
        Line(str(labels.get(one["frequency"], one["frequency"])), money(Money(one["minor"], one["currency"])), count=one["count"])
        for one in reading.frequencies
    ]


def spent(rows: list[Spent]) -> list[tuple[Spent, str]]:
    """Return expenses with their amounts in words."""
    return [(row, money(row.amount)) for row in rows]


def chart(months: list[Reading], now: Reading | None) -> dict[str, Any] | None:
    """Return the shapes of the chart: what came in and went out in each month, in the first currency; None where there is but one month."""
    readings = [*reversed(months), *([now] if now else [])]
    if len(readings) < 2:  # noqa: PLR2004 - one bar compares nothing
        return None
    currency = readings[-1].figures[0].currency if readings[-1].figures else settings.ENV.currency
    pairs = [_in_and_out(reading, currency) for reading in readings]
    highest = max(max(pair) for pair in pairs) or 1
    step = CHART_WIDTH / len(readings)
    bars = [
        _bar(number, reading, pair=pair, currency=currency, highest=highest, step=step)
        for number, (reading, pair) in enumerate(zip(readings, pairs, strict=True))
    ]
    return {
        "bars": bars,
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "total": CHART_HEIGHT + 24,
        "highest": money(Money(highest, currency)),
        "currency": currency,
    }


def _in_and_out(reading: Reading, currency: str) -> tuple[int, int]:
    figures = next((one for one in reading.figures if one.currency == currency), None)
    return (max(0, figures.gifts + figures.income), max(0, figures.returned + figures.fees + figures.spending)) if figures else (0, 0)


def _bar(number: int, reading: Reading, *, pair: tuple[int, int], currency: str, highest: int, step: float) -> Bar:
    width = round(step * (1 - BAR_GAP) / 2, 2)
    x = round(number * step + step * BAR_GAP / 2, 2)
    heights = [round(CHART_HEIGHT * minor / highest, 2) for minor in pair]
    label = f"{reading.until:%Y-%m}"
    words = _("%(month)s: %(in)s came in, %(out)s went out") % {"month": label, "in": money(Money(pair[0], currency)), "out": money(Money(pair[1], currency))}
    return Bar(label, x, width, CHART_HEIGHT - heights[0], heights[0], round(x + width, 2), CHART_HEIGHT - heights[1], heights[1], words)


def money(amount: Money) -> str:
    """Return an amount with all its digits, as the publication's language writes it."""
    return amount.words(locale_of(settings.LANGUAGE_CODE), whole=False)
