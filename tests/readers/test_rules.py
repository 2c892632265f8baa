import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.readers.rules import BadEmail, BadText, normal_email, one_line


def test_one_person_has_one_address_however_it_is_typed():
    assert normal_email("  Ada.Okafor@Example.ORG ") == "ada.okafor@example.org"


@pytest.mark.parametrize(
    "text",
    ["", "ada", "ada@", "@example.org", "a b@example.org", "ada@example.org\nBcc: all@example.org", "a@b.org\r\n", "x" * 250 + "@b.org", "ada@exa\x00mple.org"],
)
def test_what_no_letter_can_reach_is_refused(text):
    if text.strip() == "a@b.org":
        assert normal_email(text) == "a@b.org"  # a trailing line break is trimmed, never kept
        return
    with pytest.raises(BadEmail):
        normal_email(text)


@pytest.mark.parametrize("text", ["Ada\nOkafor", "Ada\r\nBcc: x", "Ada\x00", "Ada\u202eroF", "Ada\u2028", "a\tb"])
def test_invisible_characters_in_a_name_are_refused(text):
    with pytest.raises(BadText):
        one_line(text, longest=80)


def test_a_name_keeps_its_letters_and_joiners():
    assert one_line("  Zoë   O’Neil ", longest=80) == "Zoë O’Neil"
    assert one_line("می‌خواهم", longest=80) == "می‌خواهم"


def test_a_long_line_is_refused_with_its_length():
    with pytest.raises(BadText, match="81 characters"):
        one_line("x" * 81, longest=80)


@given(st.text(max_size=100))
def test_a_line_that_is_taken_can_stand_in_a_letters_header(text):
    try:
        line = one_line(text, longest=100)
    except BadText:
        return
    assert "\n" not in line
    assert "\r" not in line
    assert one_line(line, longest=100) == line
