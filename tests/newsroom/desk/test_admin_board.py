"""The board and the list of stories: what stands on them, in words, for the same price on any day."""

import datetime as dt

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.log_actions import log

from masthead.kernel import clock
from masthead.newsroom.desk import board, rules
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_picture, make_section, make_staff, make_story

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=2)
ZONE = rules.ZoneInfo("Europe/Lisbon")


@pytest.fixture
def editor(client: Client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def own(story, user):
    story.owner = user
    story.save()
    return story


def busy(editor, count):
    picture = make_picture(complete=False)
    for number in range(count):
        story = make_story(f"Draft {number}", live=False, lead_picture=picture, bylines=[make_author(), make_author()])
        if number % 3 == 0:
            story.get_workflow().start(story, editor)
        if number % 3 == 1:
            own(story, editor)
        make_story(f"Embargoed {number}", live=False, embargoed_until=clock.now() + dt.timedelta(days=1 + number))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"live": False, "changed": True, "was_public": False}, "Draft"),
        ({"live": True, "changed": False, "was_public": True}, "Published"),
        ({"live": True, "changed": True, "was_public": True}, "Published, with changes not yet public"),
        ({"live": False, "changed": False, "was_public": True}, "Withdrawn"),
        ({"live": False, "changed": True, "was_public": False, "in_review": True}, "In review"),
        ({"live": False, "changed": True, "was_public": False, "sent_back": True}, "Sent back"),
        ({"live": False, "changed": True, "was_public": False, "goes_out_at": LATER}, "Scheduled for Thu 12 Mar 12:00"),
        ({"live": True, "changed": True, "was_public": True, "goes_out_at": LATER}, "Published; changes scheduled for Thu 12 Mar 12:00"),
        ({"live": False, "changed": True, "was_public": False, "embargoed_until": LATER}, "Draft, embargo until Thu 12 Mar 12:00"),
        (
            {"live": False, "changed": True, "was_public": False, "embargoed_until": LATER, "goes_out_at": LATER},
            "Under embargo until Thu 12 Mar 12:00, then published",
        ),
        (
            {"live": False, "changed": True, "was_public": False, "embargoed_until": NOW + dt.timedelta(hours=1), "goes_out_at": LATER},
            "Scheduled for Thu 12 Mar 12:00",
        ),
        ({"live": False, "changed": True, "was_public": False, "embargoed_until": NOW}, "Draft"),
    ],
)
def test_where_a_story_stands_is_said_in_words(facts, words):
    assert rules.standing(rules.Facts(**facts), zone=ZONE, now=NOW).words == words


def test_hours_are_the_newsrooms_and_name_another_year():
    assert rules.hour(dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC), ZONE, now=NOW) == "Thu 2 Jul 00:30"
    assert rules.hour(dt.datetime(2027, 1, 1, 6, 0, tzinfo=dt.UTC), ZONE, now=NOW) == "Fri 1 Jan 2027 06:00"


def test_each_story_stands_where_it_belongs(editor):
    mine, waiting = own(make_story("Mine", live=False), editor), make_story("Waiting", live=False)
    waiting.get_workflow().start(waiting, make_staff(Role.REPORTER))
    held = actions.publish(story=make_story("Held", live=False, embargoed_until=clock.now() + dt.timedelta(days=1)), user=editor)
    blocked = make_story("Blocked", live=False, lead_picture=make_picture(complete=False))
    corrected = make_story("Corrected")
    note = actions.add_correction(story=corrected, kind="correction", text="It was nine.", user=editor, now=clock.now())
    found = board.board(user=editor, now=clock.now())
    assert [story.pk for story in found.mine] == [mine.pk]
    assert [(story.pk, story.standing.words, story.task is not None) for story in found.waiting] == [(waiting.pk, "In review", True)]
    assert [story.pk for story in found.coming] == [held.pk]
    assert "Under embargo until" in found.coming[0].standing.words
    assert [item.story.pk for item in found.blocked] == [blocked.pk]
    assert "has no credit line" in found.blocked[0].messages[0]
    assert list(found.corrections) == [note]


def test_a_reporter_is_offered_no_review(client):
    reporter = make_staff(Role.REPORTER)
    waiting = make_story("Waiting", live=False)
    waiting.get_workflow().start(waiting, reporter)
    assert board.board(user=reporter, now=clock.now()).waiting[0].task is None
    client.force_login(reporter)
    assert ">Review<" not in client.get("/desk/").content.decode()


