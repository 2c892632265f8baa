"""Where pages are kept: one SQLite file that can be removed at any time, for everything in it can be rendered again."""

import dataclasses
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from masthead.delivery.pagestore import tables
from masthead.delivery.pagestore.coding import IDENTITY, Effort, Variant, compile_page, unpacked
from masthead.delivery.pagestore.meters import Meters
from masthead.delivery.pagestore.page import Head, Hole, Page
from masthead.kernel.errors import MastheadError

PAGES_FILE, METERS_FILE = "pages.sqlite3", "meters"
CHANGES_KEPT = 20_000  # a reader that is further behind forgets all it has in memory
PATIENCE = 20.0
# What a hole gets when its figures have outgrown it: so much that the next digit fits too.
ROOM = 8


class StoreError(MastheadError):
    """The page store's file cannot be used: where it is, and why."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since a sequence: the paths that were written or removed, or None where that is no longer known."""

    sequence: int
    paths: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Followed:
    """How far somebody has come who follows what the store renews: up to `sequence`; tried `tries` times since, with the last `error`."""

    sequence: int
    tries: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Renewed:
    """The next paths whose pages say something else, up to `sequence`, each once; None where that is no longer known. `left` are behind them."""

    sequence: int
    paths: tuple[str, ...] | None
    left: int = 0


