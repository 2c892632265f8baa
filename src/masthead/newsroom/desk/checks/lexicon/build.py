"""Build a language's word table: `python -m masthead.newsroom.desk.checks.lexicon.build SCOWL-FOLDER`.

English is made from SCOWL (Kevin Atkinson's Spell Checker Oriented Word Lists; Debian's package `scowl` puts them into
/usr/share/dict/scowl; its terms stand in en/LICENCE.txt) and from this folder's own en/shape.json, en/slips.txt and
en/supplement.txt. SCOWL's sizes say in how many dictionaries a word stands: 35 is a small dictionary, 70 a large one; 80 and
above hold words that are more often a slip than meant, and are left out, as are its `variant_3` spellings. American, British
(-ise and -ize), Canadian and Australian spellings are all right.
"""

import argparse
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from masthead.newsroom.desk.checks.lexicon import HERE, Rank

SPELLINGS = ("english", "american", "british", "british_z", "canadian", "australian", "variant_1", "variant_2")
SIZES = {10: Rank.EVERYDAY, 20: Rank.EVERYDAY, 35: Rank.COMMON, 40: Rank.USUAL, 50: Rank.USUAL, 55: Rank.USUAL, 60: Rank.RARE, 70: Rank.RARE}
NAMES = ("upper", "proper-names", "abbreviations")
SHORTEST = 2
VOWELS = "aeiou"


def english(scowl: Path) -> bytes:
    """Return the English table made from SCOWL's lists in the folder `scowl`."""
    own = HERE / "en"
    ranks: dict[str, Rank] = {}
    for size, rank in SIZES.items():
        for spelling in SPELLINGS:
            _hold(ranks, _listed(scowl / f"{spelling}-words.{size}"), rank)
    _hold(ranks, expanded((own / "supplement.txt").read_text(encoding="utf-8")), Rank.USUAL)
    for size in SIZES:
        for spelling in SPELLINGS:
            for kind in NAMES:
                _hold(ranks, _listed(scowl / f"{spelling}-{kind}.{size}"), Rank.NAME)
    slips = dict(_slips((own / "slips.txt").read_text(encoding="utf-8")))
    for wrong in slips:
        ranks.pop(wrong, None)
    return packed(json.loads((own / "shape.json").read_text(encoding="utf-8")) | {"slips": slips}, ranks)


def _hold(ranks: dict[str, Rank], words: Iterable[str], rank: Rank) -> None:
    for word in words:
        ranks.setdefault(word, rank)


def _listed(path: Path) -> Iterator[str]:
    """Yield a list's words in lower case; possessives follow from their word."""
    if path.is_file():
        for line in path.read_text(encoding="latin-1").splitlines():
            word = line.removesuffix("'s").lower()
            if len(word) >= SHORTEST and word.isalpha():
                yield word


def expanded(text: str) -> Iterator[str]:
    """Yield the supplement’s words: `/n` adds the plural, `/v` a verb's forms, `/r` who does it."""
    for line in text.splitlines():
        for entry in () if line.startswith("#") else line.split():
            word, _, flags = entry.partition("/")
            forms = [word, *(form for flag in flags for form in _forms(word, flag))]
            yield from (part.lower() for form in forms for part in re.split(r"[-']", form) if len(part) >= SHORTEST and part.isalpha())


def _forms(word: str, flag: str) -> list[str]:
    bare = word.removesuffix("e")
    ends_in_y = word.endswith("y") and word[-2] not in VOWELS
    in_s = "ies" if ends_in_y else "es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"
    plural = (word[:-1] if ends_in_y else word) + in_s
    if flag == "n":
        return [plural]
    if flag == "v":
        return [plural, f"{word[:-1]}ied" if ends_in_y else f"{bare}ed", f"{bare}ing"]
    if flag == "r":
        return [f"{bare}er", f"{bare}ers"]
    raise ValueError(f"“{word}/{flag}”: a flag is n (plural), v (verb) or r (doer).")


def _slips(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            right, _, wrong = line.partition(": ")
            yield from ((word, right) for word in wrong.split())


def packed(shape: dict[str, object], ranks: dict[str, Rank]) -> bytes:
    """Return a table as its file holds it: what the words are made of, then the words."""
    lines = [json.dumps(shape, ensure_ascii=False), *sorted(f"{word}{rank.value}" for word, rank in ranks.items())]
    return zlib.compress("\n".join(lines).encode(), 9)


def main() -> None:
    """Write en.words."""
    parser = argparse.ArgumentParser(description="Build the English word table.")
    parser.add_argument("scowl", type=Path, help="the folder of SCOWL's lists")
    folder = parser.parse_args().scowl
    if not (folder / "english-words.35").is_file():
        parser.error(f"{folder} holds no english-words.35: name the folder of SCOWL's lists.")
    (HERE / "en.words").write_bytes(english(folder))


if __name__ == "__main__":
    main()
