"""Wagtail's index on PostgreSQL: a row for each page, with the words of its title and of its text as vectors, each under a GIN index."""

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, Q, QuerySet
from wagtail.search.models import IndexEntry

from masthead.newsroom.stories.models import StoryPage


class OnPostgresql:
    """The index, asked for the stories that hold every one of `words`.

    Wagtail asks for all words in title and text put together, which no index of its holds: it reads every page. Asked for one word after the other, in
    the one or the other, PostgreSQL uses both. Words that its dictionary passes over ("the") are passed over here.
    """

    def __init__(self, words: Sequence[str]) -> None:
        kind = ContentType.objects.get_for_model(StoryPage).pk
        told = _told(words)
        found: QuerySet[IndexEntry] = IndexEntry.objects.filter(content_type=kind) if told else IndexEntry.objects.none()
        for word in told:
            query = SearchQuery(word)
            found = found.filter(Q(title=query) | Q(body=query))
        self._found, self._query = found, SearchQuery(" ".join(told))

    def count(self, most: int) -> int:
        """Return how many entries match, but no more than `most`."""
        return int(self._found[:most].count())

    def stories(self, most: int) -> list[tuple[int, int]]:
        """Return up to `most` of the entries of stories that match, each with the key of its story."""
        return [(entry, int(story)) for entry, story in self._found.values_list("pk", "object_id")[:most]]

    def among(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that match."""
        return set(self._found.filter(pk__in=entries).values_list("pk", flat=True))

    def scores(self, entries: Sequence[int]) -> dict[int, float]:
        """Return how well each of `entries` matches, the title by its length and the text: the less, the better."""
        rank = SearchRank(F("title"), self._query) * F("title_norm") + SearchRank(F("body"), self._query)
        return {entry: -score for entry, score in IndexEntry.objects.filter(pk__in=entries).values_list("pk", rank)}

    def headlined(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that hold all the words in the headline."""
        return set(IndexEntry.objects.filter(pk__in=entries, title=self._query).values_list("pk", flat=True))


def _told(words: Sequence[str]) -> list[str]:
    """Return those of `words` that PostgreSQL's dictionary keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM unnest(%s::text[]) WITH ORDINALITY AS t(word, number) WHERE numnode(plainto_tsquery(word)) > 0 ORDER BY number", [list(words)]
        )
        return [word for (word,) in cursor.fetchall()]
