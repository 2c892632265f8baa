"""What the public pages read: the frame of every page, and what stands around a story."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language_info
from wagtail.models import Page

from masthead.delivery import reading_on
from masthead.kernel import reads
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import Byline, Correction, FrontPage, InfoPage, Publication, SectionPage, StoryPage, Topic

MOST_PINNED = 12  # entries of the footer; a newsroom with more has a page that lists them


@dataclass(frozen=True, slots=True)
class Place:
    """A page that navigation points to: its title, its path from the root, and whether the reader is in it."""

    title: str
    path: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """What the frame of every page says: names, language, where the sections are."""

    name: str
    language: str
    direction: str
    tagline: str = ""
    description: str = ""
    accent: str = ""
    contact_email: str = ""
    footer: str = ""
    corrections_policy: str = ""
    sections: tuple[Place, ...] = ()
    about: tuple[Place, ...] = ()
    address: str = ""  # scheme and host of the public site, without a slash at the end


# Of the front page only its place is read with the publication: half of Page's columns, and of the time they take.
UNREAD = tuple(
    f"site__root_page__{name}"
    for name in (
        *("title", "draft_title", "slug", "seo_title", "search_description", "show_in_menus", "owner", "locked", "locked_at", "locked_by"),
        *("go_live_at", "expire_at", "expired", "has_unpublished_changes", "first_published_at", "last_published_at"),
        *("latest_revision", "latest_revision_created_at", "live_revision", "alias_of", "translation_key"),
    )
)


# --- the frame ---------------------------------------------------------------------------------------


def publication_of(request: HttpRequest | None) -> Publication:
    """Return the publication with its site and front page, read once for a `request`; empty where none is founded."""
    kept = getattr(request, "publication", None)
    if isinstance(kept, Publication):
        return kept
    rows = Publication.objects.select_related("site__root_page").defer(*UNREAD).filter(site__is_default_site=True)
    reads.note("front")
    with reads.unnoted("wagtailcore_page:"):
        found = next(iter(rows[:1]), None) or Publication()
    if request is not None:
        request.publication = found  # type: ignore[attr-defined]  # a note on the request, read above
    return found


def publication_facts(request: HttpRequest | None) -> PublicationFacts:
    """Return the publication's facts, read once for a `request`, in two queries."""
    kept = getattr(request, "publication_facts", None)
    if isinstance(kept, PublicationFacts):
        return kept
    row = publication_of(request)
    sections, about = _menu(request.path if request else "/")
    facts = PublicationFacts(
        name=row.name or settings.SITE_NAME,
        language=settings.LANGUAGE_CODE,
        direction=direction_of(settings.LANGUAGE_CODE),
        tagline=row.tagline,
        description=row.description,
        accent=row.accent_colour.removeprefix("#").lower(),
        contact_email=row.contact_email,
        footer=row.footer_text,
        corrections_policy=row.corrections_policy,
        sections=sections,
        about=about,
        address=settings.ENV.address,
    )
    if request is not None:
        request.publication_facts = facts  # type: ignore[attr-defined]  # a note on the request, read above
    return facts


def _menu(here: str) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    section_type, info_type = _types()
    reads.note("menu")
    with reads.accounted():
        return _places(here, section_type, info_type)


def _places(here: str, section_type: int, info_type: int) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    rows = (
        Page.objects.filter(live=True, show_in_menus=True, content_type_id__in=[section_type, info_type])
        .order_by("path")
        .values_list("title", "url_path", "content_type_id")
    )
    places: dict[int, list[Place]] = {section_type: [], info_type: []}
    for title, url_path, kind in rows:
        path = path_of(url_path)
        places[kind].append(Place(title, path, here.startswith(path)))
    return tuple(places[section_type]), tuple(places[info_type][:MOST_PINNED])


def _types() -> tuple[int, int]:
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - models are not ready when this module is read by checks

    found = ContentType.objects.get_for_models(SectionPage, InfoPage)
    return found[SectionPage].pk, found[InfoPage].pk


def path_of(url_path: str) -> str:
    """Return a page's path from the root of the site: Wagtail's `url_path` without the front page's own slug."""
    return "/" + url_path.split("/", 2)[2]


@lru_cache(maxsize=64)
def direction_of(language: str) -> str:
    """Return `rtl` for a language written from right to left, `ltr` otherwise; `language` is a BCP 47 code."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


# --- pages -------------------------------------------------------------------------------------------


def front_of(page: FrontPage) -> stories.Front:
    """Return what the front page shows, every story once."""
    front = stories.front(page)
    return replace(front, strips=tuple(replace(strip, stories=pictured_first(strip.stories)) for strip in front.strips))


def pictured_first(found: tuple[StoryPage, ...]) -> tuple[StoryPage, ...]:
    """Return a strip's stories with one that has a picture at their head, where one of the three newest has."""
    head = next((story for story in found[:3] if story.lead_picture_id), None)
    return found if head is None else (head, *(story for story in found if story is not head))


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What stands around a story's text. `writers` have no role; `others` come as (role, names)."""

    writers: tuple[Byline, ...]
    others: tuple[tuple[str, tuple[Byline, ...]], ...]
    topics: tuple[Topic, ...]
    corrections: tuple[Correction, ...]
    more: tuple[StoryPage, ...]
    section: Place | None
    has_appeal: bool
    updated_at: dt.datetime | None

    @property
    def retraction(self) -> Correction | None:
        """The note that takes the story back, where one stands."""
        return next((note for note in self.corrections if note.kind == Correction.Kind.RETRACTION and note.withdrawn_at is None), None)


def story_facts(story: StoryPage, *, sections: Iterable[Place] = ()) -> StoryFacts:
    """Return what stands around `story`, which may be an unsaved preview, in five queries at most.

    `sections` are those of the menu: the story's own is among them as a rule and is not read again.
    """
    bylines = list(_bylines_of(story))
    topics = tuple(story.topics.all())
    return StoryFacts(
        writers=tuple(line for line in bylines if not line.role),
        others=_by_role(bylines),
        topics=topics,
        corrections=tuple(story.corrections.all()) if story.pk else (),
        more=tuple(reading_on.more_like(story, topics)),
        section=_section_of(story, sections),
        has_appeal=any(block["type"] == "appeal" for block in story.body.raw_data),
        updated_at=_updated_at(story),
    )


def _section_of(story: StoryPage, sections: Iterable[Place]) -> Place | None:
    path = path_of(story.url_path) if story.url_path else ""
    found = next((place for place in sections if path.startswith(place.path)), None)
    if found is None and story.section is not None:
        found = Place(story.section.title, path_of(story.section.url_path))
    return found


def _bylines_of(story: StoryPage) -> Iterable[Byline]:
    """Return the bylines as the page object holds them (a preview's are not stored), each author read once."""
    lines = story.bylines.all()
    return lines.select_related("author") if isinstance(lines, QuerySet) else lines


def _by_role(bylines: Iterable[Byline]) -> tuple[tuple[str, tuple[Byline, ...]], ...]:
    roles: dict[str, list[Byline]] = {}
    for line in bylines:
        if line.role:
            roles.setdefault(line.role, []).append(line)
    return tuple((role, tuple(lines)) for role, lines in roles.items())


UPDATE_AFTER = dt.timedelta(minutes=1)


def _updated_at(story: StoryPage) -> dt.datetime | None:
    """Return when the public text last changed, where that is later than when it appeared."""
    first, last = story.published_at, story.last_published_at
    return last if first and last and last - first >= UPDATE_AFTER else None
