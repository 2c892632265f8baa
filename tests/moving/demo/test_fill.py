"""Filling a newsroom: everything at its place and hour, exact to the cent; again, or after an interruption, the same."""

import datetime as dt

import pytest
from django.core import mail

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import featured_reading, reading
from masthead.funding.giving.actions import send_receipts
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.ledger.checkpoints.models import Checkpoint
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel import clock
from masthead.kernel.money import Money
from masthead.moving.demo.actions import ACCOUNTS, fill
from masthead.moving.demo.content import load
from masthead.newsroom.pictures.models import Picture, PublicUse
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories import calendar, gate, queries
from masthead.newsroom.stories.models import Author, Correction, FrontPage, InfoPage, SectionPage, Statement, StoryPage, Topic
from tests.make import make_newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.live]
PUBLIC = sum(story.state == "public" for story in load().stories)


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})


def counts():
    kinds = (StoryPage, SectionPage, InfoPage, Author, Topic, Picture, PublicUse, Correction, Campaign, Gift, Transfer, User, Party, SourceDocument, Statement)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def raised():
    now = clock.now()
    return {campaign.slug: reading(campaign=campaign, now=now).raised for campaign in Campaign.objects.all()}


def test_the_demo_stands_at_its_place_and_a_second_run_changes_nothing(client):
    make_newsroom()
    now = clock.now()
    report = fill(now=now)
    assert_stories_are_at_their_hours(now)
    assert_only_what_is_public_is_seen(client)
    assert_corrections_mended_the_text()
    assert_the_meters_are_exact(now)
    assert_the_front_page_is_arranged()
    assert_the_desk_is_content()
    assert_the_books_are_open(client, now)
    assert mail.outbox == []
    assert send_receipts(now=clock.now()) == 0, "a letter would go to an invented person"
    before, revisions = counts(), list(StoryPage.objects.values_list("pk", "latest_revision_id", "last_published_at").order_by("pk"))
    again = fill(now=now + dt.timedelta(days=3))
    assert counts() == before
    assert list(StoryPage.objects.values_list("pk", "latest_revision_id", "last_published_at").order_by("pk")) == revisions
    assert (again.stories, again.gifts, again.new_gifts) == (report.stories, report.gifts, 0)


def test_an_interrupted_run_is_completed_by_the_next():
    make_newsroom()

    class Interrupted(Exception):
        pass

    def until(words):
        def progress(far):
            if far.startswith(words):
                raise Interrupted

        return progress

    now = clock.now()
    for words in ("pictures, 12", "stories, 5 ", "gifts, 64", "gifts, on their way"):
        with pytest.raises(Interrupted):
            fill(now=now, progress=until(words))
    fill(now=now)
    assert StoryPage.objects.live().count() == PUBLIC
    assert Picture.objects.count() == len(load().pictures)
    assert raised()["keep-the-lantern-lit"] == Money(307_500, "USD")
    assert not Gift.objects.filter(state=GiftState.STARTED).exists()
    assert not verify().problems


def assert_the_books_are_open(client, now):
    rows = Transfer.objects.order_by("seq").values_list("posted_at", flat=True)
    assert list(rows) == sorted(rows)
    assert rows[0] < now - dt.timedelta(days=1) < rows[len(rows) - 1] <= now
    assert {signed_at for (signed_at,) in Checkpoint.objects.values_list("signed_at")} == {now}
    page = client.get("/books/").content.decode()
    assert "Nothing is in the books yet" not in page
    assert "Keep the Lantern lit" in page
    assert verify().sound


