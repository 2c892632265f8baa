"""A story's text as plain values: what a reader sees, run by run, and where each run stands. Pure; nothing here knows Django.

Offsets are code points of `Passage.text`, which holds the characters a reader sees: markup gone, references resolved,
white space within a line as written.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a run of text is in its story."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"  # of a list
    QUOTATION = "quotation"  # a block quotation, or a statement's block
    PULL_QUOTE = "pull-quote"
    CAPTION = "caption"  # of a picture, gallery, table or attached file
    CELL = "cell"  # of a table
    CALLOUT = "callout"
    EMBED = "embed"  # what names something embedded


RUNNING = frozenset({Kind.PARAGRAPH, Kind.ITEM, Kind.QUOTATION})  # the text proper, read from one to the next
PROSE = RUNNING | {Kind.STANDFIRST, Kind.CALLOUT, Kind.CAPTION}  # sentences, wherever they stand
EVERYWHERE = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Link:
    """A link over `start` to `end` of its passage."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One run of text: a paragraph, a heading, a caption.

    `field` is the editor's field, `block` the id of the body's block, `paragraph` the key of the paragraph inside it
    (Wagtail stores `data-block-key`), each empty where there is none. `origins` maps text read from a file back to it:
    (offset in `text`, offset in the file) wherever the distance between the two changes, ascending.
    """

    text: str
    kind: Kind = Kind.PARAGRAPH
    field: str = "body"
    block: str = ""
    paragraph: str = ""
    links: tuple[Link, ...] = ()
    origins: tuple[tuple[int, int], ...] = ()
