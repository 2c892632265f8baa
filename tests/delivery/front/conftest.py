"""A front in this process with a Django that is played, and raw sockets to both."""

import asyncio
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from masthead.delivery.front import serving
from masthead.delivery.front.asking import Asker
from masthead.delivery.front.bodies import Spool
from masthead.delivery.front.connection import Connection
from masthead.delivery.front.plan import Limits, Plan
from masthead.delivery.front.state import Front
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store

PATIENCE_SECONDS = 30
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ndjango"
STORED = b"<p>stored</p>" * 40


class PlayedDjango:
    """Listens at a Unix socket, keeps each request as it came, and answers what it is told to."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.requests: list[bytes] = []
        self.answer: Callable[[bytes], bytes | None] = lambda _request: OK
        """Bytes: sent, and the connection ends. None: it ends without a word."""
        self.asks_for_bodies = True
        self.gate = threading.Event()
        self.gate.set()
        """Cleared: nothing is answered."""
        self._socket: socket.socket | None = None
        self.start()

    def start(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        self._socket.listen(512)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()

    def stop(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None
            Path(self.path).unlink()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            got = b""
            while b"\r\n\r\n" not in got:
                more = connection.recv(65536)
                if not more:
                    return
                got += more
            head, _, body = got.partition(b"\r\n\r\n")
            length = int(found[1]) if (found := re.search(rb"\r\ncontent-length: (\d+)", head)) else 0
            if length and self.asks_for_bodies:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while len(body) < length:
                    body += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            self.gate.wait(PATIENCE_SECONDS)
            answer = self.answer(self.requests[-1])
            if answer is not None:
                connection.sendall(answer)


class RunningFront:
    """A front whose loop runs in a thread of this process."""

    def __init__(self, plan: Plan) -> None:
        self.front = Front(plan=plan, answer=serving.from_store(plan), spool=Spool(held=plan.limits.held, spooled=plan.limits.spooled, folder=None))
        self.front.most = plan.limits.connections
        self.port = 0
        self._ready = threading.Event()
        self._loop = serving._new_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_SECONDS)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self.front.tick(loop)
        asker = Asker(self.front)
        server = await loop.create_server(lambda: Connection(self.front, asker), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        watch = loop.create_task(serving._watch(self.front, loop))
        self._ready.set()
        await self._end.wait()
        server.close()
        for connection in list(self.front.connections):
            connection._transport.abort()  # type: ignore[attr-defined]
        watch.cancel()
        await asyncio.sleep(0)
        await asyncio.gather(*asker._tasks, return_exceptions=True)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()


@dataclass
class Reader:
    """A reader's socket, and what came over it."""

    socket: socket.socket
    got: bytearray = field(default_factory=bytearray)

    def send(self, data: bytes) -> "Reader":
        self.socket.sendall(data)
        return self

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the next answer; its length is the one it says."""
        status, headers, _ = self.answer_head()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._until(b"\r\n"), 16):
                body += self._take(size)
                assert self._take(2) == b"\r\n"
            assert self._take(2) == b"\r\n"
            return status, headers, body
        if status in {204, 304}:
            return status, headers, b""
        if "content-length" in headers:
            return status, headers, self._take(int(headers["content-length"]))
        return status, headers, self.rest()

    def answer_head(self) -> tuple[int, dict[str, str], bytes]:
        """Return the head of the next answer, of which no body follows."""
        status = 0
        while status < 200:
            lines = self._until(b"\r\n\r\n").decode().split("\r\n")
            status = int(lines[0].split()[1])
        return status, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}, b""

    def rest(self) -> bytes:
        """Return what comes until the connection ends."""
        with suppress(ConnectionError):
            while more := self.socket.recv(65536):
                self.got += more
        rest, self.got = bytes(self.got), bytearray()
        return rest

    def _until(self, end: bytes) -> bytes:
        while end not in self.got:
            self._more()
        found = bytes(self.got[: self.got.index(end)])
        del self.got[: len(found) + len(end)]
        return found

    def _take(self, count: int) -> bytes:
        while len(self.got) < count:
            self._more()
        taken = bytes(self.got[:count])
        del self.got[:count]
        return taken

    def _more(self) -> None:
        more = self.socket.recv(65536)
        if not more:
            raise EOFError(f"the connection ended after {self.got!r}")
        self.got += more


@dataclass
class House:
    """The front, the Django behind it, and the store."""

    running: RunningFront
    django: PlayedDjango
    store: Store
    readers: list[Reader] = field(default_factory=list)

    def reader(self, data: bytes = b"") -> Reader:
        """Connect, and send `data`."""
        made = Reader(socket.create_connection(("127.0.0.1", self.running.port), timeout=PATIENCE_SECONDS))
        self.readers.append(made)
        return made.send(data)

    def ask(self, path: str, *lines: str, method: str = "GET", body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """Ask for one page on a connection of its own."""
        head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: paper.example", *lines, "Connection: close", "", ""])
        return self.reader(head.encode() + body).answer()


class Houses:
    """Opens fronts with a Django and a store behind each, and closes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[House] = []
        self._short = tempfile.TemporaryDirectory(prefix="front-")  # a Unix socket's path has 107 bytes

    def build(self, *, trusted: str = "", access_log: bool = False, **limits: float) -> House:
        """Open one; `limits` as `Limits` names them."""
        place = self._folder / f"pages-{len(self._made)}"
        store = Store(place)
        page = Page(path="/stored/", status=200, media_type="text/html; charset=utf-8", segments=(STORED,), revision="r1", modified=1_700_000_000)
        store.write([page])
        path = f"{self._short.name}/django-{len(self._made)}"
        plan = Plan(
            listen=(),
            django=path,
            store=str(place),
            hosts=("paper.example",),
            trusted=trusted,
            access_log=access_log,
            name="The Paper",
            limits=replace(Limits(), **({"linger_seconds": 0.2} | limits)),  # type: ignore[arg-type]
        )
        house = House(running=RunningFront(plan), django=PlayedDjango(path), store=store)
        self._made.append(house)
        return house

    def close(self) -> None:
        """Close all of them."""
        for each in self._made:
            for reader in each.readers:
                reader.socket.close()
            each.running.stop()
            each.django.gate.set()
            each.django.stop()
            each.store.close()
        self._short.cleanup()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Return a function that opens a front with a Django and a store behind it: `house(head_seconds=1)`."""
    made = Houses(tmp_path)
    yield made.build
    made.close()


@pytest.fixture(scope="module")
def one_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Lend one that many tests ask in turn."""
    made = Houses(tmp_path_factory.mktemp("house"))
    yield made.build()
    made.close()
