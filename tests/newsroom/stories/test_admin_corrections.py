"""Corrections in the desk: added and withdrawn with words, deleted by nobody."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Correction
from tests.make import make_staff, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def note(story, editor):
    return actions.add_correction(story=story, kind="correction", text="It was nine.", user=editor, now=clock.now())


def test_a_correction_is_published_from_the_story_and_leads_back_to_it(client, editor):
    story = make_story("The ferry")
    edit = f"/desk/pages/{story.pk}/edit/"
    answer = client.post(f"/desk/corrections/add/{story.pk}/", {"kind": "clarification", "text": "It sails daily.", "next": edit})
    assert answer.url == edit
    found = Correction.objects.get()
    assert (found.kind, found.text, found.author, found.revision) == ("clarification", "It sails daily.", editor, story.live_revision)


@pytest.mark.parametrize("words", [{"kind": "correction", "text": " "}, {"kind": "nonsense", "text": "It was nine."}])
def test_a_correction_that_says_nothing_is_not_stored(client, editor, words):
    answer = client.post(f"/desk/corrections/add/{make_story().pk}/", words)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Correction.objects.exists()


def test_a_story_that_was_never_public_is_changed_and_not_corrected(client, editor):
    story = make_story(live=False)
    assert client.get(f"/desk/corrections/add/{story.pk}/").url == f"/desk/pages/{story.pk}/edit/"
    assert "Correct…" not in client.get(f"/desk/pages/{story.pk}/edit/").content.decode()


def test_withdrawing_needs_a_reason_and_keeps_the_note(client, editor):
    found = note(make_story(), editor)
    assert client.post(f"/desk/corrections/withdraw/{found.pk}/", {"reason": " "}).status_code == 200
    client.post(f"/desk/corrections/withdraw/{found.pk}/", {"reason": "It was ten after all."})
    found.refresh_from_db()
    assert found.withdrawn_reason == "It was ten after all."
    page = client.get("/desk/corrections/").content.decode()
    assert "It was nine." in page
    assert "It was ten after all." in page


def test_afterwards_one_is_never_led_to_another_site(client, editor):
    story = make_story()
    answer = client.post(f"/desk/corrections/add/{story.pk}/", {"kind": "update", "text": "It sails.", "next": "https://evil.example/"})
    assert answer.url == "/desk/corrections/"


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_there_is_no_page_that_edits_or_deletes_one(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"corrections:{name}", args=[1])
