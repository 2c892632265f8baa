"""The story's editor: findings beside the words, reasons kept, the first byline there already, the desk's own words."""

import datetime as dt
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from masthead.kernel import clock
from masthead.newsroom import desk
from masthead.newsroom.desk.models import Acceptance
from masthead.newsroom.desk.policy import nonce_for
from masthead.newsroom.desk.queries import standing
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions, gate
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_picture, make_section, make_staff, make_story
from tests.newsroom.desk.story_form import form

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def blocked():
    return make_story("The pier", live=False, lead_picture=make_picture(complete=False))


def test_the_desks_panel_says_what_it_found_and_what_to_do(client, editor, blocked):
    page = client.get(f"/desk/pages/{blocked.pk}/edit/").content.decode()
    assert "Blocks publication" in page
    assert "has no credit line: open it under Pictures" in page
    assert f"/desk/images/{blocked.lead_picture_id}/" in page
    assert "Let it stand…" in page


def test_a_reporter_is_shown_findings_but_lets_none_stand(client, blocked):
    reporter = make_staff(Role.REPORTER)
    blocked.owner = reporter
    blocked.save()
    client.force_login(reporter)
    page = client.get(f"/desk/pages/{blocked.pk}/edit/").content.decode()
    assert "Blocks publication" in page
    assert "Let it stand…" not in page
    assert client.post(f"/desk/findings/{blocked.pk}/{gate.findings(blocked)[0].key}/", {"reason": "Please."}).status_code in {302, 403}
    assert not Acceptance.objects.exists()


def test_a_finding_stands_with_a_reason_and_the_reason_is_shown(client, editor, blocked):
    finding = gate.findings(blocked)[0]
    address = f"/desk/findings/{blocked.pk}/{finding.key}/"
    assert client.post(address, {"reason": " "}).status_code == 200
    assert client.post(address, {"reason": "Agreed with the agency."}).url == f"/desk/pages/{blocked.pk}/edit/"
    assert finding.key not in {found.key for found in gate.findings(blocked)}
    assert "Agreed with the agency." in client.get(f"/desk/pages/{blocked.pk}/edit/").content.decode()
    assert client.get(address).status_code == 302, "what was let stand is not asked again"


def test_what_the_list_says_is_what_the_gate_says(editor):
    picture = make_picture(complete=False)
    stories = [
        make_story(live=False, lead_picture=picture),
        make_story(live=False, bylines=[]),
        make_story(live=False, body=[("gallery", {"pictures": [{"picture": picture, "caption": "", "size": "column"}] * 2, "caption": ""})]),
        make_story(live=False, body=[("picture", {"picture": picture, "caption": "<p>Here</p>", "size": "column"})]),
        make_story(live=False, body=[]),
    ]
    found = standing(stories)
    for story in stories:
        latest = story.get_latest_revision_as_object()
        assert [finding.key for finding in found[story.pk]] == [finding.key for finding in gate.findings(latest)]
        assert found[story.pk]


def test_a_new_story_is_signed_by_whoever_begins_it(client, editor):
    author = make_author("Omar Reyes", user=editor)
    page = client.get(f"/desk/pages/add/stories/storypage/{make_section().pk}/")
    assert [row.instance.author for row in page.context["form"].formsets["bylines"].forms] == [author]


def test_the_byline_that_stood_there_is_stored(client, editor):
    author = make_author("Omar Reyes", user=editor)
    rows = {
        "bylines-TOTAL_FORMS": "1",
        "bylines-INITIAL_FORMS": "1",
        "bylines-0-author": str(author.pk),
        "bylines-0-role": "",
        "bylines-0-id": "",
        "bylines-0-ORDER": "1",
    }
    client.post(f"/desk/pages/add/stories/storypage/{make_section().pk}/", form(**rows))
    assert [byline.author for byline in StoryPage.objects.get().bylines.all()] == [author]


