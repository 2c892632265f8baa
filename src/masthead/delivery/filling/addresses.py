"""Which addresses are public: all of them, the newest story's first, and those that a change may have brought.

Pages are kept because they are in one of these lists, never because somebody asked for an address. What is not: leaves of lists
(`?page=2`), the search, whatever sets a cookie, streams without an end (every statement as a table), files to download.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from masthead.delivery.filling.changes import Effect
from masthead.delivery.filling.needs import Rank
from masthead.delivery.queries import path_of
from masthead.funding.books.models import Statement
from masthead.funding.books.queries import FILES as FORMS
from masthead.funding.campaigns import queries as campaigns
from masthead.funding.campaigns.models import Campaign
from masthead.newsroom.pictures.models import PublicUse, Rendition
from masthead.newsroom.sources.models import Capture, Party
from masthead.newsroom.stories import batches, calendar
from masthead.newsroom.stories.models import Author, InfoPage, Publication, SectionPage, StoryPage, Topic

GIVE = "/contribute/"
STANDING = ("/", "/feed.xml", "/campaigns/", GIVE, "/corrections/", "/search/", "/robots.txt")
LATEST_CHECKPOINT = "/books/checkpoint"
BOOKS = ("/books/", "/books/gifts/", "/books/checkpoints/", LATEST_CHECKPOINT, "/books/key", "/books/verify/")
COSTLY = ("/archive/", "/sources/", "/sitemap.xml")  # made of every story: after all others
# Where an address that is nothing today may become something by a change of what hangs from it.
MAY_APPEAR = ("/sources/", "/kept/", "/pictures/")
SITEMAPS = "/sitemap-"
LISTS = ("/topics/", "/authors/", "/archive/", *MAY_APPEAR, "/corrections/")
DEPTH_OF_SECTIONS = 2  # slashes in the address of a section and of what else stands below the front page
FEED, STATEMENTS = "feed.xml", "statements.json"
BESIDE = (FEED, STATEMENTS)  # what machines read below pages of the tree
NEWEST = 2000
SHOWN_STATIC = ("theme/", "campaigns/", "giving/", "books/")
AT_ONCE = 500


def rank_of(path: str) -> Rank:
    """Return how soon readers look for a page that shows what changed."""
    if path in COSTLY or path.startswith(SITEMAPS):
        return Rank.COSTLY
    if path.count("/") <= DEPTH_OF_SECTIONS or path.endswith("/feed.xml"):
        return Rank.FRONT
    return Rank.LIST if path.startswith(LISTS) else Rank.BESIDE


def in_order(paths: Iterable[str]) -> list[str]:
    """Return addresses of one rank as they are to be made: the front page first, feeds after what they are of, lists by their kind."""
    return sorted(paths, key=lambda path: (path != "/", path.endswith("/feed.xml"), *(not path.startswith(kind) for kind in LISTS), path.count("/"), path))


def newest_first(paths: Collection[str]) -> list[str]:
    """Return addresses of which there are many with those of the newest stories first: the rest will take its time in any order."""
    newest = of_pages(StoryPage.objects.filter(live=True, published_at__isnull=False).order_by("-published_at", "-pk")[:NEWEST])
    waiting = set(paths)
    first = [path for path in newest if path in waiting]
    return [*first, *sorted(waiting - set(first))]


def left(effect: Effect) -> tuple[set[str], set[str]]:
    """Return the addresses at which pages were that are gone, or elsewhere, and where no other page is now; and those of them from which nothing leads on."""
    slugs = {url_path.rstrip("/").rpartition("/")[2] for url_path in effect.left}
    taken = {path_of(url_path) for url_path in Page.objects.filter(slug__in=slugs, live=True).values_list("url_path", flat=True)} if slugs else set()
    gone = {path for url_path in effect.left if (path := path_of(url_path)) not in taken} - {"/"}
    leading = Redirect.objects.filter(old_path__in=[path.rstrip("/") for path in gone]).values_list("old_path", flat=True) if gone else ()
    return _with_beside(gone), _with_beside(gone) - {f"{iri_to_uri(old_path)}/" for old_path in leading}


def _with_beside(paths: Iterable[str]) -> set[str]:
    return {f"{iri_to_uri(path)}{beside}" for path in paths for beside in ("", *BESIDE)}


def every() -> Iterator[str]:
    """Yield every public address, those that most readers ask for first."""
    yield from STANDING
    yield from _styles()
    yield from of_pages(SectionPage.objects.live().order_by("path"))
    yield from static()
    yield from of_pages(StoryPage.objects.filter(live=True, published_at__isnull=False).order_by("-published_at", "-pk"))
    yield from of_pages(InfoPage.objects.live().order_by("path"))
    yield from _slugs("topic", Topic.objects.order_by("pk"))
    yield from _slugs("author", Author.objects.order_by("pk"))
    yield from of_campaigns(campaigns.shown())
    yield from BOOKS
    yield from of_statements(Statement.objects.order_by("-month"))
    yield from (iri_to_uri(party.get_absolute_url()) for party in Party.objects.only("slug").order_by("-pk").iterator(AT_ONCE))
    yield from months()
    yield from COSTLY
    yield from _sitemaps(batches.with_pages(), {1, *batches.with_heard()})
    yield from of_captures(Capture.objects.all())
    yield from of_redirects(Redirect.objects.all())
    yield from of_renditions(Rendition.objects.order_by("-pk"))


def brought(effect: Effect) -> Iterator[str]:
    """Yield the addresses of what changed, as they now are."""
    rows = effect.rows
    pages = rows.get("wagtailcore_page", set()) | rows.get("stories_storypage", set())
    if pages:
        yield from of_pages(StoryPage.objects.filter(pk__in=pages, live=True, published_at__isnull=False))
        yield from of_pages(SectionPage.objects.filter(pk__in=pages, live=True))
        yield from of_pages(InfoPage.objects.filter(pk__in=pages, live=True))
    yield from _of_the_calendar(effect)
    yield from _slugs("topic", Topic.objects.filter(pk__in=rows.get("stories_topic", ())))
    yield from _slugs("author", Author.objects.filter(pk__in=rows.get("stories_author", ())))
    yield from (iri_to_uri(party.get_absolute_url()) for party in Party.objects.filter(pk__in=rows.get("sources_party", ())).only("slug"))
    cited = {key.partition("=")[2] for key in effect.keys if key.startswith("said.document=")}
    if cited or "sources_capture" in rows:
        yield from of_captures(Capture.objects.filter(Q(pk__in=rows.get("sources_capture", ())) | Q(document__in=cited)))
    if "wagtailredirects_redirect" in rows:
        yield from of_redirects(Redirect.objects.filter(pk__in=rows["wagtailredirects_redirect"]))
    if "campaigns_campaign" in rows:
        yield from of_campaigns(campaigns.shown().filter(pk__in=rows["campaigns_campaign"]))
    if "stories_publication" in rows:
        yield from _styles()
    if "ledger_checkpoint" in rows:
        yield LATEST_CHECKPOINT
    if "books_statement" in rows:
        yield from of_statements(Statement.objects.filter(pk__in=rows["books_statement"]))
    yield from _pictures_brought(effect)
    yield from _sitemaps(_batches(effect, "pages"), _batches(effect, "heard"))


def _pictures_brought(effect: Effect) -> Iterator[str]:
    made, uses = effect.rows.get("pictures_rendition", ()), effect.rows.get("pictures_publicuse", ())
    if made or uses:
        shown = PublicUse.objects.filter(pk__in=uses, picture__isnull=False).values("picture")
        yield from of_renditions(Rendition.objects.filter(Q(pk__in=made) | Q(image__in=shown)))


def of_pages(pages: "QuerySet[Any]") -> Iterator[str]:
    """Yield the addresses of pages of the tree, and what machines read beside each."""
    beside = {SectionPage: FEED, StoryPage: STATEMENTS}.get(pages.model)
    for url_path in pages.values_list("url_path", flat=True).iterator(AT_ONCE):
        path = iri_to_uri(path_of(url_path))
        yield path
        if beside:
            yield f"{path}{beside}"


def months() -> Iterator[str]:
    """Yield the address of each month in which stories appeared, of a busy one those of its days too."""
    for first in calendar.months():
        yield reverse("archive_month", args=[first.year, first.month])
        if calendar.is_busy(calendar.between(first, calendar.month_after(first))):
            yield from _days(day.date for day in calendar.days(first))


def _of_the_calendar(effect: Effect) -> Iterator[str]:
    """Yield the addresses of the months in which something appeared or went, and of the days, where a month shows its days alone."""
    touched = [dt.date.fromisoformat(name.partition("=")[2]) for name, _place in effect.touched if name.startswith("stories.day=")]
    for first in {day.replace(day=1) for day in touched}:
        yield reverse("archive_month", args=[first.year, first.month])
        count = calendar.between(first, calendar.month_after(first)).counted
        if count > calendar.BUSY:
            # Where these very stories made it busy, no day has an address yet.
            is_new = count - len(effect.rows.get("stories_storypage", ())) <= calendar.BUSY
            yield from _days(day.date for day in calendar.days(first)) if is_new else _days(day for day in touched if day.replace(day=1) == first)


def _days(days: Iterable[dt.date]) -> Iterator[str]:
    for day in days:
        yield reverse("archive_day", args=[day.year, day.month, day.day])


def of_campaigns(shown: Iterable[Campaign]) -> Iterator[str]:
    """Yield each campaign's page, and its meter's parts where pages that a CDN held ask for them."""
    for campaign in shown:
        yield campaign.get_absolute_url()
        if settings.ENV.cdn_url:
            yield reverse("meter_parts", args=[campaign.uuid])


def of_captures(captures: Iterable[Capture]) -> Iterator[str]:
    """Yield the addresses of those kept copies that an editor has shown; the page says whether a public story cites them."""
    shown = captures.filter(state=Capture.State.KEPT, visibility=Capture.Visibility.PUBLIC)  # type: ignore[attr-defined]  # always a query
    for key in shown.values_list("key", flat=True):
        yield reverse("kept_copy", args=[key])


def of_redirects(redirects: Iterable[Redirect]) -> Iterator[str]:
    """Yield old addresses that lead on, with and without a slash at the end; those told apart by a query go to Django."""
    for old_path in redirects.values_list("old_path", flat=True):  # type: ignore[attr-defined]  # always a query
        if "?" not in old_path and ";" not in old_path:
            yield iri_to_uri(old_path)
            yield iri_to_uri(f"{old_path}/")


def of_statements(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the page of each month's statement, and its files."""
    for month in statements.values_list("month", flat=True):  # type: ignore[attr-defined]  # always a query
        yield reverse("books_month", args=[month.year, month.month])
        yield from (reverse("books_file", args=[month.year, month.month, form]) for form in FORMS)


