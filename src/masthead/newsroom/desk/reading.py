"""A page as the desk's checks see it: its `Reading`.

A body is read from its raw blocks and its pictures from one look-up, so that a list of stories costs as many
queries as one story.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from masthead.newsroom.desk.models import HouseWord
from masthead.newsroom.desk.text import HopUse, PictureUse, Reading, StatementUse
from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.sources import queries as sources
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import passages
from masthead.newsroom.stories.anchors import Selector, find_all
from masthead.newsroom.stories.models import SectionPage
from masthead.newsroom.stories.text import Passage


@dataclass(frozen=True)
class _Place:
    """A picture's key, what stands beneath it here, and where that is."""

    key: int
    caption: str
    field: str
    block: str = ""


@dataclass(frozen=True)
class _Known:
    """What was looked up for all pages at once."""

    pictures: Mapping[int, Picture]
    outlets: Mapping[str, str]
    sections: Mapping[int, str]
    parties: Mapping[int, str]
    dead_links: Mapping[str, str]
    gone: Mapping[int, str]
    house_words: frozenset[str]


def read(page: Any) -> Reading:
    """Return the reading of a story or page, saved or not."""
    return read_all([page])[0]


def read_all(pages: Iterable[Any]) -> list[Reading]:
    """Return the readings of `pages` in their order, with one query each for their pictures, sections, outlets, parties, dead links, gone documents and the house words.

    Statements that lie in a revision cost nothing more; those of a page's own row two queries a page.
    """
    pages = list(pages)
    places = [list(_places(page)) for page in pages]
    keys = {place.key for found in places for place in found}
    pictures: Mapping[int, Picture] = Picture.objects.in_bulk(keys) if keys else {}
    outlets = sources.outlet_names() if any(hasattr(page, "bylines") for page in pages) else {}
    section_keys = {page.section_id for page in pages if getattr(page, "section_id", None)}
    sections = dict(SectionPage.objects.filter(pk__in=section_keys).values_list("pk", "title")) if section_keys else {}
    stories = [page for page in pages if hasattr(page, "bylines")]
    parties = _names(stories)
    gone = sources.gone_documents({key for story in stories for statement in story.statements.all() for key in _documents(statement)})
    texts = [passages.of_page(page) for page in pages]
    dead = sources.dead_links({link.url for found in texts for passage in found for link in passage.links})
    known = _Known(pictures, outlets, sections, parties, dead, gone, house_words() if pages else frozenset())
    return [_reading(page, at, text, known) for page, at, text in zip(pages, places, texts, strict=True)]


def house_words() -> frozenset[str]:
    """Return the spellings that this newsroom holds right; one query."""
    return frozenset(HouseWord.objects.values_list("word", flat=True))


def _reading(page: Any, places: list[_Place], found: list[Passage], known: _Known) -> Reading:
    is_story = hasattr(page, "bylines")
    body = page.body.get_prep_value()
    own = {link.url for passage in found for link in passage.links}
    return Reading(
        headline=page.title,
        is_story=is_story,
        language=page.language if is_story else settings.LANGUAGE_CODE,
        standfirst=page.standfirst,
        label=page.label if is_story else "",
        dateline=page.dateline if is_story else "",
        section=known.sections.get(page.section_id, "") if is_story else "",
        published_on=published.astimezone(settings.ENV.zone).date() if (published := getattr(page, "published_at", None)) else None,
        bylines=len(page.bylines.all()) if is_story else 0,
        passages=tuple(found),
        dead_links={url: wrong for url, wrong in known.dead_links.items() if url in own},
        statements=tuple(_statements(page, found, known)) if is_story else (),
        outlets=known.outlets,
        house_words=known.house_words,
        has_body=any(block["type"] != "kept" for block in body),
        pictures=tuple(_use(known.pictures[place.key], place) for place in places if place.key in known.pictures),
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
        source_url=picture.source_url,
    )


def _names(stories: Iterable[Any]) -> Mapping[int, str]:
    """Return the names of all parties that the statements of `stories` name; one query."""
    keys: set[int] = set()
    for story in stories:
        for statement in story.statements.all():
            keys.update(hop.outlet_id for hop in statement.hops.all())
            if statement.speaker_id:
                keys.add(statement.speaker_id)
    return dict(Party.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def _documents(statement: Any) -> Iterator[int]:
    """Yield the keys of the documents that a statement and its relays lead to."""
    for where in (statement, *statement.hops.all()):
        if where.document_id is not None:
            yield where.document_id


def _statements(page: Any, found: list[Passage], known: _Known) -> Iterator[StatementUse]:
    statements = list(page.statements.all())
    selectors = [
        Selector(exact=statement.words, prefix=statement.prefix, suffix=statement.suffix, block=statement.block, paragraph=statement.paragraph)
        for statement in statements
    ]
    for statement, anchor in zip(statements, find_all(found, selectors) if selectors else [], strict=True):
        yield StatementUse(
            key=str(statement.key),
            words=statement.words,
            form=statement.form,
            standing=statement.standing,
            speaker=known.parties.get(statement.speaker_id, "") if statement.speaker_id else statement.anonymous_as,
            anonymous=bool(statement.anonymous_as),
            anonymous_reason=statement.anonymous_reason,
            approved=statement.approved_by_id is not None,
            has_document=statement.document_id is not None,
            gone=tuple(known.gone[key] for key in _documents(statement) if key in known.gone),
            hops=tuple(HopUse(outlet=known.parties.get(hop.outlet_id, ""), has_document=hop.document_id is not None) for hop in statement.hops.all()),
            passage=anchor.first if anchor else None,
            last_passage=anchor.last if anchor else None,
            start=anchor.start if anchor else 0,
            end=anchor.end if anchor else 0,
        )
