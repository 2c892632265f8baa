import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.readers import links

NOW = dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def read(token, *, purpose="thanks", now=NOW):
    return links.read(purpose=purpose, token=token, max_age=DAY, now=now)


def test_a_link_gives_back_what_it_was_made_for():
    assert read(links.sign(purpose="thanks", value="abc-1", now=NOW)) == "abc-1"


def test_a_link_ends_with_its_time():
    token = links.sign(purpose="thanks", value="abc", now=NOW)
    assert read(token, now=NOW + DAY) == "abc"
    with pytest.raises(links.BadLink):
        read(token, now=NOW + DAY + dt.timedelta(seconds=1))


def test_a_link_from_the_future_is_refused():
    with pytest.raises(links.BadLink):
        read(links.sign(purpose="thanks", value="abc", now=NOW + dt.timedelta(minutes=2)))


def test_a_link_is_good_for_its_own_purpose_only():
    with pytest.raises(links.BadLink):
        read(links.sign(purpose="pledge", value="abc", now=NOW))


@given(st.data())
def test_one_changed_character_spoils_a_link(data):
    token = links.sign(purpose="thanks", value="0123456789abcdef", now=NOW)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019~.-_é").filter(lambda letter: letter != token[place]))
    with pytest.raises(links.BadLink):
        read(token[:place] + letter + token[place + 1 :])


@given(st.text(max_size=80))
def test_any_other_text_is_no_link(text):
    with pytest.raises(links.BadLink):
        read(text)
