"""Characters that came broken through a machine, and no-break spaces that only fill."""

import html
import re
from collections.abc import Iterator

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import Passage

# What the bytes 80 to BF of UTF-8 look like when they are read as Windows-1252; 81, 8D, 8F, 90 and 9D have no character there.
_TAILS = "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xC0)) + "".join(map(chr, range(0x80, 0xA0)))
_TAIL = f"[{re.escape(_TAILS)}]"
_RUN = re.compile(f"(?:[Â-ß]{_TAIL}|[à-ï]{_TAIL}{{2}}|ð{_TAIL}{{3}})+")
_BROKEN = re.compile(f"(?:{_RUN.pattern}|[\ufffd\x80-\x9f])+")
_LEADS = re.compile("[Â-ð\ufffd\x80-\x9f]")  # nothing is broken in a text without one of these
_TYPOGRAPHY = frozenset("\u00a0«»‹›“”„‘’‚…–—•™ ²³°ºª")  # may rightly follow an accented letter
_DEEP = 3  # times a text may have gone wrong
_ENTITY = re.compile(
    r"&(?:amp|nbsp|quot|apos|lt|gt|[lr][sd]quo|[mn]dash|hellip|[aeiou](?:acute|grave|circ|uml)|ccedil|ntilde|szlig|#\d{2,5}|#x[0-9a-fA-F]{2,4});"
)
_LOST_MARK = re.compile(r"(?<![\w/=&?.])[A-Za-z]{2,}\?(?:t|s|re|ll|ve)(?![\w=])")


def repaired(broken: str) -> str:
    """Return text whose UTF-8 was read as Windows-1252 as it was meant; unchanged where it was not.

    “GuantÃ¡namo” is Guantánamo, “donâ€™t” don’t. What went wrong twice is mended twice.
    """
    for _ in range(_DEEP):
        mended = _RUN.sub(lambda match: _decoded(match[0]) or match[0], broken)
        if mended == broken:
            break
        broken = mended
    return broken


def _decoded(run: str) -> str | None:
    try:
        return b"".join(_byte(character) for character in run).decode("utf-8")
    except UnicodeError:
        return None


def _byte(character: str) -> bytes:
    return bytes([ord(character)]) if 0x80 <= ord(character) < 0xA0 else character.encode("cp1252")  # noqa: PLR2004 - the C1 controls


@check("broken-encoding", Severity.WARN, reason="Broken characters make a newsroom look careless and names unfindable.")
def broken_encoding(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for characters that a wrong encoding broke, what the repair would be, and for markup's own codes in the text."""
    for passage in reading.passages:
        text = passage.text
        if _LEADS.search(text):
            yield from _mojibake(passage)
        if "&" in text:
            for match in _ENTITY.finditer(text):
                yield Hit(
                    message=f"“{match[0]}” is a code of HTML that readers see as it stands.",
                    at=passage,
                    start=match.start(),
                    end=match.end(),
                    suggestion=html.unescape(match[0]),
                )
        if "?" in text:
            for match in _LOST_MARK.finditer(text):
                message = f"“{match[0]}”: an apostrophe was lost to a question mark."
                yield Hit(message=message, at=passage, start=match.start(), end=match.end(), suggestion=match[0].replace("?", "’"))


def _mojibake(passage: Passage) -> Iterator[Hit]:
    text = passage.text
    last = 0
    for match in _BROKEN.finditer(text):
        if match.start() < last or not _is_broken(text, match):
            continue
        start, end = _word_around(text, match.start(), match.end())
        last = end
        whole = text[start:end]
        mended = repaired(whole)
        sound = mended != whole and not any(_is_broken(mended, rest) for rest in _BROKEN.finditer(mended)) and "â€" not in mended
        message = (
            f"“{whole}” came through a wrong encoding: it should read “{mended}”." if sound else f"“{whole}” holds a character that a wrong encoding broke."
        )
        yield Hit(message=message, at=passage, start=start, end=end, suggestion=mended if sound else "")


def _is_broken(text: str, match: re.Match[str]) -> bool:
    """Return whether a run is broken and not an accented letter before a mark, such as “là »” or “CAFÉ”."""
    run = match[0]
    if "\ufffd" in run or any("\x80" <= character < "\xa0" for character in run):
        return True
    decoded = _decoded(run)
    if decoded is None:
        return "â€" in run
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    tails_are_marks = all(character in _TYPOGRAPHY for character in run[1:])
    beside_small = before.islower() or after.islower()
    if run.startswith("â€") or "â€" in run:
        return True
    if run[0] in "ÂÃ":
        return not before.isupper() or (not tails_are_marks and not after.isupper())
    if len(decoded) > 1:
        return not tails_are_marks
    return beside_small and not tails_are_marks and "\xc0" <= run[0] <= "\xc5" if len(run) == 2 else not any(character in _TYPOGRAPHY for character in run[1:])  # noqa: PLR2004


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    stripped = text[start:end].rstrip(".,;:!?")
    return start, max(start + len(stripped), start + 1)


_FILLERS = "\u00a0\u202f\u2007"
_RUNS = re.compile(f"[{_FILLERS}]{{2,}}|[{_FILLERS}] +[{_FILLERS} ]*|[ ]+[{_FILLERS}][{_FILLERS} ]*")
_BETWEEN_WORDS = re.compile("(?<=[^\\W\\d_]{3})\u00a0(?=[^\\W\\d_]{3})")
_MANY = 3  # single no-break spaces between plain words in one paragraph: a hand sets one, a machine sets them all


@check("filler-spaces", Severity.WARN, reason="No-break spaces used as filler tear holes into lines and hide words from search.")
def filler_spaces(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for no-break spaces that fill: in a row, beside a space, at either end, or between all words of a paragraph."""
    for passage in reading.passages:
        text = passage.text
        if not any(filler in text for filler in _FILLERS):
            continue
        ends = [(0, len(text) - len(text.lstrip())), (len(text.rstrip()), len(text))]
        padding = [span for span in ends if any(filler in text[span[0] : span[1]] for filler in _FILLERS)]
        inside = [match.span() for match in _RUNS.finditer(text, ends[0][1], ends[1][0])]
        places = sorted({*padding, *inside})
        for start, end in places[:1]:
            times = f" ({len(places)} times in this paragraph)" if len(places) > 1 else ""
            edge = start == 0 or end == len(text)
            message = f"A no-break space {'at the edge' if edge else 'beside another space'} only fills{times}: {'take it out' if edge else 'one plain space is enough'}."
            yield Hit(message=message, at=passage, start=start, end=end, text=_around(text, start, end))
        between = list(_BETWEEN_WORDS.finditer(text))
        if len(between) >= _MANY:
            message = f"{len(between)} no-break spaces stand between plain words, as they come from a pasted text: make them plain spaces."
            yield Hit(message=message, at=passage, start=between[0].start(), end=between[-1].end(), text="no-break spaces between words")


def _around(text: str, start: int, end: int) -> str:
    """Return what tells one run of spaces from another: the letters beside it."""
    return f"{text[max(0, start - 12) : start]}\u00a0{text[end : end + 12]}"


CHECKS = (broken_encoding, filler_spaces)
