"""The old site's lists and feeds lead to ours: categories, tags, authors, months, feed. Last, when all of ours are known."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db import transaction
from wagtail.models import Page

from masthead.moving import redirects
from masthead.moving.wordpress.items import Desk
from masthead.moving.wordpress.records import Head, Term

# WordPress's own words in addresses. A site may have chosen others, which the export does not say.
FEEDS = ("feed", "feed/rss", "feed/rss2", "feed/atom", "feed/rdf", "comments/feed", "?feed=rss", "?feed=rss2", "?feed=atom", "?feed=rdf")


@transaction.atomic
def lead_old_lists(*, desk: Desk) -> None:
    """Store redirects from the old site's lists and feeds to ours, for all that was filed in this run; a dry run counts them."""
    for paths, target in [*_filed(desk), *_feeds_and_months(desk)]:
        if desk.report.dry_run:
            desk.report.redirects += redirects.count_new(paths=paths, own=target if isinstance(target, str) else "")
        elif isinstance(target, str):
            desk.report.redirects += redirects.lead_to_address(paths=paths, address=target)
        else:
            desk.report.redirects += redirects.lead_to_page(paths=paths, page=target, own=f"/{target.slug}/")


def _filed(desk: Desk) -> Iterator[tuple[list[str], str | Page]]:
    """Yield old paths and where they lead for what stories were filed under; in a dry run what is new has no address yet."""
    shelves, head = desk.shelves, desk.shelves.head
    base = _base(head)
    for key, section in shelves.sections.items():
        if not key.startswith("="):
            yield _category_paths(base, key, head), section or ""
    for slug, topic in shelves.topics.items():
        paths = [f"{base}/tag/{slug}", f"{base}/?tag={slug}"]
        if slug not in shelves.sections:
            paths += _category_paths(base, slug, head)
        yield paths, topic.get_absolute_url() if topic else ""
    for login, author in shelves.authors.items():
        yield [f"{base}/author/{login}"], author.get_absolute_url() if author else ""


def _feeds_and_months(desk: Desk) -> Iterator[tuple[list[str], str]]:
    base = _base(desk.shelves.head)
    yield [f"{base}/{feed}" for feed in FEEDS], "/feed.xml"
    for year, month in sorted(desk.months):
        yield [f"{base}/{year:04}/{month:02}"], f"/archive/{year:04}/{month:02}/"
    for year in sorted({year for year, _ in desk.months}):
        yield [f"{base}/{year:04}"], "/archive/"


def _base(head: Head) -> str:
    return urlsplit(head.address).path.rstrip("/")


def _category_paths(base: str, slug: str, head: Head) -> list[str]:
    """Return the addresses of a category: by its slug, and nested below its parents as WordPress writes them."""
    nested = [slug]
    term: Term | None = head.terms.get(("category", slug))
    while term is not None and term.parent and term.parent not in nested:
        nested.insert(0, term.parent)
        term = head.terms.get(("category", term.parent))
    return list(dict.fromkeys([f"{base}/category/{slug}", f"{base}/category/{'/'.join(nested)}"]))
