"""A story's body as neutral parts: what any foreign system's text is turned into, before it becomes blocks.

Parts hold text and safe HTML only (`html.safe`), name pictures and files by where the old site had them, and
know nothing of Django. `moving.values` alone turns them into the story's StreamField.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Running text as safe HTML: paragraphs, lists and block quotations, one element after the other."""

    html: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the story; `level` is 2, 3 or 4."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its old address `url`, its old `id` where one was given, or both."""

    url: str
    id: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""
    size: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Several pictures shown together."""

    pictures: tuple[Picture, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PullQuote:
    """Words set apart for display, with their speaker where named."""

    quote: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file for reading, hearing or watching, by its old address."""

    url: str
    title: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as plain text; every row has the same number of cells."""

    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    header_row: bool = False
    header_column: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """Something on another site, by its address."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """A boxed note; `html` is safe HTML."""

    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What has no meaning here: kept word for word for the editors, never shown to readers."""

    name: str
    source: str


Part = Paragraphs | Heading | Picture | Gallery | PullQuote | Document | Table | Embed | Callout | Kept


def joined(parts: Iterable[Part]) -> list[Part]:
    """Return `parts` with neighbouring runs of text made one, and empty ones left out."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Paragraphs):
            if not part.html.strip():
                continue
            if found and isinstance(before := found[-1], Paragraphs):
                found[-1] = replace(before, html=f"{before.html}\n{part.html}")
                continue
        found.append(part)
    return found


def pictures_of(parts: Iterable[Part]) -> Iterator[Picture]:
    """Yield every picture of a body, in the order it is read."""
    for part in parts:
        if isinstance(part, Picture):
            yield part
        elif isinstance(part, Gallery):
            yield from part.pictures
