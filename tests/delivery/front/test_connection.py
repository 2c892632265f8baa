"""The short way for header lines that came before, which may answer nothing that the usual way would not answer so; and turns among readers."""

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.delivery.front.bodies import Spool
from masthead.delivery.front.connection import Connection
from masthead.delivery.front.plan import Plan
from masthead.delivery.front.state import Front
from masthead.delivery.front.stored import LONGEST, MOST, Again, Answerer
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store

Result = TypeVar("Result")
HOST = b"Host: paper.example\r\n"
END = b"\r\n"
# Header lines of people, of programs, and of those who try what two readers understand in two ways.
LINES = (
    HOST,
    HOST + b"Accept-Encoding: gzip\r\nUser-Agent: x\r\n",
    HOST + b"Cookie: a=b\r\n",
    HOST + b"Connection: close\r\n",
    HOST + b"Content-Length: 0\r\n",
    HOST + b"Content-Length: 5\r\n",
    HOST + b"Transfer-Encoding: chunked\r\n",
    HOST + b'If-None-Match: "x"\r\n',
    HOST + HOST,
    b"",
    b"Host: else.example\r\n",
    HOST[:-2] + b"\n",
    b"Host paper.example\r\n",
)
FIRST = (b"GET /one/ HTTP/1.1", b"GET /two/ HTTP/1.1", b"GET /none/ HTTP/1.1", b"GET /one/?q=1 HTTP/1.1", b"GET /one/?utm_source=x HTTP/1.1")
ODD = (
    b"HEAD /one/ HTTP/1.1",
    b"POST /one/ HTTP/1.1",
    b"GET /one/ HTTP/1.0",
    b"GET  /one/ HTTP/1.1",
    b"GET /one/ HTTP/1.1 HTTP/1.1",
    b"GET /one/\r",
    b"GET /one/\n",
)
# What the next piece goes on with, though it looks like a request of its own.
BEGUN = (b"GE", b"GET /one/ HTTP/1.1\r\nX: ", b"GET /one/ HTTP/1.1\r\n" + HOST, b"POST /one/ HTTP/1.1\r\n" + HOST + b"Content-Length: 99\r\n\r\n")
requests = st.sampled_from(BEGUN) | st.builds(
    lambda first, lines, after: first + END + lines + END + after,
    st.sampled_from(FIRST) | st.sampled_from(ODD),
    st.sampled_from(LINES),
    st.sampled_from((b"", b"", b"", b"hello", b"0\r\n\r\n", END, b"G")),
)


