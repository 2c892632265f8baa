"""Marking statements in a story's text as it is shown: the words, and the reference to the note after them. Pure: HTML in, HTML out.

The words come out as `<q class="said">` (`<span>` where they are not somebody's own), the quotation marks stay the
text's. Links and emphasis are never cut: where words begin or end inside of one, the mark is cut instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from lxml.html import Element, HtmlElement, fragment_fromstring, tostring

from masthead.newsroom.stories.passages import OWN_LINES
from masthead.newsroom.stories.sourcing import Note, Piece

CLOSING = "”’»“\"'›‹"  # marks that may close a quotation, as languages do
MOST_CLOSING = 2
REFERENCE = "noteref"
ReferenceLabel = Callable[[Note], str]
Part: TypeAlias = Any  # a text or an element


@dataclass(frozen=True, slots=True)
class _Mark:
    note: Note
    piece: Piece


def mark(html: str, block: str, notes: Iterable[Note], *, label: ReferenceLabel, address: str = "") -> str:
    """Return the HTML of body block `block` with the words of `notes` marked and their references set.

    `html` is what the block's rich text became for readers; `label` names a note for those who hear it; `address` goes
    before `#` where the text is read elsewhere. Each reference set is written down in its note.
    """
    marks = [_Mark(note, piece) for note in notes for piece in note.pieces if piece.block == block]
    if not marks:
        return html
    root = fragment_fromstring(html, create_parent="div")
    runs = list(_runs(root))
    for entry in sorted(marks, key=lambda entry: (entry.piece.run, entry.piece.start, -entry.piece.end)):
        if entry.piece.run < len(runs):
            _wrap(runs[entry.piece.run], 0, entry)
    for entry in sorted((entry for entry in marks if entry.piece.is_last), key=lambda entry: entry.note.number):
        if entry.piece.run < len(runs):
            run = runs[entry.piece.run]
            _refer(run, 0, _after_marks(_text(run), entry.piece.end), reference(entry.note, label(entry.note), address))
    return written(root).removeprefix("<div>").removesuffix("</div>")


def written(element: HtmlElement) -> str:
    """Return an element as HTML."""
    return str(tostring(element, encoding="unicode"))


def reference(note: Note, label: str, address: str = "") -> HtmlElement:
    """Return the link from the text to `note`, written down in it."""
    link = Element("a", {"class": REFERENCE, "role": "doc-noteref", "href": f"{address}#n{note.number}", "id": note.refer(), "aria-label": label})
    link.text = f"[{note.number}]" if address else str(note.number)  # elsewhere no style sheet of ours raises it
    return link


def _runs(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements that hold a run of text each, in the order in which `passages.of_html` reads them."""
    if _text(element).strip():
        yield element
    for inner in _blocks(element):
        yield from _runs(inner)


def _blocks(element: HtmlElement) -> Iterator[HtmlElement]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag in {"ul", "ol"}:
            yield from (item for item in child if isinstance(item.tag, str))
        elif child.tag in OWN_LINES:
            yield child
        else:
            yield from _blocks(child)


def _is_block(element: HtmlElement) -> bool:
    return element.tag in OWN_LINES or element.tag in {"ul", "ol"}


def _text(element: HtmlElement) -> str:
    """Return the run of text that an element holds, as `passages` counts it: without blocks inside it, and without references."""
    parts = [element.text or ""]
    for child in element:
        parts += [_inline(child), child.tail or ""]
    return "".join(parts)


def _inline(child: HtmlElement) -> str:
    if not isinstance(child.tag, str) or _is_block(child) or child.get("class") == REFERENCE:
        return ""
    return "\n" if child.tag == "br" else _text(child)


def _take_apart(element: HtmlElement) -> list[Part]:
    """Return the texts and elements in `element`, which is left empty."""
    parts: list[Part] = [element.text] if element.text else []
    for child in list(element):
        tail, child.tail = child.tail, None
        element.remove(child)
        parts += [child, tail] if tail else [child]
    element.text = None
    return parts


def _put_together(element: HtmlElement, parts: Sequence[Part]) -> None:
    for part in parts:
        if not isinstance(part, str):
            element.append(part)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + part
        else:
            element.text = (element.text or "") + part


def _wrap(element: HtmlElement, at: int, entry: _Mark) -> None:
    """Wrap what of the words stands in `element`, whose text begins at offset `at` of its run."""
    start, end = entry.piece.start, entry.piece.end
    made: list[Part] = []
    inside: list[Part] = []

    def close() -> None:
        if inside:
            made.append(_said(entry, inside))
            inside.clear()

    for part in _cut(_take_apart(element), at, (start, end)):
        length = len(part) if isinstance(part, str) else len(_inline(part))
        if length and start <= at and at + length <= end:
            inside.append(part)
        elif length and start < at + length and at < end and not isinstance(part, str):
            close()
            _wrap(part, at, entry)
            made.append(part)
        elif not length and inside and at < end and not isinstance(part, str) and not _is_block(part):
            inside.append(part)
        else:
            close()
            made.append(part)
        at += length
    close()
    _put_together(element, made)


def _cut(parts: Iterable[Part], at: int, places: Sequence[int]) -> Iterator[Part]:
    """Yield `parts` with texts cut at `places`, which are offsets as `at` is that of the first part."""
    for part in parts:
        if not isinstance(part, str):
            at += len(_inline(part))
            yield part
            continue
        bounds = sorted({at, at + len(part), *(place for place in places if at < place < at + len(part))})
        yield from (part[low - at : high - at] for low, high in pairwise(bounds))
        at += len(part)


def _said(entry: _Mark, parts: Sequence[Part]) -> HtmlElement:
    note = entry.note
    said = Element("q" if note.card.is_quotation else "span", {"class": "said"})
    if entry.piece.is_first and not note.is_named:
        said.set("id", note.name)
        note.is_named = True
    if note.card.is_quotation and note.card.cite:
        said.set("cite", note.card.cite)
    _put_together(said, parts)
    return said


def _after_marks(text: str, end: int) -> int:
    """Return the offset behind the quotation marks that close the words."""
    after = end
    while after < len(text) and after - end < MOST_CLOSING and text[after] in CLOSING:
        after += 1
    return end if after < len(text) and text[after].isalnum() else after


def _refer(element: HtmlElement, at: int, place: int, link: HtmlElement) -> bool:
    """Set `link` at offset `place`, as far out as can be and never inside another link; say whether it stands."""
    made: list[Part] = []
    stands = False
    for part in _cut(_take_apart(element), at, (place,)):
        length = len(part) if isinstance(part, str) else len(_inline(part))
        is_earlier = not isinstance(part, str) and part.get("class") == REFERENCE
        if not stands and at >= place and not is_earlier:
            made.append(link)
            stands = True
        made.append(part)
        if not stands and not isinstance(part, str) and at < place < at + length:
            if part.tag == "a" or not _refer(part, at, place, link):
                made.append(link)
            stands = True
        at += length
    if not stands and at >= place:
        made.append(link)
        stands = True
    _put_together(element, made)
    return stands
