"""Starts the parts of a running newsroom, starts again what dies, and ends all of it together."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from masthead.cli.frame import say
from masthead.config.processes import end_with_parent
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0
PATIENCE_SECONDS = 8.0
ORPHANS_SECONDS = 2.0
"""For what a part had started, when it ends without ending that."""
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


@dataclass
class Part:
    """One process: `main` is called in it and returns only when it is told to stop."""

    name: str
    main: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    start_at: float = 0.0
    wait_seconds: float = FIRST_WAIT_SECONDS


class Supervisor:
    """Watches parts that are forked from this process, each in a process group of its own."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = list(parts)
        self._orphans: dict[int, float] = {}
        """Process groups whose part is gone, and when they are killed."""

    def run(self, *, when_started: Callable[[], bool]) -> int:
        """Start every part and watch until told to stop; `when_started` is tried until it says that it was done."""
        old = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        greeted = False
        try:
            while True:
                self._start_due()
                got = signal.sigtimedwait(WATCHED, 0.1 if not greeted else 1.0)
                if got and got.si_signo in {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
                    return 0
                self._bury()
                self._kill_orphans()
                greeted = greeted or when_started()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, old)

    def _start_due(self) -> None:
        for part in self._parts:
            if not part.pid and time.monotonic() >= part.start_at:
                part.started = time.monotonic()
                part.pid = _fork(part)

    def _bury(self) -> None:
        """Take note of every part that has ended, and when it is to start again."""
        for part in self._parts:
            if not part.pid:
                continue
            pid, status = os.waitpid(part.pid, os.WNOHANG)
            if not pid:
                continue
            _kill_group(part.pid, signal.SIGTERM)  # what it had started itself; a server's process may wait for a parent that is no more
            self._orphans[part.pid] = time.monotonic() + ORPHANS_SECONDS
            lived = time.monotonic() - part.started
            part.wait_seconds = FIRST_WAIT_SECONDS if lived > STEADY_SECONDS else part.wait_seconds
            part.pid, part.start_at = 0, time.monotonic() + part.wait_seconds
            say(f"masthead: {part.name} ended ({_reason(status)}); starting it again in {part.wait_seconds:g} s")
            part.wait_seconds = min(part.wait_seconds * 2, LONGEST_WAIT_SECONDS)

    def _kill_orphans(self, *, now: bool = False) -> None:
        for group, at in list(self._orphans.items()):
            if now or time.monotonic() >= at:
                _kill_group(group, signal.SIGKILL)
                del self._orphans[group]

    def _stop(self) -> None:
        """End every part: ask, wait a few seconds, then insist."""
        running = {part.pid for part in self._parts if part.pid}
        for pid in running:
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE_SECONDS
        while running and time.monotonic() < until:
            running -= {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0]}
            time.sleep(0.02)
        for part in self._parts:
            if part.pid:
                _kill_group(part.pid, signal.SIGKILL)
        self._kill_orphans(now=True)
        for pid in running:
            os.waitpid(pid, 0)


def _fork(part: Part) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the watcher alone, which then ends each part in order
        for number in WATCHED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        end_with_parent(parent)
        part.main()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 0 if ending.code is None else 1
    except MastheadError as refusal:
        say(f"masthead: {part.name}: {refusal}")
    except Exception:
        logger.exception("%s failed", part.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _kill_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _reason(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit status {os.WEXITSTATUS(status)}"
