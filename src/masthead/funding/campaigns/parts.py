"""The meter in parts: what moves with a gift or with the minute, each piece on its own, so that a kept page needs no making anew.

One function makes them, for the page that Django renders and for the pages that are kept: the same bytes. A part is padded with
blanks to a length with room to grow, where blanks are not seen: between two elements, or before an end tag on the same line.

- `figures`: the sentence and the drawing
- `words`: the sentence alone, as appeals say it
- `mark-0`, `mark-1`, …: that a milestone is reached, or nothing
- `months`: what a monthly campaign raised in the months before, on its own page
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from masthead.funding.campaigns import queries
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import MonthRaised, Reading
from masthead.funding.campaigns.rules import Mark
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money

VERSION_DIGITS = 7
PERCENT_DIGITS = 4
PLACE_DIGITS = 5  # 61.25
MONTHS_STEP = 256  # bytes: two months more before the table's place has to grow
REACHED = " reached"


def written(money: Money) -> str:
    """Return an amount as the publication's language writes it: $3,075."""
    return money.words(locale_of(settings.LANGUAGE_CODE))


def plainly(amount: Money | Decimal) -> str:
    """Return a number as an address, a form or a drawing takes it, in every language alike: 25, 12.50, 61.5."""
    exact = amount.major if isinstance(amount, Money) else amount
    return f"{exact:f}" if isinstance(amount, Money) and exact % 1 else f"{exact.normalize():f}"


def sentence(reading: Reading) -> SafeString:
    """Return the meter's sentence with what is raised set off in it."""
    raised = written(reading.raised)
    before, found, after = reading.sentence.partition(raised)
    return format_html("{}<strong>{}</strong>{}", before, found, after)


def part(reading: Reading, name: str, months: Sequence[MonthRaised] = ()) -> SafeString:
    """Return one part of a campaign's meter, padded; `months` are those before, for the part of that name."""
    if name == "figures":
        return _figures(reading)
    if name == "words":
        return _padded(sentence(reading), _room(reading, percents=1))
    if name == "months":
        return _months(reading, months)
    return _padded(reached(reading.marks[int(name.removeprefix("mark-"))]), 0, least=len(reached_words()))


def parts_of(*, campaign: Campaign, now: dt.datetime) -> tuple[Reading, dict[str, bytes]]:
    """Return a campaign's reading at `now` with every part of its meter as the bytes that stand in pages; three queries at most."""
    reading = queries.reading(campaign=campaign, now=now)
    months = queries.months_before(campaign=campaign, now=now)
    return reading, {name: part(reading, name, months).encode() for name in names_of(reading)}


def names_of(reading: Reading) -> list[str]:
    """Return the names of a meter's parts."""
    return ["figures", "words", *(f"mark-{number}" for number in range(len(reading.marks))), "months"]


def reached_words() -> str:
    """Return what is said beside a milestone that is reached."""
    return format_html(' <span class="quiet">{}</span>', gettext("(reached)"))


def reached(mark: Mark) -> str:
    """Return what is said beside `mark`: nothing until it is reached."""
    return reached_words() if mark.reached else ""


def _figures(reading: Reading) -> SafeString:
    share = gettext("%(percent)s %% of %(goal)s") % {"percent": reading.percent, "goal": written(reading.goal)}
    lines = "".join(_line("mark", mark.at, reached=mark.reached) for mark in reading.marks)
    drawn = format_html(
        '<svg class="meter-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}" data-version="{}"{}>'
        '<rect class="scale" width="100" height="8" /><rect class="fill" width="{}" height="8" />{}{}</svg>',
        share,
        str(reading.version),
        _at(reading),
        plainly(reading.fill),
        mark_safe(lines),
        _line("mark goal", reading.goal_at, reached=reading.reached),
    )
    places = [*((plainly(mark.at), mark.reached) for mark in reading.marks), (plainly(reading.goal_at), reading.reached)]
    room = _room(reading, percents=2)
    room += max(0, VERSION_DIGITS - len(str(reading.version))) + max(0, PLACE_DIGITS - len(plainly(reading.fill)))
    room += sum(2 * max(0, PLACE_DIGITS - len(at)) + (0 if is_reached else len(REACHED)) for at, is_reached in places)
    said = format_html('<p class="meter-words">{}</p>', sentence(reading))
    return mark_safe(said + " " * room + drawn)


def _at(reading: Reading) -> SafeString:
    """Return the minute of a reading, by which the script of a page that a CDN held tells which of two is newer; nothing where there is none."""
    moment = reading.as_of.astimezone(dt.UTC)
    return format_html(' data-at="{}"', f"{moment:%Y-%m-%dT%H:%MZ}") if settings.ENV.cdn_url else mark_safe("")


def _line(kind: str, at: Decimal, *, reached: bool) -> SafeString:
    return format_html('<line class="{}{}" x1="{}" x2="{}" y1="0" y2="8" />', kind, REACHED if reached else "", plainly(at), plainly(at))


def _room(reading: Reading, *, percents: int) -> int:
    """Return the blanks that the sentence and `percents` figures of percent may still fill: ten times the goal, to the smallest coin."""
    most = Money(int("9" * (len(str(reading.goal.minor)) + 1)), reading.currency)
    raised = max(0, len(written(most).encode()) - len(written(reading.raised).encode()))
    return raised + percents * max(0, PERCENT_DIGITS - len(str(reading.percent)))


def _months(reading: Reading, months: Sequence[MonthRaised]) -> SafeString:
    html = render_to_string("campaigns/months.html", {"months": months, "reading": reading}) if months else ""
    line = "".join(piece.strip() for piece in html.split("\n"))
    length = len(line.encode())
    return _padded(line, -(-max(length, 1) // MONTHS_STEP) * MONTHS_STEP - length)


def _padded(value: str, room: int, *, least: int = 0) -> SafeString:
    """Return `value`, which is safe already, with `room` blanks behind it, or as many as make it `least` characters."""
    return mark_safe(value + " " * max(room, least - len(value)))
