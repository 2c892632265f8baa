"""What the desk's checks see of a story: plain values. Pure; nothing here knows Django, so that the checks run on a bare file."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from masthead.newsroom.stories.text import Kind, Passage


@dataclass(frozen=True, kw_only=True)
class PictureUse:
    """A picture where it stands: `field` of the editor, `block` id in the body."""

    key: int
    title: str
    credit: str
    alt: str
    decorative: bool
    caption: str
    field: str
    block: str = ""
    source_url: str = ""


@dataclass(frozen=True, kw_only=True)
class HopUse:
    """One outlet that relayed a statement, and whether its report can be opened."""

    outlet: str
    has_document: bool


@dataclass(frozen=True, kw_only=True)
class StatementUse:
    """A statement as the story has it. `passage` and offsets say where its words are; `passage` is None for an orphan."""

    key: str
    words: str
    form: str  # direct, mixed, paraphrase, observation
    standing: str  # original, relayed, disputed
    speaker: str = ""  # the party's name, or how somebody unnamed is described
    anonymous: bool = False
    anonymous_reason: str = ""
    approved: bool = False
    has_document: bool = False
    gone: tuple[str, ...] = ()  # addresses or titles of its documents that are gone
    hops: tuple[HopUse, ...] = ()
    passage: int | None = None
    last_passage: int | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A story, page or file as the desk has it before it. `is_story` is false for plain pages and files, which need no furniture."""

    headline: str
    is_story: bool
    language: str = "en"
    standfirst: str = ""
    label: str = ""
    dateline: str = ""
    section: str = ""
    bylines: int = 0
    has_body: bool = False
    published_on: dt.date | None = None  # in the newsroom's zone; None for one that is not public yet
    passages: tuple[Passage, ...] = ()
    pictures: tuple[PictureUse, ...] = ()
    statements: tuple[StatementUse, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # (what, block id)
    house_words: frozenset[str] = frozenset()  # spellings this newsroom holds right, as written
    outlets: Mapping[str, str] = field(default_factory=dict, hash=False)  # known outlets: any of their names, lower case -> the preferred one
    dead_links: Mapping[str, str] = field(default_factory=dict, hash=False)  # address -> what was wrong when somebody last asked

    def within(self, kinds: Iterable[Kind]) -> "Reading":
        """Return the same reading with the passages of `kinds` alone; statements keep no place in it."""
        wanted = frozenset(kinds)
        return replace(self, passages=tuple(passage for passage in self.passages if passage.kind in wanted), statements=())
