"""The old site's lists and feeds lead to ours: categories, tags, authors, months, feed. Last, when all of ours are known."""

from urllib.parse import urlsplit

from django.db import transaction

from masthead.moving import redirects
from masthead.moving.wordpress.items import Desk
from masthead.moving.wordpress.parse import Head, Term

# WordPress's own words in addresses. A site may have chosen others, which the export does not say.
FEEDS = ("feed", "feed/rss", "feed/rss2", "feed/atom", "feed/rdf", "comments/feed", "?feed=rss", "?feed=rss2", "?feed=atom", "?feed=rdf")


@transaction.atomic
def lead_old_lists(*, desk: Desk) -> None:
    """Store redirects from the old site's lists and feeds to ours, for all that was filed in this run. Nothing in a dry run."""
    if desk.report.dry_run:
        return
    shelves, head = desk.shelves, desk.shelves.head
    base = urlsplit(head.address).path.rstrip("/")
    count = 0
    for key, section in shelves.sections.items():
        if section is not None and not key.startswith("="):
            count += redirects.lead_to_page(paths=_category_paths(base, key, head), page=section, own=f"/{section.slug}/")
    for slug, topic in shelves.topics.items():
        if topic is not None:
            paths = [f"{base}/tag/{slug}", f"{base}/?tag={slug}"]
            if slug not in shelves.sections:
                paths += _category_paths(base, slug, head)
            count += redirects.lead_to_address(paths=paths, address=topic.get_absolute_url())
    for login, author in shelves.authors.items():
        if author is not None:
            count += redirects.lead_to_address(paths=[f"{base}/author/{login}"], address=author.get_absolute_url())
    desk.report.redirects += count + _lead_feeds_and_months(desk, base)


def _category_paths(base: str, slug: str, head: Head) -> list[str]:
    """Return the addresses of a category: by its slug, and nested below its parents as WordPress writes them."""
    nested = [slug]
    term: Term | None = head.terms.get(("category", slug))
    while term is not None and term.parent and term.parent not in nested:
        nested.insert(0, term.parent)
        term = head.terms.get(("category", term.parent))
    return list(dict.fromkeys([f"{base}/category/{slug}", f"{base}/category/{'/'.join(nested)}"]))


def _lead_feeds_and_months(desk: Desk, base: str) -> int:
    count = 0
    count += redirects.lead_to_address(paths=[f"{base}/{feed}" for feed in FEEDS], address="/feed.xml")
    for year, month in sorted(desk.months):
        count += redirects.lead_to_address(paths=[f"{base}/{year:04}/{month:02}"], address=f"/archive/{year:04}/{month:02}/")
    for year in sorted({year for year, _ in desk.months}):
        count += redirects.lead_to_address(paths=[f"{base}/{year:04}"], address="/archive/")
    return count
