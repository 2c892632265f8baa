"""Single quotation marks, which look like apostrophes: what opens, what closes, what is neither. Pure.

An apostrophe stands between letters, or where letters are left out (’90s, goin’), or after a plural (the boys’). What follows a comma,
a full stop or a dash is no apostrophe. An opening mark therefore takes the first mark that can only close, and a possessive last of all.
"""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from masthead.newsroom.desk.checks import quotation_running as running
from masthead.newsroom.desk.checks.quotation_marks import Mark, Side
from masthead.newsroom.desk.checks.quotation_pairs import Fault, Paragraph, Wrong, resumes
from masthead.newsroom.stories.text import Passage

ELISION = re.compile(
    r"(?:\d\ds\b|(?:em|til|tis|twas|twere|twill|twould|cuz|coz|n|nd|bout|neath|gainst|tude|[stdm](?=[\s-])|ll|ve|pon|nuff|cept|fraid|ello|orrible|appy|ouse)\b)(?![–*—])",
    re.IGNORECASE,
)
# What may be an elision or a word: a quotation may begin with it, but is not missed where nothing closes it.
PERHAPS_ELISION = re.compile(r"(?:\d\d|till|cause|cos|round|hood|member|bye|sup|er|im|ol|kay|ere|ave|re|ome|alf|undred|fore|less|stead|way)\b", re.IGNORECASE)
DROPPED = re.compile(r"(?:\b(?:o|th|wi|an|ol|d|t|n|gi|wha|tha|mo|lil|li|po|fo|sho|fa|ha)|in|[sxzSXZ])$", re.IGNORECASE)
ENDING_POINTS = ",.?!…"
VOWELS = frozenset("aeiouAEIOUāēīōūĀĒĪŌŪ")
SURE, LIKELY, POSSESSIVE = range(3)
MEASURE = re.compile(r"\d\s?$")
ABBREVIATION = re.compile(r"(?<![\w’'])(?:[A-Za-z]|Jr|Sr|Inc|Co|Cos|Corp|Ltd|Bros|St|No)\.$")  # the U.S.’ own
OKINA_INSIDE = re.compile(r"[A-Za-zāēīōū]‘[aeiouāēīōū]")


@dataclass(frozen=True, slots=True)
class Singles:
    """The single marks of one passage: those that can open, and those that can close with how doubtful they are (0 sure, 1 likely, 2 possessive)."""

    opening: tuple[Mark, ...]
    closing: tuple[tuple[Mark, int], ...]


def look(text: str, marks: Sequence[Mark]) -> Singles:
    """Return what the single marks in `text` can be."""
    opening, closing = [], []
    for mark in marks:
        glued = mark.char in "‘‚" and mark.place is Side.EITHER and not text[mark.start - 1 : mark.start].isalnum()  # said:‘We go’
        if mark.place is Side.OPEN or glued:
            if mark.char != "’" and not ELISION.match(text, mark.end):
                opening.append(mark)
        elif mark.place is Side.CLOSE and text[max(0, mark.start - 2) : mark.start].lower() not in {"'n", "’n", "‘n"}:
            closing.append((mark, _doubt(text, mark)))
    return Singles(tuple(opening), tuple(closing))


def pair(passages: Sequence[Passage], marks: Sequence[Sequence[Mark]], doubles: Sequence[Paragraph], *, english: bool) -> tuple[list[Paragraph], list[Fault]]:
    """Return how the single marks pair in each of `passages`, and all that is wrong; `doubles` says where their double quotations lie."""
    reader = _Reader(okina=any(OKINA_INSIDE.search(passage.text) for passage in passages), english=english)
    for passage, own, double in zip(passages, marks, doubles, strict=True):
        reader.read(passage, own, double)
    reader.end()
    alone = sum(not _inside(opening, double) for found, double in zip(reader.paragraphs, doubles, strict=True) for opening, _ in found.spans)
    main = alone > sum(len(double.spans) for double in doubles)
    if main:
        return reader.paragraphs, [dataclasses.replace(fault, sure=True) for fault in (*reader.faults, *reader.faint)]
    return reader.paragraphs, [fault for fault in reader.faults if not _may_be_letter(fault)]


