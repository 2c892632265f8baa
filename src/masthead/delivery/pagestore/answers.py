"""What a request is answered with from the store alone, or that Django must be asked."""

import logging
import re
import sqlite3
import threading
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime

from masthead.delivery.pagestore.accept import Accepting
from masthead.delivery.pagestore.held import OK, Answer, Headers, Held, Ready
from masthead.delivery.pagestore.memory import MEGABYTE, Memory
from masthead.delivery.pagestore.meters import MetersError, Snapshot
from masthead.delivery.pagestore.page import LONGEST_PATH
from masthead.delivery.pagestore.store import Store, StoreError

__all__ = ["Answer", "Answers", "Headers"]

READ = frozenset({b"host", b"accept-encoding", b"if-none-match", b"if-modified-since", b"cookie"})
# A request with one of these is not for a stored page: it has a body, a condition of its own, or wants another protocol.
FOR_DJANGO = frozenset({b"if-match", b"if-unmodified-since", b"transfer-encoding", b"expect", b"upgrade"})
# What others add to a link to follow readers around: it changes no page, and is no part of what is stored.
TRACKING = re.compile(rb"(?:(?:utm_[a-z]+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_cid|mc_eid|twclid|igshid|yclid)(?:=[^&#\x00-\x20\x7f-\xff]*)?(?:&|$))+")
LONGEST_TARGET = 8_000
# An item larger than this share of the memory would push out too much that others ask for: it is read anew each time.
LARGEST_SHARE = 16
# The net below the counters: how often SQLite itself and the folder are asked whether all is as it was.
NET_SECONDS = 1.0
TRIES = 3

log = logging.getLogger(__name__)


class Answers:
    """Answers requests from one store. Pure: what is answered depends on the store and the request alone, and no request changes either."""

    def __init__(self, store: Store, *, hosts: Iterable[str], session_cookie: str = "sessionid", memory: int = 64 * MEGABYTE) -> None:
        """Answer from `store` to requests for `hosts` (with the port, where the address has one), holding about `memory` bytes of pages at most."""
        self.store = store
        self.hosts = frozenset(host.lower().encode() for host in hosts)
        self.session_cookie = session_cookie.encode()
        self.memory: Memory[Held] = Memory(memory, largest=memory // LARGEST_SHARE)
        self._accepting = Accepting()
        self._lock = threading.Lock()
        self._stamp = -1
        self._net = 0.0
        self._data_version = -1
        self._sequence = -1
        self._snapshot = Snapshot()

    def answer(self, method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Answer | None:
        """Return what to send for a request, or None where Django must be asked.

        `target` is the request's as it came, `headers` are pairs with names in lower case, in the order they came.
        """
        if method != b"GET" and method != b"HEAD":  # noqa: PLR1714 - the first of the two is nearly always enough
            return None
        found: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in READ:
                if name in found:
                    return None
                found[name] = value
            elif name in FOR_DJANGO or (name == b"content-length" and value != b"0"):
                return None
        if found.get(b"host", b"").lower() not in self.hosts:
            return None
        try:
            ready = self._ready(target, found)
        except (sqlite3.Error, StoreError, MetersError, OSError) as error:
            log.warning("The page store cannot be read (%s); Django is asked for %r.", error, target[:200])
            return None
        if ready is None:
            return None
        if ready.get.status == OK and _has_it(found, ready):
            return ready.unchanged
        return ready.get if method == b"GET" else ready.head

    def _ready(self, target: bytes, found: dict[bytes, bytes]) -> Ready | None:
        now = time.monotonic()
        if self.store.meters.stamp != self._stamp or now >= self._net:
            self._catch_up(now)
        wanted = self._accepting(found.get(b"accept-encoding"))
        for _ in range(TRIES):
            held = self.memory.get(target) or self._held(target)
            if held is None or not self._is_for_anybody(held, found.get(b"cookie")):
                return None
            snapshot = self._snapshot
            ready = held.ready(wanted, snapshot)
            if ready is not None:
                return ready
            with self._lock:
                ready = held.make(wanted, snapshot, self.store)
            self.memory.put(held.key, held)
            if ready is not None:
                return ready
            if self._is_current(held):
                return None
            self.memory.drop(held.key)  # the page was written anew between its head and its form
        return None

    def _catch_up(self, now: float) -> None:
        """Learn what has changed; what is read after the stamp is at least as new."""
        with self._lock:
            store = self.store
            if now >= self._net:
                self._net = now + NET_SECONDS
                if not store.is_the_file():
                    store.reopen()
                    self._sequence = -1
            stamp = store.meters.stamp
            changes = store.changes(self._sequence)
            if changes.paths is None:
                self.memory.clear()
            else:
                for path in changes.paths:
                    self.memory.drop(path.encode())
            self._sequence = changes.sequence
            self._snapshot = store.meters.snapshot()
            self._stamp = stamp

    def _held(self, target: bytes) -> Held | None:
        """Return the page that a target asks for, from memory under its path, or from the store."""
        path = _path(target)
        held = None if path is None else self.memory.get(path)
        if held is None and path is not None:
            head = self.store.head(path.decode("latin-1"))
            if head is not None:
                held = Held(head)
                self.memory.put(held.key, held)
        return held

    def _is_for_anybody(self, held: Held, cookie: bytes | None) -> bool:
        """Say whether the stored page is what this reader gets: not after its time, and not for staff, who get the editor's bar with it."""
        if held.head.expires is not None and time.time() >= held.head.expires:
            return False
        if cookie is None or self.session_cookie not in cookie or not held.is_page:
            return True
        return all(pair.strip().partition(b"=")[0].strip() != self.session_cookie for pair in cookie.split(b";"))

    def _is_current(self, held: Held) -> bool:
        head = self.store.head(held.head.path)
        return head is not None and head.sequence == held.head.sequence


def _path(target: bytes) -> bytes | None:
    """Return the path that a target asks for, or None where a query says more than where the reader comes from."""
    path, mark, query = target.partition(b"?")
    if mark and not (len(target) <= LONGEST_TARGET and TRACKING.fullmatch(query)):
        return None
    return path if len(path) <= LONGEST_PATH else None


def _has_it(found: dict[bytes, bytes], ready: Ready) -> bool:
    """Say whether the client has these very bytes (RFC 9110, 13.2.2)."""
    given = found.get(b"if-none-match")
    if given is not None:
        return given == ready.etag or any(tag.strip().removeprefix(b"W/") in (ready.etag, b"*") for tag in given.split(b","))
    since = found.get(b"if-modified-since")
    return since is not None and ready.modified is not None and _seconds(since) >= ready.modified


def _seconds(text: bytes) -> float:
    try:
        return parsedate_to_datetime(text.decode("latin-1")).timestamp()
    except (ValueError, OverflowError):
        return 0
