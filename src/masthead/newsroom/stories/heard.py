"""Who is heard in public stories, and what each party said and relayed there: lists that cost what a leaf shows, however long the archive is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from masthead.kernel import reads
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import cards
from masthead.newsroom.stories.listing import LongList
from masthead.newsroom.stories.models import Hop, Statement, StoryPage

MOST_TIMES = 100  # how often a party is heard is counted no further
# A party's public statements, and those that it relayed, each once.
SAID = "SELECT s.id FROM stories_statement s JOIN wagtailcore_page y ON y.id = s.story_id WHERE s.speaker_id = %s AND y.live LIMIT %s"
RELAYED = (
    "SELECT DISTINCT h.statement_id FROM stories_hop h JOIN stories_statement s ON s.id = h.statement_id JOIN wagtailcore_page y ON y.id = s.story_id "
    "WHERE h.outlet_id = %s AND y.live LIMIT %s"
)
PLACE = ("story__published_at", "story_id", "sort_order", "pk")
AT_ONCE = 100  # counts in one query: SQLite takes 500 parts of a compound, and in older versions 999 values


@dataclass(frozen=True, slots=True)
class Times:
    """How often a party is heard: counted to MOST_TIMES + 1, which stands for more."""

    said: int = 0
    relayed: int = 0


class Heard(LongList[Party]):
    """Every party that readers may know of: who said or relayed something in a public story, by name."""

    most = 300  # each is looked for in the stories, which costs more than counting stories does

    def __init__(self) -> None:
        reads.note("heard")
        self._found: QuerySet[Party] = Party.objects.filter(is_heard(), merged_into=None)

    def read(self, asked: slice) -> list[Party]:
        """Return the parties of a slice, with what they belong to."""
        # All are merged into none: naming it in the order lets both databases read along the index, without a sort.
        return list(self._found.prefetch_related("affiliations").order_by("merged_into_id", "name", "pk")[asked])

    def counted_to(self, most: int | None) -> int:
        """Return how many there are, but no more than `most` where it is given."""
        return int(self._found.order_by()[:most].count())


class HeardOf(LongList[Statement]):
    """The public statements that a party said or relayed, the newest story's first, each once.

    They are put in order here: asked to, SQLite would rather go through all stories in order of time than look up the few that are wanted.
    """

    def __init__(self, party: Party) -> None:
        reads.note(f"said.party={party.pk}")
        self._said = Statement.objects.filter(speaker=party, story__live=True).order_by()
        self._relayed = Statement.objects.filter(hops__outlet=party, story__live=True).exclude(speaker=party).order_by().distinct()
        self._any = Q(speaker=party) | Q(Exists(Hop.objects.filter(outlet=party, statement=OuterRef("pk"))))

    def read(self, asked: slice) -> list[Statement]:
        """Return the statements of a slice, with all that a card needs."""
        rows = self._in_turn(asked.stop) if self.is_long else self._first
        keys = [row[-1] for row in sorted(rows, key=_place)[asked]]
        found = {statement.pk: statement for statement in cards.public().filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]

    def counted_to(self, most: int | None) -> int:
        """Return how many there are, but no more than `most` where it is given."""
        return len(self._first[:most]) if most is not None and most <= self.most + 1 else int(self._said.count()) + int(self._relayed.count())

    @cached_property
    def _first(self) -> list[Any]:
        """One more than are counted, or all."""
        said = list(self._said.values_list(*PLACE)[: self.most + 1])
        left = self.most + 1 - len(said)
        return [*said, *(self._relayed.values_list(*PLACE)[:left] if left else ())]

    def _in_turn(self, most: int) -> list[Any]:
        """Return the first `most`, and more: each of these stories holds one at least."""
        held = Exists(Statement.objects.filter(self._any, story=OuterRef("pk")))
        stories = StoryPage.objects.filter(held, published_at__isnull=False).order_by("-published_at", "-pk").values_list("pk", flat=True)[:most]
        return list(Statement.objects.filter(self._any, story__in=list(stories)).order_by().values_list(*PLACE))


def _place(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return what puts a row of PLACE in order: the newest story's first, in a story as they stand there."""
    published_at, story, number, key = row
    return (-published_at.timestamp(), -story, number or 0, key)


def is_heard() -> Q:
    """Return the condition that a party said or relayed something in a public story.

    Asked for one row each and not with EXISTS, of which PostgreSQL makes a table of all statements before it looks at the first party.
    """
    said = Statement.objects.filter(speaker=OuterRef("pk"), story__live=True)
    relayed = Hop.objects.filter(outlet=OuterRef("pk"), statement__story__live=True)
    return Q(*(IsNull(Subquery(rows.order_by().values("pk")[:1]), False) for rows in (said, relayed)), _connector=Q.OR)  # noqa: FBT003 - Django's own signature


def times(parties: Collection[int]) -> dict[int, Times]:
    """Return for each of `parties` how often it is heard in public stories."""
    said, relayed = _counts(SAID, list(parties)), _counts(RELAYED, list(parties))
    return {party: Times(said[party], relayed[party]) for party in parties}


def _counts(asked: str, parties: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    one = f"SELECT %s, count(*) FROM ({asked}) AS found"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        for first in range(0, len(parties), AT_ONCE):
            some = parties[first : first + AT_ONCE]
            cursor.execute(" UNION ALL ".join([one] * len(some)), [value for party in some for value in (party, party, MOST_TIMES + 1)])
            found.update(cursor.fetchall())
    return found
