"""From what the rules read to what is offered: channels, days, kinds of parties, who relays whom."""

import datetime as dt

import pytest

from masthead.newsroom.desk.attribution import Proposal, Quoted, Relay
from masthead.newsroom.desk.proposing import Named, channel_of, day_of, kind_of, names_in, offers
from masthead.newsroom.stories.anchors import Anchor, Match
from masthead.newsroom.stories.text import Passage

SUNDAY = dt.date(2026, 11, 22)
TEXT = [Passage(text="“We sail at dawn,” she said."), Passage(text="“Nobody is hurt,” he said.")]


def proposal(first=0, *, closed=True, **more):
    end = TEXT[first].text.index("”")
    return Proposal(quoted=Quoted(first=first, start=1, last=first, end=end, words=TEXT[first].text[1:end], closed=closed), form="direct", **more)


def offered(*proposals, known=None, covered=()):
    return offers(proposals, TEXT, known=known or {}, covered=covered, today=SUNDAY)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("a statement", "statement"),
        ("a press release", "release"),
        ("a news conference", "press-conference"),
        ("a post on Telegram", "post"),
        ("an e-mail", "letter"),
        ("the annual report", "document"),
        ("", ""),
        ("passing", ""),
    ],
)
def test_words_for_a_channel_mean_a_kind_of_document(words, kind):
    assert channel_of(words) == kind


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("on Monday", dt.date(2026, 11, 16)),
        ("on Sunday", SUNDAY),
        ("yesterday", dt.date(2026, 11, 21)),
        ("on 3 March", dt.date(2026, 3, 3)),
        ("on March 3, 2025", dt.date(2025, 3, 3)),
        ("on 24 December", dt.date(2025, 12, 24)),
        ("on 31 February", None),
        ("last spring", None),
    ],
)
def test_a_day_in_words_is_the_last_such_day(words, day):
    assert day_of(words, today=SUNDAY) == day


@pytest.mark.parametrize(
    ("name", "kind"), [("Ada Holm", "person"), ("Vessan Foreign Ministry", "organisation"), ("NATO", "organisation"), ("Harbour Police", "organisation")]
)
def test_a_name_that_nobody_knows_is_taken_for_a_body_where_it_reads_like_one(name, kind):
    assert kind_of(name) == kind


def test_a_party_that_is_known_is_offered_with_the_office_of_its_record():
    known = {"Ada Holm": Named(name="Ada Holm", kind="person", key=7, title="Foreign Minister, Vessa")}
    [offer] = offered(proposal(speaker="Ada Holm", speaker_title="minister"), known=known)
    assert offer.speaker == known["Ada Holm"]


def test_an_outlet_that_speaks_for_itself_relays_nothing():
    mine = proposal(speaker="Orlo Press", relays=(Relay(outlet="Orlo Press", verb="reported"), Relay(outlet="Tarn", verb="according to")))
    [offer] = offered(mine)
    assert (offer.speaker.name, offer.speaker.kind) == ("Orlo Press", "outlet")
    assert [hop.outlet.name for hop in offer.hops] == ["Tarn"]
    assert names_in([mine]) == {"Orlo Press", "Tarn"}


@pytest.mark.parametrize("who", [{"speaker": "a nurse", "anonymous": True}, {"speaker": "the official"}])
def test_whoever_has_no_name_is_described(who):
    [offer] = offered(proposal(**who))
    assert (offer.speaker, offer.anonymous_as) == (None, who["speaker"])


def test_what_is_covered_or_not_closed_is_not_offered():
    covered = Anchor(first=0, start=4, last=0, end=9, match=Match.SAME)
    assert [offer.anchor.first for offer in offered(proposal(0), proposal(1), covered=[covered, None])] == [1]
    assert offered(proposal(1, closed=False)) == []
