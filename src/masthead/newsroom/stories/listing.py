"""Long lists, of public stories above all, read a leaf at a time: what a leaf costs does not grow with the archive.

Which stories a leaf holds is told by the story's own row and its indexes, which begin with the hour; the page tree is asked for the twenty alone.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from masthead.kernel import reads
from masthead.newsroom.stories.models import Author, Byline, SectionPage, StoryPage, Topic
from masthead.newsroom.stories.queries import cards, published

Row = TypeVar("Row")
LEAF_LENGTH = 20
Dress = Callable[[QuerySet[StoryPage]], QuerySet[StoryPage]]
LONGEST_NUMBER = 9  # digits: Python reads no number of thousands of them
COUNTED = 1000  # stories: a list is counted no further, unless somebody asks for a leaf beyond


class LongList(Generic[Row]):
    """Rows in order, many perhaps: iterable, sliceable and countable, counted no further than need be. Who makes one says how to read and to count."""

    ordered = True  # for Django's paginator

    def read(self, asked: slice) -> list[Row]:
        """Return the rows of a slice."""
        raise NotImplementedError

    def counted_to(self, most: int | None) -> int:
        """Return how many rows there are, but no more than `most` where it is given."""
        raise NotImplementedError

    @property
    def most(self) -> int:
        """How far the list is counted unless somebody asks for a leaf beyond."""
        return COUNTED

    def __iter__(self) -> Iterator[Row]:
        return iter(self[:])

    @overload
    def __getitem__(self, asked: int) -> Row: ...
    @overload
    def __getitem__(self, asked: slice) -> list[Row]: ...
    def __getitem__(self, asked: int | slice) -> Row | list[Row]:
        return self.read(asked) if isinstance(asked, slice) else self.read(slice(asked, asked + 1))[0]

    @cached_property
    def counted(self) -> int:
        """How many there are, but no more than `most` and one."""
        return self.counted_to(self.most + 1)

    @property
    def is_long(self) -> bool:
        """Whether there are more than `most`."""
        return self.counted > self.most

    def count(self) -> int:
        """Return how many there are."""
        return self.counted_to(None) if self.is_long else self.counted


class Listed(LongList[StoryPage]):
    """The public stories that meet a condition, newest first.

    Where the condition is about what hangs from stories, `in_turn` asks the same of one story after the other in order of time: that is quick where
    many meet it, as finding them by what hangs from them is where few do. `dress` says what is read of each.
    """

    def __init__(self, condition: Q, in_turn: Exists | None = None, *, dress: Dress = cards) -> None:
        self._dress = dress
        found: Any = StoryPage.objects.filter(condition, published_at__isnull=False).order_by().values("pk")
        self._found, self._in_turn = (found if in_turn is None else found.distinct()), in_turn

    def read(self, asked: slice) -> list[StoryPage]:
        """Return the stories of a slice."""
        keys = self._found
        if self._in_turn is not None:
            keys = StoryPage.objects.filter(self._in_turn if self.is_long else Q(pk__in=self._found), published_at__isnull=False).values("pk")
        return list(self._dress(published().filter(pk__in=keys.order_by("-published_at", "-pk")[asked])))

    def counted_to(self, most: int | None) -> int:
        """Return how many stories there are, but no more than `most` where it is given."""
        return int(self._found[:most].count())


class Leaves(Paginator[Row]):
    """The leaves of a list. How many there are is known only where the list is not long, or a leaf beyond what is counted was asked for (`goes_on`)."""

    object_list: LongList[Row]  # type: ignore[assignment]  # all that a paginator asks of it

    def __init__(self, listed: LongList[Row], length: int = LEAF_LENGTH) -> None:
        super().__init__(listed, length)  # type: ignore[arg-type]  # as above
        self._is_counted = False

    @property
    def goes_on(self) -> bool:
        """Whether there are more leaves than were counted."""
        return not self._is_counted and self.object_list.is_long

    @cached_property
    def count(self) -> int:
        """How many rows the leaves hold: all of them, or as many as are counted."""
        return self.object_list.count() if not self.goes_on else self.object_list.counted

    def get_page(self, number: float | str | None) -> Page[Row]:
        """Return one leaf; the last one where `number` is beyond it, the first where it is no number."""
        digits = str(number)
        self._is_counted = digits.isdecimal() and (len(digits) > LONGEST_NUMBER or int(digits) * self.per_page > self.object_list.most)
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
