"""Statements for machines: those of one story, and all of them."""

import json
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from masthead.newsroom.stories import cards
from masthead.newsroom.stories import queries as stories
from masthead.syndication import annotations
from masthead.syndication.feed import path_of

AT_ONCE = 200  # statements read and written together
REVALIDATED = {"public": True, "max_age": 60, "must_revalidate": True}


@require_safe
@conditional_page
@cache_control(**REVALIDATED)
def of_story(_request: HttpRequest, place: str, slug: str) -> HttpResponse:
    """Return the statements of one public story as Web Annotations."""
    path = f"/{place}/{slug}/"
    found = stories.published().defer(None).filter(slug=slug, url_path__endswith=path)
    story = next((row for row in found if path_of(row) == path), None)
    if story is None:
        raise Http404
    address = settings.ENV.address
    page = annotations.annotation_page(story, cards.sourcing_of(story), url=address + path_of(story), address=address)
    return HttpResponse(json.dumps(page, ensure_ascii=False, indent=1), content_type=annotations.CONTENT_TYPE)


@require_safe
@cache_control(**REVALIDATED)
def as_lines(_request: HttpRequest) -> StreamingHttpResponse:
    """Return every public statement as JSON lines, as they are read."""
    return StreamingHttpResponse(annotations.lines(_told(), address=settings.ENV.address), content_type="application/jsonl; charset=utf-8")


@require_safe
@cache_control(**REVALIDATED)
def as_table(_request: HttpRequest) -> StreamingHttpResponse:
    """Return every public statement as a table, as they are read."""
    response = StreamingHttpResponse(annotations.table(_told(), address=settings.ENV.address), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="statements.csv"'
    return response


def _told() -> Iterator[annotations.Told]:
    """Yield every public statement with its story, a few hundred read at once."""
    found = cards.public().iterator(chunk_size=AT_ONCE)
    while rows := list(islice(found, AT_ONCE)):
        for row, card in zip(rows, cards.cards_of(rows), strict=True):
            yield row.story, settings.ENV.address + path_of(row.story), card
