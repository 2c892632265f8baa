import pytest

from masthead.newsroom.desk.text import HopUse, StatementUse
from masthead.newsroom.stories.text import Kind, Link, Passage
from tests.newsroom.desk.checks.say import findings, said

WORDS = "We will rebuild the pier"


def statement(**facts):
    whole = {
        "key": "k1",
        "words": WORDS,
        "form": "direct",
        "standing": "original",
        "speaker": "The mayor",
        "has_document": True,
        "passage": 1,
        "start": 1,
        "end": 25,
    }
    return StatementUse(**(whole | facts))


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({}, set()),
        ({"has_document": False}, {("statement-without-document", "query")}),
        ({"has_document": False, "form": "observation"}, set()),
        ({"has_document": False, "hops": (HopUse(outlet="Vessa Wire", has_document=False),)}, {("statement-relayed-without-link", "warn")}),
        ({"has_document": False, "hops": (HopUse(outlet="Vessa Wire", has_document=True),)}, set()),
        ({"anonymous": True, "anonymous_reason": "Fears for her work.", "approved": True, "has_document": False}, set()),
        ({"anonymous": True, "anonymous_reason": " ", "approved": True}, {("anonymous-without-reason", "block")}),
        ({"anonymous": True, "anonymous_reason": "Fears for her work."}, {("anonymous-without-approval", "block")}),
    ],
)
def test_what_a_statement_lacks(facts, rules):
    ours = ("statement-without-document", "statement-relayed-without-link", "anonymous-without-reason", "anonymous-without-approval")
    found = [finding for rule in ours for finding in findings(rule, f"“{WORDS},” said the mayor.", statements=(statement(**facts),))]
    assert {(finding.rule, str(finding.severity)) for finding in found} == rules
    assert all(finding.start == 1 for finding in found)


def test_a_statement_whose_words_are_lost_still_counts():
    lost = statement(anonymous=True, approved=True, passage=None)
    (finding,) = findings("anonymous-without-reason", "Nothing.", statements=(lost,))
    assert finding.field == "body"


def test_each_document_that_is_gone_is_said_once_and_where_the_words_are():
    pier, port = "https://pier.example/1", "https://port.example/2"
    found = findings("source-gone", f"“{WORDS},” said the mayor.", statements=(statement(gone=(pier, port, pier)),))
    assert [(finding.start, str(finding.severity)) for finding in found] == [(1, "warn")] * 2
    assert [pier in found[0].message, port in found[1].message] == [True, True]
    assert len({finding.text for finding in found}) == 2
    assert not said("source-gone", f"“{WORDS},” said the mayor.", statements=(statement(),))


def test_a_dead_link_says_what_was_wrong():
    url = "https://gone.example/report"
    passages = (Passage(text="Pier", kind=Kind.HEADLINE), Passage(text="The report says so.", links=(Link(4, 10, url),)))
    (finding,) = findings("dead-link", passages=passages, dead_links={url: "it answers 404"})
    assert finding.severity == "warn"
    assert "404" in finding.message
    assert (finding.start, finding.end) == (4, 10)
    assert not said("dead-link", passages=passages)


def test_where_the_sentence_names_the_relay_it_is_said_once():
    text = "The minister told Reuters that the pier would be rebuilt."
    relayed = statement(has_document=False, hops=(HopUse(outlet="Reuters", has_document=False),), start=0, end=len(text))
    assert said("relay-without-link", text, statements=(relayed,))
    assert not said("statement-relayed-without-link", text, statements=(relayed,))
