"""The one place that listens to Wagtail's signals: it announces, and lets go of the files of what is deleted."""

from typing import Any

from django.db.models.signals import post_delete
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from masthead.kernel.events import announce
from masthead.newsroom.pictures import actions as pictures
from masthead.newsroom.stories import rules
from masthead.newsroom.stories.events import StoryMoved, StoryPublished, StoryWithdrawn
from masthead.newsroom.stories.models import InfoPage, StoryPage


def connect() -> None:
    """Listen to Wagtail; once, from the app's `ready`."""
    page_published.connect(_published, sender=StoryPage, dispatch_uid="masthead")
    page_unpublished.connect(_withdrawn, sender=StoryPage, dispatch_uid="masthead")
    page_slug_changed.connect(_moved, dispatch_uid="masthead")
    post_page_move.connect(_moved, dispatch_uid="masthead")
    for kind in (StoryPage, InfoPage):
        post_delete.connect(_deleted, sender=kind, dispatch_uid="masthead")


def _published(*, instance: StoryPage, **_: Any) -> None:
    if instance.live:  # Wagtail sends the same signal for a story that was only scheduled
        announce(StoryPublished(story_id=instance.pk))


def _withdrawn(*, instance: StoryPage, **_: Any) -> None:
    announce(StoryWithdrawn(story_id=instance.pk))


def _moved(*, instance: Any, **_: Any) -> None:
    for story in StoryPage.objects.descendant_of(instance, inclusive=True).only("pk"):
        _refile(story)
        announce(StoryMoved(story_id=story.pk))


def _refile(story: StoryPage) -> None:
    section = rules.section_of(StoryPage.objects.get(pk=story.pk))
    StoryPage.objects.filter(pk=story.pk).update(section=section)


def _deleted(*, instance: StoryPage | InfoPage, **_: Any) -> None:
    pictures.hold(holder=rules.holder(instance))
    if isinstance(instance, StoryPage):
        announce(StoryWithdrawn(story_id=instance.pk))