class PlayedTransport:
    """Keeps what was written, and that the connection was ended."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def write_eof(self) -> None:
        self.written += b"<end>"

    close = abort = write_eof

    def is_closing(self) -> bool:
        return self.written.endswith(b"<end>")

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return "192.0.2.1", 1

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, _high: int, _low: int) -> None:
        pass

    pause_reading = resume_reading = lambda _self: None


class PlayedAsker:
    """Django, which answers at once with what it was asked."""

    def __init__(self, transport: PlayedTransport) -> None:
        self.transport = transport
        self.connection: Connection | None = None

    def ask(self, request, _reply, *, peer, believed):
        asked = request.head
        self.transport.write(b"<%b %b %r>" % (asked.method, asked.target, asked.headers))
        asyncio.get_running_loop().call_soon(self.connection._reply_ended, asked.keep_alive)
        return lambda: None


def front_of(answer: Answerer, *, access_log: bool = False) -> Front:
    front = Front(plan=Plan(listen=(), django="", access_log=access_log), answer=answer, spool=Spool(held=10_000, spooled=10_000, folder=None))
    front.date = b"date: now\r\n"
    return front


def connect(front: Front) -> Connection:
    transport = PlayedTransport()
    asker = PlayedAsker(transport)
    asker.connection = connection = Connection(front, asker)
    connection.connection_made(transport)
    return connection


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a thread of its own: the browser of other tests keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def said_to(front: Front, pieces: list[bytes]) -> bytes:
    """Return all that one connection is told, after it sent these pieces one after another."""
    connection = connect(front)
    for piece in pieces:
        if not connection._transport.is_closing():
            connection.data_received(piece)
        for _ in range(8):
            await asyncio.sleep(0)
    return connection._transport.written


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    store = Store(tmp_path_factory.mktemp("pages"))
    words = {"status": 200, "media_type": "text/html; charset=utf-8", "revision": "r", "modified": 1_700_000_000}
    store.write([Page(path=path, segments=(path.encode() * 40,), **words) for path in ("/one/", "/two/")])
    yield Answers(store, hosts=["paper.example"])
    store.close()


@settings(max_examples=300, deadline=None)
@given(sent=st.lists(requests, min_size=2, max_size=7), cuts=st.lists(st.integers(0, 400), max_size=3), glued=st.booleans())
def test_whatever_is_sent_is_answered_as_it_is_without_the_short_way(answers: Answers, sent: list[bytes], cuts: list[int], glued: bool):
    pieces = sent
    if glued:
        whole = b"".join(sent)
        places = sorted({cut for cut in cuts if cut < len(whole)} | {0, len(whole)})
        pieces = [whole[begin:end] for begin, end in itertools.pairwise(places)]
    taught, plain = front_of(answers.answer), front_of(answers.answer)
    plain.again.learn = lambda *_args, **_words: None

    async def both() -> tuple[bytes, bytes]:
        for lines in LINES:  # another reader taught it what it could learn
            await said_to(taught, [FIRST[0] + END + lines + END])
        return await said_to(taught, pieces), await said_to(plain, pieces)

    short, usual = run(both())
    assert short == usual


def test_known_lines_are_not_read_again_and_others_are(answers: Answers, monkeypatch: pytest.MonkeyPatch):
    front, read = front_of(answers.answer), []
    learn = front.again.learn
    monkeypatch.setattr(front.again, "learn", lambda data, **words: (read.append(data), learn(data, **words))[1])
    sent = [
        first + END + lines + END for first, lines in ((FIRST[0], LINES[1]), (FIRST[0], LINES[1]), (FIRST[1], LINES[1]), (FIRST[1], HOST), (FIRST[0], HOST))
    ]
    assert run(said_to(front, sent)).count(b"HTTP/1.1 200 OK") == 5
    assert read == [sent[0], sent[3]]


@pytest.mark.parametrize("header", [b"Cookie: theme=dark", b"Authorization: Basic eDp5", b"Proxy-Authorization: x"])
def test_nothing_that_says_who_somebody_is_is_kept(answers: Answers, header: bytes):
    front = front_of(answers.answer)
    assert b"200 OK" in run(said_to(front, [FIRST[0] + END + HOST + header + END + END]))
    assert not front.again._known


@pytest.mark.parametrize(
    "line", [b"GET  /x HTTP/1.1", b"GET /x HTTP/1.1 ", b"GET /xy HTTP/1.1", b"GET /x HTTP/1.0", b"HEAD /x HTTP/1.1", b"\r\nGET /x HTTP/1.1"]
)
def test_nothing_is_learned_from_a_request_that_begins_in_another_way(line: bytes):
    again = Again(lambda _method, _target, _headers: None)
    again.learn(line + END + HOST + END, target=b"/x", headers=[(b"host", b"paper.example")])
    assert not again._known


def test_what_is_known_is_bounded():
    again = Again(lambda _method, _target, _headers: None)
    for number in range(3 * MOST):
        again.learn(b"GET /x HTTP/1.1\r\nX: %d\r\n\r\n" % number, target=b"/x", headers=[])
        assert len(again._known) <= MOST
    again.learn(b"GET /x HTTP/1.1\r\nX: %b\r\n\r\n" % (b"x" * LONGEST), target=b"/x", headers=[])
    assert max(map(len, again._known)) < LONGEST


def test_each_answer_has_its_line_in_the_access_log(answers: Answers, caplog: pytest.LogCaptureFixture):
    front = front_of(answers.answer, access_log=True)
    with caplog.at_level("INFO", "masthead.access"):
        run(said_to(front, [FIRST[0] + END + HOST + END] * 4))
    assert len(caplog.records) == 4


def test_who_sends_many_at_once_holds_up_the_loop_by_one_answer_a_round(answers: Answers):
    readers, sent = 10, 20
    front = front_of(answers.answer)

    async def rounds() -> list[int]:
        connections = [connect(front) for _ in range(readers)]
        for connection in connections:
            connection.data_received((FIRST[0] + END + HOST + END) * sent)
        counts = []
        for _ in range(readers * sent):
            counts.append(sum(connection._transport.written.count(b"200 OK") for connection in connections))
            await asyncio.sleep(0)
        return counts

    counts = run(rounds())
    assert counts[0] == readers  # the first of each is answered at once
    assert {after - before for before, after in itertools.pairwise(counts)} <= {0, 1}
    assert counts[-1] == readers * sent
