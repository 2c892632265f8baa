"""A file or a screenshot as a copy: for what cannot be fetched, such as a letter, a paper or a page behind a sign-in."""

import io
from pathlib import PurePath

from django.core.files import File
from PIL import Image, ImageOps

from masthead.kernel import clock
from masthead.kernel.ids import new_id
from masthead.newsroom.sources import storage
from masthead.newsroom.sources.actions.captures import CaptureRefused
from masthead.newsroom.sources.extraction import extract
from masthead.newsroom.sources.filetypes import FIRST_BYTES, IN_WORDS, FileKind, kind_of
from masthead.newsroom.sources.models import Capture, SourceDocument
from masthead.newsroom.staff.models import User

LARGEST = 50 * 2**20  # bytes
MOST_PIXELS = 40 * 10**6  # as for the pictures of stories
READING_SECONDS = 5.0  # somebody waits for the answer


def upload_capture(document: SourceDocument, *, file: "File[bytes]", user: User | None) -> Capture:
    """Keep `file` as a copy of `document`, and return its capture.

    A picture loses what a camera or a telephone wrote into it (place, name, time): it may be published later, and its source be
    at risk. Everything else is kept byte for byte.

    Raises:
        CaptureRefused: not a kind of file we keep, too large, empty, or a picture that cannot be read.
    """
    name = PurePath(str(file.name or "file")).name[:200]
    size = file.size or 0
    if not size:
        raise CaptureRefused(f"“{name}” is empty.")
    if size > LARGEST:
        raise CaptureRefused(f"“{name}” has {size / 2**20:.0f} MB; {LARGEST // 2**20} MB are the most.")
    file.seek(0)
    kind = kind_of(name, file.read(FIRST_BYTES))
    if kind is None:
        raise CaptureRefused(f"“{name}” is no kind of file that is kept: give {IN_WORDS}.")
    file.seek(0)
    body = file.read()
    body = _without_metadata(body, name) if kind.is_picture else body
    return _store(document, body, kind, name, user)


def _store(document: SourceDocument, body: bytes, kind: FileKind, name: str, user: User | None) -> Capture:
    key, now = new_id(), clock.now()
    # In no transaction: on SQLite one that waits for the reading of a page would hold up every other writer.
    kept = storage.keep(storage.place(key, kind.suffix), lambda out: out.write(body))
    found = extract(body, content_type=kind.media_type, url=document.url, seconds=READING_SECONDS)
    return Capture.objects.create(
        key=key,
        document=document,
        method=Capture.Method.UPLOAD,
        state=Capture.State.KEPT,
        reason=found.problem,
        requested_by=user,
        requested_at=now,
        taken_at=now,
        media_type=kind.media_type,
        title=name,
        text=found.text,
        sha256=kept.sha256,
        size=kept.size,
        path=kept.path,
    )


def _without_metadata(body: bytes, name: str) -> bytes:
    try:
        with Image.open(io.BytesIO(body), formats=["PNG", "JPEG", "WEBP"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise CaptureRefused(f"“{name}” has {image.width * image.height / 10**6:.0f} million pixels; {MOST_PIXELS // 10**6} are the most.")
            colours = image.info.get("icc_profile")
            upright = ImageOps.exif_transpose(image)
            out = io.BytesIO()
            options = {"quality": 95} if image.format != "PNG" else {}
            upright.info.clear()
            upright.save(out, image.format or "PNG", icc_profile=colours, **options)
            return out.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise CaptureRefused(f"“{name}” cannot be read as a picture: save it anew and try again.") from None
