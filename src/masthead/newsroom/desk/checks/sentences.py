"""Sentences and quoted spans of a text, as the checks need them: quick and near enough, never a parser."""

import re
from bisect import bisect_right
from collections.abc import Iterator


def listed(words: str) -> frozenset[str]:
    """Return the words of a list written as one line."""
    return frozenset(words.split())


# A full stop that ends no sentence follows one of these (English newspaper usage), or a single capital.
SHORT = listed(
    "mr mrs ms dr prof sen rep gov gen lt col maj capt sgt cpl pvt adm cmdr rev fr hon st jr sr messrs no nos vs v etc inc co corp ltd jan feb mar apr jun jul aug sep "
    "sept oct nov dec mon tue tues wed thu thurs fri sat sun fig p pp vol ed est approx dept univ ave blvd rd mt ft atty supt asst spc det sat ala ariz ark calif "
    "colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo"
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[A-Z0-9À-ÞА-Я])")
_QUOTED = re.compile(r"“[^“”]*(?:”|$)|\"[^\"]*(?:\"|$)|«[^«»]*(?:»|$)|„[^„“]*(?:“|$)")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence of `text`; a stop after an abbreviation or initial ends none."""
    start = 0
    for end in _END.finditer(text):
        before = text[start : end.start()]
        last = before.rsplit(None, 1)[-1].strip("(\"'“‘") if before.strip() else ""
        if text[end.start()] == "." and (last.lower() in SHORT or (len(last) == 1 and last.isupper()) or "." in last):
            continue
        yield start, end.end()
        start = end.end()
    if text[start:].strip():
        yield start, len(text)


class Quoted:
    """Where a text stands between quotation marks."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in _QUOTED.finditer(text)] if any(mark in text for mark in '“"«„') else []
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, place: object) -> bool:
        """Return whether the character at `place` is quoted."""
        if not isinstance(place, int):
            return False
        number = bisect_right(self._starts, place) - 1
        return number >= 0 and place < self._ends[number]
