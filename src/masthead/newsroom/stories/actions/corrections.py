"""Correcting in public: add a note, withdraw one with a reason. Nothing here deletes."""

import datetime as dt

from django.db import transaction
from wagtail.log_actions import log

from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.events import CorrectionIssued
from masthead.newsroom.stories.models import Correction, StoryPage


class CorrectionRefused(MastheadError):
    """A correction that says nothing, or corrects what was never public."""


@transaction.atomic
def add_correction(*, story: StoryPage, kind: str, text: str, user: User | None, now: dt.datetime) -> Correction:
    """Store a public note on `story`, tied to the revision that is live at `now`, and announce it.

    Raises:
        CorrectionRefused: there is no text, the kind is unknown, or the story was never published.
    """
    if not text.strip():
        raise CorrectionRefused("A correction needs a text: say what was wrong and what is right.")
    if kind not in Correction.Kind.values:
        raise CorrectionRefused(f"There is no kind of correction {kind!r}: choose one of {', '.join(Correction.Kind.values)}.")
    if story.first_published_at is None:
        raise CorrectionRefused(f"“{story.title}” was never published: change the text, there is nothing to correct in public.")
    correction = Correction.objects.create(
        story=story,
        headline=story.title,
        revision=story.live_revision,
        revision_at=story.live_revision.created_at if story.live_revision else None,
        kind=kind,
        text=text.strip(),
        published_at=now,
        author=user,
    )
    log(instance=story, action="masthead.correction", user=user, revision=story.live_revision, data={"kind": kind, "text": correction.text})
    announce(CorrectionIssued(story_id=story.pk, correction_id=correction.pk))
    return correction


@transaction.atomic
def withdraw_correction(*, correction: Correction, reason: str, user: User | None, now: dt.datetime) -> Correction:
    """Mark a correction as withdrawn; it and the reason stay on the story and in the list.

    Raises:
        CorrectionRefused: no reason is given, or it was withdrawn before.
    """
    if not reason.strip():
        raise CorrectionRefused("Withdrawing a correction needs a reason: readers will see it.")
    if correction.withdrawn_at is not None:
        raise CorrectionRefused("This correction was withdrawn before.")
    correction.withdrawn_at, correction.withdrawn_reason = now, reason.strip()
    correction.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    if correction.story is not None:
        log(instance=correction.story, action="masthead.correction.withdrawn", user=user, data={"text": correction.text, "reason": reason.strip()})
        announce(CorrectionIssued(story_id=correction.story.pk, correction_id=correction.pk))
    return correction
