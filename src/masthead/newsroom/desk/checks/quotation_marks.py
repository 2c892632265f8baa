"""Quotation marks as they stand in a run of text: which they are, and which way their surroundings turn them. Pure.

A mark clings to what it quotes: `he said "yes"` opens where white space is on its left and a letter on its right. Straight marks
have nothing else; curly marks and guillemets also have a shape, and where shape and place disagree the mark is turned the wrong way.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which end of a quotation a mark is."""

    OPEN = "open"
    CLOSE = "close"
    EITHER = "either"


class Family(StrEnum):
    """Marks that pair with each other."""

    DOUBLE = "double"  # " “ ” „
    GUILLEMET = "guillemet"  # « »
    ANGLE = "angle"  # ‹ ›
    SINGLE = "single"  # ' ‘ ’ ‚
    CORNER = "corner"  # 「 」
    WHITE_CORNER = "white corner"  # 『 』


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark: `shape` is what its form says, `place` what stands around it; `inch` where it may be a measure."""

    start: int
    end: int
    char: str
    family: Family
    shape: Side
    place: Side
    inch: bool = False

    @property
    def side(self) -> Side:
        """Which end it is, as far as it can be told: its shape, else its place."""
        return self.place if self.shape is Side.EITHER else self.shape

    @property
    def turned(self) -> bool:
        """Whether shape and place contradict each other."""
        return Side.EITHER not in (self.shape, self.place) and self.shape is not self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text uses the marks whose meaning differs between languages."""

    low: bool = False  # „…“: the high mark closes (German, Czech, Icelandic …)
    outward: bool = True  # «…»; False: »…«
    same: bool = False  # ”…” and »…»: one mark for both ends (Swedish, Finnish)
    loose: bool = False  # curly marks turned by the writing's direction, not by their form (Arabic, Hebrew, Persian)


FAMILIES = {
    **dict.fromkeys(("“", "”", "„", "‟", '"', "＂", "〝", "〞", "``", "''", "’’", "‘‘"), Family.DOUBLE),
    **dict.fromkeys("«»", Family.GUILLEMET),
    **dict.fromkeys("‹›", Family.ANGLE),
    **dict.fromkeys("‘’‚‛'", Family.SINGLE),
    **dict.fromkeys("「」", Family.CORNER),
    **dict.fromkeys("『』", Family.WHITE_CORNER),
}
# Three straight marks are two and one: `'''word` opens with the two, `word'''` closes with them.
ANY_MARK = re.compile(r"``|''(?='\w)|'(?=''(?!'))|''|’’|‘‘|[“”„‟\"＂〝〞«»‹›‘’‚‛'「」『』]")
SHAPES = {
    **dict.fromkeys("“„‟〝«‹‘‚‛「『", Side.OPEN),
    **dict.fromkeys("”〞»›’」』", Side.CLOSE),
    "``": Side.OPEN,
    "‘‘": Side.OPEN,
}
TAG = re.compile(r"</?[A-Za-z][^<>]*=[^<>]*>")
MARKS = "“”„‟\"＂〝〞«»‹›‘’‚‛'`"
UNSEEN = "*_\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\ufeff"  # Markdown's emphasis, marks of direction
BEFORE = "([{<–—―-‐‑/|=¿¡•·~"  # may stand between white space and an opening mark
AFTER = ".,;:!?)]}>…–—―-‐‑/|،؛؟。、"  # may stand between a closing mark and white space
POINTS = ".,;:!?)،؛؟"
EDGE, SPACE, POINT, WORD = range(4)
INCH = re.compile(r"(?<![\w$£€.,])(?:\d{1,3}(?:[.,]\d{1,2})?(?:[ -]?\d/\d{1,2})?|\d{0,3}[½¼¾⅛⅜⅝⅞])$")
FEET_INCHES = re.compile(r"\d\s?['’′]\s?\d{1,2}(?:[.,]\d+)?\s?[½¼¾]?$|[°º]\s?\d{1,2}\s?['’′]\s?\d{1,2}(?:[.,]\d+)?$")
LOW_LANGUAGES = frozenset({"de", "cs", "sk", "sl", "hr", "sr", "bg", "is", "lt", "et", "ka", "da", "sq", "hsb", "dsb", "lb", "mk"})
INWARD_LANGUAGES = LOW_LANGUAGES | {"hu", "pl", "bs"}  # that use »…« as well as «…»
SAME_LANGUAGES = frozenset({"sv", "fi"})
LOOSE_LANGUAGES = frozenset({"ar", "he", "fa", "ur", "ps", "ckb", "yi", "dv"})


