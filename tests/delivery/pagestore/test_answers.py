"""What a request is answered with from the store alone, and what is asked of Django."""

import shutil
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from masthead.delivery.pagestore import strict
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.page import Hole
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import STORY, ask, given, page, with_meter

pytestmark = pytest.mark.live

PATIENCE_SECONDS = 60
ALL = (b"accept-encoding", b"gzip, deflate, br, zstd")


def put(store: Store, *pages: object) -> None:
    store.write(pages)  # type: ignore[arg-type]


def test_a_stored_page_is_answered_whole(store: Store, answers: Answers):
    put(store, page(headers=(("Content-Security-Policy", "default-src 'none'"),)))
    status, headers, body = given(answers)
    assert (status, body) == (200, STORY)
    assert headers["Content-Length"] == str(len(STORY))
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert "Content-Encoding" not in headers


def test_a_meter_stands_in_every_form_and_moves_in_all(store: Store, answers: Answers):
    put(store, with_meter())
    for version, figures in enumerate([b"10 EUR", b"25 EUR", b"99 EUR"]):
        store.meters.write("m", {"figures": figures}, version=version, moment=0)
        for coding in ("identity", "gzip", "br", "zstd"):
            _, headers, body = given(answers, b"/story/", (b"accept-encoding", coding.encode()))
            assert headers.get("Content-Encoding", "identity") == coding
            assert strict.decoded(coding, body) == STORY + b"<p>" + figures + b"</p>" + STORY
            assert headers["Content-Length"] == str(len(body))


def test_a_page_waits_for_django_until_its_meter_is_known(store: Store, answers: Answers):
    put(store, with_meter())
    assert ask(answers) is None
    store.meters.write("m", {"other": b"10 EUR"}, version=1, moment=1)
    assert ask(answers) is None
    store.meters.write("m", {"figures": b"10 EUR"}, version=2, moment=1)
    assert ask(answers) is not None
    store.meters.forget()
    assert ask(answers) is None


def test_figures_that_are_shorter_than_their_hole_are_filled_up_with_blanks(store: Store, answers: Answers):
    put(store, with_meter(length=9))
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    assert b"<p>10 EUR   </p>" in given(answers)[2]


def test_figures_that_outgrow_their_hole_are_never_cut(store: Store, answers: Answers):
    put(store, with_meter(length=6))
    store.meters.write("m", {"figures": b"1,000,000 EUR"}, version=1, moment=1)
    for pages_laid_out_anew in (1, 0):
        _, headers, body = given(answers, b"/story/", ALL)
        assert b"<p>1,000,000 EUR" in strict.decoded(headers["Content-Encoding"], body)
        assert b"<p>1,000,000 EUR" in given(answers)[2]
        assert store.refit() == pages_laid_out_anew
    assert given(answers, b"/story/", ALL)[1]["Content-Encoding"] in {"br", "zstd"}


# --- validators --------------------------------------------------------------------------------


def test_each_form_and_each_figure_has_an_entity_tag_of_its_own(store: Store, answers: Answers):
    put(store, with_meter())
    tags = set()
    for version, figures in enumerate([b"10 EUR", b"25 EUR"]):
        store.meters.write("m", {"figures": figures}, version=version, moment=0)
        tags |= {given(answers, b"/story/", (b"accept-encoding", coding))[1]["ETag"] for coding in (b"identity", b"gzip", b"br", b"zstd")}
    assert len(tags) == 8
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


def test_another_meter_s_gift_changes_no_tag(store: Store, answers: Answers):
    put(store, with_meter())
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    before = given(answers)[1]["ETag"]
    store.meters.write("other", {"figures": b"10 EUR"}, version=1, moment=1)
    assert given(answers)[1]["ETag"] == before


@pytest.mark.parametrize("form", ["{}", "W/{}", '"a", {}', ' "a" , W/{} ', "*"])
def test_who_has_the_page_gets_304(store: Store, answers: Answers, form: str):
    put(store, page(keys=("story-1",)))
    tag = given(answers, b"/story/", ALL)[1]["ETag"]
    status, headers, body = given(answers, b"/story/", ALL, (b"if-none-match", form.format(tag).encode()))
    assert (status, body) == (304, b"")
    assert headers["ETag"] == tag
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Vary"] == "Accept-Encoding"
    assert not {"Content-Length", "Content-Type", "Content-Encoding"} & set(headers)


