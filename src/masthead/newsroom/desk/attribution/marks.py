"""Where a story quotes: quotation marks of every usual style, over one paragraph or several. Pure, one pass over the marks.

A mark is read by what stands around it, so that a mis-turned one ("decision.“ However") still ends its quotation.
Each paragraph of a longer quotation opens anew and only the last one closes: the convention of English newspapers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from masthead.newsroom.desk.attribution.values import Quoted, Span
from masthead.newsroom.stories.text import Kind, Passage

READ = frozenset({Kind.PARAGRAPH, Kind.ITEM, Kind.QUOTATION, Kind.CALLOUT, Kind.STANDFIRST})

_MARKS = re.compile(r"[\"“”„‟«»‘’‚'「」『』＂]")
_DOUBLE, _SINGLE, _GUILLEMET, _CORNER = "double", "single", "guillemet", "corner"
_FAMILIES = dict.fromkeys('"“”„‟＂', _DOUBLE) | dict.fromkeys("‘’‚'", _SINGLE) | dict.fromkeys("«»", _GUILLEMET) | dict.fromkeys("「」『』", _CORNER)
_OPENERS = frozenset("“„‟«‘‚「『")
_BEFORE_OPENING = frozenset("([{<—–-/|…¿¡\u00a0")
_STOPS = frozenset(".,!?;:…—–")
_CREDITED = re.compile(r"\b(?:Image|Photo|Picture|Credit|File photo|Photograph)s?\b\s?[:/(]")
_CAPTION_WORDS = 40
_DECADE = re.compile(r"\d0s\b")  # the '90s


@dataclass
class Found:
    """A quotation and the stretches of text it covers, marks included."""

    quoted: Quoted
    covers: list[Span]
    family: str


@dataclass
class _Open:
    family: str
    first: int
    start: int
    parts: list[tuple[int, int]] = field(default_factory=list)  # (passage, where its words start), one for each paragraph
    covers: list[int] = field(default_factory=list)  # where the mark stands in each of them
    single_end: int | None = None  # where the closing single mark stands, among apostrophes, in the paragraph being read


def quotations(passages: Sequence[Passage]) -> list[Quoted]:
    """Return the quotations of a story in their order; of nested ones the outer. Headlines, captions and cells are not read."""
    return [found.quoted for found in found_in(passages)]


def found_in(passages: Sequence[Passage]) -> list[Found]:
    """Return the quotations of a story with the text each covers, marks included."""
    return list(_Scan(passages).run())


class _Scan:
    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.numbers = [number for number, passage in enumerate(passages) if passage.kind in READ]
        self.open: _Open | None = None

    def run(self) -> Iterator[Found]:
        for position, number in enumerate(self.numbers):
            text = self.passages[number].text
            if self.passages[number].kind is Kind.QUOTATION and self.open is None and text.strip() and not _MARKS.match(text.strip()):
                yield self._whole(number, text)
                continue
            yield from self._passage(number, text, self._next_text(position))
            if self.open is not None and not self._goes_on(position):
                yield self._close(number, len(text.rstrip()), closed=False)

    def _whole(self, number: int, text: str) -> Found:
        start = len(text) - len(text.lstrip())
        end = len(text.rstrip())
        quoted = Quoted(first=number, start=start, last=number, end=end, words=text[start:end], closed=True)
        return Found(quoted, [Span(passage=number, start=start, end=end)], "")

    def _next_text(self, position: int) -> str:
        return self.passages[self.numbers[position + 1]].text.lstrip() if position + 1 < len(self.numbers) else ""

    def _passage(self, number: int, text: str, following: str) -> Iterator[Found]:
        done = 0
        if self.open is not None:  # a paragraph of a longer quotation: its first mark says again that it is one
            lead = len(text) - len(text.lstrip())
            reopened = lead < len(text) and _FAMILIES.get(text[lead]) == self.open.family
            self.open.parts.append((number, lead + reopened))
            self.open.covers.append(lead)
            self.open.single_end = _single_end(text, lead + 1) if self.open.family == _SINGLE else None
            done = lead + reopened
        for match in _MARKS.finditer(text, done):
            at = match.start()
            if at < done:
                continue
            mark, family = text[at], _FAMILIES[text[at]]
            if self.open is None:
                if family == _SINGLE:
                    self._begin_single(number, at, text, following)
                elif _opens(text, at, mark):
                    self._begin(number, at, family)
            elif family == self.open.family:
                if at == self.open.single_end or (family != _SINGLE and _closes(text, at, mark)):
                    yield self._close(number, at, closed=True, after=at + 1)
                elif family != _SINGLE and _surely_opens(text, at, mark):
                    yield self._close(number, len(text[:at].rstrip()), closed=False)
                    self._begin(number, at, family)

    def _begin(self, number: int, at: int, family: str) -> None:
        self.open = _Open(family, number, at + 1, [(number, at + 1)], [at])

    def _begin_single(self, number: int, at: int, text: str, following: str) -> None:
        before, after = _around(text, at)
        if text[at] == "’" or _DECADE.match(text, at + 1) or not (before.isspace() or before in _BEFORE_OPENING) or not (after.isalnum() or after in "[(…"):
            return
        end = _single_end(text, at + 1)
        if (end is not None and end > at + 2) or (end is None and text[at] == "‘" and following.startswith("‘")):
            self._begin(number, at, _SINGLE)
            assert self.open is not None  # noqa: S101 - just opened
            self.open.single_end = end

    def _close(self, number: int, end: int, *, closed: bool, after: int = 0) -> Found:
        opened = self.open
        assert opened is not None  # noqa: S101 - only called where one is open
        self.open = None
        parts, covers = [], []
        for (passage, start), cover in zip(opened.parts, opened.covers, strict=True):
            last = passage == number
            stop = max(start, end) if last else len(self.passages[passage].text)
            parts.append(self.passages[passage].text[start:stop])
            covers.append(Span(passage=passage, start=cover, end=max(after or stop, start) if last else stop))
        quoted = Quoted(first=opened.first, start=opened.start, last=number, end=max(end, opened.parts[-1][1]), words="\n".join(parts), closed=closed)
        return Found(quoted, covers, opened.family)

    def _goes_on(self, position: int) -> bool:
        """Say whether the quotation that is open at the end of a passage goes on in the next."""
        opened = self.open
        assert opened is not None  # noqa: S101 - only asked where one is open
        if position + 1 >= len(self.numbers):
            return False
        here, there = self.passages[self.numbers[position]], self.passages[self.numbers[position + 1]]
        if here.kind is Kind.STANDFIRST or there.kind is Kind.STANDFIRST:
            return False
        text = there.text.lstrip()
        if text and _FAMILIES.get(text[0]) == opened.family:
            return True
        for match in _MARKS.finditer(there.text):
            if _FAMILIES[match[0]] == opened.family and (opened.family != _SINGLE or match[0] == "’"):
                return opened.family != _SINGLE and _surely_closes(there.text, match.start(), match[0])
        return False


def _around(text: str, at: int) -> tuple[str, str]:
    return (text[at - 1] if at else " "), (text[at + 1] if at + 1 < len(text) else " ")


def _surely_opens(text: str, at: int, mark: str) -> bool:
    before, after = _around(text, at)
    return (before.isspace() or before in _BEFORE_OPENING) and not after.isspace() and mark not in "”»’」』" and after not in _STOPS - {"…"}


def _surely_closes(text: str, at: int, mark: str) -> bool:
    before, after = _around(text, at)
    return not before.isspace() and not after.isalnum() and (mark not in "„«" or after.isspace())


def _opens(text: str, at: int, mark: str) -> bool:
    before, after = _around(text, at)
    if mark in _OPENERS:
        return True
    if mark in "”」』":
        return (before.isspace() or before in _BEFORE_OPENING) and not after.isspace()
    if mark == "»":  # as printed in Germany and Denmark: »so«
        return (before.isspace() or before in _BEFORE_OPENING) and not after.isspace() and "«" in text[at:]
    if before.isdigit() and not after.isalpha():  # inches, seconds
        return False
    return at + 1 < len(text.rstrip())


def _closes(text: str, at: int, mark: str) -> bool:
    before, after = _around(text, at)
    if mark in "”」』":
        return True
    if mark in "„‟「『":
        return False
    if mark in "«»":
        return not before.isspace() or after.isspace()
    if mark == "“":  # closes in German; elsewhere mis-turned
        return not before.isspace() and not after.isalnum()
    return not _surely_opens(text, at, mark)


def _single_end(text: str, start: int) -> int | None:
    """Return where a quotation in single marks ends that opened before `start`: apostrophes and plurals' possessives stand in the way."""
    doubtful = None
    for match in re.finditer(r"['’‘]", text[start:]):
        at = start + match.start()
        before, after = _around(text, at)
        if before.isspace() and not after.isspace() and match[0] != "’":
            return doubtful  # another one opens
        if before.isspace() or after.isalnum():
            continue
        if before in _STOPS or before in ")]" or after in _STOPS or before != "s":
            return at
        doubtful = at if doubtful is None else doubtful
    return doubtful


def looks_like_caption(text: str) -> bool:
    """Say whether a paragraph is a picture's caption that lost its frame: short, with a credit in it."""
    return len(text.split()) <= _CAPTION_WORDS and bool(_CREDITED.search(text))
