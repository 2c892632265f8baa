"""Who said what in the demo's stories: parties, documents and statements, made when the first story that names them is written.

No kept copy is made: the addresses are invented, and nothing would answer there.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from masthead.moving.demo.content import FOLDER, Entry, StoryEntry, entry_of, toml
from masthead.moving.demo.parts import set_in
from masthead.newsroom.sources import actions, links, queries
from masthead.newsroom.sources.models import Affiliation, Party, Position, SourceDocument
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.statements import HopDraft, StatementDraft

FILE = FOLDER / "sourcing.toml"
NAMESPACE = uuid.UUID("6f0b8e0c-55f3-4f4f-9a3e-6f2f3f1d7a11")  # of the demo's statements: the same words of a story have the same key at each filling
OWN = {
    "interview": (SourceDocument.Kind.INTERVIEW, "{}, speaking to the Lantern"),
    "call": (SourceDocument.Kind.INTERVIEW, "{}, by telephone to the Lantern"),
    "conference": (SourceDocument.Kind.PRESS_CONFERENCE, "{}, before reporters"),
}


class AffiliationEntry(Entry):
    label: str
    owner: str
    reason: str
    since: dt.date | None = None


class PositionEntry(Entry):
    title: str
    organisation: str = ""
    since: dt.date | None = None


class PartyEntry(Entry):
    kind: Literal["person", "organisation", "outlet", "account"]
    name: str
    names: tuple[str, ...] = ()
    who: str = ""
    website: str = ""
    domains: tuple[str, ...] = ()
    affiliations: tuple[AffiliationEntry, ...] = ()
    positions: tuple[PositionEntry, ...] = ()


class DocumentEntry(Entry):
    """`days_before` counts from the story's day; `hour` is the newsroom's."""

    kind: str
    title: str
    url: str = ""
    publisher: str = ""
    language: str = ""
    days_before: int = 0
    hour: str = "10:00"


class HopEntry(Entry):
    outlet: str
    verb: str = ""
    document: str = ""


class StatementEntry(Entry):
    story: str
    words: tuple[str, ...]
    form: Literal["direct", "mixed", "paraphrase", "observation"] = "direct"
    standing: Literal["", "original", "relayed", "disputed"] = ""
    speaker: str = ""
    anonymous_as: str = ""
    anonymous_reason: str = ""
    document: str = ""
    locator: str = ""
    via: tuple[HopEntry, ...] = ()
    place: str = ""
    original_words: str = ""
    original_language: str = ""
    translator: str = ""
    note: str = ""


class Sourcing(Entry):
    """All of the file."""

    parties: dict[str, PartyEntry]
    documents: dict[str, DocumentEntry]
    statements: tuple[StatementEntry, ...]


def load() -> Sourcing:
    """Read the file.

    Raises:
        ContentError: it is not as it must be; the sentence names it.
    """
    return entry_of(Sourcing, toml(FILE), FILE)


class Sources:
    """The demo's parties and documents, each made when it is first asked for and found again afterwards."""

    def __init__(self, plan: Sourcing, *, user: User, zone: ZoneInfo) -> None:
        self._plan, self._user, self._zone = plan, user, zone
        self._parties: dict[str, Party] = {}

    def has_unnamed(self, slug: str) -> bool:
        """Say whether a speaker in the story is described and not named: an editor answers for it."""
        return any(entry.anonymous_as for entry in self._plan.statements if entry.story == slug)

    def statements(self, story: StoryEntry, *, language: str, day: dt.date) -> Sequence[StatementDraft]:
        """Return the statements of a story that is published on `day`."""
        return [
            self._draft(entry, story, set_in(words, language=language, day=day), day)
            for entry in self._plan.statements
            if entry.story == story.slug
            for words in entry.words
        ]

    def _draft(self, entry: StatementEntry, story: StoryEntry, words: str, day: dt.date) -> StatementDraft:
        speaker = self._party(entry.speaker) if entry.speaker else None
        document = self._document(entry.document, entry, day) if entry.document else None
        hops = tuple(
            HopDraft(outlet=self._party(hop.outlet).pk, verb=hop.verb, document=self._document(hop.document, entry, day).pk if hop.document else None)
            for hop in entry.via
        )
        kept = ("form", "anonymous_as", "anonymous_reason", "locator", "place", "original_words", "original_language", "translator", "note")
        return StatementDraft(
            **{name: getattr(entry, name) for name in kept},
            key=uuid.uuid5(NAMESPACE, f"{story.slug}\n{words}"),
            words=words,
            standing=entry.standing or ("relayed" if entry.via and not document else "original"),
            speaker=speaker.pk if speaker else None,
            speaker_title=speaker.title_on(day) if speaker else "",
            said_on=document.published_at.astimezone(self._zone).date() if document and document.published_at else day,
            document=document.pk if document else None,
            hops=hops,
            approve=bool(entry.anonymous_as),
        )

    def _party(self, slug: str) -> Party:
        if slug not in self._parties:
            entry = self._plan.parties[slug]
            self._parties[slug] = queries.party_for(entry.name, kind=entry.kind) or self._new_party(entry)
        return self._parties[slug]

    def _new_party(self, entry: PartyEntry) -> Party:
        party = actions.create_party(
            name=entry.name, kind=entry.kind, names=entry.names, who=entry.who, website=entry.website, domains=entry.domains, user=self._user
        )
        for order, row in enumerate(entry.affiliations):
            Affiliation.objects.create(party=party, sort_order=order, **row.model_dump())
        for order, held in enumerate(entry.positions):
            organisation = self._party(held.organisation) if held.organisation else None
            Position.objects.create(person=party, title=held.title, organisation=organisation, since=held.since, sort_order=order)
        found: Party = Party.objects.get(pk=party.pk)
        found.save_revision(user=self._user)
        return found

    def _document(self, name: str, said: StatementEntry, day: dt.date) -> SourceDocument:
        """Return a document of the file, or one of the Lantern's own with whoever speaks there."""
        if name in OWN:
            kind, title = OWN[name]
            who = self._plan.parties[said.speaker].name if said.speaker else said.anonymous_as
            entry = DocumentEntry(kind=kind, title=title.format(who[0].upper() + who[1:]), publisher="lantern")
        else:
            entry = self._plan.documents[name]
        hour, minute = map(int, entry.hour.split(":"))
        at = dt.datetime.combine(day - dt.timedelta(days=entry.days_before), dt.time(hour, minute), tzinfo=self._zone)
        facts: dict[str, Any] = {
            "kind": entry.kind,
            "title": entry.title,
            "publisher": self._party(entry.publisher) if entry.publisher else None,
            "published_at": at,
            "language": entry.language,
            "added_by": self._user,
        }
        if entry.url:
            return SourceDocument.objects.get_or_create(canonical_url=links.canonical(entry.url), defaults=facts | {"url": entry.url})[0]
        found = SourceDocument.objects.filter(title=entry.title, published_at=at, url="", merged_into__isnull=True).first()
        return found or SourceDocument.objects.create(**facts)
