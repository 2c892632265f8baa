import datetime as dt

import pytest
import time_machine

from masthead.newsroom.stories import actions, queries
from masthead.newsroom.stories.models import FrontPage, Secondary
from tests.make import make_newsroom, make_section, make_story

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


def make_stories(number, **words):
    made = []
    for hour in range(number):
        with time_machine.travel(START + dt.timedelta(hours=hour), tick=False):
            made.append(make_story(f"Story {hour}", **words))
    return made


def test_an_empty_newsroom_has_an_empty_front():
    front = queries.front(make_newsroom())
    assert (front.lead, front.secondaries, front.strips) == (None, (), ())


def test_the_front_arranges_itself_newest_first_and_shows_no_story_twice():
    stories = make_stories(9)
    front = queries.front(make_newsroom())
    assert front.lead == stories[-1]
    assert list(front.secondaries) == stories[-2:-5:-1]
    assert [list(strip.stories) for strip in front.strips] == [stories[4::-1]]


def test_the_editors_choice_leads_while_it_is_public():
    stories = make_stories(6)
    page = make_newsroom()
    page.lead = stories[0]
    page.secondaries.set([Secondary(story=stories[1])])
    page.save()
    front = queries.front(FrontPage.objects.get())
    assert (front.lead, front.secondaries) == (stories[0], (stories[1],))
    actions.withdraw(story=stories[0], user=None)
    assert queries.front(FrontPage.objects.get()).lead == stories[-1]


def test_strips_follow_the_editors_order_and_count():
    make_stories(5, section=make_section("News"))
    culture = make_stories(5, section=make_section("Culture"))
    page = make_newsroom()
    page.strips = [("strip", {"section": make_section("Culture"), "count": 2})]
    page.save()
    front = queries.front(FrontPage.objects.get())
    assert [(strip.section.title, len(strip.stories)) for strip in front.strips] == [("Culture", 2)]
    assert set(front.strips[0].stories) <= set(culture)


def test_cards_of_any_number_cost_two_queries(django_assert_num_queries):
    make_stories(8)
    with django_assert_num_queries(2):
        for story in queries.cards(queries.published()):
            assert story.section.title
            assert [line.author.name for line in story.bylines.all()]
