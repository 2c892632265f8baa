"""Making one page as anybody would get it: through the real addresses and middleware, without cookie, query or session."""

import email.utils
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest

from masthead.delivery.cdn.keys import SITE, key_of, line_of
from masthead.delivery.filling.tracking import tracking
from masthead.delivery.pagestore.page import OWN_HEADERS, Hole, Page, revision_of
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.reads import Reads

KEPT = frozenset({HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.PERMANENT_REDIRECT})
MADE_AHEAD = "masthead.made_ahead"
LARGEST = 4 * 2**20  # bytes: what is larger is asked of Django each time
NOTHING = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
MOST_KEYS = 100
ASK_ANEW = "no-cache"
# RFC 9111, 5.2.2: browsers ask each time, a shared cache after so many seconds, none answers with an old page while it cannot ask.
HELD_BY_CDN = "public, max-age=0, must-revalidate, s-maxage=%d"
PAGE_KEY, PICTURE_KEY = "wagtailcore_page:", "pictures_picture:"


class RenderFailed(MastheadError):
    """A page could not be made: which, and what the site answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What came of one address: the page where it may be kept, else why it may not; and all that it was made of."""

    path: str
    status: int
    page: Page | None
    reason: str
    reads: Reads
    body: bytes


def render(path: str) -> Rendered:
    """Make the page at `path`.

    Raises:
        RenderFailed: the site answered that it failed.
    """
    _forget_what_this_process_keeps()
    began = clock.now()
    with tracking() as reads:
        status, headers, body, is_whole = _ask(path)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RenderFailed(f"{path} was answered with {status}")
    if reads.asked_the_clock:
        midnight = clock.midnight_after(settings.ENV.zone, began)
        reads.until = min(reads.until, midnight) if reads.until else midnight
    reason = _why_not(status, headers, reads, is_whole=is_whole)
    page = None if reason else _page(path, status, headers, body, reads)
    return Rendered(path=path, status=status, page=page, reason=reason, reads=reads, body=body)


def _forget_what_this_process_keeps() -> None:
    """Empty the cache of this process: what another changed must be read, and what is read must be noted."""
    cache = caches["default"]
    if isinstance(cache, LocMemCache):
        cache.clear()


@lru_cache(maxsize=1)
def _handler() -> BaseHandler:
    """Return the site with its middleware, without the signals around a request: they would close the database's connection after each page."""
    logging.getLogger("django.request").addFilter(_is_news)
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _is_news(record: logging.LogRecord) -> bool:
    """Keep out of the log that a page which no reader asked for is not there."""
    request = getattr(record, "request", None)
    return request is None or MADE_AHEAD not in request.META or record.levelno >= logging.ERROR


def _ask(path: str) -> tuple[int, list[tuple[str, str]], bytes, bool]:
    """Return status, headers and body of `path`, and whether the body came whole and not in pieces of any number."""
    address = urlsplit(settings.ENV.address)
    host, port = address.hostname or "localhost", address.port or (443 if address.scheme == "https" else 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": address.netloc or host,
        "HTTP_ACCEPT": "*/*",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": address.scheme or "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        MADE_AHEAD: True,
    }
    if address.scheme == "https":
        environ["HTTP_X_FORWARDED_PROTO"] = "https"
    response = _handler().get_response(WSGIRequest(environ))
    pieces, size = [], 0
    try:
        for piece in response:  # a file and a stream come in pieces, whatever they are made of
            size += len(piece)
            if size > LARGEST:
                return response.status_code, list(response.items()), b"", False
            pieces.append(piece)
    finally:
        for close in response._resource_closers:  # type: ignore[attr-defined]  # noqa: SLF001 - what close() does, without its signal
            close()
    return response.status_code, list(response.items()), b"".join(pieces), True


def _why_not(status: int, headers: list[tuple[str, str]], reads: Reads, *, is_whole: bool) -> str:
    """Return why an answer may not be kept; empty where it may."""
    found = {name.lower(): value for name, value in headers}
    control = found.get("cache-control", "").lower()
    reasons = {
        f"it is answered with {status}": status not in KEPT,
        "it sets a cookie": "set-cookie" in found,
        "it reads cookies": "cookie" in found.get("vary", "").lower(),
        "it is private": "private" in control or "no-store" in control,
        f"it is made of what nobody watches: {', '.join(sorted(reads.unknown))}": bool(reads.unknown),
        "it is too long": not is_whole,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _page(path: str, status: int, headers: list[tuple[str, str]], body: bytes, reads: Reads) -> Page:
    segments, holes = [body], []
    for placed in sorted(reads.holes, key=lambda placed: body.find(placed.mark.encode())):
        before, found, after = segments[-1].partition(placed.mark.encode())
        if found:
            segments[-1:] = [before, after]
            holes.append(Hole(placed.meter, placed.part, len(placed.value.encode())))
    found_headers = {name.lower(): value for name, value in headers}
    media_type = found_headers.get("content-type", "application/octet-stream")
    keys = _surrogate_keys(path, reads)
    kept = tuple(_for_caches([(name, value) for name, value in headers if name.lower() not in OWN_HEADERS], keys))
    modified = _seconds(found_headers.get("last-modified", "")) or int(time.time())
    revision = revision_of(status=status, media_type=media_type, headers=kept, segments=segments, holes=holes)
    return Page(
        path=path,
        status=status,
        media_type=media_type,
        segments=tuple(segments),
        holes=tuple(holes),
        headers=kept,
        revision=revision,
        modified=modified,
        keys=keys,
    )


def _surrogate_keys(path: str, reads: Reads) -> tuple[str, ...]:
    """Return what a CDN may purge the page by: itself and the whole site, where a CDN is told; each page of the tree and each picture that it shows."""
    found = [f"page-{key.removeprefix(PAGE_KEY)}" for key in reads.keys if key.startswith(PAGE_KEY)]
    found += [f"picture-{key.removeprefix(PICTURE_KEY)}" for key in reads.keys if key.startswith(PICTURE_KEY)]
    own = (key_of(path), SITE) if settings.ENV.cdn_url else ()
    return (*own, *sorted(found)[:MOST_KEYS])


def _for_caches(headers: list[tuple[str, str]], keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the headers as a CDN that is told of changes needs them: it may hold what every other cache has to ask for anew."""
    env = settings.ENV
    for name, value in headers:
        is_open = env.cdn_url and name.lower() == "cache-control" and value.lower() == ASK_ANEW
        yield (name, HELD_BY_CDN % env.cdn_seconds) if is_open else (name, value)
    if env.cdn_url and env.cdn_tags:
        yield line_of(env.cdn_tags, keys)


def _seconds(text: str) -> int:
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp()) if text else 0
    except ValueError:
        return 0
