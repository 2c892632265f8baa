"""The old site's uploads: which file a text means, whether it is in the folder, and its place in the library here."""

import datetime as dt
import html as entities
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.db import transaction

from masthead.moving.body import Document
from masthead.moving.body import Picture as PicturePart
from masthead.moving.files import PictureWords, store_attachment, store_picture
from masthead.moving.html import escaped
from masthead.moving.looking import Looker
from masthead.moving.media import MediaFolder, original_name
from masthead.moving.models import ImportedItem
from masthead.moving.report import Matter, Outcome, Report
from masthead.moving.wordpress.plan import key_of
from masthead.moving.wordpress.spool import Attached, Spool
from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.staff.models import User

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".avif", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".svg", ".ico"})
# Files a story may offer. Whatever else lies in uploads (programs, pages, archives of plug-ins) is not handed to readers.
FILE_ENDINGS = frozenset(
    [
        ".pdf",
        ".doc",
        ".docx",
        ".odt",
        ".rtf",
        ".txt",
        ".csv",
        ".xls",
        ".xlsx",
        ".ods",
        ".ppt",
        ".pptx",
        ".odp",
        ".epub",
        ".zip",
        ".json",
        ".xml",
        ".kml",
        ".geojson",
        ".mp3",
        ".m4a",
        ".ogg",
        ".oga",
        ".wav",
        ".flac",
        ".mp4",
        ".m4v",
        ".mov",
        ".webm",
        ".ogv",
    ]
)
KEPT_IN_MEMORY = 400
_LINK = re.compile(r'<a href="([^"]*)">')
Stored = TypeVar("Stored", Picture, Attachment)


@dataclass(frozen=True, slots=True)
class Found:
    """What a text means by a picture or file: its key, the words of its attachment, and the file where it is here."""

    key: str
    attached: Attached
    path: Path | None
    foreign: bool = False


