"""The check on misspelt words, through the desk's own door."""

import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.checks import lexicon
from masthead.newsroom.desk.checks.lexicon import Rank
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import Kind, Passage


def misspelt(*texts, **words):
    passages = tuple(text if isinstance(text, Passage) else Passage(text=text) for text in texts)
    reading = Reading(**({"headline": "H", "is_story": False, "passages": passages} | words))
    return [finding for finding in checks.run(reading) if finding.rule == "misspelling"]


def offered(text, **words):
    return [(finding.text, finding.suggestion) for finding in misspelt(text, **words)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("recieve", "receive"),
        ("goverment", "government"),
        ("minsiter", "minister"),
        ("mminister", "minister"),
        ("minidter", "minister"),
        ("anniversay", "anniversary"),
        ("definately", "definitely"),
        ("obessesed", "obsessed"),
        ("teh", "the"),
        ("dont", "don’t"),
        ("alot", "a lot"),
        ("ofthe", "of the"),
        ("thegovernment", "the government"),
        ("livestraem", "livestream"),
        ("recieve’s", "receive"),
        ("goverment-run", "government"),
        ("“recieve”", "receive"),
        ("recieve—then", "receive"),
        ("his/recieve", "receive"),
    ],
)
def test_a_slip_is_found_with_what_it_should_be(wrong, right):
    found = offered(f"The ministry said on Monday that {wrong} would follow the talks.")
    assert [suggestion for _, suggestion in found] == [right]


def test_the_finding_says_where_and_what():
    [finding] = misspelt("They will recieve it.", Passage(text="All is well.", block="b"))
    assert finding.message == "“recieve” is probably “receive”."
    assert finding.severity is Severity.WARN
    assert finding.text == "recieve"
    assert finding.passage.text[finding.start : finding.end] == "recieve"


@pytest.mark.parametrize(
    "text",
    [
        "The organisation and the organization favour colour and favor color; they travelled and traveled to the centre and the center.",
        "A podcaster livestreamed behind a paywall about crowdfunding, cryptocurrencies, deepfakes and geolocation.",
        "They weren’t, didn't and couldn’t’ve; the state’s and the Joneses’ lawyers said so.",
        "Write to minsiter@example.com, see example.com/minsiter, www.minsiter.org or https://minsiter.example, ask @minsiter about #minsiter.",
        "The variable minsiter_name, the file minsiter.txt and the plate minsiter42 are names.",
        "He wrote of “the minsiter [sic]” and of a minsiter (sic).",
        "She [minsiter]ed it, and a m[i]nsiter too.",
        "Its style was .minsiter and its path /var/minsiter.",
        "The MINSITER and the iMinsiter are marks.",
        "Talks were de-\nlayed, or de- layed, or inter- rupted by the line’s end.",
        "It was a no-brainer for the touchy-feely and the willy-nilly.",
        "He spoke of “minsita” alone.",
        "A countermobilisation, a nonrenewable, microtargeted and cyberpolicy-like approach, un-Dutch and Dutchness-free.",
        "A café, a naïve façade and a Spanish mañana.",
        "The verdict said: esto impedimento que vencera con rigore, nada mas.",
        "He owns the mosquittos, the mosquittos and the mosquittos.",
        "They met Minsiter Okafor. The minsiter family is old.",
        "Gene B. Sperling said so. Mr. Sperling was there.",
        "Sperlings, a firm in Leeds, was sold.",
    ],
)
def test_what_is_meant_is_left_alone(text):
    assert offered(text) == []


def test_a_known_slip_is_never_a_term():
    assert len(misspelt("They recieve. They recieve. They recieve. They recieve.")) == 4


def test_a_first_word_is_looked_at_where_it_is_safe():
    assert offered("They met. Goverment officials said so.") == [("Goverment", "Government")]
    assert offered("Technlogy was sold.") == [("Technlogy", "Technology")]
    assert offered("They met Goverment there.") == []
    assert offered("Technlogy Gonzaga was sold. Then Technlogy Gonzaga was bought.") == []


def test_words_of_the_house_are_right_as_they_are_written():
    house = frozenset({"Minsiter", "e-minsters"})
    assert offered("A minsiter and an e-minsters came; their minsiters did not.", house_words=house) == [("minsiters", "ministers")]


