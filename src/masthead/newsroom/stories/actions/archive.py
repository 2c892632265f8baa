"""Taking in what was public elsewhere before: standing pages, and stories that keep their dates."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.signals import page_published

from masthead.newsroom.pictures import actions as pictures
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories import gate, rules
from masthead.newsroom.stories.actions.stories import free_slug, stream
from masthead.newsroom.stories.models import InfoPage, StoryPage


@transaction.atomic
def create_page(
    *, parent: Page, title: str, body: Sequence[tuple[str, Any] | tuple[str, Any, str]], user: User | None, standfirst: str = "", slug: str = ""
) -> InfoPage:
    """Store a new, unpublished standing page under `parent` (the front page or another page), with its first revision."""
    page = InfoPage(title=title, draft_title=title, slug=free_slug(parent, slug or title), standfirst=standfirst, live=False, owner=user)
    page.body = stream(page, body)
    parent.add_child(instance=page)
    page.save_revision(user=user, clean=False)
    return page


@transaction.atomic
def revise_page(*, page: InfoPage, title: str, body: Sequence[tuple[str, Any] | tuple[str, Any, str]], user: User | None, standfirst: str = "") -> InfoPage:
    """Write the newest revision of a standing page and return it so; readers see it once it is published."""
    revised: InfoPage = page.get_latest_revision_as_object()
    revised.title = revised.draft_title = title
    revised.standfirst, revised.body = standfirst, stream(revised, body)
    revised.save_revision(user=user, clean=False)
    return revised


@transaction.atomic
def admit(*, page: StoryPage | InfoPage, user: User | None, first_published_at: dt.datetime, last_published_at: dt.datetime, now: dt.datetime) -> None:
    """Make the latest revision of `page` public with the dates it had elsewhere (aware).

    `page` is as `create_story` or `create_page` returned it: its row holds the revision's words already. An
    archive has thousands of them, and this writes once what `publish` writes in three steps, behind the same gate.

    Raises:
        PublishRefused, EmbargoHolds: the gate is closed.
    """
    gate.pass_or_refuse(page, now=now)
    values: dict[str, Any] = {
        "live": True,
        "has_unpublished_changes": False,
        "expired": False,
        "first_published_at": first_published_at,
        "last_published_at": last_published_at,
        "live_revision": page.latest_revision,
    }
    for name, value in values.items():
        setattr(page, name, value)
    Page.objects.filter(pk=page.pk).update(**values)
    if isinstance(page, StoryPage):
        page.published_at = first_published_at
        StoryPage.objects.filter(pk=page.pk).update(published_at=first_published_at)
    shown = rules.files_shown(page)
    pictures.hold(holder=rules.holder(page), pictures=shown.pictures, attachments=shown.attachments)
    log(instance=page, action="wagtail.publish", user=user, revision=page.latest_revision)
    page_published.send(sender=type(page), instance=page, revision=page.latest_revision)
