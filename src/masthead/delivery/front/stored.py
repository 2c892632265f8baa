"""What is answered from the page store, and the short way there for requests whose header lines came before, letter for letter.

A browser says the same of itself with every page it asks for, and so do feed readers, proxies and those who ask for the meter. Nothing is read in a
way of its own here: lines are known only after httptools read them as one whole request, and only the path in front of them may differ. Whatever is
not known, or is not stored, goes the usual way.
"""

from collections.abc import Callable
from typing import Protocol

from masthead.delivery.front.heads import Header

LONGEST = 2048  # bytes of one request
MOST = 1024  # sets of header lines; with their dictionary at most some 3 MB
GET, VERSION, LINE_END = b"GET /", b" HTTP/1.1", b"\r\n"
PRIVATE = frozenset({b"cookie", b"authorization", b"proxy-authorization"})
"""Who says one of these is somebody: it is not kept."""


class Stored(Protocol):
    """A finished answer."""

    @property
    def status(self) -> int:
        """Return the status."""

    @property
    def head(self) -> bytes:
        """Return status line and headers, each with its line's end, without the empty line after them, without date and connection."""

    @property
    def body(self) -> bytes:
        """Return the body, empty for HEAD and 304."""


Answerer = Callable[[bytes, bytes, list[Header]], Stored | None]
"""Answers method, target and headers (names in small letters) from the page store, or None: ask Django."""


def nothing_stored(_method: bytes, _target: bytes, _headers: list[Header]) -> None:
    """Answer nothing: what a front without a page store does."""
    return


class Again:
    """Answers from the store what differs from an earlier request in its path alone."""

    def __init__(self, answer: Answerer) -> None:
        """Answer with `answer`; nothing is known yet."""
        self._answer = answer
        self._known: dict[bytes, list[Header]] = {}

    def answer(self, data: bytes) -> Stored | None:
        """Return the stored answer to `data`, where it is one whole request with known header lines; None: read it."""
        if len(data) > LONGEST:
            return None
        end = data.find(LINE_END)
        headers = self._known.get(data[end:])
        if headers is None or not data.startswith(GET) or not data.endswith(VERSION, 0, end):
            return None
        return self._answer(b"GET", data[4 : end - len(VERSION)], headers)

    def learn(self, data: bytes, *, target: bytes, headers: list[Header]) -> None:
        """Remember the header lines of `data`, which httptools read as one whole request for `target` and the store answered."""
        line = b"GET " + target + VERSION
        if len(data) > LONGEST or not data.startswith(line + LINE_END) or any(name in PRIVATE for name, _ in headers):
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[data[len(line) :]] = headers