class Store:
    """The pages of one machine, in a folder of their own. One object serves the threads of a process; after a fork it opens the file anew."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        """Open the store in `folder`, or make it. A lock that another process holds is waited for `patience` seconds."""
        self.folder = folder
        self._patience = patience
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._left: list[sqlite3.Connection] = []  # a parent's: closing them here would let go of its locks
        self._owner = self._inode = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The page store's folder {folder} cannot be made ({error.strerror}): give Masthead the right to write there.") from None
        self.meters = Meters(folder / METERS_FILE)
        with self._using():
            pass

    # --- reading -----------------------------------------------------------------------------

    def head(self, path: str) -> Head | None:
        """Return what is known of the page of `path`, or None."""
        with self._using() as database:
            row = database.execute("SELECT head, revision, sequence FROM page WHERE path = ?", (path,)).fetchone()
            if row is None:
                return None
            forms = database.execute("SELECT coding FROM body WHERE sequence = ? ORDER BY size", (row[2],)).fetchall()
        return _head(path, row[0], row[1], row[2], tuple(coding for (coding,) in forms))

    def variant(self, head: Head, coding: str) -> Variant | None:
        """Return one form of a page; None where there is none, or the page has changed since its head was read."""
        with self._using() as database:
            row = database.execute("SELECT pieces FROM body WHERE sequence = ? AND coding = ?", (head.sequence, coding)).fetchone()
        return None if row is None else unpacked(coding, row[0], head.revision)

    def page(self, path: str) -> Page | None:
        """Return the page of `path`, or None."""
        head = self.head(path)
        variant = None if head is None else self.variant(head, IDENTITY)
        if head is None or variant is None:
            return None
        return Page(
            path=path,
            status=head.status,
            media_type=head.media_type,
            segments=variant.pieces,
            revision=head.revision,
            modified=head.modified,
            holes=head.holes,
            headers=head.headers,
            keys=head.keys,
            expires=head.expires,
        )

    def paths(self) -> Iterator[str]:
        """Yield every path, in order."""
        with self._using() as database:
            rows = database.execute("SELECT path FROM page ORDER BY path").fetchall()
        return (path for (path,) in rows)

    def among(self, paths: Iterable[str]) -> list[str]:
        """Return those of `paths` that are stored, in the order given."""
        with self._using() as database:
            return [path for path in paths if database.execute("SELECT 1 FROM page WHERE path = ?", (path,)).fetchone() is not None]

    def count(self) -> int:
        """Return how many pages there are."""
        with self._using() as database:
            return int(database.execute("SELECT count(*) FROM page").fetchone()[0])

    def changes(self, since: int) -> Changes:
        """Return what happened after `since`; a sequence of a file that is no more, or of long ago, is answered by None for the paths."""
        with self._using() as database:
            oldest, newest = database.execute("SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0) FROM change").fetchone()
            if since > newest or since < oldest - 1:
                return Changes(newest, None)
            rows = database.execute("SELECT path FROM change WHERE sequence > ? AND sequence <= ?", (since, newest))
            return Changes(newest, frozenset(path for (path,) in rows))

    def renewed(self, since: int, most: int = 200) -> Renewed:
        """Return the next changes after `since`, `most` at once, without those that only made a page's forms shorter; paths None as `changes` says."""
        with self._using() as database:
            oldest, newest = database.execute("SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0) FROM change").fetchone()
            if since > newest or since < oldest - 1:
                return Renewed(newest, None)
            rows = database.execute(
                "SELECT sequence, path FROM change WHERE sequence > ? AND sequence <= ? AND renewed ORDER BY sequence LIMIT ?", (since, newest, most)
            ).fetchall()
            until = rows[-1][0] if len(rows) == most else newest
            left = database.execute("SELECT count(*) FROM change WHERE sequence > ? AND renewed", (until,)).fetchone()[0]
        return Renewed(until, tuple(dict.fromkeys(path for _, path in rows)), int(left))

    def followed(self, name: str) -> Followed | None:
        """Return how far the follower `name` has come; None where there is none yet."""
        with self._using() as database:
            row = database.execute("SELECT sequence, tries, error FROM follower WHERE name = ?", (name,)).fetchone()
        return None if row is None else Followed(*row)

    def data_version(self) -> int:
        """Return SQLite's own count of other connections' commits: the net below the counter that writers raise."""
        with self._using() as database:
            return int(database.execute("PRAGMA data_version").fetchone()[0])

    # --- writing -----------------------------------------------------------------------------

    def write(self, pages: Iterable[Page] = (), *, remove: Iterable[str] = ()) -> int:
        """Store the pages and remove paths, all or nothing; every process answers so by its next request. Returns the sequence.

        A page that is there already, with the same revision and head, keeps its forms and its sequence. `modified` moves on by a second at least when a
        page changes, so that no two revisions share one.
        """
        ready = [(page, None if self._is_there(page) else compile_page(page)) for page in pages]
        with self._writing() as database:
            for path in remove:
                tables.remove(database, path)
            for page, variants in ready:
                _put(database, page, compile_page(page) if variants is None and not _is_same(database, page) else variants)
            return _forget_old_changes(database)

    def take_away(self, paths: Iterable[str]) -> None:
        """Remove `paths`, thousands perhaps, all or nothing, as `write` does; their forms, which take the longest to remove, lie there unseen until `tidy`."""
        with self._writing() as database:
            tables.take_away(database, paths)
            _forget_old_changes(database)

    def tidy(self, most: int = 200) -> int:
        """Remove the forms of up to `most` pages that were taken away, and return of how many: after what readers see is right."""
        with self._lock, self._using() as database:
            if database.execute("SELECT 1 FROM left_over LIMIT 1").fetchone() is None:
                return 0
            database.execute("BEGIN IMMEDIATE")
            try:
                count = tables.tidy(database, most)
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise
        return count

    def keep_followed(self, name: str, followed: Followed) -> None:
        """Keep how far the follower `name` has come. It lies with the changes, and goes when they go."""
        with self._using() as database:
            database.execute("INSERT OR REPLACE INTO follower VALUES (?, ?, ?, ?)", (name, followed.sequence, followed.tries, followed.error))

    def polish(self, most: int = 20) -> int:
        """Compress up to `most` pages anew with all effort, the newest first, and return how many: work for while nothing else is to be done."""
        with self._using() as database:
            paths = [path for (path,) in database.execute("SELECT path FROM page WHERE effort = ? ORDER BY sequence DESC LIMIT ?", (Effort.QUICK, most))]
        return sum(self._compile_anew(path, Effort.THOROUGH) for path in paths)

    def refit(self) -> int:
        """Lay out anew the holes that their figures have outgrown, and return how many pages had one; until then those are compressed at each change."""
        grown = {(meter, part, len(value)) for meter, figures in self.meters.snapshot().meters.items() for part, value in figures.parts.items() if value}
        paths: dict[str, None] = {}
        with self._using() as database:
            for key in grown:
                paths.update(database.execute("SELECT path, NULL FROM hole WHERE meter = ? AND part = ? AND length < ?", key))
        lengths = {(meter, part): length + ROOM for meter, part, length in grown}
        return sum(self._compile_anew(path, Effort.QUICK, lengths) for path in paths)

    def clear(self) -> None:
        """Remove every page."""
        with self._writing() as database:
            for (path,) in database.execute("SELECT path FROM page").fetchall():
                tables.remove(database, path)

    # --- the file ----------------------------------------------------------------------------

    def is_the_file(self) -> bool:
        """Say whether the files that are open are still those in the folder."""
        try:
            return (self.folder / PAGES_FILE).stat().st_ino == self._inode and self.meters.is_the_file()
        except OSError:
            return False

    def reopen(self) -> None:
        """Open the folder's files anew, where they were removed or replaced."""
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._forget_connection()
            self.meters.reopen()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._forget_connection()
            self.meters.close()

    def _forget_connection(self) -> None:
        if self._connection is not None and self._owner == os.getpid():
            self._connection.close()
        self._connection = None

    def _is_there(self, page: Page) -> bool:
        with self._using() as database:
            return _is_same(database, page)

    def _compile_anew(self, path: str, effort: Effort, lengths: dict[tuple[str, str], int] | None = None) -> bool:
        head, page = self.head(path), self.page(path)
        if head is None or page is None:
            return False
        lengths = lengths or {}
        holes = tuple(Hole(hole.meter, hole.part, max(hole.length, lengths.get((hole.meter, hole.part), 0))) for hole in page.holes)
        variants = compile_page(dataclasses.replace(page, holes=holes), effort)
        with self._writing() as database:
            if database.execute("SELECT sequence FROM page WHERE path = ?", (path,)).fetchone() != (head.sequence,):
                return False  # written anew in the meantime
            tables.forms(database, dataclasses.replace(page, holes=holes), variants, effort, renewed=False)
        return True

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._owner != os.getpid() and self._connection is not None:
                self._left.append(self._connection)
                self._connection = None
            if self._connection is None:
                self._connection, self._owner = self._opened(), os.getpid()
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction, into the file that is in the folder, and tell every process afterwards."""
        with self._lock:
            if not self.is_the_file():
                self.reopen()
            with self._using() as database:
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                    database.execute("COMMIT")
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
            self.meters.raise_pages()

    def _opened(self) -> sqlite3.Connection:
        path = self.folder / PAGES_FILE
        try:
            connection = tables.opened(path, self._patience)
            self._inode = path.stat().st_ino
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The page store {path} cannot be opened ({error}): stop Masthead and remove the folder {self.folder}; it is made again."
            ) from None
        return connection


def _put(database: sqlite3.Connection, page: Page, variants: tuple[Variant, ...] | None) -> None:
    if variants is not None:
        tables.forms(database, page, variants, Effort.QUICK, renewed=True)


def _forget_old_changes(database: sqlite3.Connection) -> int:
    """Forget what happened long ago and return the newest sequence."""
    sequence = int(database.execute("SELECT coalesce(max(sequence), 0) FROM change").fetchone()[0])
    database.execute("DELETE FROM change WHERE sequence <= ?", (sequence - CHANGES_KEPT,))
    return sequence


def _is_same(database: sqlite3.Connection, page: Page) -> bool:
    """Say whether a page is stored as it is; when it was modified is not looked at, and holes may have grown since."""
    row = database.execute("SELECT head, revision, sequence FROM page WHERE path = ?", (page.path,)).fetchone()
    if row is None or row[1] != page.revision:
        return False
    known = _head(page.path, row[0], row[1], row[2], ())
    said = known.status, known.media_type, known.headers, known.keys, known.expires
    grown = [Hole(hole.meter, hole.part, max(hole.length, old.length)) for hole, old in zip(page.holes, known.holes, strict=False)]
    return said == (page.status, page.media_type, page.headers, page.keys, page.expires) and known.holes == tuple(grown)


def _head(path: str, head: str, revision: str, sequence: int, codings: tuple[str, ...]) -> Head:
    status, media_type, modified, expires, keys, headers, holes = json.loads(head)
    return Head(
        path=path,
        status=status,
        media_type=media_type,
        revision=revision,
        modified=modified,
        holes=tuple(Hole(*hole) for hole in holes),
        headers=tuple((name, value) for name, value in headers),
        keys=tuple(keys),
        expires=expires,
        sequence=sequence,
        codings=codings,
    )
