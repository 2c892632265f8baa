"""A server that means harm: each path behaves badly in its own way. Raw sockets, on this machine alone."""

import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from masthead.kernel.http import Policy, why_refused

Answer = Callable[[socket.socket], None]
PAGE = b"<!doctype html><title>A page</title><p>Words.</p>"


def whole(body: bytes, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    """Answer with `body` as an honest server does."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def raw(data: bytes) -> Answer:
    """Answer with these very bytes."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(data)

    return answer


def redirect(location: str, status: str = "302 Found") -> Answer:
    """Lead on to `location`."""
    return raw(f"HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())


def endless(connection: socket.socket) -> None:
    """Send a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(20_000):
        connection.sendall(b"a" * 65536)


def endless_head(connection: socket.socket) -> None:
    """Send headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        connection.sendall(b"X-%d: %s\r\n" % (number, b"a" * 900))


def endless_notices(connection: socket.socket) -> None:
    """Say “100 Continue” and never come to the point."""
    for _ in range(200_000):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def drip(connection: socket.socket, stop: threading.Event | None = None) -> None:
    """Send a byte every now and then: no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"a")
        (stop or threading.Event()).wait(0.02)


def silent(connection: socket.socket) -> None:
    """Take the request and say nothing."""
    connection.settimeout(20)
    connection.recv(1)


def cut(connection: socket.socket) -> None:
    """Promise much and hang up."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\nonly this")


def reset(connection: socket.socket) -> None:
    """Hang up without a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def packed(body: bytes, coding: str) -> Answer:
    """Answer with `body` as it is, said to be in `coding`."""
    return whole(body, Content_Encoding=coding)


def bomb() -> bytes:
    """Return what unpacks to 1 GB of zeros: 1 MB packed once and repeated, which a full flush allows."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(b"\0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + block * 1024


def chunks(*parts: bytes) -> Answer:
    """Answer in these chunks, lengths and all as given."""
    return raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(parts))


@dataclass
class Hostile:
    """The server: `answers` by path. `asked` holds the request heads that came."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str, host: str = "news.example") -> str:
        """Return the address of `path` under a name that leads here."""
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [head.split(b" ")[1].decode() for head in self.asked]

    def policy(self, **changes: Any) -> Policy:
        """Return the public policy with one hole: this very server. Every .example name leads to it."""
        return Policy(**({"refuse": self.refuse, "resolve": lambda *_: ["127.0.0.1"], "ports": None} | changes))

    def refuse(self, address: str, port: int) -> str:
        """Refuse as the public web is refused, but for this very server."""
        return "" if (address, port) == ("127.0.0.1", self.port) else why_refused(address, port)


@contextlib.contextmanager
def serving(answers: dict[str, Answer], *, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain) -> Iterator[Hostile]:
    """Run a hostile server on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Hostile(port=listener.getsockname()[1], answers=answers)

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection = wrap(connection)
            connection.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
                head += piece
            server.asked.append(head)
            path = head.split(b" ")[1].decode() if head.count(b" ") > 1 else "/"
            server.answers.get(path, whole(b"Nothing here.", status="404 Not Found"))(connection)
            connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def packed_page(text: bytes) -> bytes:
    """Return `text` in gzip, in two members."""
    half = len(text) // 2
    return gzip.compress(text[:half]) + gzip.compress(text[half:])
