"""Reads of the newsroom that pages, feeds and lists are made of. Published means published, to the second."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from wagtail.models import Site

from masthead.kernel import reads
from masthead.newsroom.stories.models import Byline, Correction, FrontPage, Publication, SectionPage, StoryPage


@dataclass(frozen=True)
class Strip:
    """One section's stories on the front page."""

    section: SectionPage
    stories: tuple[StoryPage, ...]


@dataclass(frozen=True)
class Front:
    """The front page as arranged, every story once; `lead` is None only where nothing is published."""

    lead: StoryPage | None
    secondaries: tuple[StoryPage, ...]
    strips: tuple[Strip, ...]


def published() -> QuerySet[StoryPage]:
    """Return every public story, newest first, without bodies."""
    stories: QuerySet[StoryPage] = StoryPage.objects.filter(published_at__isnull=False, live=True)
    return stories.order_by("-published_at", "-pk").defer("body", "search_description")


# What a list shows of a story. Reading all 60 columns of a page, its section and its picture costs three times as much.
CARD = (
    *("title", "url_path", "content_type", "live", "first_published_at", "last_published_at"),
    *("standfirst", "label", "language", "published_at", "dateline", "translation_key"),
    *("section__title", "section__url_path", "section__content_type"),
    *(
        f"lead_picture__{name}"
        for name in ("file", "file_hash", "width", "height", "description", "decorative", "keep_whole", "focal_point_x", "focal_point_y")
    ),
    *(f"lead_picture__{name}" for name in ("creator", "credit_line", "copyright_notice", "licence", "source_url", "caption")),
)


def cards(stories: QuerySet[StoryPage], *, bylines: bool = True) -> QuerySet[StoryPage]:
    """Return `stories` with all that a list shows of them, in one query for any number and one for their bylines."""
    found = stories.select_related("section", "lead_picture").only(*CARD)
    return found.prefetch_related(with_bylines()) if bylines else found


def headlines(stories: QuerySet[StoryPage]) -> QuerySet[StoryPage]:
    """Return `stories` with what a line of the archive shows of them."""
    return stories.select_related("section").only("title", "url_path", "content_type", "published_at", "section__title", "section__content_type")


def with_bylines() -> "Prefetch[str]":
    """Return what reads the bylines of any number of stories, in order, in one query."""
    return Prefetch("bylines", queryset=Byline.objects.select_related("author").order_by("sort_order", "pk"))


RECENT = 200  # stories looked through before a section that published none of them is asked for its own


def front(page: FrontPage, *, secondaries: int = 3, strip_size: int = 5) -> Front:
    """Return the front page's stories: the editor's choice where she made one and it is public, else the newest.

    Five queries, and one more for each section that published nothing lately. Only the lead has its bylines read.
    """
    with reads.accounted():
        return _front(page, secondaries, strip_size)


def _front(page: FrontPage, secondaries: int, strip_size: int) -> Front:
    rows = list(published().values_list("pk", "section_id", "published_at")[:RECENT])
    reads.note_span("stories", since=rows[-1][2] if len(rows) == RECENT else None)
    recent = [(pk, section) for pk, section, _at in rows]
    newest = [pk for pk, _section in recent]
    chosen = [pk for pk in (page.lead_id, *(row.story_id for row in page.secondaries.all())) if pk]
    public = {*newest, *_public_among([pk for pk in chosen if pk not in newest])}
    lead = page.lead_id if page.lead_id in public else next((pk for pk in newest if pk not in chosen), None)
    if lead is None:
        return Front(None, (), ())
    beside = [pk for pk in chosen if pk in public and pk not in {lead, page.lead_id}]
    beside = beside or [pk for pk in newest if pk != lead][:secondaries]
    used = {lead, *beside}
    strips = [(section, _newest_of(section, count, recent, used)) for section, count in _strips(page, strip_size)]
    wanted = used.union(*(keys for _section, keys in strips))
    stories = {story.pk: story for story in cards(published().filter(pk__in=wanted), bylines=False)}
    if lead in stories:
        prefetch_related_objects([stories[lead]], with_bylines())
    return Front(
        stories.get(lead),
        tuple(stories[pk] for pk in beside if pk in stories),
        tuple(Strip(section, tuple(stories[pk] for pk in keys if pk in stories)) for section, keys in strips if keys),
    )


def _public_among(keys: list[int]) -> list[int]:
    return list(published().filter(pk__in=keys).values_list("pk", flat=True)) if keys else []


def _newest_of(section: SectionPage, count: int, recent: list[tuple[int, int | None]], used: set[int]) -> list[int]:
    found = [pk for pk, section_id in recent if section_id == section.pk and pk not in used][:count]
    if len(found) < count and len(recent) == RECENT:
        reads.note_span(f"stories.section={section.pk}")
        found = list(published().filter(section=section).exclude(pk__in=used).values_list("pk", flat=True)[:count])
    return found


def _strips(page: FrontPage, size: int) -> list[tuple[SectionPage, int]]:
    arranged = [(block.value["section"], block.value["count"]) for block in page.strips if block.value["section"] and block.value["section"].live]
    if arranged:
        return [(section.specific, count) for section, count in arranged]
    return [(section, size) for section in sections()]


def sections() -> list[SectionPage]:
    """Return the public sections in menu order."""
    reads.note("menu")
    kind = ContentType.objects.get_for_model(SectionPage)  # named, and sorted here: SQLite would go through the whole page tree otherwise
    found = SectionPage.objects.filter(content_type=kind, live=True, show_in_menus=True).order_by()
    return sorted(found.only("path", "title", "url_path", "content_type", "description"), key=lambda section: section.path)


def all_sections() -> list[SectionPage]:
    """Return every section in the order of the tree, public or not."""
    return sorted(SectionPage.objects.order_by(), key=lambda section: section.path)  # sorted here, as above


def public_corrections() -> QuerySet[Correction]:
    """Return every correction readers may see, newest first; of stories no longer public, the note alone stays."""
    return Correction.objects.select_related("story", "story__section")


def corrections_of(story: StoryPage) -> list[Correction]:
    """Return a story's corrections, newest first, withdrawn ones too."""
    return list(story.corrections.all())


LOOKED_THROUGH = 1000  # stories, the newest: what was reported from long ago is no help to somebody who types


def earlier_datelines(*, count: int) -> list[str]:
    """Return up to `count` places that stories were reported from lately, the most frequent first."""
    lately = StoryPage.objects.order_by("-pk").values("pk")[:LOOKED_THROUGH]
    places = StoryPage.objects.filter(pk__in=lately).exclude(dateline="").order_by().values("dateline")
    return [row["dateline"] for row in places.annotate(stories=Count("pk")).order_by("-stories", "dateline")[:count]]


def publication() -> Publication:
    """Return what the publication says of itself; empty texts where nothing was set."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return Publication()
    return Publication.objects.filter(site=site).first() or Publication(site=site)
