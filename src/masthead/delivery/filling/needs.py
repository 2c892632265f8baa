"""What each page was made of, which have to be made again, and how far the outbox is worked off: a SQLite file beside the page store.

Like the store it can be removed at any time: all pages are made anew then. It holds addresses that may not be kept too (a party that no
public story names yet, an address that answers 404), because what they were found to lack is what makes them appear.
"""

import datetime as dt
import hashlib
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from masthead.kernel import clock
from masthead.kernel.reads import Reads

FILE = "filling.sqlite3"
VERSION = 2
TABLES = """
CREATE TABLE address (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, made INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', turn TEXT);
CREATE INDEX address_turn ON address (turn) WHERE turn IS NOT NULL;
CREATE TABLE need (key INTEGER NOT NULL, address INTEGER NOT NULL, PRIMARY KEY (key, address)) WITHOUT ROWID;
CREATE INDEX need_address ON need (address);
CREATE TABLE span (key INTEGER NOT NULL, until TEXT NOT NULL, since TEXT NOT NULL, address INTEGER NOT NULL, PRIMARY KEY (key, until, since, address)) WITHOUT ROWID;
CREATE INDEX span_address ON span (address);
CREATE TABLE waiting (address INTEGER PRIMARY KEY, rank INTEGER NOT NULL, place INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due TEXT NOT NULL DEFAULT '');
CREATE INDEX waiting_place ON waiting (place);
CREATE INDEX waiting_rank ON waiting (rank);
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
Touched = tuple[str, str | None]  # a list, and the place in it that changed; None: some place


class Rank(IntEnum):
    """Why an address waits, the most urgent first."""

    OWN = 0
    """What changed itself."""
    FRONT = 1
    """The front page, sections and feeds, which most readers read and all machines ask for."""
    LIST = 2
    """Topics, authors, months, those who are heard: lists in which it stands."""
    BESIDE = 3
    """Other pages that show it, such as stories below which it stands to read on."""
    COSTLY = 4
    """Pages made of every story."""
    NEW = 5
    """Of many that came at once, those that are not kept yet: Django answers them as they are."""
    MASS = 6
    """The whole site, or much of it: the old pages are served until their turn."""
    FIRST = 7
    """A first filling."""


# Seconds by which a later change of higher rank may pass an address by. So each change is shown in the order of ranks, and nothing waits for ever while
# more changes than can be followed; what may wait for ever has years.
YEAR = 365 * 86_400.0
PATIENCE: Mapping[Rank, float] = {
    Rank.OWN: 0.0,
    Rank.FRONT: 0.1,
    Rank.LIST: 0.3,
    Rank.BESIDE: 0.6,
    Rank.COSTLY: 2.0,
    Rank.NEW: YEAR,
    Rank.MASS: 10 * YEAR,
    Rank.FIRST: 20 * YEAR,
}
PLACES = 2**21  # in one millisecond


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address that is to be made, and how often that failed so far."""

    path: str
    rank: Rank
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
            self._database.execute("DELETE FROM span WHERE address = ?", (address,))
            self._database.executemany("INSERT OR IGNORE INTO need VALUES (?, ?)", [(_number(key), address) for key in reads.keys])
            spans = [(_number(name), until, since, address) for name, since, until in reads.spans]
            self._database.executemany("INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?)", spans)

    def made_of(self, keys: Iterable[str], touched: Iterable[Touched] = ()) -> set[str]:
        """Return the addresses whose pages were made of any of `keys`, or of a stretch of a list that was touched.

        Stretches lie in the order of their ends, so that a new story looks at those alone that reach to the newest, however long the list is.
        """
        found: set[int] = set()
        for key in keys:
            found.update(address for (address,) in self._database.execute("SELECT address FROM need WHERE key = ?", (_number(key),)))
        lists: dict[str, set[str | None]] = {}
        for name, place in touched:
            lists.setdefault(name, set()).add(place)
        for name, places in lists.items():
            found.update(self._in_list(name, places))
        paths = (self._database.execute("SELECT path FROM address WHERE id = ?", (address,)).fetchone() for address in found)
        return {row[0] for row in paths if row}

    def _in_list(self, name: str, places: set[str | None]) -> Iterator[int]:
        """Yield the addresses of a list's stretches in which one of `places` lies; all of them, where one is not known."""
        known = sorted(place for place in places if place is not None)
        where, words = ("", ()) if len(known) < len(places) else (" AND until >= ? AND since <= ?", (known[0], known[-1]))
        for since, until, address in self._database.execute(f"SELECT since, until, address FROM span WHERE key = ?{where}", (_number(name), *words)):  # noqa: S608 - our own words
            at = bisect_left(known, since)
            if not words or (at < len(known) and known[at] <= until):
                yield address

    def forget(self, paths: Iterable[str]) -> None:
        """Forget addresses altogether."""
        with self.together():
            for path in paths:
                row = self._database.execute("SELECT id FROM address WHERE path = ?", (path,)).fetchone()
                for table, column in (("need", "address"), ("span", "address"), ("waiting", "address"), ("address", "id")) if row else ():
                    self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", row)  # noqa: S608 - our own names

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

    def put(self, paths: Iterable[str], *, rank: Rank) -> None:
        """Have addresses made, each rank in the order given; one that waits already keeps its place, if that is nearer."""
        listed = list(paths)
        place = (int(clock.now().timestamp() * 1000) + int(PATIENCE[rank] * 1000)) * PLACES
        with self.together():
            self._database.executemany("INSERT OR IGNORE INTO address (path) VALUES (?)", [(path,) for path in listed])
            self._database.executemany(
                "INSERT INTO waiting (address, rank, place) SELECT id, ?, ? FROM address WHERE path = ? ON CONFLICT (address) DO UPDATE SET "
                "place = min(place, excluded.place), rank = min(rank, excluded.rank), tries = 0, due = ''",
                [(rank, place + number, path) for number, path in enumerate(listed)],
            )

    def next(self, now: dt.datetime) -> Waiting | None:
        """Return the address that is to be made next."""
        row = self._database.execute(
            "SELECT path, rank, tries FROM waiting JOIN address ON address.id = waiting.address WHERE due <= ? ORDER BY place LIMIT 1", (_moment(now),)
        ).fetchone()
        return Waiting(row[0], Rank(row[1]), row[2]) if row else None

    def count(self, *, rank: Rank | None = None) -> int:
        """Return how many addresses wait, or how many of a rank."""
        where, words = ("", ()) if rank is None else (" WHERE rank = ?", (rank,))
        return int(self._database.execute(f"SELECT count(*) FROM waiting{where}", words).fetchone()[0])  # noqa: S608 - our own names

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
