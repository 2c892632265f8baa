"""Baking: every page of the store into a file, once; the next time only what changed."""

import hashlib
import html
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files as package_files
from pathlib import Path, PurePosixPath

from masthead.delivery.bake import names, words
from masthead.delivery.bake.links import relinked, split
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store
from masthead.kernel.errors import MastheadError

MANIFEST = ".masthead-bake.json"
FORM = 1  # of the manifest
SEARCH = "/search/"
# What pages show and the store need not hold: asked for when a page leads there.
SHOWN = ("/pictures/", "/static/", "/attachments/", "/kept/")
SCRIPT = "search/search.js"
LIVE_ONLY = frozenset({"/contribute/"})
"""A form that only the living site can take."""
REDIRECTS = "_redirects"


class BakeError(MastheadError):
    """The site cannot be baked there: where, and what to do."""


@dataclass(slots=True)
class Count:
    """What was done."""

    pages: int = 0
    written: int = 0
    removed: int = 0
    left_out: int = 0


class Oven:
    """Bakes the pages of `store` into `folder`. `address` is the living site; `ask` makes a page that the store lacks, or returns None."""

    def __init__(self, *, store: Store, folder: Path, address: str, ask: Callable[[str], Page | None]) -> None:
        """Look at the folder, which is empty or was baked before.

        Raises:
            BakeError: it holds something else.
        """
        self.folder, self._store, self._address, self._ask = folder, store, address.rstrip("/"), ask
        self._before = _files_before(folder)
        self._now: dict[str, PurePosixPath] = {}
        self._files: dict[str, str] = {}  # whose each file is; empty: of no address
        self._all = frozenset(store.paths()) - LIVE_ONLY
        self._index = words.Index()
        self._redirects: list[str] = []
        self.count = Count()

    def bake(self, tell: Callable[[int, int], object] = lambda _done, _all: None) -> Count:
        """Bake everything, remove the files of what is gone, and return what was done. Stopped half-way and run again, it goes on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._keep_manifest(is_whole=False)
        for number, path in enumerate(sorted(self._all), 1):
            self._page(path)
            tell(number, len(self._all))
        self._write_search()
        self._put(REDIRECTS, "".join(self._redirects).encode())
        self._remove_gone()
        self._keep_manifest(is_whole=True)
        return self.count

    # --- one page --------------------------------------------------------------------------------

    def _page(self, path: str) -> bool:
        """Bake the page at `path`, unless it was already, and say whether it is there."""
        if path in self._now:
            return True
        page = self._store.page(path) if path in self._all else self._ask(path)
        file = None if page is None else names.file_of(path, page.media_type)
        if page is None or file is None or self._files.setdefault(str(file), path) != path:
            self.count.left_out += path in self._all
            return False
        self._now[path] = file
        self.count.pages += 1
        self._put(str(file), self._body(page, file))
        return True

    def _body(self, page: Page, file: PurePosixPath) -> bytes:
        if page.status in {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.PERMANENT_REDIRECT}:
            return self._redirect(page, file)
        body = self._filled(page)
        if not page.media_type.startswith("text/html"):
            return body
        text = body.decode()
        story = words.story_in(b" ".join(page.segments).decode())  # without the figures, which are no words of it
        if story is not None:
            self._index.add(names.way(PurePosixPath("search/index.html"), file), story)
        text = relinked(text, lambda link: self._lead(link, file))
        if page.path == SEARCH:
            text = text.replace(
                "</main>", '<div id="found" role="status"></div><noscript><p>This copy of the site searches by a script.</p></noscript></main>', 1
            )
            text = text.replace("</body>", f'<script src="{names.way(file, PurePosixPath(SCRIPT))}"></script></body>', 1)
        return text.encode()

    def _redirect(self, page: Page, file: PurePosixPath) -> bytes:
        target = {name.lower(): value for name, value in page.headers}.get("location", "/")
        there = target.removeprefix(self._address) if target.startswith(f"{self._address}/") else target
        link = html.escape(self._lead(there, file) if there.startswith("/") else there)
        self._redirects.append(f"{page.path} {there} {page.status}\n")
        return f'<!DOCTYPE html><meta charset="utf-8"><title>Moved</title><meta http-equiv="refresh" content="0; url={link}"><a href="{link}">{link}</a>\n'.encode()

    def _lead(self, link: str, file: PurePosixPath) -> str:
        """Return where `link` leads from the baked `file`: to a file beside it, or to the living site."""
        path, query, fragment = split(link)
        if query or not self._is_baked(path):
            return f"{self._address}{link}"
        target = self._now.get(path)
        if target is None:
            head = self._store.head(path)
            target = names.file_of(path, head.media_type) if head else None
        if target is None:
            return f"{self._address}{link}"
        return names.way(file, target) + (f"#{fragment}" if fragment else "")

    def _is_baked(self, path: str) -> bool:
        return path in self._all or (path.startswith(SHOWN) and self._page(path))

    def _filled(self, page: Page) -> bytes:
        meters = self._store.meters.snapshot().meters
        pieces = [page.segments[0]]
        for hole, segment in zip(page.holes, page.segments[1:], strict=True):
            figures = meters.get(hole.meter)
            pieces += [figures.parts.get(hole.part, b"") if figures else b"", segment]
        return b"".join(pieces)

    # --- what is made of all -----------------------------------------------------------------------

    def _write_search(self) -> None:
        if SEARCH not in self._now:
            return
        self._put(SCRIPT, package_files("masthead.delivery.bake").joinpath("search.js").read_bytes())
        for name, body in self._index.files():
            self._put(f"search/{name}", body)

    def _put(self, file: str, body: bytes) -> None:
        """Write a file whole or not at all; one that holds these bytes already stays as it is."""
        target = self.folder / file
        self._files.setdefault(file, "")
        if _holds(target, body):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
            try:
                part.write(body)
                part.flush()
                Path(part.name).chmod(0o644)
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        self.count.written += 1

    def _remove_gone(self) -> None:
        for file in sorted(self._before - self._files.keys() - {MANIFEST}):
            (self.folder / file).unlink(missing_ok=True)
            self.count.removed += 1
            for folder in (self.folder / file).parents:
                if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()

    def _keep_manifest(self, *, is_whole: bool) -> None:
        manifest = {"form": FORM, "address": self._address, "whole": is_whole, "files": sorted(self._files.keys() if is_whole else self._before)}
        (self.folder / MANIFEST).write_text(json.dumps(manifest, indent=0, ensure_ascii=False), encoding="utf-8")


def _holds(file: Path, body: bytes) -> bool:
    try:
        if file.stat().st_size != len(body):
            return False
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest() == hashlib.sha256(body).digest()
    except OSError:
        return False


def _files_before(folder: Path) -> set[str]:
    """Return the files that were baked into `folder` before.

    Raises:
        BakeError: it holds what no baking put there.
    """
    try:
        known = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not known["whole"]:  # cut off half-way: all that is there was put there by a baking
            return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        return {file for file in known["files"] if not file.startswith("/") and ".." not in PurePosixPath(file).parts}
    except FileNotFoundError:
        if folder.is_dir() and any(folder.iterdir()):
            raise BakeError(f"{folder} holds files that were not baked: name an empty folder, or one that does not exist.") from None
        return set()
    except (ValueError, KeyError, TypeError, NotADirectoryError):
        raise BakeError(f"{folder / MANIFEST} cannot be read: remove the folder, or name another.") from None
