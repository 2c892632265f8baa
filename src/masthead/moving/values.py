"""The one place where neutral parts become the blocks of a story's body."""

import html as entities
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from masthead.moving.body import Callout, Document, Embed, Gallery, Heading, Kept, Paragraphs, Part, PullQuote, Table
from masthead.moving.body import Picture as PicturePart
from masthead.moving.html import safe
from masthead.newsroom.pictures.models import Attachment, Picture

NAMESPACE = uuid.UUID("8f1d4f0a-6a0e-4d0e-9c39-1b7a2f7f5f5e")
SIZES = {"": "column", "small": "half", "wide": "wide"}
LONGEST_HEADING = 200
LONGEST_TITLE = 300
_is_address = URLValidator(schemes=["http", "https"])
Value = tuple[str, Any, str]


class Library(Protocol):
    """Where the pictures and documents of the old site are by now."""

    def picture(self, part: PicturePart) -> Picture | None:
        """Return the picture in the library, or None where it is missing."""

    def attachment(self, part: Document) -> Attachment | None:
        """Return the attachment in the library, or None where it is missing."""

    def relinked(self, html: str) -> str:
        """Return safe HTML with links to the old site's files made links to attachments."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block's value before it has its id."""

    name: str
    value: Any


def values_of(parts: Iterable[Part], *, library: Library, seed: str) -> list[Value]:
    """Return the StreamField value of a body: (block name, value, id). The ids are the same for the same `seed` and place."""
    places = [place for part in parts for place in _places(part, library)]
    return [(place.name, place.value, str(uuid.uuid5(NAMESPACE, f"{seed}:{number}"))) for number, place in enumerate(places)]


def _places(part: Part, library: Library) -> Iterator[Place]:
    match part:
        case PicturePart():
            yield _picture(part, library)
        case Gallery():
            yield from _gallery(part, library)
        case Document():
            yield _document(part, library)
        case Table():
            yield from _table(part)
        case Embed():
            yield _embed(part)
        case Paragraphs(html):
            yield Place("paragraphs", library.relinked(html))
        case _:
            yield _text(part)


def _text(part: Heading | PullQuote | Callout | Kept) -> Place:
    match part:
        case Heading(text, level) if len(text) <= LONGEST_HEADING:
            return Place("heading", {"text": text, "level": "2" if level <= 2 else "3"})  # noqa: PLR2004 - headings of levels 2 and 3 are all there are
        case Heading(text):
            return Place("paragraphs", safe(f"<p><b>{entities.escape(text, quote=False)}</b></p>"))
        case PullQuote(quote, speaker):
            return Place("pull_quote", {"quote": quote, "speaker": speaker[:LONGEST_HEADING]})
        case Callout(title, html):
            return Place("callout", {"title": title[:LONGEST_HEADING], "text": html})
        case Kept(name, source):
            return _kept(name, source)


def _kept(what: str, source: str) -> Place:
    return Place("kept", {"what": what[:LONGEST_HEADING], "source": source})


def _picture(part: PicturePart, library: Library) -> Place:
    found = library.picture(part)
    if found is None:
        return _kept(f"picture {part.url.rsplit('/', 1)[-1][:120] or part.id}", part.source or part.url)
    return Place("picture", _picture_value(part, found))


def _picture_value(part: PicturePart, picture: Picture) -> dict[str, Any]:
    own = part.caption if part.caption.strip() != picture.caption.strip() else ""
    return {"picture": picture, "caption": entities.escape(own, quote=False), "size": SIZES.get(part.size, "column")}


def _gallery(part: Gallery, library: Library) -> Iterator[Place]:
    found = [(picture, stored) for picture in part.pictures if (stored := library.picture(picture))]
    if len(found) == 1:
        picture, stored = found[0]
        yield Place("picture", _picture_value(replace(picture, caption=picture.caption or part.caption), stored))
    elif found:
        yield Place("gallery", {"pictures": [_picture_value(picture, stored) for picture, stored in found], "caption": part.caption[:500]})
    missing = [picture for picture in part.pictures if not any(picture is there for there, _ in found)]
    if missing:
        yield _kept(f"{len(missing)} pictures of a gallery", "\n".join(dict.fromkeys(picture.source or picture.url or picture.id for picture in missing)))


def _document(part: Document, library: Library) -> Place:
    found = library.attachment(part)
    if found is not None:
        return Place("document", {"document": found, "description": part.title[:500]})
    if not _usable(part.url):
        return _kept("file", part.url)
    words = part.title or part.url.rsplit("/", 1)[-1] or part.url
    return Place("paragraphs", safe(f'<p><a href="{entities.escape(part.url)}">{entities.escape(words, quote=False)}</a></p>'))


def _embed(part: Embed) -> Place:
    url = f"https:{part.url}" if part.url.startswith("//") else part.url
    if not _usable(url):
        return _kept("embed", part.url)
    return Place("embed", {"url": url, "title": (part.title or f"On {urlsplit(url).hostname}")[:LONGEST_TITLE], "provider": "", "still": None})


def _usable(url: str) -> bool:
    try:
        _is_address(url)
    except ValidationError:
        return False
    return True


def _table(part: Table) -> Iterator[Place]:
    if not part.rows or not part.rows[0]:
        return
    headings = list(part.rows[0]) if part.header_row else [""] * len(part.rows[0])
    rows = part.rows[1:] if part.header_row else part.rows
    table = {
        "columns": [{"type": "text", "heading": heading} for heading in headings],
        "rows": [{"values": list(row)} for row in rows],
        "caption": "",
    }
    yield Place("table", {"caption": part.caption[:LONGEST_TITLE], "table": table, "source": ""})
