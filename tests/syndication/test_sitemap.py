import pytest
from lxml import etree

from masthead.syndication import sitemaps
from tests.make import make_newsroom, make_story

pytestmark = pytest.mark.django_db
NAMES = {"s": sitemaps.NAMESPACE}


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom()


def locations(content):
    return etree.fromstring(content).xpath("//s:loc/text()", namespaces=NAMES)


def test_every_public_page_is_in_it_once_and_no_other(client):
    story = make_story("Public")
    make_story("Hidden", live=False)
    found = locations(client.get("/sitemap.xml").content)
    assert len(found) == len(set(found))
    assert "http://127.0.0.1:8000/" in found
    assert "http://127.0.0.1:8000/about/" in found
    assert "http://127.0.0.1:8000/" + story.url_path.split("/", 2)[2] in found
    assert not any("hidden" in place for place in found)
    assert all(client.get(place.removeprefix("http://127.0.0.1:8000")).status_code == 200 for place in found)


def test_a_story_says_when_it_last_changed(client):
    story = make_story("Public")
    changed = etree.fromstring(client.get("/sitemap.xml").content).xpath("//s:url[contains(s:loc, 'public')]/s:lastmod/text()", namespaces=NAMES)
    assert changed == [story.last_published_at.isoformat(timespec="seconds")]


def test_more_pages_than_a_file_holds_make_an_index(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "MOST", 3)
    count = sitemaps.pages().count()
    parts = locations(client.get("/sitemap.xml").content)
    assert parts == [f"http://127.0.0.1:8000/sitemap-{number}.xml" for number in range(1, -(-count // 3) + 1)]
    assert sum(len(locations(client.get(part.removeprefix("http://127.0.0.1:8000")).content)) for part in parts) == count
    assert client.get("/sitemap-99.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_crawlers_are_told_where_it_is_and_kept_from_the_desk(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
    assert "Disallow: /desk/" in text
