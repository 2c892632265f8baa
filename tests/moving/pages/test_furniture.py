"""What is furniture and what is a sentence of the story: the line is drawn here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.moving.pages.credit import split_caption, whole_credit
from masthead.moving.pages.furniture import Furniture, byline_names, is_appeal, line_kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("$0 $2,500 $5,000 raised $3,075", Furniture.METER),
        ("raised $3,075", Furniture.METER),
        ("61% funded", Furniture.METER),
        ("€1.250 of €5.000 this month", Furniture.METER),
        ("¥120,000", Furniture.METER),
        ("Do you like this content? Consider helping us", Furniture.APPEAL),
        ("Your contribution keeps this newsroom independent.", Furniture.APPEAL),
        ("Donate now", Furniture.APPEAL),
        ("Share on Facebook", Furniture.SHARE),
        ("Tweet", Furniture.SHARE),
        ("Read also: The ferry that came back", Furniture.RELATED),
        ("You may also like", Furniture.RELATED),
        ("Leave a comment", Furniture.COMMENTS),
        ("We use cookies to make this site better.", Furniture.COOKIES),
        ("Skip to content", Furniture.MENU),
        ("© 2031 The Dispatch. All rights reserved.", Furniture.FOOTER),
        ("Advertisement", Furniture.ADVERT),
        ("Saturday, September 12, 2015", Furniture.DATE),
        ("12 March 2030, 14:05", Furniture.DATE),
    ],
)
def test_furniture_is_known(line, kind):
    assert line_kind(line) is kind


@pytest.mark.parametrize(
    "line",
    [
        "He said the city raised $3,075 for the school.",
        "Residents can donate clothes at the town hall.",
        "“Please support us,” the mayor said.",
        'The group wrote: "consider helping us, any way you can.',
        "Share prices fell in London.",
        "More than 20 people died.",
        "Most of them were asleep.",
        "Like many others, he left.",
        "The ministry raised $5 million.",
        "On Saturday, September 12, 2015 the crane fell.",
        "No comment, said the minister.",
        "The photo: a disaster.",
        "Top officials met on Monday.",
        "In 2015, 107 people were killed.",
    ],
)
def test_sentences_of_a_story_stay(line):
    assert line_kind(line) is None


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Photo: @PortOfMeridian / X", "@PortOfMeridian / X"),
        ("Credit: Sal Imber", "Sal Imber"),
        ("(Image: Jambula)", "Jambula"),
        ("Photo by Ada Okafor", "Ada Okafor"),
        ("Photograph courtesy of the port", "the port"),
        ("Picture credit: Old Harbour", "Old Harbour"),
        ("The photograph shows a boat.", ""),
        (
            "He took a photo: it was of a boat that had been lost for nine years, and of the man who had lost it, and of the harbour behind them both, and of the rain, and of the gulls, and of the old tram, and of all the people who waited there.",
            "",
        ),
    ],
)
def test_a_credit_on_a_line_of_its_own(line, credit):
    assert whole_credit(line) == credit


def test_a_credit_at_the_end_of_a_caption():
    assert split_caption("The last tram. Photo: Sal Imber / Post") == ("The last tram.", "Sal Imber / Post")
    assert split_caption("A boat (Photo: Ida)") == ("A boat", "Ida")
    assert split_caption("A boat at noon.") == ("A boat at noon.", "")


def test_bylines():
    assert byline_names("By Ada Okafor and Idris Bell") == ["Ada Okafor", "Idris Bell"]
    assert byline_names("By the river, police found him") == []


@given(st.text(max_size=400))
def test_any_line_is_judged_quickly(text):
    line_kind(text)
    is_appeal(text)
    split_caption(text)
    byline_names(text)


@pytest.mark.parametrize("text", ["1" * 160, "$1," * 53, "a " * 80, "share " * 26 + "!", "1.1 " * 40 + "x", "of the " * 22 + "?"])
def test_no_line_takes_for_ever(text):
    line_kind(text)
