"""Asking public archives for a copy of theirs: a second witness. Only a worker asks, and only where the newsroom has a key."""

import dataclasses
import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from masthead.kernel import clock
from masthead.kernel.http import PUBLIC, Policy
from masthead.newsroom.sources import archives
from masthead.newsroom.sources.actions.captures import CaptureRefused
from masthead.newsroom.sources.archives import Archive, ArchiveRefused
from masthead.newsroom.sources.models import Capture, SourceDocument
from masthead.newsroom.staff.models import User

HELD = dt.timedelta(minutes=2)
LOOKS = (*(dt.timedelta(seconds=30),) * 6, *(dt.timedelta(minutes=5),) * 6, *(dt.timedelta(hours=1),) * 6)  # then it is given up


def known_archives() -> dict[str, Archive]:
    """Return the archives that the newsroom has a key for, by method."""
    found = {
        Capture.Method.WAYBACK: dataclasses.replace(archives.WAYBACK, key=settings.WAYBACK_KEY),
        Capture.Method.PERMA: dataclasses.replace(archives.PERMA, key=settings.PERMA_KEY),
    }
    return {str(method): archive for method, archive in found.items() if archive.key}


@transaction.atomic
def queue_archive(document: SourceDocument, *, method: str, user: User | None) -> Capture:
    """Have a public archive asked for a copy of `document`, and return the capture that will name it; one under way is returned instead of a second.

    Raises:
        CaptureRefused: the document has no address, or the newsroom has no key for that archive.
    """
    from masthead.newsroom.sources.tasks import poll  # noqa: PLC0415  the task calls us

    if method not in known_archives():
        raise CaptureRefused("The newsroom has no key for this archive: set wayback_key or perma_key.")
    if not document.url:
        raise CaptureRefused(f"“{document}” has no address that an archive could keep.")
    now = clock.now()
    capture = Capture.objects.filter(document=document, method=method, state__in=Capture.UNDER_WAY).first()
    if capture is None:
        capture = Capture.objects.create(document=document, method=method, requested_by=user, requested_at=now, retry_at=now)
        poll.enqueue(capture.pk)
        capture.refresh_from_db()
    return capture


def poll_archive(*, capture_id: int, policy: Policy = PUBLIC, archive: Archive | None = None) -> Capture | None:
    """Ask the archive of capture `capture_id` for a copy, or what has become of it, where that is due; return the capture, or None."""
    now = clock.now()
    mine = Capture.objects.filter(
        Q(method=Capture.Method.WAYBACK) | Q(method=Capture.Method.PERMA), pk=capture_id, state__in=Capture.UNDER_WAY, retry_at__lte=now
    )
    if not mine.update(attempts=F("attempts") + 1, retry_at=now + HELD):
        return None
    capture = Capture.objects.select_related("document").get(pk=capture_id)
    archive = archive or known_archives().get(capture.method)
    if archive is None:
        return _end(capture, state=Capture.State.FAILED, reason="The newsroom has no key for this archive any more.", retry_at=None)
    try:
        return _step(capture, archive, policy)
    except ArchiveRefused as refused:
        if refused.retryable:
            return _wait(capture, job=capture.job, state=Capture.State(capture.state), reason=str(refused))
        return _end(capture, state=Capture.State.FAILED, reason=str(refused)[:500], retry_at=None)


def _step(capture: Capture, archive: Archive, policy: Policy) -> Capture | None:
    """Ask for the copy, or, where that is done, what has become of it."""
    is_wayback = capture.method == Capture.Method.WAYBACK
    if not capture.job:
        job = (archives.ask_wayback if is_wayback else archives.ask_perma)(archive, capture.document.url, policy)
        return _wait(capture, job=job, state=Capture.State.FETCHING, reason="")
    found = (archives.see_wayback if is_wayback else archives.see_perma)(archive, capture.job, policy)
    if not found:
        return _wait(capture, job=capture.job, state=Capture.State.FETCHING, reason="")
    return _end(capture, state=Capture.State.KEPT, reason="", retry_at=None, taken_at=clock.now(), memento_url=found[:2000])


def _wait(capture: Capture, *, job: str, state: Capture.State, reason: str) -> Capture | None:
    if capture.attempts > len(LOOKS):
        words = f"Given up after {capture.attempts} looks. {reason}".strip()
        return _end(capture, state=Capture.State.FAILED, reason=words[:500], retry_at=None, job=job)
    return _end(capture, state=state, reason=reason[:500], retry_at=clock.now() + LOOKS[capture.attempts - 1], job=job)


def _end(capture: Capture, **facts: object) -> Capture | None:
    if not Capture.objects.filter(pk=capture.pk, attempts=capture.attempts, state__in=Capture.UNDER_WAY).update(**facts):
        return None
    capture.refresh_from_db()
    return capture