def test_who_has_another_form_or_other_figures_gets_the_page(store: Store, answers: Answers):
    put(store, with_meter())
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    plain = (b"if-none-match", given(answers)[1]["ETag"].encode())
    assert given(answers, b"/story/", ALL, plain)[0] == 200
    assert given(answers, b"/story/", plain)[0] == 304
    store.meters.write("m", {"figures": b"25 EUR"}, version=2, moment=1)
    assert given(answers, b"/story/", plain)[0] == 200


def test_a_date_is_enough_where_no_figure_moves(store: Store, answers: Answers):
    put(store, page("/feed/"), with_meter())
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    same = (b"if-modified-since", formatdate(1_700_000_000, usegmt=True).encode())
    earlier = (b"if-modified-since", formatdate(1_699_999_999, usegmt=True).encode())
    assert given(answers, b"/feed/")[1]["Last-Modified"].encode() == same[1]
    assert given(answers, b"/feed/", same)[0] == 304
    assert given(answers, b"/feed/", earlier)[0] == 200
    assert given(answers, b"/feed/", same, (b"if-none-match", b'"other"'))[0] == 200
    assert given(answers, b"/story/", same)[0] == 200
    for nonsense in (b"", b"yesterday", b"Tue, 99 Foo 2026 99:99:99 GMT", b"\xff", b"0" * 500):
        assert given(answers, b"/feed/", (b"if-modified-since", nonsense))[0] == 200


def test_head_says_what_get_says(store: Store, answers: Answers):
    put(store, page())
    for coding in (b"identity", b"gzip, br"):
        status, headers, body = given(answers, b"/story/", (b"accept-encoding", coding), method=b"HEAD")
        assert (status, headers) == given(answers, b"/story/", (b"accept-encoding", coding))[:2]
        assert body == b""


def test_the_head_is_ready_for_the_wire(store: Store, answers: Answers):
    put(store, page())
    answer = ask(answers)
    assert answer is not None
    lines = answer.head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert lines[1:-1] == [b"%s: %s" % header for header in answer.headers]
    assert lines[-1] == b""


# --- codings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "best"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("identity;q=0.5, gzip;q=0.2", "identity"),
        ("*", "best"),
        ("*;q=0.5, zstd;q=1", "zstd"),
        ("*, br;q=0, zstd;q=0", "gzip"),
        ("", "identity"),
        (",,,", "identity"),
        ("deflate, compress, sdch", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip;x=1", "identity"),
        ("gzip, \u00ff, br\u0000", "gzip"),
        ("gzip" * 3000, "identity"),
    ],
)
def test_a_client_gets_a_form_that_it_reads(store: Store, answers: Answers, header: str, coding: str):
    put(store, page())
    _, headers, body = given(answers, b"/story/", (b"accept-encoding", header.encode("latin-1")))
    got = headers.get("Content-Encoding", "identity")
    assert got in ({"br", "gzip", "zstd"} if coding == "best" else {coding})
    assert strict.decoded(got, body) == STORY
    assert headers["Vary"] == "Accept-Encoding"


def test_a_client_that_reads_nothing_we_have_is_django_s(store: Store, answers: Answers):
    put(store, page(segments=(b"tiny",)))
    assert ask(answers, b"/story/", (b"accept-encoding", b"gzip, identity;q=0")) is None
    assert ask(answers, b"/story/", (b"accept-encoding", b"*;q=0")) is None


def test_the_smallest_form_goes_to_who_reads_all(store: Store, answers: Answers):
    put(store, page())
    sizes = {coding: len(given(answers, b"/story/", (b"accept-encoding", coding))[2]) for coding in (b"gzip", b"br", b"zstd")}
    assert len(given(answers, b"/story/", ALL)[2]) == min(sizes.values())


# --- what is asked of Django -------------------------------------------------------------------


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH", b"get", b"CONNECT", b""])
def test_whatever_is_no_reading(store: Store, answers: Answers, method: bytes):
    put(store, page())
    assert ask(answers, method=method) is None


@pytest.mark.parametrize(
    "query", [b"x=1", b"", b"page=2", b"utm_source=a&page=2", b"page=2&utm_source=a", b"UTM_SOURCE=a", b"utm_source=a%00&b", b"utm_=a", b"fbclidx=1"]
)
def test_a_query_that_may_mean_something(store: Store, answers: Answers, query: bytes):
    put(store, page())
    assert ask(answers, b"/story/?" + query) is None


