"""Making one of two: parties and documents that were entered twice.

What the one that goes held is moved whichever room it lies in: every column that points to it is found through Django,
so that a room that is added later loses nothing. The row itself stays and points to the one that was kept, for old
revisions and drafts name it (docs/decisions/0005).
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, ManyToOneRel, Model
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex

from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce
from masthead.newsroom.sources import rules
from masthead.newsroom.sources.events import PartiesMerged
from masthead.newsroom.sources.models import Affiliation, Party, PartyName, Position, SourceDocument
from masthead.newsroom.staff.models import User

# What makes two rows of a party the same; the second is left out.
SAME = {Affiliation: ("label", "owner", "since", "until"), Position: ("title", "organisation_id", "since", "until")}
FILLED = ("who", "website", "wikidata_id")


class MergeRefused(MastheadError):
    """Two rows that cannot be made one; the sentence says why."""


@transaction.atomic
def merge_parties(*, keep: Party, gone: Party, user: User | None) -> Party:
    """Move all that `gone` said, relayed, published, held and was called to `keep`, and return it fresh.

    `gone` stays as a tombstone that points to `keep`; its name becomes another name of `keep`. What `keep` has not, such
    as its Wikidata item, is taken over. Where a chain of relays named both, both relays stay.

    Raises:
        MergeRefused: they are the same row, one was merged before, or their kinds cannot be the same party.
    """
    keep, gone = _locked(Party, keep, gone)
    if not rules.may_merge(keep=keep.kind, gone=gone.kind):
        hint = "Merge it the other way round." if rules.may_merge(keep=gone.kind, gone=keep.kind) else "If the one belongs to the other, say so in its record."
        raise MergeRefused(f"{_called(gone)} cannot have been {_called(keep)} all along. {hint}")
    _names(keep, gone)
    for model, fields in SAME.items():
        field = "person" if model is Position else "party"
        _move_rows(model, field, fields, keep, gone)
    _repoint(keep, gone, besides={PartyName, *SAME})
    keep.refresh_from_db()
    for field in FILLED:
        if not getattr(keep, field):
            setattr(keep, field, getattr(gone, field))
    keep.belongs_to = _owner(keep, gone)
    gone.belongs_to, gone.merged_into = None, keep
    gone.save(update_fields=["belongs_to", "merged_into"])
    _finish(keep, gone, user)
    announce(PartiesMerged(keep_id=keep.pk, gone_id=gone.pk))
    return keep


@transaction.atomic
def merge_documents(*, keep: SourceDocument, gone: SourceDocument, user: User | None) -> SourceDocument:
    """Move the kept copies of `gone`, and every statement seen in it, to `keep`, and return it fresh; `gone` stays and points there.

    Raises:
        MergeRefused: they are the same row, or one was merged before.
    """
    keep, gone = _locked(SourceDocument, keep, gone)
    _repoint(keep, gone, besides=set())
    address, gone.canonical_url, gone.merged_into = gone.canonical_url, "", keep
    gone.save()
    for field in ("url", "title", "publisher", "author", "published_at", "language", "note"):
        if not getattr(keep, field):
            setattr(keep, field, getattr(gone, field))
    keep.canonical_url = keep.canonical_url or address
    _finish(keep, gone, user)
    return keep


def _locked(model: Any, keep: Any, gone: Any) -> tuple[Any, Any]:
    """Return both rows, read anew and held against a second merge; the lower key first, so that two merges cannot wait for each other."""
    if keep.pk == gone.pk:
        raise MergeRefused(f"“{keep}” cannot be merged into itself: choose another.")
    rows = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=(keep.pk, gone.pk)).order_by("pk")}
    for row in (keep, gone):
        stored = rows.get(row.pk)
        if stored is None:
            raise MergeRefused(f"“{row}” does not exist any more.")
        if stored.merged_into_id:
            raise MergeRefused(f"“{stored}” was merged into “{stored.merged_into}” before: choose that one.")
    return rows[keep.pk], rows[gone.pk]


def _names(keep: Party, gone: Party) -> None:
    """Give `keep` the names of `gone`, each once, with the languages they were noted in."""
    known = {keep.name, *keep.names.values_list("name", flat=True)}
    order = _number(PartyName.objects.filter(party=keep))
    for name, language in [(gone.name, ""), *gone.names.values_list("name", "language")]:
        if name not in known:
            known.add(name)
            PartyName.objects.create(party=keep, name=name, language=language, sort_order=order)
            order += 1
    PartyName.objects.filter(party=gone).delete()


def _number(rows: Any) -> int:
    """Number `rows` as they stand, and return the next number: databases differ on where rows without one come."""
    count = 0
    for count, row in enumerate(rows.order_by(F("sort_order").asc(nulls_last=True), "pk"), start=1):
        rows.filter(pk=row.pk).update(sort_order=count - 1)
    return count


def _move_rows(model: Any, field: str, fields: tuple[str, ...], keep: Party, gone: Party) -> None:
    def said(row: Any) -> tuple[Any, ...]:
        # An office in `gone` itself will be one in `keep`.
        return tuple(keep.pk if name == "organisation_id" and getattr(row, name) == gone.pk else getattr(row, name) for name in fields)

    known = {said(row) for row in model.objects.filter(**{field: keep})}
    order = _number(model.objects.filter(**{field: keep}))
    for row in model.objects.filter(**{field: gone}):
        if said(row) in known:
            row.delete()
        else:
            model.objects.filter(pk=row.pk).update(**{field: keep.pk, "sort_order": order})
            order += 1


def _repoint(keep: Model, gone: Model, *, besides: set[Any]) -> None:
    """Have every row that points to `gone` point to `keep`: statements, relays, documents, domains, accounts, earlier merges."""
    for relation in gone._meta.related_objects:  # noqa: SLF001 - Django's own documented name
        if isinstance(relation, ManyToOneRel) and relation.related_model not in besides:
            rows: Any = relation.related_model._base_manager  # noqa: SLF001 - as above
            rows.filter(**{relation.field.name: gone.pk}).update(**{relation.field.name: keep.pk})
    kind = ContentType.objects.get_for_model(gone)
    ReferenceIndex.objects.filter(to_content_type=kind, to_object_id=str(gone.pk)).update(to_object_id=str(keep.pk))


def _owner(keep: Party, gone: Party) -> Party | None:
    """Return whom the kept party belongs to: as before, or as the other did; nobody where that would lead back to itself."""
    own = keep.belongs_to if keep.belongs_to_id not in {None, keep.pk, gone.pk} else gone.belongs_to
    above, seen = own, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk in {keep.pk, gone.pk}:
            return None
        seen.add(above.pk)
        above = above.belongs_to
    return own


def _finish(keep: Any, gone: Any, user: User | None) -> None:
    keep.save()
    for row in (keep, gone):
        ReferenceIndex.create_or_update_for_object(row)
    data = {"keep": {"id": keep.pk, "name": str(keep)}, "gone": {"id": gone.pk, "name": str(gone)}}
    for row, action in ((keep, "masthead.merged.here"), (gone, "masthead.merged.away")):
        revision = row.save_revision(user=user, clean=False)
        log(instance=row, action=action, user=user, revision=revision, data=data, content_changed=True)


def _called(party: Party) -> str:
    return f"“{party.name}” ({party.get_kind_display().lower()})"
