"""Two things that must not happen twice at once, on either database: applying the inbox, and beginning the same gift."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

APPLIER = "giving.inbox"


@contextmanager
def only_applier() -> Iterator[bool]:
    """Say whether this is the only applier in the newsroom now; hold that until the end.

    SQLite: a lock on a file beside the database, let go by the system where the process dies. PostgreSQL: an
    advisory lock of the session, let go where the connection ends. Never waits.
    """
    if connection.vendor == "postgresql":
        with _postgres_lock() as taken:
            yield taken
        return
    settings.ENV.data.mkdir(parents=True, exist_ok=True)
    with (settings.ENV.data / "inbox.lock").open("w") as handle:
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
def _postgres_lock() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_number(APPLIER)])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_number(APPLIER)])


def _number(what: str) -> int:
    """Return a lock's number: 63 bits of a hash of its name."""
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big") >> 1
