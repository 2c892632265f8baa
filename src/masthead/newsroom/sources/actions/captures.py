"""Keeping copies: queue one, take it, and say clearly what came of it.

A capture goes queued → fetching → kept, refused or failed. The fetching is done by a worker, outside of any transaction. A worker that is
killed leaves “fetching” behind; its time runs out and another takes the capture again. `attempts` is the token: whoever finishes late finds
that it has moved on and writes nothing.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.http import PUBLIC, AddressRefused, Fetched, FetchFailed, Limits, Policy, TooLarge, fetch
from masthead.newsroom.sources import links, storage, warc
from masthead.newsroom.sources.actions.filling import fill_document
from masthead.newsroom.sources.extraction import Extract, extract, media_type
from masthead.newsroom.sources.models import Capture, SourceDocument
from masthead.newsroom.sources.words import status_words
from masthead.newsroom.staff.models import User

LIMITS = Limits(seconds=40, wire_bytes=25 * 2**20, body_bytes=40 * 2**20)
HELD = dt.timedelta(minutes=3)  # longer than a fetch and its reading can take together
WAITING = dt.timedelta(minutes=10)  # after which a capture that nobody took is put before a worker again
RETRIES = (dt.timedelta(minutes=1), dt.timedelta(minutes=15), dt.timedelta(hours=2), dt.timedelta(hours=12))
MOST_ATTEMPTS = len(RETRIES) + 1
TRY_AGAIN_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class CaptureRefused(MastheadError):
    """A copy that cannot be made, or not by this way; the sentence says why."""


@transaction.atomic
def queue_capture(document: SourceDocument, *, user: User | None) -> Capture:
    """Ask for a copy of `document` and return its capture; one that is waiting already is returned instead of a second.

    Raises:
        CaptureRefused: the document has no address.
    """
    from masthead.newsroom.sources.tasks import take  # noqa: PLC0415  the task calls us

    if not document.url:
        raise CaptureRefused(f"“{document}” has no address to fetch: upload a copy of it.")
    now = clock.now()
    waiting = Capture.objects.select_for_update().filter(document=document, method=Capture.Method.FETCH, state__in=Capture.UNDER_WAY).first()
    if waiting is not None and waiting.state == Capture.State.FETCHING:
        return waiting
    if waiting is not None:
        Capture.objects.filter(pk=waiting.pk).update(retry_at=now, attempts=0, reason="")
    capture = waiting or Capture.objects.create(document=document, method=Capture.Method.FETCH, requested_by=user, requested_at=now, retry_at=now + WAITING)
    take.enqueue(capture.pk)
    capture.refresh_from_db()
    return capture


def take_capture(*, capture_id: int, policy: Policy = PUBLIC, limits: Limits = LIMITS) -> Capture | None:
    """Fetch and keep what capture `capture_id` asks for, and return it; None where it is not waiting, or another worker took it.

    It ends kept, refused (we will not ask there, or it is too large), failed (the server's answer is final, or we have asked often
    enough), or queued again with the reason and the time of the next try.
    """
    capture = _claim(capture_id)
    if capture is None:
        return None
    try:
        fetched = fetch(capture.document.url, limits=limits, policy=policy)
    except (AddressRefused, TooLarge) as refused:
        return _end(capture, state=Capture.State.REFUSED, reason=str(refused))
    except FetchFailed as failed:
        return _not_now(capture, str(failed)) if failed.retryable else _end(capture, state=Capture.State.FAILED, reason=str(failed))
    return _judge(capture, fetched)


def wake_captures(*, now: dt.datetime) -> int:
    """Put before a worker every capture whose time has come: a next try, one that a killed worker held, one that nobody took; return how many."""
    from masthead.newsroom.sources.tasks import poll, take  # noqa: PLC0415  as above

    due = list(Capture.objects.filter(state__in=Capture.UNDER_WAY, retry_at__lte=now).order_by("retry_at")[:200])
    for capture in due:
        if capture.method != Capture.Method.FETCH:
            poll.enqueue(capture.pk)
            continue
        with transaction.atomic():
            if capture.state == Capture.State.QUEUED:  # so that it is not put there again every half minute; a claim looks at the time only of one that is held
                Capture.objects.filter(pk=capture.pk, state=capture.state, retry_at=capture.retry_at).update(retry_at=now + WAITING)
            take.enqueue(capture.pk)
    return len(due)


def _claim(capture_id: int) -> Capture | None:
    now = clock.now()
    free = Q(state=Capture.State.QUEUED) | Q(state=Capture.State.FETCHING, retry_at__lte=now)
    mine = Capture.objects.filter(free, pk=capture_id, method=Capture.Method.FETCH)
    if not mine.update(state=Capture.State.FETCHING, attempts=F("attempts") + 1, retry_at=now + HELD):
        return None
    capture = Capture.objects.select_related("document").get(pk=capture_id)
    if capture.attempts > MOST_ATTEMPTS:  # a page that brings the worker down brings it down no sixth time
        _end(capture, state=Capture.State.FAILED, reason=f"Given up after {MOST_ATTEMPTS} tries. {capture.reason}".strip())
        return None
    return capture


def _judge(capture: Capture, fetched: Fetched) -> Capture | None:
    answered: dict[str, Any] = {"status": fetched.status, "final_url": fetched.url[:2000]}
    if fetched.is_found and fetched.body:
        return keep_fetched(capture, fetched)
    if fetched.is_found:
        return _end(capture, state=Capture.State.FAILED, reason="The server sent an empty page.", **answered)
    reason = f"The server answered {status_words(fetched.status)}."
    if fetched.status in TRY_AGAIN_LATER:
        return _not_now(capture, reason, **answered)
    return _end(capture, state=Capture.State.FAILED, reason=reason, **answered)


def keep_fetched(capture: Capture, fetched: Fetched) -> Capture | None:
    """Keep what was fetched for `capture`, which its caller holds, and return it; None where another worker took it meanwhile."""
    offsets: list[int] = []
    kept = storage.keep(storage.place(capture.key, ".warc.gz"), lambda out: offsets.append(warc.write(out, fetched.exchanges)))
    kind = fetched.header("content-type")
    found = extract(fetched.body, content_type=kind, url=fetched.url)
    facts: dict[str, Any] = {
        "taken_at": fetched.answer.started_at,
        "final_url": fetched.url[:2000],
        "status": fetched.status,
        "media_type": media_type(kind, fetched.body),
        "title": found.title or links.file_name(fetched.url)[:500],
        "text": found.text,
        "reason": found.problem,
        "sha256": kept.sha256,
        "size": kept.size,
        "path": kept.path,
        "offset": offsets[-1],
    }
    return _end(capture, state=Capture.State.KEPT, found=found, **facts)


def _not_now(capture: Capture, reason: str, **answered: Any) -> Capture | None:
    if capture.attempts >= MOST_ATTEMPTS:
        return _end(capture, state=Capture.State.FAILED, reason=f"Given up after {MOST_ATTEMPTS} tries. {reason}", **answered)
    return _end(capture, state=Capture.State.QUEUED, reason=reason, retry_at=clock.now() + RETRIES[capture.attempts - 1], **answered)


@transaction.atomic
def _end(capture: Capture, *, state: Capture.State, reason: str, found: Extract | None = None, **facts: Any) -> Capture | None:
    """Write what came of it, unless somebody else has the capture by now."""
    words = {"retry_at": None, **facts, "state": state, "reason": reason[:500]}
    mine = Capture.objects.filter(pk=capture.pk, state=Capture.State.FETCHING, attempts=capture.attempts)
    if not mine.update(**words):
        return None
    capture.refresh_from_db()
    if found is not None:
        fill_document(document_id=capture.document_id, found=found, title=capture.title, url=capture.final_url, seen_at=capture.taken_at or clock.now())
    return capture
