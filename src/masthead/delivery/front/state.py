"""What all connections of one front process share."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import islice
from typing import Protocol

from masthead.delivery.front.bodies import Spool
from masthead.delivery.front.heads import Head
from masthead.delivery.front.plan import Plan
from masthead.delivery.front.stored import Again, Answerer

LOOKED_AT = 256
access = logging.getLogger("masthead.access")


class Watched(Protocol):
    """A connection, as the one who looks after all of them sees it."""

    def look(self, now: float) -> None:
        """Let go of it if it has taken too long."""

    def stop(self) -> None:
        """End it, after what is being answered."""

    def evict(self) -> bool:
        """End it at once if nothing is being answered on it; return whether it was."""


@dataclass(kw_only=True)
class Front:
    """One front process: its plan, the store it answers from, and what is open."""

    plan: Plan
    answer: Answerer
    spool: Spool
    most: int = 4096
    """Connections at once."""
    now: float = 0.0
    """The loop's time, as of the last tick: four a second, which is exact enough for time limits and costs a request nothing."""
    date: bytes = b""
    stopping: bool = False
    connections: dict[Watched, None] = field(default_factory=dict)
    """In the order they came."""
    again: Again = field(init=False)
    """The short way to `answer`."""
    _waiting: deque[Callable[[], None]] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        """Begin with no header lines known."""
        self.again = Again(self.answer)

    def later(self, act: Callable[[], None]) -> None:
        """Have `act` called, for a request that was sent ahead of an answer: one such in each round of the loop.

        The loop takes in one new reader a round. Were a round as long as an answer to everybody who sent many, a thousand of those would have each new
        reader wait for half a second.
        """
        self._waiting.append(act)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._take_turn)

    def _take_turn(self) -> None:
        try:
            self._waiting[0]()
        finally:
            self._waiting.popleft()
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._take_turn)

    def tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Bring time and date up to now."""
        self.now = loop.time()
        self.date = b"date: %b\r\n" % formatdate(usegmt=True).encode()

    def admit(self, connection: Watched) -> None:
        """Take a connection in; where there are too many, one of the oldest on which nothing is being answered goes."""
        self.connections[connection] = None
        if len(self.connections) > self.most:
            any(old.evict() for old in list(islice(self.connections, LOOKED_AT)))

    def note(self, head: Head, *, peer: str, status: int, sent: int) -> None:
        """Write one line of the access log, in the common form, if the newsroom wants one."""
        if self.plan.access_log:
            at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
            asked = f"{head.method.decode()} {head.target.decode('latin-1')} HTTP/{'1.0' if head.old else '1.1'}"
            access.info('%s - - [%s] "%s" %d %d', peer or "-", at, asked, status, sent)
