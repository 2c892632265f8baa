"""A finished page: its bytes with holes where meters go, and what is said of it in headers."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from masthead.kernel.errors import MastheadError

# A hole is stored in one block of each coding, and a page has room for its figures, not for a document.
LONGEST_HOLE = 16_384
LONGEST_PATH = 2_000
# What a path may be made of, as it stands in a request: RFC 3986's pchar and "/". Anything else is asked of Django.
PATH = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
REVISION = re.compile(r"[A-Za-z0-9_.]{1,64}")
FIELD_NAME = re.compile(r"[A-Za-z0-9\-]+")
# Answers with a body of their own.
STATUSES = frozenset(int(status) for status in HTTPStatus if status >= HTTPStatus.OK) - {
    HTTPStatus.NO_CONTENT,
    HTTPStatus.PARTIAL_CONTENT,
    HTTPStatus.NOT_MODIFIED,
}
# The store answers these itself: framing, coding and validators belong to a variant, not to a page.
OWN_HEADERS = frozenset(
    {"connection", "content-encoding", "content-length", "content-type", "date", "etag", "keep-alive", "last-modified", "server", "surrogate-key"}
    | {"transfer-encoding", "vary"}
)
# A page that sets a cookie or asks for a password is somebody's own.
PRIVATE_HEADERS = frozenset({"set-cookie", "www-authenticate", "proxy-authenticate"})


class PageError(MastheadError):
    """A page that cannot be stored: which, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place of `length` bytes in a page where one part of a meter goes. `meter` is the campaign's key, `part` names a piece of it, such as "figures"."""

    meter: str
    part: str
    length: int

    def __post_init__(self) -> None:
        """Refuse a hole that no coding could hold."""
        if not (self.meter and self.part and 0 < self.length <= LONGEST_HOLE):
            raise PageError(f"A hole needs a meter, a part and 1 to {LONGEST_HOLE} bytes: {self!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a path is answered with, for anybody.

    `segments` and `holes` alternate: there is one segment more. `path` is the request's path as sent, without query. `revision` names these bytes: two pages
    of one path with the same revision have the same status, headers, segments and holes (`revision_of` makes it). `modified` and `expires` are UTC seconds;
    after `expires` the page is never answered. `keys` are public surrogate keys for a CDN. `headers` has neither framing nor validators: the store adds them.
    """

    path: str
    status: int
    media_type: str
    segments: tuple[bytes, ...]
    revision: str
    modified: int
    holes: tuple[Hole, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    expires: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be answered, or not to anybody."""
        if len(self.path) > LONGEST_PATH or not PATH.fullmatch(self.path) or self.path.startswith("//"):
            raise PageError(
                f"A stored path is what a client sends, one slash first and percent-encoded, {LONGEST_PATH} characters at most: {self.path[:200]!r}."
            )
        if len(self.segments) != len(self.holes) + 1:
            raise PageError(f"{self.path}: {len(self.holes)} holes need {len(self.holes) + 1} segments, and there are {len(self.segments)}.")
        if not REVISION.fullmatch(self.revision):
            raise PageError(f"{self.path}: the revision {self.revision!r} is not 1 to 64 letters, digits, points or underlines.")
        if self.status not in STATUSES:
            raise PageError(f"{self.path}: {self.status} is not a status that a page can have.")
        for name, value in (*self.headers, ("Content-Type", self.media_type), *(("Surrogate-Key", key) for key in self.keys)):
            self._check(name, value)

    def _check(self, name: str, value: str) -> None:
        if not FIELD_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise PageError(f"{self.path}: the header {name!r} is not one line of plain characters: {value!r}.")
        if name.lower() in OWN_HEADERS and (name, value) in self.headers:
            raise PageError(f"{self.path}: the header {name} is the store's own to write.")
        if name.lower() in PRIVATE_HEADERS:
            raise PageError(f"{self.path}: a page with the header {name} is somebody's own and is not stored.")

    @property
    def length(self) -> int:
        """Return the bytes of the page, holes included."""
        return sum(map(len, self.segments)) + sum(hole.length for hole in self.holes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is known of a stored page without its bytes. `sequence` names its forms: they change with it. `codings` has the smallest form first."""

    path: str
    status: int
    media_type: str
    revision: str
    modified: int
    holes: tuple[Hole, ...]
    headers: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    expires: int | None
    sequence: int
    codings: tuple[str, ...]


def revision_of(*, status: int, media_type: str, headers: Iterable[tuple[str, str]], segments: Iterable[bytes], holes: Iterable[Hole]) -> str:
    """Return a revision for these bytes: the same ones give the same, on every machine."""
    digest = hashlib.blake2b(repr((status, media_type, tuple(headers), tuple(holes))).encode(), digest_size=10)
    for segment in segments:
        digest.update(len(segment).to_bytes(8, "big"))
        digest.update(segment)
    return digest.hexdigest()
