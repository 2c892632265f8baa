"""Long lists of public stories, newest first, read a leaf at a time: what a leaf costs does not grow with the archive.

Which stories a leaf holds is told by the story's own row and its indexes, which begin with the hour; the page tree is asked for the twenty alone.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, overload

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from masthead.kernel import reads
from masthead.newsroom.stories.models import Author, Byline, SectionPage, StoryPage, Topic
from masthead.newsroom.stories.queries import cards, published

LEAF_LENGTH = 20
Dress = Callable[[QuerySet[StoryPage]], QuerySet[StoryPage]]
COUNTED = 1000  # stories: a list is counted no further, unless somebody asks for a leaf beyond


class Listed:
    """The public stories that meet a condition, newest first: iterable, sliceable and countable.

    Where the condition is about what hangs from stories, `in_turn` asks the same of one story after the other in order of time: that is quick where
    many meet it, as finding them by what hangs from them is where few do. `dress` says what is read of each.
    """

    ordered = True  # for Django's paginator

    def __init__(self, condition: Q, in_turn: Exists | None = None, *, dress: Dress = cards) -> None:
        self._dress = dress
        found: Any = StoryPage.objects.filter(condition, published_at__isnull=False).order_by().values("pk")
        self._found, self._in_turn = (found if in_turn is None else found.distinct()), in_turn

    def __iter__(self) -> Iterator[StoryPage]:
        return iter(self[:])

    @overload
    def __getitem__(self, asked: int) -> StoryPage: ...
    @overload
    def __getitem__(self, asked: slice) -> list[StoryPage]: ...
    def __getitem__(self, asked: int | slice) -> StoryPage | list[StoryPage]:
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        keys = self._found
        if self._in_turn is not None:
            keys = StoryPage.objects.filter(self._in_turn if self.is_long else Q(pk__in=self._found), published_at__isnull=False).values("pk")
        return list(self._dress(published().filter(pk__in=keys.order_by("-published_at", "-pk")[asked])))

    @cached_property
    def counted(self) -> int:
        """How many there are, but no more than COUNTED + 1."""
        return int(self._found[: COUNTED + 1].count())

    @property
    def is_long(self) -> bool:
        """Whether there are more than COUNTED."""
        return self.counted > COUNTED

    def count(self) -> int:
        """Return how many there are."""
        return int(self._found.count()) if self.is_long else self.counted


class Leaves(Paginator[StoryPage]):
    """The leaves of a list. How many there are is known only where the list is not long, or a leaf beyond COUNTED was asked for (`goes_on`)."""

    object_list: Listed  # type: ignore[assignment]  # all that a paginator asks of it

    def __init__(self, listed: Listed, length: int = LEAF_LENGTH) -> None:
        super().__init__(listed, length)  # type: ignore[arg-type]  # as above
        self._is_counted = False

    @property
    def goes_on(self) -> bool:
        """Whether there are more leaves than were counted."""
        return not self._is_counted and self.object_list.is_long

    @cached_property
    def count(self) -> int:
        """How many stories the leaves hold: all of them, or as many as are counted."""
        return self.object_list.count() if not self.goes_on else self.object_list.counted

    def get_page(self, number: float | str | None) -> Page[StoryPage]:
        """Return one leaf; the last one where `number` is beyond it, the first where it is no number."""
        self._is_counted = str(number).isdecimal() and int(str(number)) * self.per_page > COUNTED
        return super().get_page(number)


def of_section(section: SectionPage) -> Listed:
    """Return the public stories of `section`."""
    reads.note_span(f"stories.section={section.pk}")
    return Listed(Q(section=section))


def of_topic(topic: Topic) -> Listed:
    """Return the public stories on `topic`."""
    reads.note_span(f"stories.topic={topic.pk}")
    return Listed(Q(topics=topic), Exists(StoryPage.topics.through.objects.filter(topic=topic, storypage=OuterRef("pk"))))


def of_author(author: Author) -> Listed:
    """Return the public stories that carry `author`'s byline, each once."""
    reads.note(f"stories.author={author.pk}")
    return Listed(Q(bylines__author=author), Exists(Byline.objects.filter(author=author, story=OuterRef("pk"))))
