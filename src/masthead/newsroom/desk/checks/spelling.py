"""Words that are probably slips of the pen.

No dictionary has all the words of news, so an unknown word alone is no finding. It is one where `slips.py` says what it
should be (a known slip, two words run together, one slip from a usual word), and where nothing around it says that it is meant.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from masthead.newsroom.desk.checks import lexicon
from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.lexicon import Rank, Table
from masthead.newsroom.desk.checks.slips import LONG, UNKNOWN, Slip, judge
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import EVERYWHERE, Kind

OFTEN = 3  # a word that a story uses so often is a term, not a slip
LONG_PART = 8  # letters from which a part of a hyphenated word is looked at; “no-brainer”, “touchy-feely” are made for the day
ANOTHER_LANGUAGE = 0.2  # so great a share of unknown words: the text is not in the language that it is said to be in
FEWEST = 3  # unknown words from which on that can be said
STRANGERS = 2  # so many words that the language does not have, close by, are a phrase of another
_AROUND = 3  # words on each side that are “close by”

_OPENING = frozenset("\"'“‘„«‹")
_CLOSING = frozenset("\"'”’“»›")
_PARTS = frozenset("—–…")  # without spaces around them too, words end at these
_MEANT_BY = frozenset("@#\\_~=<>{}|^*+%$€£[]")  # what stands in addresses, handles, tags, code and edited quotations
_WORD = re.compile(r"(?<![^\W\d_]['’])\b[^\W\d_]+\b(?!['’](?!s\b)[^\W\d_])")  # of “weren’t” and “l’affaire” nothing, of “state’s” the state
_ADDRESS = re.compile(r"\w[.:]\w|//|/.*/|^[./]\w|\d")
_SIC = re.compile(r"\W{0,2}\s*[\[(]sic\b", re.IGNORECASE)
_BEGINS_SENTENCE = re.compile(r"(?:^|(?<!\S)[a-z][a-z’'-]+[.!?]['\"”’)]*\s+)[\"'“‘„«(]*$")
_GOES_ON_SMALL = re.compile(r" [a-z]")


@check(
    "misspelling",
    Severity.WARN,
    reason="A misspelt word makes readers doubt the rest; names and terms belong into the newsroom's own words.",
    scope=EVERYWHERE - {Kind.EMBED},
)
def misspelling(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each word that is probably a slip, with what it should probably be."""
    table = lexicon.table(reading.language)
    if table is None:
        return
    counts = Counter(word for passage in reading.passages for word in _WORD.findall(passage.text))
    house = {form for word in reading.house_words for form in (word, word.lower())}
    suspects = dict(_suspects(counts, house, table))
    slips = {word: slip for word, slip in suspects.items() if slip is not UNKNOWN}
    if not slips or _is_of_another_language(counts, suspects):
        return
    for passage in reading.passages:
        hits = [found for found in _WORD.finditer(passage.text) if found[0] in slips] if any(word in passage.text for word in slips) else []
        if hits and _is_of_another_language(_WORD.findall(passage.text), suspects):
            continue
        for found in hits:
            if not _is_meant(passage.text, found, suspects, house):
                right = slips[found[0]].right
                right = right[0].upper() + right[1:] if found[0][0].isupper() else right
                yield Hit(message=f"“{found[0]}” is probably “{right}”.", at=passage, start=found.start(), end=found.end(), suggestion=right)


def _suspects(counts: Counter[str], house: AbstractSet[str], table: Table) -> Iterator[tuple[str, Slip]]:
    """Yield the story's words that the language does not have, with what each should be."""
    for word, times in counts.items():
        if word in house:
            continue
        if word.islower():
            slip = judge(word, table.language)
            if slip is UNKNOWN or (slip is not None and (slip.known or (times < OFTEN and word.capitalize() not in counts))):
                yield word, slip
        elif times == 1 and len(word) >= LONG and word[1:].islower():  # anybody's name, unless it is very near an everyday word
            slip = judge(word.lower(), table.language)
            if slip is not None and (slip.known or table.rank(slip.right) == Rank.EVERYDAY):
                yield word, slip


def _is_of_another_language(words: Iterable[str], suspects: Mapping[str, Slip]) -> bool:
    small = {word for word in words if word.islower()}
    strange = sum(word in suspects for word in small)
    return strange >= FEWEST and strange > ANOTHER_LANGUAGE * len(small)


def _is_meant(text: str, found: re.Match[str], suspects: Mapping[str, Slip], house: AbstractSet[str]) -> bool:
    """Say whether something around the word `found` says that it stands there on purpose."""
    (start, end), slip = found.span(), suspects[found[0]]
    left, right = _chunk(text, start, end)
    chunk = text[left:right].strip("\"'“”‘’„«»‹›()[]!?,;:.")
    if chunk in house or not _MEANT_BY.isdisjoint(chunk) or _ADDRESS.search(text[left:right]) or not chunk.isprintable() or _SIC.match(text, end):
        return True
    if text[start].isupper():
        return not (_GOES_ON_SMALL.match(text, end) and _BEGINS_SENTENCE.search(text, 0, start))
    alone = text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING  # “chavismo”
    return not slip.known and ((alone and not slip.near) or _is_part(text, start, end, left, right) or _is_foreign(text, start, end, suspects))


def _chunk(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where what stands between white space around the word begins and ends; dashes without spaces part it too."""
    while start and not text[start - 1].isspace() and text[start - 1] not in _PARTS:
        start -= 1
    while end < len(text) and not text[end].isspace() and text[end] not in _PARTS:
        end += 1
    return start, end


def _is_part(text: str, start: int, end: int, left: int, right: int) -> bool:
    """Say whether the word is a part of a compound too short to judge, or a half of one that a line's end divided."""
    if text[start - 1 : start] == "-" or text[end : end + 1] == "-":
        return end - start < LONG_PART or start == left + 1 or end == right - 1  # “-ception”, “inter-”
    return text[max(0, left - 2) : left].rstrip().endswith("-") and text[max(0, left - 3) : left].strip() != "-"


def _is_foreign(text: str, start: int, end: int, suspects: Mapping[str, Slip]) -> bool:
    """Say whether the word stands among words of another language."""
    before = _WORD.findall(text[max(0, start - 60) : start])[-_AROUND:]
    after = _WORD.findall(text[end : end + 60])[:_AROUND]
    beside = (*before[-1:], *after[:1])
    return any(suspects.get(word) is UNKNOWN for word in beside if len(word) >= LONG - 2) or sum(word in suspects for word in before + after) >= STRANGERS


CHECKS = (misspelling,)