def style_of(texts: list[str], language: str) -> Style:
    """Return how `texts`, in `language` (a BCP 47 tag), turn their marks."""
    base = language.split("-", maxsplit=1)[0].lower()
    whole = "\n".join(texts)
    return Style(
        low=base in LOW_LANGUAGES or whole.count("„") > whole.count("”"),
        outward=base not in INWARD_LANGUAGES or _outward(whole),
        same=base in SAME_LANGUAGES,
        loose=base in LOOSE_LANGUAGES,
    )


def marks_of(text: str, style: Style) -> list[Mark]:
    """Return the quotation marks of `text` in their order, apostrophes and measures left out as far as they can be told."""
    found = []
    tags = [match.span() for match in TAG.finditer(text)] if "<" in text else []
    for match in ANY_MARK.finditer(text):
        if any(begin < match.start() < end for begin, end in tags):
            continue  # attributes of markup that was left in the text quote nobody
        char, start, end = match[0], match.start(), match.end()
        family = FAMILIES[char]
        left, right = _left(text, start), _right(text, end)
        if family is Family.DOUBLE and _is_letter(left[1]) and _is_letter(right[1]) and "\u0590" <= left[1] <= "\u05ff":
            continue  # gershayim: a Hebrew abbreviation
        before = text[max(0, start - 16) : start]
        inch = bool((char in '"”' and FEET_INCHES.search(before)) or (char == '"' and INCH.search(before)))
        found.append(Mark(start=start, end=end, char=char, family=family, shape=_shape(char, style), place=_place(left, right), inch=inch))
    return found


def _shape(char: str, style: Style) -> Side:
    if char in "«»" and style.same:
        return Side.EITHER
    if char in "«»‹›" and not style.outward:
        return Side.CLOSE if char in "«‹" else Side.OPEN
    if char in "“”" and (style.loose or style.same):
        return Side.EITHER
    if char == "“" and style.low:
        return Side.EITHER
    if char == "‘" and style.low:
        return Side.EITHER
    return SHAPES.get(char, Side.EITHER)


def _place(left: tuple[int, str], right: tuple[int, str]) -> Side:
    """Return the side that the neighbours tell: the mark clings to the heavier one."""
    if left[0] == right[0]:
        return Side.EITHER
    if right[0] <= SPACE and left[1] and left[1] in "([{":
        return Side.EITHER  # ( " yes
    if left[0] == SPACE and right[0] == POINT and right[1] in POINTS:
        return Side.EITHER  # yes ", he said
    return Side.OPEN if left[0] < right[0] else Side.CLOSE


def _left(text: str, at: int) -> tuple[int, str]:
    while at and (text[at - 1] in MARKS or text[at - 1] in UNSEEN):
        at -= 1
    if not at or text[at - 1].isspace():
        return (SPACE if at else EDGE), ""
    char = text[at - 1]
    return (POINT if char in BEFORE else WORD), char


def _right(text: str, at: int) -> tuple[int, str]:
    while at < len(text) and (text[at] in MARKS or text[at] in UNSEEN):
        at += 1
    if at == len(text) or text[at].isspace():
        return (SPACE if text[at:].strip() else EDGE), ""
    char = text[at]
    if char == "." and text.startswith("...", at):
        return POINT, "…"
    return (POINT if char in AFTER else WORD), char


def _is_letter(char: str) -> bool:
    return bool(char) and char.isalpha()


def _outward(text: str) -> bool:
    """Say whether guillemets point outward («…»): by where they cling, else by which comes first."""
    if "«" not in text and "»" not in text:
        return True
    votes = 0
    for match in re.finditer("[«»]", text):
        left, right = _left(text, match.start()), _right(text, match.end())
        place = _place(left, right)
        if place is not Side.EITHER and WORD in {left[0], right[0]}:
            votes += 1 if (place is Side.OPEN) == (match[0] == "«") else -1
    if votes:
        return votes > 0
    return not -1 < text.find("»") < text.find("«")
