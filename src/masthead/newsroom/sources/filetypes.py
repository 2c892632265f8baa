"""Which files may be uploaded as a copy, told by their first bytes and, for text, by their name. Pure."""

from dataclasses import dataclass
from pathlib import PurePath

FIRST_BYTES = 2048


@dataclass(frozen=True)
class FileKind:
    """A kind of file: how its copy is named, and what it is served as."""

    suffix: str
    media_type: str
    is_picture: bool = False


PDF = FileKind(".pdf", "application/pdf")
PNG = FileKind(".png", "image/png", is_picture=True)
JPEG = FileKind(".jpg", "image/jpeg", is_picture=True)
WEBP = FileKind(".webp", "image/webp", is_picture=True)
WARC = FileKind(".warc", "application/warc")
WARC_PACKED = FileKind(".warc.gz", "application/warc")
HTML = FileKind(".html", "text/html")
MHTML = FileKind(".mhtml", "multipart/related")
TEXT = FileKind(".txt", "text/plain")
IN_WORDS = "a PDF, a picture (PNG, JPEG, WebP), a saved page (HTML, MHTML), a text or a WARC file"
FIRST = {b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG, b"%PDF-": PDF, b"WARC/": WARC}
BY_NAME = {".html": HTML, ".htm": HTML, ".xhtml": HTML, ".mhtml": MHTML, ".mht": MHTML, ".txt": TEXT, ".md": TEXT, ".text": TEXT}


def kind_of(name: str, start: bytes) -> FileKind | None:
    """Return what a file is, whose first bytes are `start`; None where it is nothing that may be uploaded.

    What the bytes say wins over the name. A text has no zero byte.
    """
    plain = next((kind for first, kind in FIRST.items() if start.startswith(first)), None)
    if plain is not None:
        return plain
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    lower = name.lower()
    if start.startswith(b"\x1f\x8b"):
        return WARC_PACKED if lower.endswith(".warc.gz") else None
    return BY_NAME.get(PurePath(lower).suffix) if b"\0" not in start else None
