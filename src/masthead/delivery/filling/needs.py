"""What each page was made of, which have to be made again, and how far the outbox is worked off: a SQLite file beside the page store.

Like the store it can be removed at any time: all pages are made anew then. It holds addresses that may not be kept too (a party that no
public story names yet, an address that answers 404), because what they were found to lack is what makes them appear.
"""

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from masthead.kernel.reads import EARLIEST, LATEST, Reads

FILE = "filling.sqlite3"
VERSION = 1
TABLES = """
CREATE TABLE address (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, made INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', turn TEXT);
CREATE INDEX address_turn ON address (turn) WHERE turn IS NOT NULL;
CREATE TABLE need (key INTEGER NOT NULL, address INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY (key, address, since)) WITHOUT ROWID;
CREATE INDEX need_address ON need (address);
CREATE TABLE waiting (address INTEGER PRIMARY KEY, rank INTEGER NOT NULL, place INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due TEXT NOT NULL DEFAULT '');
CREATE INDEX waiting_rank ON waiting (rank, place);
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
Touched = tuple[str, str | None]  # a list, and the place in it that changed; None: some place


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address that is to be made: `rank` 0 before 1; `tries` that failed so far."""

    path: str
    rank: int
    tries: int


class Needs:
    """The file, opened by the one process that makes pages."""

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`, or make it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / FILE, timeout=20, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        with closing(self._database.cursor()) as cursor:
            if cursor.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
                    cursor.execute(f"DROP TABLE {name}")
                for statement in filter(None, map(str.strip, TABLES.split(";"))):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep what is written in this block as one: all or nothing."""
        if self._database.in_transaction:
            yield
            return
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    # --- what pages are made of ------------------------------------------------------------------

    def record(self, path: str, reads: Reads, *, status: int, reason: str, stamp: int) -> None:
        """Keep what the page at `path` was made of, in place of what was kept before."""
        with self.together():
            turn = _moment(reads.until) if reads.until else None
            address = self._address(path)
            self._database.execute("UPDATE address SET made = ?, status = ?, reason = ?, turn = ? WHERE id = ?", (stamp, status, reason, turn, address))
            self._database.execute("DELETE FROM need WHERE address = ?", (address,))
            rows = [(_number(key), address, EARLIEST, LATEST) for key in reads.keys]
            rows += [(_number(name), address, since, until) for name, since, until in reads.spans]
            self._database.executemany("INSERT OR REPLACE INTO need VALUES (?, ?, ?, ?)", rows)

    def made_of(self, keys: Iterable[str], touched: Iterable[Touched] = ()) -> set[str]:
        """Return the addresses whose pages were made of any of `keys`, or of a stretch of a list that was touched."""
        found: set[str] = set()
        asked = "SELECT path FROM need JOIN address ON address.id = need.address WHERE need.key = ?"
        for key in keys:
            found.update(path for (path,) in self._database.execute(asked, (_number(key),)))
        for name, place in touched:
            where, words = ("", ()) if place is None else (" AND since <= ? AND until >= ?", (place, place))
            found.update(path for (path,) in self._database.execute(asked + where, (_number(name), *words)))
        return found

    def forget(self, path: str) -> None:
        """Forget an address altogether."""
        with self.together():
            address = self._address(path)
            for table, column in (("need", "address"), ("waiting", "address"), ("address", "id")):
                self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (address,))  # noqa: S608 - our own names

    def addresses(self, *, before: int | None = None) -> set[str]:
        """Return every address that was made, or those made before stamp `before`."""
        rows = self._database.execute(
            "SELECT path FROM address" if before is None else "SELECT path FROM address WHERE made < ?", () if before is None else (before,)
        )
        return {path for (path,) in rows}

    def kept(self, stamp: int) -> set[str]:
        """Return the addresses that were made under `stamp`."""
        return {path for (path,) in self._database.execute("SELECT path FROM address WHERE made = ?", (stamp,))}

    def unkept(self) -> dict[str, str]:
        """Return the addresses that were made and may not be kept, with why not."""
        return dict(self._database.execute("SELECT path, reason FROM address WHERE reason <> '' ORDER BY path"))

    # --- what waits ------------------------------------------------------------------------------

    def put(self, paths: Iterable[str], *, rank: int) -> None:
        """Have addresses made, those of a lower rank first, each rank in the order given; one that waits with a lower rank keeps its place."""
        with self.together():
            place = int(self._database.execute("SELECT coalesce(max(place), 0) FROM waiting").fetchone()[0])
            for number, path in enumerate(paths, start=1):
                self._database.execute(
                    "INSERT INTO waiting (address, rank, place) VALUES (?, ?, ?) ON CONFLICT (address) DO UPDATE SET "
                    "place = CASE WHEN excluded.rank < rank THEN excluded.place ELSE place END, rank = min(rank, excluded.rank), tries = 0, due = ''",
                    (self._address(path), rank, place + number),
                )

    def next(self, now: dt.datetime) -> Waiting | None:
        """Return the address that is to be made next."""
        row = self._database.execute(
            "SELECT path, rank, tries FROM waiting JOIN address ON address.id = waiting.address WHERE due <= ? ORDER BY rank, place LIMIT 1", (_moment(now),)
        ).fetchone()
        return Waiting(*row) if row else None

    def count(self, *, rank: int | None = None) -> int:
        """Return how many addresses wait, or how many of a rank."""
        return int(self._database.execute("SELECT count(*) FROM waiting WHERE ? IS NULL OR rank = ?", (rank, rank)).fetchone()[0])

    def done(self, path: str) -> None:
        """Take an address out of those that wait."""
        self._database.execute("DELETE FROM waiting WHERE address = (SELECT id FROM address WHERE path = ?)", (path,))

    def again(self, path: str, *, due: dt.datetime) -> None:
        """Have an address that failed tried again when it is due."""
        self._database.execute("UPDATE waiting SET tries = tries + 1, due = ? WHERE address = (SELECT id FROM address WHERE path = ?)", (_moment(due), path))

    def turned(self, now: dt.datetime) -> set[str]:
        """Return the addresses whose pages read otherwise by now, and have them no longer turn."""
        with self.together():
            found = {path for (path,) in self._database.execute("SELECT path FROM address WHERE turn <= ?", (_moment(now),))}
            if found:
                self._database.execute("UPDATE address SET turn = NULL WHERE turn <= ?", (_moment(now),))
        return found

    # --- notes -----------------------------------------------------------------------------------

    def note(self, name: str) -> str:
        """Return what was noted under `name`; empty where nothing was."""
        row = self._database.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_note(self, name: str, value: str) -> None:
        """Note `value` under `name`."""
        self._database.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def _address(self, path: str) -> int:
        row = self._database.execute("SELECT id FROM address WHERE path = ?", (path,)).fetchone()
        return int(row[0]) if row else int(self._database.execute("INSERT INTO address (path) VALUES (?)", (path,)).lastrowid or 0)


def _number(key: str) -> int:
    """Return a key as 64 bits: thousands of pages hold the same ones, and a number takes an eighth of the place."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
