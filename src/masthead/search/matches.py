"""The public stories that hold certain words, asked of the index that Wagtail keeps in the database, at a cost that does not grow with the archive.

Wagtail's own search ranks every match, and on SQLite asks the index anew for each: seconds for a word that thousands of stories hold. Here the index is
asked whether more than LISTED stories match. Where they do, the newest LISTED of them are found by going through the stories in order of time. How often
a word stands in a text says little where very many hold it, and finding out costs as much as there are stories: these are told apart by their headlines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from masthead.newsroom.stories.models import StoryPage

LISTED = 1000  # stories: of more than that the newest are listed
SORTED = 5000  # stories: so many are read and put in order of time where the first that were gone through did not bring enough
AT_FIRST = 1500  # stories gone through for the newest matches; twice as many each time that did not bring enough


class Index(Protocol):
    """One database's index, asked for certain words. Its entries have keys of their own, which are not the stories'."""

    def count(self, most: int) -> int:
        """Return how many entries match, of stories and of whatever else, but no more than `most`."""

    def stories(self, most: int) -> list[tuple[int, int]]:
        """Return up to `most` of the entries of stories that match, in any order, each with the key of its story, public or not."""

    def among(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that match."""

    def scores(self, entries: Sequence[int]) -> dict[int, float]:
        """Return how well each of `entries`, all of which match, does: the less, the better."""

    def headlined(self, entries: Sequence[int]) -> set[int]:
        """Return those of `entries` that hold all the words in the headline."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The keys of stories, best first, and whether more match than are listed: then these are the newest."""

    keys: tuple[int, ...]
    goes_on: bool = False


def best_of(index: Index) -> Matches:
    """Return the public stories that match, best first, the newer first where two do equally well; of very many those with the words in the headline first."""
    newest = _newest(index)
    goes_on, newest = len(newest) > LISTED, newest[:LISTED]
    entries = [entry for _story, entry in newest]
    if goes_on:
        headlined = index.headlined(entries)
        ranked = sorted(newest, key=lambda pair: pair[1] not in headlined)
    else:
        scores = index.scores(entries)
        ranked = sorted((pair for pair in newest if pair[1] in scores), key=lambda pair: scores[pair[1]])
    return Matches(tuple(story for story, _entry in ranked), goes_on)


def _newest(index: Index) -> list[tuple[int, int]]:
    """Return the newest public stories that match, newest first, each with its entry: all of them where they are no more than LISTED."""
    if index.count(LISTED + 1) <= LISTED:
        return _public(index.stories(LISTED))
    newest: list[tuple[int, int]] = []
    for number, looked_through in enumerate(_leaves()):
        matching = index.among([entry for _story, entry in looked_through])
        newest += [pair for pair in looked_through if pair[1] in matching]
        if len(newest) > LISTED:
            break
        # Not very common: among a hundred thousand stories a few thousand are found sooner by themselves than by going through all.
        if number == 1 and len(found := index.stories(SORTED + 1)) <= SORTED:
            return _public(found)
    return newest


def _public(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those stories of what was found that are public, newest first, each with its entry."""
    entries = {story: entry for entry, story in found}
    # Put in order here: SQLite would go through all stories in order of time to find these few.
    public = StoryPage.objects.filter(pk__in=entries, published_at__isnull=False).order_by().values_list("published_at", "pk")
    return [(story, entries[story]) for _at, story in sorted(public, reverse=True)]


def _leaves() -> Iterator[list[tuple[int, int]]]:
    """Yield the public stories with their entries, newest first, more of them each time."""
    stories = StoryPage.objects.filter(published_at__isnull=False).order_by("-published_at", "-pk").values_list("published_at", "pk", "index_entries__pk")
    rows, length, seen = list(stories[:AT_FIRST]), AT_FIRST, set[int]()
    while rows:
        yield [(story, entry) for _at, story, entry in rows if entry is not None]
        last, length = rows[-1][0], 2 * length
        seen = {story for at, story, _entry in rows if at == last} | (seen if rows[0][0] == last else set())
        # From the hour of the last one on: skipped by number the database would read all before it again.
        rows = [row for row in stories.filter(published_at__lte=last)[: length + len(seen)] if row[1] not in seen]
