"""The passages of plain text, with as much of Markdown as writers use in it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from masthead.newsroom.desk.files_run import Found, Run, date_at
from masthead.newsroom.stories.text import Kind, Link

LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")
HEADING = re.compile(r"(#{1,6})\s+")
ITEM = re.compile(r"(?:[-*+•‣◦–]|\d{1,3}[.)])[ \t]+(?=\S)")
QUOTED = re.compile(r">[ \t]?")
FENCE = re.compile(r"(?:```|~~~)")
RULE = re.compile(r"(?:[-*_=][ \t]*){3,}$")
INLINE_LINK = re.compile(r"(!?)\[([^\[\]\n]*)\]\((\S*?)(?:[ \t]+\"[^\"\n]*\")?\)")
EMPHASIS = re.compile(r"(?<![\w*_\\])(\*{1,3}|_{1,3})(?=\S)|(?<=[^\s\\])(\*{1,3}|_{1,3})(?![\w*_])")
WIDEST_WRAP = 120  # code points of a line; text with longer lines was not wrapped by hand
LONGEST_HEADLINE = 200
LONGEST_SUBHEAD_WORDS = 12
LONGEST_CAPTION = 400
ENDING = ".!?:;,…"
CREDITED = re.compile(
    r"(?:\b(?:Image|Photo|Photograph|Picture|Illustration|Graphic|Credit|Video|Map)s?\s*(?:credit|by)?\s*:\s*[^:]{1,120}"
    r"|\((?:AP|Reuters|AFP|Getty|File)\b[^)]{0,80}\)|\b(?:Getty Images|File photo|Handout)[^.]{0,40})\.?\s*$",
    re.IGNORECASE,
)
CAPTIONED = re.compile(r"(?:Image|Photo|Photograph|Picture|Caption|Credit)s?\s*:", re.IGNORECASE)
# Keys before a text, as site generators take them: YAML between ---, TOML between +++.
FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(?P<keys>.*?\r?\n)\1[ \t]*(?:\r?\n|$)", re.DOTALL)
FRONT_KEY = re.compile(r"^(title|headline|date|published|lang|language)\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    offset: int


def parse(text: str, *, markdown: bool = False) -> Found:
    """Return what a plain text holds: paragraphs parted by empty lines, or by lines where none is empty; lines wrapped by hand are joined."""
    found = Found()
    start = _front_matter(text, found)
    for block in _blocks(text, start):
        for kind, lines in _parts(block, width=0 if markdown else _width(text)):
            _add(found, kind, lines, markdown=markdown)
    return found


def _front_matter(text: str, found: Found) -> int:
    """Take in the keys before a Markdown text, and return where the text begins."""
    match = FRONT_MATTER.match(text)
    if not match:
        return 0
    for key in FRONT_KEY.finditer(match["keys"]):
        value, name = key[2], key[1].lower()
        if name in {"title", "headline"} and value and not found.passages:
            run = Run()
            run.add(value, match.start("keys") + key.start(2))
            found.passages.append(run.passage(Kind.HEADLINE, number=1))
        elif name in {"date", "published"} and (day := date_at(value)):
            found.published_on = day[0]
        elif name in {"lang", "language"}:
            found.language = value
    return match.end()


def _width(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)


def _blocks(text: str, start: int) -> Iterator[list[_Line]]:
    """Yield the lines between empty ones; code and rules are left out."""
    block: list[_Line] = []
    fenced = False
    for match in LINE.finditer(text, start):
        line = match[1]
        if FENCE.match(line.lstrip()):
            fenced = not fenced
        elif not fenced and line.strip() and not RULE.match(line.strip()):
            block.append(_Line(line, match.start()))
            continue
        if block:
            yield block
        block = []
    if block:
        yield block


def _parts(block: list[_Line], *, width: int) -> Iterator[tuple[Kind, list[_Line]]]:
    """Yield the paragraphs of a block, each with its lines and what its first line says it is; `width` is that of the file's longest line, 0 where all lines are joined."""
    lines: list[_Line] = []
    kind = Kind.PARAGRAPH
    for line in block:
        own, rest = _stripped(line)
        if (
            lines
            and own in {Kind.PARAGRAPH, kind}
            and own not in {Kind.ITEM, Kind.HEADING}
            and kind is not Kind.HEADING
            and _is_wrapped(lines[-1].text, rest.text, width)
        ):
            lines.append(rest)
            continue
        if lines:
            yield kind, lines
        kind, lines = own, [rest]
    yield kind, lines


