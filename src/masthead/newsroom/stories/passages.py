"""The passages of a page: its body read from the raw blocks, without a query."""

from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement, fragment_fromstring
from wagtail import blocks

from masthead.newsroom.stories.text import Kind, Link, Passage

# What a block's text fields are to a reader, by the path of names that leads to them. What is not named here is not read:
# choices, addresses, what an import kept.
KINDS: Mapping[tuple[str, ...], Kind] = {
    ("paragraphs",): Kind.PARAGRAPH,
    ("heading", "text"): Kind.HEADING,
    ("picture", "caption"): Kind.CAPTION,
    ("gallery", "pictures", "caption"): Kind.CAPTION,
    ("gallery", "caption"): Kind.CAPTION,
    ("pull_quote", "quote"): Kind.PULL_QUOTE,
    ("document", "description"): Kind.CAPTION,
    ("table", "caption"): Kind.CAPTION,
    ("embed", "title"): Kind.EMBED,
    ("callout", "title"): Kind.HEADING,
    ("callout", "text"): Kind.CALLOUT,
    ("statement", "words"): Kind.QUOTATION,
}
OWN_LINES = {"p", "li", "blockquote", "h2", "h3", "h4", "h5", "h6", "div", "pre"}
BY_TAG = {"li": Kind.ITEM, "blockquote": Kind.QUOTATION}


def of_page(page: Any) -> list[Passage]:
    """Return a story's or page's passages in reading order: headline, standfirst, the lead picture's own caption, body."""
    found = [Passage(text=page.title, kind=Kind.HEADLINE, field="title")]
    if page.standfirst:
        found.append(Passage(text=page.standfirst, kind=Kind.STANDFIRST, field="standfirst"))
    if getattr(page, "lead_caption", ""):
        found.append(Passage(text=page.lead_caption, kind=Kind.CAPTION, field="lead_caption"))
    return [*found, *of_body(page)]


def of_body(page: Any) -> Iterator[Passage]:
    """Yield the passages of a page's body in reading order."""
    known = page.body.stream_block.child_blocks
    for raw in page.body.get_prep_value():
        if raw["type"] in known:
            yield from _inside(known[raw["type"]], raw["value"], (raw["type"],), str(raw.get("id") or ""))


def _inside(block: Any, raw: Any, path: tuple[str, ...], block_id: str) -> Iterator[Passage]:
    if isinstance(block, blocks.StructBlock) and isinstance(raw, Mapping):
        for name, child in block.child_blocks.items():
            yield from _inside(child, raw.get(name), (*path, name), block_id)
    elif isinstance(block, blocks.ListBlock):
        for item in raw or ():
            yield from _inside(block.child_block, item["value"] if isinstance(item, Mapping) and "value" in item else item, path, block_id)
    elif path in KINDS and raw:
        kind = KINDS[path]
        if isinstance(block, blocks.RichTextBlock):
            yield from of_html(str(raw), kind=kind, block=block_id)
        else:
            yield Passage(text=str(raw), kind=kind, block=block_id)


def of_html(html: str, *, kind: Kind = Kind.PARAGRAPH, block: str = "") -> Iterator[Passage]:
    """Yield the passages of rich text as Wagtail stores it: one for each paragraph, list item, heading and quotation."""
    root = fragment_fromstring(html, create_parent="div")
    yield from _own(root, kind, block)


def _own(element: HtmlElement, kind: Kind, block: str) -> Iterator[Passage]:
    """Yield the run that `element` holds itself, then those of the blocks inside it."""
    run = _Run()
    inner: list[HtmlElement] = []
    run.take(element, inner)
    if run.text.strip():
        yield Passage(text=run.text, kind=kind, block=block, paragraph=element.get("data-block-key") or "", links=tuple(run.links))
    for child in inner:
        own = Kind.HEADING if child.tag in {"h2", "h3", "h4", "h5", "h6"} and kind is Kind.PARAGRAPH else BY_TAG.get(child.tag, kind)
        yield from _own(child, own if kind in {Kind.PARAGRAPH, Kind.QUOTATION, Kind.ITEM, Kind.HEADING} else kind, block)


class _Run:
    """The text of one element, gathered without that of the blocks inside it."""

    def __init__(self) -> None:
        self.text = ""
        self.links: list[Link] = []

    def take(self, element: HtmlElement, inner: list[HtmlElement]) -> None:
        """Gather `element`'s text and links; blocks in it are left in `inner` for a run of their own."""
        self.text += element.text or ""
        for child in element:
            if not isinstance(child.tag, str):
                pass  # a comment
            elif child.tag in OWN_LINES or child.tag in {"ul", "ol"}:
                inner.extend(child if child.tag in {"ul", "ol"} else [child])
            elif child.tag == "br":
                self.text += "\n"
            else:
                start = len(self.text)
                self.take(child, inner)
                if child.tag == "a":
                    self.links.append(Link(start, len(self.text), child.get("href") or ""))
            self.text += child.tail or ""
