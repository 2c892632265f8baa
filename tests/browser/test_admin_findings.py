"""The desk's findings beside the words while somebody writes."""

import contextlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as TookTooLong

from masthead.newsroom.desk.models import HouseWord
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import StoryPage
from tests.browser.test_admin_statements import Writer
from tests.make import make_author, make_staff, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAULTS = "<p data-block-key='aaaa1'>The the ferry was late, and nobody recieved a refund.</p><p data-block-key='aaaa2'>“It never sailed again, the harbour master said.</p>"


@pytest.fixture
def writer(live_server, open_page):
    return Writer(open_page(width=1440), live_server.url).sign_in(make_staff(Role.EDITOR).email)


def painted(page, severity):
    return page.evaluate("name => [...(CSS.highlights.get(name) || [])].map(range => String(range))", f"desk-find-{severity}")


def newest():
    return StoryPage.objects.get().get_latest_revision_as_object()


def until(page, true):
    for _ in range(80):
        if true():
            return
        page.wait_for_timeout(250)
    pytest.fail("it did not come to pass")


def walk_to(page, words):
    """Press F8 until the note beside the words says `words`, and return the note. A finding of a whole field has none: it takes the focus."""
    note = page.locator(".fi-note")
    for _ in range(20):
        page.evaluate("document.querySelector('.fi-note')?.setAttribute('data-seen', '')")
        page.keyboard.press("F8")
        with contextlib.suppress(TookTooLong):
            page.locator(".fi-note:not([data-seen])").wait_for(timeout=2000)
            if words in note.inner_text(timeout=2000):
                return note
    pytest.fail(f"no note says {words!r}")


def test_findings_are_painted_by_severity_and_walked_through_with_one_key(writer):
    story = make_story("The ferry", live=False, text=FAULTS, dateline="Port Meridian")
    page = writer.edit(story).page
    until(page, lambda: painted(page, "warn"))
    assert {"The the", "recieved"} <= set(painted(page, "warn"))
    assert any(words.startswith("“It never") for words in painted(page, "block"))
    walk_to(page, "the word stands here twice")
    found = Axe().run(page, context=".fi-note", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(hit["id"], hit["nodes"][0]["html"]) for hit in found.response["violations"]] == []
    page.keyboard.press("Enter")  # “Replace with” has the focus: the copy changes by this press alone
    until(page, lambda: "The ferry was late" in str(newest().body.get_prep_value()))
    until(page, lambda: "The the" not in painted(page, "warn"))
    assert "recieved" in painted(page, "warn")


def test_a_word_is_made_one_of_ours_from_beside_it(writer):
    page = writer.edit(make_story("The ferry", live=False, text="<p data-block-key='aaaa1'>Nobody recieved a refund.</p>")).page
    until(page, lambda: "recieved" in painted(page, "warn"))
    walk_to(page, "recieved").get_by_role("button", name="Add to our words").click()
    until(page, HouseWord.objects.exists)
    until(page, lambda: "recieved" not in painted(page, "warn"))


def test_a_new_fault_is_marked_after_the_editor_saved_by_itself_and_goes_when_mended(writer):
    page = writer.edit(make_story("The ferry", live=False, text="<p data-block-key='aaaa1'>It sails.</p>", dateline="Port Meridian")).page
    page.locator(".public-DraftEditor-content").click()
    page.keyboard.press("End")
    page.keyboard.type(" And the the pier is shut.")
    until(page, lambda: "the the" in painted(page, "warn"))
    for _ in range(len(" the pier is shut.")):
        page.keyboard.press("Backspace")
    until(page, lambda: painted(page, "warn") == [])


def test_a_plain_field_says_what_was_found_beneath_it(writer):
    page = writer.edit(make_story("Ferry stopped by storm", standfirst="Ferry stopped by storm.", live=False)).page
    under = page.locator("#panel-child-story-standfirst-section, [id$='standfirst-section']").locator(".fi-under")
    under.get_by_text("Needs a look").first.wait_for()


def test_axe_finds_nothing_in_what_we_add_to_the_editor(writer):
    story = make_story("The ferry", live=False, text=f"{FAULTS}<p>“Nobody was hurt,” Ada Holm told the Tarn News Agency.</p>", bylines=[make_author()])
    page = writer.edit(story).page
    writer.open_panel()
    writer.focused("[data-offer]")
    page.keyboard.press("Enter")
    page.locator("[data-statement]").first.get_by_role("button", name="Edit").click()
    page.locator(".st-form").wait_for()
    until(page, lambda: painted(page, "warn"))
    page.locator(".public-DraftEditor-content").last.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" “We shall sail at dawn,” Captain Rosa Lind told the Gale Tribune.")
    page.locator(".st-chip").wait_for()
    for ours in ("[data-side-panel='statements']", ".fi-under", ".st-chip"):
        if page.locator(ours).count():
            found = Axe().run(page, context=ours, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
            assert [(hit["id"], hit["nodes"][0]["html"]) for hit in found.response["violations"]] == [], ours
