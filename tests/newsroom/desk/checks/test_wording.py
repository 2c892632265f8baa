import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk.checks import brackets, encoding
from masthead.newsroom.desk.checks.wording import repeats
from tests.newsroom.desk.checks.say import findings, said

HEAD = "Council votes to close the old fish market in May"


@pytest.mark.parametrize(
    ("headline", "paragraphs", "times"),
    [
        ("Harbour opens to boats", ["Harbour opens to boats", "It rained."], 1),
        ("Harbour opens to boats", ["HARBOUR OPENS TO BOATS.", "It rained."], 1),
        ("Storm hits the coast Storm hits the coast", ["It rained."], 1),
        ("New York, New York", ["It rained."], 0),
        ("Harbour opens to boats", ["It rained.", "The harbour opens to boats."], 0),
        ("Harbour opens to boats", [*["It rained."] * 6, "Harbour opens to boats"], 0),
    ],
)
def test_a_headline_printed_twice(headline, paragraphs, times):
    assert len(findings("headline-twice", *paragraphs, headline=headline)) == times


@pytest.mark.parametrize(
    ("lede", "repeated"),
    [
        ("The council has voted to close the old fish market in May.", True),
        ("The council voted on closing the old fish market this May. Traders wept.", True),
        ("After two years of argument, and against the traders' wishes, the council voted to close the old fish market in May, its mayor said.", False),
        ("Traders at the old fish market have until May to find another place.", False),
    ],
)
def test_a_lede_that_says_the_headline_again(lede, repeated):
    assert repeats(HEAD, lede) is repeated
    assert bool(findings("lede-repeats-headline", "Tuesday, 10 March 2026", lede, headline=HEAD)) is repeated


def test_a_first_paragraph_that_is_the_standfirst():
    words = "The last stall holders leave at the end of spring, and nobody knows where to."
    assert findings("lede-repeats-headline", words, headline=HEAD, standfirst=words)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She saw the the boat.", [("the the", "warn")]),
        ("The the boat sank.", [("The the", "warn")]),
        ("The head of the of the board left.", [("of the of the", "warn")]),
        ("What it is is plain.", [("is is", "query")]),
        ("He died in in 2015.", [("in in", "query")]),
        ("“It was a bad bad day,” she said.", [("bad bad", "query")]),
        ("She had had enough, and said that that was very very late.", []),
        ("They saw Duran Duran in Baden Baden and New York New York.", []),
        ("Boutros Boutros-Ghali spoke.", []),
        ("The end. The boat sank.", []),
    ],
)
def test_words_typed_twice(text, found):
    assert said("repeated-word", text) == found


def test_other_languages_double_their_own_words():
    assert not said("repeated-word", "Nous nous lavons, et die die das tun.", language="fr")


def test_a_repeated_word_is_offered_once():
    assert findings("repeated-word", "She saw the the boat.")[0].suggestion == "the"


@pytest.mark.parametrize(
    ("text", "broken", "right"),
    [
        ("held at GuantÃ¡namo Bay", "GuantÃ¡namo", "Guantánamo"),
        ("they donâ€™t know", "donâ€™t", "don’t"),
        ("MiloÅ¡eviÄ‡ spoke", "MiloÅ¡eviÄ‡", "Milošević"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚!", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("FranÃ\x83Â§ois came", "FranÃ\x83Â§ois", "François"),
        ("a lost \ufffd here", "\ufffd", ""),
        ("don?t know", "don?t", "don’t"),
        ("Fish &amp; chips", "&amp;", "&"),
    ],
)
def test_broken_characters_and_what_they_were(text, broken, right):
    assert [(finding.text, finding.suggestion) for finding in findings("broken-encoding", text)] == [(broken, right)]


@pytest.mark.parametrize(
    "text",
    [
        "« là\u00a0» dit-il déjà»…",
        "CAFÉ” et « NÃO»",
        "5 Å² in naïve façade",
        "Ærø, Łódź, Ñandú, Ångström",
        "https://news.example/?t=1&amp=2",
        "Â la carte ? Non.",
    ],
)
def test_right_characters_are_left_alone(text):
    assert not findings("broken-encoding", text)


@given(st.text())
def test_a_repair_never_fails(text):
    assert isinstance(encoding.repaired(text), str)
    brackets.unmatched(text)


@given(st.text(alphabet="abc Ééàçñüšč’“”—", min_size=1))
def test_what_was_broken_once_is_mended(text):
    broken = "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())
    assert encoding.repaired(broken) == encoding.repaired(text)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("two\u00a0\u00a0here", 1),
        ("It ended.\u00a0 Then it began.\u00a0 Again.", 1),
        ("\u00a0Indented by hand", 1),
        ("one\u00a0more\u00a0time\u00a0with\u00a0feeling", 1),
        ("14\u00a0May, 5\u00a0kg, J.\u00a0Smith, « oui\u00a0» : non\u202f!", 0),
    ],
)
def test_no_break_spaces_that_only_fill(text, times):
    assert len(findings("filler-spaces", text)) == times


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        (["He came (late."], ["(late"]),
        (["He came late) again."], ["late)"]),
        (["He [she came."], ["[she"]),
        (["He came (late) [twice] ((it))."], []),
        (["It was good :) and bad :-( and a) one, 2) two."], []),
        (["He said (and this was long.", "It went on) and ended."], []),
        (["see https://news.example/a_(b for more"], []),
        (["the range [0, 1) of numbers"], []),
        (["He either 1) stays or goes, 2) sleeps."], []),
        (["It came on Sunday (March 4) again, and Monday March 5) too."], ["5)"]),
        (["stinging capsules (= cells)."], []),
        (["called it “good” ((it)):"], []),
    ],
)
def test_brackets_without_their_other_half(paragraphs, found):
    assert [text for text, _ in said("unclosed-bracket", *paragraphs)] == found
