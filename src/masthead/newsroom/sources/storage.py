"""Where kept copies lie: outside the media, so that no address serves a file of it by accident.

A folder, or with `media_url` a part of the bucket that has no other use.
"""

import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import Storage, storages


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file in the folder: its name there, its bytes, and their SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


def place(key: uuid.UUID, suffix: str) -> str:
    """Return where the copy of a capture lies in the folder: 256 folders, so that none grows too long."""
    return f"{key.hex[:2]}/{key}{suffix}"


def keep(path: str, write: Callable[[IO[bytes]], object]) -> KeptFile:
    """Have `write` fill a file and put it at `path`, whole or not at all; a file of that name is replaced."""
    bucket = _bucket()
    if bucket is not None:
        return _keep_in(bucket, path, write)
    target = _inside(path)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as out:
        part = Path(out.name)
        try:
            write(out)
            out.flush()
            os.fsync(out.fileno())
            part.chmod(0o640)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return KeptFile(path=path, size=target.stat().st_size, sha256=digest(path))


def _keep_in(bucket: Storage, path: str, write: Callable[[IO[bytes]], object]) -> KeptFile:
    with tempfile.TemporaryFile() as part:
        write(part)
        size = part.tell()
        part.seek(0)
        sha256 = hashlib.file_digest(part, "sha256").hexdigest()
        part.seek(0)
        bucket.delete(path)  # the storage would give a name of its own beside one that is there
        bucket.save(path, File(part))
    return KeptFile(path=path, size=size, sha256=sha256)


def digest(path: str) -> str:
    """Return the SHA-256 of a kept file, in hexadecimal.

    Raises:
        FileNotFoundError: it is not there.
    """
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def opened(path: str) -> BufferedIOBase:
    """Open a kept file for reading.

    Raises:
        FileNotFoundError: it is not there.
    """
    bucket = _bucket()
    if bucket is None:
        return _inside(path).open("rb")
    try:
        found: Any = bucket.open(path, "rb")
    except SuspiciousOperation:
        raise FileNotFoundError(path) from None
    found.file.seek(0)  # asks for it now: a copy that is missing is missing here, and not in the middle of an answer
    reader: BufferedIOBase = found
    return reader


def _bucket() -> Storage | None:
    return storages["captures"] if "captures" in settings.STORAGES else None


def _inside(path: str) -> Path:
    folder = Path(settings.CAPTURES_ROOT).resolve()
    found = (folder / path).resolve()
    if not found.is_relative_to(folder) or found == folder:
        raise FileNotFoundError(path)
    return found
