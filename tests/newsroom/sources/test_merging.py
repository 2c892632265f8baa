"""Two that were one: nothing said, relayed or kept is lost, and what names the one that went is read as the other."""

import datetime as dt
import random

import pytest
import time_machine
from django.db.models import ManyToOneRel
from wagtail.models import ModelLogEntry, ReferenceIndex

from masthead.kernel import clock
from masthead.newsroom.sources import queries
from masthead.newsroom.sources.actions import MergeRefused, merge_documents, merge_parties
from masthead.newsroom.sources.models import Affiliation, Capture, Party, Position
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Hop, Statement, StoryPage
from tests.make import make_document, make_party, make_statement_draft, make_story, make_user

pytestmark = pytest.mark.django_db
TEXT = "<p>“The quay opens on Monday,” she said. “It will hold,” she added.</p>"


def said(story):
    """Return each statement of a story with its speaker's name and its relays."""
    return [
        (statement.words, statement.speaker and statement.speaker.name, [hop.outlet.name for hop in statement.hops.all()])
        for statement in sorted(story.statements.all(), key=lambda statement: statement.sort_order)
    ]


@pytest.fixture
def two():
    return make_party("Mira Adeyo"), make_party("M. Adeyo", wikidata_id="Q7")


def merge(keep, gone):
    return merge_parties(keep=keep, gone=gone, user=make_user())


def test_what_the_one_said_the_other_has_said(two, client):
    keep, gone = two
    outlet = make_party("Interfleet", kind="outlet")
    story = make_story(
        text=TEXT, statements=[make_statement_draft("The quay opens on Monday", speaker=gone, via=[outlet]), make_statement_draft("It will hold", speaker=keep)]
    )
    kept = merge(keep, gone)
    assert said(StoryPage.objects.get(pk=story.pk)) == [("The quay opens on Monday", "Mira Adeyo", ["Interfleet"]), ("It will hold", "Mira Adeyo", [])]
    assert {name.name for name in kept.names.all()} == {"M. Adeyo"}
    assert kept.wikidata_id == "Q7"
    assert queries.party_for("m adeyo") == kept
    gone.refresh_from_db()
    assert gone.merged_into == kept
    moved = client.get(gone.get_absolute_url())
    assert (moved.status_code, moved.url) == (301, kept.get_absolute_url())
    assert "It will hold" in client.get(moved.url).content.decode()


def test_a_chain_that_named_both_keeps_both_relays():
    one, other = make_party("Interfleet", kind="outlet", domains=["ifl.example"]), make_party("IFL", kind="outlet", domains=["ifl.news.example"])
    story = make_story(text=TEXT, statements=[make_statement_draft("It will hold", speaker=make_party("Ada"), via=[other, one, other])])
    kept = merge(one, other)
    assert said(StoryPage.objects.get(pk=story.pk)) == [("It will hold", "Ada", ["Interfleet"] * 3)]
    assert queries.outlet_of("https://ifl.news.example/1") == kept


@pytest.mark.parametrize("way", ["draft", "waiting", "scheduled", "old", "edited"])
def test_a_revision_that_names_the_one_that_went_is_read_and_published_with_the_other(two, way):
    keep, gone = two
    outlet, doubled = make_party("Interfleet", kind="outlet"), make_party("IFL", kind="outlet")
    statement = make_statement_draft("It will hold", speaker=gone, via=[doubled])
    expected = [("It will hold", "Mira Adeyo", ["Interfleet"])]
    story = make_story(text=TEXT, live=False, statements=[statement])
    if way == "scheduled":
        hour = clock.now() + dt.timedelta(hours=1)
        story = actions.revise_story(
            story=story,
            draft=actions.Draft(headline="Later", body=[("paragraphs", TEXT)], bylines=[b.author for b in story.bylines.all()], go_live_at=hour),
            user=None,
        )
        actions.publish(story=story, user=None)
    if way == "old":
        first = story.get_latest_revision()
        actions.revise_story(story=story, draft=actions.Draft(headline="Newer", body=[("paragraphs", TEXT)], statements=[]), user=None)
    merge(keep, gone)
    merge(outlet, doubled)
    story = StoryPage.objects.get(pk=story.pk)
    if way == "old":
        assert said(first.as_object()) == expected
        first.publish(skip_permission_checks=True)
    elif way == "scheduled":
        with time_machine.travel(hour, tick=False):
            assert actions.publish_due(now=clock.now()) == 1
    elif way == "edited":
        actions.revise_story(
            story=story, draft=actions.Draft(headline="Edited", body=[("paragraphs", TEXT)], bylines=[b.author for b in story.bylines.all()]), user=None
        )
        story = StoryPage.objects.get(pk=story.pk)
        assert story.get_latest_revision().content["statements"][0]["speaker"] == keep.pk
        actions.publish(story=story, user=None)
    else:
        assert said(story.get_latest_revision_as_object()) == expected
        actions.publish(story=story, user=None)
    assert said(StoryPage.objects.get(pk=story.pk)) == expected
    assert not Statement.objects.filter(speaker=gone).exists()
    assert not Hop.objects.filter(outlet=doubled).exists()


