"""The folder with an old site's files: found by old address, and never a byte from outside the folder."""

import os
import re
import unicodedata
from collections import defaultdict
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from masthead.kernel.errors import MastheadError

# WordPress's names for files it derives: -300x188, -scaled, -rotated, -e1700000000000 (edited), and their combinations.
_DERIVED = re.compile(r"(?:-\d{1,5}x\d{1,5}|-scaled|-rotated|-e\d{10,16}|@2x)+$")


class NoMediaFolder(MastheadError):
    """The folder named for the old site's files is not one."""


class MediaFolder:
    """A folder of files from an old site, such as WordPress's uploads; None stands for no folder at all.

    Raises:
        NoMediaFolder: there is no such folder.
    """

    def __init__(self, folder: Path | None) -> None:
        if folder is not None and not folder.is_dir():
            raise NoMediaFolder(f"There is no folder {folder}: name the one with the old site's uploads, or leave --media out to import texts alone.")
        self._root = folder.resolve() if folder else None
        self._by_name: dict[str, list[str]] | None = None

    def find(self, *addresses: str) -> Path | None:
        """Return the file for the first of `addresses` (URLs or paths) that is here: itself, else the original it was derived from.

        A file is looked for where the address says, below `uploads`, and last by its name alone where only one
        file has that name.
        """
        if self._root is None:
            return None
        wanted = [parts for address in addresses if (parts := safe_parts(address))]
        for parts in wanted:
            for name in (parts[-1], original_name(parts[-1])):
                if found := self._at([*parts[:-1], name]):
                    return found
        for parts in wanted:
            for name in (original_name(parts[-1]), parts[-1]):
                if found := self._by_its_name(name):
                    return found
        return None

    def at(self, address: str) -> Path | None:
        """Return the file at exactly this path within the folder, or None; nothing is searched for."""
        parts = safe_parts(address)
        return self._inside(Path(*parts)) if self._root is not None and parts else None

    def _at(self, parts: list[str]) -> Path | None:
        """Return the file at the longest tail of `parts` that is one: the folder may be the site, wp-content, or uploads itself."""
        for begin in range(len(parts)):
            if len(parts) - begin == 1 and len(parts) > 1:
                break  # a bare name is left to the search by name, which wants it to be the only one
            if found := self._inside(Path(*parts[begin:])):
                return found
        return self._inside(Path(parts[-1])) if len(parts) == 1 else None

    def _inside(self, relative: Path) -> Path | None:
        assert self._root is not None  # noqa: S101 - find() returned before
        try:
            path = (self._root / relative).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            return None
        return path if path.is_relative_to(self._root) and path.is_file() else None

    def _by_its_name(self, name: str) -> Path | None:
        if self._by_name is None:
            self._by_name = self._names()
        places = self._by_name.get(_folded(name), [])
        return self._inside(Path(places[0])) if len(places) == 1 else None

    def _names(self) -> dict[str, list[str]]:
        assert self._root is not None  # noqa: S101 - find() returned before
        found: dict[str, list[str]] = defaultdict(list)
        for folder, _, files in os.walk(self._root, followlinks=False):
            for name in files:
                if not _DERIVED.search(PurePosixPath(name).stem):
                    found[_folded(name)].append(os.path.relpath(os.path.join(folder, name), self._root))  # noqa: PTH118 - a Path for each of 60,000 files is slow
        return found


def safe_parts(address: str) -> list[str]:
    """Return the path of a URL or path as its parts, or nothing where a part climbs, is hidden in one, or is no name."""
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:
        return []
    parts = [part for part in path.split("/") if part not in {"", "."}]
    unsafe = any(part == ".." or "\\" in part or "\0" in part or ":" in part for part in parts)
    return [] if unsafe else parts


def original_name(name: str) -> str:
    """Return the name a derived file's original has: `harbour-300x188.jpg` was made from `harbour.jpg`."""
    path = PurePosixPath(name)
    stem = _DERIVED.sub("", path.stem)
    return f"{stem}{path.suffix}" if stem else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
