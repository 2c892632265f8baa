"""Which things the demo made already: its rows among what was imported, so that a second run finds and leaves them."""

import datetime as dt

from django.db.models import Model
from wagtail.tasks import update_reference_index_task

from masthead.moving.models import ImportedItem
from masthead.newsroom.stories.models import StoryPage

SOURCE = "demo"


def holds_other_stories() -> bool:
    """Say whether the newsroom has stories that are not the demo's."""
    own = ImportedItem.objects.filter(source=SOURCE, kind=ImportedItem.Kind.STORY).values("object_id")
    return bool(StoryPage.objects.exclude(pk__in=own).exists())


def keys_of(kind: ImportedItem.Kind) -> dict[str, int]:
    """Return everything of a kind that the demo made: name to primary key."""
    return dict(ImportedItem.objects.filter(source=SOURCE, kind=kind).values_list("key", "object_id"))


def keep(kind: ImportedItem.Kind, name: str, made: Model, *, now: dt.datetime) -> None:
    """Note, in the caller's transaction, that the demo made `made` as `name`."""
    ImportedItem.objects.create(source=SOURCE, kind=kind, key=name, object_id=made.pk, imported_at=now, changed_at=now)
    note_references(made)


def note_references(made: Model) -> None:
    """Have the worker note once what `made` refers to; `fill` turns off Wagtail's own way, which asks after each of several writes."""
    update_reference_index_task.enqueue(made._meta.app_label, made._meta.model_name, str(made.pk))  # noqa: SLF001 - Wagtail's own way to call it
