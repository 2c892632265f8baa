"""Take an old site's pictures and documents into the library, each once, with the words that belong to them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.staff.models import User

SHORT = 255  # Wagtail's and our own CharFields
LONGEST_LINK = 1000


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What is known of a picture beside its file."""

    title: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    creator: str = ""
    source_url: str = ""


def store_picture(*, path: Path, words: PictureWords, user: User | None) -> Picture:
    """Store the picture at `path`, which `looking.Looker` has found usable. Call it in the transaction that records it."""
    picture = Picture(
        title=(words.title or path.stem)[:SHORT],
        description=words.alt[:SHORT],
        caption=words.caption,
        credit_line=words.credit[:SHORT],
        creator=words.creator[:SHORT],
        source_url=_link(words.source_url),
        uploaded_by_user=user,
        file_size=path.stat().st_size,
        file_hash=_digest(path, "sha1"),
    )
    _drop_orphan(picture.get_upload_to(path.name), path)
    with path.open("rb") as file:
        picture.file = File(file, name=path.name)
        picture.save()
    return picture


def store_attachment(*, path: Path, title: str, user: User | None) -> Attachment:
    """Store the file at `path` as an attachment. Call it in the transaction that records it."""
    attachment = Attachment(title=(title or path.name)[:SHORT], uploaded_by_user=user, file_size=path.stat().st_size, file_hash=_digest(path, "sha1"))
    _drop_orphan(f"documents/{path.name}", path)
    with path.open("rb") as file:
        attachment.file = File(file, name=path.name)
        attachment.save()
    return attachment


def _drop_orphan(name: str, path: Path) -> None:
    """Remove the same file left without a row by an import that was cut off, so that a second run names it the same."""
    if not default_storage.exists(name):
        return
    if Picture.objects.filter(file=name).exists() or Attachment.objects.filter(file=name).exists():
        return
    with default_storage.open(name) as stored:
        left = hashlib.file_digest(stored, "sha256").hexdigest()
    if left == _digest(path, "sha256"):
        default_storage.delete(name)


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _link(url: str) -> str:
    return url if url.startswith(("http://", "https://")) and len(url) <= LONGEST_LINK else ""
