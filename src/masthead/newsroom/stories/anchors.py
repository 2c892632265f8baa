"""Finding a statement's words in a story whose text has moved. Pure.

A selector is the Web Annotation data model's TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector)
with the place where the words stood when somebody last looked. Words over several paragraphs are joined with a line feed.

The words are looked for word for word; then as the same words in other dress (quotation marks, dashes, spaces, capitals);
then as nearly the same words. The further from where they stood, and the less they are themselves, the more of what
stood around them must be there too: a statement is lost rather than tied to words that nobody said.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from masthead.newsroom.stories.text import RUNNING, Passage

CONTEXT = 32  # characters kept before and after the words


class Match(StrEnum):
    """How the words were found again."""

    SAME = "same"  # where they stood, word for word
    MOVED = "moved"  # word for word, elsewhere
    CHANGED = "changed"  # nearly the same words


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """The words, what stood around them, and the body block and paragraph they stood in."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    block: str = ""
    paragraph: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where the words are now: from `start` in passage number `first` to `end` in passage number `last` (both inclusive of their passage)."""

    first: int
    start: int
    last: int
    end: int
    match: Match


def find(passages: Sequence[Passage], selector: Selector) -> Anchor | None:
    """Return where `selector`'s words stand among `passages`, the likeliest place first; None where they are lost."""
    return find_all(passages, [selector])[0]


def find_all(passages: Sequence[Passage], selectors: Sequence[Selector]) -> list[Anchor | None]:
    """Return for each of `selectors` where its words stand; the text is read once for all.

    Words that are only nearly a selector's are not its own where another selector has them word for word.
    """
    text = _Text(passages)
    spans = [_exactly(text, selector) for selector in selectors]
    claimed = [span for span in spans if span]
    for number, selector in enumerate(selectors):
        if spans[number] is None and selector.exact.strip():
            spans[number] = _nearly(text, selector, claimed)
    return [span and text.anchor(span, selector) for span, selector in zip(spans, selectors, strict=True)]


def select(passages: Sequence[Passage], anchor: Anchor) -> Selector:
    """Return the selector of the words at `anchor`, with their context as it is now."""
    first, last = passages[anchor.first], passages[anchor.last]
    if anchor.first == anchor.last:
        exact = first.text[anchor.start : anchor.end]
    else:
        between = [passages[number].text for number in within(passages, anchor)[1:-1]]
        exact = "\n".join([first.text[anchor.start :], *between, last.text[: anchor.end]])
    return Selector(
        exact=exact,
        prefix=first.text[max(0, anchor.start - CONTEXT) : anchor.start],
        suffix=last.text[anchor.end : anchor.end + CONTEXT],
        block=first.block,
        paragraph=first.paragraph,
    )


def within(passages: Sequence[Passage], anchor: Anchor) -> list[int]:
    """Return the numbers of the passages that hold the words at `anchor`: a caption between two paragraphs is none of them."""
    return [number for number in range(anchor.first, anchor.last + 1) if number in {anchor.first, anchor.last} or passages[number].kind in RUNNING]


# --- the text, read once ---------------------------------------------------------------------------------

APART = "\x00"  # stands between passages that are not read from one to the next
# Thai, Lao, Khmer, Chinese, Japanese, Korean: no spaces between words, so each letter counts as one.
SPACELESS = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+")
Span = tuple[int, int, bool]  # from, to (offsets in the joined text), word for word


class _Text:
    """A story's passages as one text: the running ones joined with line feeds, then each of the others."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        running = [number for number, passage in enumerate(passages) if passage.kind in RUNNING]
        others = [number for number, passage in enumerate(passages) if passage.kind not in RUNNING]
        self.order = [*running, *others]
        self.running_end = sum(len(passages[number].text) + 1 for number in running)
        self.joined = APART.join(["\n".join(passages[number].text for number in running), *(passages[number].text for number in others)])
        self.starts: list[int] = []
        offset = 0
        for number in self.order:
            self.starts.append(offset)
            offset += len(passages[number].text) + 1

    def place(self, offset: int) -> int:
        """Return which of `order` holds `offset`."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def passage_at(self, offset: int) -> Passage:
        return self.passages[self.order[self.place(offset)]]

    def anchor(self, span: Span, selector: Selector) -> Anchor:
        start, end, whole = span
        first, last = self.place(start), self.place(max(start, end - 1))
        match = (Match.SAME if _stood_in(self.passage_at(start), selector) else Match.MOVED) if whole else Match.CHANGED
        return Anchor(first=self.order[first], start=start - self.starts[first], last=self.order[last], end=end - self.starts[last], match=match)

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands before and after, within the passages that the words begin and end in."""
        first, last = self.place(start), self.place(max(start, end - 1))
        ends = self.starts[last] + len(self.passages[self.order[last]].text)
        return self.joined[max(self.starts[first], start - CONTEXT) : start], self.joined[end : min(ends, end + CONTEXT)]

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """The words, folded, with where each stands."""
        return list(_words(self.joined))

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Where each word stands, by its number."""
        found: dict[str, list[int]] = {}
        for number, (word, _start, _end) in enumerate(self.words):
            found.setdefault(word, []).append(number)
        return found


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    for match in WORD.finditer(text):
        yield _fold(match[0]), match.start(), match.end()


