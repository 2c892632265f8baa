"""The newsroom's folder: what is in it, how it is made, who is at work in it.

masthead.toml      its settings (config/env.py)
secret.key         signs sessions and links; mode 0600
protected.key      opens the protected sources; made when the first one is kept, mode 0600
books.key          signs the books once a day; made for the first checkpoint, mode 0600
newsroom.sqlite3   the database, unless a DATABASE_URL names another
media/             pictures and documents
static/            what the program itself serves; can be made again
web.sock           where the front asks Django, while it runs
.unfinished        here while `init` is at work, and after it was killed
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from masthead.cli.frame import Refused, say

UNFINISHED = ".unfinished"
MADE_BY_INIT = ("masthead.toml", "secret.key", "sign-in.txt", "newsroom.sqlite3", "newsroom.sqlite3-wal", "newsroom.sqlite3-shm", "media", "static")


def holds_newsroom(folder: Path) -> bool:
    """Say whether a newsroom lives in `folder`: a finished one."""
    return not (folder / UNFINISHED).exists() and ((folder / "masthead.toml").exists() or (folder / "newsroom.sqlite3").exists())


def make_folder(folder: Path) -> None:
    """Make `folder` ready to receive a newsroom, clearing what a killed set-up left.

    Raises:
        Refused: the path is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file, not a folder: name another with --data.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # drafts and supporters' names are nobody else's
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refused(f"Cannot write to {folder} ({error.strerror}): give yourself the right to, or name another folder with --data.") from None


def begin(folder: Path) -> None:
    """Mark the folder as unfinished; the mark goes away with `finish` alone."""
    if (folder / UNFINISHED).exists():
        say(f"An earlier set-up in {folder} was stopped half-way: starting it afresh.")
        for name in MADE_BY_INIT:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    (folder / UNFINISHED).touch()


def finish(folder: Path) -> None:
    """Take the mark away: the newsroom is whole."""
    (folder / UNFINISHED).unlink(missing_ok=True)


def write_secret(folder: Path) -> None:
    """Make the key that signs sessions and links, readable by its owner alone."""
    write_private(folder / "secret.key", secrets.token_urlsafe(50) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, with no moment in which others could."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


@contextmanager
def only_one(folder: Path, what: str) -> Iterator[IO[str]]:
    """Hold the folder's lock for `what`; it goes with the process, however that ends.

    Raises:
        Refused: another process holds it; the sentence names it.
    """
    path = folder / f".{what}.lock"
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Refused(
                f"A {what} is at work in {folder} already (process {handle.read().strip() or 'unknown'}): stop it first, or use another folder."
            ) from None
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield handle
