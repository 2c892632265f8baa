"""The word tables of the spelling check: one file per language beside this one, read when the first story asks for it.

`<language>.words` is zlib-compressed UTF-8: a line of JSON (what the language's words are made of: `alphabet`, `prefixes`,
`suffixes`, `joints`, `slips`), then one line per word, sorted, each followed by the digit of its `Rank`. `build.py` writes it.
A language is added by putting one more such file here.

In memory the words stay one string per first four letters and are found in it by `str.find`: 135,000 words take 4 MB and
load in 45 ms, where a dict of them takes 12 MB in each process that serves pages.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).parent
KEY = 4  # letters that say which string a word is in


class Rank(IntEnum):
    """How common a word is; what is not in the table is NONE. The digits follow SCOWL's sizes (see `build.py`)."""

    NONE = 0
    EVERYDAY = 1  # sizes 10 and 20
    COMMON = 2  # 35
    USUAL = 3  # 40 to 55, and the language's own supplement
    RARE = 4  # 60 and 70
    NAME = 5  # written with a capital: right, but nobody's slip


@dataclass(frozen=True)
class Table:
    """The words of one language.

    `suffixes` are (what ends the new word, what ended the old one instead); `joints` the small words that others are run
    together with; `slips` known wrong spellings with the right one.
    """

    language: str
    alphabet: str
    prefixes: frozenset[str]
    suffixes: tuple[tuple[str, str], ...]
    joints: frozenset[str]
    slips: Mapping[str, str]
    words: Mapping[str, str]

    def rank(self, word: str) -> int:
        """Return how common `word`, in lower case, is: a `Rank`, 0 where it is not in the table."""
        held = self.words.get(word[:KEY])
        if held is None:
            return 0
        at = held.find(f"\n{word}")
        if at < 0:
            return 0
        digit = held[at + len(word) + 1]  # a digit sorts before letters: the first that begins so is the word itself, if it is there
        return int(digit) if digit.isdigit() else 0


@lru_cache(maxsize=8)
def table(language: str) -> Table | None:
    """Return the words of `language` (“en”, “en-GB”), None where there is no table for it."""
    code = language.split("-", maxsplit=1)[0].lower()
    path = HERE / f"{code}.words"
    if not code.isalpha() or not path.is_file():
        return None
    head, _, body = zlib.decompress(path.read_bytes()).decode().partition("\n")
    shape = json.loads(head)
    return Table(
        language=code,
        alphabet=shape["alphabet"],
        prefixes=frozenset(shape["prefixes"]),
        suffixes=tuple((suffix, restored) for suffix, restored in shape["suffixes"]),
        joints=frozenset(shape["joints"]),
        slips=shape["slips"],
        words={key: "\n" + "\n".join(lines) for key, lines in groupby(body.splitlines(), key=_key)},
    )


def _key(line: str) -> str:
    return line[:KEY].rstrip("12345")
