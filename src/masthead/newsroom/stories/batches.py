"""Public pages, and those who are heard, by their keys, a thousand to a batch: what is published changes its own batch and no other.

The sitemap has a file for each. Keys do not change and are not given twice, so a page stays in its batch, and new pages make the last one longer.
"""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import QuerySet
from wagtail.models import Page

from masthead.kernel import reads
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories.heard import is_heard

LENGTH = 1000  # keys
AT_ONCE = 200  # batches in one query: SQLite takes 500 parts of a compound
PAGES = "SELECT %s WHERE EXISTS (SELECT 1 FROM wagtailcore_page WHERE id BETWEEN %s AND %s AND live AND depth >= 2)"
# As `heard.is_heard` asks.
HEARD = """
SELECT %s WHERE EXISTS (
  SELECT 1 FROM sources_party p WHERE p.id BETWEEN %s AND %s AND p.merged_into_id IS NULL AND (
    (SELECT 1 FROM stories_statement s JOIN wagtailcore_page y ON y.id = s.story_id WHERE s.speaker_id = p.id AND y.live LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM stories_hop h JOIN stories_statement s ON s.id = h.statement_id JOIN wagtailcore_page y ON y.id = s.story_id
        WHERE h.outlet_id = p.id AND y.live LIMIT 1) IS NOT NULL))
"""


def batch_of(key: int | str) -> int:
    """Return the number of the batch that a page or a party with that key is in, from 1."""
    return (int(key) - 1) // LENGTH + 1


def with_pages() -> list[int]:
    """Return the numbers of the batches that hold a public page, in order; one look at each."""
    reads.note("pages")
    with reads.accounted():
        return _holding(PAGES, Page.objects.order_by("-pk").values_list("pk", flat=True).first())


def with_heard() -> list[int]:
    """Return the numbers of the batches that hold a party that is heard in a public story, in order; one look at each."""
    reads.note("heard")
    with reads.accounted():
        return _holding(HEARD, Party.objects.order_by("-pk").values_list("pk", flat=True).first())


def _holding(asked: str, last: int | None) -> list[int]:
    numbers = range(1, batch_of(last or 0) + 1)
    return [number for first in numbers[::AT_ONCE] for number in _among(asked, range(first, min(first + AT_ONCE, numbers.stop)))]


def _among(asked: str, numbers: Sequence[int]) -> Iterator[int]:
    values = [value for number in numbers for value in (number, *_bounds(number))]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([asked] * len(numbers)), values)
        yield from sorted(number for (number,) in cursor.fetchall())


def _bounds(number: int) -> tuple[int, int]:
    """Return the first and the last key of a batch."""
    return (number - 1) * LENGTH + 1, number * LENGTH


def pages_of(number: int) -> QuerySet[Page]:
    """Return the public pages of a batch, the front page among them, in the order of their keys."""
    reads.note(f"pages.batch={number}")
    found: QuerySet[Page] = Page.objects.live().public().filter(depth__gte=2, pk__range=_bounds(number))
    return found.order_by("pk")


def heard_of(number: int) -> QuerySet[Party]:
    """Return the parties of a batch that are heard in public stories, in the order of their keys."""
    reads.note(f"heard.batch={number}")
    found: QuerySet[Party] = Party.objects.filter(is_heard(), merged_into=None, pk__range=_bounds(number))
    return found.order_by("pk")
