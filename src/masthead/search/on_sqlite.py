"""Wagtail's index on SQLite: a full-text table (sqlite.org/fts5.html) whose row numbers are the keys of its entries."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from masthead.newsroom.stories.models import StoryPage

HEADLINE = 4.0  # times as much as in the text a word counts in the headline
ENTRIES, WORDS = "wagtailsearch_indexentry", "wagtailsearch_indexentry_fts"
# The order of the columns is autocomplete, body, title; the first is not searched.
SCORE = f"bm25({WORDS}, 0.0, 1.0, {HEADLINE})"


class OnSqlite:
    """The index, asked for the stories that hold every one of `words`."""

    def __init__(self, words: Sequence[str]) -> None:
        every = " AND ".join(f'"{word}"' for word in words)  # plain words, in which no quotation mark stands
        self._asked, self._headline = f"{{title body}} : ({every})", f"{{title}} : ({every})"

    def count(self, most: int) -> int:
        """Return how many entries match, but no more than `most`."""
        return len(self._rows(f"SELECT rowid FROM {WORDS} WHERE {WORDS} MATCH %s LIMIT %s", [self._asked, most]))  # noqa: S608 - our own names

    def stories(self, most: int) -> list[tuple[int, int]]:
        """Return up to `most` of the entries of stories that match, each with the key of its story."""
        kind = ContentType.objects.get_for_model(StoryPage).pk
        rows = self._rows(
            f"SELECT e.id, e.object_id FROM {WORDS} CROSS JOIN {ENTRIES} e ON e.id = {WORDS}.rowid "  # noqa: S608 - our own names
            f"WHERE {WORDS} MATCH %s AND e.content_type_id = %s LIMIT %s",
            [self._asked, kind, most],
        )
        return [(entry, int(story)) for entry, story in rows]

    def among(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that match."""
        return {entry for (entry,) in self._of(f"{WORDS}.rowid", entries, self._asked)}

    def scores(self, entries: Sequence[int]) -> dict[int, float]:
        """Return how well each of `entries` matches, by Okapi BM25 as FTS5 counts it: the less, the better."""
        return dict(self._of(f"{WORDS}.rowid, {SCORE}", entries, self._asked))

    def headlined(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that hold all the words in the headline."""
        return {entry for (entry,) in self._of(f"{WORDS}.rowid", entries, self._headline)}

    def _of(self, columns: str, entries: Sequence[int], asked: str) -> list[tuple[Any, ...]]:
        """Read `columns` of those of `entries` that match, in one walk of the index: asked for single rows it would begin anew for each."""
        if not entries:
            return []
        return self._rows(
            f"SELECT {columns} FROM {WORDS} WHERE {WORDS} MATCH %s AND rowid BETWEEN %s AND %s "  # noqa: S608 - our own names
            "AND +rowid IN (SELECT value FROM json_each(%s))",
            [asked, min(entries), max(entries), json.dumps(list(entries))],
        )

    def _rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
