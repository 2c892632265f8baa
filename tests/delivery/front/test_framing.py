"""Where one message ends and the next begins, both ways."""

import gzip
from collections.abc import Callable

import pytest

from tests.delivery.front.conftest import STORED, House

pytestmark = pytest.mark.live

GET = b"GET %s HTTP/1.1\r\nHost: paper.example\r\n\r\n"


def test_a_stored_page_is_answered_without_django(house: Callable[..., House]):
    open_house = house()
    reader = open_house.reader()
    for _ in range(3):
        status, headers, body = reader.send(GET % b"/stored/").answer()
        assert (status, body) == (200, STORED)
        assert headers["date"].endswith("GMT")
    status, headers, body = open_house.ask("/stored/", "Accept-Encoding: gzip")
    assert headers["connection"] == "close"
    assert gzip.decompress(body) == STORED
    status, headers, _ = reader.send(
        b"HEAD /stored/ HTTP/1.1\r\nHost: paper.example\r\n\r\n" + b"GET /stored/ HTTP/1.0\r\nHost: paper.example\r\n\r\n"
    ).answer_head()
    assert (status, headers["content-length"]) == (200, str(len(STORED)))
    status, headers, body = reader.answer()
    assert (status, headers["connection"], body) == (200, "close", STORED)
    assert reader.rest() == b""
    assert open_house.django.requests == []


def test_requests_sent_ahead_are_answered_in_order(house: Callable[..., House]):
    open_house = house()
    open_house.django.gate.clear()
    reader = open_house.reader(GET % b"/stored/" + GET % b"/one/" + GET % b"/stored/" + GET % b"/two/")
    assert reader.answer()[2] == STORED
    open_house.django.answer = lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + request.split()[1]
    open_house.django.gate.set()
    assert [reader.answer()[2] for _ in range(3)] == [b"/one/", STORED, b"/two/"]
    assert reader.send(GET % b"/stored/").answer()[2] == STORED


def test_too_many_requests_sent_ahead_are_refused_after_those_before(house: Callable[..., House]):
    open_house = house(pipelined=3)
    reader = open_house.reader(GET % b"/one/" * 9)
    assert [reader.answer()[0] for _ in range(4)] == [200, 200, 200, 429]
    assert reader.rest() == b""


@pytest.mark.parametrize(
    ("answer", "status", "framing"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", 200, ("content-length", "4")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\nX-After: z\r\n\r\n", 200, ("transfer-encoding", "chunked")),
        (b"HTTP/1.0 200 OK\r\n\r\nbody", 200, ("transfer-encoding", "chunked")),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nbody", 404, ("content-length", "4")),
    ],
    ids=["length", "chunks", "until it ends", "hints first"],
)
def test_django_s_answer_is_framed_anew(house: Callable[..., House], answer: bytes, status: int, framing: tuple[str, str]):
    open_house = house()
    open_house.django.answer = lambda _: answer
    reader = open_house.reader(GET % b"/x/")
    got, headers, body = reader.answer()
    assert (got, body) == (status, b"body")
    assert headers[framing[0]] == framing[1]
    assert "x-after" not in headers
    assert reader.send(GET % b"/stored/").answer()[2] == STORED
    old = open_house.reader(b"GET /x/ HTTP/1.0\r\nHost: paper.example\r\n\r\n")
    _, headers, body = old.answer()
    assert body == b"body"
    assert "transfer-encoding" not in headers
    assert old.rest() == b""


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
        (b"GET", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 4\r\n\r\n"),
        (b"GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ],
)
def test_what_has_no_body_gets_none(house: Callable[..., House], method: bytes, answer: bytes):
    open_house = house()
    open_house.django.answer = lambda _: answer
    reader = open_house.reader(method + b" /x/ HTTP/1.1\r\nHost: paper.example\r\n\r\n")
    status, headers, _ = reader.answer_head()
    assert str(status).encode() in answer
    assert headers.get("content-length") == (None if status == 204 else "4")
    assert reader.send(GET % b"/stored/").answer()[2] == STORED


def test_a_body_goes_to_django_whole_with_one_length(house: Callable[..., House]):
    open_house = house()
    reader = open_house.reader(b"POST /x/ HTTP/1.1\r\nHost: paper.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
    assert open_house.django.requests == []
    assert reader.send(b"lo\r\n6;a=b\r\n world\r\n0\r\nX-Admin: yes\r\n\r\n").answer()[2] == b"django"
    head, _, body = open_house.django.requests[0].partition(b"\r\n\r\n")
    assert body == b"hello world"
    assert b"\r\ncontent-length: 11" in head
    assert b"transfer-encoding" not in head
    assert b"admin" not in head.lower()


def test_a_large_body_is_put_aside_and_arrives_whole(house: Callable[..., House]):
    open_house = house(held=1000)
    sent = bytes(range(256)) * 8000
    open_house.django.answer = lambda request: b"HTTP/1.1 200 OK\r\n\r\n" + request.partition(b"\r\n\r\n")[2]
    status, _, body = open_house.ask("/x/", f"Content-Length: {len(sent)}", method="POST", body=sent)
    assert (status, body == sent) == (200, True)
    assert open_house.running.front.spool.used == 0


def test_who_waits_to_be_asked_for_the_body_is_asked(house: Callable[..., House]):
    open_house = house()
    reader = open_house.reader(b"POST /x/ HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n")
    assert reader._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
    assert reader.send(b"body").answer()[2] == b"django"
    assert open_house.ask("/x/", "Expect: a miracle")[0] == 417


def test_a_body_that_is_too_large_is_refused_and_the_refusal_can_be_read(house: Callable[..., House]):
    open_house = house(body=1000)
    assert open_house.ask("/x/", "Content-Length: 1001", method="POST", body=b"x" * 1001)[0] == 413
    chunks = b"POST /x/ HTTP/1.1\r\nHost: paper.example\r\nTransfer-Encoding: chunked\r\n\r\n" + b"200\r\n" + b"x" * 512 + b"\r\n200\r\n" + b"x" * 512 + b"\r\n"
    assert open_house.reader(chunks).answer()[0] == 413
    assert open_house.django.requests == []


def test_an_upgrade_is_not_offered(house: Callable[..., House]):
    open_house = house()
    assert open_house.ask("/x/", "Upgrade: websocket", "Sec-WebSocket-Version: 13")[0] == 200  # without Connection: Upgrade it is a word without meaning
    sockets = b"GET /x/ HTTP/1.1\r\nHost: paper.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
    assert open_house.reader(sockets).answer()[0] == 400
    h2c = open_house.reader(
        b"GET /x/ HTTP/1.1\r\nHost: paper.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n" + GET % b"/y/"
    )
    status, headers, body = h2c.answer()
    assert (status, headers["connection"], body) == (200, "close", b"django")
    assert h2c.rest() == b""
    assert not any(b"pgrade" in request or b"ttp2" in request or b"/y/" in request for request in open_house.django.requests[1:])