def test_a_language_without_a_table_is_left_alone():
    assert offered("They recieve it.", language="de") == []
    assert offered("They recieve it.", language="en-GB") == [("recieve", "receive")]
    assert lexicon.table("../en") is None


def test_text_of_another_language_is_left_alone():
    assert offered("Nun stehen sechs junge Leute an der Helling, und einer begann, die leere Bank zu bauen, die man nicht lernt.") == []


def test_a_second_language_is_one_more_file(tmp_path, monkeypatch):
    from masthead.newsroom.desk.checks.lexicon.build import packed

    shape = {"alphabet": string.ascii_lowercase + "äöüß", "prefixes": [], "suffixes": [], "joints": [], "slips": {"standart": "Standard"}}
    (tmp_path / "de.words").write_bytes(packed(shape, {"regierung": Rank.COMMON, "die": Rank.EVERYDAY, "größe": Rank.COMMON}))
    monkeypatch.setattr(lexicon, "HERE", tmp_path)
    lexicon.table.cache_clear()
    try:
        assert offered("die regierugn", language="de") == [("regierugn", "regierung")]
        assert offered("die größe", language="de") == []
    finally:
        monkeypatch.undo()
        lexicon.table.cache_clear()


def test_an_embed_is_not_our_typing():
    assert misspelt(Passage(text="They recieve it.", kind=Kind.EMBED)) == []
    assert len(misspelt(Passage(text="They recieve it.", kind=Kind.CAPTION))) == 1


@given(st.text(alphabet=string.ascii_letters + " '’“”.-—[]/@#\n", max_size=200))
def test_any_text_is_read_and_each_place_holds_its_word(text):
    for finding in misspelt(text):
        assert finding.passage.text[finding.start : finding.end] == finding.text
        assert finding.suggestion not in {"", finding.text}


def test_the_table_is_what_its_sources_make():
    """Each word of the supplement is in it, each known slip is not, and what it suggests is made of its words."""
    from masthead.newsroom.desk.checks.lexicon import build

    table = lexicon.table("en")
    own = build.HERE / "en"
    supplement = set(build.expanded((own / "supplement.txt").read_text(encoding="utf-8")))
    assert [word for word in supplement if not table.rank(word) and word not in table.slips] == []
    assert [word for word in table.slips if table.rank(word)] == []
    rights = {part for right in table.slips.values() for part in right.lower().replace("n’t", "").split()}
    assert [part for part in rights if not table.rank(part) and len(part) > 3] == []
    assert table.rank("the") == Rank.EVERYDAY
    assert table.rank("Monday".lower()) == Rank.NAME
    assert table.rank("t") == table.rank("governm") == table.rank("") == Rank.NONE


# --- real texts ------------------------------------------------------------------------------------


def slipped(word, rng):
    """Return `word` with one slip of the pen."""
    at, letter = rng.randrange(len(word)), rng.choice(string.ascii_lowercase)
    two = min(at, len(word) - 2)
    return rng.choice(
        [
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            word[:two] + word[two + 1] + word[two] + word[two + 2 :],
        ]
    )


def texts_of(real_data):
    return [path.read_text(encoding="utf-8") for path in sorted((real_data / "wikinews").glob("*.txt"))]


def paragraphs(text):
    return [line for line in text.split("\n") if line.strip()]


REAL_SLIPS = {"recieve", "anniversay", "debutans"}  # of their authors


def test_published_texts_have_their_authors_slips_found_and_no_others(real_data):
    assert {finding.text for text in texts_of(real_data) for finding in misspelt(*paragraphs(text))} == REAL_SLIPS


def test_nine_of_ten_planted_slips_are_found_in_published_texts(real_data):
    rng = random.Random(20260310)  # noqa: S311 - the same slips in each run
    table = lexicon.table("en")
    planted = found = 0
    for text in texts_of(real_data):
        lines = paragraphs(text)
        for number, line in enumerate(lines):
            words = list(re.finditer(r"(?<![\w@#'’./-])[a-z]{6,}(?![\w'’./-])", line))
            if not words:
                continue
            word = rng.choice(words)
            wrong = slipped(word[0], rng)
            if table.rank(wrong):
                continue
            planted += 1
            changed = line[: word.start()] + wrong + line[word.end() :]
            found += any(
                finding.start == word.start() and finding.passage.text == changed for finding in misspelt(*lines[:number], changed, *lines[number + 1 :])
            )
    assert planted > 100
    assert found / planted >= 0.9
