"""One scheduler at work in all, on however many machines one stands ready."""

import logging
from contextlib import suppress

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK = 0x6D61737468656164  # "masthead": one lock in each newsroom's own database
logger = logging.getLogger(__name__)


class Leader:
    """Holds PostgreSQL's advisory lock of the newsroom on a connection of its own, as long as it can.

    The lock goes when the connection does, however that ends, and the next who asks has it
    (https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS). On SQLite there is one machine, and the
    lock of its folder is enough.
    """

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None
        self._held = False

    def leads(self) -> bool:
        """Say whether this scheduler is the one at work; ask before each round. Costs one short question."""
        if connections["default"].vendor != "postgresql":
            return True
        try:
            held = self._ask()
        except DatabaseError as error:
            self.resign()
            logger.warning("The database does not answer, so nothing is done by the clock: %s", str(error).strip().splitlines()[0])
            return False
        if held != self._held:
            logger.info("This scheduler %s", "is at work" if held else "stands by: another is at work")
        self._held = held
        return held

    def resign(self) -> None:
        """Let another scheduler be at work."""
        if self._connection is not None:
            with suppress(DatabaseError):
                self._connection.close()
        self._connection, self._held = None, False

    def _ask(self) -> bool:
        if self._connection is None:
            self._connection = connections.create_connection("default")
        with self._connection.cursor() as cursor:
            if self._held:
                cursor.execute("SELECT 1")
                return True
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            row = cursor.fetchone()
        return bool(row and row[0])
