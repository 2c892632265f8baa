import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import PageLogEntry

from masthead.newsroom.stories import actions, gate, queries
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_picture, make_section, make_story

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=ZoneInfo("UTC"))


def at(moment):
    return time_machine.travel(moment, tick=False)


def test_a_published_story_is_public_from_that_moment():
    with at(NOON):
        story = make_story("Bridge opens")
    assert story.live
    assert story.published_at == NOON
    assert list(queries.published()) == [story]


def test_a_draft_is_nowhere_public():
    make_story("Bridge opens", live=False)
    assert not queries.published().exists()


def test_a_story_knows_its_section_and_keeps_up_when_it_moves():
    story = make_story(section=make_section("News"))
    assert story.section.title == "News"
    culture = make_section("Culture")
    story.move(culture, pos="last-child")
    assert StoryPage.objects.get(pk=story.pk).section == culture


def test_a_withdrawn_story_is_gone_from_every_list_and_comes_back_with_its_date():
    with at(NOON):
        story = make_story()
    with at(NOON + dt.timedelta(days=1)):
        actions.withdraw(story=story, user=None)
        assert not queries.published().exists()
        assert StoryPage.objects.get(pk=story.pk).published_at is None
        actions.publish(story=StoryPage.objects.get(pk=story.pk), user=None)
    assert queries.published().get().published_at == NOON


def test_a_scheduled_story_goes_out_at_its_hour_and_not_before():
    with at(NOON):
        story = make_story(live=False, go_live_at=NOON + dt.timedelta(hours=2))
        assert not actions.publish(story=story, user=None).live
    with at(NOON + dt.timedelta(hours=1, minutes=59)) as clock:
        assert actions.publish_due(now=NOON + dt.timedelta(hours=1, minutes=59)) == 0
        clock.shift(60)
        assert actions.publish_due(now=NOON + dt.timedelta(hours=2)) == 1
    assert queries.published().get() == story


def test_publishing_under_embargo_means_scheduling_for_its_end():
    end = NOON + dt.timedelta(hours=3)
    with at(NOON):
        story = actions.publish(story=make_story(live=False, embargoed_until=end), user=None)
        assert not story.live
        assert story.scheduled_revision.approved_go_live_at == end
    with at(end):
        assert actions.publish_due(now=end) == 1
    assert StoryPage.objects.get(pk=story.pk).published_at == end


def test_the_later_of_schedule_and_embargo_counts():
    with at(NOON):
        early = make_story(live=False, go_live_at=NOON + dt.timedelta(hours=1), embargoed_until=NOON + dt.timedelta(hours=3))
        late = make_story(live=False, go_live_at=NOON + dt.timedelta(hours=5), embargoed_until=NOON + dt.timedelta(hours=3))
        assert actions.publish(story=early, user=None).scheduled_revision.approved_go_live_at == NOON + dt.timedelta(hours=3)
        assert actions.publish(story=late, user=None).scheduled_revision.approved_go_live_at == NOON + dt.timedelta(hours=5)


def test_a_lifted_embargo_no_longer_schedules():
    with at(NOON):
        story = make_story(live=False, embargoed_until=NOON + dt.timedelta(hours=3))
        story = story.get_latest_revision_as_object()
        story.embargoed_until = None
        story.save_revision()
        assert actions.publish(story=StoryPage.objects.get(pk=story.pk), user=None).live


def test_an_embargo_prolonged_after_approval_still_holds():
    with at(NOON):
        story = actions.publish(story=make_story(live=False, embargoed_until=NOON + dt.timedelta(hours=1)), user=None)
        edited = story.get_latest_revision_as_object()
        edited.embargoed_until = NOON + dt.timedelta(hours=4)
        edited.save_revision()
    with at(NOON + dt.timedelta(hours=2)):
        assert actions.publish_due(now=NOON + dt.timedelta(hours=2)) == 0
        assert not queries.published().exists()


def test_a_live_row_cannot_be_written_under_embargo():
    with at(NOON):
        story = make_story()
        story.embargoed_until = NOON + dt.timedelta(hours=1)
        with pytest.raises(gate.EmbargoHolds, match="under embargo until 2026-03-10 13:00 UTC"):
            story.save()


def write_the_row(story):
    story.live = True
    story.save()


WAYS = {
    "action": lambda story: actions.publish(story=story, user=None),
    "revision": lambda story: story.get_latest_revision().publish(),
    "wagtail": lambda story: PublishPageRevisionAction(story.get_latest_revision()).execute(),
    "row": write_the_row,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_without_credit_keeps_a_story_back_whatever_the_way(way):
    story = make_story(live=False, lead_picture=make_picture(credit_line=""))
    with pytest.raises(gate.PublishRefused, match="has no credit line"):
        WAYS[way](story)
    assert not queries.published().exists()


def test_a_scheduled_story_refused_at_its_hour_is_unscheduled_with_the_reason_and_stops_no_other():
    with at(NOON):
        picture = make_picture()
        bad = actions.publish(story=make_story("Bad", live=False, go_live_at=NOON + dt.timedelta(hours=1), lead_picture=picture), user=None)
        actions.publish(story=make_story("Good", live=False, go_live_at=NOON + dt.timedelta(hours=1)), user=None)
        picture.credit_line = ""
        picture.save()
    with at(NOON + dt.timedelta(hours=1)):
        assert actions.publish_due(now=NOON + dt.timedelta(hours=1)) == 1
        assert actions.publish_due(now=NOON + dt.timedelta(hours=1)) == 0
    assert [story.title for story in queries.published()] == ["Good"]
    assert "no credit line" in PageLogEntry.objects.get(page_id=bad.pk, action="masthead.publish.refused").data["reason"]


def test_an_expired_story_is_taken_down():
    with at(NOON):
        story = make_story()
        StoryPage.objects.filter(pk=story.pk).update(expire_at=NOON + dt.timedelta(hours=1))
    with at(NOON + dt.timedelta(hours=1)):
        assert actions.publish_due(now=NOON + dt.timedelta(hours=1)) == 1
    assert not queries.published().exists()


def test_a_story_that_was_public_elsewhere_keeps_its_date():
    long_ago = dt.datetime(2012, 5, 4, 8, 30, tzinfo=dt.UTC)
    story = actions.publish(story=make_story(live=False), user=None, first_published_at=long_ago)
    assert story.first_published_at == story.published_at == story.last_published_at == long_ago


def test_two_stories_of_one_headline_have_two_addresses():
    first, second = make_story("Harbour reopens"), make_story("Harbour reopens")
    assert (first.slug, second.slug) == ("harbour-reopens", "harbour-reopens-2")


def test_bylines_keep_their_order():
    ada, ben, cleo = make_author("Ada"), make_author("Ben"), make_author("Cleo")
    story = make_story(bylines=[cleo, ada, (ben, "Pictures")])
    assert [(line.author, line.role) for line in story.bylines.all()] == [(cleo, ""), (ada, ""), (ben, "Pictures")]


def test_a_story_published_through_another_copy_can_be_withdrawn_through_an_old_one():
    draft = make_story(live=False)
    actions.publish(story=StoryPage.objects.get(pk=draft.pk), user=None)
    assert not actions.withdraw(story=draft, user=None).live
    assert not queries.published().exists()
