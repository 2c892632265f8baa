"""Writes to stories: make, publish, withdraw, and what goes out when its hour comes."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from wagtail.blocks import StreamValue
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories import gate
from masthead.newsroom.stories.actions.statements import drafts_of, set_statements
from masthead.newsroom.stories.models import Author, Byline, SectionPage, StoryPage, Topic
from masthead.newsroom.stories.statements import StatementDraft

logger = logging.getLogger(__name__)
SLUG_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A story as somebody hands it in. `body` is a StreamField value: (block name, value) or (block name, value, block id)."""

    headline: str
    body: Sequence[tuple[str, Any] | tuple[str, Any, str]] = ()
    standfirst: str = ""
    label: str = StoryPage.Label.NEWS
    dateline: str = ""
    language: str = ""
    slug: str = ""
    lead_picture: Picture | None = None
    lead_caption: str = ""
    bylines: Sequence[Author | tuple[Author, str]] = ()
    topics: Iterable[Topic] = ()
    canonical_url: str = ""
    seo_title: str = ""
    search_description: str = ""
    embargoed_until: dt.datetime | None = None
    embargo_note: str = ""
    go_live_at: dt.datetime | None = None
    statements: Sequence[StatementDraft] | None = None  # None: those it has stay


class NoSection(MastheadError):
    """A story needs a section to lie in."""


@transaction.atomic
def create_story(*, section: SectionPage, draft: Draft, user: User | None) -> StoryPage:
    """Store a new, unpublished story in `section`, with its first revision.

    Raises:
        NoSection: the section is not stored.
    """
    if section.pk is None:
        raise NoSection(f"The section “{section.title}” is not stored: save it before putting stories in it.")
    story = StoryPage(slug=free_slug(section, draft.slug or draft.headline), section=section, live=False, owner=user, show_in_menus=False)
    _fill(story, draft, user)
    section.add_child(instance=story)
    story.save_revision(user=user, clean=False)
    return story


@transaction.atomic
def revise_story(*, story: StoryPage, draft: Draft, user: User | None) -> StoryPage:
    """Write `draft` as the story's newest revision and return it so; its address stays, and readers see it once it is published."""
    revised: StoryPage = story.get_latest_revision_as_object()
    _fill(revised, draft, user)
    revised.save_revision(user=user, clean=False)
    return revised


def stream(page: Page, body: Sequence[tuple[str, Any] | tuple[str, Any, str]]) -> StreamValue:
    """Return a page's body made of (block name, value) or (block name, value, block id)."""
    return StreamValue(type(page).body.field.stream_block, list(body))


def _fill(story: StoryPage, draft: Draft, user: User | None) -> None:
    story.title = story.draft_title = draft.headline
    story.standfirst, story.label, story.dateline = draft.standfirst, draft.label, draft.dateline
    story.lead_picture, story.lead_caption = draft.lead_picture, draft.lead_caption
    story.body = stream(story, draft.body)
    story.canonical_url, story.seo_title, story.search_description = draft.canonical_url, draft.seo_title, draft.search_description
    story.embargoed_until, story.embargo_note, story.go_live_at = draft.embargoed_until, draft.embargo_note, draft.go_live_at
    if draft.language:
        story.language = draft.language
    bylines = [entry if isinstance(entry, tuple) else (entry, "") for entry in draft.bylines]
    signed = [(byline.author_id, byline.role) for byline in story.bylines.all()]
    if signed != [(author.pk, role) for author, role in bylines]:
        story.bylines.set([Byline(author=author, role=role, sort_order=order) for order, (author, role) in enumerate(bylines)])
    story.topics.set(list(draft.topics))
    set_statements(story=story, drafts=drafts_of(story) if draft.statements is None else draft.statements, user=user, now=clock.now())


def publish(*, story: StoryPage, user: User | None, first_published_at: dt.datetime | None = None) -> StoryPage:
    """Publish the story's latest revision, or schedule it where its hour or embargo lies ahead, and return it fresh.

    `first_published_at` (aware) keeps the date of a story that was public elsewhere before.

    Raises:
        PublishRefused: the gate is closed; the error's findings say why.
    """
    with transaction.atomic():
        if first_published_at is not None:
            StoryPage.objects.filter(pk=story.pk).update(first_published_at=first_published_at)
            story.first_published_at = first_published_at
        revision = story.get_latest_revision() or story.save_revision(user=user)
        if first_published_at is not None:
            revision = story.save_revision(user=user, overwrite_revision=None, clean=False)
        revision.publish(user=user, skip_permission_checks=True)
        if first_published_at is not None:
            StoryPage.objects.filter(pk=story.pk).update(last_published_at=first_published_at)
    return _fresh(story)


def withdraw(*, story: StoryPage, user: User | None) -> StoryPage:
    """Take a public story off the site at once; its revisions stay."""
    with transaction.atomic():
        _fresh(story).unpublish(user=user)  # the copy at hand may be older than the page
    return _fresh(story)


def _fresh(story: StoryPage) -> StoryPage:
    stored: StoryPage = StoryPage.objects.get(pk=story.pk)
    return stored


def publish_due(*, now: dt.datetime) -> int:
    """Publish what is due at `now` and take down what has expired; return how many stories moved.

    A story that the gate refuses at its hour is unscheduled, with the reason in its history; one whose embargo
    was prolonged since waits for the new end. Neither stops the others.
    """
    moved = 0
    for story in StoryPage.objects.filter(live=True, expire_at__lte=now):
        story.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        moved += 1
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk"):
        moved += _go_out(revision, now)
    return moved


def _go_out(revision: Revision, now: dt.datetime) -> int:
    story = revision.content_object
    latest = story.get_latest_revision_as_object() if isinstance(story, StoryPage) else None
    if latest is not None and latest.embargoed_until and latest.embargoed_until > now:
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=latest.embargoed_until)
        return 0
    try:
        with transaction.atomic():
            revision.publish(log_action="wagtail.publish.scheduled")
    except MastheadError as refusal:
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
        log(instance=story, action="masthead.publish.refused", revision=revision, data={"reason": str(refusal)})
        logger.warning("A scheduled story did not go out: %s", refusal)
        return 0
    return 1


def free_slug(section: Page, text: str) -> str:
    """Return an address for `text` that no page under `section`, or another parent, has yet."""
    base = slugify(text, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "story"
    taken = set(section.get_children().filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)


def blocking(story: StoryPage) -> list[gate.Finding]:
    """Return what keeps the story's latest revision from being published."""
    return [finding for finding in gate.findings(story.get_latest_revision_as_object()) if finding.severity is gate.Severity.BLOCK]
