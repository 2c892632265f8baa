"""What the desk reads of a page: plain values, so that checks are pure functions over them.

A body is read from its raw blocks and its pictures from one look-up, so that a list of stories costs as many
queries as one story.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from masthead.newsroom.pictures.models import Picture


@dataclass(frozen=True, kw_only=True)
class PictureUse:
    """A picture where it stands: `field` of the editor, `block` id in the body."""

    key: int
    title: str
    credit: str
    alt: str
    decorative: bool
    caption: str
    field: str
    block: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A story or page as the desk has it before it. `is_story` is false for plain pages, which need no byline."""

    headline: str
    is_story: bool
    standfirst: str = ""
    label: str = ""
    dateline: str = ""
    bylines: int = 0
    has_body: bool = False
    pictures: tuple[PictureUse, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # (what, block id)


@dataclass(frozen=True)
class _Place:
    """A picture's key, what stands beneath it here, and where that is."""

    key: int
    caption: str
    field: str
    block: str = ""


def read(page: Any) -> Reading:
    """Return the reading of a story or page, saved or not."""
    return read_all([page])[0]


def read_all(pages: Iterable[Any]) -> list[Reading]:
    """Return the readings of `pages` in their order, with one query for all their pictures."""
    pages = list(pages)
    places = [list(_places(page)) for page in pages]
    keys = {place.key for found in places for place in found}
    pictures: Mapping[int, Picture] = Picture.objects.in_bulk(keys) if keys else {}
    return [_reading(page, found, pictures) for page, found in zip(pages, places, strict=True)]


def _reading(page: Any, places: list[_Place], pictures: Mapping[int, Picture]) -> Reading:
    is_story = hasattr(page, "bylines")
    body = page.body.get_prep_value()
    return Reading(
        headline=page.title,
        is_story=is_story,
        standfirst=page.standfirst,
        label=page.label if is_story else "",
        dateline=page.dateline if is_story else "",
        bylines=len(page.bylines.all()) if is_story else 0,
        has_body=any(block["type"] != "kept" for block in body),
        pictures=tuple(_use(pictures[place.key], place) for place in places if place.key in pictures),
        kept=tuple((str(block["value"].get("what", "")), str(block.get("id") or "")) for block in body if block["type"] == "kept"),
    )


def _places(page: Any) -> Iterator[_Place]:
    if getattr(page, "lead_picture_id", None):
        yield _Place(page.lead_picture_id, page.lead_caption, "lead_picture")
    known = page.body.stream_block.child_blocks
    for block in page.body.get_prep_value():
        if block["type"] in known:
            for key, caption in _pictures(known[block["type"]], block["value"]):
                yield _Place(key, caption, "body", str(block.get("id") or ""))


def _pictures(block: Any, raw: Any, caption: str = "") -> Iterator[tuple[int, str]]:
    """Yield (picture key, its own caption there) for every picture inside a raw block value."""
    if isinstance(block, ImageChooserBlock):
        if raw:
            yield int(raw), caption
    elif isinstance(block, blocks.StructBlock) and isinstance(raw, Mapping):
        own = strip_tags(str(raw.get("caption") or ""))
        for name, child in block.child_blocks.items():
            yield from _pictures(child, raw.get(name), own)
    elif isinstance(block, blocks.ListBlock):
        for item in raw or ():
            yield from _pictures(block.child_block, item["value"] if isinstance(item, Mapping) and "value" in item else item)


def _use(picture: Picture, place: _Place) -> PictureUse:
    return PictureUse(
        key=picture.pk,
        title=picture.title,
        credit=picture.credit_line,
        alt=picture.description,
        decorative=picture.decorative,
        caption=place.caption or picture.caption,
        field=place.field,
        block=place.block,
    )
