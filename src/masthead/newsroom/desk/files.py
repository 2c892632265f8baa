"""A bare file as the desk's checks see it: text, Markdown or HTML, each passage with its way back to line and column. No Django, no newsroom."""

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk import files_html, files_plain
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Finding
from masthead.newsroom.stories.text import Kind, Passage

MARKUP = re.compile(r"\s*(?:<!doctype\s+html|<html[\s>]|<!--|<\?xml|<(?:head|body|article|main|section|div|p|h[1-6])[\s>])", re.IGNORECASE)
DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
DECLARED_WITHIN = 1024  # bytes from the beginning (HTML Standard, 13.2.3.2)
MARKS_OF_ORDER = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LAST_RESORT = "cp1252"


class FileRefused(MastheadError):
    """A file whose words cannot be read; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a finding lies in its file: lines and columns from 1, columns in code points, the end just behind it."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class BareFile:
    """A file's text and its reading. `note` says what had to be guessed to read it, or nothing."""

    name: str
    text: str
    reading: Reading
    note: str = ""

    def place(self, finding: Finding) -> Place:
        """Return where `finding` lies; the file's beginning for one that lies nowhere in particular."""
        passage = finding.passage
        if passage is None:
            return Place(line=1, column=1, end_line=1, end_column=1)
        line, column = self._point(origin(passage, finding.start))
        last = max(finding.end - 1, finding.start)
        end_line, end_column = self._point(origin(passage, last) + (finding.end > finding.start))
        return Place(line=line, column=column, end_line=end_line, end_column=end_column)

    @cached_property
    def _lines(self) -> Sequence[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    def _point(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def origin(passage: Passage, offset: int) -> int:
    """Return where in its file the character at `offset` of `passage` stands."""
    found = bisect_right(passage.origins, offset, key=lambda pair: pair[0])
    here, there = passage.origins[found - 1] if found else (0, 0)
    return there + offset - here


def read(data: bytes, *, name: str, language: str = "", house_words: frozenset[str] = frozenset()) -> BareFile:
    """Return the reading of a file's bytes, called `name`; `language` (a BCP 47 tag) where it is known, else as an HTML file says, else English.

    Raises:
        FileRefused: it is no text, or holds no words.
    """
    text, note = decode(data, name=name)
    is_markup = name.lower().endswith((".html", ".htm", ".xhtml")) or MARKUP.match(text) is not None
    found = files_html.parse(text) if is_markup else files_plain.parse(text, markdown=name.lower().endswith((".md", ".markdown")))
    if not found.passages:
        raise FileRefused(f"{name} holds no words to read.")
    headline = next((passage.text for passage in found.passages if passage.kind is Kind.HEADLINE), "")
    reading = Reading(
        headline=headline,
        is_story=False,
        language=language or found.language or "en",
        has_body=True,
        published_on=found.published_on,
        passages=tuple(found.passages),
        house_words=house_words,
    )
    return BareFile(name, text, reading, note)


def decode(data: bytes, *, name: str) -> tuple[str, str]:
    """Return a file's text without its byte order mark, and what had to be guessed: by that mark, as UTF-8, as declared, at last as Windows-1252.

    Raises:
        FileRefused: the bytes are no text.
    """
    for mark, encoding in MARKS_OF_ORDER:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), ""
    if b"\0" in data:
        raise FileRefused(f"{name} is no text file: save it as plain text or HTML.")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        where = data.count(b"\n", 0, error.start) + 1
    if declared := DECLARED.search(data[:DECLARED_WITHIN]):
        encoding = (declared[1] or declared[2]).decode("ascii")
        try:
            if codecs.lookup(encoding).name != "utf-8":
                return data.decode(encoding), ""
        except (LookupError, UnicodeDecodeError):
            pass
    note = f"{name} is not UTF-8 (line {where}): read as Windows-1252; save it as UTF-8 if letters look wrong."
    return data.decode(LAST_RESORT, errors="replace"), note
