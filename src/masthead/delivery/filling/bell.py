"""Waiting for somebody to change what readers see: at once where the database tells of it, else within a twentieth of a second."""

import logging
import time
from typing import Any

from django.db import DatabaseError, connection

from masthead.delivery.filling.triggers import CHANNEL

logger = logging.getLogger("masthead.filling")
LOOK_SECONDS = 0.05  # a look at SQLite's count of others' commits costs some microseconds
SLEEP_SECONDS = 1.0


class Bell:
    """Rings when a transaction of another connection was committed; now and then also for nothing."""

    def __init__(self) -> None:
        self._listening: Any = None
        self._seen: int | None = None

    def wait(self, seconds: float) -> None:
        """Return when it rings, after `seconds` at the latest."""
        if connection.vendor == "postgresql":
            self._listen(seconds)
        else:
            self._look(seconds)

    def close(self) -> None:
        """Let go of the connection."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _look(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            if (left := until - time.monotonic()) <= 0:
                return
            time.sleep(min(LOOK_SECONDS, left))

    def _version(self) -> int | None:
        """Return SQLite's count of the commits of others (sqlite.org/pragma.html#pragma_data_version); None where it cannot be asked."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                return int(cursor.fetchone()[0])
        except DatabaseError:
            connection.close()
            time.sleep(LOOK_SECONDS)
            return None

    def _listen(self, seconds: float) -> None:
        import psycopg  # noqa: PLC0415 - a newsroom on SQLite has no need of it

        try:
            if self._listening is None:
                self._listening = psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor, "autocommit": True})
                self._listening.execute(f"LISTEN {CHANNEL}")
                return  # whatever came before it was listened for
            for _ in self._listening.notifies(timeout=seconds, stop_after=1):
                return
        except psycopg.Error:
            lost = self._listening is not None
            self.close()
            if not lost:  # that the database has just gone is news too
                time.sleep(min(seconds, SLEEP_SECONDS))
