"""Public pages that are no pages of Wagtail's tree, and errors."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from masthead.delivery.colours import accent_css
from masthead.kernel import clock, reads
from masthead.newsroom.stories import calendar, listing
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import Author, Topic

YEAR_SECONDS = 365 * 24 * 3600
DAY_LENGTH = 100  # headlines on a leaf of a day


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the public stories on one topic."""
    found = get_object_or_404(Topic, slug=slug)
    return render(request, "theme/topic.html", {"topic": found, "leaf": _leaf(request, listing.Leaves(listing.of_topic(found)))})


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one author and the public stories that carry the name."""
    found = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    return render(request, "theme/author.html", {"author": found, "leaf": _leaf(request, listing.Leaves(listing.of_author(found)))})


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show every public correction, newest first."""
    reads.note("stories_correction")
    return render(request, "theme/corrections.html", {"leaf": _leaf(request, Paginator(stories.public_corrections(), listing.LEAF_LENGTH))})


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Show every month in which stories appeared."""
    reads.note_span("stories")
    with reads.accounted():
        months = calendar.months()
    return render(request, "theme/archive.html", {"months": months})


@require_safe
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show the stories of one month, by day, newest first; of a busy month the days alone."""
    first = _day(year, month, 1)
    reads.note_span(f"stories.month={first:%Y-%m}")
    with reads.accounted():
        found = calendar.between(first, calendar.month_after(first))
        days = calendar.days(first) if calendar.is_busy(found) else []
        shown = [] if days else list(found)
    if not days and not shown:
        raise Http404
    return render(request, "theme/archive_month.html", {"first": first, "days": days, "stories": shown})


@require_safe
def archive_day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """Show the stories of one day, newest first."""
    asked = _day(year, month, day)
    reads.note_span(f"stories.day={asked:%Y-%m-%d}")
    leaf = _leaf(request, listing.Leaves(calendar.between(asked, asked + dt.timedelta(days=1)), DAY_LENGTH))
    if not leaf.object_list:
        raise Http404
    return render(request, "theme/archive_day.html", {"asked": asked, "leaf": leaf})


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        asked = dt.date(year, month, day)
        clock.beginning_of(settings.ENV.zone, calendar.month_after(asked))
    except (ValueError, OverflowError):
        raise Http404 from None
    return asked


def _leaf(request: HttpRequest, leaves: Paginator[Any]) -> Page[Any]:
    """Return the leaf that a request asks for with `?page=`, read now, once."""
    with reads.accounted():
        asked = leaves.get_page(request.GET.get("page", "1"))
        asked.object_list = list(asked.object_list)
    return asked


@require_safe
@cache_control(public=True, immutable=True, max_age=YEAR_SECONDS)
def theme_accent(_request: HttpRequest, colour: str) -> HttpResponse:
    """Return the newsroom's accent as a style sheet; its address is the colour, so it never changes."""
    return HttpResponse(accent_css(colour), content_type="text/css")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing at this address, and where to look."""
    _ = exception
    return render(request, "theme/404.html", status=HTTPStatus.NOT_FOUND)