def _stripped(line: _Line) -> tuple[Kind, _Line]:
    """Return what a line's first characters say it is, and the line without them."""
    kind, text = Kind.PARAGRAPH, line.text.lstrip()
    for pattern, own in ((QUOTED, Kind.QUOTATION), (HEADING, Kind.HEADING), (ITEM, Kind.ITEM)):
        if match := pattern.match(text):
            kind = own if kind is Kind.PARAGRAPH else kind
            text = text[match.end() :].lstrip()
    return kind, _Line(text.rstrip(), line.offset + len(line.text) - len(text))


def _is_wrapped(line: str, following: str, width: int) -> bool:
    """Say whether `following` is the same paragraph, broken because the line was full."""
    if not width or width > WIDEST_WRAP:
        return not width
    first = following.split(maxsplit=1)[0] if following else ""
    return len(line) + 1 + len(first) > width * 0.85 or (line[-1:] not in ENDING and following[:1].islower())


def _add(found: Found, kind: Kind, lines: list[_Line], *, markdown: bool) -> None:
    run = Run()
    for line in lines:
        if run.text:
            run.add(" ", line.offset - 1)
        _inline(run, line, markdown=markdown)
    text = run.text.strip()
    if not text:
        return
    number = len(found.passages) + 1
    if number <= 3 and not found.published_on and (day := date_at(text)):  # noqa: PLR2004 - beneath headline and byline at the latest
        found.published_on = day[0]
        if not text[day[1] :].strip(" .)"):
            kind = Kind.HEADING
    if kind is Kind.PARAGRAPH:
        kind = _kind(text, number, found)
    elif kind is Kind.HEADING and number == 1:
        kind = Kind.HEADLINE
    found.passages.append(run.passage(kind, number=number))


def _kind(text: str, number: int, found: Found) -> Kind:
    """Return what a paragraph without any sign of its own is."""
    ends = text.rstrip("\"'”’»)*_ ")[-1:] in ENDING
    if number == 1:
        return Kind.HEADLINE if len(text) <= LONGEST_HEADLINE and (not ends or text[-1] in "?!\"'”’") else Kind.PARAGRAPH
    if len(text) <= LONGEST_CAPTION and (CREDITED.search(text) or CAPTIONED.match(text)):
        return Kind.CAPTION
    before = found.passages[-1]
    goes_on = before.kind is Kind.PARAGRAPH and (before.text[-1].isalnum() or before.text[-1] in ",-:;–")
    if text[:1].islower() and len(text) <= LONGEST_CAPTION // 2 and not goes_on:
        return Kind.CAPTION  # a picture's words, flattened into the text
    if not ends and len(text.split()) <= LONGEST_SUBHEAD_WORDS and (text[0].isupper() or text[0].isdigit()) and not set(text) & set('"“”«»„'):
        return Kind.HEADING
    return Kind.PARAGRAPH


def _inline(run: Run, line: _Line, *, markdown: bool) -> None:
    """Add a line, its links as their words; in Markdown without the signs of emphasis."""
    at = 0
    for match in INLINE_LINK.finditer(line.text):
        _plain(run, line, at, match.start(), markdown=markdown)
        start = len(run.text)
        if not match[1]:  # the words of an image stand in its place and are not read
            _plain(run, line, match.start(2), match.end(2), markdown=markdown)
            run.links.append(Link(start, len(run.text), match[3]))
        at = match.end()
    _plain(run, line, at, len(line.text), markdown=markdown)


def _plain(run: Run, line: _Line, start: int, end: int, *, markdown: bool) -> None:
    at = start
    if markdown:
        for match in EMPHASIS.finditer(line.text, start, end):
            run.add(line.text[at : match.start()], line.offset + at)
            at = match.end()
    run.add(line.text[at:end], line.offset + at)
