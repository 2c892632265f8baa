"""Statements in a real browser: notes beside the text, opened where they are referred to, at the end without scripts and on paper."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
KEPT = "note => note === window.kept"


def boxes(page, selector):
    return [element.bounding_box() for element in page.locator(selector).all()]


@pytest.mark.parametrize("width", [1120, 1440])
def test_notes_stand_beside_their_words_and_never_on_each_other_or_the_text(newsroom, open_page, width):
    page = open_page(width=width)
    page.goto(newsroom.url("sourced"))
    notes, references = boxes(page, ".notes li"), boxes(page, ".noteref")
    text = page.locator(".story-body .prose p").first.bounding_box()
    for note in notes:
        assert note["x"] >= text["x"] + text["width"]
        assert note["x"] + note["width"] <= width
    assert all(lower["y"] >= upper["y"] + upper["height"] for upper, lower in pairwise(notes))
    assert abs(notes[0]["y"] - references[0]["y"]) < 40
    assert abs(notes[3]["y"] - references[3]["y"]) < 40


def test_a_note_that_is_opened_moves_those_beneath_it(newsroom, open_page):
    page = open_page(width=1440)
    page.goto(newsroom.url("sourced"))
    page.locator("#n1 summary").first.click()
    assert page.get_by_text("Its statute names the owner").first.is_visible()
    first, second = boxes(page, "#n1, #n2")
    assert second["y"] >= first["y"] + first["height"]


def test_notes_of_a_story_from_right_to_left_stand_on_the_other_side(newsroom, open_page):
    page = open_page(width=1440)
    page.goto(newsroom.url("sourced from right to left"))
    text = page.locator(".story-body .prose p").first.bounding_box()
    assert all(note["x"] + note["width"] <= text["x"] for note in boxes(page, ".notes li"))


def test_a_reference_opens_the_note_itself_and_gives_the_focus_back(newsroom, open_page):
    page = open_page(width=900)
    page.goto(newsroom.url("sourced"))
    page.evaluate("window.kept = document.querySelector('#n2 .note')")
    reference, note = page.locator("#r2"), page.locator("#n2 .note")
    reference.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#n2 .note:popover-open")
    assert note.evaluate(KEPT)
    assert (note.get_attribute("role"), note.get_attribute("aria-label")) == ("dialog", "Source 2: Vessa Foreign Ministry")
    assert note.evaluate("note => note.contains(document.activeElement)")
    assert abs(note.bounding_box()["y"] - reference.bounding_box()["y"]) < 260
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#n2 .note:not([popover])")
    assert reference.evaluate("link => link === document.activeElement")
    assert note.get_attribute("role") is None
    assert page.locator(".note").count() == page.locator(".notes li").count()
    reference.click()
    page.wait_for_selector("#n2 .note:popover-open")
    page.click("#n2 [role=doc-backlink]")
    page.wait_for_selector("#n2 .note:not([popover])")
    assert reference.evaluate("link => link === document.activeElement")


def test_on_a_phone_the_note_lies_at_the_foot_and_inside_the_screen(newsroom, open_page):
    page = open_page(width=360, height=700)
    page.goto(newsroom.url("sourced"))
    page.click("#r1")
    page.wait_for_selector("#n1 .note:popover-open")
    box = page.locator("#n1 .note").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert 690 <= box["y"] + box["height"] <= 700.5


def test_without_scripts_a_reference_leads_to_the_note_and_back(newsroom, open_page):
    page = open_page(width=900, javascript=False)
    page.goto(newsroom.url("sourced"))
    page.click("#r2")
    page.wait_for_url("**#n2")
    page.click("#n2 [role=doc-backlink]")
    page.wait_for_url("**#r2")
    page.click("#n1 summary >> nth=0")
    assert page.locator("#n1 .why span").first.is_visible()


def test_paper_holds_the_notes_at_the_end(newsroom, open_page):
    page = open_page(width=1440)
    page.goto(newsroom.url("sourced"))
    page.emulate_media(media="print")
    text = page.locator(".story-body").bounding_box()
    assert all(note["y"] >= text["y"] + text["height"] for note in boxes(page, ".notes li"))
    assert page.locator(".note-back:visible").count() == 0
    assert page.locator(".tally").is_visible()


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_address_breaks_inside_an_author_s_page(newsroom, open_page, width):
    page = open_page(width=width)
    page.goto(newsroom.url("author"))
    for box in boxes(page, ".page-head h1, .page-head-links a, .portrait"):
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
