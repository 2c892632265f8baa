"""Make a draft of one saved page: its story, its picture, and a list of what was left out."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from masthead.kernel.errors import MastheadError
from masthead.moving import redirects
from masthead.moving.body import Document, Kept, Part, pictures_of
from masthead.moving.body import Picture as PicturePart
from masthead.moving.files import PictureWords, store_picture
from masthead.moving.looking import Looker
from masthead.moving.media import MediaFolder
from masthead.moving.models import ImportedItem
from masthead.moving.pages.parse import SavedPage, read_page
from masthead.moving.report import Matter, Outcome, Report
from masthead.moving.values import values_of
from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.actions import Draft, create_story, revise_story
from masthead.newsroom.stories.models import Author, SectionPage, StoryPage


class NoSuchSection(MastheadError):
    """There is no section to put the draft in."""


@dataclass(slots=True)
class Neighbours:
    """The pictures a browser saved beside the page; each is taken once. Nothing outside the page's folder is read."""

    folder: MediaFolder
    looker: Looker
    report: Report
    headline: str
    user: User | None
    dry_run: bool
    taken: dict[str, Picture | None] = field(default_factory=dict)

    def picture(self, part: PicturePart) -> Picture | None:
        """Return the picture saved beside the page, stored first; None where it is not there or cannot be used."""
        if part.url not in self.taken:
            self.taken[part.url] = self._take(part)
        return self.taken[part.url]

    def _take(self, part: PicturePart) -> Picture | None:
        path = self.folder.at(part.url) if not urlsplit(part.url).netloc else None
        if path is None:
            self.report.add(Matter.MISSING_PICTURE, self.headline, f"{part.url[:200]}{f' (credit: {part.credit})' if part.credit else ''}")
            return None
        if refusal := self.looker.refusal(path):
            self.report.add(Matter.BAD_PICTURE, self.headline, f"{path.name}: {refusal}")
            return None
        self.report.count("pictures", Outcome.NEW)
        if self.dry_run:
            return None
        words = PictureWords(title=path.stem, alt=part.alt, caption=part.caption, credit=part.credit)
        return store_picture(path=path, words=words, user=self.user)

    def attachment(self, part: Document) -> Attachment | None:
        """Return None: files are not taken from a saved page; a link to them stays."""
        del part
        return None

    def relinked(self, html: str) -> str:
        """Return the HTML as it is."""
        return html


def import_page(*, file: Path, section: str = "", user: User | None, now: dt.datetime, dry_run: bool = False) -> Report:
    """Make a draft of the saved page `file` in the section titled `section` (else the first), and return the account of it.

    Pictures that a browser saved beside the page are taken in. A second run changes nothing; one whose file says
    something else revises the draft, unless somebody here has changed or published it. With `dry_run` nothing is written.

    Raises:
        PageError: no story can be read from the file; nothing was written.
        NoSuchSection: there is no section of that title, or none at all.
    """
    page = read_page(file)
    home = _section(section)
    source, key = _source_of(page, file)
    report = Report(f"{file.name}", dry_run=dry_run)
    _list(report, page)
    row = ImportedItem.objects.filter(source=source, kind=ImportedItem.Kind.STORY, key=key).first()
    digest = hashlib.sha256(repr((page.headline, page.standfirst, page.parts, page.bylines)).encode("utf-8", "surrogatepass")).hexdigest()
    story = StoryPage.objects.filter(pk=row.object_id).first() if row else None
    if row is not None and row.digest == digest:
        report.count("stories", Outcome.UNCHANGED)
        return report
    if row is not None and (story is None or story.live or story.latest_revision_id != row.revision_id):
        report.add(Matter.EDITED, page.headline, "the page's file has changed too" if story else "deleted here; it is not brought back")
        report.count("stories", Outcome.EDITED)
        return report
    report.count("stories", Outcome.NEW if row is None else Outcome.CHANGED)
    row = row or ImportedItem(source=source, kind=ImportedItem.Kind.STORY, key=key, imported_at=now)
    row.digest, row.changed_at = digest, now
    with Looker() as looker:
        neighbours = Neighbours(MediaFolder(file.resolve().parent), looker, report, page.headline, user, dry_run)
        if dry_run:
            for picture in pictures_of(page.parts):
                neighbours.picture(picture)
            return report
        with transaction.atomic():
            _write(page, row, story, home, neighbours)
    return report


