"""The admin under its content security policy: nothing of Wagtail's is refused, nothing foreign runs, axe finds nothing on our pages."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from masthead.kernel import clock
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import FrontPage, SectionPage, StoryPage
from tests.browser.desk import Desk
from tests.make import PASSWORD, make_author, make_picture, make_staff, make_story, make_topic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ATTACK = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.fixture
def desk(live_server, open_page):
    """Sign in the publisher at a newsroom with one of everything, and note what the policy refuses."""
    publisher = make_staff(Role.PUBLISHER)
    make_author("Ines Cole", user=publisher)
    make_topic("Ferries")
    story = make_story("The ferry", lead_picture=make_picture(), bylines=[make_author(ATTACK)], standfirst=ATTACK)
    actions.add_correction(story=story, kind="correction", text=ATTACK, user=publisher, now=clock.now())
    make_story("The pier", live=False, lead_picture=make_picture(complete=False))
    signed_in = Desk(open_page(width=1440), live_server.url).sign_in(publisher.email)
    signed_in.refused = []

    def note(line):
        probe = "inline event handler" in line.text and "/desk/images/" in signed_in.page.url  # Wagtail's cropper asks whether the screen can be touched
        if "Content Security Policy" in line.text and not probe:
            signed_in.refused.append(line.text)

    signed_in.page.on("console", note)
    signed_in.page.on("pageerror", lambda error: signed_in.refused.append(str(error)))
    return signed_in


def addresses():
    story, draft = StoryPage.objects.get(title="The ferry"), StoryPage.objects.get(title="The pier")
    section, front, person = SectionPage.objects.first(), FrontPage.objects.first(), User.objects.first()
    return [
        *("", "stories/", "stories/choose_parent/", "corrections/", f"corrections/add/{story.pk}/", f"corrections/withdraw/{story.corrections.get().pk}/"),
        *("authors/", "authors/add/", "topics/", "images/", "images/add/", f"images/{story.lead_picture_id}/", "documents/", "documents/add/", "redirects/"),
        *(f"pages/{pk}/edit/" for pk in (story.pk, draft.pk, section.pk, front.pk)),
        *(f"pages/{story.pk}/{view}/" for view in ("history", "usage", "move", "copy", "unpublish", "delete", "workflow_history")),
        *(f"pages/{front.pk}/", f"pages/add/stories/storypage/{section.pk}/", f"pages/{story.pk}/revisions/compare/earliest...latest/"),
        *("reports/locked/", "reports/workflow/", "reports/site-history/", "workflows/list/", "checks/", "users/", f"users/edit/{person.pk}/", "account/"),
    ]


def test_no_page_of_the_admin_needs_what_the_policy_refuses(desk):
    for address in addresses():
        answer = desk.page.goto(f"{desk.url}/desk/{address}")
        assert answer.status == 200, address
        assert "script-src 'self' 'nonce-" in answer.headers["content-security-policy"]
        desk.page.wait_for_load_state("networkidle")
        assert desk.refused == [], address
        assert desk.page.title() != "taken", address


def test_the_fields_that_wagtail_starts_with_scripts_work(desk):
    desk.begin_story("News", "The ruling")
    page = desk.page
    page.get_by_role("button", name="Add Byline").click()
    page.get_by_role("button", name="Choose author").last.click()
    page.get_by_role("link", name="Ines Cole").click()
    page.locator(".modal-body").wait_for(state="detached")
    desk.write("It rules.")
    page.get_by_role("tab", name="Hours").click()
    page.locator("#id_embargoed_until").click()
    page.locator(".xdsoft_datetimepicker:visible").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Story").click()
    page.get_by_role("button", name="Choose a picture").first.click()
    modal = page.locator(".modal-body")
    modal.get_by_role("tab", name="Upload").click()
    modal.get_by_label("Taken on").fill("2026-03-10")
    assert desk.refused == []


def test_axe_finds_nothing_on_our_own_pages(desk):
    story, draft = StoryPage.objects.get(title="The ferry"), StoryPage.objects.get(title="The pier")
    key = next(iter(actions.blocking(draft))).key
    ours = ["", "stories/", "stories/choose_parent/", "corrections/", f"corrections/add/{story.pk}/", f"findings/{draft.pk}/{key}/", "checks/"]
    for address in ours:
        desk.page.goto(f"{desk.url}/desk/{address}")
        desk.page.wait_for_load_state("networkidle")
        found = Axe().run(desk.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert [(hit["id"], hit["nodes"][0]["html"]) for hit in found.response["violations"]] == [], address


def test_signing_in_works_and_reads_well(live_server, open_page):
    make_staff(Role.EDITOR, email="ed@news.example")
    page = open_page(width=1440)
    answer = page.goto(f"{live_server.url}/desk/login/")
    assert "nonce-" in answer.headers["content-security-policy"]
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.response["violations"] == []
    page.get_by_label("E-mail address").fill("ed@news.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/desk/")
