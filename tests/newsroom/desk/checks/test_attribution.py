import pytest

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.text import HopUse, Reading, StatementUse
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import Kind, Link, Passage

ALONE = "The road was closed in May. “Nothing will ever be the same for us.” It was opened in June."
RELAYED = "The ministry said two ships had left port, according to TASS."


def found(text, rule, *, statements=(), links=(), kind=Kind.PARAGRAPH, language="en", outlets=None):
    passages = (Passage(text=text, kind=kind, links=links, block="b1"),)
    reading = Reading(headline="H", is_story=False, language=language, passages=passages, statements=statements, outlets=outlets or {})
    return [finding for finding in checks.run(reading) if finding.rule == rule]


def use(**words):
    whole = {"key": "s1", "words": "w", "form": "direct", "standing": "relayed", "passage": 0, "last_passage": 0, "start": 30, "end": 50}
    return StatementUse(**(whole | words))


def test_a_quotation_that_nobody_says_is_asked_about():
    (finding,) = found(ALONE, "quotation-unattributed")
    assert finding.severity is Severity.QUERY
    assert ALONE[finding.start : finding.end] == "Nothing will ever be the same for us."
    assert "Who said" in finding.message


@pytest.mark.parametrize(
    "also",
    [
        {"statements": (use(speaker="Anna Berg"),)},
        {"statements": (use(anonymous=True),)},
        {"kind": Kind.CAPTION},
        {"language": "de"},
    ],
)
def test_a_statement_with_a_speaker_answers_it_and_other_text_is_left_alone(also):
    assert found(ALONE, "quotation-unattributed", **also) == []


def test_a_statement_without_a_speaker_or_elsewhere_does_not_answer_it():
    assert found(ALONE, "quotation-unattributed", statements=(use(),))
    assert found(ALONE, "quotation-unattributed", statements=(use(speaker="Anna Berg", start=0, end=10),))
    assert found(ALONE, "quotation-unattributed", statements=(use(speaker="Anna Berg", passage=None),))


def test_a_quotation_with_a_speaker_beside_it_is_not_asked_about():
    assert found("“Nothing will ever be the same for us,” she said.", "quotation-unattributed") == []


def test_a_relay_that_leads_nowhere_is_warned_of():
    (finding,) = found(RELAYED, "relay-without-link")
    assert finding.severity is Severity.WARN
    assert RELAYED[finding.start : finding.end] == "TASS"


@pytest.mark.parametrize(
    "also",
    [
        {"links": (Link(0, 12, "https://example.org/report"),)},
        {"statements": (use(has_document=True),)},
        {"statements": (use(hops=(HopUse(outlet="TASS", has_document=True),)),)},
        {"statements": (use(hops=(HopUse(outlet="ITAR-TASS", has_document=True),)),), "outlets": {"itar-tass": "TASS", "tass": "TASS"}},
        {"language": "de"},
    ],
)
def test_a_link_or_a_statements_document_answers_it(also):
    assert found(RELAYED, "relay-without-link", **also) == []


def test_a_hop_without_a_document_or_another_outlets_report_does_not():
    assert found(RELAYED, "relay-without-link", statements=(use(hops=(HopUse(outlet="TASS", has_document=False),)),))
    assert found(RELAYED, "relay-without-link", statements=(use(hops=(HopUse(outlet="Interfax", has_document=True),)),))


def test_findings_stay_the_same_when_text_before_them_changes():
    (first,), (second,) = found(RELAYED, "relay-without-link"), found("It rained. " + RELAYED, "relay-without-link")
    assert first.key == second.key
