"""Bodies on their way: in memory while they are small, else in a file without a name, so that slow readers and writers hold up nobody."""

import tempfile
from collections import deque
from pathlib import Path
from typing import IO

PIECE = 64 * 1024


class Spool:
    """Counts what all files of this process hold, and knows where they lie."""

    def __init__(self, *, held: int, spooled: int, folder: Path | None) -> None:
        self.held = held
        self.spooled = spooled
        self.folder = folder
        self.used = 0

    @property
    def full(self) -> bool:
        """Whether no more may be put into files."""
        return self.used >= self.spooled


class Body:
    """A queue of bytes: pieces are put at its end and taken from its beginning."""

    __slots__ = ("_file", "_pieces", "_read", "_spool", "_waiting", "_written", "length")

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        """Bytes in `_pieces`."""
        self._file: IO[bytes] | None = None
        self._read = self._written = 0
        """Of the file."""
        self.length = 0
        """Everything that was ever put in."""

    def __len__(self) -> int:
        """Return how many bytes wait to be taken."""
        return self._waiting + self._written - self._read

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return len(self) > 0

    def put(self, piece: bytes) -> None:
        """Put a piece at the end.

        Raises:
            OSError: the disk does not take it.
        """
        self.length += len(piece)
        if self._file is None and self._waiting + len(piece) <= self._spool.held:
            self._pieces.append(piece)
            self._waiting += len(piece)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._spool.folder, prefix="front-")  # noqa: SIM115  closed when all of it is taken or dropped
        self._file.seek(self._written)
        self._file.write(piece)
        self._file.flush()
        self._written += len(piece)
        self._spool.used += len(piece)

    def take(self) -> bytes:
        """Take the next piece, of 64 KiB at most where it was put aside; empty when there is none."""
        if self._pieces:
            piece = self._pieces.popleft()
            self._waiting -= len(piece)
            return piece
        if self._file is None:
            return b""
        self._file.seek(self._read)
        piece = self._file.read(PIECE)
        self._read += len(piece)
        if self._read == self._written:
            self.drop()
        return piece

    def drop(self) -> None:
        """Let go of what waits, and of the file."""
        self._pieces.clear()
        self._waiting = 0
        if self._file is not None:
            self._spool.used -= self._written
            self._file.close()
            self._file = None
            self._read = self._written = 0
