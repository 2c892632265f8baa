"""Two people at one story: each sees the other, and neither overwrites the other's words without being told."""

import pytest

from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import StoryPage
from tests.browser.desk import Desk
from tests.make import make_staff, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTLES = 3000  # ms in which Wagtail's editor takes note of how the form was; what changes before counts as having been there


@pytest.fixture
def two(live_server, open_page):
    """Sign in Omar and Ruth, with one draft between them."""
    omar, ruth = make_staff(Role.EDITOR), make_staff(Role.PUBLISHER)
    for user, first, last in ((omar, "Omar", "Reyes"), (ruth, "Ruth", "Lindqvist")):
        user.first_name, user.last_name = first, last
        user.save()
    story = make_story("The ferry", live=False)
    his, hers = (Desk(open_page(width=1440), live_server.url).sign_in(user.email) for user in (omar, ruth))
    return his, hers, f"{live_server.url}/desk/pages/{story.pk}/edit/"


def headline():
    return StoryPage.objects.get().get_latest_revision_as_object().title


def until(page, true):
    """Wait up to 15 seconds for the editor to have saved by itself."""
    for _ in range(60):
        if true():
            return
        page.wait_for_timeout(250)
    pytest.fail("the editor did not save by itself")


def test_the_second_sees_the_first_and_cannot_overwrite_in_silence(two):
    his, hers, address = two
    his.page.goto(address)
    hers.page.goto(address)
    assert "Omar Reyes is in this story now." in hers.said()
    his.page.wait_for_timeout(SETTLES)
    his.page.locator("#id_title").fill("The ferry sails")
    his.page.locator("#id_standfirst").click()
    until(his.page, lambda: headline() == "The ferry sails")
    hers.page.locator("#id_title").fill("The ferry sinks")
    hers.page.locator("#id_standfirst").click()
    hers.page.get_by_text("Autosave is paused", exact=False).first.wait_for()
    assert headline() == "The ferry sails", "her words wait; his are not overwritten"


def test_a_lock_says_who_holds_it_and_keeps_the_other_out(two):
    his, hers, address = two
    story = StoryPage.objects.get()
    his.page.request.post(
        address.replace("/edit/", "/lock/"),
        headers={"X-CSRFToken": next(cookie["value"] for cookie in his.page.context.cookies() if cookie["name"] == "csrftoken"), "Referer": address},
    )
    story.refresh_from_db()
    assert story.locked
    hers.page.goto(address)
    assert "Omar Reyes" in hers.said()
    assert hers.page.get_by_role("button", name="Save draft").count() == 0
    hers.page.goto(address.split("/pages/")[0] + "/stories/")
    assert hers.page.get_by_text("Held by Omar Reyes").is_visible()
