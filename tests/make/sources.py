"""Makers of parties, documents and the statements of stories."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from masthead.newsroom.sources import actions
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.stories.statements import HopDraft, StatementDraft

_number = count(1)


def make_party(name: str = "", *, kind: str = "person", domains: Sequence[str] = (), **fields: Any) -> Party:
    """Store a party; an outlet may have `domains`."""
    return actions.create_party(name=name or f"Party {next(_number)}", kind=kind, domains=domains, **fields)


def make_document(title: str = "", **fields: Any) -> SourceDocument:
    """Store a document in which words can be seen."""
    number = next(_number)
    return SourceDocument.objects.create(**({"title": title or f"Document {number}", "url": f"https://ministry.example/releases/{number}"} | fields))


def make_statement_draft(
    words: str, *, speaker: Party | None = None, via: Sequence[Party] = (), document: SourceDocument | None = None, **fields: Any
) -> StatementDraft:
    """Return a statement's draft, said by `speaker` and relayed by the outlets of `via` in order."""
    hops = tuple(HopDraft(outlet=outlet.pk) for outlet in via)
    return StatementDraft(words=words, speaker=speaker.pk if speaker else None, document=document.pk if document else None, hops=hops, **fields)
