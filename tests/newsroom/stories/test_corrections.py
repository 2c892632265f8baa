import datetime as dt

import pytest
from wagtail.models import PageLogEntry

from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Correction, StoryPage
from tests.make import make_story

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def correct(story, text="An earlier version gave the wrong year.", kind="correction"):
    return actions.add_correction(story=story, kind=kind, text=text, user=None, now=NOW)


def test_a_correction_is_tied_to_the_revision_that_was_wrong():
    story = make_story()
    wrong = story.live_revision
    correction = correct(story)
    story.title = "Mended"
    actions.publish(story=story, user=None)
    correction.refresh_from_db()
    assert correction.revision == wrong
    assert correction.revision_at == wrong.created_at


def test_a_correction_stands_in_the_history_of_its_story():
    story = make_story()
    correct(story, text="The bridge is 40 metres long, not 400.")
    assert PageLogEntry.objects.get(page_id=story.pk, action="masthead.correction").data["text"] == "The bridge is 40 metres long, not 400."


@pytest.mark.parametrize(("words", "reason"), [({"text": "  "}, "needs a text"), ({"kind": "oops"}, "no kind of correction 'oops'")])
def test_an_empty_or_unknown_correction_is_refused(words, reason):
    with pytest.raises(actions.CorrectionRefused, match=reason):
        correct(make_story(), **words)


def test_what_was_never_public_needs_no_correction():
    with pytest.raises(actions.CorrectionRefused, match="was never published"):
        correct(make_story(live=False))


def test_a_correction_cannot_be_deleted():
    correction = correct(make_story())
    with pytest.raises(TypeError, match="withdraw it with a reason"):
        correction.delete()
    with pytest.raises(TypeError, match="withdraw them with a reason"):
        Correction.objects.all().delete()


def test_a_correction_is_withdrawn_with_a_reason_that_stays():
    correction = correct(make_story())
    with pytest.raises(actions.CorrectionRefused, match="needs a reason"):
        actions.withdraw_correction(correction=correction, reason=" ", user=None, now=NOW)
    actions.withdraw_correction(correction=correction, reason="The first figure was right.", user=None, now=NOW)
    assert Correction.objects.get().withdrawn_reason == "The first figure was right."


def test_a_correction_outlives_its_story():
    story = make_story("Bridge opens")
    correct(story)
    StoryPage.objects.get(pk=story.pk).delete()
    kept = Correction.objects.get()
    assert kept.story is None
    assert kept.headline == "Bridge opens"
