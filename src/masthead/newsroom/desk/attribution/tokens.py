"""A passage as words, marks of punctuation and whole quotations, cut into sentences. Pure, one pass of one pattern without backtracking."""

import re
from dataclasses import dataclass, field

from masthead.newsroom.desk.attribution.lexicon import HONORIFICS

_SHORT = frozenset(HONORIFICS) | frozenset(
    [
        "u.s.",
        "u.k.",
        "u.n.",
        "jr.",
        "sr.",
        "no.",
        "vs.",
        "etc.",
        "st.",
        "mt.",
        "jan.",
        "feb.",
        "aug.",
        "sept.",
        "oct.",
        "nov.",
        "dec.",
        "inc.",
        "ltd.",
        "co.",
        "corp.",
        "a.m.",
        "p.m.",
        "e.g.",
        "i.e.",
    ]
)
_EVEN, _ODD = "\ue000", "\ue001"
_TOKEN = re.compile(
    rf"{_EVEN}+|{_ODD}+|(?:[^\W\d_]\.){{2,}}|[@#]?[^\W_]+(?:(?:['’](?!s\b)|[-.&@/‑](?=[^\W_]))[^\W_]+)*|['’]s\b|\.\.\.|[^\w\s]",
)
_LONGEST = 250  # tokens: what is longer is no sentence, and would cost its length squared
_ENDS = frozenset(".!?…")


@dataclass(slots=True)
class Token:
    """A word, a mark, or a whole quotation (then `quote` is its number)."""

    text: str
    low: str
    start: int
    end: int
    word: bool
    cap: bool
    quote: int | None = None


@dataclass(slots=True)
class Sentence:
    """Tokens `first` to before `last` of a passage; `number` counts sentences through the story."""

    passage: int
    first: int
    last: int
    number: int
    quotes: list[int] = field(default_factory=list)  # where quotations stand, as numbers of tokens


def masked(text: str, covers: list[tuple[int, int, int]]) -> tuple[str, dict[int, int]]:
    """Return `text` with each covered stretch (start, end, number) blotted out at its length, and which number starts where."""
    if not covers:
        return text.replace(_EVEN, " ").replace(_ODD, " "), {}
    parts, numbers, at = [], {}, 0
    for count, (start, end, number) in enumerate(covers):
        parts.append(text[at:start].replace(_EVEN, " ").replace(_ODD, " "))
        parts.append((_ODD if count % 2 else _EVEN) * (end - start))
        numbers[start] = number
        at = end
    parts.append(text[at:].replace(_EVEN, " ").replace(_ODD, " "))
    return "".join(parts), numbers


def tokens(text: str, numbers: dict[int, int]) -> list[Token]:
    """Return the tokens of a masked text."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        words, start, end = match[0], match.start(), match.end()
        first = words[0]
        if first in (_EVEN, _ODD):
            found.append(Token(words, "", start, end, word=False, cap=False, quote=numbers.get(start)))
        elif first.isalnum() or (first in "@#" and len(words) > 1):
            if text[end : end + 1] == "." and (words.lower() + "." in _SHORT or (len(words) == 1 and words.isupper() and words != "I")):
                words, end = text[start : end + 1], end + 1
            found.append(Token(words, words.lower(), start, end, word=True, cap=_capital(words)))
        elif not (words == "." and found and found[-1].end > start):
            found.append(Token(words, words.lower().replace("’", "'"), start, end, word=False, cap=False))
    return found


def _capital(word: str) -> bool:
    if word[0].isupper() or word[0] == "@":
        return True
    head, hyphen, rest = word.partition("-")
    return bool(hyphen) and len(head) <= 3 and head.isalpha() and rest[:1].isupper()  # al-Amr, el-Sisi


def sentences(all_tokens: list[Token], passage: int, number: int, ends: dict[int, str]) -> list[Sentence]:
    """Return the sentences of a passage's tokens. `ends`: a quotation's number -> the last character inside its marks."""
    found: list[Sentence] = []
    first = 0
    for at, token in enumerate(all_tokens):
        following = all_tokens[at + 1] if at + 1 < len(all_tokens) else None
        if following is None:
            break
        if token.quote is not None:
            over = ends.get(token.quote, "") in _ENDS and _fresh(all_tokens, at + 1)
        else:
            over = (
                token.text[0] in _ENDS
                and not token.word
                and (following.cap or following.quote is not None or following.text[0].isdigit() or following.text in "([")
            )
        if over or at - first >= _LONGEST:
            found.append(Sentence(passage, first, at + 1, number + len(found)))
            first = at + 1
    if first < len(all_tokens):
        found.append(Sentence(passage, first, len(all_tokens), number + len(found)))
    for sentence in found:
        sentence.quotes = [at for at in range(sentence.first, sentence.last) if all_tokens[at].quote is not None]
    return found


def _fresh(all_tokens: list[Token], at: int) -> bool:
    """Say whether what follows a quotation that ended a sentence begins a new one, and is not its attribution."""
    following = all_tokens[at]
    return following.quote is not None or (following.word and following.cap)