@pytest.mark.parametrize("query", [b"utm_source=a", b"utm_source=a&utm_medium=b%20c", b"fbclid=x&gclid=y", b"mc_cid", b"utm_campaign="])
def test_a_query_that_says_only_where_a_reader_comes_from_is_passed_over(store: Store, answers: Answers, query: bytes):
    put(store, page())
    assert given(answers, b"/story/?" + query) == given(answers, b"/story/")


@pytest.mark.parametrize("cookie", [b"sessionid=abc", b"a=b; sessionid=abc", b"a=b;sessionid=", b" sessionid = x", b"sessionid"])
def test_a_page_for_staff_who_get_the_editor_s_bar(store: Store, answers: Answers, cookie: bytes):
    put(store, page(), page("/feed/", media_type="application/atom+xml"))
    assert ask(answers, b"/story/", (b"cookie", cookie)) is None
    assert given(answers, b"/feed/", (b"cookie", cookie)) == given(answers, b"/feed/")


@pytest.mark.parametrize("cookie", [b"_ga=1; csrftoken=x", b"xsessionid=1", b"sessionidx=1", b"a=sessionid=1", b"", b"\xff\x00;;;="])
def test_other_cookies_are_passed_over(store: Store, answers: Answers, cookie: bytes):
    put(store, page())
    assert given(answers, b"/story/", (b"cookie", cookie)) == given(answers)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"evil.example")],
        [(b"host", b"paper.example:81")],
        [(b"host", b"paper.example."), (b"x-forwarded-host", b"paper.example")],
        [(b"host", b"paper.example"), (b"host", b"paper.example")],
        [(b"host", b"paper.example"), (b"host", b"evil.example")],
        [(b"host", b"paper.example"), (b"cookie", b"a=1"), (b"cookie", b"sessionid=1")],
        [(b"host", b"paper.example"), (b"content-length", b"5")],
        [(b"host", b"paper.example"), (b"transfer-encoding", b"chunked")],
        [(b"host", b"paper.example"), (b"expect", b"100-continue")],
        [(b"host", b"paper.example"), (b"upgrade", b"websocket")],
        [(b"host", b"paper.example"), (b"if-match", b'"x"')],
        [(b"host", b"paper.example"), (b"if-unmodified-since", b"x")],
    ],
    ids=str,
)
def test_requests_that_are_not_for_a_stored_page(store: Store, answers: Answers, headers: list[tuple[bytes, bytes]]):
    put(store, page())
    assert answers.answer(b"GET", b"/story/", headers) is None


def test_a_page_after_its_time(store: Store, answers: Answers):
    put(store, page("/over/", expires=int(time.time()) - 1), page("/on/", expires=int(time.time()) + 3600))
    assert ask(answers, b"/over/") is None
    assert ask(answers, b"/on/") is not None


# --- headers -----------------------------------------------------------------------------------


def test_a_page_is_asked_for_anew_unless_it_says_otherwise(store: Store, answers: Answers):
    put(store, page(), page("/picture.webp", media_type="image/webp", headers=(("Cache-Control", "public, max-age=31536000"),)))
    assert given(answers)[1]["Cache-Control"] == "no-cache"
    _, headers, _ = given(answers, b"/picture.webp")
    assert headers["Cache-Control"] == "public, max-age=31536000"
    assert "Vary" not in headers


def test_a_cdn_is_told_the_keys(store: Store, answers: Answers):
    put(store, page(keys=("story-1", "section-2")))
    headers = given(answers)[1]
    assert (headers["Surrogate-Key"], headers["Cache-Tag"]) == ("story-1 section-2", "story-1,section-2")


def test_a_redirect_and_a_gone_page_are_pages_too(store: Store, answers: Answers):
    put(store, page("/old/", status=301, segments=(b"",), headers=(("Location", "/story/"),)), page("/gone/", status=410))
    status, headers, _ = given(answers, b"/old/")
    assert (status, headers["Location"]) == (301, "/story/")
    assert given(answers, b"/gone/", (b"if-none-match", b"*"))[0] == 410


# --- changes -----------------------------------------------------------------------------------


def test_a_change_is_in_the_next_answer_of_every_process(tmp_path: Path, store: Store, answers: Answers):
    elsewhere = Store(store.folder)
    for number in range(20):
        put(elsewhere, page(segments=(b"revision %d" % number,), revision=f"r{number}"))
        assert given(answers)[2] == b"revision %d" % number
    elsewhere.write(remove=["/story/"])
    assert ask(answers) is None
    elsewhere.close()


