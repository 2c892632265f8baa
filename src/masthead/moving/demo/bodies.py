"""A text's parts as the value of a story's body: pictures, attachments and stories found by the demo's names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from wagtail.rich_text import RichText

from masthead.moving import body
from masthead.moving.demo import parts
from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.stories.models import StoryPage

Block = tuple[str, Any]
_NUMBER = re.compile(r"[-−+]?\$?[\d.,\u00a0–-]+\s?(%|m|pt)?")


@dataclass(frozen=True)
class Shelf:
    """Where a body finds what it names. A story that is not there yet appeared later, and is left out of `related`."""

    pictures: Mapping[str, Picture]
    attachments: Mapping[str, Attachment]
    stories: Mapping[str, StoryPage]


def blocks(text: str, shelf: Shelf, *, seed: str) -> list[tuple[str, Any, str]]:
    """Return the StreamField value of a text whose dates and spaces are set.

    The blocks' ids follow from `seed` and their places, so that two revisions of a text can be compared block by block.
    """
    made = (_MAKERS[type(part)](part, shelf) for part in parts.read(text))
    return [(*block, str(uuid5(NAMESPACE_URL, f"demo:{seed}:{place}"))) for place, block in enumerate(made) if block is not None]


def _paragraphs(part: body.Paragraphs, _shelf: Shelf) -> Block:
    return "paragraphs", RichText(part.html)


def _heading(part: parts.Heading, _shelf: Shelf) -> Block:
    return "heading", {"text": part.text, "level": "2"}


def _picture(part: parts.PictureUse, shelf: Shelf) -> Block:
    caption = RichText(f"<p>{part.caption}</p>" if part.caption else "")
    return "picture", {"picture": shelf.pictures[part.name], "caption": caption, "size": part.size}


def _gallery(part: parts.Gallery, shelf: Shelf) -> Block:
    return "gallery", {"pictures": [_picture(parts.PictureUse(name), shelf)[1] for name in part.names], "caption": ""}


def _pull_quote(part: body.PullQuote, _shelf: Shelf) -> Block:
    return "pull_quote", {"quote": part.quote, "speaker": part.speaker}


def _document(part: parts.Document, shelf: Shelf) -> Block:
    return "document", {"document": shelf.attachments[part.slug], "description": "The summary in full, two pages."}


def _table(part: parts.Table, _shelf: Shelf) -> Block:
    columns = [
        {"type": "number" if all(_NUMBER.fullmatch(row[place]) for row in part.rows) else "text", "heading": heading} for place, heading in enumerate(part.head)
    ]
    return "table", {"caption": part.caption, "table": {"columns": columns, "rows": [{"values": list(row)} for row in part.rows], "caption": ""}, "source": ""}


def _embed(part: parts.Embed, _shelf: Shelf) -> Block:
    return "embed", {"url": part.url, "title": part.title, "provider": part.provider, "still": None}


def _callout(part: body.Callout, _shelf: Shelf) -> Block:
    return "callout", {"title": part.title, "text": RichText(part.html)}


def _related(part: parts.Related, shelf: Shelf) -> Block | None:
    stories: Sequence[StoryPage] = [shelf.stories[slug] for slug in part.slugs if slug in shelf.stories]
    return ("related", {"title": "Read next", "stories": stories}) if stories else None


_MAKERS: dict[type[Any], Callable[[Any, Shelf], Block | None]] = {
    body.Paragraphs: _paragraphs,
    parts.Heading: _heading,
    parts.PictureUse: _picture,
    parts.Gallery: _gallery,
    body.PullQuote: _pull_quote,
    parts.Document: _document,
    parts.Table: _table,
    parts.Embed: _embed,
    body.Callout: _callout,
    parts.Related: _related,
}
