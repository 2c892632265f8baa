"""The meter in a page that a CDN held: its script brings it up to this second without moving anything; without scripts the page says of what hour it is."""

import re

import pytest
import time_machine

from masthead.funding.campaigns.actions import feature
from tests.make import NOW, give, make_campaign, make_newsroom, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What the browser's own measure of moved content comes to (web.dev/articles/cls).
SHIFTS = "new Promise(done => new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"


@pytest.fixture
def held(live_server, settings, client):
    """Return the address of a story, and its page as a CDN got it before two gifts came."""
    settings.ENV = settings.ENV.model_copy(update={"address": live_server.url, "cdn_url": "https://cdn.example/{key}"})
    with time_machine.travel(NOW, tick=True):
        make_newsroom()
        campaign = make_campaign(name="Keep the lights on", marks={200_000: "keeps the site online"})
        feature(campaign=campaign)
        give(campaign, 123_400)
        story = make_story("The harbour opens")
        path = "/" + story.url_path.split("/", 2)[2]
        body = client.get(path).content.decode()
        give(campaign, 100_000)
        give(campaign, 200_000)
        yield live_server.url + path, body


def hold(page, address, body):
    page.route(address, lambda route: route.fulfill(status=200, content_type="text/html; charset=utf-8", body=body))


@pytest.mark.parametrize("width", [320, 1200])
def test_a_held_page_shows_the_sum_of_this_second_and_nothing_moves(held, open_page, width):
    address, body = held
    assert "$1,234</strong> raised" in body
    page = open_page(width=width)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    hold(page, address, body)
    with page.expect_response(re.compile("/meter/.*/parts")) as asked:
        page.goto(address)
    assert "cookie" not in asked.value.request.all_headers()
    for place in (".top .meter-words strong", ".appeal .meter-words strong"):
        page.wait_for_function("place => document.querySelector(place).textContent === '$4,234'", arg=place)
    assert page.get_attribute(".top .meter-bar", "aria-label").startswith("84")
    assert page.locator(".top .meter-bar .mark.reached").count() == 1
    assert "(reached)" in page.text_content(".top .meter-marks dd")
    assert page.evaluate(SHIFTS) == 0
    assert complaints == []


def test_a_page_that_is_newer_than_the_answer_stays_as_it_is(held, open_page):
    address, body = held
    page = open_page()
    parts = []
    page.route(re.compile("/meter/.*/parts"), lambda route: (parts.append(route.request.url), route.fulfill(status=200, content_type="text/html", body=body)))
    with page.expect_response(re.compile("/meter/.*/parts")):
        page.goto(address)
    assert page.inner_text(".top .meter-words strong") == "$4,234"
    assert len(parts) == 1


def test_without_the_answer_or_scripts_the_page_says_of_what_hour_it_is(held, open_page):
    address, body = held
    for javascript in (False, True):
        page = open_page(javascript=javascript)
        page.route(re.compile("/meter/.*/parts"), lambda route: route.abort())
        hold(page, address, body)
        page.goto(address)
        assert page.inner_text(".top .meter-words").startswith("$1,234 raised of $5,000")
        assert page.inner_text(".top .meter-words").endswith("as of 14:05")