class _Reader:
    """What was read so far, and what is still open."""

    def __init__(self, *, okina: bool, english: bool) -> None:
        self.okina = okina
        self.english = english
        self.paragraphs: list[Paragraph] = []
        self.faults: list[Fault] = []
        self.faint: list[Fault] = []  # only where single marks are what the text quotes with
        self.left: Fault | None = None  # the mark that the paragraph before left open

    def read(self, passage: Passage, own: Sequence[Mark], double: Paragraph) -> None:
        """Take in one passage."""
        found = Paragraph(passage)
        self.paragraphs.append(found)
        looked = look(passage.text, own)
        self._go_on(passage, own, looked)
        taken: set[int] = set()
        reach = 0  # the end of what the singles before have taken
        for number, opening in enumerate(looked.opening):
            if opening.start < reach:
                continue
            following = next((mark.start for mark in looked.opening[number + 1 :] if not PERHAPS_ELISION.match(passage.text, mark.end)), len(passage.text))
            limit = min(following, _end_of_double(opening, double, len(passage.text)))
            closing = _closing(looked, opening.end, limit)
            if closing:
                found.spans.append((opening, closing))
                taken.add(closing.start)
                reach = closing.end
            elif PERHAPS_ELISION.match(passage.text, opening.end):
                pass
            elif not (self.okina and passage.text[opening.end : opening.end + 1] in VOWELS):
                self._leave_open(passage, opening, last=number + 1 == len(looked.opening))
        for mark, doubt in looked.closing:
            if not doubt and mark.start not in taken and _ends_words(passage.text, mark):
                if self.left and self.left.passage is not passage:
                    self.left = None  # closes what the paragraph before left open
                    continue
                self.faults.append(Fault(wrong=Wrong.UNOPENED, passage=passage, mark=mark, sure=mark.char == "’"))
            elif doubt < POSSESSIVE and mark.start not in taken:
                self.faint.append(Fault(wrong=Wrong.UNOPENED, passage=passage, mark=mark))

    def end(self) -> None:
        """Note what is open where the text ends."""
        if self.left:
            self.faults.append(self.left)
        self.left = None

    def _leave_open(self, passage: Passage, mark: Mark, *, last: bool) -> None:
        fault = Fault(wrong=Wrong.UNCLOSED, passage=passage, mark=mark, sure=mark.char != "'")
        self.end()
        if last:
            self.left = fault
        else:
            self.faults.append(fault)

    def _go_on(self, passage: Passage, own: Sequence[Mark], looked: Singles) -> None:
        """Settle what the paragraph before left open, now that `passage` is seen."""
        if not self.left:
            return
        before, mark = self.left.passage.text, self.left.mark
        if looked.opening and looked.opening[0] is own[0] and resumes(own, passage.text):
            if running.may_go_on(before[mark.end :], before[: mark.start], english=self.english):
                self.left = None
        elif running.is_cut(before, passage.text):
            return
        self.end()


def _closing(looked: Singles, start: int, limit: int) -> Mark | None:
    """Return the mark that closes what opens at `start`: the first that is likely to, else the first possessive."""
    near = [(mark, doubt) for mark, doubt in looked.closing if start < mark.start < limit]
    likely = [mark for mark, doubt in near if doubt < POSSESSIVE]
    return likely[0] if likely else near[0][0] if near else None


def _doubt(text: str, mark: Mark) -> int:
    if text[mark.start - 1] in ENDING_POINTS + "—–" or text[mark.end : mark.end + 1] in tuple(',.;:!?)]—–"”»'):
        return SURE
    return POSSESSIVE if MEASURE.search(text, max(0, mark.start - 2), mark.start) or DROPPED.search(text, max(0, mark.start - 12), mark.start) else LIKELY


def _ends_words(text: str, mark: Mark) -> bool:
    """Say whether `mark` follows a point as no apostrophe does."""
    return text[mark.start - 1] in ENDING_POINTS and not ABBREVIATION.search(text, max(0, mark.start - 6), mark.start)


def _inside(mark: Mark, double: Paragraph) -> bool:
    return any(opening.start <= mark.start < closing.end for opening, closing in double.spans)


def _end_of_double(mark: Mark, double: Paragraph, otherwise: int) -> int:
    """Return where the double quotation ends that `mark` stands in."""
    return next((closing.end for opening, closing in double.spans if opening.start <= mark.start < closing.end), otherwise)


def _may_be_letter(fault: Fault) -> bool:
    """Say whether the mark may be the ʻokina or the ʿayn of a name: ‘Abd, ‘Aina."""
    following = fault.passage.text[fault.mark.end : fault.mark.end + 1]
    return fault.wrong is Wrong.UNCLOSED and following in VOWELS and following.isupper()
