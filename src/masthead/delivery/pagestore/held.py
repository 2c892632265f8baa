"""One page in a process's memory, and its finished answers for the figures of the moment."""

import gzip
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from masthead.delivery.pagestore.accept import Preference, chosen
from masthead.delivery.pagestore.coding import GZIP, IDENTITY, Variant, is_compressible, splice
from masthead.delivery.pagestore.meters import Figures, Snapshot
from masthead.delivery.pagestore.page import Head
from masthead.delivery.pagestore.store import Store

Headers = tuple[tuple[bytes, bytes], ...]
OBJECTS = 3_000  # bytes of Python's own for a page, measured
ANSWER = 1_500  # and for the answers in one coding
# A gzip form that is made while somebody waits, of a page whose hole has become too small.
HASTY_LEVEL = 6
OK = 200
PHRASES = {int(status): status.phrase.encode() for status in HTTPStatus}


class Answer:
    """A whole answer: `headers` with Content-Length, without Date, Server and Connection, which are the connection's. The body of HEAD and 304 is empty."""

    __slots__ = ("_head", "body", "headers", "status")

    def __init__(self, status: int, headers: Headers, body: bytes, head: bytes = b"") -> None:
        """Answer with these; `head` is what the property of that name returns, where it is at hand."""
        self.status = status
        self.headers = headers
        self.body = body
        self._head = head

    @property
    def head(self) -> bytes:
        """Return status line and headers as they go over the wire in HTTP/1.1, without the empty line at their end."""
        if not self._head:
            self._head = _status_line(self.status) + _wire(self.headers)
        return self._head


class Ready:
    """The answers in one coding: to GET, to HEAD, and to who has the page already."""

    __slots__ = ("_head", "_kept", "_unchanged", "etag", "get", "modified")

    def __init__(self, etag: bytes, modified: int | None, get: Answer, kept: Headers) -> None:
        """Hold the answer to GET. `modified` is None where a second is too coarse to tell two bodies apart: figures may move twice in one."""
        self.etag = etag
        self.modified = modified
        self.get = get
        self._kept = kept
        self._head: Answer | None = None
        self._unchanged: Answer | None = None

    @property
    def head(self) -> Answer:
        """Return the answer to HEAD."""
        if self._head is None:
            self._head = Answer(self.get.status, self.get.headers, b"", self.get.head)
        return self._head

    @property
    def unchanged(self) -> Answer:
        """Return the answer to who has these bytes."""
        if self._unchanged is None:
            self._unchanged = Answer(304, ((b"ETag", self.etag), *self._kept), b"")
        return self._unchanged


class Standing(NamedTuple):
    """What is ready with the figures of one moment; `figures` is None where those of a hole are not known."""

    snapshot: Snapshot
    figures: tuple[Figures, ...] | None
    ready: dict[Preference, Ready]


