import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
MOST_FONT_FILES = 4
MOST_STORY_BYTES = 30_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_fault_on_any_kind_of_page(newsroom, open_page, dark):
    page, faults = open_page(width=1200, dark=dark), []
    for name in newsroom.paths:
        page.goto(newsroom.url(name))
        found = Axe().run(page).response["violations"]
        faults += [
            f"{name}: {fault['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}" for fault in found for node in fault["nodes"]
        ]
    assert not faults, "\n".join(faults)


def test_axe_finds_no_fault_on_a_phone(newsroom, open_page):
    page = open_page(width=360)
    for name in ("front", "story", "section", "contribute", "campaign"):
        page.goto(newsroom.url(name))
        assert [fault["id"] for fault in Axe().run(page).response["violations"]] == [], name


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_scrolls_sideways(newsroom, open_page, width):
    page = open_page(width=width)
    for name in newsroom.paths:
        page.goto(newsroom.url(name))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_text_twice_as_large_still_fits(newsroom, open_page):
    page = open_page(width=640)
    for name in ("front", "story", "contribute"):
        page.goto(newsroom.url(name))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name


def test_nothing_is_asked_of_another_host_and_nothing_is_refused(newsroom, open_page):
    page, asked, said = open_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name in newsroom.paths:
        page.goto(newsroom.url(name))
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((newsroom.root, "data:"))] == []
    assert [text for text in said if "404" not in text] == []  # the page of a wrong address is one


def test_nothing_moves_while_a_page_loads(newsroom, open_page):
    for width in (360, 1200):
        page = open_page(width=width)
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.moved += e.value)).observe({type: 'layout-shift', buffered: true})"
        )
        for name in ("front", "story", "section"):
            page.goto(newsroom.url(name))
            page.wait_for_load_state("networkidle")
            for _ in range(12):
                page.mouse.wheel(0, 700)
                page.wait_for_timeout(40)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.moved") < 0.01, (name, width)


def test_a_page_in_english_loads_few_fonts_and_little_else(newsroom, open_page):
    page, fonts, bytes_of = open_page(), set(), {}

    def note(response):
        if ".woff2" in response.url:
            fonts.add(response.url)
        if response.request.resource_type in {"document", "stylesheet"}:
            bytes_of[response.url] = len(compressed(response.body()))

    page.on("response", note)
    page.goto(newsroom.url("story"))
    page.wait_for_load_state("networkidle")
    assert len(fonts) <= MOST_FONT_FILES
    assert sum(bytes_of.values()) < MOST_STORY_BYTES, bytes_of


def compressed(body):
    import gzip

    return gzip.compress(body, 6)


def test_the_lead_picture_comes_first_and_the_others_wait(newsroom, open_page):
    page = open_page()
    page.goto(newsroom.url("story"))
    assert page.locator(".story-lead img").get_attribute("fetchpriority") == "high"
    assert page.locator(".story-lead img").get_attribute("loading") is None
    assert page.locator(".story-body img:not([loading=lazy])").count() == 0
    assert page.locator(".story-lead img").evaluate("image => image.currentSrc").endswith(".avif")


def test_controls_are_large_enough_for_a_thumb(newsroom, open_page):
    page, small = open_page(width=360), []
    controls = ".sections a, .nameplate-tools a, .meter a, .meter summary, .pager a, .story-topics a, .appeal a, .colophon li a, button:visible, .give__tab, .give__choice"
    for name in ("front", "section", "story", "contribute"):
        page.goto(newsroom.url(name))
        for control in page.locator(controls).all():
            box = control.bounding_box()
            if control.is_visible() and box and box["height"] < 43.5:
                small.append((name, control.inner_text(), box["height"]))
    assert small == []


def test_the_page_works_without_scripts(newsroom, open_page):
    page = open_page(javascript=False)
    page.goto(newsroom.url("front"))
    page.click(".lead h2 a")
    page.wait_for_selector(".story h1")
    assert "raised of" in page.inner_text(".meter-words")
    assert page.locator(".embed-load:visible").count() == 0
    assert page.locator(".scheme:visible").count() == 0
    page.click(".meter-marks summary")
    assert page.locator(".meter-marks dd").first.is_visible()
    page.click(".nameplate-tools a")
    page.fill("#q", "harbour")
    page.press("#q", "Enter")
    page.wait_for_selector(".list h2")


def test_a_player_is_loaded_when_asked_for_and_not_before(newsroom, open_page):
    page, asked = open_page(), []

    def stand_in(route):
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<p>A player.</p>")

    page.route("**/*youtube*/**", stand_in)
    page.goto(newsroom.url("story"))
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.click(".embed-load")
    page.frame_locator(".embed-frame iframe").locator("p").wait_for()
    assert asked == ["https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"]


def test_the_readers_choice_of_light_or_dark_is_kept(newsroom, open_page):
    page = open_page()
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.goto(newsroom.url("front"))
    light = page.evaluate(ground)
    page.click("[data-scheme-to=dark]")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(newsroom.url("story"))
    assert page.evaluate(ground) == dark
    page.click("[data-scheme-to='']")
    assert page.evaluate(ground) == light


def test_the_keyboard_reaches_the_text_first(newsroom, open_page):
    page = open_page()
    page.goto(newsroom.url("story"))
    page.keyboard.press("Tab")
    assert page.locator(".skip").evaluate("link => link === document.activeElement")
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_story_from_right_to_left_is_mirrored(newsroom, open_page):
    page = open_page(width=1200)
    page.goto(newsroom.url("right to left"))
    assert page.locator(".story h1").evaluate("head => getComputedStyle(head).direction") == "rtl"
    headline, meta = page.locator(".story-head").bounding_box(), page.locator(".story-meta").bounding_box()
    assert meta["x"] > headline["x"]


def test_paper_shows_the_story_and_the_meter_in_words_alone(newsroom, open_page):
    page = open_page()
    page.goto(newsroom.url("story"))
    page.emulate_media(media="print")
    for gone in (".sections", ".meter-bar", ".meter-links", ".colophon", ".appeal", ".more", ".embed-load"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    for kept in (".meter-words", ".story h1", ".byline", ".print-address"):
        assert page.locator(kept).first.is_visible(), kept
    assert newsroom.paths["story"] in page.inner_text(".print-address")


BIGGEST = """
() => new Promise(found => new PerformanceObserver(list => {
  const element = list.getEntries().at(-1).element
  if (element) found([element.currentSrc || element.getAttribute('src') || '', element.textContent.trim()])
}).observe({type: 'largest-contentful-paint', buffered: true}))
"""


@pytest.mark.parametrize("width", [360, 1440])
def test_what_fills_the_first_screen_stands_in_the_first_html(newsroom, open_page, width):
    """The largest element of the first screen waits for no script: its words, or its picture's address, are in what the server sent."""
    page = open_page(width=width)
    for name in ("front", "story", "section", "sourced", "contribute", "campaign"):
        html = page.goto(newsroom.url(name)).text()
        source, words = page.evaluate(BIGGEST)
        first = unescape(html)
        assert urlsplit(source).path in first if source else squeezed(words) in squeezed(re.sub(r"<[^>]+>", "", first)), (name, source, words)


def squeezed(words):
    return "".join(words.split())
