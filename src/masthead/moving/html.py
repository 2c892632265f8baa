"""Foreign HTML made safe: nothing leaves here that is not on the list below, whatever made it."""

import html as entities
import re
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import nh3
from lxml import etree

from masthead.moving.body import Table

Element = Any  # lxml's stubs are partial

SAFE_TAGS = {"p", "a", "b", "i", "br", "sub", "sup", "s", "ul", "ol", "li", "blockquote"}
SAFE_ATTRIBUTES = {"a": {"href"}}
SAFE_SCHEMES = {"http", "https", "mailto", "tel"}
# What an inline element becomes; an element that is inline and not here gives its text alone.
INLINE = {
    "strong": "b",
    "b": "b",
    "em": "i",
    "i": "i",
    "cite": "i",
    "dfn": "i",
    "var": "i",
    "s": "s",
    "del": "s",
    "strike": "s",
    "sub": "sub",
    "sup": "sup",
}
PLAIN_INLINE = {
    "a", "abbr", "acronym", "bdi", "bdo", "big", "br", "code", "data", "font", "ins", "kbd", "label", "mark", "nobr", "q", "ruby", "rt", "rp", "samp", "small", "span",
    "time", "tt", "u", "wbr",
}  # fmt: skip
DROPPED = {"script", "style", "noscript", "template", "link", "meta", "title", "base", "head"}
STRANGE = {"form", "input", "select", "textarea", "button", "svg", "math", "canvas", "object", "embed", "applet", "map", "frameset", "dialog"}
SPACE = re.compile(r"[ \t\r\n\f]+")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Hosts whose bare address on a line of its own WordPress turned into an embed (wordpress.org/documentation/article/embeds).
EMBED_HOSTS = re.compile(
    r"(?:^|\.)(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com|dailymotion\.com|dai\.ly|twitter\.com|x\.com|facebook\.com|instagram\.com|tiktok\.com"
    r"|soundcloud\.com|spotify\.com|flickr\.com|flic\.kr|ted\.com|scribd\.com|slideshare\.net|reddit\.com|wordpress\.tv|videopress\.com|mixcloud\.com"
    r"|speakerdeck\.com|kickstarter\.com|issuu\.com|bsky\.app|documentcloud\.org|datawrapper\.de|datawrapper\.dwcdn\.net|flo\.uri\.sh)$"
)


def safe(html: str) -> str:
    """Return `html` with nothing in it but the elements, attributes and schemes of stories. Safe on any text."""
    return nh3.clean(html, tags=SAFE_TAGS, attributes=SAFE_ATTRIBUTES, url_schemes=SAFE_SCHEMES, link_rel=None)


def text_of(html: str) -> str:
    """Return the text of `html` on one line, without markup, entities read."""
    if "<" not in html:
        return SPACE.sub(" ", entities.unescape(html)).strip()
    return SPACE.sub(" ", parse_fragment(html).text_content()).strip()


def parse_fragment(html: str) -> Element:
    """Return a `<div>` around the tree of an HTML fragment; any text is read."""
    clean = _UNREADABLE.sub("", html)
    try:
        return lxml.html.fragment_fromstring(clean, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        empty = lxml.html.Element("div")
        empty.text = clean
        return empty


def embeddable(url: str) -> bool:
    """Return whether WordPress would have embedded the bare address `url` from a known site."""
    parts = urlsplit_or_none(url)
    return bool(parts and EMBED_HOSTS.search(parts[0]))


def urlsplit_or_none(url: str) -> tuple[str, str] | None:
    """Return host and path of an http(s) address, or None for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.hostname, parts.path) if parts.scheme in {"http", "https"} and parts.hostname else None


def watch_address(url: str) -> str:
    """Return the page a person would open for a player's address (YouTube and Vimeo); others stay as they are."""
    if match := re.match(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,})", url):
        return f"https://www.youtube.com/watch?v={match[1]}"
    if match := re.match(r"https?://player\.vimeo\.com/video/(\d+)", url):
        return f"https://vimeo.com/{match[1]}"
    return url


def escaped(text: str | None) -> str:
    """Return text as HTML; nothing for None."""
    return entities.escape(text or "", quote=False)


def caption_of(element: Element) -> str:
    """Return the text of the first caption within `element`, or nothing."""
    found = next((inner for inner in element.iter("figcaption", "caption")), None)
    if found is None:
        found = next(iter(element.find_class("wp-caption-text")), None)
    return "" if found is None else SPACE.sub(" ", found.text_content()).strip()


def last_link(element: Element) -> str:
    """Return the address a social post's quotation ends with, without its query, or nothing."""
    links = [link.get("href") or "" for link in element.iter("a")]
    permalink = element.get("data-instgrm-permalink") or element.get("cite") or ""
    return next((url.split("?")[0] for url in [*reversed(links), permalink] if urlsplit_or_none(url)), "")


def table_of(table: Element, caption: str) -> Table:
    """Return the rows of a `<table>`, of equal length, with their header row or column where the first cells say so."""
    rows: list[list[str]] = []
    header_row = header_column = False
    for number, row in enumerate(table.iter("tr")):
        cells: list[str] = []
        kinds = []
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            for line_break in cell.iter("br"):
                line_break.tail = f"\n{line_break.tail or ''}"
            cells.append(re.sub(r"[ \t\r\f]+", " ", cell.text_content()).strip())
            kinds.append(cell.tag)
            cells += [""] * (min(_number(cell.get("colspan")), 50) - 1)
        if number == 0 and kinds and all(kind == "th" for kind in kinds):
            header_row = True
        elif number == 1 and kinds and kinds[0] == "th":
            header_column = True
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    padded = tuple(tuple(row + [""] * (width - len(row))) for row in rows if row)
    return Table(padded, caption, header_row, header_column)


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,3}", text) else 1
