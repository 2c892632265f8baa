"""What was public elsewhere comes in with its dates, through the same gate."""

import datetime as dt

import pytest

from masthead.newsroom.pictures.models import PublicUse
from masthead.newsroom.stories import gate
from masthead.newsroom.stories.actions import Draft, admit, create_page, create_story, found_newsroom, publish, revise_story
from masthead.newsroom.stories.models import FrontPage, SectionPage, StoryPage
from masthead.newsroom.stories.queries import published

pytestmark = pytest.mark.django_db
THEN = dt.datetime(2013, 6, 7, 3, 0, 44, tzinfo=dt.UTC)
LATER = dt.datetime(2014, 1, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@pytest.fixture
def section() -> SectionPage:
    found_newsroom(name="Harbour News", host="harbour.example")
    return SectionPage.objects.get(slug="news")


def test_an_admitted_story_is_public_with_its_old_dates(section):
    story = create_story(section=section, draft=Draft(headline="Ferry returns", body=[("paragraphs", "<p>It did.</p>")]), user=None)
    admit(page=story, user=None, first_published_at=THEN, last_published_at=LATER, now=NOW)
    stored = StoryPage.objects.get(pk=story.pk)
    assert stored.live
    assert not stored.has_unpublished_changes
    assert (stored.first_published_at, stored.last_published_at, stored.published_at) == (THEN, LATER, THEN)
    assert stored.live_revision_id == stored.latest_revision_id
    assert list(published()) == [stored]


def test_the_gate_stands_before_admission(section):
    story = create_story(section=section, draft=Draft(headline="Nothing in it"), user=None)
    with pytest.raises(gate.PublishRefused):
        admit(page=story, user=None, first_published_at=THEN, last_published_at=THEN, now=NOW)
    assert not StoryPage.objects.get(pk=story.pk).live
    assert not PublicUse.objects.exists()


def test_a_standing_page_is_admitted_too(section):
    page = create_page(parent=FrontPage.objects.get(), title="Ethics", body=[("paragraphs", "<p>Ours.</p>")], user=None)
    admit(page=page, user=None, first_published_at=THEN, last_published_at=THEN, now=NOW)
    page.refresh_from_db()
    assert page.live
    assert page.url_path.endswith("/ethics/")


def test_a_revised_story_changes_for_readers_only_when_it_is_published(section):
    story = create_story(section=section, draft=Draft(headline="Ferry returns", body=[("paragraphs", "<p>It did.</p>")]), user=None)
    admit(page=story, user=None, first_published_at=THEN, last_published_at=THEN, now=NOW)
    revised = revise_story(story=story, draft=Draft(headline="Ferry sails", body=[("paragraphs", "<p>It does.</p>")]), user=None)
    assert StoryPage.objects.get(pk=story.pk).title == "Ferry returns"
    publish(story=revised, user=None)
    stored = StoryPage.objects.get(pk=story.pk)
    assert (stored.title, stored.slug, stored.first_published_at) == ("Ferry sails", "ferry-returns", THEN)
