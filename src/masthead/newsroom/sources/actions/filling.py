"""What a kept copy tells of its document: fills what nobody has typed, and overwrites nothing."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from masthead.newsroom.sources import queries
from masthead.newsroom.sources.extraction import Extract
from masthead.newsroom.sources.models import Party, SourceDocument


@transaction.atomic
def fill_document(*, document_id: int, found: Extract, title: str, url: str, seen_at: dt.datetime) -> None:
    """Note that document `document_id` was seen at `seen_at` under `url`, and fill its empty fields from `found`.

    Each field is written only where it is empty at that very moment: somebody may be typing. The publisher is the outlet
    whose domain the address is under; an author is filled only where a person of that name is known.
    """
    row = SourceDocument.objects.filter(pk=document_id)
    row.update(accessed_at=seen_at, checked_at=seen_at)
    row.exclude(state=SourceDocument.State.LIVE).update(state=SourceDocument.State.LIVE, state_reason="", state_since=seen_at)
    if title:
        row.filter(title="").update(title=title[:500])
    if found.language:
        row.filter(language="").update(language=found.language)
    if moment := _moment(found):
        row.filter(published_at__isnull=True).update(published_at=moment)
    _fill_party(row, "publisher", queries.outlet_of(url))
    if found.author:
        _fill_party(row, "author", queries.party_for(found.author, kind=Party.Kind.PERSON))


def _fill_party(row: Any, field: str, party: Party | None) -> None:
    if party is not None:
        row.filter(**{f"{field}__isnull": True}).update(**{field: party})


def _moment(found: Extract) -> dt.datetime | None:
    """Return when the document says it was published; a date without an hour is the first of its day here."""
    said = found.published
    if said is None or isinstance(said, dt.datetime):
        return said
    return dt.datetime(said.year, said.month, said.day, tzinfo=timezone.get_default_timezone())
