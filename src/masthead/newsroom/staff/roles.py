"""The three roles and what each may do. A table, so that it can be read and tested as one."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role's value is the name of its group."""

    REPORTER = "Reporters"
    EDITOR = "Editors"
    PUBLISHER = "Publishers"


@dataclass(frozen=True)
class Grant:
    """Rights: on pages (Wagtail's codenames, everywhere), on files (app, codename), and `app.codename` or `app.*` at large."""

    pages: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    permissions: tuple[str, ...]


# Wagtail keeps the rights on pictures and attachments under the names of its own models.
_REPORTER_FILES = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
)
_EDITOR_FILES = (
    *_REPORTER_FILES,
    ("wagtailimages", "change_image"),
    ("wagtailimages", "delete_image"),
    ("wagtaildocs", "change_document"),
    ("wagtaildocs", "delete_document"),
)
_REPORTER = (
    "wagtailadmin.access_admin",
    "stories.add_topic",
    "stories.view_topic",
    "stories.view_author",
    "stories.view_correction",
    "desk.add_houseword",
    "desk.view_houseword",
    "sources.add_party",
    "sources.change_party",
    "sources.view_party",
    "sources.add_sourcedocument",
    "sources.change_sourcedocument",
    "sources.view_sourcedocument",
    "sources.add_capture",
    "sources.view_capture",
    "sources.keep_protectedsource",
)
_EDITOR = (
    *_REPORTER,
    "stories.change_topic",
    "stories.delete_topic",
    "stories.add_author",
    "stories.change_author",
    "stories.delete_author",
    "stories.add_correction",
    "stories.change_correction",
    "stories.approve_anonymous",
    "sources.*",
    "desk.*",
    "wagtailredirects.*",
    "campaigns.view_campaign",
)
_PUBLISHER = (
    *_EDITOR,
    "stories.change_publication",
    "staff.*",
    "auth.view_group",
    "wagtailcore.add_site",
    "wagtailcore.change_site",
    "wagtailcore.add_workflow",
    "wagtailcore.change_workflow",
    "wagtailcore.add_task",
    "wagtailcore.change_task",
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "campaigns.*",
    "giving.*",
    "books.view_expense",
    "books.add_expense",
    "books.approve_expense",
    "guard.view_trip",
    "ledger.view_account",
    "ledger.view_transfer",
    "readers.view_supporter",
    "readers.change_supporter",
    "readers.erase_supporter",
)

GRANTS = {
    # Wagtail: “add” lets a person write and submit, and change what is hers while it is not public.
    Role.REPORTER: Grant(("add_page",), _REPORTER_FILES, _REPORTER),
    Role.EDITOR: Grant(("add_page", "change_page", "publish_page", "lock_page", "unlock_page"), _EDITOR_FILES, _EDITOR),
    Role.PUBLISHER: Grant(("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"), _EDITOR_FILES, _PUBLISHER),
}
