"""Each kind of object is changed by its public door: exactly the pages that show it are made anew, and no stale one is left.

Each test fills a store of some sixty pages and makes all of them again after each change, to compare: that is what takes its seconds.
"""

import datetime as dt

import pytest
import time_machine
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from masthead.funding.campaigns import actions as campaigns
from masthead.funding.campaigns.models import Campaign
from masthead.kernel import clock
from masthead.newsroom.pictures import renditions, shapes
from masthead.newsroom.sources import actions as sources
from masthead.newsroom.sources.actions.visibility import withdraw_capture
from masthead.newsroom.sources.models import Affiliation, Capture, Party, SourceDocument
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import FrontPage, InfoPage, Publication, SectionPage, StoryPage
from tests.delivery.filling.site import NOON, exactly, path, watch, whole
from tests.make import give, make_picture, make_section, make_staff, make_story, make_topic

pytestmark = pytest.mark.django_db


def draft_of(story, **words):
    bylines = [line.author for line in story.bylines.all()]
    known = {"headline": story.title, "body": [("paragraphs", "<p>Words.</p>")], "bylines": bylines, "topics": list(story.topics.all())}
    return actions.Draft(**(known | words))


def republish(story, **words):
    return actions.publish(story=actions.revise_story(story=story, draft=draft_of(story, **words), user=None), user=None)


def test_a_story_from_its_first_word_to_its_end(site, renderer):
    with exactly(renderer):  # nobody sees a draft, of a new story or a public one
        drafted = make_story("A draft", live=False, topics=[site.ports], bylines=[site.ada])
        actions.revise_story(story=drafted, draft=draft_of(drafted, headline="Still a draft"), user=None)
        actions.revise_story(story=site.stories["news0"], draft=draft_of(site.stories["news0"], headline="Not yet published"), user=None)
    with exactly(renderer):
        actions.publish(story=drafted, user=None)
    with exactly(renderer):
        story = republish(site.stories["lone"], topics=[site.water])
    with exactly(renderer):
        actions.add_correction(story=story, kind="correction", text="It was Tuesday.", user=None, now=clock.now())
    with exactly(renderer):
        actions.withdraw(story=story, user=None)
    assert path(story) not in renderer.store.paths()
    with exactly(renderer):
        StoryPage.objects.get(pk=site.stories["news3"].pk).delete()


@pytest.mark.once
def test_a_newer_story_leaves_older_ones_alone(site, renderer):
    for number in range(5):
        with time_machine.travel(NOON + dt.timedelta(hours=number + 1), tick=False):
            renderer.finish()
            make_story(f"Newer {number}", section=make_section("News"), bylines=[site.ada])
    assert [one for one in renderer.finish().made if one.startswith("/news/news-")] == []


def test_where_stories_stand(site, renderer, django_capture_on_commit_callbacks):
    with exactly(renderer), django_capture_on_commit_callbacks(execute=True):
        StoryPage.objects.get(pk=site.stories["news2"].pk).move(SectionPage.objects.get(title="Culture"), pos="last-child")
    with exactly(renderer), django_capture_on_commit_callbacks(execute=True):
        pair = StoryPage.objects.get(pk=site.stories["pair"].pk)
        pair.slug = "couple"
        pair.save_revision().publish()
    assert renderer.store.page("/culture/pair/").status == 301
    with exactly(renderer):
        Redirect.add_redirect("/old/address", "https://elsewhere.example/")
        front = FrontPage.objects.get()
        front.lead = StoryPage.objects.get(title="News 3")
        front.save_revision().publish()
        about = InfoPage.objects.get(slug="about")
        about.standfirst = "Who makes this, and how."
        about.save_revision().publish()
    with exactly(renderer):
        Redirect.objects.filter(redirect_page=None).delete()
        Page.objects.filter(slug="couple").update(title="By a hand on the table")
    with exactly(renderer):
        section = SectionPage.objects.get(title="Culture")
        section.title = section.draft_title = "Arts"
        section.save_revision().publish()


@pytest.mark.once
def test_who_and_what_is_named(site, renderer):
    with exactly(renderer):
        site.ada.name = "Ada N. Okafor"
        site.ada.save()
        site.water.slug = "waters"
        site.water.save()
        make_topic("Nothing on it yet")
    with exactly(renderer):
        site.picture.credit_line = "Bo Lind / The Meridian"
        site.picture.save()
        make_picture()
    with exactly(renderer):
        renditions.rendition(picture=site.picture, key=shapes.version(site.picture, "3x2"), width=480, extension="webp")
        site.ports.name = "Harbours"
        site.ports.save()


def test_who_is_heard(site, renderer):
    ministry, wire = Party.objects.get(name="Vessa Foreign Ministry"), Party.objects.get(name="Harbour Wire")
    release = SourceDocument.objects.get(title="Statement on the harbour")
    copy = Capture.objects.get(document=release)
    with exactly(renderer):
        ministry.name = "Foreign Ministry of Vessa"
        ministry.save()
        Affiliation.objects.filter(party=wire).update(label="state-run")
    with exactly(renderer):
        SourceDocument.objects.filter(pk=release.pk).update(checked_at=NOON + dt.timedelta(days=1))
    with exactly(renderer):
        withdraw_capture(copy, user=make_staff(Role.EDITOR))
    assert f"/kept/{copy.key}/" not in renderer.store.paths()
    with exactly(renderer):
        Capture.objects.filter(pk=copy.pk).update(visibility="public")
    with exactly(renderer):
        SourceDocument.objects.filter(pk=release.pk).update(state="gone", state_since=NOON)
    twin = sources.create_party(name="Ministry of Vessa", kind="organisation")
    with exactly(renderer):
        sources.merge_parties(keep=ministry, gone=twin, user=None)
    with exactly(renderer):
        actions.withdraw(story=site.sourced, user=None)
    assert renderer.store.page(ministry.get_absolute_url()) is None


@pytest.mark.once
def test_the_publication_and_its_campaigns(site, renderer):
    with exactly(renderer):
        row = Publication.objects.get()
        row.tagline = "News from the coast"
        row.save()
    with exactly(renderer):
        Campaign.objects.filter(pk=site.other.pk).update(purpose="Buys a press.")
    with exactly(renderer):
        site.campaign.name = "Keep them on"
        site.campaign.save()
        campaigns.close_campaign(campaign=site.other)
    before = whole(renderer)
    give(site.campaign, 307_500)
    watch(renderer)
    done = renderer.finish()
    assert (done.made, done.removed) == ([], [])
    after = whole(renderer)
    assert b"$3,075" in after["/"][2]
    assert b"$3,075" in after[path(site.stories["news0"])][2]
    assert before["/feed.xml"] == after["/feed.xml"]
    with exactly(renderer):
        pass


@pytest.mark.once
def test_the_hour(site, renderer):
    later = make_story("Later", section=make_section("Culture"), go_live_at=NOON + dt.timedelta(hours=2), bylines=[site.bo])
    renderer.finish()
    with time_machine.travel(NOON + dt.timedelta(hours=2), tick=False):
        watch(renderer)
        with exactly(renderer):
            assert actions.publish_due(now=clock.now()) == 1
        assert path(later) in renderer.store.paths()
    with time_machine.travel(NOON + dt.timedelta(hours=13), tick=False):
        watch(renderer)
        asked = {one for one in renderer.store.paths() if one.startswith(("/sources/", "/campaigns/", "/books/"))}  # whose hour it was, they may ask
        asked.remove("/campaigns/")
        with exactly(renderer, also=asked):
            pass
