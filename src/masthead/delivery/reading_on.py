"""What to read on with below a story: its neighbours in time on the same topics, then in its section."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from masthead.kernel import clock, reads
from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import StoryPage, Topic

MORE = 4
FEW = 500  # stories on the topics: more are looked through in order of time, from the story on


def more_like(story: StoryPage, topics: Sequence[Topic], *, count: int = MORE) -> list[StoryPage]:
    """Return up to `count` public stories to read on with: those that share a topic, then those of the section, each time what came next before what came before.

    What stands there depends on the story's neighbours in time and not on what is newest: a story that appears changes a handful
    of pages, however many there are.
    """
    found: list[StoryPage] = []
    with reads.accounted():
        if topics:
            found = _around(story, _on(topics), [f"stories.topic={topic.pk}" for topic in topics], count, found)
        if len(found) < count and story.section_id:
            found = _around(story, Q(section_id=story.section_id), [f"stories.section={story.section_id}"], count, found)
    return sorted(found, key=lambda other: other.lead_picture_id is None)  # the first is shown with its picture


def _on(topics: Sequence[Topic]) -> Q | Exists:
    """Return what stories on any of `topics` meet, asked so that the database need not read all of them to find the nearest."""
    rows = StoryPage.topics.through.objects.filter(topic__in=topics)
    many = rows[: FEW + 1].count() > FEW
    return Exists(rows.filter(storypage=OuterRef("pk"))) if many else Q(pk__in=rows.values("storypage"))


def _around(story: StoryPage, which: Q | Exists, lists: Sequence[str], count: int, found: list[StoryPage]) -> list[StoryPage]:
    """Return `found`, filled up to `count` with what follows `story` among `which`, the `lists`, nearest first, then with what went before it."""
    here = story.published_at or clock.now()
    seen = {other.pk for other in found}
    wanted = count + len(seen)
    others = StoryPage.objects.filter(which, published_at__isnull=False).exclude(pk=story.pk).order_by().values("pk")
    next_ones = others.filter(published_at__gt=here).order_by("published_at", "pk")[:wanted]
    last_ones = others.filter(published_at__lte=here).order_by("-published_at", "-pk")[:wanted]
    shown = stories.cards(stories.published(), bylines=False)
    near = list(shown.filter(Q(pk__in=next_ones) | Q(pk__in=last_ones)))  # the newest first; in one query
    later = [other for other in reversed(near) if other.published_at and other.published_at > here]
    earlier = [other for other in near if not other.published_at or other.published_at <= here]
    for name in lists:
        reads.note_span(
            name,
            since=earlier[-1].published_at if len(earlier) == wanted else None,
            until=later[-1].published_at if len(later) == wanted else None,
        )
    return [*found, *(other for other in (*later, *earlier) if other.pk not in seen)][:count]
