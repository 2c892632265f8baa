"""Dates that do not exist, weekdays that do not fit, and days that nothing anchors."""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.sentences import listed
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import PROSE, Kind, Passage

ENGLISH = frozenset({"en"})
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_GREGORIAN_SINCE = 1924  # from then on every newspaper's country counts the same days (Greece changed in 1923)
_NEAR = 2  # passages back in which a full date still anchors a day
_FIRST_LINES, _NEAR_THE_START, _OTHER_WORDS = 5, 40, 4  # passages; characters before a date, as a dateline has them; words of a date line beside the date
_NAMED_DAYS = 183  # days to either side of the story's own within which a day without a year is meant

_MONTH = r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?:of\s+)?(?P<year>[12]\d{3})(?!\s?[-–]?\w*\s(?:people|men|women|children))(?![\d,.]\d|%))?"
# “Edmonton Sun, August 16” is a newspaper.
_WEEKDAY = (
    r"(?:(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?=day)|Mon|Tues?|Wed|Thu(?:rs?)?|Fri|(?<![A-Za-z]\s)S(?:at|un))(?:day)?\.?,?\s+(?:the\s+)?)?"
)
_MONTH_FIRST = re.compile(rf"(?<![\w-]){_WEEKDAY}\b{_MONTH}\s{_DAY}(?![\w%]|[.,:]\d|[-–]\w*[a-z]){_YEAR}")
_DAY_FIRST = re.compile(rf"(?<![\w$€£-]){_WEEKDAY}(?<![\d.,:$€£-]){_DAY}\s(?:of\s)?{_MONTH}(?!\w){_YEAR}")
_ISO = re.compile(r"(?<![\d/-])(?P<year>[12]\d{3})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d/-])")
_AFTER = re.compile(r"\s*(?:,\s*a|\()\s*(?P<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_ANY_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\d-\d\d-\d")
# “In June 31 people” is no date; “on June 31” and “June 31.” are.
_BEFORE_A_DATE = re.compile(r"\b(?:on|until|till|by|from|since|through|before|after|dated?|to|of|for|and|[A-Z][a-z]+day,?)\s+$", re.IGNORECASE)
_AFTER_A_DATE = re.compile(r"\s*(?:[.,;:!?)\]”\"]|$|\bat\b|\band\b|\bto\b|[-–—])")


@dataclass(frozen=True, slots=True)
class Day:
    """A day as a text names it: `year` and `weekday` (Monday is 0) where it says them. `sure`: a day, whatever the calendar says."""

    start: int
    end: int
    day: int
    month: int
    year: int | None
    weekday: int | None
    sure: bool = True

    @property
    def date(self) -> dt.date | None:
        """The date, where the year is known and there is such a day."""
        if self.year is None or self.month not in range(1, 13) or not 0 < self.day <= monthrange(self.year, self.month)[1]:
            return None
        return dt.date(self.year, self.month, self.day)


@lru_cache(maxsize=256)
def days(text: str) -> tuple[Day, ...]:
    """Return the days that an English text names by month and day, in order."""
    if not _ANY_MONTH.search(text):
        return ()
    found = [_day(text, match) for pattern in (_MONTH_FIRST, _DAY_FIRST, _ISO) for match in pattern.finditer(text)]
    ordered: list[Day] = []
    for day in sorted(found, key=lambda day: (day.start, day.start - day.end)):
        if not ordered or day.start >= ordered[-1].end:
            ordered.append(day)
    return tuple(ordered)


def _day(text: str, match: re.Match[str]) -> Day:
    said = match.groupdict()
    month = int(said["month"]) if said["month"].isdigit() else next(number for number, name in enumerate(MONTHS, 1) if name.startswith(said["month"][:3]))
    weekday, end = said.get("weekday"), match.end()
    if not weekday and (after := _AFTER.match(text, match.end())):
        weekday, end = after["weekday"], after.end()
    sure = (
        bool(said["year"]) or match.re is not _MONTH_FIRST or bool(_BEFORE_A_DATE.search(text[: match.start()])) or bool(_AFTER_A_DATE.match(text, match.end()))
    )
    return Day(
        start=match.start(),
        end=end,
        day=int(said["day"]),
        month=month,
        year=int(said["year"]) if said["year"] else None,
        weekday=_number(weekday) if weekday else None,
        sure=sure and not (match.re is _MONTH_FIRST and text[: match.start()].endswith(("In ", "in ")) and not said["year"]),
    )


def _number(weekday: str) -> int:
    return next(number for number, name in enumerate(WEEKDAYS) if name.startswith(weekday[:3]))


