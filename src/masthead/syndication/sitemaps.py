"""The sitemap (sitemaps.org/protocol.html): an index, and files of every public page with the hour it last changed and of who is heard.

A file holds a batch (`stories/batches.py`): publishing a story makes its file anew and the index, however many pages there are.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.urls import reverse
from lxml import etree

from masthead.kernel import reads
from masthead.newsroom.stories import batches

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
CONTENT_TYPE = "application/xml; charset=utf-8"
Row = tuple[str, dt.datetime | None]  # a path from the root of the site, and when what is there last changed


def files() -> Iterator[str]:
    """Yield the path of each file."""
    yield from (reverse("sitemap_part", args=[number]) for number in batches.with_pages())
    heard = batches.with_heard()
    yield from (reverse("sitemap_sources", args=[number]) for number in sorted({1, *heard} if heard else ()))


def pages(number: int) -> list[Row]:
    """Return what the file of that number says of pages."""
    found = batches.pages_of(number).values_list("url_path", "last_published_at")
    with reads.accounted():
        return [("/" + url_path.split("/", 2)[2], changed) for url_path, changed in found]


def sources(number: int) -> list[Row]:
    """Return what the file of that number says of who is heard; the first begins with the list of all."""
    slugs = batches.heard_of(number).values_list("slug", flat=True)
    with reads.accounted():
        paths = [reverse("party", args=[slug]) for slug in slugs]
    return [(path, None) for path in ([reverse("sources"), *paths] if number == 1 else paths)]


def sitemap(listed: Iterable[Row], *, address: str) -> bytes:
    """Return the sitemap of `listed`; `address` is the site's, without a slash at its end."""
    root = etree.Element("urlset", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # no prefix; the stubs know only named ones
    for path, changed in listed:
        url = etree.SubElement(root, "url")
        etree.SubElement(url, "loc").text = address + path
        if changed:
            etree.SubElement(url, "lastmod").text = changed.astimezone(dt.UTC).isoformat(timespec="seconds")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def index(listed: Iterable[str], *, address: str) -> bytes:
    """Return the index of the files at the paths `listed`."""
    root = etree.Element("sitemapindex", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # as above
    for path in listed:
        etree.SubElement(etree.SubElement(root, "sitemap"), "loc").text = address + path
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))
