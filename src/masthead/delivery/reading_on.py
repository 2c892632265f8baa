"""What to read on with below a story: its neighbours in time on the same topics, then in its section."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from masthead.kernel import clock, reads
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import StoryPage, Topic

Near = tuple[int, dt.datetime]  # a story's key, and when it appeared
MORE = 4
FEW = 500  # stories on the topics: more are looked through in order of time, from the story on


def more_like(story: StoryPage, topics: Sequence[Topic], *, count: int = MORE) -> list[StoryPage]:
    """Return up to `count` public stories to read on with: those that share a topic, then those of the section, each time what came next before what came before.

    What stands there depends on the story's neighbours in time and not on what is newest: a story that appears changes a handful
    of pages, however many there are. Only what is shown is read, so that no other story's change makes this page anew.
    """
    found: list[int] = []
    with reads.accounted():
        if topics:
            near = _on_topics(story, topics, count)
            found = _filled(story, near, [f"stories.topic={topic.pk}" for topic in topics], count, found)
        if len(found) < count and story.section_id:
            near = _around(story, Q(section_id=story.section_id), count + len(found))
            found = _filled(story, near, [f"stories.section={story.section_id}"], count, found)
        shown = {other.pk: other for other in stories.cards(stories.published().filter(pk__in=found), bylines=False)} if found else {}
    return sorted((shown[key] for key in found if key in shown), key=lambda other: other.lead_picture_id is None)  # the first is shown with its picture


def _on_topics(story: StoryPage, topics: Sequence[Topic], count: int) -> Sequence[Near]:
    """Return the stories on any of `topics` near `story`: all of them where they are few, asked so that the database need not read all where they are many."""
    rows = StoryPage.topics.through.objects.filter(topic__in=topics)
    few = rows.exclude(storypage=story.pk).filter(storypage__published_at__isnull=False).values_list("storypage", "storypage__published_at")[: FEW + 1]
    known = list(few)
    if len(known) <= FEW:
        return sorted(set(known), key=lambda near: (near[1], near[0]), reverse=True)
    return _around(story, Exists(rows.filter(storypage=OuterRef("pk"))), count)


def _around(story: StoryPage, which: Q | Exists, wanted: int) -> Sequence[Near]:
    """Return the `wanted` stories among `which` that came next after `story`, and the `wanted` that came last before it, the newest first, in one query."""
    here = _hour_of(story)
    others = StoryPage.objects.filter(which, published_at__isnull=False).exclude(pk=story.pk).order_by().values("pk")
    next_ones = others.filter(published_at__gt=here).order_by("published_at", "pk")[:wanted]
    last_ones = others.filter(published_at__lte=here).order_by("-published_at", "-pk")[:wanted]
    rows = StoryPage.objects.filter(Q(pk__in=next_ones) | Q(pk__in=last_ones)).order_by("-published_at", "-pk")
    return [(key, at) for key, at in rows.values_list("pk", "published_at") if at]


def _filled(story: StoryPage, near: Sequence[Near], lists: Sequence[str], count: int, found: Sequence[int]) -> list[int]:
    """Return `found`, filled up to `count` with what follows `story` among `near`, of the `lists`, nearest first, then with what went before it.

    Noted is the stretch from the first to the last of those that are taken; where there are too few, to the end of the list.
    """
    here, new = _hour_of(story), [(key, at) for key, at in near if key not in found]
    added, until = _taken([(key, at) for key, at in reversed(new) if at > here], count - len(found))
    since: dt.datetime | None = here
    if len(found) + len(added) < count:
        before, since = _taken([(key, at) for key, at in new if at <= here], count - len(found) - len(added))
        added += before
    for name in lists:
        reads.note_span(name, since=since, until=until)
    return [*found, *added]


def _hour_of(story: StoryPage) -> dt.datetime:
    return story.published_at or clock.now()


def _taken(near: Sequence[Near], count: int) -> tuple[list[int], dt.datetime | None]:
    """Return the first `count` of `near`, and when the last of them appeared; None where there are no more than that."""
    new = near[:count]
    return [key for key, _at in new], new[-1][1] if len(new) == count else None
