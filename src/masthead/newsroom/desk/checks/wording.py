"""Words that stand twice: the headline, what the lede says again, and “the the”."""

import re
from collections.abc import Iterator
from functools import lru_cache

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.sentences import Quoted, listed, sentences
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import RUNNING, Kind, Passage

ENGLISH = frozenset({"en"})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HEAD = 4  # passages after the headline among which it may stand a second time
_HALF = 3  # words of a headline that is printed twice in one line; “New York, New York” is a song
_LEDE_WORDS = 8  # a first paragraph shorter than that is a date line or a dateline

# The lede says again what the headline says where it holds this share of the headline's words and brings no more than
# that share of its own. Measured on 840 published texts: bench/desk.py prints how many ledes that meets.
_COVERED, _NEW, _MEANT = 0.8, 0.34, 4
_EMPTY = listed(
    "a an the and or but of in on at to for from by with as is are was were be been has have had will would can could may might must that this these those it its he she "
    "they his her their who which what when where how why than then so not no after before over under into out up down off about more says said say"
)


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, without marks."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


@check("headline-twice", Severity.WARN, reason="A headline printed twice looks like a mistake, and is one.")
def headline_twice(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where the headline stands twice in itself, or again as the standfirst, a heading or the first paragraph."""
    head = words(reading.headline)
    if not head:
        return
    for passage in (passage for passage in reading.passages if passage.kind is Kind.HEADLINE):
        half, odd = divmod(len(head), 2)
        if not odd and half >= _HALF and head[:half] == head[half:]:
            yield Hit(message="The headline says the same words twice: keep one half.", at=passage, end=len(passage.text))
        break
    seen = False
    others = 0
    for passage in reading.passages:
        if passage.kind is Kind.HEADLINE and not seen:
            seen = True
        elif passage.kind in {Kind.CAPTION, Kind.EMBED, Kind.CELL}:
            continue
        else:
            others += 1
            if others > _HEAD:
                return
            if len(head) > 1 and words(passage.text) == head:
                yield Hit(message="The headline stands here a second time: take it out.", at=passage, end=len(passage.text))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """Return an English word without its commonest endings: “wins” and “winning” meet in “win”."""
    word = word.removesuffix("'s").removesuffix("s'")
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - what is left must still be a word
            word = word.removesuffix(ending)
            return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word  # noqa: PLR2004
    return word


def _meaning(text: str) -> list[str]:
    return [_stem(word) for word in words(text) if word not in _EMPTY]


def repeats(headline: str, sentence: str) -> bool:
    """Return whether `sentence` says what `headline` says and next to nothing else."""
    head, lede = set(_meaning(headline)), set(_meaning(sentence))
    if len(head) < _MEANT or not lede:
        return False
    shared = len(head & lede)
    return shared / len(head) >= _COVERED and (len(lede) - shared) / len(lede) <= _NEW


@check("lede-repeats-headline", Severity.WARN, reason="Whoever has read the headline should learn something from the first sentence.", languages=ENGLISH)
def lede_repeats_headline(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where the first sentence says the headline again, or the first paragraph is the standfirst word for word."""
    head = words(reading.headline)
    for passage in reading.passages:
        if passage.kind not in RUNNING:
            continue
        own = words(passage.text)
        if len(own) < _LEDE_WORDS or own == head:
            continue
        if reading.standfirst and own == words(reading.standfirst):
            yield Hit(message="The first paragraph is the standfirst again: readers meet both one under the other.", at=passage, end=len(passage.text))
            return
        start, end = next(sentences(passage.text), (0, len(passage.text)))
        end = start + len(passage.text[start:end].rstrip())
        if repeats(reading.headline, passage.text[start:end]):
            yield Hit(message="The first sentence says the headline again: begin with what the headline left out.", at=passage, start=start, end=end)
        return


_TWICE = re.compile(r"(?<![\w'’-])([^\W\d_]+)(\s+)\1(?![\w'’]|-\w)", re.IGNORECASE)
_PAIR_TWICE = re.compile(r"(?<![\w'’-])((?:of|in|on|at|to|for|from|by|with|and|that)\s+(?:the|a|an|his|her|their|its|this))\s+\1(?![\w'’-])", re.IGNORECASE)
# Doubled on purpose in good English: “had had”, “very very”, “hear hear”.
_RIGHT_TWICE = listed(
    "had that very really so no yes many much far long again never ever bye ha haha ho blah knock tut hear there now well aye yo cha hush night more please wait "
    "go run rah choo chop chug beep boo la na da do bang ding dong tick tock yeah oh ah er um uh great super big old old-old woof quack click clap chuff etc"
)
# Doubled by sense now and then (“what it is is”, “gave her her book”, “came in in March”): asked, not warned of.
_MAYBE_TWICE = listed(
    "is was he can too her you it in on up out over down who what do does did his mine one as us them him this these those all if when where off"
)


@check("repeated-word", Severity.WARN, reason="A word typed twice is read as haste.", languages=ENGLISH)
def repeated_word(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for “the the” and “of the of the”; not for what English doubles, nor for names such as Duran Duran."""
    for passage in reading.passages:
        text = passage.text
        quoted: Quoted | None = None
        for match in _TWICE.finditer(text):
            first, second = match[1], text[match.end() - len(match[1]) : match.end()]
            word = first.casefold()
            if word in _RIGHT_TWICE or (second[0].isupper() and (first[0].isupper() or not first.isupper())) or "\n" in match[2]:
                continue
            if len(word) == 1 and word not in {"a", "i"}:
                continue
            quoted = quoted or Quoted(text)
            spoken = match.start() in quoted and word not in _EMPTY
            severity = Severity.QUERY if word in _MAYBE_TWICE or spoken else None
            yield _twice(passage, match, first, severity)
        for match in _PAIR_TWICE.finditer(text):
            yield _twice(passage, match, match[1], None)


def _twice(passage: Passage, match: re.Match[str], once: str, severity: Severity | None) -> Hit:
    message = f"“{match[0]}”: {'these words stand' if ' ' in once else 'the word stands'} here twice."
    return Hit(message=message, at=passage, start=match.start(), end=match.end(), suggestion=once, severity=severity)


CHECKS = (headline_twice, lede_repeats_headline, repeated_word)
