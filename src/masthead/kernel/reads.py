"""What is read while a page is made, so that the page is made again when exactly that changes.

While nobody collects, everything here does nothing. Rows and queries are noted by delivery's tracker without a word from
those who ask; a room says more only where it knows better: that a list depends on a part of a table, that a page changes by the clock.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

EARLIEST = ""
LATEST = "~"  # behind every moment as it is written here


@dataclass(frozen=True, slots=True)
class Placed:
    """A hole that a template left: `mark` stands in the page where `value` goes."""

    meter: str
    part: str
    mark: str
    value: str


@dataclass(slots=True)
class Reads:
    """What one page was made of.

    `keys` name rows and sets of rows, `spans` stretches of lists that are in order of time (list, from, to), `until` is the moment from
    which the page reads otherwise by itself. `unknown` names what nobody watches: a page that read it cannot be kept.
    """

    keys: set[str] = field(default_factory=set)
    spans: set[tuple[str, str, str]] = field(default_factory=set)
    until: dt.datetime | None = None
    unknown: set[str] = field(default_factory=set)
    asked_the_clock: bool = False
    holes: list[Placed] = field(default_factory=list)
    accounted: int = 0


_open: ContextVar[Reads | None] = ContextVar("masthead_reads", default=None)


def current() -> Reads | None:
    """Return what is being collected, None where nothing is."""
    return _open.get()


@contextmanager
def collecting() -> Iterator[Reads]:
    """Collect what is read until the block ends."""
    reads = Reads()
    token = _open.set(reads)
    try:
        yield reads
    finally:
        _open.reset(token)


@contextmanager
def accounted() -> Iterator[None]:
    """Say that what this block asks of whole tables and of the clock is noted by hand; single rows are noted all the same."""
    reads = _open.get()
    if reads is None:
        yield
        return
    reads.accounted += 1
    try:
        yield
    finally:
        reads.accounted -= 1


@contextmanager
def unnoted(prefix: str) -> Iterator[None]:
    """Say that rows under `prefix` which this block reads first are noted by hand: of them less is read than a row."""
    reads = _open.get()
    known = set(reads.keys) if reads is not None else set()
    yield
    if reads is not None:
        reads.keys = {key for key in reads.keys if key in known or not key.startswith(prefix)}


def note(*keys: str) -> None:
    """Note that the page depends on `keys`, such as `stories.section=5`."""
    reads = _open.get()
    if reads is not None:
        reads.keys.update(keys)


def note_span(name: str, since: dt.datetime | None = None, until: dt.datetime | None = None) -> None:
    """Note that the page depends on what the list `name` holds from `since` to `until`, both included; None: from its beginning, to its end."""
    reads = _open.get()
    if reads is not None:
        reads.spans.add((name, place_of(since) if since else EARLIEST, place_of(until) if until else LATEST))


def note_until(moment: dt.datetime) -> None:
    """Note that the page reads otherwise from `moment` (aware) on."""
    reads = _open.get()
    if reads is not None and (reads.until is None or moment < reads.until):
        reads.until = moment


def note_clock() -> None:
    """Note that the hour was asked, where nobody said what for."""
    reads = _open.get()
    if reads is not None and not reads.accounted:
        reads.asked_the_clock = True


def place_of(moment: dt.datetime) -> str:
    """Return an aware moment as spans hold it: in the order of time, letter by letter."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def hole(*, meter: str, part: str, value: str) -> str:
    """Return `value`, one part of a meter; while a page is made to be kept, a mark in its place that cannot stand there by chance."""
    reads = _open.get()
    if reads is None:
        return value
    mark = f"[[hole {len(reads.holes)} {secrets.token_hex(8)}]]"
    reads.holes.append(Placed(meter=meter, part=part, mark=mark, value=value))
    return mark
