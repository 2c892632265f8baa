"""Addresses that differ in nothing that matters are one document."""

import pytest

from masthead.kernel.http import AddressRefused
from masthead.newsroom.sources import links

SAME = [
    "https://ministry.example/releases/12",
    "http://ministry.example/releases/12",
    "https://www.ministry.example/releases/12/",
    "https://m.ministry.example/releases/12",
    "https://MINISTRY.example./releases/12#top",
    "https://ministry.example/releases/12?utm_source=mail&utm_medium=x&fbclid=abc&gclid=1&ref_src=twsrc",
    " https://ministry.example:443/releases/12 ",
    "https://ministry.example/releases/12#:~:text=said",
]
OTHER = [
    "https://ministry.example/releases/13",
    "https://ministry.example/Releases/12",
    "https://ministry.example/releases/12?page=2",
    "https://press.ministry.example/releases/12",
    "https://ministry.example/releases/12#!/part",
]


@pytest.mark.parametrize("url", SAME)
def test_what_follows_readers_around_makes_no_other_document(url: str):
    assert links.canonical(url) == links.canonical(SAME[0])


def test_what_names_another_page_makes_another_document():
    assert len({links.canonical(url) for url in (SAME[0], *OTHER)}) == len(OTHER) + 1


def test_an_address_is_kept_as_it_is_asked_for_without_the_trackers():
    assert links.cleaned("http://www.ministry.example/a/?b=1&utm_id=2&c=%20#part") == "http://www.ministry.example/a/?b=1&c=%20"


def test_an_address_inside_is_refused():
    with pytest.raises(AddressRefused):
        links.canonical("http://localhost/releases/12")


def test_a_file_without_a_title_is_called_by_its_name():
    assert links.file_name("https://ministry.example/files/Report%202.pdf?x=1") == "Report%202.pdf"
    assert links.file_name("https://ministry.example/") == "ministry.example"
