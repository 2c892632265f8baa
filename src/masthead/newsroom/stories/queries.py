"""Reads of the newsroom that pages, feeds and lists are made of. Published means published, to the second."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet
from django.db.models.functions import TruncMonth
from wagtail.models import Site

from masthead.newsroom.stories.models import Author, Byline, Correction, FrontPage, Publication, SectionPage, StoryPage, Topic


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


def cards(stories: QuerySet[StoryPage]) -> QuerySet[StoryPage]:
    """Return `stories` with all that a list shows of them, in one query for any number and one for their bylines."""
    bylines = Byline.objects.select_related("author").order_by("sort_order", "pk")
    return stories.select_related("section", "lead_picture").prefetch_related(Prefetch("bylines", queryset=bylines))


def front(page: FrontPage, *, secondaries: int = 3, strip_size: int = 5) -> Front:
    """Return the front page's stories: the editor's choice where she made one and it is public, else the newest."""
    chosen_ids = [page.lead_id, *[row.story_id for row in page.secondaries.all()]]
    chosen = {story.pk: story for story in cards(published().filter(pk__in=[pk for pk in chosen_ids if pk]))} if any(chosen_ids) else {}
    newest = list(cards(published())[: 1 + secondaries + len(chosen)])
    lead = chosen.get(page.lead_id) or next((story for story in newest if story.pk not in chosen), None)
    if lead is None:
        return Front(None, (), ())
    beside = [chosen[pk] for pk in chosen_ids[1:] if pk in chosen and pk != lead.pk]
    if not beside:
        beside = [story for story in newest if story.pk != lead.pk][:secondaries]
    used = {lead.pk, *(story.pk for story in beside)}
    strips = []
    for section, count in _strips(page, strip_size):
        stories = tuple(cards(published().filter(section=section).exclude(pk__in=used))[:count])
        if stories:
            strips.append(Strip(section, stories))
    return Front(lead, tuple(beside), tuple(strips))


def _strips(page: FrontPage, size: int) -> list[tuple[SectionPage, int]]:
    arranged = [(block.value["section"], block.value["count"]) for block in page.strips if block.value["section"] and block.value["section"].live]
    if arranged:
        return [(section.specific, count) for section, count in arranged]
    return [(section, size) for section in sections()]


def sections() -> list[SectionPage]:
    """Return the public sections in menu order."""
    return list(SectionPage.objects.filter(live=True, show_in_menus=True).order_by("path"))


def by_topic(topic: Topic) -> QuerySet[StoryPage]:
    """Return the public stories on `topic`, newest first."""
    return cards(published().filter(topics=topic))


def by_author(author: Author) -> QuerySet[StoryPage]:
    """Return the public stories that carry `author`'s byline, newest first, each once."""
    return cards(published().filter(pk__in=Byline.objects.filter(author=author).values("story")))


def related(story: StoryPage, *, count: int = 3) -> list[StoryPage]:
    """Return up to `count` public stories that share a topic with `story`, then its section's newest."""
    topics = [topic.pk for topic in story.topics.all()]
    found = list(cards(published().filter(topics__in=topics).exclude(pk=story.pk).distinct())[:count]) if topics else []
    if len(found) < count and story.section_id:
        seen = [story.pk, *(other.pk for other in found)]
        found += list(cards(published().filter(section_id=story.section_id).exclude(pk__in=seen))[: count - len(found)])
    return found


def months() -> list[dt.date]:
    """Return the first day of every month (newsroom's zone) in which a public story appeared, newest first."""
    rows: Iterable[dt.datetime] = (
        StoryPage.objects.filter(published_at__isnull=False)
        .annotate(month=TruncMonth("published_at"))
        .order_by("-month")
        .values_list("month", flat=True)
        .distinct()
    )
    return [month.date() for month in rows]


def published_between(start: dt.datetime, end: dt.datetime) -> QuerySet[StoryPage]:
    """Return the public stories that appeared from `start` up to, not including, `end` (aware)."""
    return cards(published().filter(published_at__gte=start, published_at__lt=end))


def public_corrections() -> QuerySet[Correction]:
    """Return every correction readers may see, newest first; of stories no longer public, the note alone stays."""
    return Correction.objects.select_related("story", "story__section")


def corrections_of(story: StoryPage) -> list[Correction]:
    """Return a story's corrections, newest first, withdrawn ones too."""
    return list(story.corrections.all())


def earlier_datelines(*, count: int) -> list[str]:
    """Return up to `count` places that stories were reported from, the most frequent first."""
    places = StoryPage.objects.exclude(dateline="").values("dateline").annotate(stories=Count("pk")).order_by("-stories", "dateline")
    return [row["dateline"] for row in places[:count]]


def publication() -> Publication:
    """Return what the publication says of itself; empty texts where nothing was set."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return Publication()
    return Publication.objects.filter(site=site).first() or Publication(site=site)
