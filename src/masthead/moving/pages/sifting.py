"""Sift a page's parts in their order: the story stays, the page around it is listed. The same for HTML and plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from masthead.moving.body import Embed, Gallery, Heading, Kept, Paragraphs, Part, Picture, joined
from masthead.moving.html import text_of
from masthead.moving.pages.credit import split_caption, whole_credit
from masthead.moving.pages.furniture import Furniture, byline_names, line_kind
from masthead.moving.pages.parse import SavedPage, alike

# A paragraph of a story is at least this long, or ends as a sentence does.
SENTENCE = 60
PARAGRAPH = 140
MANY_LINKS = 0.6
ENDING = re.compile(r"[.!?…:”\"'’)\]»]\s*$")
_ELEMENTS = re.compile(r"<(p|blockquote|ul|ol)>.*?</\1>", re.DOTALL)


@dataclass(slots=True)
class Sieve:
    """Goes through the parts once, and knows whether the story has begun and whether it is over."""

    page: SavedPage
    begun: bool = False
    tail: Furniture | None = None
    over: bool = False


def sift(page: SavedPage, parts: Sequence[Part]) -> None:
    """Put into `page` the parts of the story among `parts`, and list the others."""
    sieve = Sieve(page)
    kept: list[Part] = []
    pieces = list(_pieces(parts))
    meters = _numbers_beside_meters(pieces)
    for number, part in enumerate(pieces):
        if number in meters:
            page.leave_out(Furniture.METER, _text(part))
            continue
        kept += _taken(sieve, part, kept)
    while kept and isinstance(kept[-1], Heading):  # a heading over nothing led to what was left out
        page.leave_out(Furniture.RELATED, _text(kept.pop()))
    page.parts = joined(kept)


def _pieces(parts: Sequence[Part]) -> list[Part]:
    """Cut runs of text into one part for each paragraph, list or quotation."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Paragraphs):
            for match in _ELEMENTS.finditer(part.html):
                found += [Paragraphs(html) for html in _lines_apart(match[0])]
        else:
            found.append(part)
    return found


def _lines_apart(html: str) -> list[str]:
    """Part a paragraph at its line breaks where one of its lines is furniture; leave every other as it is."""
    if not html.startswith("<p>") or "<br>" not in html:
        return [html]
    lines = html.removeprefix("<p>").removesuffix("</p>").split("<br>")
    return [f"<p>{line.strip()}</p>" for line in lines if line.strip()] if any(line_kind(text_of(line)) for line in lines) else [html]


def _numbers_beside_meters(parts: Sequence[Part]) -> set[int]:
    """Return where a bare number stands beside a meter's line: the scale's other marks, such as “2,500”."""
    lines = [_text(part) for part in parts]
    meters = {number for number, line in enumerate(lines) if line_kind(line) is Furniture.METER}
    bare = {number for number, line in enumerate(lines) if re.fullmatch(r"[\d.,\s]{1,20}", line)}
    for number in sorted(bare) + sorted(bare, reverse=True):
        if number - 1 in meters or number + 1 in meters:
            meters.add(number)
    return meters & bare


def _taken(sieve: Sieve, part: Part, kept: list[Part]) -> list[Part]:
    """Return what of one part belongs to the story: itself, something made of it, or nothing."""
    if isinstance(part, Picture | Gallery | Embed):
        return [] if sieve.over or sieve.tail else [_credited(part)]
    text = _text(part)
    kind = _kind(sieve, part, text)
    if kind is not None:
        _leave(sieve, kind, text)
        return []
    if sieve.page.standfirst and alike(text, sieve.page.standfirst):
        return []
    if credit := whole_credit(text):
        return _credit_line(kept, credit, text)
    sieve.begun = sieve.begun or len(text) >= SENTENCE
    sieve.tail = None
    return _without_caption(part, text)