def _write(page: SavedPage, row: ImportedItem, story: StoryPage | None, home: SectionPage, neighbours: Neighbours) -> None:
    lead, parts = _lead_of(page)
    picture = neighbours.picture(lead) if lead else None
    if lead and picture is None:
        note = "\n".join(text for text in (lead.source or lead.url, f"Credit: {lead.credit}" if lead.credit else "") if text)
        parts = [Kept(f"picture {lead.url.rsplit('/', 1)[-1][:120]}", note), *parts]
    same = page.language.split("-")[0].lower() == settings.LANGUAGE_CODE.split("-")[0].lower()
    draft = Draft(
        headline=page.headline[:255],
        standfirst=page.standfirst,
        body=values_of(parts, library=neighbours, seed=f"{row.source}/{row.key}"),
        lead_picture=picture,
        lead_caption="",
        bylines=[author for name in page.bylines if (author := Author.objects.filter(name__iexact=name).first())],
        language="" if same else page.language,
    )
    written = create_story(section=home, draft=draft, user=neighbours.user) if story is None else revise_story(story=story, draft=draft, user=neighbours.user)
    row.object_id, row.revision_id = written.pk, StoryPage.objects.values_list("latest_revision_id", flat=True).get(pk=written.pk)
    row.save()
    path = urlsplit(page.address).path
    if path.strip("/"):
        neighbours.report.redirects += redirects.lead_to_page(paths=[path], page=written, own=f"/{home.slug}/{written.slug}/")


def _lead_of(page: SavedPage) -> tuple[PicturePart | None, list[Part]]:
    """Return the picture above the text, and the other parts."""
    first = page.parts[0] if page.parts else None
    return (first, page.parts[1:]) if isinstance(first, PicturePart) else (None, list(page.parts))


def _section(title: str) -> SectionPage:
    sections = SectionPage.objects.order_by("path")
    found: SectionPage | None = (sections.filter(title__iexact=title).first() or sections.filter(slug=title.lower()).first()) if title else sections.first()
    if found is None:
        known = ", ".join(sections.values_list("title", flat=True)) or "none: run `masthead init` first"
        raise NoSuchSection(f"There is no section {title!r} to put the draft in: the sections are {known}.")
    return found


def _source_of(page: SavedPage, file: Path) -> tuple[str, str]:
    """Return what the page is known by: its own address where it says one, else its file's name and headline."""
    parts = urlsplit(page.address)
    if parts.netloc:
        return parts.netloc.removeprefix("www.")[:200], f"page:{parts.path}?{parts.query}"[:300]
    return "saved page", f"{file.name}:{hashlib.sha256(page.headline.encode()).hexdigest()[:16]}"[:300]


def _list(report: Report, page: SavedPage) -> None:
    for kind, line in page.left_out:
        report.add(Matter.FURNITURE, kind, line)
    credits_found = [picture.credit for picture in pictures_of(page.parts) if picture.credit]
    credits_found += [part.source for part in page.parts if isinstance(part, Kept) and part.name in {"picture credit", "picture caption"}]
    for text in credits_found:
        report.add(Matter.NOTE, "picture credit", text)
    missing = [name for name in page.bylines if not Author.objects.filter(name__iexact=name).exists()]
    for name in missing:
        report.add(Matter.PERSON, name, "no author here has this name: add the byline by hand")
    for what, text in (("headline", page.headline), ("standfirst", page.standfirst), ("published there", page.published), ("its address", page.address)):
        if text:
            report.add(Matter.NOTE, what, text)
