"""A file or a screenshot as a copy: what it is, whole, and without what would betray a source."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from masthead.newsroom.sources import actions
from masthead.newsroom.sources.models import Capture
from tests.make import make_document, make_user
from tests.newsroom.sources import reading
from tests.newsroom.sources.pages import ARTICLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    reading.read_here(monkeypatch)


def upload(body: bytes, name: str) -> Capture:
    return actions.upload_capture(make_document(), file=ContentFile(body, name=name), user=None)


def picture(kind: str, **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "#336699").save(out, kind, **save)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "suffix", "media_type"),
    [
        ("letter.pdf", b"%PDF-1.7 words", ".pdf", "application/pdf"),
        ("notes.TXT", "Wörter".encode(), ".txt", "text/plain"),
        ("page.htm", ARTICLE.encode(), ".html", "text/html"),
        ("page.mhtml", b"MIME-Version: 1.0\r\n\r\nx", ".mhtml", "multipart/related"),
        ("crawl.warc.gz", b"\x1f\x8b\x08rest", ".warc.gz", "application/warc"),
        ("crawl.warc", b"WARC/1.1\r\n", ".warc", "application/warc"),
        ("wrong name.txt", b"%PDF-1.4", ".pdf", "application/pdf"),
    ],
)
def test_a_file_is_kept_byte_for_byte(folder: Path, name: str, body: bytes, suffix: str, media_type: str):
    user = make_user()
    document = make_document()
    kept = actions.upload_capture(document, file=ContentFile(body, name=f"C:/secret/{name}"), user=user)
    assert (folder / kept.path).read_bytes() == body
    assert kept.path.endswith(suffix)
    assert (kept.state, kept.method, kept.media_type, kept.title) == ("kept", "upload", media_type, name)
    assert (kept.sha256, kept.size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert (kept.document, kept.requested_by, kept.visibility) == (document, user, "newsroom")
    assert kept.taken_at is not None


def test_the_text_of_a_saved_page_is_read():
    kept = upload(ARTICLE.encode(), "page.html")
    assert "No vessel will pass" in kept.text
    assert "Hacked" not in kept.text


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_where_and_by_whom_it_was_taken(folder: Path, kind: str):
    exif = Image.Exif()
    exif[0x0110] = "TELEPHONE OF A SOURCE"
    exif[0x8825] = {1: "N", 2: (38.0, 43.0, 11.0)}
    body = picture(kind, exif=exif)
    assert b"TELEPHONE OF A SOURCE" in body
    stored = (folder / upload(body, "screen.png").path).read_bytes()
    assert b"TELEPHONE" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert (image.format, image.size) == (kind, (40, 20))
        assert not image.getexif()


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("x.exe", b"MZ\0\0", "no kind of file that is kept"),
        ("x.svg", b"<svg onload=alert(1)>", "no kind of file that is kept"),
        ("x.html", b"<p>\0", "no kind of file that is kept"),
        ("x.zip", b"PK\3\4", "no kind of file that is kept"),
        ("x.gz", b"\x1f\x8b\x08", "no kind of file that is kept"),
        ("noname", b"words", "no kind of file that is kept"),
        ("x.txt", b"", "is empty"),
        ("x.jpg", b"\xff\xd8\xff\xe0broken", "cannot be read as a picture"),
        ("x.png", picture("PNG")[:60], "cannot be read as a picture"),
    ],
)
def test_what_is_not_kept_is_said(folder: Path, name: str, body: bytes, words: str):
    with pytest.raises(actions.CaptureRefused, match=words):
        upload(body, name)
    assert not Capture.objects.exists()
    assert not folder.exists()


def test_a_large_file_and_a_large_picture_are_refused(monkeypatch):
    from masthead.newsroom.sources.actions import uploads

    monkeypatch.setattr(uploads, "LARGEST", 1000)
    with pytest.raises(actions.CaptureRefused, match="are the most"):
        upload(b"a" * 1001, "x.txt")
    monkeypatch.setattr(uploads, "MOST_PIXELS", 10)
    with pytest.raises(actions.CaptureRefused, match="million pixels"):
        upload(picture("PNG"), "x.png")