def test_threads_of_one_process_get_nothing_older_than_what_was_written(store: Store, answers: Answers):
    put(store, page(segments=(b"<p>", b"</p>" + STORY), holes=(Hole("m", "figures", 6),)))
    store.meters.write("m", {"figures": b"0"}, version=0, moment=0)
    written, stale, over = [0], [], threading.Event()

    def read(coding: str) -> None:
        while not over.is_set():
            floor = written[0]
            body = strict.decoded(coding, given(answers, b"/story/", (b"accept-encoding", coding.encode()))[2])
            if int(body[3:9]) < floor:
                stale.append((int(body[3:9]), floor))

    readers = [threading.Thread(target=read, args=(coding,)) for coding in ("identity", "gzip", "br", "br")]
    for reader in readers:
        reader.start()
    for number in range(1, 300):
        store.meters.write("m", {"figures": b"%d" % number}, version=number, moment=0)
        written[0] = number
    over.set()
    for reader in readers:
        reader.join()
    assert stale == []


def test_a_reader_that_missed_the_counter_sees_the_change_a_second_later(store: Store, answers: Answers, monkeypatch: pytest.MonkeyPatch):
    """A writer that dies between its commit and the counter."""
    put(store, page(segments=(b"old",)))
    assert given(answers)[2] == b"old"
    elsewhere = Store(store.folder)
    monkeypatch.setattr(elsewhere.meters, "raise_pages", lambda: None)
    put(elsewhere, page(segments=(b"new",), revision="r2"))
    until(lambda: given(answers)[2] == b"new")
    elsewhere.close()


def test_a_store_that_is_removed_while_it_is_in_use_is_empty_and_can_be_filled_anew(store: Store, answers: Answers):
    put(store, with_meter())
    store.meters.write("m", {"figures": b"10 EUR"}, version=5, moment=1)
    assert ask(answers) is not None
    shutil.rmtree(store.folder)
    until(lambda: ask(answers) is None)
    elsewhere = Store(store.folder)
    elsewhere.meters.write("m", {"figures": b"25 EUR"}, version=1, moment=1)
    put(elsewhere, with_meter())
    until(lambda: ask(answers) is not None)
    assert b"25 EUR" in given(answers)[2]
    elsewhere.close()


def until(holds: object) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


# --- memory ------------------------------------------------------------------------------------


def test_memory_is_bounded_and_every_answer_is_right_all_the_same(store: Store):
    answers = Answers(store, hosts=["paper.example"], memory=200_000)
    put(store, *(page(f"/{number}/", segments=(b"%d " % number * 700,), revision=f"r{number}") for number in range(200)))
    for _ in range(2):
        for number in range(200):
            _, headers, body = given(answers, b"/%d/" % number, ALL)
            assert strict.decoded(headers.get("Content-Encoding", "identity"), body) == b"%d " % number * 700
            assert answers.memory.used <= 200_000
    assert 10 < len(answers.memory) < 200


def test_one_that_is_too_large_pushes_nobody_out(store: Store):
    answers = Answers(store, hosts=["paper.example"], memory=200_000)
    put(store, page("/small/"), page("/film.mp4", segments=(b"x" * 150_000,), media_type="video/mp4"))
    given(answers, b"/small/")
    used = answers.memory.used
    assert len(given(answers, b"/film.mp4")[2]) == 150_000
    assert answers.memory.used == used


def test_unknown_addresses_are_not_remembered(store: Store, answers: Answers):
    put(store, page())
    given(answers)
    used = answers.memory.used
    for number in range(1_000):
        assert ask(answers, b"/nothing/%d/" % number) is None
        given(answers, b"/story/", (b"accept-encoding", b"gzip;q=0.%d" % (number + 1)))
    assert answers.memory.used < used + 20_000
    assert len(answers.memory) == 1


def test_two_holes_of_two_meters_move_apart(store: Store, answers: Answers):
    put(store, page(segments=(STORY, b" and ", STORY), holes=(Hole("a", "figures", 4), Hole("b", "figures", 4))))
    store.meters.write("a", {"figures": b"10"}, version=1, moment=1)
    store.meters.write("b", {"figures": b"20"}, version=1, moment=1)
    assert b"10   and 20  " in given(answers)[2]
    store.meters.write("b", {"figures": b"30"}, version=2, moment=1)
    _, headers, body = given(answers, b"/story/", ALL)
    assert b"10   and 30  " in strict.decoded(headers["Content-Encoding"], body)
