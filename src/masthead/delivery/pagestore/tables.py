"""The tables of the page store's file, and what is written into them."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from masthead.delivery.pagestore.coding import Effort, Variant, packed
from masthead.delivery.pagestore.page import Page

VERSION = 4  # of the tables: a file of another version is emptied
TABLES = """
CREATE TABLE page (path TEXT PRIMARY KEY, head TEXT NOT NULL, revision TEXT NOT NULL, sequence INTEGER NOT NULL, effort INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX page_sequence ON page (sequence);
CREATE INDEX page_effort ON page (effort, sequence);
CREATE TABLE body (sequence INTEGER NOT NULL, coding TEXT NOT NULL, size INTEGER NOT NULL, pieces BLOB NOT NULL);
CREATE UNIQUE INDEX body_coding ON body (sequence, coding, size);
CREATE TABLE change (sequence INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, renewed INTEGER NOT NULL);
CREATE TABLE hole (path TEXT NOT NULL, meter TEXT NOT NULL, part TEXT NOT NULL, length INTEGER NOT NULL);
CREATE INDEX hole_meter ON hole (meter, part, length);
CREATE INDEX hole_path ON hole (path);
CREATE TABLE follower (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
"""
# Forms of pages that were taken away. Made beside the others where a file of an earlier program lacks it: that need not be emptied.
LEFT_OVER = "CREATE TABLE IF NOT EXISTS left_over (sequence INTEGER PRIMARY KEY)"


def opened(path: Path, patience: float) -> sqlite3.Connection:
    """Return a connection to the file at `path`, with its tables; a lock is waited for `patience` seconds."""
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    with closing(connection.cursor()) as cursor:
        if cursor.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            _make(cursor)
        cursor.execute(LEFT_OVER)
    return connection


def _make(cursor: sqlite3.Cursor) -> None:
    """Make the tables, once, whoever comes first; tables of another version go."""
    cursor.execute("BEGIN EXCLUSIVE")
    if cursor.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            cursor.execute(f"DROP TABLE {name}")
        for statement in filter(None, map(str.strip, TABLES.split(";"))):
            cursor.execute(statement)
        cursor.execute(f"PRAGMA user_version = {VERSION}")
    cursor.execute("COMMIT")


def forms(database: sqlite3.Connection, page: Page, variants: tuple[Variant, ...], effort: Effort, *, renewed: bool) -> None:
    """Write a page with its forms under a sequence of its own, in place of what its path had; `renewed` where it says something else than before."""
    former = database.execute("SELECT head, sequence, revision FROM page WHERE path = ?", (page.path,)).fetchone()
    modified = page.modified
    if former is not None and former[2] != page.revision:
        modified = max(modified, json.loads(former[0])[2] + 1)
    _remove_forms(database, page.path)
    sequence = database.execute("INSERT INTO change (path, renewed) VALUES (?, ?)", (page.path, renewed)).lastrowid
    holes = [(hole.meter, hole.part, hole.length) for hole in page.holes]
    head = json.dumps([page.status, page.media_type, modified, page.expires, page.keys, page.headers, holes])
    # A page that is kept as it is alone cannot be compressed better.
    done = Effort.THOROUGH if len(variants) == 1 else effort
    database.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?)", (page.path, head, page.revision, sequence, done))
    database.executemany("INSERT INTO body VALUES (?, ?, ?, ?)", [(sequence, variant.coding, variant.wire, packed(variant)) for variant in variants])
    database.executemany("INSERT INTO hole VALUES (?, ?, ?, ?)", [(page.path, *hole) for hole in holes])


def remove(database: sqlite3.Connection, path: str) -> None:
    """Remove a path, where it is there."""
    if database.execute("SELECT 1 FROM page WHERE path = ?", (path,)).fetchone() is not None:
        _remove_forms(database, path)
        database.execute("INSERT INTO change (path, renewed) VALUES (?, 1)", (path,))


def take_away(database: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Remove paths where they are there, and leave their forms for `tidy`."""
    database.execute("CREATE TEMPORARY TABLE IF NOT EXISTS gone (path TEXT PRIMARY KEY) WITHOUT ROWID")
    database.execute("DELETE FROM gone")
    database.executemany("INSERT OR IGNORE INTO gone SELECT path FROM page WHERE path = ?", [(path,) for path in paths])
    database.execute("INSERT INTO left_over SELECT sequence FROM page WHERE path IN (SELECT path FROM gone)")
    database.execute("INSERT INTO change (path, renewed) SELECT path, 1 FROM gone")
    database.execute("DELETE FROM hole WHERE path IN (SELECT path FROM gone)")
    database.execute("DELETE FROM page WHERE path IN (SELECT path FROM gone)")


def tidy(database: sqlite3.Connection, most: int) -> int:
    """Remove the forms of up to `most` pages that were taken away, and return of how many."""
    sequences = database.execute("SELECT sequence FROM left_over LIMIT ?", (most,)).fetchall()
    for table in ("body", "left_over"):
        database.executemany(f"DELETE FROM {table} WHERE sequence = ?", sequences)  # noqa: S608 - our own names
    return len(sequences)


def _remove_forms(database: sqlite3.Connection, path: str) -> None:
    database.execute("DELETE FROM body WHERE sequence = (SELECT sequence FROM page WHERE path = ?)", (path,))
    database.execute("DELETE FROM page WHERE path = ?", (path,))
    database.execute("DELETE FROM hole WHERE path = ?", (path,))
