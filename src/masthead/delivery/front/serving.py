"""One front process from its start to its end."""

import asyncio
import gc
import logging
import resource
import signal
import socket
import time
from itertools import islice
from pathlib import Path

from masthead.delivery.front.asking import Asker
from masthead.delivery.front.bodies import Spool
from masthead.delivery.front.connection import Connection
from masthead.delivery.front.heads import Header
from masthead.delivery.front.plan import Plan
from masthead.delivery.front.state import Front
from masthead.delivery.front.stored import Answerer, Stored, nothing_stored
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.store import Store
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25
BACKLOG = 4096
AGAIN_SECONDS = 5
FILES_BESIDE = 256
"""Open files that are no readers' connections, at least."""


def serve(plan: Plan) -> None:
    """Answer readers until told to stop (SIGTERM or SIGINT), then after what is in hand."""
    files = _open_files(plan.limits.connections + plan.limits.asked_at_once + FILES_BESIDE)
    front = Front(
        plan=plan,
        answer=from_store(plan),
        spool=Spool(held=plan.limits.held, spooled=plan.limits.spooled, folder=plan.spool_folder),
        most=min(plan.limits.connections, files - plan.limits.asked_at_once - FILES_BESIDE),
    )
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(front, [socket.socket(fileno=number) for number in plan.listen]))


def from_store(plan: Plan) -> Answerer:
    """Return what answers from the newsroom's page store. Whatever goes wrong with the store, Django is asked, and the store is opened anew after a while."""
    return _FromStore(plan).answer if plan.store else nothing_stored


class _FromStore:
    """Answers from a store that may not be there."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._answers: Answers | None = None
        self._again = float("-inf")
        """When the store may be opened once more."""
        self._open()

    def answer(self, method: bytes, target: bytes, headers: list[Header]) -> Stored | None:
        """Answer from the store, or None: ask Django."""
        if self._answers is None:
            self._open()
        try:
            return self._answers.answer(method, target, headers) if self._answers is not None else None
        except Exception:
            logger.exception("The page store in %s does not answer; Django is asked", self._plan.store)
            self._answers = None
            return None

    def _open(self) -> None:
        if time.monotonic() < self._again:
            return
        self._again = time.monotonic() + AGAIN_SECONDS
        plan = self._plan
        try:
            self._answers = Answers(Store(Path(plan.store)), hosts=plan.hosts, session_cookie=plan.session_cookie, memory=plan.memory)
        except (MastheadError, OSError):
            logger.exception("The page store in %s cannot be opened; Django is asked", plan.store)


async def _serve(front: Front, sockets: list[socket.socket]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    front.tick(loop)
    asker = Asker(front)
    servers = [await loop.create_server(lambda: Connection(front, asker), sock=sock, backlog=BACKLOG) for sock in sockets]
    watch = loop.create_task(_watch(front, loop))
    await stop.wait()
    front.stopping = True
    # The listening sockets are shared with whoever watches us: only our ear is taken off them, and who has not been heard yet is heard by the next.
    for server in servers:
        server.close()
    until = loop.time() + front.plan.limits.stop_seconds
    while front.connections and loop.time() < until:
        for connection in list(front.connections):
            connection.stop()
        await asyncio.sleep(0.02)
    watch.cancel()


async def _watch(front: Front, loop: asyncio.AbstractEventLoop) -> None:
    """Keep time, and let go of who takes too long, a share of them at each tick."""
    ticks = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        front.tick(loop)
        ticks += 1
        for connection in list(islice(front.connections, ticks % 4, None, 4)):
            connection.look(front.now)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415  where there is none, Python's own loop does the same at half the speed
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _open_files(wanted: int) -> int:
    """Raise the number of files this process may open to `wanted`, as far as the system lets it, and return what it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
