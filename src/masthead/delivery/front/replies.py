"""One answer of Django's on its way to a reader who may be slow, with a length of its own or in chunks."""

import asyncio
from collections.abc import Callable, Iterable
from http import HTTPStatus

from masthead.delivery.front.bodies import Body, Spool
from masthead.delivery.front.heads import Header

PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}
NO_BODY = frozenset({204, 304})
END_OF_CHUNKS = b"0\r\n\r\n"


def head(status: int, headers: Iterable[Header], *, date: bytes, keep: bool, length: int | None, chunked: bool = False) -> bytes:
    """Return the head of an answer; `length` None and not `chunked`: it ends with the connection, or has no body."""
    lines = [b"HTTP/1.1 %d %s\r\n" % (status, PHRASES.get(status, b"")), date]
    for name, value in headers:
        lines += [name, b": ", value, b"\r\n"]
    if length is not None:
        lines.append(b"content-length: %d\r\n" % length)
    if chunked:
        lines.append(b"transfer-encoding: chunked\r\n")
    lines.append(b"\r\n" if keep else b"connection: close\r\n\r\n")
    return b"".join(lines)


class Reply:
    """Takes an answer as Django sends it and writes it as fast as the reader reads; what he does not take yet is put aside.

    Calls `ended` once: True, and the connection may be used again; False, and it has to be closed. `halt` and `go_on` are
    called when Django is to wait because no more can be put aside, and when it may go on.
    """

    __slots__ = (
        "_aside", "_bare", "_chunked", "_done", "_ended", "_keep", "_left", "_old", "_paused", "_transport", "began", "begun", "go_on", "halt", "halted", "sent", "spool", "status"
    )  # fmt: skip

    def __init__(self, transport: asyncio.Transport, spool: Spool, *, old: bool, bare: bool, keep: bool, paused: bool, ended: Callable[[bool], None]) -> None:
        self._transport = transport
        self._aside = Body(spool)
        self.spool = spool
        self._old = old
        self._bare = bare
        """The request was HEAD."""
        self._keep = keep
        self._paused = paused
        self._ended = ended
        self._chunked = self._done = False
        self._left: int | None = None
        self.begun = False
        self.status = 0
        self.sent = 0
        self.halted = False
        self.halt: Callable[[], None] = _nothing
        self.go_on: Callable[[], None] = _nothing

    def begin(self, status: int, headers: Iterable[Header], *, length: int | None, date: bytes) -> None:
        """Write the head. `length` is the body's; None where Django did not say it."""
        self.begun, self.status = True, status
        if self._bare or status in NO_BODY:
            self._write(head(status, headers, date=date, keep=self._keep, length=length if status != HTTPStatus.NO_CONTENT else None))
            self._left = None
            self._bare = True
            return
        self._left = length
        self._chunked = length is None and not self._old
        self._keep = self._keep and (length is not None or self._chunked)
        self._write(head(status, headers, date=date, keep=self._keep, length=length, chunked=self._chunked))

    def piece(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        if self._bare or not data:
            return
        if self._left is not None:
            self._left -= len(data)
        self._write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def finish(self) -> None:
        """Say that the body is whole."""
        if self._left and not self._bare:
            self.cut()
            return
        if self._chunked:
            self._write(END_OF_CHUNKS)
        self._done = True
        if not self._aside:
            self._end(kept=self._keep)

    def cut(self) -> None:
        """Break off so that the reader's program sees that something is missing."""
        self._aside.drop()
        self._done = True
        if not self._transport.is_closing():
            self._transport.abort()
        self._end(kept=False)

    def pause(self) -> None:
        """Write no more: the reader is slow."""
        self._paused = True

    def resume(self) -> None:
        """Write on what was put aside."""
        self._paused = False
        while self._aside and not self._paused:
            self._transport.write(self._aside.take())
        if self.halted and not self.spool.full:
            self.halted = False
            self.go_on()
        if self._done and not self._aside:
            self._end(kept=self._keep)

    def drop(self) -> None:
        """Forget it: the reader is gone."""
        self._aside.drop()
        self._ended = _nobody
        self._done = True

    def _write(self, data: bytes) -> None:
        self.sent += len(data)
        if not self._paused and not self._aside:
            self._transport.write(data)
            return
        try:
            self._aside.put(data)
        except OSError:  # no room on the disk
            self.cut()
            return
        if self.spool.full and not self.halted:
            self.halted = True
            self.halt()

    def _end(self, *, kept: bool) -> None:
        ended, self._ended = self._ended, _nobody
        ended(kept)


def _nothing() -> None:
    """Stand in for what nobody waits for."""


def _nobody(_kept: bool) -> None:  # noqa: FBT001  stands in for a callback
    """Stand in for one who has gone."""
