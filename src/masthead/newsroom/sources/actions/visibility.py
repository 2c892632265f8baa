"""Who may see a copy: the newsroom, until an editor shows it to everybody; and which copies a clean-up must leave."""

from django.db import transaction
from wagtail.log_actions import log

from masthead.kernel import clock
from masthead.newsroom.sources import storage
from masthead.newsroom.sources.actions.captures import CaptureRefused
from masthead.newsroom.sources.models import Capture
from masthead.newsroom.staff.models import User


@transaction.atomic
def publish_capture(capture: Capture, *, user: User) -> Capture:
    """Let readers see `capture`, as soon as a public story cites its document. Who allowed it is kept.

    Raises:
        CaptureRefused: nothing is kept, or the file is not what was kept.
    """
    capture = Capture.objects.select_for_update().get(pk=capture.pk)
    if capture.state != Capture.State.KEPT:
        raise CaptureRefused(f"This copy is {capture.get_state_display().lower()}: only one that is kept can be shown to readers.")
    if capture.path and not is_whole(capture):
        raise CaptureRefused("The file of this copy is missing or has changed since it was kept: take another copy.")
    capture.visibility, capture.published_by, capture.published_at = Capture.Visibility.PUBLIC, user, clock.now()
    capture.save(update_fields=["visibility", "published_by", "published_at"])
    _log(capture, "masthead.capture.published", user)
    return capture


@transaction.atomic
def withdraw_capture(capture: Capture, *, user: User) -> Capture:
    """Show `capture` to the newsroom alone again."""
    capture.visibility, capture.published_by, capture.published_at = Capture.Visibility.NEWSROOM, None, None
    capture.save(update_fields=["visibility", "published_by", "published_at"])
    _log(capture, "masthead.capture.withdrawn", user)
    return capture


@transaction.atomic
def hold_capture(capture: Capture, *, hold: bool, user: User) -> Capture:
    """Say whether `capture` must be kept for ever, such as for a court; no clean-up deletes one that is held."""
    capture.hold = hold
    capture.save(update_fields=["hold"])
    _log(capture, "masthead.capture.held" if hold else "masthead.capture.released", user)
    return capture


def is_whole(capture: Capture) -> bool:
    """Return whether the kept file is there, and is byte for byte what was kept."""
    try:
        return storage.digest(capture.path) == capture.sha256
    except FileNotFoundError:
        return False


def _log(capture: Capture, action: str, user: User) -> None:
    log(instance=capture.document, action=action, user=user, data={"capture": capture.pk, "sha256": capture.sha256})