def _fold(word: str) -> str:
    return word.casefold() if word.isascii() else unicodedata.normalize("NFKD", word.casefold())


def _stood_in(passage: Passage, selector: Selector) -> bool:
    return (passage.block, passage.paragraph) == (selector.block, selector.paragraph)


# --- word for word ---------------------------------------------------------------------------------------

SHORT = 16  # characters: fewer, and the same words may well stand elsewhere by chance
IN_PLACE, IN_RUNNING = 40, 16  # what it is worth to stand where they stood, or in the text proper, in characters of context


def _exactly(text: _Text, selector: Selector) -> Span | None:
    if not selector.exact.strip():
        return None
    found = []
    start = text.joined.find(selector.exact)
    while start >= 0:
        end = start + len(selector.exact)
        if _whole_words(text.joined, start, end, selector):
            found.append((_worth(text, start, end, selector), -start))
        start = text.joined.find(selector.exact, start + 1)
    if not found:
        return None
    _, start = max(found)
    span = (-start, -start + len(selector.exact), True)
    return span if _may_be(text, span, selector) else None


def _worth(text: _Text, start: int, end: int, selector: Selector) -> int:
    before, after = text.around(start, end)
    place = IN_PLACE if _stood_in(text.passage_at(start), selector) else 0
    return place + (IN_RUNNING if start < text.running_end else 0) + _shared(before[::-1], selector.prefix[::-1]) + _shared(after, selector.suffix)


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning; one for both being empty."""
    if not one and not other:
        return 1
    return next((number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _whole_words(joined: str, start: int, end: int, selector: Selector) -> bool:
    """Say whether the words begin and end at the bounds of words, unless they never did: “yes” is not in “yesterday”."""
    cut_before = _joins(joined[start - 1 : start], joined[start]) and not _joins(selector.prefix[-1:], selector.exact[0])
    cut_after = _joins(joined[end - 1], joined[end : end + 1]) and not _joins(selector.exact[-1], selector.suffix[:1])
    return not cut_before and not cut_after


def _joins(one: str, other: str) -> bool:
    return bool(one and other and WORD.fullmatch(one + other))


def _may_be(text: _Text, span: Span, selector: Selector) -> bool:
    """Say whether a few words found elsewhere can be taken for the same: only with something of what stood around them."""
    start, end, _ = span
    if len(selector.exact) >= SHORT or _stood_in(text.passage_at(start), selector):
        return True
    known = selector.prefix or selector.suffix or selector.block or selector.paragraph
    return not known or _agreement(text, start, end, selector) >= LIKELY


# --- nearly the same -------------------------------------------------------------------------------------

LIKELY, SURE = 0.45, 0.7  # how far the context agrees, 0 to 1; that of unrelated text agrees to about 0.2
NEAR = 12  # characters on either side that say most
FREQUENT = 12  # a word that stands more often in a story says little about a place
CANDIDATES = 3
ALIKE_ALONE = 0.9  # how alike words must be, 0 to 1, where nothing around them agrees
ALIKE_LIKELY = 0.75
ALIKE_SURE = 0.6  # where what stands on both sides is as it was
CERTAIN = 1.7  # likeness and agreement together: no other place is looked at
SAME_SPAN = 0.8  # of two spans' joint length


def _nearly(text: _Text, selector: Selector, claimed: Sequence[Span]) -> Span | None:
    words = list(_words(selector.exact))
    if not words:
        return None
    best: tuple[float, Span] | None = None
    wanted = " ".join(word for word, _, _ in words)
    for first, last in _regions(text, words, selector):
        if best and best[0] >= CERTAIN:
            break
        rated = _fit(text, first, last, wanted=wanted, count=len(words), selector=selector)
        if rated is None:
            continue
        alike, agreement, start, end = rated
        span = _with_marks(text.joined, start, end, selector.exact, words)
        taken = any(_overlap(span, other) > SAME_SPAN for other in claimed)
        if not taken and APART not in text.joined[span[0] : span[1]] and alike >= _needed(text, span, agreement, words, selector):
            value = alike + agreement + (0.3 if _stood_in(text.passage_at(span[0]), selector) else 0)
            best = max(best, (value, span)) if best else (value, span)
    return best[1] if best else None


def _needed(text: _Text, span: Span, agreement: float, words: Sequence[object], selector: Selector) -> float:
    """Return how alike the words must be to be taken for the same, by how much else speaks for the place."""
    in_place = _stood_in(text.passage_at(span[0]), selector)
    if agreement >= SURE:
        return ALIKE_SURE
    if agreement >= LIKELY or (in_place and len(words) > CANDIDATES):
        return ALIKE_LIKELY
    known = selector.prefix or selector.suffix
    return ALIKE_ALONE if len(selector.exact) >= SHORT or not known else 2.0


def _regions(text: _Text, words: Sequence[tuple[str, int, int]], selector: Selector) -> list[tuple[int, int]]:
    """Return the stretches of the text, as numbers of words, where most of the words and of those around them stand in order."""
    around = [(word, number - len(before)) for before in [list(_words(selector.prefix))] for number, (word, _, _) in enumerate(before)]
    around += [(word, len(words) + number) for number, (word, _, _) in enumerate(_words(selector.suffix))]
    around += [(word, number) for number, (word, _, _) in enumerate(words)]
    votes: Counter[int] = Counter()
    for most in (FREQUENT, len(text.words)):
        for word, place in around:
            found = text.index.get(word, ())
            if len(found) <= most:
                for number in found:
                    votes[number - place] += len(word)
        if votes:
            break
    slack = max(3, len(words) // 3)
    likely = [diagonal for diagonal, _ in votes.most_common(4 * CANDIDATES)]
    merged = {diagonal: sum(votes[diagonal + step] for step in range(-slack, slack + 1)) for diagonal in likely}
    regions: list[tuple[int, int]] = []
    for diagonal, _ in sorted(merged.items(), key=lambda item: (-item[1], -votes[item[0]])):
        if all(abs(diagonal - first - slack) > slack for first, _ in regions):
            regions.append((diagonal - slack, diagonal + len(words) + slack))
        if len(regions) == CANDIDATES:
            break
    return regions


def _fit(text: _Text, first: int, last: int, *, wanted: str, count: int, selector: Selector) -> tuple[float, float, int, int] | None:
    """Return the run of words in a region that is most like `wanted`: how alike, how far its context agrees, from, to."""
    first, last = max(0, first), min(len(text.words), last)
    if first >= last:
        return None
    have = [word for word, _, _ in text.words[first:last]]
    slack = max(3, count // 3)
    around: dict[tuple[int, int], float] = {}

    def worth(start: int, end: int) -> float:
        if (start, end) not in around:
            around[start, end] = _agreement(text, text.words[first + start][1], text.words[first + end - 1][2], selector)
        return Levenshtein.normalized_similarity(" ".join(have[start:end]), wanted) + 0.25 * around[start, end]

    start, end = min(slack, len(have) - 1), min(len(have), slack + count)
    for _ in range(3):
        before = (start, end)
        start = max(range(max(0, start - slack), min(end, start + slack + 1)), key=lambda at: worth(at, end))
        end = max(range(max(start + 1, end - slack), min(len(have), end + slack) + 1), key=lambda to: worth(start, to))
        if (start, end) == before:
            break
    begins, ends = text.words[first + start][1], text.words[first + end - 1][2]
    return Levenshtein.normalized_similarity(" ".join(have[start:end]), wanted), _agreement(text, begins, ends, selector), begins, ends


def _agreement(text: _Text, start: int, end: int, selector: Selector) -> float:
    """Return how far what stands around a span is what stood around the words, 0 to 1, the worse side counting double."""
    before, after = text.around(start, end)
    sides = sorted((_side(before[::-1], selector.prefix[::-1]), _side(after, selector.suffix)))
    return (2 * sides[0] + sides[1]) / 3


def _side(now: str, then: str) -> float:
    if not now.strip() and not then.strip():
        return 1.0
    near, far = (Levenshtein.normalized_similarity(now[:reach], then[:reach]) for reach in (NEAR, CONTEXT))
    return (near + far) / 2


def _with_marks(joined: str, start: int, end: int, exact: str, words: Sequence[tuple[str, int, int]]) -> Span:
    """Return the span with the marks that the words began and ended with, where they are still there."""
    for mark in reversed(exact[: words[0][1]]):
        if start and not mark.isspace() and _same_mark(joined[start - 1], mark):
            start -= 1
    for mark in exact[words[-1][2] :]:
        if end < len(joined) and not mark.isspace() and _same_mark(joined[end], mark):
            end += 1
    return start, end, False


def _same_mark(one: str, other: str) -> bool:
    """Say whether two marks are one mark in two dresses: `“` and `"`, or `–` and `-`."""
    quotes = {"Pi", "Pf"}
    kinds = [("quote" if mark in "\"'`„‚" or unicodedata.category(mark) in quotes else unicodedata.category(mark)) for mark in (one, other)]
    return one == other or (kinds[0] == kinds[1] and kinds[0] in {"quote", "Pd"})


def _overlap(one: Span, other: Span) -> float:
    """Return how much of two spans together they share, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, shared) / (max(one[1], other[1]) - min(one[0], other[0]))
