import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile

from masthead.kernel import clock
from masthead.newsroom.pictures.models import Attachment, PublicUse
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import InfoPage, StoryPage
from tests.make import make_author, make_newsroom, make_picture, make_story

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def is_public(picture):
    return PublicUse.objects.filter(picture=picture).exists()


def make_attachment():
    return Attachment.objects.create(title="Ruling", file=ContentFile(b"%PDF-1.4", name="ruling.pdf"))


def in_every_place(picture):
    return [
        ("paragraphs", "<p>Text.</p>"),
        ("picture", {"picture": picture[0], "caption": "", "size": "column"}),
        (
            "gallery",
            {"pictures": [{"picture": picture[1], "caption": "", "size": "column"}, {"picture": picture[2], "caption": "", "size": "column"}], "caption": ""},
        ),
        ("embed", {"url": "https://video.example/1", "title": "Film", "provider": "", "still": picture[3]}),
    ]


def test_pictures_of_a_draft_are_nobodys_and_of_a_published_story_everyones():
    lead, *inside = [make_picture() for _ in range(5)]
    story = make_story(live=False, lead_picture=lead, body=in_every_place(inside))
    assert not any(map(is_public, [lead, *inside]))
    actions.publish(story=story, user=None)
    assert all(map(is_public, [lead, *inside]))


@pytest.mark.parametrize("end", ["unpublish", "delete", "expire"])
def test_pictures_are_withdrawn_with_their_story(end):
    picture = make_picture()
    story = make_story(lead_picture=picture)
    if end == "unpublish":
        actions.withdraw(story=story, user=None)
    elif end == "delete":
        StoryPage.objects.get(pk=story.pk).delete()
    else:
        StoryPage.objects.filter(pk=story.pk).update(expire_at=NOON)
        actions.publish_due(now=clock.now())
    assert not is_public(picture)


def test_a_picture_that_another_story_shows_stays_public():
    picture = make_picture()
    first, _second = make_story(lead_picture=picture), make_story(lead_picture=picture)
    actions.withdraw(story=first, user=None)
    assert is_public(picture)


def test_a_picture_dropped_from_a_new_version_is_withdrawn_when_that_goes_live():
    old, new = make_picture(), make_picture()
    story = make_story(lead_picture=old)
    story.lead_picture = new
    revision = story.save_revision()
    assert is_public(old)
    assert not is_public(new)
    revision.publish()
    assert is_public(new)
    assert not is_public(old)


def test_a_picture_of_a_scheduled_or_embargoed_story_waits_for_its_hour():
    picture = make_picture()
    with time_machine.travel(NOON, tick=False):
        actions.publish(story=make_story(live=False, lead_picture=picture, embargoed_until=NOON + dt.timedelta(hours=1)), user=None)
        assert not is_public(picture)
    with time_machine.travel(NOON + dt.timedelta(hours=1), tick=False):
        actions.publish_due(now=NOON + dt.timedelta(hours=1))
    assert is_public(picture)


def test_attachments_in_blocks_and_in_links_follow_their_story():
    block, link = make_attachment(), make_attachment()
    body = [("document", {"document": block, "description": ""}), ("paragraphs", f'<p>Read <a linktype="document" id="{link.pk}">it</a>.</p>')]
    story = make_story(live=False, body=body)
    assert not PublicUse.objects.exists()
    actions.publish(story=story, user=None)
    assert set(PublicUse.objects.values_list("attachment", flat=True)) == {block.pk, link.pk}


def test_a_plain_page_holds_its_pictures_too():
    picture = make_picture()
    page = InfoPage(title="Contact", slug="contact", live=False, body=[("picture", {"picture": picture, "caption": "", "size": "column"})])
    make_newsroom().add_child(instance=page)
    assert not is_public(picture)
    page.save_revision().publish()
    assert is_public(picture)


def test_an_authors_portrait_is_public_while_it_is_theirs():
    picture = make_picture()
    author = make_author(portrait=picture)
    assert is_public(picture)
    author.portrait = None
    author.save()
    assert not is_public(picture)
