"""What a page that is kept says to caches: nothing new without a CDN; with one, that it alone may hold it, and by which keys it is forgotten."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from masthead.delivery.cdn.keys import SITE, key_of
from masthead.delivery.filling import addresses
from masthead.delivery.filling.renderer import Renderer, stamp_of_the_program
from masthead.delivery.pagestore.answers import Answers
from masthead.funding.campaigns.actions import feature
from masthead.funding.campaigns.models import Campaign
from tests.make import give, make_campaign, make_newsroom, make_picture, make_story

pytestmark = pytest.mark.django_db
CDN = {"cdn_url": "https://cdn.example/purge", "cdn_body": "{json_keys}", "cdn_seconds": 120}


@pytest.fixture
def campaign() -> Campaign:
    make_newsroom()
    made = make_campaign(marks={2_000: "keeps the site online"})
    feature(campaign=made)
    return made


@pytest.fixture
def front(tmp_path, settings, campaign) -> Iterator[Callable[..., Callable[[str], dict[str, str]]]]:
    """Return a function that fills a store under settings and returns what a front answers from it."""
    opened: list[Renderer] = []

    def fill(**changes: Any) -> Callable[[str], dict[str, str]]:
        settings.ENV = settings.ENV.model_copy(update=changes)
        renderer = Renderer(tmp_path / f"pages-{len(opened)}")
        opened.append(renderer)
        renderer.begin()
        renderer.finish()
        answers = Answers(renderer.store, hosts=["h"])

        def headers(path: str) -> dict[str, str]:
            answer = answers.answer(b"GET", path.encode(), [(b"host", b"h")])
            assert answer is not None, path
            return {name.decode().lower(): value.decode() for name, value in answer.headers} | {":body": answer.body.decode()}

        return headers

    yield fill
    for renderer in opened:
        renderer.close()


def test_without_a_cdn_all_stays_as_it_was(front, campaign):
    story = make_story("Public")
    headers = front()
    said = headers("/news/public/")
    assert said["cache-control"] == "no-cache"
    assert said["surrogate-key"] == f"page-{story.pk}"
    assert "meter.js" not in said[":body"]
    assert "data-meter-part" not in said[":body"]
    assert "data-at" not in said[":body"]
    assert f"/meter/{campaign.uuid}/parts" not in set(addresses.every())


def test_with_one_pages_may_be_held_there_and_nowhere_else(front, campaign):
    story = make_story("Public", lead_picture=make_picture())
    headers = front(**CDN)
    held = "public, max-age=0, must-revalidate, s-maxage=120"
    for path in ("/", "/news/public/", "/books/", f"/campaigns/{campaign.slug}/"):
        said = headers(path)
        assert said["cache-control"] == held, path
        assert said["surrogate-key"].split()[:2] == [key_of(path), SITE]
    assert f"page-{story.pk}" in headers("/news/public/")["surrogate-key"].split()
    assert headers("/contribute/")["cache-control"] == "public, no-cache"
    assert headers(f"/meter/{campaign.uuid}/parts")["cache-control"] == "public, max-age=0, must-revalidate, s-maxage=1"
    assert headers("/feed.xml")["cache-control"] == "public, max-age=60, must-revalidate"  # as it was: everybody may keep it for a minute


def test_a_cdn_s_own_header_is_said_too(front):
    said = front(**CDN, cdn_tags="CDN-Tag: {comma_keys}")("/")
    assert said["cdn-tag"].startswith(f"{key_of('/')},{SITE}")
    said = front(**CDN, cdn_tags="Cache-Tag: {keys}")("/")
    assert said["cache-tag"].startswith(f"{key_of('/')} {SITE}")


def test_the_meter_s_parts_are_the_page_s_own_and_follow_each_gift(front, campaign, client):
    make_story("Public")
    headers = front(**CDN)
    parts = f"/meter/{campaign.uuid}/parts"
    before = headers(parts)
    page = headers("/")[":body"]
    for name in ("figures", "words", "mark-0"):
        assert f'data-meter-part="{campaign.uuid} {name}"' in before[":body"]
        if name != "words":
            assert f'data-meter-part="{campaign.uuid} {name}"' in page
    assert f'data-meter-part="{campaign.uuid} words"' in headers("/news/public/")[":body"]
    assert '<script src="/static/campaigns/meter.js" defer></script>' in page
    give(campaign, 2_500)
    assert "$25" in client.get(parts).content.decode()
    assert client.get("/meter/00000000-0000-4000-8000-000000000000/parts").status_code == 404


def test_other_settings_of_it_make_every_page_anew(settings):
    stamps = {stamp_of_the_program()}
    for changes in (CDN, {"cdn_seconds": 60}, {"cdn_tags": "CDN-Tag: {keys}"}):
        settings.ENV = settings.ENV.model_copy(update=changes)
        stamps.add(stamp_of_the_program())
    assert len(stamps) == 4
