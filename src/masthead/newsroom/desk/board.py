"""What stands on the desk's board. Each group is cut short, so that the board costs the same on any day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.models import Page, PageLogEntry, TaskState

from masthead.newsroom.desk import rules
from masthead.newsroom.desk.filters import LONG_AGO, in_review, waiting_for_their_hour
from masthead.newsroom.desk.turns import UNDER_WAY, WALKED, in_order
from masthead.newsroom.desk.views.leaves import EDITED_LAST
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
    """Return the board as `user` has it at `now`. Each group's keys are found first, then what a row shows of all of them at once."""
    hours = waiting_for_their_hour()
    coming = _coming(hours, now)
    waiting = _keys(Page.objects.filter(pk__in=in_review()))
    mine = _keys(Page.objects.filter(UNDER_WAY, Q(owner=user) | Q(latest_revision__user=user)).exclude(pk__in=[*coming, *waiting, *hours]))
    shown = [*waiting, *coming, *mine]
    others = _keys(Page.objects.filter(UNDER_WAY).exclude(pk__in=shown)) if user.has_perm("desk.add_acceptance") else []
    stories = in_order(list(dict.fromkeys([*shown, *others])), rows(StoryPage.objects.all()))
    by_key = {story.pk: story for story in dress(stories, now=now)}
    groups = {name: [by_key[key] for key in keys if key in by_key] for name, keys in (("mine", mine), ("waiting", waiting), ("coming", coming))}
    _for_review(groups["waiting"], user)
    blocked = [_blocked(story) for story in stories if story.blocks]
    return Board(**groups, refused=_refused(now), blocked=blocked[:SHOWN], corrections=_corrections(now))


def _coming(hours: Mapping[int, dt.datetime], now: dt.datetime) -> list[int]:
    """Return the stories that wait for one of `hours` or are under embargo, by their hour."""
    embargoed = StoryPage.objects.filter(embargoed_until__gt=now).values_list("pk", flat=True)
    found = StoryPage.objects.filter(Q(pk__in=list(hours)) | Q(pk__in=list(embargoed), live=False)).values_list("pk", flat=True)
    return sorted(found, key=lambda key: (key not in hours, hours.get(key, now), key))[:SHOWN]


def _keys(pages: QuerySet[Page]) -> list[int]:
    """Return the newest stories among `pages`, walked along the index of those that are under way."""
    stories = pages.filter(Exists(StoryPage.objects.filter(pk=OuterRef("pk"))))
    return list(stories.order_by(*WALKED[EDITED_LAST]).values_list("pk", flat=True)[:SHOWN])


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
    since = PageLogEntry.objects.filter(timestamp__gte=now - REFUSED_FOR).order_by("timestamp")
    refused = {entry.page_id: entry for entry in since.filter(action="masthead.publish.refused")}  # the last of each story
    history = since.filter(page_id__in=list(refused)).values_list("page_id", "action", "timestamp")
    settled = {page: at for page, action, at in history if action in {"wagtail.publish", "wagtail.publish.schedule"}}
    stories = StoryPage.objects.defer("body").in_bulk(list(refused))
    unsettled = [entry for page, entry in refused.items() if page in stories and entry.timestamp > settled.get(page, LONG_AGO)]
    return [
        Refusal(story=stories[entry.page_id], at=rules.hour(entry.timestamp, settings.ENV.zone, now=now), reason=entry.data.get("reason", ""))
        for entry in sorted(unsettled, key=lambda entry: entry.timestamp, reverse=True)[:SHOWN]
    ]


def _corrections(now: dt.datetime) -> list[Correction]:
    zone = settings.ENV.zone
    midnight = dt.datetime.combine(now.astimezone(zone).date(), dt.time(), tzinfo=zone)
    return list(Correction.objects.filter(Q(published_at__gte=midnight) | Q(withdrawn_at__gte=midnight)).select_related("story", "author")[:SHOWN])