def test_what_did_not_go_out_stays_on_the_board_until_it_does(editor):
    story = make_story("Refused", live=False)
    log(instance=story, action="masthead.publish.refused", data={"reason": "It has no credit."})
    assert [(refusal.story.pk, refusal.reason) for refusal in board.board(user=editor, now=clock.now()).refused] == [(story.pk, "It has no credit.")]
    actions.publish(story=StoryPage.objects.get(pk=story.pk), user=editor)
    assert board.board(user=editor, now=clock.now()).refused == []


def test_the_board_costs_the_same_on_any_day(client, editor, django_assert_max_num_queries):
    busy(editor, 3)
    client.get("/desk/")
    with CaptureQueriesContext(__import__("django.db").db.connection) as few:
        client.get("/desk/")
    busy(editor, 9)
    with django_assert_max_num_queries(len(few) + 1):
        client.get("/desk/")
    assert len(few) <= 46


def test_twenty_rows_of_the_list_cost_what_five_do(client, editor, django_assert_max_num_queries):
    busy(editor, 3)
    client.get("/desk/stories/")
    with CaptureQueriesContext(__import__("django.db").db.connection) as few:
        client.get("/desk/stories/")
    busy(editor, 9)
    with django_assert_max_num_queries(len(few) + 1):
        answer = client.get("/desk/stories/")
    assert len(answer.context["object_list"]) == 20
    assert len(few) <= 40


def test_the_list_is_cut_as_it_was_last(client, editor):
    news, culture = make_story("The ferry", section=make_section("News")), make_story("The choir", section=make_section("Culture"))
    cut = client.get(f"/desk/stories/?section={culture.section.pk}")
    assert [story.pk for story in cut.context["object_list"]] == [culture.pk]
    again = client.get("/desk/stories/", follow=True)
    assert [story.pk for story in again.context["object_list"]] == [culture.pk]
    client.get("/desk/stories/results/?section=")
    assert {story.pk for story in client.get("/desk/stories/", follow=True).context["object_list"]} == {news.pk, culture.pk}


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("draft", {"Draft", "Embargoed"}),
        ("review", {"Waiting"}),
        ("embargo", {"Embargoed"}),
        ("scheduled", {"Scheduled"}),
        ("published", {"Public"}),
        ("withdrawn", {"Gone"}),
    ],
)
def test_the_list_is_cut_by_state(client, editor, state, titles):
    make_story("Draft", live=False)
    make_story("Public")
    make_story("Embargoed", live=False, embargoed_until=clock.now() + dt.timedelta(days=1))
    actions.publish(story=make_story("Scheduled", live=False, go_live_at=clock.now() + dt.timedelta(days=1)), user=editor)
    actions.withdraw(story=make_story("Gone"), user=editor)
    waiting = make_story("Waiting", live=False)
    waiting.get_workflow().start(waiting, editor)
    found = client.get(f"/desk/stories/?state={state}").context["object_list"]
    assert {story.title for story in found} == titles


def test_the_list_is_searched_by_headline_and_byline(client, editor):
    make_story("The ferry sinks", bylines=[make_author("Ada Okafor")])
    make_story("The choir sings", bylines=[make_author("Tom Abara")])
    titles = {
        query: [story.title for story in client.get("/desk/stories/", {"q": query}).context["object_list"]] for query in ("ferr", "okafor", "abara choir")
    }
    assert titles == {"ferr": ["The ferry sinks"], "okafor": ["The ferry sinks"], "abara choir": ["The choir sings"]}


def test_who_holds_the_lock_and_who_is_in_it_is_said(client, editor):
    story = make_story("The ferry", live=False)
    story.locked, story.locked_by, story.locked_at = True, make_staff(Role.PUBLISHER), clock.now()
    story.locked_by.first_name, story.locked_by.last_name = "Ruth", "Lindqvist"
    story.locked_by.save()
    story.save()
    other = Client()
    other.force_login(story.locked_by)
    other.get(f"/desk/pages/{story.pk}/edit/")
    page = client.get("/desk/stories/").content.decode()
    assert "Held by Ruth Lindqvist" in page
    assert "Ruth Lindqvist is in it now" in page
