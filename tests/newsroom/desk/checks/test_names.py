import pytest

from tests.newsroom.desk.checks.say import findings, said


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        (["Volodymyr Zelensky came.", "Later Mr Zelenskyy left, and Zelensky came back."], [("Zelenskyy", "warn")]),
        (["The witness Mohammed Al-Bakri spoke.", "Later the witness Mohamed Al-Bakri left."], [("Mohamed", "warn")]),
        (["They met Angela Merkel.", "Then Mrs Merkle left with Merkel."], [("Merkle", "warn")]),
        (["The judge Dora Hansen spoke.", "The clerk Peter Hanson left."], []),
        (["In Germany the Germans and in Argentina the Argentine team, and America’s Americans, played."], []),
        (["The Clintons came with Mr Clinton’s wife to Iran and Iraq."], []),
    ],
)
def test_a_name_in_two_spellings(paragraphs, found):
    assert said("name-changes-spelling", *paragraphs) == found


def test_the_commoner_spelling_is_offered():
    assert findings("name-changes-spelling", "They met Angela Merkel.", "Then Mrs Merkle left with Merkel.")[0].suggestion == "Merkel"


def test_a_house_word_is_right():
    assert not said("name-changes-spelling", "They met Angela Merkel.", "Then Mrs Merkle left with Merkel.", house_words=frozenset({"Merkle"}))


@pytest.mark.parametrize(
    ("paragraphs", "wrong"),
    [
        (["John Smith, 34, came.", "Police freed the 36-year-old Smith."], True),
        (["John Smith, 34, came.", "John Smith (35) left."], True),
        (["Thomas Sam, 42, and his wife Manju Sam, 36, came."], False),
        (["John Smith, 34, came.", "Ann Smith, 36, went.", "Police freed 36-year-old Ann Smith."], False),
        (["John Smith, 34, came.", "He was then 19-year-old John Smith’s friend."], False),
        (["On May 3, 14, and in Game 7, 12, they met."], False),
    ],
)
def test_one_person_of_two_ages(paragraphs, wrong):
    assert bool(said("age-disagrees", *paragraphs)) is wrong


@pytest.mark.parametrize(
    ("paragraphs", "asked"),
    [
        (["They met Minister Novak.", "Later President Novak spoke."], True),
        (["They met Vice President Joe Biden.", "Later President Biden spoke."], True),
        (["They met former Governor Bush.", "Later President Bush spoke."], False),
        (["President George Bush came.", "Governor Jeb Bush left."], False),
        (["Foreign Minister Ada Novak came.", "Minister Novak left."], False),
    ],
)
def test_one_name_in_two_offices(paragraphs, asked):
    assert [severity for _, severity in said("title-changes", *paragraphs)] == ["query"] * asked
