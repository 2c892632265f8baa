"""What a page says is read without running it, in its own letters, within limits."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.sources.charsets import decode
from masthead.newsroom.sources.extraction import extract, media_type
from tests.newsroom.sources.pages import ARTICLE

HTML = "text/html; charset=utf-8"
RUSSIAN = "Министерство закрыло пролив для всех судов до особого распоряжения."


def test_a_page_says_what_it_is():
    found = extract(ARTICLE.encode(), content_type=HTML, url="https://times.example/strait")
    assert (found.title, found.site, found.author, found.language) == ("Ministry closes the strait", "Vessa Times", "Ilse Marn", "en-GB")
    assert found.canonical_url == "https://times.example/strait"
    assert found.published == dt.datetime(2026, 5, 3, 8, 20, 30, tzinfo=dt.UTC)
    assert "“No vessel will pass,” the minister told reporters" in found.text
    assert "Hacked" not in found.title + found.text
    assert "alert" not in found.text
    assert "Home News Sport" not in found.text
    assert (found.charset, found.problem) == ("utf-8", "")


def test_json_ld_is_read_and_a_date_without_an_hour_stays_a_date():
    page = """<title>x</title><script type="application/ld+json">{"@graph": [{"@type": "Person"}, {"headline": "Six", "datePublished": "2026-02-01",
    "author": [{"name": "Ada"}, {"name": "Bo"}], "publisher": {"name": "The Six"}}]}</script><p>Words.</p>"""
    found = extract(page.encode(), content_type=HTML, url="https://six.example/1")
    assert (found.title, found.author, found.site, found.published) == ("Six", "Ada, Bo", "The Six", dt.date(2026, 2, 1))


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", "cp1251"),
        (b"<meta charset=windows-1251>" + RUSSIAN.encode("cp1251"), "text/html; charset=utf-8", "cp1251"),
        (RUSSIAN.encode("koi8-r"), "text/html; charset=koi8-r", "koi8-r"),
        (RUSSIAN.encode("utf-8"), "text/html; charset=iso-8859-1", "utf-8"),
        (RUSSIAN.encode("utf-8"), "text/html; charset=zlib_codec", "utf-8"),
        (b"\xef\xbb\xbf" + RUSSIAN.encode("utf-8"), "text/html; charset=windows-1251", "utf-8"),
        (b"\xff\xfe" + RUSSIAN.encode("utf-16-le"), "text/html", "utf-16-le"),
        (RUSSIAN.encode("utf-16-be"), "text/html; charset=utf-16-be", "utf-16-be"),
        (RUSSIAN.encode("utf-8")[:-1], "text/html", "utf-8"),
        ((RUSSIAN * 4).encode("cp1251"), "text/html; charset=rot13", "cp1251"),
    ],
)
def test_letters_are_read_as_what_they_are(body: bytes, content_type: str, charset: str):
    text, name = decode(body, content_type)
    assert name == charset
    assert RUSSIAN[:30] in text


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_become_text(body: bytes, label: str):
    decode(body, f"text/html; charset={label}")


@pytest.mark.parametrize(
    ("header", "body", "kind"),
    [
        ("", b"%PDF-1.7", "application/pdf"),
        ("application/octet-stream", b"<!DOCTYPE html>x", "text/html"),
        ("Text/HTML;charset=x", b"", "text/html"),
        ("nonsense", b"\0\1", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_server_or_its_bytes_say(header: str, body: bytes, kind: str):
    assert media_type(header, body) == kind


@pytest.mark.parametrize("body", [b"", b"<", b"<!--" * 1000, b"\0" * 100, b"<html></html>", b"<?xml version='1.0' encoding='utf-7'?><p>x</p>"])
def test_a_page_with_nothing_in_it_gives_nothing(body: bytes):
    found = extract(body, content_type=HTML, url="https://times.example/")
    assert len(found.text) < 10


def test_a_page_made_to_take_long_is_left_in_time():
    begun = time.monotonic()
    found = extract(b"<p><a href=x>y</a>" * 200_000, content_type=HTML, url="https://times.example/", seconds=1.5)
    assert found.problem == "Its text could not be read within 2 s."
    assert time.monotonic() - begun < 30  # without a limit it takes minutes


def test_text_and_nothing_else_is_read_as_text():
    assert extract(b"Plain words.\0", content_type="text/plain", url="https://x.example/").text == "Plain words."
    assert extract(b"%PDF-1.7", content_type="application/pdf", url="https://x.example/").text == ""
