"""What the editor asks while somebody ties statements to their sources: what to offer, whom and what a key stands for.

The text comes as the browser has it, newer than any saved version; nothing here writes.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Annotated, Any, TypeVar

from django.db.models import prefetch_related_objects
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk import attribution, proposing
from masthead.newsroom.desk.proposing import Named, Offer
from masthead.newsroom.sources import queries as sources
from masthead.newsroom.sources.models import Capture, Party, SourceDocument
from masthead.newsroom.stories import anchors
from masthead.newsroom.stories.anchors import Anchor, Selector
from masthead.newsroom.stories.text import Kind, Passage

LONGEST_TEXT = 400_000  # characters of one story that are read while somebody types
COPY_WORDS = {
    Capture.State.QUEUED: "copy waiting",
    Capture.State.FETCHING: "copy being fetched",
    Capture.State.KEPT: "copy kept",
    Capture.State.REFUSED: "no copy: refused",
    Capture.State.FAILED: "no copy: failed",
}
Asked = TypeVar("Asked", bound="Sent")
Key = Annotated[int, Field(gt=0, lt=2**31)]


class AskedWrongly(MastheadError):
    """A question from the editor that cannot be read; the sentence says why."""


class Sent(BaseModel):
    """What the browser sends: nothing that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SentPassage(Sent):
    """A run of the story's text as the editor has it."""

    text: Annotated[str, Field(max_length=100_000)]
    kind: Kind = Kind.PARAGRAPH
    field: Annotated[str, Field(max_length=40)] = "body"
    block: Annotated[str, Field(max_length=40)] = ""
    paragraph: Annotated[str, Field(max_length=20)] = ""


class SentStatement(Sent):
    """A statement's key and what finds its words."""

    key: uuid.UUID
    words: Annotated[str, Field(max_length=20_000)]
    prefix: Annotated[str, Field(max_length=64)] = ""
    suffix: Annotated[str, Field(max_length=64)] = ""
    block: Annotated[str, Field(max_length=40)] = ""
    paragraph: Annotated[str, Field(max_length=20)] = ""


class Text(Sent):
    """A story's text with its statements, to say where they stand and what to offer."""

    passages: Annotated[tuple[SentPassage, ...], Field(max_length=3000)] = ()
    statements: Annotated[tuple[SentStatement, ...], Field(max_length=500)] = ()
    language: Annotated[str, Field(max_length=12)] = "en"


class Wanted(Sent):
    """A party by name: found where it is known, else to be made of this kind."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Party.Kind


class WantedParties(Sent):
    """Several parties by name."""

    parties: Annotated[tuple[Wanted, ...], Field(max_length=50)]


class Link(Sent):
    """A link that was pasted, and whose it may be: the story's outlets that have no link yet, and its speakers."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    outlets: Annotated[tuple[Key, ...], Field(max_length=500)] = ()
    speakers: Annotated[tuple[Key, ...], Field(max_length=500)] = ()
    kind: SourceDocument.Kind | None = None


class Keys(Sent):
    """Parties and documents that the editor knows by key alone."""

    parties: Annotated[frozenset[Key], Field(max_length=2000)] = frozenset()
    documents: Annotated[frozenset[Key], Field(max_length=2000)] = frozenset()


def read_request(kind: type[Asked], body: bytes) -> Asked:
    """Return what a request's JSON `body` asks.

    Raises:
        AskedWrongly: it is not JSON of that shape.
    """
    try:
        return TypeAdapter(kind).validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise AskedWrongly(f"The editor's question could not be read ({'.'.join(map(str, first['loc'])) or 'the whole'}): {first['msg']}.") from None


def read_text(text: Text, *, today: dt.date) -> dict[str, Any]:
    """Return where the statements of `text` stand and what to offer for quotations that none of them covers.

    `today` is the date in the newsroom's zone: what a weekday in the text is counted from.

    Raises:
        AskedWrongly: the text is too long to be read while somebody types.
    """
    if sum(len(passage.text) for passage in text.passages) > LONGEST_TEXT:
        raise AskedWrongly(f"The story is longer than {LONGEST_TEXT:,} characters: no sources are proposed while it is typed.")
    passages = [Passage(text=sent.text, kind=sent.kind, field=sent.field, block=sent.block, paragraph=sent.paragraph) for sent in text.passages]
    found_again = anchors.find_all(passages, [_selector(sent) for sent in text.statements])
    places = {str(sent.key): anchor for sent, anchor in zip(text.statements, found_again, strict=True)}
    proposals = attribution.proposals(passages, outlets=sources.outlet_names(), language=text.language)
    known = named(proposing.names_in(proposals), on=today)
    found = proposing.offers(proposals, passages, known=known, covered=places.values(), today=today)
    return {
        "anchors": {key: _place(anchor) if anchor else None for key, anchor in places.items()},
        "offers": [_offer(offer) for offer in found],
    }


