import pytest
from lxml import etree
from wagtail.models import Page

from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import batches
from masthead.syndication import sitemaps
from tests.make import make_newsroom, make_story
from tests.make.sourced import make_sourced_story

pytestmark = pytest.mark.django_db
NAMES = {"s": sitemaps.NAMESPACE}


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom()


def locations(content):
    return etree.fromstring(content).xpath("//s:loc/text()", namespaces=NAMES)


def paths(client, path):
    return [place.removeprefix("http://127.0.0.1:8000") for place in locations(client.get(path).content)]


def listed(client):
    """Return every path that the files hold which the index names."""
    return [path for file in paths(client, "/sitemap.xml") for path in paths(client, file)]


def test_every_public_page_is_in_it_once_and_no_other(client):
    story = make_story("Public")
    make_story("Hidden", live=False)
    found = listed(client)
    assert len(found) == len(set(found))
    assert "/" in found
    assert "/about/" in found
    assert "/" + story.url_path.split("/", 2)[2] in found
    assert not any("hidden" in path for path in found)
    assert all(client.get(path).status_code == 200 for path in found)


def test_a_story_says_when_it_last_changed(client):
    story = make_story("Public")
    file = client.get(f"/sitemap-{batches.batch_of(story.pk)}.xml")
    changed = etree.fromstring(file.content).xpath("//s:url[contains(s:loc, 'public')]/s:lastmod/text()", namespaces=NAMES)
    assert changed == [story.last_published_at.isoformat(timespec="seconds")]


def test_pages_stay_in_the_file_of_their_keys_and_empty_files_are_not_named(client, monkeypatch):
    monkeypatch.setattr(batches, "LENGTH", 3)
    for number in range(4):
        make_story(f"Hidden {number}", live=False)
    make_story("Public")
    files = paths(client, "/sitemap.xml")
    keys = Page.objects.live().filter(depth__gte=2).values_list("pk", flat=True)
    assert files == [f"/sitemap-{number}.xml" for number in sorted({(key - 1) // 3 + 1 for key in keys})]
    assert sorted(listed(client)) == sorted("/" + page.url_path.split("/", 2)[2] for page in Page.objects.filter(pk__in=keys))
    assert all(len(paths(client, file)) <= 3 for file in files)
    for nothing in ("/sitemap-99.xml", "/sitemap-0.xml", "/sitemap-sources-99.xml"):
        assert client.get(nothing).status_code == 404


def test_who_is_heard_has_files_of_its_own(client, monkeypatch):
    make_sourced_story("Ministry says the harbour stays open")
    monkeypatch.setattr(batches, "LENGTH", 1)
    files = [path for path in paths(client, "/sitemap.xml") if "sources" in path]
    heard = {f"/sources/{party.slug}/": party.pk for party in Party.objects.all() if client.get(party.get_absolute_url()).status_code == 200}
    assert files == [f"/sitemap-sources-{key}.xml" for key in sorted({1, *heard.values()})]
    assert sorted(path for file in files for path in paths(client, file)) == sorted(["/sources/", *heard])


def test_crawlers_are_told_where_it_is_and_kept_from_the_desk(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
    assert "Disallow: /desk/" in text