def test_nothing_points_to_the_one_that_went_whatever_room_it_lies_in(two):
    keep, gone = two
    ministry = make_party("Ministry", kind="organisation")
    for person in two:
        person.positions.add(Position(title="Minister", organisation=ministry, since=dt.date(2020, 1, 1)))
    gone.positions.add(Position(title="Mayor"))
    gone.save()
    keep.save()
    account = make_party("@adeyo", kind="account", belongs_to=gone)
    document = make_document(publisher=gone, author=gone)
    earlier = make_party("Adeyo")
    gone = merge(gone, earlier)
    kept = merge(keep, gone)
    for row in (account, document, earlier):
        row.refresh_from_db()
    assert (account.belongs_to, document.publisher, document.author, earlier.merged_into) == (kept, kept, kept, kept)
    assert [position.title for position in kept.positions.all()] == ["Minister", "Mayor"]
    for relation in Party._meta.related_objects:
        if isinstance(relation, ManyToOneRel):
            assert not relation.related_model._base_manager.filter(**{relation.field.name: gone}).exists(), relation


def test_no_statement_relay_document_or_name_is_lost_however_often_parties_are_merged():
    dice = random.Random(7)  # noqa: S311 - the same throws at each run
    outlets = [make_party(f"Outlet {number}", kind="outlet", domains=[f"o{number}.example"]) for number in range(6)]
    people = [make_party(f"Person {number}") for number in range(6)]
    for _ in range(4):
        drafts = [
            make_statement_draft(
                words, speaker=dice.choice(people), via=dice.choices(outlets, k=dice.randint(0, 3)), document=make_document(publisher=dice.choice(outlets))
            )
            for words in ("The quay opens on Monday", "It will hold")
        ]
        make_story(text=TEXT, live=dice.random() < 0.5, statements=drafts)
    before = (Statement.objects.count(), Hop.objects.count(), sum(len(story.get_latest_revision().content["statements"]) for story in StoryPage.objects.all()))
    stand = {"outlet": [party.pk for party in outlets], "person": [party.pk for party in people]}
    for _ in range(8):
        kind = dice.choice(["outlet", "person"])
        if len(stand[kind]) > 1:
            keep, gone = dice.sample(stand[kind], 2)
            merge(Party.objects.get(pk=keep), Party.objects.get(pk=gone))
            stand[kind].remove(gone)
    revised = [story.get_latest_revision_as_object() for story in StoryPage.objects.all()]
    assert (Statement.objects.count(), Hop.objects.count(), sum(len(story.statements.all()) for story in revised)) == before
    standing = {*stand["outlet"], *stand["person"]}
    assert {key for pair in Statement.objects.values_list("speaker", flat=True) for key in [pair]} <= standing
    assert {statement.speaker_id for story in revised for statement in story.statements.all()} <= standing
    assert {hop.outlet_id for story in revised for statement in story.statements.all() for hop in statement.hops.all()} <= standing
    for number in range(6):
        assert queries.outlet_of(f"https://o{number}.example/").pk in standing
        assert queries.party_for(f"Person {number}").pk in standing
        assert queries.party_for(f"outlet {number}").pk in standing


