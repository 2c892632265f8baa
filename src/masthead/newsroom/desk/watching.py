"""What stories lead to, watched: their links, and the documents that public ones stand on. The scheduler says when; a worker asks."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from masthead.kernel import clock
from masthead.newsroom.sources import actions as sources
from masthead.newsroom.sources.models import LinkState, SourceDocument
from masthead.newsroom.sources.tasks import ask_links, recheck
from masthead.newsroom.stories import citing, passages
from masthead.newsroom.stories.models import StoryPage

RECENT = dt.timedelta(minutes=5)
PIECE = 200  # stories read at once
DOCUMENTS_AT_ONCE = 10
DOCUMENT_EVERY = dt.timedelta(days=7)
MISSED_AGAIN_AFTER = dt.timedelta(hours=6)


def links_in(page: Any) -> set[str]:
    """Return the addresses outside this site that the text of `page` links to, as they stand there."""
    found = {link.url for passage in passages.of_page(page) for link in passage.links}
    return {url for url in found if url.startswith(("http://", "https://")) and _host(url) not in {"", settings.ENV.host}}


def note_recent_links(*, now: dt.datetime) -> int:
    """Note the links of stories that were written on lately, drafts too, so that they are asked before publication; return how many were new."""
    pages = StoryPage.objects.filter(latest_revision_created_at__gte=now - RECENT).select_related("latest_revision")
    return _note((page.get_latest_revision_as_object() for page in pages), now)


def note_all_links() -> int:
    """Note the links of every public story, and return how many were new."""
    return _note(StoryPage.objects.filter(live=True).order_by("pk").iterator(chunk_size=PIECE), clock.now())


def have_archive_noted(*, now: dt.datetime) -> None:
    """Have a worker note the links of every public story."""
    from masthead.newsroom.desk.tasks import note_links  # noqa: PLC0415  the task calls us

    _ = now
    note_links.enqueue()


def ask_due_links(*, now: dt.datetime) -> bool:
    """Have a worker ask for links, where any is due; return whether."""
    due = LinkState.objects.filter(due_at__lte=now).exists()
    if due:
        ask_links.enqueue()
    return due


def recheck_documents(*, now: dt.datetime) -> int:
    """Have a worker look again at documents that public stories stand on: each once a week, one that was missed sooner; return how many."""
    due = Q(checked_at__isnull=True) | Q(checked_at__lte=now - DOCUMENT_EVERY) | Q(misses__gt=0, checked_at__lte=now - MISSED_AGAIN_AFTER)
    cited = (
        citing.cited_documents()
        .filter(due, merged_into__isnull=True)
        .exclude(url="")
        .exclude(state=SourceDocument.State.GONE, checked_at__gt=now - DOCUMENT_EVERY)
    )
    keys = list(cited.order_by("checked_at", "pk").values_list("pk", flat=True)[:DOCUMENTS_AT_ONCE])
    for key in keys:
        recheck.enqueue(key)
    return len(keys)


def _note(pages: Iterable[Any], now: dt.datetime) -> int:
    return sum(sources.note_links(urls=urls, now=now) for urls in _pieces(pages))


def _pieces(pages: Iterable[Any]) -> Iterator[set[str]]:
    urls: set[str] = set()
    for page in pages:
        urls |= links_in(page)
        if len(urls) > PIECE:
            yield urls
            urls = set()
    if urls:
        yield urls


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
