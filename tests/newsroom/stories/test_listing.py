"""Lists of public stories: which stories, in which order, and how a long one is paged."""

import datetime as dt

import pytest
import time_machine

from masthead.newsroom.stories import calendar, listing
from masthead.newsroom.stories.listing import Leaves
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_newsroom, make_section, make_story, make_topic

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


def make_stories(count, **words):
    """Make stories, two of each hour, and return them, the newest first."""
    made = []
    for number in range(count):
        with time_machine.travel(START + dt.timedelta(hours=number // 2), tick=False):
            made.append(make_story(f"Story {number}", **words))
    return made[::-1]


@pytest.fixture
def short_lists(monkeypatch):
    """Have a list of more than four stories count as long, and a leaf hold two."""
    monkeypatch.setattr(listing, "COUNTED", 4)
    monkeypatch.setattr(listing, "LEAF_LENGTH", 2)


def leaves(listed):
    return Leaves(listed, 2)


def test_lists_by_topic_author_and_section_hold_each_public_story_once():
    topic, author = make_topic(), make_author()
    shown = make_story(topics=[topic], bylines=[author, (author, "Pictures")])
    make_story(live=False, topics=[topic], bylines=[author])
    other = make_story("Elsewhere", section=make_section("Culture"))
    assert list(listing.of_topic(topic)) == [shown]
    assert list(listing.of_author(author)) == [shown]
    assert list(listing.of_section(make_section("Culture"))) == [other]
    assert [listed.count() for listed in (listing.of_topic(topic), listing.of_author(author))] == [1, 1]


def test_a_story_taken_off_by_a_hand_on_the_database_is_in_no_list():
    story = make_story(topics=[make_topic("Ports")])
    StoryPage.objects.filter(pk=story.pk).update(live=False)
    assert list(listing.of_section(story.section)) == []


@pytest.mark.usefixtures("short_lists")
def test_a_long_list_is_in_the_same_order_and_holds_the_same_stories_as_a_short_one(monkeypatch):
    topic, author = make_topic(), make_author()
    stories = make_stories(7, topics=[topic], bylines=[author, (author, "Pictures")])
    for listed in (listing.of_topic(topic), listing.of_author(author), listing.of_section(stories[0].section)):
        assert listed.is_long
        assert list(listed) == stories
        assert listed[2:4] == stories[2:4]
        assert listed[1] == stories[1]
        assert (listed.counted, listed.count()) == (5, 7)
    monkeypatch.setattr(listing, "COUNTED", 100)
    assert list(listing.of_author(author)) == stories


@pytest.mark.usefixtures("short_lists")
def test_the_leaves_of_a_long_list_are_not_numbered_but_all_there():
    stories = make_stories(9)
    section = stories[0].section
    first = leaves(listing.of_section(section)).get_page("1")
    assert (list(first), first.paginator.goes_on, first.has_next()) == (stories[:2], True, True)
    deep = leaves(listing.of_section(section)).get_page("4")
    assert (list(deep), deep.paginator.goes_on, deep.paginator.num_pages) == (stories[6:8], False, 5)
    for odd, number in (("99", 5), ("x", 1), ("-1", 5), ("0", 5), ("٣", 3), (None, 1)):
        found = leaves(listing.of_section(section)).get_page(odd)
        assert found.number in {number, 3}, odd
        assert list(found)


def test_a_short_list_says_how_many_leaves_it_has():
    make_stories(3)
    page = leaves(listing.of_section(make_section())).get_page("2")
    assert (page.paginator.goes_on, page.paginator.num_pages, page.has_next()) == (False, 2, False)


def test_months_and_days_are_those_of_the_newsrooms_zone(settings):
    settings.ENV = settings.ENV.model_copy(update={"time_zone": "Asia/Tokyo"})
    make_newsroom()
    assert calendar.months() == []
    for hour in (
        dt.datetime(2026, 1, 31, 20, 0, tzinfo=dt.UTC),
        dt.datetime(2025, 12, 31, 14, 59, 59, tzinfo=dt.UTC),
        dt.datetime(2026, 2, 1, 14, 59, 59, tzinfo=dt.UTC),
    ):
        with time_machine.travel(hour, tick=False):
            make_story()
    assert calendar.months() == [dt.date(2026, 2, 1), dt.date(2025, 12, 1)]
    assert calendar.days(dt.date(2026, 2, 1)) == [calendar.Day(dt.date(2026, 2, 1), 2)]
    assert calendar.days(dt.date(2025, 12, 1)) == [calendar.Day(dt.date(2025, 12, 31), 1)]


def test_a_calendar_of_many_years_is_looked_through_whole(monkeypatch):
    monkeypatch.setattr(calendar, "AT_ONCE", 5)
    for year in (1994, 2010, 2026):
        with time_machine.travel(dt.datetime(year, 6, 1, tzinfo=dt.UTC), tick=False):
            make_story()
    assert [month.year for month in calendar.months()] == [2026, 2010, 1994]