def test_a_party_does_not_come_to_belong_to_itself():
    ministry, doubled = make_party("Ministry", kind="organisation"), make_party("The Ministry", kind="organisation")
    office = make_party("Office", kind="organisation", belongs_to=doubled)
    Party.objects.filter(pk=ministry.pk).update(belongs_to=office)
    assert merge(Party.objects.get(pk=ministry.pk), doubled).belongs_to is None


def test_an_outlets_affiliations_come_along_each_once():
    one, other = make_party("Herald", kind="outlet"), make_party("The Herald", kind="outlet")
    for outlet in (one, other):
        outlet.affiliations.add(Affiliation(label="state-run", owner="Vessa", reason="Its statute."))
        outlet.save()
    assert merge(one, other).affiliations.count() == 1


def test_both_histories_say_so_and_the_used_list_moves(two, django_capture_on_commit_callbacks):
    keep, gone = two
    with django_capture_on_commit_callbacks(execute=True):
        make_story(text=TEXT, statements=[make_statement_draft("It will hold", speaker=gone)])
    kept = merge(keep, gone)
    assert set(ModelLogEntry.objects.filter(action__startswith="masthead.merged").values_list("action", "object_id")) == {
        ("masthead.merged.here", str(keep.pk)),
        ("masthead.merged.away", str(gone.pk)),
    }
    entry = ModelLogEntry.objects.get(action="masthead.merged.here")
    assert "M. Adeyo" in str(entry.formatter.format_message(entry))
    assert not ReferenceIndex.get_references_to(gone).exists()
    assert ReferenceIndex.get_references_to(kept).filter(model_path="statements.item.speaker").exists()


def test_going_back_to_an_older_state_of_a_tombstone_does_not_raise_it(two):
    keep, gone = two
    revision = gone.latest_revision
    merge(keep, gone)
    assert Party.objects.get(pk=gone.pk).with_content_json(revision.content).merged_into_id == keep.pk


@pytest.mark.parametrize(("keep", "gone"), [("person", "organisation"), ("organisation", "outlet"), ("account", "person"), ("outlet", "account")])
def test_kinds_that_cannot_be_the_same_are_refused(keep, gone):
    with pytest.raises(MergeRefused, match="cannot have been"):
        merge(make_party(kind=keep), make_party(kind=gone))


def test_itself_and_a_tombstone_are_refused(two):
    keep, gone = two
    with pytest.raises(MergeRefused, match="itself"):
        merge(keep, keep)
    merge(keep, gone)
    with pytest.raises(MergeRefused, match="before"):
        merge(keep, gone)
    with pytest.raises(MergeRefused, match="before"):
        merge(gone, make_party())


def test_a_doubled_document_goes_into_the_other_with_its_copies_and_statements():
    keep, gone = make_document(url="", canonical_url=""), make_document(url="https://a.example/1", canonical_url="https://a.example/1")
    capture = Capture.objects.create(document=gone, method="upload", requested_at=clock.now())
    story = make_story(text=TEXT, live=False, statements=[make_statement_draft("It will hold", speaker=make_party(), document=gone)])
    kept = merge_documents(keep=keep, gone=gone, user=None)
    capture.refresh_from_db()
    assert capture.document == kept
    assert (kept.url, kept.canonical_url) == ("https://a.example/1", "https://a.example/1")
    actions.publish(story=story, user=None)
    assert Statement.objects.get(story=story).document == kept
    with pytest.raises(MergeRefused):
        merge_documents(keep=kept, gone=gone, user=None)


def test_a_revision_that_names_what_does_not_exist_opens_without_it(two):
    story = make_story(text=TEXT, live=False, statements=[make_statement_draft("It will hold", speaker=two[0], via=[make_party(kind="outlet")])])
    content = story.get_latest_revision().content
    content["statements"][0]["speaker"] = content["statements"][0]["hops"][0]["outlet"] = content["statements"][0]["document"] = 10**9
    assert said(story.with_content_json(content)) == [("It will hold", None, [])]
