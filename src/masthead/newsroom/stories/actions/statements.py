"""Putting statements on a story's working copy. Nothing is stored before its revision is."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from masthead.newsroom.sources import queries as sources
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories import anchors, passages
from masthead.newsroom.stories.models import Hop, Statement
from masthead.newsroom.stories.statements import HopDraft, StatementDraft, StatementsRefused

COPIED = (
    *("key", "form", "standing", "speaker_title", "anonymous_as", "anonymous_reason", "said_on", "channel", "place", "locator"),
    *("original_words", "original_language", "translator", "note"),
)
APPROVE = "stories.approve_anonymous"


def set_statements(*, story: Any, drafts: Sequence[StatementDraft], user: User | None, now: dt.datetime) -> None:
    """Make `drafts` the statements of `story`'s working copy, each anchored to its words as they stand now.

    One whose words are lost keeps its last anchor and is an orphan; none is dropped. A party that was merged is replaced by
    the one it went into. An approval of not naming somebody stays while the description and the reason are the same.

    Raises:
        StatementsRefused: a party or document does not exist.
    """
    parties = sources.party_keys({key for draft in drafts for key in (draft.speaker, *(hop.outlet for hop in draft.hops)) if key})
    documents = sources.document_keys({key for draft in drafts for key in (draft.document, *(hop.document for hop in draft.hops)) if key})
    found = passages.of_page(story)
    places = anchors.find_all(found, [draft.selector for draft in drafts])
    before = {statement.key: statement for statement in story.statements.all()}
    made = []
    for order, draft in enumerate(drafts):
        statement = before.get(draft.key) or Statement()
        for name in COPIED:
            if name not in {"anonymous_as", "anonymous_reason"}:
                setattr(statement, name, getattr(draft, name))
        _name(statement, draft, user, now)
        statement.sort_order = order
        statement.speaker_id = _known(parties, draft.speaker, "party")
        statement.document_id = _known(documents, draft.document, "document")
        selector = draft.selector if (place := places[order]) is None else anchors.select(found, place)
        statement.words, statement.prefix, statement.suffix = selector.exact, selector.prefix, selector.suffix
        statement.block, statement.paragraph = selector.block, selector.paragraph
        statement.hops = [_hop(hop, number, parties, documents) for number, hop in enumerate(draft.hops)]
        made.append(statement)
    story.statements = made


def drafts_of(story: Any) -> list[StatementDraft]:
    """Return the statements of a story's working copy as drafts."""
    return [
        StatementDraft(
            **{name: getattr(statement, name) for name in COPIED},
            words=statement.words,
            prefix=statement.prefix,
            suffix=statement.suffix,
            block=statement.block,
            paragraph=statement.paragraph,
            speaker=statement.speaker_id,
            document=statement.document_id,
            hops=tuple(
                HopDraft(outlet=hop.outlet_id, verb=hop.verb, document=hop.document_id, locator=hop.locator)
                for hop in sorted(statement.hops.all(), key=lambda hop: hop.sort_order or 0)
            ),
        )
        for statement in sorted(story.statements.all(), key=lambda statement: statement.sort_order or 0)
    ]


def _name(statement: Statement, draft: StatementDraft, user: User | None, now: dt.datetime) -> None:
    same = (statement.anonymous_as, statement.anonymous_reason) == (draft.anonymous_as, draft.anonymous_reason)
    statement.anonymous_as, statement.anonymous_reason = draft.anonymous_as, draft.anonymous_reason
    if not same:
        statement.approved_by, statement.approved_at = None, None
    if draft.approve and draft.anonymous_as and user is not None and user.has_perm(APPROVE):
        statement.approved_by, statement.approved_at = user, now


def _hop(hop: HopDraft, number: int, parties: dict[int, int], documents: dict[int, int]) -> Hop:
    outlet = _known(parties, hop.outlet, "party")
    return Hop(sort_order=number, outlet_id=outlet, verb=hop.verb, document_id=_known(documents, hop.document, "document"), locator=hop.locator)


def _known(keys: dict[int, int], key: int | None, what: str) -> int | None:
    if key is None:
        return None
    if key not in keys:
        raise StatementsRefused(f"A statement names a {what} that does not exist (number {key}): choose it again.")
    return keys[key]
