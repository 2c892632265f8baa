"""Rules that a newsroom writes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk import house
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import Kind, Passage


def rule(looks_for, **words):
    values = {"id": "house-1", "way": house.Way.BANNED, "severity": Severity.WARN, "reason": "Say who they are.", "owner": "Standards"}
    return house.Rule(looks_for=looks_for, **{**values, **words})


def found(a_rule, *texts, kind=Kind.PARAGRAPH, language="en"):
    reading = Reading(headline="", is_story=True, language=language, passages=tuple(Passage(text=text, kind=kind, block="b") for text in texts))
    return [(finding.text, finding.start) for finding in house.compiled(a_rule).findings(reading)]


def test_terms_are_found_as_whole_words_in_any_case():
    assert found(rule("illegals\nso-called"), "The Illegals and a so-called expert; illegalsomething.") == [("Illegals", 4), ("so-called", 19)]


def test_a_term_knows_letters_beyond_ascii():
    assert found(rule("caf"), "un café") == []
    assert found(rule("café"), "Café, cafés") == [("Café", 0)]


def test_a_term_is_found_whatever_its_apostrophe_and_white_space():
    assert found(rule("don't know"), "I don’t know; I don't  know") == [("don’t know", 2), ("don't  know", 16)]


def test_the_longest_term_is_taken():
    assert found(rule("alien\nillegal alien"), "an illegal alien") == [("illegal alien", 3)]


def test_case_counts_where_the_rule_says_so():
    assert found(rule("us", match_case=True), "us and US") == [("us", 0)]


def test_a_pattern_says_what_to_write_instead():
    check = house.compiled(rule(r"\d+ per cent", way=house.Way.PATTERN, instead="percent", reason="House style."))
    finding = next(check.findings(Reading(headline="", is_story=True, passages=(Passage(text="It rose 5 per cent."),))))
    assert finding.message == "“5 per cent”: House style. Write “percent”."
    assert (finding.suggestion, finding.severity, finding.rule) == ("percent", Severity.WARN, "house-1")


def test_a_rule_keeps_to_its_scope_and_language():
    narrow = rule("shock", scope=frozenset({Kind.HEADLINE}), languages=frozenset({"en"}))
    assert found(narrow, "shock") == []
    assert found(narrow, "shock", kind=Kind.HEADLINE) == [("shock", 0)]
    assert found(narrow, "shock", kind=Kind.HEADLINE, language="fr") == []


@pytest.mark.parametrize(
    ("looks_for", "way", "words"),
    [
        ("  \n ", house.Way.BANNED, "looks for nothing"),
        ("(unclosed", house.Way.PATTERN, "malformed"),
        ("x*", house.Way.PATTERN, "matches where nothing stands"),
        ("a" * 2001, house.Way.BANNED, "2000 is the most"),
        (r"(?=ahead)", house.Way.PATTERN, "malformed"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_in_a_sentence(looks_for, way, words):
    with pytest.raises(house.RuleRefused, match=words):
        house.compiled(rule(looks_for, way=way))


def test_a_rule_is_proved_on_its_examples():
    house.prove(rule("illegals"), finds=["The illegals came."], spares=["Illegal parking."])
    with pytest.raises(house.RuleRefused, match="does not find anything in “Nothing"):
        house.prove(rule("illegals"), finds=["Nothing."], spares=[])
    with pytest.raises(house.RuleRefused, match="should leave alone"):
        house.prove(rule("illegals"), finds=[], spares=["The illegals came."])


def test_no_pattern_holds_up_a_save():
    assert found(rule(r"(a+)+$", way=house.Way.PATTERN), "a" * 50_000 + "b") == []  # a backtracking engine would still be at it


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()), st.text(max_size=80))
def test_any_term_compiles_and_finds_itself(term, around):
    a_rule = rule(term, whole_words=False, match_case=True)
    first = next(line.strip() for line in term.splitlines() if line.strip())
    assert found(a_rule, f"{around} {first} {around}")
