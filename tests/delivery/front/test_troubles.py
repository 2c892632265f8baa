"""Django away, dying or talking nonsense; readers slow, gone or too many: the others are answered all the same."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from masthead.delivery.front import pages
from tests.delivery.front.conftest import OK, PATIENCE_SECONDS, STORED, House

pytestmark = pytest.mark.live

GET = b"GET %s HTTP/1.1\r\nHost: paper.example\r\n\r\n"
POST = b"POST %s HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 4\r\n\r\nbody"


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (GET % b"/x/", b"This page is not there just now"),
        (POST % b"/contribute/", b"Giving is not possible this minute"),
        (GET % b"/contribute/?amount=5", b"Nothing was charged"),
        (GET % b"/contribute/thanks/x/", b"If you have just made a payment, it counts"),
        (POST % b"/desk/login/", b"Nothing of it was kept"),
    ],
)
def test_without_django_stored_pages_are_there_and_the_rest_says_so(house: Callable[..., House], request_: bytes, says: bytes):
    open_house = house(patience_seconds=0)
    open_house.django.stop()
    reader = open_house.reader()
    status, headers, body = reader.send(request_).answer()
    assert (status, says in body) == (503, True)
    assert int(headers["retry-after"]) > 0
    assert headers["cache-control"] == "no-store"
    assert b"The Paper" in body
    assert reader.send(GET % b"/stored/").answer()[2] == STORED
    open_house.django.start()
    assert reader.send(GET % b"/x/").answer()[2] == b"django"


def test_what_is_said_without_django_is_said_in_the_newsroom_s_language(house: Callable[..., House]):
    open_house = house(patience_seconds=0)
    open_house.django.stop()
    words = {**pages.ENGLISH, "lang": "pt", "not_there": "Esta página não está aqui <agora>"}
    pages.keep(open_house.store.folder, words)
    body = open_house.ask("/x/")[2].decode()
    assert '<html lang="pt" dir="ltr">' in body
    assert "<h1>Esta página não está aqui &lt;agora&gt;</h1>" in body
    pages.keep(open_house.store.folder, {**words, "not_there": "Já não"})
    assert "<h1>Já não</h1>" in open_house.ask("/x/")[2].decode()
    for spoilt in ("{", "[]", '{"lang": "pt"}'):
        (open_house.store.folder / pages.FILE).write_text(spoilt)
        assert '<html lang="en" dir="ltr">' in open_house.ask("/x/")[2].decode()


def test_a_restart_of_django_is_a_wait_and_no_error(house: Callable[..., House]):
    open_house = house(patience_seconds=PATIENCE_SECONDS)
    open_house.django.stop()
    readers = [open_house.reader(GET % b"/x/"), open_house.reader(POST % b"/y/")]
    until(lambda: open_house.running.front.connections and len(open_house.running.front.connections) == 2, "both readers")
    assert open_house.ask("/stored/")[2] == STORED
    open_house.django.start()
    assert [reader.answer()[0] for reader in readers] == [200, 200]


@pytest.mark.parametrize("request_", [GET % b"/x/", POST % b"/x/"], ids=["a page", "a form that was not asked for yet"])
def test_what_a_stopping_django_had_not_begun_is_asked_again(house: Callable[..., House], request_: bytes):
    open_house = house()
    open_house.django.asks_for_bodies = False
    left = [None, None]

    def answer(_request: bytes) -> bytes | None:
        if left:
            return left.pop()
        open_house.django.asks_for_bodies = True
        return OK

    open_house.django.answer = answer
    assert open_house.reader(request_).answer()[0] == 200
    assert len(open_house.django.requests) == 3


def test_what_django_may_have_done_is_not_asked_again(house: Callable[..., House]):
    open_house = house()
    open_house.django.answer = lambda _: None
    status, _, body = open_house.reader(POST % b"/contribute/").answer()
    assert status == 502
    assert b"cannot say whether that arrived" in body
    assert b"no need to pay again" in body
    assert len(open_house.django.requests) == 1
    assert open_house.reader(b"DELETE /x/ HTTP/1.1\r\nHost: paper.example\r\n\r\n").answer()[0] == 502
    assert len(open_house.django.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalfX",
    ],
)
def test_half_an_answer_is_seen_to_be_half(house: Callable[..., House], answer: bytes):
    open_house = house()
    open_house.django.answer = lambda _: answer
    reader = open_house.reader(GET % b"/x/")
    with pytest.raises((EOFError, ConnectionError, ValueError)):
        reader.answer()


def test_nonsense_of_django_s_is_an_error_of_ours(house: Callable[..., House]):
    open_house = house()
    open_house.django.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nbody"
    assert open_house.reader(POST % b"/x/").answer()[0] == 502


def test_a_django_that_does_not_answer_is_given_up(house: Callable[..., House]):
    open_house = house(django_seconds=0.2)
    open_house.django.gate.clear()
    reader = open_house.reader(GET % b"/x/")
    assert reader.answer()[0] == 504
    assert reader.send(GET % b"/stored/").answer()[2] == STORED


def test_nothing_is_made_for_who_has_gone(house: Callable[..., House]):
    open_house = house(asked_at_once=1)
    open_house.django.gate.clear()
    first = open_house.reader(GET % b"/first/")
    until(lambda: open_house.django.requests, "the first request at Django")
    for _ in range(5):
        open_house.reader(GET % b"/gone/").socket.close()
    last = open_house.reader(GET % b"/last/")
    until(lambda: len(open_house.running.front.connections) == 2, "those who went")
    open_house.django.gate.set()
    assert [first.answer()[0], last.answer()[0]] == [200, 200]
    assert [request.split()[1] for request in open_house.django.requests] == [b"/first/", b"/last/"]


def test_more_than_can_wait_are_sent_away(house: Callable[..., House]):
    open_house = house(asked_at_once=1, waiting=1)
    open_house.django.gate.clear()
    first = open_house.reader(GET % b"/first/")
    until(lambda: open_house.django.requests, "the first request at Django")
    others = [open_house.reader(GET % b"/other/") for _ in range(3)]
    statuses = []
    lock = threading.Lock()

    def read(reader) -> None:
        status = reader.answer()[0]
        with lock:
            statuses.append(status)

    threads = [threading.Thread(target=read, args=(reader,)) for reader in others]
    for thread in threads:
        thread.start()
    until(lambda: len(statuses) == 2, "two refusals")
    assert statuses == [503, 503]
    open_house.django.gate.set()
    assert first.answer()[0] == 200
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(statuses) == [200, 503, 503]


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET /x/ HTTP/1.1\r\nHost: pap", b"POST /x/ HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 400\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_who_does_not_go_on_is_let_go(house: Callable[..., House], begun: bytes):
    open_house = house(head_seconds=0.3, idle_seconds=0.3, stall_seconds=0.3)
    reader = open_house.reader(begun)
    said = reader.rest()
    assert said.startswith(b"HTTP/1.1 408") if begun else said == b""
    assert open_house.django.requests == []
    until(lambda: not open_house.running.front.connections, "its end")


def test_who_sends_a_head_byte_by_byte_has_no_more_time_for_it(house: Callable[..., House]):
    open_house = house(head_seconds=0.5)
    reader = open_house.reader(b"GET /x/ HTTP/1.1\r\n")

    def is_let_go() -> bool:
        try:
            reader.send(b"X: y\r\n")
        except OSError:
            return True
        return False

    until(is_let_go, "its end")
    assert open_house.django.requests == []


def test_a_slow_reader_holds_neither_django_nor_memory(house: Callable[..., House]):
    open_house = house(held=10_000, stall_seconds=PATIENCE_SECONDS)
    whole = bytes(range(256)) * 40_000
    open_house.django.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(whole), whole)
    slow = open_house.reader()
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.send(GET % b"/large/")
    until(lambda: open_house.running.front.spool.used, "something that is put aside")
    assert open_house.ask("/stored/")[2] == STORED
    assert slow.answer()[2] == whole
    assert slow.send(GET % b"/stored/").answer()[2] == STORED
    assert open_house.running.front.spool.used == 0


def test_a_reader_who_does_not_read_is_let_go(house: Callable[..., House]):
    open_house = house(stall_seconds=0.3)
    open_house.django.answer = lambda _: b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 30_000_000
    reader = open_house.reader()
    reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.send(GET % b"/large/")
    until(lambda: open_house.running.front.spool.used, "something that is put aside")
    until(lambda: not open_house.running.front.connections, "its end")
    assert open_house.running.front.spool.used == 0


def test_where_too_many_are_there_the_oldest_who_asks_nothing_goes(house: Callable[..., House]):
    open_house = house(connections=3)
    open_house.django.gate.clear()
    busy = open_house.reader(GET % b"/x/")
    until(lambda: open_house.django.requests, "a request at Django")
    idle = [open_house.reader(GET % b"/stored/") for _ in range(2)]
    assert [reader.answer()[2] for reader in idle] == [STORED, STORED]
    assert open_house.reader(GET % b"/stored/").answer()[2] == STORED
    assert idle[0].rest() == b""
    open_house.django.gate.set()
    assert busy.answer()[0] == 200
    assert idle[1].send(GET % b"/stored/").answer()[2] == STORED


def test_the_access_log_has_one_line_for_each_answer(house: Callable[..., House], caplog: pytest.LogCaptureFixture):
    open_house = house(access_log=True)
    with caplog.at_level("INFO", logger="masthead.access"):
        open_house.ask("/stored/")
        reader = open_house.reader(GET % b"/stored/" + GET % b"/x/" + b"nonsense\r\n\r\n")
        assert [reader.answer()[0] for _ in range(3)] == [200, 200, 400]
        # a line is written after its answer has gone
        until(lambda: sum(record.name == "masthead.access" for record in caplog.records) >= 4, "four lines")
    lines = [record.getMessage() for record in caplog.records if record.name == "masthead.access"]
    assert [line.split('"')[1] for line in lines] == ["GET /stored/ HTTP/1.1", "GET /stored/ HTTP/1.1", "GET /x/ HTTP/1.1", "- - HTTP/1.1"]
    assert all(line.startswith("127.0.0.1 - - [") for line in lines)


def test_stored_pages_do_not_notice_that_django_stops_and_starts_under_load(house: Callable[..., House]):
    open_house = house()
    seen: list[bytes] = []

    def read() -> None:
        reader = open_house.reader()
        seen.extend(reader.send(GET % b"/stored/").answer()[2] for _ in range(300))

    def ask() -> None:
        reader = open_house.reader()
        for _ in range(50):
            reader.send(GET % b"/x/").answer()

    threads = [threading.Thread(target=each) for each in (read, read, read, ask)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        open_house.django.stop()
        open_house.django.start()
        time.sleep(0.02)
    assert (seen.count(STORED), len(seen)) == (900, 900)
