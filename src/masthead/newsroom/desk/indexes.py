"""Indexes of ours on Wagtail's tables, by which the desk's lists are read in order: what a list costs does not grow with the archive.

Wagtail has none for the hour of the last edit, and migrations may not add to another app's models. SQLite drops indexes it was not told of when a migration
makes a table anew, so they are laid down after each migration (`install`), as the outbox's triggers are (`masthead.delivery.filling.triggers`).
"""

from django.db import connections

# Their columns in the words of the database named; each ends with the key, so that a leaf is read off the index without a sort.
_EDITED = {"sqlite": "latest_revision_created_at DESC, id DESC", "postgresql": "latest_revision_created_at DESC NULLS LAST, id DESC"}
PREFIX = "desk_"


def statements(vendor: str) -> dict[str, tuple[str, str]]:
    """Return the table of each index and what stands behind its name, by name."""
    edited = _EDITED[vendor]
    return {
        f"{PREFIX}pages_by_edit": ("wagtailcore_page", f"({edited})"),
        f"{PREFIX}pages_under_way": ("wagtailcore_page", f"({edited}) WHERE NOT live OR has_unpublished_changes"),
        # Both titles: whoever looks for a word in them reads this index alone.
        f"{PREFIX}pages_by_title": ("wagtailcore_page", "(title, id, draft_title)"),
        # Each page of the admin asks for the root of the tree, the explorer for the children of a page.
        f"{PREFIX}pages_by_depth": ("wagtailcore_page", "(depth, path)"),
        f"{PREFIX}reviews_by_status": ("wagtailcore_workflowstate", "(status)"),
        f"{PREFIX}tasks_by_status": ("wagtailcore_taskstate", "(status, task_id)"),
    }


def install(using: str = "default") -> bool:
    """Lay down the indexes that are not there; return whether any had to be."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        wanted = {name: (table, rest) for name, (table, rest) in statements(connection.vendor).items() if table in tables}
        missing = wanted.keys() - _present(cursor, connection.vendor)
        for name in sorted(missing):
            table, rest = wanted[name]
            cursor.execute(f"CREATE INDEX {name} ON {table} {rest}")
    return bool(missing)


def _present(cursor: object, vendor: str) -> set[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'index'" if vendor == "sqlite" else "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
    )
    cursor.execute(sql)  # type: ignore[attr-defined]
    return {row[0] for row in cursor.fetchall()}  # type: ignore[attr-defined]