def assert_stories_are_at_their_hours(now):
    assert StoryPage.objects.live().count() == PUBLIC
    assert not StoryPage.objects.live().filter(published_at__gt=now).exists()
    assert not StoryPage.objects.live().filter(last_published_at__gt=now).exists()
    assert StoryPage.objects.live().filter(published_at__gte=now - dt.timedelta(days=1)).count() >= 4
    assert len(calendar.months()) >= 2
    assert [section.slug for section in queries.sections()] == [section.slug for section in load().newsroom.sections]
    by_slug = {story.slug: story for story in StoryPage.objects.not_live()}
    assert set(by_slug) == {"sillway-winter-timetable", "audit-chamber-embargo", "tram-extension-review", "oyster-beds-draft"}
    assert by_slug["sillway-winter-timetable"].scheduled_revision.approved_go_live_at > now
    assert by_slug["audit-chamber-embargo"].scheduled_revision.approved_go_live_at > now
    assert by_slug["tram-extension-review"].current_workflow_state.status == "in_progress"
    assert by_slug["oyster-beds-draft"].current_workflow_state is None
    assert {user.email for user in User.objects.all()} >= set(ACCOUNTS.values())


def assert_only_what_is_public_is_seen(client):
    for story in StoryPage.objects.select_related("section"):
        expected = 200 if story.live else 404
        assert client.get(f"/{story.section.slug}/{story.slug}/").status_code == expected, story.slug
    for path in ("/", "/about/", "/how-we-work/", "/corrections-policy/", "/contact/", "/corrections/", "/authors/mira-adeyo/", "/topics/harbour/"):
        assert client.get(path).status_code == 200, path
    arabic = client.get("/culture/harbour-library-arabic/").content.decode()
    assert 'lang="ar"' in arabic
    assert 'dir="rtl"' in arabic


def assert_corrections_mended_the_text():
    bridge = StoryPage.objects.get(slug="chandlers-bridge-closes")
    note = bridge.corrections.get()
    assert "19\u00a0centimetres downstream" in str(note.revision.as_object().body)
    assert "19\u00a0millimetres downstream" in str(bridge.body)
    assert [block.id for block in note.revision.as_object().body] == [block.id for block in bridge.body]
    assert bridge.last_published_at == note.published_at > bridge.first_published_at
    meals = StoryPage.objects.get(slug="school-meals-contract")
    assert meals.title.startswith("Retracted: ")
    assert not meals.corrections.get().headline.startswith("Retracted")


def assert_the_meters_are_exact(now):
    assert raised() == {
        "keep-the-lantern-lit": Money(307_500, "USD"),
        "a-boat-for-the-islands-desk": Money(0, "USD"),
        "court-records": Money(240_000, "USD"),
        "storm-night-pages": Money(240_000, "USD"),
        "letters-across-the-water": Money(184_500, "JPY"),
    }
    featured = featured_reading(now=clock.now())
    assert (featured.goal, featured.percent, [mark.amount.minor for mark in featured.marks]) == (Money(500_000, "USD"), 61, [250_000, 500_000])
    stands = {campaign.slug: reading(campaign=campaign, now=now) for campaign in Campaign.objects.all()}
    assert stands["court-records"].reached
    assert stands["storm-night-pages"].percent == 240
    gifts = Gift.objects.all()
    assert gifts.filter(state=GiftState.PARTLY_REFUNDED).count() == 1
    assert gifts.filter(show_name=True).exists()
    assert gifts.filter(public_name="").exists()
    assert gifts.exclude(dedication="").exists()
    assert not gifts.filter(created_at__gt=now).exists()
    assert not verify().problems


def assert_the_front_page_is_arranged():
    front = FrontPage.objects.get()
    assert front.lead.slug == "old-dock-passenger-boats"
    assert [row.story.slug for row in front.secondaries.all()] == list(load().newsroom.front.secondaries)
    assert [block.value["section"].slug for block in front.strips] == list(load().newsroom.front.strips)


def assert_the_desk_is_content():
    """What came through an agency is tied to its report, so that the desk has nothing to ask, not even of the hard case."""
    pages = [page.get_latest_revision_as_object() for model in (StoryPage, InfoPage) for page in model.objects.all()]
    found = {(page.slug, finding.rule) for page, findings in zip(pages, map(gate.findings, pages), strict=True) for finding in findings}
    assert found == set()