@check("date-that-is-not", Severity.WARN, reason="There is no 31 June; a date that does not exist misleads whoever looks it up.", languages=ENGLISH)
def date_that_is_not(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each date that no calendar has: 31 June, 30 February, 29 February 2023."""
    for passage in reading.passages:
        for day in days(passage.text):
            if not day.sure:
                continue
            if day.month not in range(1, 13):
                yield Hit(message=f"There is no month {day.month}.", at=passage, start=day.start, end=day.end)
                continue
            name = MONTHS[day.month - 1]
            leap = day.month == 2 and day.day == 29 and day.year is not None and day.date is None  # noqa: PLR2004 - 29 February
            if leap:
                yield Hit(message=f"There was no 29 February in {day.year}: it was no leap year.", at=passage, start=day.start, end=day.end)
            elif not 0 < day.day <= _LONGEST[day.month - 1]:
                message = f"There is no {day.day} {name}: it has {_LONGEST[day.month - 1]} days."
                yield Hit(message=message, at=passage, start=day.start, end=day.end)


@check("weekday-does-not-fit", Severity.WARN, reason="Where the weekday and the date disagree, one of them is wrong.", languages=ENGLISH)
def weekday_does_not_fit(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where a date fell on another weekday, and a query where it would in the year the story suggests."""
    for passage in reading.passages:
        for day in days(passage.text):
            if day.weekday is None or (day.year is not None and day.year < _GREGORIAN_SINCE):
                continue
            if day.date is not None and day.date.weekday() != day.weekday:
                right = WEEKDAYS[day.date.weekday()]
                message = f"{day.day} {MONTHS[day.month - 1]} {day.year} is a {right}, not a {WEEKDAYS[day.weekday]}."
                yield Hit(message=message, at=passage, start=day.start, end=day.end)
            elif day.year is None and (meant := _nearest(day, reading.published_on)) and meant.weekday() != day.weekday:
                message = (
                    f"{day.day} {MONTHS[day.month - 1]} {meant.year} is a {WEEKDAYS[meant.weekday()]}, not a {WEEKDAYS[day.weekday]}: is another year meant?"
                )
                yield Hit(message=message, at=passage, start=day.start, end=day.end, severity=Severity.QUERY)


def _nearest(day: Day, to: dt.date | None) -> dt.date | None:
    """Return the date that a day without a year means in a story published on `to`."""
    if to is None or day.month not in range(1, 13):
        return None
    dates = [dt.date(year, day.month, day.day) for year in (to.year - 1, to.year, to.year + 1) if 0 < day.day <= monthrange(year, day.month)[1]]
    nearest = min(dates, key=lambda date: abs(date - to), default=None)
    return nearest if nearest and abs((nearest - to).days) <= _NAMED_DAYS else None


# Weekdays that are a name or a habit, not a day that needs a date.
_LONE_WEEKDAY = re.compile(
    r"(?<![\w’'-])(?:(?P<before>[A-Za-z]+)\s+)?(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?![\w-])(?:['’]s)?(?P<after>\s+[A-Z][a-z]+)?"
)
_NOT_ONE_DAY = listed("every each a any most some alternate black good ash super bloody holy palm easter whit maundy shrove cyber giving casual sheffield big man ruby fat "
                         "blue manic freaky taco throwback stormy the or per one another no sunny rainy lazy typical normal")  # fmt: skip
_ONE_DAY_AFTER = frozenset({"Morning", "Afternoon", "Evening", "Night"})
_STANDING_DAYS = frozenset({(1, 1), (2, 14), (5, 1), (7, 4), (9, 11), (11, 5), (11, 11), (12, 24), (12, 25), (12, 26), (12, 31)})  # known by their day alone
_EVERY = re.compile(r"\b(?:every|each|annual(?:ly)?|always)\b[^.;]{0,30}$", re.IGNORECASE)


@check(
    "day-without-a-date", Severity.WARN, reason="“On Tuesday” means nothing to somebody who reads it next month, where nothing says which.", languages=ENGLISH
)
def day_without_a_date(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for a weekday or a day and month in a text that shows no date of its own.

    A story always shows one: its publication date. A file or plain page has one where its beginning says so, or
    a full date stands just before.
    """
    if reading.is_story or reading.published_on or _dated(reading):
        return
    said: set[str] = set()
    recent: list[int] = []  # numbers of the passages that name a full date
    for number, passage in enumerate(passage for passage in reading.passages if passage.kind in PROSE):
        named = days(passage.text)
        if any(day.date for day in named):
            recent.append(number)
        if recent and number - recent[-1] <= _NEAR:
            continue
        for start, end in _undated(passage, named):
            words = passage.text[start:end]
            if words not in said:
                said.add(words)
                message = f"Nothing in the text says which {words} is meant: give the full date once, or date the page."
                yield Hit(message=message, at=passage, start=start, end=end)


def _dated(reading: Reading) -> bool:
    """Return whether a text shows its own date: in its headline, at the start of one of its first lines, or in a line that is little else."""
    first = [passage for passage in reading.passages if passage.kind is not Kind.CAPTION]
    lines = (*first[:_FIRST_LINES], *first[-1:])
    return any(day.date and _is_date_line(passage.text, day) for passage in lines for day in days(passage.text))


def _is_date_line(text: str, day: Day) -> bool:
    """Return whether `day` dates its line: little else stands in it, or a place in capitals alone before it, as in a dateline."""
    others = len(text[: day.start].split()) + len(text[day.end :].split())
    before = text[: day.start]
    return others <= _OTHER_WORDS or not before.strip() or (day.start < _NEAR_THE_START and before.upper() == before)


def _undated(passage: Passage, named: tuple[Day, ...]) -> Iterator[tuple[int, int]]:
    text = passage.text
    for day in named:
        if (
            day.year is None
            and day.sure
            and (day.month, day.day) not in _STANDING_DAYS
            and not _EVERY.search(text[: day.start])
            and not _year_beside(text, day)
        ):
            yield day.start, day.end
    for match in _LONE_WEEKDAY.finditer(text):
        start, end = match.span("weekday")
        before, after = (match["before"] or "").lower(), (match["after"] or "").strip()
        if before in _NOT_ONE_DAY or (after and after not in _ONE_DAY_AFTER and after[:3] not in {name[:3] for name in MONTHS}):
            continue
        if any(day.start <= start < day.end for day in named) or _EVERY.search(text[:start]) or text.startswith(" the 13th", end):
            continue
        yield start, end


_YEAR_BESIDE = re.compile(r"[12]\d{3}|\b(?:this|last|next|that|the same|previous|following) year\b")


def _year_beside(text: str, day: Day) -> bool:
    """Return whether the words around a day tell its year."""
    return bool(_YEAR_BESIDE.search(text, max(0, day.start - 40), day.end + 40))


CHECKS = (date_that_is_not, weekday_does_not_fit, day_without_a_date)
