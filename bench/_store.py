"""The page store of a large newsroom, filled in minutes: what is newest is rendered, and older stories get copies of pages that were.

Rendering 100,000 stories takes most of an hour, and of old ones one is like the other. So each of the demo's stories is rendered once as a copy from the middle of the
archive, and every other copy older than the NEWEST stories gets that page under its own address, with what it was made of moved to its own place: its
own rows, its own neighbours, its own stretches of each list. Parties and days likewise. The store's tables and those of what pages are made of are then
as large as those of a newsroom that rendered all of it. Lists, sections, feeds and all else are rendered.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.urls import reverse
from django.utils.encoding import iri_to_uri

from masthead.delivery.filling import rendering
from masthead.delivery.filling.renderer import Renderer
from masthead.delivery.pagestore import tables
from masthead.delivery.pagestore.coding import Effort, Variant, compile_page
from masthead.delivery.pagestore.page import Page
from masthead.delivery.queries import path_of
from masthead.kernel.reads import Reads, place_of
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import calendar
from masthead.newsroom.stories.models import StoryPage

NO_HOUR = dt.datetime.fromtimestamp(0, dt.UTC)
NEWEST = 200  # stories that are rendered
AT_ONCE = 2000
COPY_OF = re.compile(r"^(.*?)-\d+$")
OWN = ("stories_statement", "stories_hop", "stories_byline", "stories_correction")  # rows that no two stories share
SHIFTED = re.compile(r"^((?:wagtailcore_page|stories_storypage):|\w+\.(?:story_id|storypage_id)=)(\d+)$")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A page that was rendered with what it is made of, its forms, and whose it is: the story's key and hour."""

    page: Page
    reads: Reads
    forms: tuple[Variant, ...]
    key: int = 0
    at: dt.datetime = NO_HOUR


@dataclass(frozen=True, slots=True)
class Copy:
    """A page to store under `path`, made of `reads`."""

    pattern: Pattern
    path: str
    reads: Reads


def fill(renderer: Renderer) -> int:
    """Bring the store to all that is public and return how many addresses there are; copies first, then what has to be rendered."""
    count = renderer.begin()
    copies = _copies()
    while some := list(islice(copies, AT_ONCE)):
        _store(renderer, some)
    renderer.finish()
    return count


def _copies() -> Iterator[Copy]:
    rows = (
        StoryPage.objects.filter(live=True, published_at__isnull=False).order_by("-published_at", "-pk").values_list("pk", "published_at", "slug", "url_path")
    )
    old = [row for row in rows[NEWEST:] if COPY_OF.match(row[2])]
    patterns: dict[str, Sequence[Pattern]] = {}
    middle = len(old) // 2
    for key, at, slug, url_path in old[middle : middle + NEWEST]:
        own = path_of(url_path)
        if (name := _pattern_of(slug)) not in patterns:
            patterns[name] = [_pattern(path, key=key, at=at) for path in (own, f"{own}statements.json")]
    for key, at, slug, url_path in old:
        for pattern, beside in zip(patterns.get(_pattern_of(slug), ()), ("", "statements.json"), strict=False):
            yield Copy(pattern, f"{path_of(url_path)}{beside}", _of_story(pattern, key, at))
    yield from _parties()
    yield from _days()


def _pattern_of(slug: str) -> str:
    found = COPY_OF.match(slug)
    return found[1] if found else ""


def _pattern(path: str, *, key: int = 0, at: dt.datetime = NO_HOUR) -> Pattern:
    made = rendering.render(path)
    if made.page is None:
        raise RuntimeError(f"{path} cannot be kept: {made.reason}")
    return Pattern(made.page, made.reads, compile_page(made.page), key, at)


def _of_story(pattern: Pattern, key: int, at: dt.datetime) -> Reads:
    """Return what the copy `key` is made of, which came out at `at`."""
    apart, later = key - pattern.key, at - pattern.at

    def moved(name: str) -> str:
        found = SHIFTED.match(name)
        if found and int(found[2]) > pattern.key - AT_ONCE:  # a story; sections and the front page have the first keys of all
            return f"{found[1]}{int(found[2]) + apart}"
        return f"{name}/{key}" if name.partition(":")[0] in OWN else name

    reads = pattern.reads
    spans = {(name, _later(since, later), _later(until, later)) for name, since, until in reads.spans}
    return replace(reads, keys={moved(name) for name in reads.keys}, spans=spans)


def _later(place: str, by: dt.timedelta) -> str:
    if not place or place == "~":
        return place
    return place_of(dt.datetime.strptime(place, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=dt.UTC) + by)


def _parties() -> Iterator[Copy]:
    cast = Party.objects.filter(merged_into=None, statements__story__live=True).distinct().order_by("-pk")
    rows = list(cast.values_list("pk", "slug"))[NEWEST:]
    yield from _like_one(
        [(str(key), iri_to_uri(reverse("party", args=[slug]))) for key, slug in rows], ("sources_party:", "said.party=", "sources_affiliation.party_id=")
    )


def _days() -> Iterator[Copy]:
    busy = [month for month in calendar.months()[2:] if calendar.is_busy(calendar.between(month, calendar.month_after(month)))]
    days = [day.date for month in busy for day in calendar.days(month)]
    yield from _like_one([(f"{day:%Y-%m-%d}", reverse("archive_day", args=[day.year, day.month, day.day])) for day in days], ("stories.day=",))


def _like_one(rows: Sequence[tuple[str, str]], kinds: Iterable[str]) -> Iterator[Copy]:
    """Yield for each of `rows`, its key and its address, a copy of the page in their middle."""
    if not rows:
        return
    name, path = rows[len(rows) // 2]
    pattern = _pattern(path)
    own = {f"{kind}{name}": kind for kind in kinds}
    reads = pattern.reads
    for key, one in rows:
        keys = {f"{own[known]}{key}" if known in own else known for known in reads.keys}
        spans = {(f"{own[known]}{key}" if known in own else known, since, until) for known, since, until in reads.spans}
        yield Copy(pattern, one, replace(reads, keys=keys, spans=spans))


def _store(renderer: Renderer, copies: Iterable[Copy]) -> None:
    with renderer.needs.together(), renderer.store._writing() as database:
        for copy in copies:
            page = copy.pattern.page
            renderer.needs.record(copy.path, copy.reads, status=page.status, reason="", stamp=renderer._stamp)
            renderer.needs.done(copy.path)
            tables.forms(database, replace(page, path=copy.path), copy.pattern.forms, Effort.THOROUGH, renewed=True)
        database.execute("DELETE FROM change WHERE sequence <= (SELECT max(sequence) FROM change) - 20000")
