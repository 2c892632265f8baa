"""A story's history tells in words what the newsroom did to it."""

import pytest
from django.test import Client

from masthead.kernel import clock
from masthead.newsroom.staff.actions import add_user
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import SectionPage

pytestmark = pytest.mark.django_db


def test_history_names_corrections_and_their_withdrawal(client: Client) -> None:
    actions.found_newsroom(name="The Harbour", host="testserver")
    editor = add_user(email="ed@news.example", password="correct horse battery", role=Role.EDITOR)
    draft = actions.Draft(headline="Ferry fares rise", body=[("paragraphs", "<p>Text.</p>")])
    story = actions.publish(story=actions.create_story(section=SectionPage.objects.first(), draft=draft, user=editor), user=editor)
    note = actions.add_correction(story=story, kind="update", text="The fare is 4.20.", user=editor, now=clock.now())
    actions.withdraw_correction(correction=note, reason="It was right.", user=editor, now=clock.now())
    client.force_login(editor)
    page = client.get(f"/desk/pages/{story.pk}/history/").content.decode()
    assert "Update published: The fare is 4.20." in page
    assert "Correction withdrawn: “The fare is 4.20.”, because: It was right." in page
