"""The demo's content: one file for each story and page, read into types. Nothing here touches the database."""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from masthead.kernel.errors import MastheadError

FOLDER = Path(__file__).parent / "content"
_FENCE = "+++"


class ContentError(MastheadError):
    """A file of the demo that says something it may not: which file, which field, what is wrong."""


class Entry(BaseModel):
    """What a file says; a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PictureEntry(Entry):
    recipe: str
    title: str
    caption: str
    alt: str
    creator: str
    credit: str
    source_url: str
    licence: Literal["own", "cc-by"]
    focus: tuple[int, int, int, int] | None = None  # centre and size, in pixels
    keep_whole: bool = False


class PublicationEntry(Entry):
    name: str
    tagline: str
    contact_email: str
    accent_colour: str
    footer: str
    description: str
    corrections_policy: str


class SectionEntry(Entry):
    slug: str
    title: str
    description: str


class TopicEntry(Entry):
    slug: str
    name: str
    description: str


class AuthorEntry(Entry):
    slug: str
    name: str
    title: str = ""
    biography: str
    portrait: str = ""
    account: Literal["", "reporter", "editor", "publisher"] = ""
    guest: bool = False
    email: str = ""


class AttachmentEntry(Entry):
    slug: str
    title: str
    publisher: str
    source_url: str


class FrontEntry(Entry):
    lead: str
    secondaries: tuple[str, ...]
    strips: tuple[str, ...]


class Newsroom(Entry):
    """Who and what the newsroom is."""

    publication: PublicationEntry
    sections: tuple[SectionEntry, ...]
    topics: tuple[TopicEntry, ...]
    authors: tuple[AuthorEntry, ...]
    attachments: tuple[AttachmentEntry, ...]
    front: FrontEntry


class CorrectionEntry(Entry):
    """`was` is what the text said before the note, `reads` what stands there now; both empty where words were only added."""

    kind: Literal["correction", "clarification", "update", "retraction"]
    after: str
    text: str
    was: str = ""
    reads: str = ""


class BylineEntry(Entry):
    author: str
    role: str = ""


class BeforeEntry(Entry):
    """What stood above a story before its first note; empty where that did not change."""

    headline: str = ""
    standfirst: str = ""


class StoryEntry(Entry):
    """A story; `published` is when, as `moment` reads it."""

    slug: str
    headline: str
    section: str
    standfirst: str
    published: str
    body: str
    label: Literal["news", "analysis", "opinion", "explainer"] = "news"
    language: str = "en"
    dateline: str = ""
    picture: str = ""
    caption: str = ""
    topics: tuple[str, ...] = ()
    bylines: tuple[str | BylineEntry, ...] = Field(min_length=1)
    canonical_url: str = ""
    state: Literal["public", "scheduled", "embargoed", "review", "draft"] = "public"
    embargo_note: str = ""
    corrections: tuple[CorrectionEntry, ...] = ()
    before: BeforeEntry = BeforeEntry()

    def signed(self) -> list[BylineEntry]:
        """Return who signs it, in order."""
        return [byline if isinstance(byline, BylineEntry) else BylineEntry(author=byline) for byline in self.bylines]


class PageEntry(Entry):
    slug: str
    title: str
    standfirst: str
    body: str


class GiftEntry(Entry):
    """A gift of `amount` in major units by `name`; `at` is its place between the start of the giving (0) and now (100)."""

    amount: str
    at: int = Field(ge=0, le=100)
    name: str = ""
    shown: bool = False
    dedication: str = ""
    monthly: bool = False
    returned: str = ""


class CampaignEntry(Entry):
    slug: str
    name: str
    purpose: str
    currency: str
    goal: str
    period: Literal["one_off", "monthly"] = "one_off"
    featured: bool = False
    opened_days_ago: int = 30
    appeal_title: str = ""
    appeal_text: str = ""
    suggested_once: tuple[str, ...] = ()
    suggested_monthly: tuple[str, ...] = ()
    milestones: dict[str, str] = {}
    raised: str
    gifts: tuple[GiftEntry, ...] = ()


class Funding(Entry):
    campaigns: tuple[CampaignEntry, ...]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All of the demo."""

    newsroom: Newsroom
    pictures: dict[str, PictureEntry]
    stories: tuple[StoryEntry, ...]
    pages: tuple[PageEntry, ...]
    funding: Funding


Kind = TypeVar("Kind", bound=Entry)


@cache
def load() -> Content:
    """Read every file of the demo.

    Raises:
        ContentError: a file is not as it must be; the sentence names it.
    """
    pictures = toml(FOLDER / "pictures" / "catalogue.toml")
    return Content(
        newsroom=entry_of(Newsroom, toml(FOLDER / "newsroom.toml"), FOLDER / "newsroom.toml"),
        pictures={name: entry_of(PictureEntry, values, FOLDER / "pictures" / "catalogue.toml") for name, values in pictures.items()},
        stories=tuple(entry_of(StoryEntry, _fenced(path), path) for path in sorted((FOLDER / "stories").glob("*.md"))),
        pages=tuple(entry_of(PageEntry, _fenced(path), path) for path in sorted((FOLDER / "pages").glob("*.md"))),
        funding=entry_of(Funding, toml(FOLDER / "funding.toml"), FOLDER / "funding.toml"),
    )


def picture_file(name: str) -> Path:
    """Return the shipped file of a picture."""
    return FOLDER / "pictures" / f"{name}.webp"


def attachment_file(slug: str) -> Path:
    """Return the shipped file of an attachment."""
    return FOLDER / "attachments" / f"{slug}.pdf"


def toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of the demo.

    Raises:
        ContentError: it is none.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path.name} is not valid TOML: {error}.") from None


def _fenced(path: Path) -> dict[str, Any]:
    """Read a file that begins with TOML between two fences and goes on with its text."""
    begin, _, rest = path.read_text(encoding="utf-8").partition(f"{_FENCE}\n")
    head, fence, body = rest.partition(f"\n{_FENCE}\n")
    if begin or not fence:
        raise ContentError(f"{path.name} must begin with its fields between two lines of {_FENCE}.")
    try:
        return tomllib.loads(head) | {"slug": path.stem, "body": body.strip()}
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"The fields of {path.name} are not valid TOML: {error}.") from None


def entry_of(kind: type[Kind], values: dict[str, Any], path: Path) -> Kind:
    """Return what a file says as its type.

    Raises:
        ContentError: a field is missing, unknown or malformed.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ContentError(f"{path.name}, {where}: {first['msg']}.") from None


def moment(text: str, *, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return when `text` means: `2d 14:30` is that hour two days before its last passing, `in 1d 06:00` one day after its next.

    Raises:
        ContentError: it cannot be read.
    """
    match = re.fullmatch(r"(in )?(\d+)d (\d\d):(\d\d)", text)
    if match is None:
        raise ContentError(f"{text!r} is no moment: write one as 2d 14:30, or in 1d 06:00.")
    ahead, days, hour, minute = bool(match[1]), int(match[2]), int(match[3]), int(match[4])
    local = now.astimezone(zone)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if not ahead and at > local:
        at -= dt.timedelta(days=1)
    return (at + dt.timedelta(days=days if ahead else -days)).astimezone(dt.UTC)


def duration(text: str) -> dt.timedelta:
    """Return a length of time: `65m` or `30h`.

    Raises:
        ContentError: it cannot be read.
    """
    match = re.fullmatch(r"(\d+)([mh])", text)
    if match is None:
        raise ContentError(f"{text!r} is no length of time: write 65m or 30h.")
    return dt.timedelta(minutes=int(match[1]) * (60 if match[2] == "h" else 1))
