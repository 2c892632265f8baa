"""What stands on the desk's board. Each group is cut short, so that the board costs the same on any day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from wagtail.models import PageLogEntry, TaskState

from masthead.newsroom.desk import rules
from masthead.newsroom.desk.filters import cut, in_review
from masthead.newsroom.desk.views.stories import dress, rows
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.models import Correction, StoryPage

SHOWN = 12  # rows of a group; “all” leads to the list
REFUSED_FOR = dt.timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A story that did not go out at its hour, and why."""

    story: StoryPage
    at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A story under way with what blocks it, each said once."""

    story: Any
    messages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Board:
    """The desk's board for one person."""

    mine: Sequence[Any]
    waiting: Sequence[Any]
    coming: Sequence[Any]
    refused: Sequence[Refusal]
    blocked: Sequence[Blocked]
    corrections: Sequence[Correction]


def board(*, user: Any, now: dt.datetime) -> Board:
    """Return the board as `user` has it at `now`."""
    stories = rows(StoryPage.objects.all())
    under_way = stories.filter(Q(live=False) | Q(has_unpublished_changes=True))
    newest = F("latest_revision_created_at").desc(nulls_last=True)
    coming = list(stories.filter(Q(goes_out_at__isnull=False) | Q(embargoed_until__gt=now, live=False)).order_by(F("goes_out_at").asc(nulls_last=True))[:SHOWN])
    waiting = list(stories.filter(pk__in=in_review()).order_by(newest)[:SHOWN])
    taken = [story.pk for story in (*coming, *waiting)]
    mine = list(cut(under_way, "mine", user=user, now=now).exclude(pk__in=taken).filter(goes_out_at__isnull=True).order_by(newest)[:SHOWN])
    shown = {story.pk: story for story in (*waiting, *coming, *mine)}
    others = under_way.exclude(pk__in=shown).order_by(newest)[:SHOWN] if user.has_perm("desk.add_acceptance") else []
    dressed = dress([*shown.values(), *others], now=now)
    _for_review(waiting, user)
    blocked = [_blocked(story) for story in dressed if story.blocks]
    return Board(mine=mine, waiting=waiting, coming=coming, refused=_refused(now), blocked=blocked[:SHOWN], corrections=_corrections(now))


def _blocked(story: Any) -> Blocked:
    return Blocked(story=story, messages=tuple(dict.fromkeys(finding.message for finding in story.findings if finding.severity is Severity.BLOCK)))


def _for_review(stories: Sequence[Any], user: Any) -> None:
    """Mark those of `stories` that `user` may review, with the task and since when it waits."""
    mine = {str(task.revision.object_id): task for task in TaskState.objects.reviewable_by(user).select_related("revision").order_by("started_at")}
    for story in stories:
        task = mine.get(str(story.pk))
        story.task = task
        story.review = next(iter(story._current_workflow_states), None)  # noqa: SLF001 - the name that Wagtail's own prefetch gives it


def _refused(now: dt.datetime) -> list[Refusal]:
    last = PageLogEntry.objects.filter(page_id=OuterRef("pk"), action="masthead.publish.refused", timestamp__gte=now - REFUSED_FOR).order_by("-timestamp")
    changed = PageLogEntry.objects.filter(page_id=OuterRef("pk"), action__in=["wagtail.publish", "wagtail.publish.schedule"]).order_by("-timestamp")
    stories: Any = StoryPage.objects.annotate(
        refused_at=Subquery(last.values("timestamp")[:1]), refused_data=Subquery(last.values("data")[:1]), settled_at=Subquery(changed.values("timestamp")[:1])
    ).filter(refused_at__isnull=False)
    unsettled = stories.filter(Q(settled_at__isnull=True) | Q(settled_at__lt=F("refused_at"))).defer("body").order_by("-refused_at")[:SHOWN]
    return [
        Refusal(story=story, at=rules.hour(story.refused_at, settings.ENV.zone, now=now), reason=(story.refused_data or {}).get("reason", ""))
        for story in unsettled
    ]


def _corrections(now: dt.datetime) -> list[Correction]:
    zone = settings.ENV.zone
    midnight = dt.datetime.combine(now.astimezone(zone).date(), dt.time(), tzinfo=zone)
    return list(Correction.objects.filter(Q(published_at__gte=midnight) | Q(withdrawn_at__gte=midnight)).select_related("story", "author")[:SHOWN])
