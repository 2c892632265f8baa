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
_REPORTER = ("wagtailadmin.access_admin", "stories.add_topic", "stories.view_topic", "stories.view_author", "stories.view_correction")
_EDITOR = (
    *_REPORTER,
    "stories.change_topic",
    "stories.delete_topic",
    "stories.add_author",
    "stories.change_author",
    "stories.delete_author",
    "stories.add_correction",
    "stories.change_correction",
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
    "ledger.view_account",
    "ledger.view_transfer",
    "readers.view_supporter",
    "readers.change_supporter",
)

GRANTS = {
    # Wagtail: “add” lets a person write and submit, and change what is hers while it is not public.
    Role.REPORTER: Grant(("add_page",), _REPORTER_FILES, _REPORTER),
    Role.EDITOR: Grant(("add_page", "change_page", "publish_page", "lock_page", "unlock_page"), _EDITOR_FILES, _EDITOR),
    Role.PUBLISHER: Grant(("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"), _EDITOR_FILES, _PUBLISHER),
}