def _kind(sieve: Sieve, part: Part, text: str) -> Furniture | None:
    """Return what kind of furniture a part is where it stands, or None."""
    if alike(text, sieve.page.headline):
        return Furniture.REPEATED
    if sieve.over:
        return sieve.tail
    if not sieve.begun and byline_names(text):
        return Furniture.BYLINE
    return line_kind(text) or (Furniture.CODE if isinstance(part, Kept) else _kind_by_place(sieve, part, text))


def _kind_by_place(sieve: Sieve, part: Part, text: str) -> Furniture | None:
    """Return what a part is by what surrounds it: links outside the story, short lines behind its end."""
    if not isinstance(part, Paragraphs):
        return sieve.tail
    is_list = part.html.startswith(("<ul", "<ol"))
    if _share_of_links(part) > MANY_LINKS and (sieve.tail or is_list or (not sieve.begun and (part.html.count("<a ") > 1 or len(text) < SENTENCE))):
        return sieve.tail or Furniture.MENU
    return sieve.tail if sieve.tail and not _is_story(text) else None


def _leave(sieve: Sieve, kind: Furniture, text: str) -> None:
    sieve.page.leave_out(kind, text)
    if kind is Furniture.BYLINE:
        sieve.page.bylines = sieve.page.bylines or byline_names(text)
    if kind is Furniture.DATE and not sieve.page.published:
        sieve.page.published = text
    if sieve.begun and kind in {Furniture.APPEAL, Furniture.RELATED, Furniture.COMMENTS, Furniture.FOOTER, Furniture.SHARE}:
        sieve.tail = kind
        sieve.over = kind in {Furniture.COMMENTS, Furniture.FOOTER}


def _is_story(text: str) -> bool:
    """Return whether a line behind something left out goes on with the story: a full paragraph, not a link's title."""
    return len(text) >= PARAGRAPH and bool(ENDING.search(text))


def _share_of_links(part: Paragraphs) -> float:
    text = text_of(part.html)
    linked = sum(len(text_of(match)) for match in re.findall(r"<a\b[^>]*>(.*?)</a>", part.html, re.DOTALL))
    return linked / len(text) if text else 0.0


def _credit_line(kept: list[Part], credit: str, text: str) -> list[Part]:
    """Give a credit on a line of its own to the picture before it; keep it as a note where there is none."""
    last = kept[-1] if kept else None
    if isinstance(last, Picture) and not last.credit:
        kept[-1] = replace(last, credit=credit)
        return []
    if isinstance(last, Kept) and last.name == "picture caption" and len(kept) == 1:
        kept[-1] = replace(last, source=f"{last.source}\n{text}")
        return []
    return [Kept("picture credit", text)]


def _credited(part: Picture | Gallery | Embed) -> Part:
    if isinstance(part, Gallery):
        return replace(part, pictures=tuple(picture for one in part.pictures if isinstance(picture := _credited(one), Picture)))
    if isinstance(part, Picture) and part.caption and not part.credit:
        caption, credit = split_caption(part.caption)
        return replace(part, caption=caption, credit=credit)
    return part


def _without_caption(part: Part, text: str) -> list[Part]:
    """Keep as a note a short paragraph that is a caption with its credit, left behind by a picture that is not here."""
    if isinstance(part, Paragraphs) and len(text) < 250:  # noqa: PLR2004 - a caption is a sentence or two
        caption, credit = split_caption(text)
        if credit and caption and ENDING.search(caption):
            return [Kept("picture caption", text)]
    return [part]


def _text(part: Part) -> str:
    match part:
        case Paragraphs(html):
            return text_of(html.replace("<br>", " ").replace("</li>", " </li>"))
        case Heading(text):
            return text
        case Kept(name, source):
            return text_of(source) or name
        case Picture() | Gallery() | Embed():
            return ""
        case _:
            return " ".join(str(value) for value in (getattr(part, "title", ""), getattr(part, "quote", ""), getattr(part, "caption", "")) if value)
