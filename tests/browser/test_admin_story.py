"""A story's way through the desk, as people go it: written, sent in, approved, scheduled, embargoed, corrected."""

import datetime as dt

import pytest

from masthead.kernel import clock
from masthead.newsroom.desk.models import HouseWord
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import Correction, StoryPage
from tests.browser.desk import Desk
from tests.make import make_author, make_staff, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reporter_writes_and_sends_in_and_an_editor_publishes_and_corrects(live_server, open_page):
    reporter, editor = make_staff(Role.REPORTER), make_staff(Role.EDITOR)
    make_author("Ines Cole", user=reporter)

    hers = Desk(open_page(width=1440), live_server.url).sign_in(reporter.email)
    hers.begin_story("News", "Ferry fares rise a fifth")
    assert hers.page.get_by_text("Ines Cole").first.is_visible(), "the story is signed by whoever begins it"
    hers.write("The ferry costs more from Monday, the council said.")
    hers.upload_lead_picture(credit="Ada Okafor", alt="A ferry at the quay")
    hers.page.get_by_text("9 words, 1 min to read").wait_for()
    hers.press("Send in for review")
    hers.page.wait_for_url(f"{live_server.url}/desk/")
    assert "is with the desk for review" in hers.said()
    story = StoryPage.objects.get()
    assert not story.live

    his = Desk(open_page(width=1440), live_server.url).sign_in(editor.email)
    his.page.get_by_role("link", name="Review", exact=True).click()
    his.press("Approve and publish")
    his.page.wait_for_url(f"{live_server.url}/desk/")
    assert "Readers see it at once." in his.asked[0]
    story = StoryPage.objects.get()
    assert story.live
    assert [byline.author.name for byline in story.bylines.all()] == ["Ines Cole"]
    assert story.lead_picture.credit_line == "Ada Okafor"

    his.page.goto(f"{live_server.url}/desk/pages/{story.pk}/edit/")
    his.page.locator("header").get_by_role("button", name="Actions").first.click()
    his.page.get_by_role("link", name="Correct…").click()
    his.page.get_by_label("What readers will read").fill("It rises a sixth, not a fifth.")
    his.press("Publish the note")
    assert "Correction published" in his.said()
    assert Correction.objects.get().text == "It rises a sixth, not a fifth."


@pytest.mark.parametrize(("field", "label"), [("go_live_at", "Schedule for"), ("embargoed_until", "Schedule for")])
def test_an_editor_sets_an_hour_or_an_embargo_and_is_told_what_publishing_does(live_server, open_page, field, label):
    editor = make_staff(Role.EDITOR)
    desk = Desk(open_page(width=1440), live_server.url).sign_in(editor.email)
    desk.begin_story("News", "The ruling")
    desk.write("The court rules on Tuesday.")
    desk.page.get_by_role("tab", name="Hours").click()
    hour = (clock.now() + dt.timedelta(days=2)).strftime("%Y-%m-%d 06:00")
    desk.page.locator(f"#id_{field}").fill(hour)
    desk.page.keyboard.press("Tab")
    desk.press(f"{label} {hour}")
    desk.page.wait_for_url(f"{live_server.url}/desk/")
    assert "Nobody outside the newsroom sees it before." in desk.asked[-1]
    assert "Scheduled for" in desk.said()
    assert ("(embargo ends)" in desk.said()) == (field == "embargoed_until")
    story = StoryPage.objects.get()
    assert not story.live
    group = desk.page.get_by_role("region", name="Scheduled and under embargo").inner_text()
    assert "The ruling" in group
    assert ("Under embargo until" if field == "embargoed_until" else "Scheduled for") in group


def test_a_word_becomes_one_of_ours_by_one_key_and_the_story_stays_open(live_server, open_page):
    reporter = make_staff(Role.REPORTER)
    story = make_story("The quay", live=False, text="<p>A minsiter opened it on Monday.</p>")
    StoryPage.objects.filter(pk=story.pk).update(owner=reporter)
    desk = Desk(open_page(width=1440), live_server.url).sign_in(reporter.email)
    desk.page.goto(f"{live_server.url}/desk/pages/{story.pk}/edit/")
    button = desk.page.get_by_role("button", name="Add “minsiter” to our words")
    button.wait_for()
    button.press("Enter")
    desk.page.get_by_text("“minsiter” is one of our words now.").wait_for()
    assert HouseWord.objects.get().added_by == reporter
    assert desk.page.url.endswith("/edit/")
    desk.page.reload()
    desk.page.locator(".desk-panel").wait_for(state="attached")
    assert desk.page.get_by_text("“minsiter” is probably").count() == 0
