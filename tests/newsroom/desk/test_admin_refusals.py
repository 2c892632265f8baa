"""A refusal in the admin is a sentence and a way back, whatever the way in."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from wagtail.models import TaskState

from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_picture, make_section, make_staff, make_story
from tests.newsroom.desk.story_form import form

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def uncredited(**words):
    return make_story("The ferry", live=False, lead_picture=make_picture(complete=False), **words)


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_bulk_publishing_says_which_story_may_not_go_out_and_publishes_none(client, editor):
    good, bad = make_story("The pier", live=False), uncredited()
    answer = client.post(f"/desk/bulk/wagtailcore/page/publish/?id={good.pk}&id={bad.pk}&next=/desk/stories/", {"next": "/desk/stories/"})
    assert answer.status_code == 302
    assert answer.url == "/desk/stories/"
    assert "“The ferry” cannot be published yet" in said(answer)
    assert not StoryPage.objects.filter(live=True).exists()


def test_bulk_publishing_says_what_waits_for_its_embargo(client, editor):
    held = make_story("The ruling", live=False, embargoed_until=clock.now() + dt.timedelta(days=2))
    answer = client.post(f"/desk/bulk/wagtailcore/page/publish/?id={held.pk}&next=/desk/stories/", {})
    assert "“The ruling” is not out yet: it goes out" in said(answer)
    assert not StoryPage.objects.get(pk=held.pk).live


def test_approving_what_blocks_leaves_the_review_where_it_was(client, editor):
    story = uncredited()
    story.get_workflow().start(story, editor)
    task = story.current_workflow_task_state
    answer = client.post(f"/desk/pages/workflow/action/{story.pk}/approve/{task.pk}/", {})
    assert answer.status_code == 302
    assert "cannot be published yet" in said(answer)
    assert TaskState.objects.get(pk=task.pk).status == TaskState.STATUS_IN_PROGRESS


def test_a_script_gets_409_and_the_sentence(client, editor):
    bad = uncredited()
    answer = client.post(f"/desk/bulk/wagtailcore/page/publish/?id={bad.pk}", {}, HTTP_ACCEPT="application/json")
    assert answer.status_code == 409
    assert "cannot be published yet" in answer.json()["error_message"]


def test_a_refusal_never_leads_to_another_site(client, editor):
    bad = uncredited()
    answer = client.post(f"/desk/bulk/wagtailcore/page/publish/?id={bad.pk}&next=https://evil.example/", {}, HTTP_REFERER="https://evil.example/")
    assert answer.url == "/desk/"


def test_publishing_a_new_story_under_embargo_schedules_it_and_never_shows_it(client, editor, section):
    until = clock.now() + dt.timedelta(days=2)
    answer = client.post(f"/desk/pages/add/stories/storypage/{section.pk}/", form(embargoed_until=f"{until:%Y-%m-%d %H:%M}"))
    assert answer.status_code == 302, answer.context["form"].errors
    story = StoryPage.objects.get()
    assert not story.live
    assert "Scheduled for" in said(answer)
    assert "(embargo ends)" in said(answer)


def test_publishing_what_blocks_keeps_what_was_typed(client, editor, section):
    picture = make_picture(complete=False)
    answer = client.post(f"/desk/pages/add/stories/storypage/{section.pk}/", form(lead_picture=str(picture.pk)))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Words that took an hour" in page
    assert "has no credit line" in page
    assert not StoryPage.objects.exists()


def test_publishing_says_so(client, editor, section):
    answer = client.post(f"/desk/pages/add/stories/storypage/{section.pk}/", form())
    assert "Published now: “The ferry”." in said(answer)
    assert StoryPage.objects.get().live


@pytest.fixture
def section():
    return make_section()