class Held:
    """One page in memory: its head, the forms that were asked for, and their answers while its figures stand."""

    def __init__(self, head: Head) -> None:
        """Hold a page, as yet without its bytes."""
        self.head = head
        self.key = head.path.encode()  # as in a request
        self.is_page = head.media_type.startswith(("text/html", "application/xhtml"))
        self._variants: dict[str, Variant] = {}
        self._standing = Standing(Snapshot(), None, {})
        self._common, self._kept = _lines(head)
        self._said: dict[str, tuple[Headers, bytes]] = {}

    @property
    def size(self) -> int:
        """Return about how many bytes this takes."""
        bodies = sum(len(ready.get.body) + ANSWER for ready in set(self._standing.ready.values()))
        return OBJECTS + bodies + sum(variant.size for variant in self._variants.values())

    def ready(self, wanted: Preference, snapshot: Snapshot) -> Ready | None:
        """Return what is ready for a client that reads `wanted`, with these figures."""
        standing = self._standing
        return (standing if standing.snapshot is snapshot else self._look(snapshot)).ready.get(wanted)

    def make(self, wanted: Preference, snapshot: Snapshot, store: Store) -> Ready | None:
        """Make that ready, or return None where it cannot be: a meter is not known, the client reads no form, or the page has just changed."""
        standing = self._look(snapshot)
        if standing.figures is None:
            return None
        values = [figures.parts[hole.part].ljust(hole.length) for hole, figures in zip(self.head.holes, standing.figures, strict=True)]
        outgrown = any(len(value) > hole.length for value, hole in zip(values, self.head.holes, strict=True))
        coding = chosen(wanted, self._hasty() if outgrown else self.head.codings)
        if coding is None:
            return None
        variant = self._variant(IDENTITY if outgrown else coding, store)
        if variant is None:
            return None
        body = splice(variant, values)
        if outgrown and coding == GZIP:
            body = gzip.compress(body, HASTY_LEVEL, mtime=0)
        made = self._answers(variant.tag, coding, standing.figures, body)
        standing.ready[wanted] = next((ready for ready in standing.ready.values() if ready.etag == made.etag), made)
        return standing.ready[wanted]

    def _look(self, snapshot: Snapshot) -> Standing:
        """Return what stands with these figures; where one has moved, nothing is ready. What another thread still makes of older ones goes with those."""
        before = self._standing
        if before.snapshot is snapshot:
            return before
        figures = _figures(self.head, snapshot.meters)
        same = figures is not None and before.figures is not None and [item.digest for item in figures] == [item.digest for item in before.figures]
        self._standing = now = Standing(snapshot, figures, before.ready if same else {})
        return now

    def _hasty(self) -> tuple[str, ...]:
        packed = is_compressible(self.head.media_type) and len(self.head.codings) > 1
        return (GZIP, IDENTITY) if packed else (IDENTITY,)

    def _variant(self, coding: str, store: Store) -> Variant | None:
        found = self._variants.get(coding) or store.variant(self.head, coding)
        if found is not None:
            self._variants[coding] = found
        return found

    def _answers(self, tag: str, coding: str, figures: tuple[Figures, ...], body: bytes) -> Ready:
        etag = '"{}"'.format("-".join([tag, *dict.fromkeys([item.digest for item in figures]), coding])).encode()
        length = b"%d" % len(body)
        said, wire = self._said.get(coding) or self._say(coding)
        status = self.head.status
        head = b"%sETag: %s\r\nContent-Length: %s\r\n%s" % (_status_line(status), etag, length, wire)
        whole = Answer(status, ((b"ETag", etag), (b"Content-Length", length), *said), body, head)
        return Ready(etag, None if self.head.holes else self.head.modified, whole, self._kept)

    def _say(self, coding: str) -> tuple[Headers, bytes]:
        """Return what is said in every answer in this coding, as pairs and for the wire."""
        content: Headers = ((b"Content-Encoding", coding.encode()),) if coding != IDENTITY else ()
        said = (*content, *self._common)
        self._said[coding] = said, _wire(said)
        return self._said[coding]


def _wire(headers: Headers) -> bytes:
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, PHRASES[status])


def _figures(head: Head, meters: Mapping[str, Figures]) -> tuple[Figures, ...] | None:
    """Return the figures for each hole, or None where one is not known."""
    found = [meters.get(hole.meter) for hole in head.holes]
    known = [figures for figures, hole in zip(found, head.holes, strict=True) if figures is not None and hole.part in figures.parts]
    return tuple(known) if len(known) == len(head.holes) else None


def _lines(head: Head) -> tuple[Headers, Headers]:
    """Return the headers that every form has, and those of them that a 304 repeats (RFC 9110, 15.4.5)."""
    kept = [header for header in head.headers if header[0].lower() in {"cache-control", "expires", "content-location"}]
    others = [header for header in head.headers if header not in kept]
    if not any(name.lower() == "cache-control" for name, _ in kept):
        kept.append(("Cache-Control", "no-cache"))
    if is_compressible(head.media_type):
        kept.append(("Vary", "Accept-Encoding"))
    if head.keys:
        said = {name.lower() for name, _ in head.headers}  # a page may say it in its own way
        kept += [(name, mark.join(head.keys)) for name, mark in (("Surrogate-Key", " "), ("Cache-Tag", ",")) if name.lower() not in said]
    kept.append(("Last-Modified", formatdate(head.modified, usegmt=True)))
    return _encoded([("Content-Type", head.media_type), *others, *kept]), _encoded(kept)


def _encoded(lines: list[tuple[str, str]]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in lines)
