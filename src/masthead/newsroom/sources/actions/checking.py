"""Looking again: is a document still as we kept it, does a link still lead anywhere. Done by a worker, one host at a time."""

import datetime as dt
from collections.abc import Collection
from urllib.parse import urlsplit

from django.db import transaction

from masthead.kernel import clock
from masthead.kernel.http import PUBLIC, AddressRefused, Fetched, FetchFailed, Limits, NameUnknown, Policy, TooLarge, fetch
from masthead.newsroom.sources.actions.captures import HELD, LIMITS, keep_fetched
from masthead.newsroom.sources.comparing import what_changed
from masthead.newsroom.sources.extraction import extract
from masthead.newsroom.sources.models import Capture, LinkState, SourceDocument
from masthead.newsroom.sources.words import status_words

GONE_STATUSES = frozenset({404, 410})
MISSES_TO_BE_GONE = 2
HEAD_LIMITS = Limits(seconds=8, connect_seconds=5)
LINKS_AT_ONCE = 12  # each of another host
LINKS_SECONDS = 30.0  # after which the rest waits for the next turn: a worker has other things to do
WEEK = dt.timedelta(days=7)
AGAIN = (dt.timedelta(minutes=10), dt.timedelta(hours=6), dt.timedelta(days=2))
SOONEST = dt.timedelta(minutes=30)
FORGOTTEN = dt.timedelta(days=30)


# --- documents -------------------------------------------------------------------------------------


def check_document(*, document_id: int, policy: Policy = PUBLIC, limits: Limits = LIMITS) -> str:
    """Ask for a document again and note whether it is live, changed or gone; return its state.

    Gone needs two looks in a row that find nothing (404, 410, no such name). Changed is compared with the copy that the newsroom took last; the text
    that is there now is kept as another copy, once. A server that does not answer, or lets nobody in, changes nothing but the time of the look.
    """
    document = SourceDocument.objects.get(pk=document_id)
    now = clock.now()
    if document.checked_at is not None and document.checked_at > now - SOONEST:  # asked for twice: a worker was late
        return str(document.state)
    try:
        fetched = fetch(document.url, policy=policy, limits=limits)
    except NameUnknown as unknown:
        return _missed(document, str(unknown), now)
    except FetchFailed:
        return _note(document, document.state, document.state_reason, now)
    if fetched.status in GONE_STATUSES:
        return _missed(document, f"The server answered {status_words(fetched.status)}.", now)
    if not fetched.is_found or not fetched.body:
        return _note(document, document.state, document.state_reason, now)
    SourceDocument.objects.filter(pk=document_id).update(misses=0)
    return _compare(document, fetched, now)


def _compare(document: SourceDocument, fetched: Fetched, now: dt.datetime) -> str:
    kept = list(document.captures.filter(method=Capture.Method.FETCH, state=Capture.State.KEPT).exclude(text="").order_by("-taken_at")[:20])
    chosen = next((capture for capture in kept if capture.requested_by_id is not None), kept[-1] if kept else None)
    found = extract(fetched.body, content_type=fetched.header("content-type"), url=fetched.url)
    changed = what_changed(chosen.text, found.text) if chosen is not None and found.text else ""
    if not changed or chosen is None:
        return _note(document, SourceDocument.State.LIVE, "", now)
    if what_changed(kept[0].text, found.text):  # not the same change that was kept at an earlier look
        capture = Capture.objects.create(
            document=document, method=Capture.Method.FETCH, state=Capture.State.FETCHING, attempts=1, requested_at=now, retry_at=now + HELD
        )
        keep_fetched(capture, fetched)
    return _note(document, SourceDocument.State.CHANGED, f"Since {(chosen.taken_at or now):%Y-%m-%d}: {changed}", now)


def _missed(document: SourceDocument, reason: str, now: dt.datetime) -> str:
    misses = document.misses + 1
    SourceDocument.objects.filter(pk=document.pk).update(misses=misses)
    if misses < MISSES_TO_BE_GONE:
        return _note(document, document.state, document.state_reason, now)
    return _note(document, SourceDocument.State.GONE, reason, now)


def _note(document: SourceDocument, state: str, reason: str, now: dt.datetime) -> str:
    row = SourceDocument.objects.filter(pk=document.pk)
    row.exclude(state=state).update(state=state, state_since=now)
    row.update(state_reason=reason[:300], checked_at=now)
    return str(state)


# --- links -----------------------------------------------------------------------------------------


@transaction.atomic
def note_links(*, urls: Collection[str], now: dt.datetime) -> int:
    """Remember that stories link to `urls` at `now`, and return how many were not known; those are due at once."""
    wanted = {url for url in urls if len(url) <= 2000 and url.startswith(("http://", "https://"))}  # noqa: PLR2004  the column's
    known = set(LinkState.objects.filter(url__in=wanted).values_list("url", flat=True))
    LinkState.objects.filter(url__in=known, linked_at__lt=now - dt.timedelta(days=1)).update(linked_at=now)
    new = [LinkState(url=url, host=_host(url), due_at=now, linked_at=now) for url in sorted(wanted - known)]
    LinkState.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def check_links(*, policy: Policy = PUBLIC, limits: Limits = HEAD_LIMITS) -> int:
    """Ask for the links whose time has come, a dozen at most and no two of one host; return how many were asked."""
    begun = clock.now()
    LinkState.objects.filter(linked_at__lt=begun - FORGOTTEN).delete()
    asked: set[str] = set()
    for link in LinkState.objects.filter(due_at__lte=begun).order_by("due_at")[:500]:
        if len(asked) >= LINKS_AT_ONCE or (clock.now() - begun).total_seconds() > LINKS_SECONDS:
            break
        if link.host in asked or not LinkState.objects.filter(pk=link.pk, due_at=link.due_at).update(due_at=begun + AGAIN[0]):
            continue
        asked.add(link.host)
        _ask_link(link, policy, limits)
    return len(asked)


def _ask_link(link: LinkState, policy: Policy, limits: Limits) -> None:
    state, reason = _link_answer(link.url, policy, limits)
    misses = link.misses + 1 if state in {LinkState.State.GONE, LinkState.State.SILENT} else 0
    if state == LinkState.State.GONE and misses < MISSES_TO_BE_GONE:
        state = LinkState.State.SILENT
    wait = AGAIN[min(misses, len(AGAIN)) - 1] if misses else WEEK
    now = clock.now()
    LinkState.objects.filter(pk=link.pk).update(state=state, reason=reason[:300], misses=misses, checked_at=now, due_at=now + wait)


def _link_answer(url: str, policy: Policy, limits: Limits) -> tuple[LinkState.State, str]:
    try:
        fetched = fetch(url, policy=policy, limits=limits, head_only=True)
    except AddressRefused as refused:
        return LinkState.State.REFUSED, str(refused)
    except NameUnknown as unknown:
        return LinkState.State.GONE, str(unknown)
    except TooLarge:
        return LinkState.State.LIVE, ""
    except FetchFailed as failed:
        return LinkState.State.SILENT, str(failed)
    reason = "" if fetched.is_found else f"The server answered {status_words(fetched.status)}."
    if fetched.status in GONE_STATUSES:
        return LinkState.State.GONE, reason
    return (LinkState.State.SILENT if fetched.status >= 500 else LinkState.State.LIVE), reason  # noqa: PLR2004  the server's fault; a 403 answers, but not to us


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""
