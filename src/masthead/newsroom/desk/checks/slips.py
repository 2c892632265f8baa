"""What a word that the language does not have should probably be. Pure: a word and a table, no story around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from masthead.newsroom.desk.checks import lexicon
from masthead.newsroom.desk.checks.lexicon import Rank, Table

SHORTEST_UNKNOWN = 3
SHORTEST = 5  # letters of a word that may be a slip from another; nearly every shorter one is near one
MIDDLE = 6
LONG = 7
SHORTEST_HALF = 4  # of a word made of two
AN_AFFIX_LEAVES = 4


@dataclass(frozen=True, slots=True)
class Slip:
    """What a word probably should be; `known` where the wrong spelling itself stands in the table, `near` where both are long and the right one common."""

    right: str
    known: bool = False
    near: bool = False


class Kind(IntEnum):
    """What went wrong; the higher, the less likely."""

    EXCHANGED = 0
    MISSING = 1  # the word lacks a letter
    EXTRA = 2
    WRONG = 3


UNKNOWN = Slip("")  # not a word of the language, and not near one


def judge(word: str, language: str) -> Slip | None:
    """Return what is wrong with `word`, in lower case: None where it is right, `UNKNOWN` where nobody can say."""
    table = lexicon.table(language)
    return None if table is None or table.rank(word) else _judge_strange(word, table.language)


@lru_cache(maxsize=4096)  # a word takes a third of a millisecond, and comes again at every save
def _judge_strange(word: str, language: str) -> Slip | None:
    table = lexicon.table(language)
    assert table is not None  # noqa: S101 - the one caller looked
    if word in table.slips:
        return Slip(table.slips[word], known=True)
    if len(word) < SHORTEST_UNKNOWN or word in table.prefixes or not set(word) <= set(table.alphabet):
        return None
    if len(word) < SHORTEST:
        return UNKNOWN
    if _is_derived(word, table):
        return None
    near = _nearest(word, table)
    if _is_compound(word, table) and table.rank(near) != Rank.EVERYDAY:
        return None
    right = _run_together(word, table) or near
    return Slip(right, near=len(word) >= LONG and 0 < table.rank(right) <= Rank.COMMON) if right else UNKNOWN


def _is_derived(word: str, table: Table) -> bool:
    """Say whether a word with a prefix or suffix of the language makes `word`."""
    rests = [word.removeprefix(prefix) for prefix in table.prefixes if word.startswith(prefix)]
    for suffix, restored in table.suffixes:
        rest = word.removesuffix(suffix)
        if rest != word and not rest.endswith(suffix[-1]):
            rests.append(rest + restored)
    return any(len(rest) >= AN_AFFIX_LEAVES and 0 < table.rank(rest) <= Rank.RARE for rest in rests)


def _is_compound(word: str, table: Table) -> bool:
    """Say whether two common words make `word`, as news makes new ones (“paywall”)."""
    halves = ((word[:at], word[at:]) for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1))
    return any(all(0 < table.rank(half) <= Rank.COMMON and half not in table.joints for half in pair) for pair in halves)


def _run_together(word: str, table: Table) -> str:
    """Return the two words that lost the space between them: two small ones, or a small and an everyday one."""
    for at in range(2, len(word) - 1):
        halves = (word[:at], word[at:])
        joints = [half in table.joints for half in halves]
        if all(joints) or (any(joints) and all(joint or _is_everyday(half, table) for half, joint in zip(halves, joints, strict=True)) and _are_long(halves)):
            return " ".join(halves)
    return ""


def _is_everyday(half: str, table: Table) -> bool:
    return table.rank(half) == Rank.EVERYDAY


def _are_long(halves: tuple[str, str]) -> bool:
    """Say whether no half is so short that it begins or ends many a word."""
    return min(map(len, halves)) >= SHORTEST_HALF - 1 and max(map(len, halves)) >= SHORTEST_HALF


def _nearest(word: str, table: Table) -> str:
    """Return the likeliest usual word one slip away, empty where there is none."""
    found: dict[str, int] = {}
    for kind, at, right in _one_slip_from(word, table.alphabet):
        rank = table.rank(right)
        if 0 < rank <= _rarest(len(word), kind, first=at == 0):
            found[right] = min(found.get(right, 99), 2 * rank + kind)
    return min(found, key=lambda right: (found[right], right), default="")


def _rarest(letters: int, kind: Kind, *, first: bool) -> int:
    """Return how rare a word may be to be meant by another of so many `letters`: short words are near many."""
    if letters < MIDDLE:
        return {Kind.EXCHANGED: Rank.COMMON, Kind.MISSING: Rank.COMMON}.get(kind, Rank.NONE)
    if letters < LONG:
        return Rank.EVERYDAY if first and kind is not Kind.EXCHANGED else Rank.COMMON
    if letters == LONG and first:
        return Rank.COMMON
    return Rank.USUAL


def _one_slip_from(word: str, alphabet: str) -> Iterator[tuple[Kind, int, str]]:
    """Yield every word one slip away, with which slip and at which letter."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in alphabet:
            yield Kind.MISSING, at, f"{before}{letter}{after}"
        if after:
            yield Kind.EXTRA, at, before + after[1:]
            for letter in alphabet:
                yield Kind.WRONG, at, f"{before}{letter}{after[1:]}"
        if len(after) > 1:
            yield Kind.EXCHANGED, at, f"{before}{after[1]}{after[0]}{after[2:]}"
