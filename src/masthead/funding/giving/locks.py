"""Things that must not happen twice at once, on either database: applying a provider's inbox, and beginning the same gift."""

import fcntl
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# SQLite has those that wait for its lock sleep and ask again, so that two threads that write all the time starve each other: these take turns.
WRITING = threading.Lock()


@contextmanager
def only_applier(provider: str) -> Iterator[bool]:
    """Say whether this is the only applier of a provider's webhooks in the newsroom now; hold that until the end.

    SQLite: a lock on a file beside the database, let go by the system where the process dies. PostgreSQL: an
    advisory lock of the session, let go where the connection ends. Never waits.
    """
    if connection.vendor == "postgresql":
        with _postgres_lock(f"giving.inbox.{provider}") as taken:
            yield taken
        return
    settings.ENV.data.mkdir(parents=True, exist_ok=True)
    with (settings.ENV.data / f"inbox.{provider}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def one_at_a_time(what: str) -> None:
    """Have transactions about `what` follow each other until this one ends. SQLite's are IMMEDIATE and do so anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(what)])


@contextmanager
def _postgres_lock(what: str) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_number(what)])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_number(what)])


def _number(what: str) -> int:
    """Return a lock's number: 63 bits of a hash of its name."""
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big") >> 1