class Uploads:
    """The library an import fills. `title` is the item being read, for the report."""

    def __init__(
        self, *, spool: Spool, media: MediaFolder, looker: Looker, source: str, host: str, user: User | None, now: dt.datetime, report: Report
    ) -> None:
        self.spool = spool
        self.media = media
        self.looker = looker
        self.source = source
        self.hosts = {host, host.removeprefix("www."), f"www.{host.removeprefix('www.')}"}
        self.user = user
        self.now = now
        self.report = report
        self.title = ""
        self.refused: dict[str, str] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._recent: OrderedDict[tuple[type, int], Picture | Attachment] = OrderedDict()

    # --- what is meant --------------------------------------------------------------------------
    def meant_by(self, key: str, url: str) -> Found | None:
        """Return what an id or address of the old site means; None for an id nobody knows."""
        attached = (self.spool.attached(key) if key else None) or (self._attached_at(url) if url else None)
        if attached is not None:
            return Found(key_of(attached.id, attached.guid), attached, self.media.find(*[name for name in (attached.file, attached.url) if name]))
        if not url:
            return None
        path = urlsplit(url).path if _is_readable(url) else ""
        bare = Attached("", "", url, "", "", "", "", "", "", "", "", "")
        if not self.is_local(url):
            return Found(f"at:{url}"[:300], bare, None, foreign=True)
        folder, _, name = path.rpartition("/")
        return Found(f"at:{folder}/{original_name(name)}"[:300], bare, self.media.find(url))

    def _attached_at(self, url: str) -> Attached | None:
        if not _is_readable(url):
            return None
        path = urlsplit(url).path
        folder, _, name = path.rpartition("/")
        return self.spool.attached_at(path) or self.spool.attached_at(f"{folder}/{original_name(name)}")

    def is_local(self, url: str) -> bool:
        """Return whether an address is the old site's own: its host, a path alone, its mirror at WordPress.com, or its uploads."""
        if not _is_readable(url):
            return False
        parts = urlsplit(url)
        mirrored = re.fullmatch(r"i\d\.wp\.com", parts.netloc) and parts.path.lstrip("/").split("/")[0] in self.hosts
        return bool(not parts.netloc and not parts.scheme) or parts.netloc in self.hosts or bool(mirrored)

    # --- what is here ---------------------------------------------------------------------------
    def take(self, attached: Attached) -> Outcome:
        """Store one attachment of the export, unless it is here already or cannot be taken; say which."""
        found = Found(key_of(attached.id, attached.guid), attached, self.media.find(*[name for name in (attached.file, attached.url) if name]))
        kind = kind_of(attached.url or attached.file)
        if kind is None or self._known(kind, found.key):
            return Outcome.REFUSED if kind is None else Outcome.UNCHANGED
        if found.path is None or self.why_refused(found, kind):
            return Outcome.REFUSED
        if not self.report.dry_run:
            self._store(kind, found)
        return Outcome.NEW

    def check(self, part: PicturePart | Document) -> str:
        """Return the key of what `part` means where it is or can be here, or nothing; what is missing goes into the report."""
        found = self.meant_by(part.id, part.url)
        kind = ImportedItem.Kind.PICTURE if isinstance(part, PicturePart) else ImportedItem.Kind.FILE
        name = part.url or f"number {part.id}"
        if found is None or (found.foreign and kind is ImportedItem.Kind.PICTURE):
            self.report.add(Matter.FOREIGN_PICTURE if found else Matter.MISSING_PICTURE, self.title, name[:200])
            return ""
        if self._known(kind, found.key):
            return found.key
        if found.path is None:
            if not found.foreign:
                self.report.add(Matter.MISSING_PICTURE if kind is ImportedItem.Kind.PICTURE else Matter.MISSING_FILE, self.title, found.attached.url or name)
            return ""
        if refusal := self.why_refused(found, kind):
            self.report.add(Matter.BAD_PICTURE, self.title, f"{found.path.name}: {refusal}")
            return ""
        return found.key

    def is_to_be_here(self, found: Found) -> bool:
        """Return whether a picture is in the library or can be."""
        kind = ImportedItem.Kind.PICTURE
        return self._known(kind, found.key) is not None or (found.path is not None and not self.why_refused(found, kind))

    def picture_here(self, found: Found) -> Picture | None:
        """Return the picture where it is in the library already."""
        pk = self._known(ImportedItem.Kind.PICTURE, found.key)
        return self._fetched(Picture, pk) if pk else None

    def why_refused(self, found: Found, kind: str) -> str:
        """Return why the file cannot be used, or nothing; each file is looked at once."""
        assert found.path is not None  # noqa: S101 - callers have a file
        if found.key not in self.refused:
            if kind == ImportedItem.Kind.PICTURE:
                self.refused[found.key] = self.looker.refusal(found.path)
            else:
                self.refused[found.key] = "" if found.path.suffix.lower() in FILE_ENDINGS else f"{found.path.suffix or 'it'} is no kind of file for readers"
        return self.refused[found.key]

    def picture(self, part: PicturePart) -> Picture | None:
        """Return the picture in the library, storing it first where it is not there yet."""
        return self._stored(ImportedItem.Kind.PICTURE, self.meant_by(part.id, part.url), Picture)

    def attachment(self, part: Document) -> Attachment | None:
        """Return the attachment in the library, storing it first where it is not there yet."""
        return self._stored(ImportedItem.Kind.FILE, self.meant_by(part.id, part.url), Attachment)

    def relinked(self, html: str) -> str:
        """Return safe HTML with links to the old site's files made links to attachments, which readers may open."""
        return _LINK.sub(self._relink, html)

    def _relink(self, match: re.Match[str]) -> str:
        url = entities.unescape(match[1])
        if kind_of(url) != ImportedItem.Kind.FILE or not self.is_local(url):
            return match[0]
        stored = self.attachment(Document(url))
        return f'<a linktype="document" id="{stored.pk}">' if stored else match[0]

    def _stored(self, kind: str, found: Found | None, model: type[Stored]) -> Stored | None:
        if found is None or found.foreign:
            return None
        pk = self._known(kind, found.key)
        if pk is None:
            if found.path is None or self.why_refused(found, kind):
                return None
            pk = self._store(kind, found)
        return self._fetched(model, pk)

    def _fetched(self, model: type[Stored], pk: int) -> Stored | None:
        kept = self._recent.get((model, pk))
        if isinstance(kept, model):
            return kept
        stored: Stored | None = model.objects.filter(pk=pk).first()
        if stored is not None:
            self._recent[model, pk] = stored
            if len(self._recent) > KEPT_IN_MEMORY:
                self._recent.popitem(last=False)
        return stored

    def _known(self, kind: str, key: str) -> int | None:
        if (kind, key) not in self._keys:
            row = ImportedItem.objects.filter(source=self.source, kind=kind, key=key).values_list("object_id", flat=True).first()
            if row is None:
                return None
            self._keys[kind, key] = row
        return self._keys[kind, key]

    def _store(self, kind: str, found: Found) -> int:
        assert found.path is not None  # noqa: S101 - callers have a file
        path, attached = found.path, found.attached
        with transaction.atomic():
            if kind == ImportedItem.Kind.PICTURE:
                pk = int(store_picture(path=path, words=words_of(attached), user=self.user).pk)
            else:
                pk = int(store_attachment(path=path, title=attached.title, user=self.user).pk)
            ImportedItem.objects.create(source=self.source, kind=kind, key=found.key, object_id=pk, imported_at=self.now, changed_at=self.now)
        self._keys[kind, found.key] = pk
        return pk


def words_of(attached: Attached) -> PictureWords:
    """Return what the export says of a picture. A description that only repeats its title or file is none."""
    return PictureWords(
        title=attached.title,
        alt=attached.alt,
        caption=attached.caption,
        credit=attached.credit,
        creator=attached.credit.partition(" / ")[0],
        source_url=attached.credit_url,
    )


def kind_of(address: str) -> str | None:
    """Return whether an address ends as a picture's or as a file's for readers does; None for others."""
    if not _is_readable(address):
        return None
    ending = Path(urlsplit(address).path).suffix.lower()
    return ImportedItem.Kind.PICTURE if ending in PICTURE_ENDINGS else ImportedItem.Kind.FILE if ending in FILE_ENDINGS else None


def link_here(uploads: Uploads, knows: Callable[[str], bool]) -> Callable[[str], str | None]:
    """Return how links of old texts are written here: those to the old site's own stories lose its host, and follow its redirects."""

    def link(href: str) -> str | None:
        if not _is_readable(href):
            return None
        parts = urlsplit(href)
        if parts.netloc in uploads.hosts and parts.scheme in {"http", "https", ""} and (knows(parts.path) or re.match(r"(?:p|page_id)=\d+$", parts.query)):
            return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        return href

    return link


def _is_readable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return bool(escaped(url))
