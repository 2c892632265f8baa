"""Asks Django: one request on one connection to its socket, so many at a time, and patiently while it is being restarted."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import cast

import httptools

from masthead.delivery.front import pages
from masthead.delivery.front.heads import Header, for_django, for_reader
from masthead.delivery.front.replies import Reply
from masthead.delivery.front.requests import Request
from masthead.delivery.front.state import Front

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 0.05
"""Between two looks whether Django is back."""
TRIES = 4
REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS"})
HIGH_WATER = 256 * 1024


class Away(Exception):
    """Django cannot be asked."""


class Exchange(asyncio.Protocol):
    """One request to Django and its answer.

    The body is sent when Django asks for it (`100 Continue`): until then a request that is lost with a stopping Django did
    nothing there, and can be sent to the next one.
    """

    def __init__(self, front: Front, request: Request, reply: Reply, *, peer: str, believed: bool, began: Callable[[], None]) -> None:
        self._front = front
        self._began = began
        self._request = request
        self._reply = reply
        self._head = for_django(request.head, peer=peer, believed=believed, length=request.body.length)
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._headers: list[Header] = []
        self._status = 0
        self._paused = False
        self._to_its_end = False
        self.sent = False
        """Django has the whole request, or as good as."""
        self.over = asyncio.get_running_loop().create_future()
        """True: answered, or the reader is gone; False: lost before anything of the answer came."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the head."""
        transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses of it
        self._transport = transport
        transport.set_write_buffer_limits(HIGH_WATER)
        if self.over.done():
            transport.abort()
            return
        self._reply.halt, self._reply.go_on = transport.pause_reading, transport.resume_reading
        self.sent = not self._request.body and self._request.head.method not in REPEATABLE
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        """Take what came of the answer."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._broken()

    def connection_lost(self, exc: Exception | None) -> None:
        """See whether the answer was whole."""
        if self.over.done():
            return
        if self._to_its_end and exc is None:
            self._end()
        else:
            self._broken()

    def pause_writing(self) -> None:
        """Send no more of the body for now."""
        self._paused = True

    def resume_writing(self) -> None:
        """Send on."""
        self._paused = False
        self._send()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header of the answer."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Begin the answer to the reader, or send the body that Django asks for."""
        self._status = self._parser.get_status_code()
        if self._status < HTTPStatus.OK or self.over.done():
            return
        self._began()
        values = dict(self._headers)
        length = int(values[b"content-length"]) if b"content-length" in values else None
        self._to_its_end = length is None and b"transfer-encoding" not in values
        self._reply.begin(self._status, for_reader(self._headers), length=length, date=self._front.date)
        if self._request.head.method == b"HEAD":
            self._end()

    def on_body(self, body: bytes) -> None:
        """Hand on a piece."""
        if not self.over.done():
            self._reply.piece(body)

    def on_message_complete(self) -> None:
        """End the answer, or go on after what only announced it."""
        if self._status < HTTPStatus.OK:
            self._headers = []
            if self._status == HTTPStatus.CONTINUE:
                self.sent = True
                self._send()
        elif not self.over.done():
            self._end()

    def drop(self) -> None:
        """Give up: nobody waits for the answer any more, or it takes too long."""
        if not self.over.done():
            self.over.set_result(True)
        if self._transport is not None:
            self._transport.abort()

    def _send(self) -> None:
        while not self._paused and self._transport is not None and (piece := self._request.body.take()):
            self._transport.write(piece)

    def _end(self) -> None:
        self.over.set_result(True)
        self._reply.finish()
        if self._transport is not None:
            self._transport.close()

    def _broken(self) -> None:
        if self.over.done():
            return
        self.over.set_result(self._reply.begun)
        if self._reply.begun:
            self._reply.cut()
        if self._transport is not None:
            self._transport.abort()


class Asker:
    """Asks Django for all connections of one front process."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._limits = front.plan.limits
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._away_since: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept = pages.Kept(front.plan.store)

    def ask(self, request: Request, reply: Reply, *, peer: str, believed: bool) -> Callable[[], None]:
        """Have `request` answered by Django into `reply`; return what takes it back."""
        task = asyncio.get_running_loop().create_task(self._answer(request, reply, peer=peer, believed=believed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return lambda: _take_back(task)

    async def _answer(self, request: Request, reply: Reply, *, peer: str, believed: bool) -> None:
        try:
            async with asyncio.timeout(None) as limit:
                await self._turn()
                try:
                    await self._exchange(request, reply, peer, limit, believed=believed)
                finally:
                    self._next()
        except TimeoutError:
            self._fail(request, reply, HTTPStatus.GATEWAY_TIMEOUT)
        except Away:
            self._fail(request, reply, HTTPStatus.SERVICE_UNAVAILABLE)
        except ConnectionError:
            self._fail(request, reply, HTTPStatus.BAD_GATEWAY)
        except Exception:
            logger.exception("Django could not be asked")
            reply.cut()

    async def _exchange(self, request: Request, reply: Reply, peer: str, limit: asyncio.Timeout, *, believed: bool) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            exchange = Exchange(self._front, request, reply, peer=peer, believed=believed, began=lambda: limit.reschedule(None))
            try:
                await self._connect(exchange)
                limit.reschedule(loop.time() + self._limits.django_seconds)
                if await exchange.over:
                    return
            finally:
                exchange.drop()
            if exchange.sent:
                raise ConnectionError("Django went away with the request in hand")
            limit.reschedule(None)
            await asyncio.sleep(AGAIN_SECONDS)
        raise Away

    async def _connect(self, exchange: Exchange) -> None:
        """Connect to Django's socket; wait for it while it is away, as long as patience lasts, in all.

        Raises:
            Away: it is not there.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.create_unix_connection(lambda: exchange, self._front.plan.django)
            except OSError:
                now = loop.time()
                self._away_since = now if self._away_since is None else self._away_since
                if now - self._away_since > self._limits.patience_seconds:
                    raise Away from None
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._away_since = None
                return

    async def _turn(self) -> None:
        """Wait until another may be asked.

        Raises:
            Away: too many wait already.
        """
        if self._open < self._limits.asked_at_once and not self._waiting:
            self._open += 1
            return
        if len(self._waiting) >= self._limits.waiting:
            raise Away
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given the turn in the moment it was taken back
                self._next()
            else:
                with suppress(ValueError):
                    self._waiting.remove(turn)
            raise

    def _next(self) -> None:
        """Give the turn to who waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._open -= 1

    def _fail(self, request: Request, reply: Reply, status: HTTPStatus) -> None:
        """Answer in Django's place; where its answer has begun, break it off."""
        if reply.begun:
            reply.cut()
            return
        asked = request.head
        plan = self._front.plan
        path, method, words = asked.target.decode("latin-1"), asked.method.decode(), self._kept.words()
        headers, body = pages.away(status, path=path, asked=method, name=plan.name, language=plan.language, words=words)
        reply.begin(status, headers, length=len(body), date=self._front.date)
        reply.piece(body)
        reply.finish()


def _take_back(task: asyncio.Task[None]) -> None:
    task.cancel()