def named(names: Iterable[str], *, on: dt.date) -> dict[str, Named]:
    """Return the parties known by `names`, with the office of each on a day."""
    found = {name: sources.party_for(name) for name in names}
    return {name: Named(name=party.name, kind=party.kind, key=party.pk, title=party.title_on(on)) for name, party in found.items() if party is not None}


def describe(keys: Keys) -> dict[str, Any]:
    """Return parties and documents in the words that the editor shows, by the keys it asked with; merged ones as what they stand for now."""
    documents = sources.document_keys(keys.documents)
    rows = list(SourceDocument.objects.filter(pk__in=set(documents.values())).select_related("publisher"))
    parties = sources.party_keys(keys.parties)
    people = Party.objects.filter(pk__in=set(parties.values())).prefetch_related("positions__organisation", "domains")
    by_party = {party.pk: describe_party(party) for party in people}
    by_document = {row["key"]: row for row in describe_documents(rows)}
    return {
        "parties": {str(asked): by_party[key] for asked, key in parties.items() if key in by_party},
        "documents": {str(asked): by_document[key] for asked, key in documents.items() if key in by_document},
    }


def search(text: str, *, kind: str = "") -> list[dict[str, Any]]:
    """Return the parties that begin with `text`, the likeliest first; of one kind, or of any."""
    found = sources.search_parties(text[:200], [kind] if kind in Party.Kind.values else ())
    prefetch_related_objects(found, "positions__organisation")
    return [describe_party(party) for party in found]


def describe_party(party: Party) -> dict[str, Any]:
    """Return one party as the editor shows it, with the offices from which a title of the day is taken."""
    return {
        "key": party.pk,
        "name": party.name,
        "kind": party.kind,
        "kind_words": party.get_kind_display(),
        "who": party.who,
        "offices": [
            {"title": str(row), "since": row.since.isoformat() if row.since else "", "until": row.until.isoformat() if row.until else ""}
            for row in party.positions.all()
        ],
    }


def describe_documents(rows: Collection[SourceDocument]) -> list[dict[str, Any]]:
    """Return documents as the editor shows them, each with how far its kept copy is; one query for all copies."""
    latest: dict[int, Capture] = {}
    for capture in Capture.objects.filter(document__in=rows).order_by("requested_at", "pk").defer("text"):
        if capture.document_id not in latest or capture.state == Capture.State.KEPT or latest[capture.document_id].state != Capture.State.KEPT:
            latest[capture.document_id] = capture
    return [
        {
            "key": row.pk,
            "title": row.title,
            "url": row.url,
            "kind": row.kind,
            "kind_words": row.get_kind_display(),
            "publisher": {"key": row.publisher.pk, "name": row.publisher.name} if row.publisher else None,
            "published_on": row.published_at.date().isoformat() if row.published_at else "",
            "state": row.state,
            "capture": _capture(latest.get(row.pk)),
        }
        for row in rows
    ]


def _capture(capture: Capture | None) -> dict[str, str]:
    if capture is None:
        return {"state": "", "words": "no copy", "reason": ""}
    return {"state": capture.state, "words": COPY_WORDS[Capture.State(capture.state)], "reason": capture.reason}


def _selector(sent: SentStatement) -> Selector:
    return Selector(exact=sent.words, prefix=sent.prefix, suffix=sent.suffix, block=sent.block, paragraph=sent.paragraph)


def _place(anchor: Anchor) -> dict[str, Any]:
    return {"first": anchor.first, "start": anchor.start, "last": anchor.last, "end": anchor.end, "match": anchor.match}


def _named(party: Named) -> dict[str, Any]:
    return {"key": party.key, "name": party.name, "kind": party.kind, "title": party.title}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "at": _place(offer.anchor),
        "draft": {
            "words": offer.selector.exact,
            "prefix": offer.selector.prefix,
            "suffix": offer.selector.suffix,
            "block": offer.selector.block,
            "paragraph": offer.selector.paragraph,
            "form": offer.form,
            "channel": offer.channel,
            "anonymous_as": offer.anonymous_as,
            "said_on": offer.said_on.isoformat() if offer.said_on else None,
        },
        "speaker": _named(offer.speaker) if offer.speaker else None,
        "hops": [{"outlet": _named(hop.outlet), "verb": hop.verb} for hop in offer.hops],
    }
