"""The sitemap (sitemaps.org/protocol.html): every public page with the hour it last changed, and who is heard; 50,000 to a file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from lxml import etree
from wagtail.models import Page

from masthead.kernel import reads
from masthead.newsroom.stories import cards

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PLAIN: Any = {None: NAMESPACE}  # no prefix; the stubs know only named ones
MOST = 50_000
CONTENT_TYPE = "application/xml; charset=utf-8"
Row = tuple[str, dt.datetime | None]


def pages() -> "QuerySet[Page, Row]":
    """Return the `url_path` and the last change of every public page below and with the front page."""
    found: QuerySet[Page, Row] = Page.objects.live().public().filter(depth__gte=2).order_by("pk").values_list("url_path", "last_published_at")
    return found


def parties() -> list[Row]:
    """Return the pages of those who are heard in public stories, and their index, as `pages` returns pages."""
    found = [party.get_absolute_url() for party in cards.heard().only("slug")]
    return [(f"/-{path}", None) for path in ([reverse("sources"), *found] if found else ())]


def rows(start: int = 0, end: int | None = None) -> list[Row]:
    """Return what the sitemap holds from number `start` up to, not including, `end`: pages, then parties."""
    reads.note("pages", "heard")
    with reads.accounted():
        return _rows(start, end)


def _rows(start: int, end: int | None) -> list[Row]:
    count = pages().count()
    found = list(pages()[start:end]) if start < count else []
    return found + parties()[max(0, start - count) : None if end is None else max(0, end - count)]


def sitemap(listed: Sequence[Row], *, address: str) -> bytes:
    """Return the sitemap of `listed`; `address` is the site's, without a slash at its end."""
    root = etree.Element("urlset", nsmap=PLAIN)
    for url_path, changed in listed:
        url = etree.SubElement(root, "url")
        etree.SubElement(url, "loc").text = f"{address}/{url_path.split('/', 2)[2]}"
        if changed:
            etree.SubElement(url, "lastmod").text = changed.astimezone(dt.UTC).isoformat(timespec="seconds")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def index(count: int, *, address: str) -> bytes:
    """Return the index of the sitemaps that `count` pages need."""
    root = etree.Element("sitemapindex", nsmap=PLAIN)
    for number in range(1, -(-count // MOST) + 1):
        etree.SubElement(etree.SubElement(root, "sitemap"), "loc").text = f"{address}/sitemap-{number}.xml"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))
