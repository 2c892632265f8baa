"""Decisions about stories, pure: nothing here writes, reads the clock or asks for a setting."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from lxml.html import fragment_fromstring
from wagtail import blocks
from wagtail.rich_text import RichText

from masthead.newsroom.pictures.models import Attachment, Picture

# Languages written from right to left (Unicode CLDR, characterOrder of each locale).
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "ps", "sd", "syr", "ug", "ur", "uz-Arab", "yi"})


@dataclass(frozen=True)
class Files:
    """What a story shows: primary keys of pictures and attachments."""

    pictures: frozenset[int] = frozenset()
    attachments: frozenset[int] = frozenset()


NO_FILES = Files()


def is_right_to_left(language: str) -> bool:
    """Return whether `language` (BCP 47) is written from right to left."""
    return language in RIGHT_TO_LEFT or language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT


def holder(page: Any) -> str:
    """Return the name under which a page holds its files public."""
    return f"page:{page.pk}"


def section_of(story: Any) -> Any:
    """Return the section a story lies in by the tree; None for one that is nowhere yet."""
    if not story.path or story.depth <= 1:
        return None
    section = story.section
    parent_path = story.path[: -story.steplen]
    if section is not None and section.path == parent_path:
        return section
    parent = story.get_parent(update=True)
    return parent.specific if parent is not None and parent.specific_class.__name__ == "SectionPage" else None


def values(stream: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield (block name, value, id of the top block) for every block of a body, however deep."""
    for child in stream:
        yield from _inside(child.block_type, child.value, child.id or "")


def _inside(name: str, value: Any, block_id: str) -> Iterator[tuple[str, Any, str]]:
    yield name, value, block_id
    if isinstance(value, blocks.StructValue):
        for child_name, child in value.items():
            yield from _inside(child_name, child, block_id)
    elif isinstance(value, blocks.list_block.ListValue):
        for child in value:
            yield from _inside(name, child, block_id)


def files_shown(story: Any) -> Files:
    """Return every picture and attachment that a story or page shows a reader: lead, body, links in its text."""
    pictures, attachments = set(), set()
    if getattr(story, "lead_picture_id", None):
        pictures.add(story.lead_picture_id)
    for _name, value, _block in values(story.body):
        if isinstance(value, RichText):
            attachments |= linked_attachments(value.source)
        elif isinstance(value, Picture):
            pictures.add(value.pk)
        elif isinstance(value, Attachment):
            attachments.add(value.pk)
    return Files(frozenset(pictures), frozenset(attachments))


def linked_attachments(html: str) -> set[int]:
    """Return the keys of the attachments that rich text links to (Wagtail stores `<a linktype="document" id="7">`)."""
    if 'linktype="document"' not in html:
        return set()
    links = fragment_fromstring(html, create_parent=True).iter("a")
    keys = (link.get("id") or "" for link in links if link.get("linktype") == "document")
    return {int(key) for key in keys if key.isdigit()}


def read_moment(text: object) -> dt.datetime | None:
    """Return the moment a revision's JSON holds, or None."""
    return parse_datetime(text) if isinstance(text, str) and text else None


def go_live_under_embargo(
    *, go_live_at: dt.datetime | None, embargoed_until: dt.datetime | None, embargo_before: dt.datetime | None, now: dt.datetime
) -> dt.datetime | None:
    """Return the hour a story goes out: as scheduled, but not before its embargo ends.

    An hour that only repeats the embargo of the revision before moves, or goes, with the embargo.
    """
    chosen = None if go_live_at is not None and go_live_at == embargo_before and go_live_at > now else go_live_at
    if embargoed_until is None or embargoed_until <= now:
        return chosen
    return max(chosen, embargoed_until) if chosen else embargoed_until
