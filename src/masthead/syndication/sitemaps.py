"""The sitemap (sitemaps.org/protocol.html): every public page with the hour it last changed, 50,000 to a file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from lxml import etree
from wagtail.models import Page

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PLAIN: Any = {None: NAMESPACE}  # no prefix; the stubs know only named ones
MOST = 50_000
CONTENT_TYPE = "application/xml; charset=utf-8"
Row = tuple[str, dt.datetime | None]


def pages() -> "QuerySet[Page, Row]":
    """Return the `url_path` and the last change of every public page below and with the front page."""
    found: QuerySet[Page, Row] = Page.objects.live().public().filter(depth__gte=2).order_by("pk").values_list("url_path", "last_published_at")
    return found


def sitemap(rows: Sequence[Row], *, address: str) -> bytes:
    """Return the sitemap of `rows`; `address` is the site's, without a slash at its end."""
    root = etree.Element("urlset", nsmap=PLAIN)
    for url_path, changed in rows:
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