def of_renditions(renditions: Iterable[Rendition]) -> Iterator[str]:
    """Yield the addresses of pictures in the sizes that somebody asked for once: those that are made, of pictures that are public."""
    rows = renditions.filter(image__in=PublicUse.objects.filter(picture__isnull=False).values("picture"))  # type: ignore[attr-defined]  # always a query
    for picture, key, spec in rows.values_list("image_id", "focal_point_key", "filter_spec"):
        words = dict(part.split("-", 1) for part in spec.split("|") if "-" in part)
        if key and words.keys() >= {"width", "format"}:
            extension = "jpg" if words["format"] == "jpeg" else words["format"]
            yield f"/pictures/{picture}/{key}/{words['width']}.{extension}"


def static() -> Iterator[str]:
    """Yield the addresses of the styles, fonts and scripts that public pages load, under the names that say what is in them."""
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    yield from sorted(staticfiles_storage.url(name) for name in hashed if name.startswith(SHOWN_STATIC))


def _styles() -> Iterator[str]:
    for colour in Publication.objects.exclude(accent_colour="").values_list("accent_colour", flat=True).distinct():
        yield reverse("theme_accent", args=[colour])


def _slugs(name: str, rows: Iterable[Topic | Author]) -> Iterator[str]:
    for slug in rows.values_list("slug", flat=True):  # type: ignore[attr-defined]  # always a query
        yield reverse(name, args=[slug])


def _sitemaps(pages: Iterable[int], heard: Iterable[int]) -> Iterator[str]:
    """Yield the addresses of the sitemap's files of these batches."""
    yield from (reverse("sitemap_part", args=[number]) for number in pages)
    yield from (reverse("sitemap_sources", args=[number]) for number in sorted(heard))


def _batches(effect: Effect, kind: str) -> list[int]:
    """Return the numbers of the batches that a change touched."""
    return sorted(int(key.partition("=")[2]) for key in effect.keys if key.startswith(f"{kind}.batch="))
