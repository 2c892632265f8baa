"""Public pages that are no pages of Wagtail's tree, and errors."""

import datetime as dt
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from masthead.delivery import queries
from masthead.delivery.colours import accent_css
from masthead.kernel import reads
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import Author, Topic

YEAR_SECONDS = 365 * 24 * 3600
DECEMBER = 12


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the public stories on one topic."""
    found = get_object_or_404(Topic, slug=slug)
    return render(request, "theme/topic.html", {"topic": found, "leaf": _leaf(request, stories.by_topic(found))})


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one author and the public stories that carry the name."""
    found = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    return render(request, "theme/author.html", {"author": found, "leaf": _leaf(request, stories.by_author(found))})


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show every public correction, newest first."""
    reads.note("stories_correction")
    return render(request, "theme/corrections.html", {"leaf": _leaf(request, stories.public_corrections())})


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Show every month in which stories appeared."""
    return render(request, "theme/archive.html", {"months": queries.months()})


@require_safe
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show the stories of one month, by day, newest first."""
    start, end = _month(year, month)
    reads.note_span(f"stories.month={year:04d}-{month:02d}")
    with reads.accounted():
        found = list(stories.published_between(start, end))
    if not found:
        raise Http404
    return render(request, "theme/archive_month.html", {"first": start.date(), "stories": found})


def _month(year: int, month: int) -> tuple[dt.datetime, dt.datetime]:
    """Return where a month begins and where the next does, in the newsroom's zone."""
    zone = timezone.get_default_timezone()
    try:
        start = dt.datetime(year, month, 1, tzinfo=zone)
        end = dt.datetime(year + month // DECEMBER, month % DECEMBER + 1, 1, tzinfo=zone)
    except ValueError:
        raise Http404 from None
    return start, end


def _leaf(request: HttpRequest, found: queries.Listed) -> queries.Leaf:
    with reads.accounted():
        return queries.leaf(found, request.GET.get("page", "1"))


@require_safe
@cache_control(public=True, immutable=True, max_age=YEAR_SECONDS)
def theme_accent(_request: HttpRequest, colour: str) -> HttpResponse:
    """Return the newsroom's accent as a style sheet; its address is the colour, so it never changes."""
    return HttpResponse(accent_css(colour), content_type="text/css")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing at this address, and where to look."""
    _ = exception
    return render(request, "theme/404.html", status=HTTPStatus.NOT_FOUND)
