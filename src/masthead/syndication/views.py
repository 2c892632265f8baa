"""Addresses that machines read."""

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from masthead.kernel import reads
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import SectionPage, StoryPage, Topic
from masthead.syndication import sitemaps
from masthead.syndication.feed import CONTENT_TYPE, feed

FEED_LENGTH = 30
REVALIDATED = {"public": True, "max_age": 60, "must_revalidate": True}


def _section(slug: str | None) -> SectionPage | None:
    return get_object_or_404(SectionPage, slug=slug, live=True) if slug else None


def _stories(section: SectionPage | None) -> QuerySet[StoryPage]:
    found = stories.published().defer(None)
    return found.filter(section=section) if section else found


@require_safe
@conditional_page
@cache_control(**REVALIDATED)
def rss(request: HttpRequest, section: str | None = None) -> HttpResponse:
    """Return the newest stories of the publication, or of one section, with their full text."""
    place = _section(section)
    publication = stories.publication()
    name = publication.name or settings.SITE_NAME
    address = settings.ENV.address
    newest = (
        _stories(place)
        .select_related("section", "lead_picture")
        .prefetch_related(stories.with_bylines(), Prefetch("topics", queryset=Topic.objects.order_by("name")))
    )[:FEED_LENGTH]
    with reads.accounted():
        listed = list(newest)
    oldest = listed[-1].published_at if len(listed) == FEED_LENGTH else None
    reads.note_span(f"stories.section={place.pk}" if place else "stories", since=oldest)
    body = feed(
        stories=listed,
        title=f"{name}: {place.title}" if place else name,
        description=place.description if place else publication.description or publication.tagline,
        language=settings.LANGUAGE_CODE,
        address=address,
        link=f"{address}/{place.slug}/" if place else f"{address}/",
        self_link=address + request.path,
    )
    return HttpResponse(body, content_type=CONTENT_TYPE)


@require_safe
@conditional_page
@cache_control(**REVALIDATED)
def sitemap(_request: HttpRequest) -> HttpResponse:
    """Return the index of the sitemap's files."""
    return HttpResponse(sitemaps.index(sitemaps.files(), address=settings.ENV.address), content_type=sitemaps.CONTENT_TYPE)


@require_safe
@conditional_page
@cache_control(**REVALIDATED)
def sitemap_part(_request: HttpRequest, number: int) -> HttpResponse:
    """Return the sitemap's file of that number, from 1, of pages."""
    return _file(sitemaps.pages(number))


@require_safe
@conditional_page
@cache_control(**REVALIDATED)
def sitemap_sources(_request: HttpRequest, number: int) -> HttpResponse:
    """Return the sitemap's file of that number, from 1, of who is heard."""
    return _file(sitemaps.sources(number))


def _file(rows: list[sitemaps.Row]) -> HttpResponse:
    if not rows:
        raise Http404
    return HttpResponse(sitemaps.sitemap(rows, address=settings.ENV.address), content_type=sitemaps.CONTENT_TYPE)


@require_safe
@cache_control(public=True, max_age=3600)
def robots(_request: HttpRequest) -> HttpResponse:
    """Return what crawlers may read (RFC 9309)."""
    lines = [
        "User-agent: *",
        "Disallow: /desk/",
        "Disallow: /search/",
        "Disallow: /contribute/",
        "Disallow: /giving/",
        "",
        f"Sitemap: {settings.ENV.address}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
