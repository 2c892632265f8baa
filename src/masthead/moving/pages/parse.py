"""Read a saved page of any site, HTML or plain text: what is the story, and what is the page around it. No Django.

Nothing is rewritten: paragraphs keep their words, their misspellings and their quotations that are never closed.
Only white space is made one, as browsers show it. What is left out is listed.
"""

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html

from masthead.kernel.errors import MastheadError
from masthead.moving.body import Part
from masthead.moving.html import Element
from masthead.moving.pages.furniture import Furniture

LARGEST_BYTES = 20 * 2**20
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p|h1|main|meta|table|span)\b", re.IGNORECASE)


class PageError(MastheadError):
    """A file that no story can be read from: which, and why."""


@dataclass(slots=True)
class SavedPage:
    """What a page holds: the story's parts in order, its words and facts, and what was left out as (kind, line)."""

    headline: str = ""
    standfirst: str = ""
    parts: list[Part] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    published: str = ""
    address: str = ""
    language: str = ""
    left_out: list[tuple[Furniture, str]] = field(default_factory=list)

    def leave_out(self, kind: Furniture, text: str) -> None:
        """List one line as left out; the same line of the same kind once."""
        line = " ".join(text.split())[:300]
        if line and (kind, line) not in self.left_out:
            self.left_out.append((kind, line))


def read_page(path: Path) -> SavedPage:
    """Return the story on a saved page.

    Raises:
        PageError: the file is empty, larger than 20 MB, not text, or holds no paragraph of a story.
    """
    from masthead.moving.pages.hypertext import read_hypertext  # noqa: PLC0415 - these two import this module's words
    from masthead.moving.pages.plain import read_plain  # noqa: PLC0415

    if path.stat().st_size > LARGEST_BYTES:
        raise PageError(f"{path.name} has more than {LARGEST_BYTES // 2**20} MB: save the page as HTML alone and try again.")
    text = decoded(path.read_bytes(), path.name)
    page = read_hypertext(text) if _LOOKS_LIKE_HTML.search(text[:20_000]) else read_plain(text)
    if not page.headline or not page.parts:
        what = "headline" if page.parts else "paragraph of a story"
        raise PageError(f"{path.name} holds no {what} that could be told from the page around it: paste its text into a new story instead.")
    return page


def decoded(data: bytes, name: str = "The file") -> str:
    """Return the text of a file whose charset may be declared wrongly or not at all.

    A byte order mark decides; then UTF-8 if the bytes are valid as such; then what the page declares; then
    Windows-1252, which is what a browser assumes (WHATWG, Encoding).

    Raises:
        PageError: the bytes are not text.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:4096]:
        raise PageError(f"{name} is not a page: it holds binary data. Save the page as HTML or as plain text.")
    if not data.strip():
        raise PageError(f"{name} is empty.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        match = _CHARSET.search(data[:4096])
        return data.decode(_known(match[1].decode("ascii") if match else ""), "replace")


def _known(charset: str) -> str:
    declared = charset.lower()
    if declared in {"", "utf-8", "utf8", "iso-8859-1", "latin1", "us-ascii"}:  # browsers read Latin-1 as Windows-1252
        return "cp1252"
    try:
        return codecs.lookup(declared).name
    except LookupError:
        return "cp1252"


def linked_data(tree: Element) -> dict[str, Any]:
    """Return the page's first article in schema.org's terms (JSON-LD), or nothing."""
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            found = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(found):
            if "Article" in str(thing.get("@type")) or "BlogPosting" in str(thing.get("@type")):
                return thing
    return {}


def _things(found: Any) -> Iterable[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
        yield from _things(found.get("@graph"))
    elif isinstance(found, list):
        for thing in found[:100]:
            yield from _things(thing)


def metadata(tree: Element) -> dict[str, str]:
    """Return the page's meta elements by property or name, in lower case, first one first."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name and (content := " ".join((meta.get("content") or "").split())):
            found.setdefault(name, content)
    return found


def tree_of(text: str) -> Element:
    """Return the tree of a whole page; any text is read."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    clean = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean)
    return lxml.html.document_fromstring(clean)


def alike(one: str, other: str) -> bool:
    """Return whether two lines are the same words, whatever their case, quotation marks, dashes and spaces."""
    return bool(one) and _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
