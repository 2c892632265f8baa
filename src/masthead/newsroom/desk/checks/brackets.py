"""Brackets that are opened and not closed, or the other way round."""

import re
from collections.abc import Iterator

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import RUNNING

_MARKS = re.compile(r"[()\[\]（）［］]")
_CLOSES = {")": "(", "]": "[", "）": "（", "］": "［"}
_OPENS = {opening: closing for closing, opening in _CLOSES.items()}
# Not brackets: smileys, and what numbers the items of a list: “a)”, “12)”, “iv)”.
_SMILEY = re.compile(r"(?<![\w)])[:;=]['’]?[-o^]?[()]+(?![\w(])|(?<![\w)])\(-?[:;](?!\w)|\([\^;:><]+[_.-]*[\^;:><]*\)|¯\\_\(ツ\)_/¯")
_NUMBER = re.compile(r"(?<![\w(])(?:[a-zA-Z]|\d{1,3}|[ivxIVX]{1,5})\)")
_BEFORE_A_NUMBER = re.compile(r"(?:^|[.:;,—–\n]\s*|\b(?:and|or)\s)$")  # where one that stands alone in its paragraph is still a number
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_INTERVAL = re.compile(r"[\[(]\s*[-−]?[\d.]+\s*[,;]\s*[-−]?[\d.∞]+\s*[\])]")


def unmatched(text: str) -> list[int]:
    """Return the places of the brackets in `text` that have no other half, in order."""
    marks = list(_MARKS.finditer(text))
    if not marks:
        return []
    skipped = {place for pattern in (_SMILEY, _INTERVAL) for match in pattern.finditer(text) for place in range(*match.span())}
    skipped |= {place for match in _ADDRESS.finditer(text) if _odd(match[0].rstrip(".,;:!?)]")) for place in range(*match.span())}
    opened: list[int] = []
    lost: list[int] = []
    for mark in marks:
        place, sign = mark.start(), mark[0]
        if place in skipped:
            continue
        if sign in _OPENS:
            opened.append(place)
        elif opened and text[opened[-1]] == _CLOSES[sign]:
            opened.pop()
        else:
            lost.append(place)
    found = [match for match in _NUMBER.finditer(text) if match.end() - 1 in lost] if lost else []
    numbers = {match.end() - 1 for match in found if len(found) > 1 or _BEFORE_A_NUMBER.search(text, 0, match.start())}
    return sorted([*opened, *(place for place in lost if place not in numbers)])


def _odd(address: str) -> bool:
    return address.count("(") != address.count(")")


@check("unclosed-bracket", Severity.WARN, reason="A bracket without its other half leaves readers searching where the aside ends.")
def unclosed_bracket(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each round or square bracket without its other half; one closed in the next paragraph is closed."""
    carried = ""  # closing signs that paragraphs before still owe
    passages = reading.passages
    for number, passage in enumerate(passages):
        text = passage.text
        lost = unmatched(text)
        if not lost:
            carried = "" if passage.kind in RUNNING else carried
            continue
        first = text[lost[0]]
        if passage.kind in RUNNING and carried and first == carried:
            lost, carried = lost[1:], ""
        if lost and passage.kind in RUNNING and text[lost[-1]] in _OPENS and _closed_next(reading, number, _OPENS[text[lost[-1]]]):
            carried = _OPENS[text[lost[-1]]]
            lost = lost[:-1]
        for place in lost:
            sign = text[place]
            start, end = _with_word(text, place)
            message = f"“{sign}” opens here and is never closed." if sign in _OPENS else f"“{sign}” closes here what was never opened."
            yield Hit(message=message, at=passage, start=start, end=end)


def _closed_next(reading: Reading, number: int, closing: str) -> bool:
    """Return whether the next paragraph closes what this one leaves open."""
    for passage in reading.passages[number + 1 :]:
        if passage.kind in RUNNING:
            lost = unmatched(passage.text)
            return bool(lost) and passage.text[lost[0]] == closing
    return False


def _with_word(text: str, place: int) -> tuple[int, int]:
    """Return the bracket with the word it touches, so that two of them in a paragraph are two findings."""
    if text[place] in _OPENS:
        word = re.compile(r"\W*\w*").match(text, place + 1)
        return place, word.end() if word else place + 1
    before = re.search(r"\w*\W*$", text[:place])
    return before.start() if before else place, place + 1


CHECKS = (unclosed_bracket,)
