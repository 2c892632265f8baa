"""Finding public stories by words."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.module_loading import import_string
from wagtail.search.backends import get_search_backend

from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import StoryPage
from masthead.search import matches

LEAF_LENGTH = 20
LONGEST = 200  # characters; more words than that find nothing and cost time
MOST_WORDS = 12
# Wagtail's backends whose index we ask ourselves (`matches`): one for each database, read where it is used, for PostgreSQL's needs its driver.
INDEXES = {"SQLiteSearchBackend": "masthead.search.on_sqlite.OnSqlite", "PostgresSearchBackend": "masthead.search.on_postgresql.OnPostgresql"}


class Leaves(Paginator[StoryPage]):
    """The leaves of what was found. `newest` is how many of the newest stories they hold where more were found, None where they hold all."""

    def __init__(self, found: Any, *, newest: int | None = None) -> None:
        super().__init__(found, LEAF_LENGTH)
        self.newest = newest


def words_of(typed: str) -> str:
    """Return what a reader typed as plain words: no operators, no control characters, at most MOST_WORDS of them."""
    return " ".join(re.findall(r"\w[\w'’-]*", typed[:LONGEST])[:MOST_WORDS])


def find(typed: str, *, number: str) -> Page[StoryPage] | None:
    """Return one leaf of the public stories that hold every word of `typed`, best first; None where it holds no word.

    `number` is the leaf's, as typed: the first is shown where it is no number, the last where it is beyond it. Of what a database's own
    index finds the leaves hold the newest LISTED stories; a search server (`search_url`) lists all of them.
    """
    words = words_of(typed)
    if not words:
        return None
    backend = get_search_backend()
    kind = INDEXES.get(type(backend).__name__)
    if kind is None:
        everything = backend.search(words, stories.cards(stories.published().order_by("pk")), operator="and")
        return Leaves(everything).get_page(number)
    found = matches.best_of(import_string(kind)(words.split()))
    leaf: Page[StoryPage] = Leaves(found.keys, newest=matches.LISTED if found.goes_on else None).get_page(number)
    leaf.object_list = _cards(leaf.object_list)  # type: ignore[arg-type]  # keys until now
    return leaf


def _cards(keys: Sequence[int]) -> list[StoryPage]:
    """Return the stories of `keys` in their order."""
    found = {story.pk: story for story in stories.cards(stories.published().filter(pk__in=keys).order_by())}
    return [found[key] for key in keys if key in found]
