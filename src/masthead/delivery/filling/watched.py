"""Which tables the public pages are made of, and what of them readers see. A page that reads another table is not kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.apps import apps
from django.db.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How one table is watched.

    `by` are the columns that pages look rows up by, `told` others that say which lists a row is in: a change is told with what stood in
    both before and after. `unshown` are columns
    that no page shows, such as who holds a lock; `shown`, where given, names the only ones that any does. `aside` are columns that few
    pages show: a change in them alone is told under the table's name with `@` and the name given here.
    """

    by: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


DRAFTS = (
    *("draft_title", "latest_revision_id", "latest_revision_created_at", "live_revision_id", "has_unpublished_changes", "numchild"),
    *("locked", "locked_at", "locked_by_id", "owner_id", "go_live_at", "expire_at", "expired", "alias_of_id"),
)
WATCHED: Mapping[str, Watched] = {
    "wagtailcore_site": Watched(by=("hostname",)),
    "wagtailcore_page": Watched(by=("url_path", "slug"), told=("live", "title", "content_type_id", "show_in_menus"), unshown=DRAFTS),
    "wagtailcore_pageviewrestriction": Watched(),
    "wagtailredirects_redirect": Watched(by=("old_path",), unshown=("automatically_created", "created_at")),
    "staff_user": Watched(shown=("first_name", "last_name")),
    "stories_publication": Watched(by=("site_id",)),
    "stories_frontpage": Watched(),
    "stories_secondary": Watched(by=("front_id",)),
    "stories_sectionpage": Watched(),
    "stories_infopage": Watched(),
    "stories_storypage": Watched(told=("section_id", "published_at"), unshown=("embargoed_until", "embargo_note")),
    "stories_storypage_topics": Watched(by=("storypage_id",), told=("topic_id",)),
    "stories_byline": Watched(by=("story_id",), told=("author_id",)),
    "stories_author": Watched(by=("slug",), unshown=("guest", "user_id")),
    "stories_topic": Watched(by=("slug",)),
    "stories_correction": Watched(by=("story_id",), unshown=("revision_id", "revision_at", "author_id")),
    "stories_statement": Watched(by=("story_id",), told=("speaker_id", "document_id")),
    "stories_hop": Watched(by=("statement_id",), told=("outlet_id", "document_id")),
    "sources_party": Watched(by=("slug",), unshown=("latest_revision_id", "created_at", "folded")),
    "sources_outletdomain": Watched(by=("party_id",)),
    "sources_affiliation": Watched(by=("party_id",)),
    "sources_sourcedocument": Watched(
        unshown=("misses", "state_reason", "canonical_url", "note", "created_at", "latest_revision_id"), aside={"seen": ("checked_at", "accessed_at")}
    ),
    "sources_capture": Watched(
        by=("document_id", "key"),
        told=("state", "visibility"),
        unshown=("reason", "attempts", "retry_at", "job", "requested_by_id", "status", "hold", "published_at"),
    ),
    "pictures_picture": Watched(unshown=("title", "created_at", "uploaded_by_user_id", "collection_id", "file_size")),
    "pictures_attachment": Watched(unshown=("created_at", "uploaded_by_user_id", "collection_id")),
    "pictures_publicuse": Watched(by=("picture_id", "attachment_id")),
    "pictures_rendition": Watched(by=("image_id",), told=("filter_spec", "focal_point_key", "width")),
    "campaigns_campaign": Watched(by=("slug",), told=("featured", "state", "uuid")),
    "campaigns_milestone": Watched(by=("campaign_id",)),
    "giving_reconciliation": Watched(by=("provider",)),
    "giving_discrepancy": Watched(by=("provider",)),
    "giving_providerpayout": Watched(shown=("provider", "ref")),
    "giving_bankline": Watched(shown=("state", "matched_ref")),
    "ledger_bookskey": Watched(),
    "ledger_checkpoint": Watched(by=("day",)),
    "ledger_cosignature": Watched(by=("checkpoint_id",)),
    "books_statement": Watched(by=("month",)),
    "books_expense": Watched(shown=("category", "amount_minor", "currency", "paid_on", "payee", "shown", "note", "story_path", "row", "reversal_row")),
}
# Tables that say nothing about what readers see, or nothing that ever changes.
CONSTANT = frozenset({"django_content_type", "wagtailcore_locale", "wagtailcore_collection"})


@lru_cache(maxsize=1)
def models() -> Mapping[str, type[Model]]:
    """Return the model of each table of this program."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001 - Django's own documented name


def shown_columns(table: str) -> tuple[str, ...]:
    """Return the columns of a watched table whose change is told under its own name."""
    watched = WATCHED[table]
    hidden = {*watched.unshown, *(column for columns in watched.aside.values() for column in columns)}
    columns = [str(field.column) for field in models()[table]._meta.local_concrete_fields]  # noqa: SLF001 - as above
    return tuple(column for column in columns if (column in watched.shown if watched.shown else column not in hidden))


def told_columns(table: str) -> tuple[str, ...]:
    """Return the columns with whose values a change of a watched table is told."""
    return (*WATCHED[table].by, *WATCHED[table].told)
