"""Runs of text put together from pieces of a file, each remembering where it came from. Pure."""

import datetime as dt
import re
from dataclasses import dataclass, field

from masthead.newsroom.stories.text import Kind, Link, Passage

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
MONTH = r"(?P<{}>January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
DATE = re.compile(
    rf"(?:(?:Published|Posted|Updated|Date)\s*(?:on|:)?\s*)?(?:{WEEKDAY},?\s+)?"
    rf"(?:{MONTH.format('m1')}\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+{MONTH.format('m2')},?\s+(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d\d)-(?P<d3>\d\d)(?:T[\d:.+Z-]*)?)\b",
    re.IGNORECASE,
)


@dataclass
class Found:
    """What a file holds: its passages in reading order, the day it says it was published, the language it says it is in."""

    passages: list[Passage] = field(default_factory=list)
    published_on: dt.date | None = None
    language: str = ""


class Run:
    """One passage in the making."""

    def __init__(self) -> None:
        self.text = ""
        self.origins: list[tuple[int, int]] = []
        self.links: list[Link] = []

    def add(self, text: str, offset: int) -> None:
        """Add `text`, which stands at `offset` of the file (for what stands there as something else: where that begins)."""
        if not text:
            return
        here = len(self.text)
        if not self.origins or self.origins[-1][1] + here - self.origins[-1][0] != offset:
            self.origins.append((here, offset))
        self.text += text

    def passage(self, kind: Kind, *, number: int) -> Passage:
        """Return the finished passage, the `number`th of its file, without white space behind it."""
        text = self.text.rstrip()
        return Passage(
            text=text,
            kind=kind,
            field="title" if kind is Kind.HEADLINE else "body",
            paragraph=str(number),
            links=tuple(self.links),
            origins=tuple(self.origins),
        )


def date_at(text: str) -> tuple[dt.date, int] | None:
    """Return the day that `text` begins with, and where it ends; None where it begins with none that exists."""
    match = DATE.match(text.lstrip("( "))
    if not match:
        return None
    if match["y3"]:
        year, month, day = int(match["y3"]), int(match["m3"]), int(match["d3"])
    else:
        name = (match["m1"] or match["m2"]).lower().rstrip(".")
        year, day = int(match["y1"] or match["y2"]), int(match["d1"] or match["d2"])
        month = next(number for number, whole in enumerate(MONTHS, start=1) if whole.startswith(name[:3]))
    try:
        return dt.date(year, month, day), match.end()
    except ValueError:
        return None
