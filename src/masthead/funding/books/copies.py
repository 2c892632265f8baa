"""Sheets and Beancount files of a statement, held against the signed statement that they were written from. Pure: no Django, no network."""

import itertools
from collections.abc import Sequence

from masthead.funding.books import exports
from masthead.funding.ledger.papers import Altered, Unreadable

WRITERS = {"sheet (CSV)": exports.sheet, "Beancount file": exports.beancount}
HEADINGS = {"sheet (CSV)": ",".join(exports.SHEET), "Beancount file": exports.BEANCOUNT_HEAD}
PAGES = ("<!doctype html", "<html")


def kind_of(text: str) -> str:
    """Return which copy of a statement a text seems to be; empty where it is none.

    Raises:
        Unreadable: it is a web page, which nobody signs.
    """
    head = text.lstrip("\ufeff \r\n")[:200]
    if head.lower().startswith(PAGES):
        raise Unreadable("A web page is not signed: save the signed statement (.jsonl) that it leads to, and check that.")
    first = head.partition("\n")[0].strip()
    return next((kind for kind, heading in HEADINGS.items() if heading in first), "")


def check(text: str, kind: str, statements: Sequence[str]) -> str:
    """Return in one sentence that a copy says what one of the signed `statements`, each checked before, says.

    Raises:
        Altered: it says something else; the sentence names the first line that does.
        Unreadable: there is no statement to hold it against.
    """
    if not statements:
        raise Unreadable(f"A {kind} is not signed itself: give the signed statement (.jsonl) of its month beside it.")
    said = text.removeprefix("\ufeff").splitlines()
    nearest, found = -1, ("", "", 0)
    for statement in statements:
        written = "".join(WRITERS[kind](statement)).splitlines()
        month = exports.read(statement)[0]["month"]
        if said == written:
            return f"The {kind} says what the signed statement of {month} says, line by line"
        same = len(set(said) & set(written))
        if same > nearest:
            place = next(number for number, (one, other) in enumerate(itertools.zip_longest(said, written), start=1) if one != other)
            nearest, found = same, (month, said[place - 1] if place <= len(said) else "(nothing)", place)
    month, line, place = found
    raise Altered(f"Line {place} is not what the signed statement of {month} says: “{line[:80]}”.")
