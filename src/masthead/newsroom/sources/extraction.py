"""What a kept page says: its title, outlet, author, date, language and text. Read in a process of its own, which a page can only kill.

Nothing of a page is ever run. But a page can be made so that reading it takes minutes or gigabytes, so the reading happens in a
child with limits on time and memory that knows no setting, no secret and no database (`python -m` this module's `page_reader`).
"""

import datetime as dt
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass, fields

logger = logging.getLogger(__name__)
SECONDS = 15.0
LARGEST_READ = 4 * 2**20  # bytes of a page that are looked at; the copy itself is kept whole
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
READABLE_TYPES = HTML_TYPES | {"text/plain", "text/markdown", "application/json"}


@dataclass(frozen=True, kw_only=True)
class Extract:
    """What could be read; everything empty where nothing could, and then `problem` says why."""

    title: str = ""
    site: str = ""
    author: str = ""
    published_at: str = ""  # ISO 8601, a moment or a date alone, as the page says it
    language: str = ""
    canonical_url: str = ""
    charset: str = ""
    text: str = ""
    problem: str = ""

    @property
    def published(self) -> dt.datetime | dt.date | None:
        """When the page says that it was published: an aware moment, a date where it gives no hour, or None."""
        try:
            moment = dt.datetime.fromisoformat(self.published_at)
        except ValueError:
            return None
        return moment if moment.tzinfo and len(self.published_at) > len("2026-01-01") else moment.date()


def media_type(content_type: str, body: bytes) -> str:
    """Return the media type (without parameters) that the server names, or what the bytes look like where it names none."""
    named = content_type.partition(";")[0].strip().lower()
    if named and named != "application/octet-stream" and "/" in named and named.isascii() and named.isprintable():
        return named[:100]
    start = body[:512].lstrip().lower()
    if start.startswith(b"%pdf-"):
        return "application/pdf"
    return "text/html" if start.startswith((b"<!doctype html", b"<html", b"<head")) else "application/octet-stream"


def extract(body: bytes, *, content_type: str, url: str, seconds: float = SECONDS) -> Extract:
    """Return what `body` says, within `seconds`; a page that cannot be read gives an `Extract` with a `problem` and no exception."""
    kind = media_type(content_type, body)
    if kind not in READABLE_TYPES or not body:
        return Extract()
    question = (
        json.dumps({"content_type": content_type[:200], "html": kind in HTML_TYPES, "url": url, "seconds": seconds}).encode() + b"\n" + body[:LARGEST_READ]
    )
    try:
        said = ask_reader(question, seconds)
    except subprocess.TimeoutExpired:
        return Extract(problem=f"Its text could not be read within {seconds:.0f} s.")
    try:
        found = json.loads(said)
        return Extract(**{field.name: str(found.get(field.name, "")) for field in fields(Extract)})
    except (ValueError, AttributeError):
        return Extract(problem="Its text could not be read.")


def ask_reader(question: bytes, seconds: float) -> bytes:
    """Return what a child that reads pages answers to `question` within `seconds`; nothing readable where it came to grief.

    Raises:
        subprocess.TimeoutExpired: it took longer, and was ended.
    """
    command = [sys.executable, "-m", "masthead.newsroom.sources.page_reader"]
    own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, input=question, capture_output=True, timeout=seconds, check=False, env=own)  # noqa: S603  our own module; the page is data
    if done.returncode:
        logger.warning("The reader of a page ended with %s: %s", done.returncode, done.stderr[-300:].decode(errors="replace"))
    return done.stdout