def test_a_second_headline_in_the_same_words_gets_an_address_of_its_own(client, editor):
    section = make_section()
    for _ in range(2):
        client.post(f"/desk/pages/add/stories/storypage/{section.pk}/", form())
    assert set(StoryPage.objects.values_list("slug", flat=True)) == {"the-ferry", "the-ferry-2"}


def test_a_story_without_an_address_gets_it_from_its_headline(client, editor):
    client.post(f"/desk/pages/add/stories/storypage/{make_section().pk}/", form(title="La traversée d’Été", slug=""))
    assert StoryPage.objects.get().slug == "la-traversée-dété"


def test_earlier_datelines_and_languages_are_offered_by_name(client, editor):
    make_story(dateline="Port Meridian")
    page = client.get(f"/desk/pages/add/stories/storypage/{make_section().pk}/").content.decode()
    assert '<option value="Port Meridian">' in page
    assert "Arabic (العربيّة)" in page


def test_an_embargo_is_marked_above_the_form(client, editor):
    story = make_story(live=False, embargoed_until=clock.now() + dt.timedelta(days=1), embargo_note="The court")
    page = client.get(f"/desk/pages/{story.pk}/edit/").content.decode()
    assert "Under embargo until" in page
    assert "The court" in page


def test_comments_can_be_made_on_a_story(client, editor):
    assert 'data-side-panel-toggle="comments"' in client.get(f"/desk/pages/{make_story().pk}/edit/").content.decode()


def test_approving_takes_the_editors_last_changes_with_it(client, editor):
    story = make_story("The ferry", live=False)
    story.get_workflow().start(story, make_staff(Role.REPORTER))
    words = form(title="The ferry sails", slug=story.slug) | {
        "action-workflow-action": "true",
        "workflow-action-name": "approve",
        "loaded_revision_id": str(story.latest_revision_id),
    }
    del words["action-publish"]
    words["loaded_revision_created_at"] = story.latest_revision.created_at.isoformat()
    client.post(f"/desk/pages/{story.pk}/edit/", words)
    story.refresh_from_db()
    assert (story.live, story.title, story.workflow_in_progress) == (True, "The ferry sails", False)


def test_approving_what_somebody_changed_meanwhile_is_refused(client, editor):
    story = make_story("The ferry", live=False)
    seen = story.latest_revision
    story.get_workflow().start(story, make_staff(Role.REPORTER))
    story.title = "The ferry sinks"
    story.save_revision()
    words = form(slug=story.slug) | {"action-workflow-action": "true", "workflow-action-name": "approve", "loaded_revision_id": str(seen.pk)}
    del words["action-publish"]
    answer = client.post(f"/desk/pages/{story.pk}/edit/", words)
    assert "somebody saved a newer version while you read" in answer.content.decode()
    story.refresh_from_db()
    assert not story.live


def test_pictures_say_what_they_lack(client, editor):
    make_picture(complete=False)
    actions.publish(story=make_story(live=False, lead_picture=make_picture(credit_line="Ada Okafor")), user=editor)
    page = client.get("/desk/images/").content.decode()
    assert "No credit" in page
    assert "No alternative text" in page
    assert "Ada Okafor" in page
    assert ">Public<" in page


def test_the_desks_words_are_compiled_as_they_are_written():
    folder = Path(next(iter(desk.__path__))) / "locale/en/LC_MESSAGES"
    with (folder / "django.po").open("rb") as written, (folder / "django.mo").open("rb") as compiled:
        words, shipped = [message for message in read_po(written, locale="en") if message.id], GNUTranslations(compiled)
    assert len(words) > 100
    for message in words:
        one, *_ = message.id if isinstance(message.id, tuple) else (message.id,)
        said = shipped.ngettext(*message.id, 1) if isinstance(message.id, tuple) else shipped.gettext(one)
        assert said == (message.string[0] if isinstance(message.string, (tuple, list)) else message.string), one


def test_a_nonce_is_one_for_a_session_and_cannot_be_told_from_its_key():
    assert nonce_for("a") == nonce_for("a") != nonce_for("b")
    assert nonce_for(None) != nonce_for(None)
    assert "a" * 32 not in nonce_for("a" * 32)
