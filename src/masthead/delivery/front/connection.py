"""One reader's connection: reads requests strictly, answers from the page store at once, and has Django asked for the rest, one after another."""

import asyncio
from collections import deque
from typing import cast

import httptools

from masthead.delivery.front import pages
from masthead.delivery.front.asking import Asker
from masthead.delivery.front.bodies import Body
from masthead.delivery.front.heads import Head, Header, Refused, is_ours, judge
from masthead.delivery.front.replies import Reply, head
from masthead.delivery.front.requests import Request
from masthead.delivery.front.state import Front
from masthead.delivery.front.stored import Stored

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
READ = frozenset({b"GET", b"HEAD"})
FLUSH_SECONDS = 30.0
FOREVER = float("inf")
HIGH_WATER, LOW_WATER = 256 * 1024, 64 * 1024


class Connection(asyncio.Protocol):
    """Reads with httptools, whose callbacks are the `on_` methods."""

    __slots__ = (
        "_asker",
        "_believed",
        "_deaf",
        "_front",
        "_head_bytes",
        "_headers",
        "_in_head",
        "_limits",
        "_mark",
        "_parser",
        "_paused_reading",
        "_paused_writing",
        "_peer",
        "_queue",
        "_reading",
        "_reply",
        "_served",
        "_trailers",
        "_transport",
        "_until",
        "_url",
    )  # fmt: skip

    def __init__(self, front: Front, asker: Asker) -> None:
        self._front = front
        self._asker = asker
        self._limits = front.plan.limits
        self._parser = httptools.HttpRequestParser(self)
        self._queue: deque[Request] = deque()
        """Requests that are not answered yet; the first of them is in hand."""
        self._reading: Request | None = None
        """The one whose body is being read."""
        self._reply: Reply | None = None
        self._url = b""
        self._headers: list[Header] = []
        self._in_head = False
        self._head_bytes = self._trailers = 0
        self._deaf = False
        """Nothing more is read of what comes: the connection ends after what is in the queue."""
        self._paused_reading = self._paused_writing = False
        self._served = False
        """Something was answered since the loop last told of data."""
        self._mark = (0.0, 0)
        self._until = FOREVER
        self._peer = ""
        self._believed = False

    # --- what the loop tells -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses of it
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._peer = peer[0].partition("%")[0] if isinstance(peer, tuple) else ""
        self._believed = is_ours(self._peer, self._front.plan.trusted_networks)
        transport.set_write_buffer_limits(HIGH_WATER, LOW_WATER)
        self._until = self._front.now + self._limits.head_seconds
        self._front.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's word
        """Forget all of it."""
        self._front.connections.pop(self, None)
        self._deaf = True
        if self._reply is not None:
            self._reply.drop()
        for request in self._queue:
            request.drop()
        self._queue.clear()
        self._reading = self._reply = None

    def data_received(self, data: bytes) -> None:
        """Read what came; stored answers are written while it is read."""
        if self._deaf:
            return
        went_on = self._in_head
        self._served = False
        if not (went_on or self._queue or self._paused_writing or self._front.stopping):
            stored = self._front.again.answer(data)
            if stored is not None:
                self._say(stored)
                return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._deaf = True  # an upgrade is not offered; the request itself is answered, and what follows it is another language
        except httptools.HttpParserError:
            if not self._deaf:
                self._refuse(Refused(400, "The request cannot be read."))
        if self._in_head and not self._deaf:
            self._head_begun(len(data), went_on=went_on)
        elif self._served and not (self._queue or self._deaf or self._front.plan.access_log):
            self._front.again.learn(data, target=self._url, headers=self._headers)
        if len(self._queue) > 1 and not self._paused_reading:
            self._pause_reading()

    def eof_received(self) -> bool:
        """End: who sends no more is taken to have gone, so that Django makes no page for nobody."""
        return False

    def pause_writing(self) -> None:
        """Note that the reader is slower than we are: take no more from him until he has caught up."""
        self._paused_writing = True
        self._mark = (self._front.now, self._transport.get_write_buffer_size())
        if self._reply is not None:
            self._reply.pause()
        self._pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._paused_writing = False
        if self._reply is not None:
            self._reply.resume()
        elif self._queue and self._queue[0].whole:
            self._ask(self._queue[0])
        self._resume_reading()

    # --- what the parser tells -----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._url = b""
        self._headers = []
        self._in_head = True
        self._head_bytes = self._trailers = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        self._url += url
        if len(self._url) > self._limits.target and not self._deaf:
            self._refuse(Refused(414, f"The address is longer than {self._limits.target} bytes."))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those that follow a body in chunks are read past."""
        if self._in_head:
            self._headers.append((name.lower(), value))
            return
        self._trailers += len(name) + len(value)
        if self._trailers > self._limits.head and not self._deaf:
            self._refuse(Refused(431, f"More than {self._limits.head} bytes of headers follow the body."))

    def on_headers_complete(self) -> None:
        """Answer from the store, or see whether the request may be answered at all and remember it."""
        self._in_head = False
        if self._deaf:
            return
        parser = self._parser
        method = parser.get_method()
        keep = parser.should_keep_alive() and not self._front.stopping
        # The short way: nothing is in hand. The store answers nothing unusual, so that nothing unusual is looked for here. Whoever
        # sends many requests at once has one answered so; for the others he waits his turn, for each is a piece of everybody's time.
        if keep and not (self._served or self._queue or self._paused_writing) and parser.get_http_version() == "1.1":
            stored = self._front.answer(method, self._url, self._headers)
            if stored is not None:
                self._say(stored)
                self._served = True
                if self._front.plan.access_log:
                    self._note(self._judged(method, keep=keep), stored.status, len(stored.body))
                return
        try:
            self._take(self._judged(method, keep=keep))
        except Refused as refused:
            self._refuse(refused)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; Django is asked when all of it is there, so that slow senders hold up nobody."""
        request = self._reading
        if request is None or self._deaf:
            return
        request.heard = self._front.now
        length = request.body.length + len(body)
        if length > self._limits.body:
            self._refuse(self._too_much())
        elif self._front.spool.full and length > self._limits.held:
            self._refuse(Refused(503, "Too much is being sent here at the moment. Please try again in a minute."))
        else:
            try:
                request.body.put(body)
            except OSError:
                self._refuse(Refused(507, "There is no room for that on the server."))

    def on_message_complete(self) -> None:
        """Have the request answered, if it is its turn."""
        request, self._reading = self._reading, None
        if request is None or self._deaf:
            return
        request.whole = True
        if not request.head.keep_alive:
            self._deaf = True
        if self._queue[0] is request and not self._paused_writing:
            if self._served:
                self._front.later(lambda: self._ask_if_still(request))
            else:
                self._ask(request)

    # --- answering -----------------------------------------------------------------------------

    def _say(self, stored: Stored, *, end: bytes = b"\r\n") -> None:
        self._until = self._front.now + self._limits.idle_seconds
        self._transport.write(b"".join((stored.head, self._front.date, end, stored.body)))

    def _judged(self, method: bytes, *, keep: bool) -> Head:
        parser = self._parser
        return judge(
            method=method,
            target=self._url,
            version=parser.get_http_version(),
            headers=self._headers,
            keep_alive=keep,
            upgrade=parser.should_upgrade(),
            limits=self._limits,
        )

    def _take(self, asked: Head) -> None:
        if asked.length is not None and asked.length > self._limits.body:
            raise self._too_much()
        if len(self._queue) >= self._limits.pipelined:
            raise Refused(429, f"More than {self._limits.pipelined} requests were sent without waiting for an answer.")
        request = Request(asked, Body(self._front.spool))
        request.heard = request.began = self._front.now
        self._until = FOREVER
        self._reading = request
        self._queue.append(request)
        if self._queue[0] is request:
            self._invite(request)

    def _too_much(self) -> Refused:
        return Refused(413, f"More than {self._limits.body // 2**20} MiB are not taken here.")

    def _invite(self, request: Request) -> None:
        """Ask for the body of somebody who waits to be asked."""
        if request.head.waits and not request.whole and not request.body.length:
            self._transport.write(CONTINUE)

    def _ask(self, request: Request) -> None:
        """Answer the request in hand: from the store after all, or by Django."""
        asked = request.head
        if asked.method in READ and not request.body.length:
            stored = self._front.answer(asked.method, asked.target, asked.headers)
            if stored is not None:
                self._say(stored, end=b"\r\n" if asked.keep_alive else b"connection: close\r\n\r\n")
                self._note(asked, stored.status, len(stored.body))
                self._answered(kept=asked.keep_alive)
                return
        reply = Reply(
            self._transport,
            self._front.spool,
            old=asked.old,
            bare=asked.method == b"HEAD",
            keep=asked.keep_alive and not self._front.stopping,
            paused=self._paused_writing,
            ended=self._reply_ended,
        )
        self._reply = reply
        request.asked = self._asker.ask(request, reply, peer=self._peer, believed=self._believed)

    def _reply_ended(self, kept: bool) -> None:  # noqa: FBT001  a callback
        reply, self._reply = self._reply, None
        if reply is not None:
            self._note(self._queue[0].head, reply.status, reply.sent)
        self._answered(kept=kept)

    def _answered(self, *, kept: bool) -> None:
        """Go on to the next request, or end."""
        request = self._queue.popleft()
        request.drop()
        if not kept or (self._front.stopping and not self._queue):
            self._end()
            return
        self._until = FOREVER if self._queue else self._front.now + self._limits.idle_seconds
        if not self._queue:
            if self._deaf:
                self._end()
            self._resume_reading()
            return
        following = self._queue[0]
        if following.refused is not None:
            self._say_refusal(following.refused)
        elif following.whole:
            self._front.later(lambda: self._ask_if_still(following))  # not from within: answers could stack up as deep as they are many
        else:
            self._invite(following)
            self._resume_reading()

    def _ask_if_still(self, request: Request) -> None:
        if self._queue and self._queue[0] is request and self._reply is None and not self._paused_writing:
            self._ask(request)

    def _refuse(self, refused: Refused) -> None:
        """Say no, after what was asked before it, and read no more."""
        self._deaf = True
        self._in_head = False
        if self._reading is not None:  # its body was wrong: nobody has been asked about it
            self._reading.refused = refused
            self._reading = None
        else:
            self._queue.append(Request.refusal(refused, Body(self._front.spool)))
        if self._queue[0].refused is refused:
            self._say_refusal(refused)

    def _say_refusal(self, refused: Refused) -> None:
        headers, body = pages.refusal(refused.why)
        self._transport.write(head(refused.status, headers, date=self._front.date, keep=False, length=len(body)) + body)
        self._note(self._queue[0].head, refused.status, len(body))
        self._linger()

    def _linger(self) -> None:
        """End the connection so that what was said is still read: closing on unread bytes would take it back."""
        for request in self._queue:
            request.drop()
        self._queue.clear()
        self._deaf = True
        self._until = self._front.now + self._limits.linger_seconds
        self._resume_reading()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def _end(self) -> None:
        for request in self._queue:
            request.drop()
        self._queue.clear()
        self._deaf = True
        self._until = self._front.now + FLUSH_SECONDS
        self._transport.close()

    # --- time ----------------------------------------------------------------------------------

    def _head_begun(self, came: int, *, went_on: bool) -> None:
        """Count what came of a head that is not whole yet, and let it have its time."""
        if went_on:
            self._head_bytes += came
            if self._head_bytes > self._limits.head:
                self._refuse(Refused(431, f"The request has more than {self._limits.head} bytes of headers."))
        elif not self._queue:
            self._until = self._front.now + self._limits.head_seconds

    def look(self, now: float) -> None:
        """Let go of who takes too long to ask, to send or to read."""
        request = self._reading
        if request is not None and not self._paused_reading:
            late = now - request.heard > self._limits.stall_seconds
            slow = now - request.began > self._limits.stall_seconds and request.body.length < self._limits.slowest * (now - request.began)
            if late or slow:
                self._refuse(Refused(408, "The rest of what you were sending did not come."))
        if self._paused_writing or (now > self._until and self._transport.get_write_buffer_size()):
            self._look_at_reader(now)
        elif now > self._until:
            if self._in_head:
                self._refuse(Refused(408, "The request did not come to its end."))
            elif self._transport.is_closing() or self._deaf:
                self._transport.abort()
            else:
                self._transport.close()

    def _look_at_reader(self, now: float) -> None:
        """Let go of a reader who takes less than is worth waiting for."""
        since, left = self._mark
        size = self._transport.get_write_buffer_size()
        if not left:
            self._mark = (now, size)
        elif now - since > self._limits.stall_seconds:
            if left - size < min(left, self._limits.slowest * (now - since)):
                self._transport.abort()
            self._mark = (now, size)

    def stop(self) -> None:
        """End, after what is in hand."""
        if not self._queue and not self._transport.is_closing():
            self._end()

    def evict(self) -> bool:
        """End at once where nothing is in hand."""
        if self._queue and self._queue[0].whole:
            return False
        self._transport.abort()
        return True

    def _note(self, asked: Head, status: int, sent: int) -> None:
        self._front.note(asked, peer=self._peer, status=status, sent=sent)

    def _pause_reading(self) -> None:
        if not self._paused_reading and not self._transport.is_closing():
            self._paused_reading = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._paused_reading and not self._paused_writing and len(self._queue) <= 1 and not self._transport.is_closing():
            self._paused_reading = False
            self._transport.resume_reading()
            if self._reading is not None:  # that we did not listen is not counted against him
                self._reading.heard = self._reading.began = self._front.now
