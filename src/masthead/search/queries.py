"""Finding public stories by words."""

import re

from django.core.paginator import Page, Paginator
from wagtail.search.backends import get_search_backend

from masthead.newsroom.stories import queries as stories
from masthead.newsroom.stories.models import StoryPage

LEAF_LENGTH = 20
LONGEST = 200  # characters; more words than that find nothing and cost time
MOST_WORDS = 12


def words_of(typed: str) -> str:
    """Return what a reader typed as plain words: no operators, no control characters, at most MOST_WORDS of them."""
    return " ".join(re.findall(r"\w[\w'’-]*", typed[:LONGEST])[:MOST_WORDS])


def find(typed: str, *, number: str) -> Page[StoryPage] | None:
    """Return one leaf of the public stories that hold every word of `typed`, best first; None where it holds no word.

    `number` is the leaf's, as typed: the first is shown where it is no number, the last where it is beyond it.
    """
    words = words_of(typed)
    if not words:
        return None
    found = get_search_backend().search(words, stories.cards(stories.published().order_by("pk")), operator="and")
    leaf: Page[StoryPage] = Paginator(found, LEAF_LENGTH).get_page(number)
    return leaf
