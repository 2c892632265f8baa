"""The figures that go into the holes, in one small file that every process on this machine reads by looking at one integer.

The file is a page of words, then two areas. A writer takes the lock, writes the new figures whole into the area that is not
in use, and then raises the serial, whose lowest bit says which area holds: one store of eight bytes, so that a reader finds the
old figures or the new ones and nothing between, and a writer that dies half-way has changed nothing. Readers never wait.
"""

import contextlib
import fcntl
import hashlib
import json
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from masthead.kernel.errors import MastheadError

MAGIC = 0x3130_5445_4D4E_4D4D  # "MMNMET01", least byte first
HEAD_BYTES = 4096
AREA_BYTES = 1 << 20  # sparse: the disk holds what is written
# Words of the head. STAMP is what requests compare: it moves with SERIAL (figures) and PAGES (the store) alike.
STAMP, SERIAL, PAGES = 1, 2, 3
AREA = (8, 12)  # for each area: bytes written, their CRC-32, the serial they belong to
AREA_BEGINS = (HEAD_BYTES, HEAD_BYTES + AREA_BYTES)
FILE_BYTES = HEAD_BYTES + 2 * AREA_BYTES
TRIES = 1000
LATEST = 60_000_000  # microseconds that a writer may come late


class MetersError(MastheadError):
    """The meters' file cannot be read or written: where it is, and why."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One meter's parts as bytes. `version` and `moment` order two readings of it; `digest` names the bytes."""

    parts: Mapping[str, bytes]
    version: int
    moment: int
    digest: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All meters at one serial."""

    serial: int = 0
    meters: Mapping[str, Figures] = field(default_factory=dict)


class Meters:
    """The meters' file, opened by one process; a fork may go on reading and writing it."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, or make it."""
        self.path = path
        self._snapshot: Snapshot | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.reopen()
        except OSError as error:
            raise MetersError(f"The meters' file {path} cannot be opened ({error.strerror}): give Masthead the right to write there.") from None

    @property
    def stamp(self) -> int:
        """Return the integer that moves with each change of a meter or of the store: the one look that a request costs."""
        return self._words[STAMP]

    @property
    def pages(self) -> int:
        """Return the integer that moves with each change of the store alone."""
        return self._words[PAGES]

    def snapshot(self) -> Snapshot:
        """Return all meters as they are now, none older than a write that has returned."""
        if self._snapshot is None or self._snapshot.serial != self._words[SERIAL]:
            self._snapshot = self._read()
        return self._snapshot

    def write(self, meter: str, parts: Mapping[str, bytes], *, version: int, moment: int) -> bool:
        """Put one meter's parts in place for every process and return whether they were newer.

        `version` rises with each transfer; `moment` is when this was read, in UTC microseconds taken before reading. A lower version, or the same of an
        earlier moment, came too late and is not written. But a lower version that was read a minute after what is there is believed (the books were restored
        from a backup), and so is the same version from more than a minute before (the clock was set back). When this returns, no answer that is asked for
        shows what was before.
        """
        with self._writing():
            meters = dict(self._read().meters)
            known = meters.get(meter)
            if known is not None and _came_late(known, version, moment):
                return False
            meters[meter] = _figures(parts, version, moment)
            self._publish(meters)
        return True

    def forget(self, *, keeping: frozenset[str] = frozenset()) -> None:
        """Take all meters out but those in `keeping`: pages that show them are asked of Django until they are written again."""
        with self._writing():
            self._publish({meter: figures for meter, figures in self._read().meters.items() if meter in keeping})

    def raise_pages(self) -> None:
        """Tell every process that the store has changed."""
        with self._writing():
            self._words[PAGES] += 1
            self._words[STAMP] += 1

    def is_the_file(self) -> bool:
        """Say whether the file that is open is still the one at its path."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def reopen(self) -> None:
        """Open the file at the path anew, where it was removed or replaced."""
        with _locked(self.path) as handle:
            self._attach(handle)

    def close(self) -> None:
        """Let go of the file."""
        self._words.release()
        self._map.close()

    def _attach(self, handle: int) -> None:
        """Map the file that is open, and make it one of meters, where it is new. Who still reads the former map goes on doing so until it lets go."""
        if os.fstat(handle).st_size < FILE_BYTES:
            os.ftruncate(handle, FILE_BYTES)
        self._map = mmap.mmap(handle, FILE_BYTES)
        self._words = memoryview(self._map)[:HEAD_BYTES].cast("Q")
        if self._words[0] != MAGIC:
            self._words[0] = MAGIC
        self._inode = os.fstat(handle).st_ino
        self._snapshot = None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with _locked(self.path) as handle:
            if os.fstat(handle).st_ino != self._inode:
                self._attach(handle)
            yield

    def _publish(self, meters: Mapping[str, Figures]) -> None:
        words = self._words
        data = _packed(meters)
        if len(data) > AREA_BYTES:
            raise MetersError(f"{self.path} holds {AREA_BYTES} bytes of figures and these are {len(data)}: too many campaigns are open at once.")
        serial = words[SERIAL] + 1
        area, begin = AREA[serial & 1], AREA_BEGINS[serial & 1]
        words[area + 2] = 0  # what this area held is no longer whole
        self._map[begin : begin + len(data)] = data
        words[area], words[area + 1], words[area + 2] = len(data), zlib.crc32(data), serial
        words[SERIAL] = serial
        words[STAMP] += 1

    def _read(self) -> Snapshot:
        words = self._words
        for _ in range(TRIES):
            serial = words[SERIAL]
            if serial == 0:
                return Snapshot()
            area, begin = AREA[serial & 1], AREA_BEGINS[serial & 1]
            length, checksum, owner = words[area], words[area + 1], words[area + 2]
            data = bytes(self._map[begin : begin + length]) if length <= AREA_BYTES else b""
            if owner == serial and zlib.crc32(data) == checksum and words[area + 2] == serial:
                return Snapshot(serial=serial, meters=_unpacked(data))
        return Snapshot(serial=words[SERIAL])  # torn by a power cut: nothing is known until the meters are written again


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Let one writer work, whatever thread, process or fork it is in: each opens the file for itself, for a lock belongs to an open file. Yields it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(path, handle):  # else it was removed while this one waited
                yield handle
                return
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)  # closing is not enough: a map of the file keeps it open
            os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def _came_late(known: Figures, version: int, moment: int) -> bool:
    """Say whether a reading was overtaken by the one that is known."""
    if version == known.version:
        return known.moment - LATEST <= moment < known.moment
    return version < known.version and moment < known.moment + LATEST


def _figures(parts: Mapping[str, bytes], version: int, moment: int) -> Figures:
    digest = hashlib.blake2b(repr(sorted(parts.items())).encode(), digest_size=6).hexdigest()
    return Figures(parts=dict(parts), version=version, moment=moment, digest=digest)


def _packed(meters: Mapping[str, Figures]) -> bytes:
    rows = {meter: [item.version, item.moment, {part: value.decode("latin-1") for part, value in item.parts.items()}] for meter, item in meters.items()}
    return json.dumps(rows).encode()


def _unpacked(data: bytes) -> dict[str, Figures]:
    rows = json.loads(data)
    return {
        meter: _figures({part: value.encode("latin-1") for part, value in parts.items()}, version, moment) for meter, (version, moment, parts) in rows.items()
    }
