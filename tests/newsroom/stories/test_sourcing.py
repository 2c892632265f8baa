"""What counts as a source, and what a card tells of the rows."""

import datetime as dt

import pytest

from masthead.newsroom.sources.models import Affiliation, Capture
from masthead.newsroom.stories import cards
from masthead.newsroom.stories.anchors import Anchor, Match
from masthead.newsroom.stories.sourcing import Card, Copy, Paper, Relay, Run, Who, arrange, fits_the_margin, source_of, tally
from tests.make import make_document, make_newsroom, make_party, make_statement_draft, make_story
from tests.make.sourced import DAY, make_copy, make_outlet, make_sourced_story

MINISTRY, PORT = (Who(key=name, name=name, kind="organisation") for name in ("ministry", "port"))
AGENCY, WIRE = (Who(key=name, name=name, kind="outlet") for name in ("agency", "wire"))


def card(**fields):
    return Card(**({"key": "k", "words": "Words.", "form": "direct", "form_words": "", "standing": "relayed", "standing_words": ""} | fields))


def via(*outlets):
    return tuple(Relay(outlet=outlet) for outlet in outlets)


def paper(publisher=None):
    return Paper(key="paper", kind="release", kind_words="Release", publisher=publisher)


@pytest.mark.parametrize(
    ("one", "source"),
    [
        (card(speaker=MINISTRY, relays=via(AGENCY)), ("party", "agency")),
        (card(speaker=MINISTRY, relays=via(AGENCY, WIRE)), ("party", "wire")),
        (card(speaker=MINISTRY, relays=via(AGENCY), standing="original", paper=paper(MINISTRY)), ("party", "ministry")),
        (card(speaker=MINISTRY, standing="original", paper=paper(PORT)), ("party", "port")),
        (card(speaker=MINISTRY, paper=paper()), ("party", "ministry")),
        (card(anonymous_as="A clerk"), ("unnamed", "a clerk")),
        (card(form="observation", speaker=MINISTRY), ("own", "")),
        (card(paper=paper()), ("document", "paper")),
        (card(), None),
    ],
)
def test_a_source_is_from_whom_the_newsroom_has_it(one, source):
    assert source_of(one) == source


def test_the_line_above_a_story_counts_statements_sources_and_what_was_seen():
    relayed = [
        card(speaker=MINISTRY, relays=via(AGENCY)),
        card(speaker=PORT, relays=via(AGENCY)),
        card(speaker=MINISTRY, relays=via(WIRE)),
        card(relays=via(WIRE)),
    ]
    counted = tally(relayed)
    assert (counted.statements, counted.sources, counted.seen) == (4, 2, 0)
    counted = tally([*relayed, card(form="observation"), card(speaker=PORT, standing="original"), card(speaker=PORT, standing="disputed")])
    assert (counted.statements, counted.sources, counted.seen) == (7, 4, 2)


def test_a_card_can_be_cited_where_the_words_or_the_nearest_report_can_be_seen():
    report = Paper(key="r", kind="wire", kind_words="Wire", url="https://agency.example/1")
    assert card(relays=(Relay(outlet=AGENCY), Relay(outlet=WIRE, paper=report))).cite == "https://agency.example/1"
    assert card(paper=paper(), relays=via(AGENCY)).cite == ""


@pytest.mark.parametrize(
    ("notes", "characters", "at", "fit"),
    [(1, 2000, 0, True), (8, 4000, 0, True), (8, 4000, 3900, False), (10, 800, 0, False), (31, 500_000, 0, False), (0, 5000, 0, False)],
)
def test_notes_stand_in_the_margin_where_the_text_is_long_enough(notes, characters, at, fit):
    place = Anchor(first=0, start=at, last=0, end=at + 10, match=Match.SAME)
    runs = [Run("b", 0, characters)]
    made = arrange([card(key=str(number)) for number in range(notes)], [place] * notes, [[0]] * notes, runs)
    assert fits_the_margin(made, runs) is fit


@pytest.mark.django_db
def test_a_story_is_read_in_a_fixed_number_of_queries(django_assert_num_queries):
    make_newsroom()
    story = make_sourced_story()
    story = type(story).objects.get(pk=story.pk)
    with django_assert_num_queries(4):
        sourcing = cards.sourcing_of(story)
    assert len(sourcing.notes) == 7
    plain = make_story()
    with django_assert_num_queries(1):
        assert cards.sourcing_of(plain) is None


@pytest.mark.django_db
def test_only_public_copies_are_told_and_the_newest_of_them():
    document = make_document(url="https://ministry.example/1")
    make_copy(document, taken_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    newest = make_copy(document, taken_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    make_copy(document, public=False, taken_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
    make_copy(document, state=Capture.State.FAILED, taken_at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC))
    story = make_story(text="<p>It said so.</p>", statements=[make_statement_draft("It said so.", document=document)])
    assert told(story).paper.copy == Copy(url=f"/kept/{newest.key}/", taken_on=dt.date(2026, 3, 2), is_ours=True)
    archived = make_copy(document, method=Capture.Method.WAYBACK, memento_url="https://archive.example/1", taken_at=dt.datetime(2026, 3, 5, tzinfo=dt.UTC))
    assert told(story).paper.copy.url == archived.memento_url


def told(story):
    return cards.sourcing_of(story).notes[0].card


@pytest.mark.django_db
def test_an_outlet_is_labelled_as_it_was_on_the_day_wherever_it_appears():
    outlet = make_outlet("Coast Agency")
    Affiliation.objects.filter(party=outlet).update(until=dt.date(2025, 12, 31))
    Affiliation.objects.create(party=outlet, label="independent", reason="It was sold.", since=dt.date(2026, 1, 1))
    document = make_document(publisher=outlet)
    draft = make_statement_draft("It said so.", speaker=outlet, via=[outlet], document=document)
    for day, label in ((DAY, "independent"), (dt.date(2020, 1, 1), "state-run")):
        one = told(make_story(text="<p>It said so.</p>", statements=[draft.model_copy(update={"said_on": day})]))
        assert {who.label.words for who in (one.speaker, one.relays[0].outlet, one.paper.publisher)} == {label}


@pytest.mark.django_db
def test_a_named_speaker_leaves_nothing_of_an_earlier_anonymity():
    speaker = make_party("Mara Ostrow")
    draft = make_statement_draft("It said so.", speaker=speaker, anonymous_as="a captain", anonymous_reason="Fear.")
    one = told(make_story(text="<p>It said so.</p>", statements=[draft], live=False))
    assert (one.said_by, one.anonymous_as, one.anonymous_reason) == ("Mara Ostrow", "", "")


@pytest.mark.django_db
def test_an_address_that_is_none_for_readers_is_not_given():
    document = make_document(url="javascript:alert(1)")
    one = told(make_story(text="<p>It said so.</p>", statements=[make_statement_draft("It said so.", document=document)]))
    assert one.cite == ""
