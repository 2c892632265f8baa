"""What items refer to, gathered in the first reading: attached files, reusable blocks, guest authors, addresses.

An export may hold a million of these and names them before or after their use, so they wait in a temporary
SQLite file that vanishes when the import ends, and memory stays that of one item.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from urllib.parse import urlsplit

from masthead.moving.html import text_of
from masthead.moving.wordpress.records import Item


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment of the old site. `file` is its place below uploads, where the export says it."""

    id: str
    guid: str
    url: str
    file: str
    title: str
    alt: str
    caption: str
    description: str
    credit: str
    credit_url: str
    parent: str
    link: str


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest author's profile (the plug-in Co-Authors Plus keeps them as items)."""

    login: str
    name: str
    biography: str
    website: str


class Spool:
    """The first reading's findings, looked up while the second one writes."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # SQLite's name for a temporary file of its own
        columns = ", ".join(field.name for field in fields(Attached))
        self._db.executescript(
            f"""
            CREATE TABLE attached ({columns}, path, PRIMARY KEY (id)) WITHOUT ROWID;
            CREATE INDEX attached_path ON attached (path);
            CREATE INDEX attached_parent ON attached (parent);
            CREATE TABLE reusable (id PRIMARY KEY, content) WITHOUT ROWID;
            CREATE TABLE guest (login PRIMARY KEY, name, biography, website) WITHOUT ROWID;
            CREATE TABLE address (path PRIMARY KEY, id) WITHOUT ROWID;
            """
        )

    def take(self, item: Item) -> None:
        """Keep what later items may refer to."""
        if item.type == "attachment":
            attached = _attached(item)
            row = (*astuple(attached), urlsplit(attached.url).path.lstrip("/"))
            self._db.execute(f"INSERT OR REPLACE INTO attached VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - only question marks
        elif item.type == "wp_block":
            self._db.execute("INSERT OR REPLACE INTO reusable VALUES (?, ?)", (item.id, item.content))
        elif item.type == "guest-author":
            guest = Guest(
                _slug(item.meta_value("cap-user_login") or item.slug), item.meta_value("cap-display_name") or item.title, item.meta_value("cap-description"),
                item.meta_value("cap-website"),
            )  # fmt: skip
            self._db.execute("INSERT OR REPLACE INTO guest VALUES (?, ?, ?, ?)", astuple(guest))
        elif item.type in {"post", "page"} and item.link:
            self._db.execute("INSERT OR IGNORE INTO address VALUES (?, ?)", (urlsplit(item.link).path.strip("/"), item.id))

    def attached(self, key: str) -> Attached | None:
        """Return the attachment with this id, or None."""
        return self._one("SELECT * FROM attached WHERE id = ?", key)

    def attached_at(self, path: str) -> Attached | None:
        """Return the attachment whose file lies at this path of the old site's addresses, or None."""
        return self._one("SELECT * FROM attached WHERE path = ?", path.lstrip("/"))

    def attached_to(self, parent: str) -> list[str]:
        """Return the ids of the files attached to an item, in their own order."""
        return [row[0] for row in self._db.execute("SELECT id FROM attached WHERE parent = ? ORDER BY CAST(id AS INTEGER)", (parent,))]

    def count_attached(self) -> int:
        """Return how many attachments there are."""
        return int(self._db.execute("SELECT count(*) FROM attached").fetchone()[0])

    def all_attached(self) -> Iterator[Attached]:
        """Yield every attachment, oldest first."""
        for row in self._db.execute("SELECT * FROM attached ORDER BY CAST(id AS INTEGER)"):
            yield Attached(*row[:-1])

    def reusable(self, key: str) -> str | None:
        """Return the text of a reusable block, or None."""
        row = self._db.execute("SELECT content FROM reusable WHERE id = ?", (key,)).fetchone()
        return row[0] if row else None

    def guest(self, login: str) -> Guest | None:
        """Return the profile of a guest author, or None."""
        row = self._db.execute("SELECT * FROM guest WHERE login = ?", (_slug(login),)).fetchone()
        return Guest(*row) if row else None

    def knows_address(self, path: str) -> bool:
        """Return whether a post or page of the file has this path."""
        return self._db.execute("SELECT 1 FROM address WHERE path = ?", (path.strip("/"),)).fetchone() is not None

    def close(self) -> None:
        """Let the temporary file go."""
        self._db.close()

    def _one(self, query: str, key: str) -> Attached | None:
        row = self._db.execute(query, (key,)).fetchone()
        return Attached(*row[:-1]) if row else None


def _slug(login: str) -> str:
    return login.removeprefix("cap-").lower()


def _attached(item: Item) -> Attached:
    credit = item.meta_value("_media_credit").strip()
    organisation = item.meta_value("_navis_media_credit_org").strip()
    return Attached(
        id=item.id,
        guid=item.guid,
        url=item.attachment_url or item.guid,
        file=item.meta_value("_wp_attached_file"),
        title=text_of(item.title),
        alt=text_of(item.meta_value("_wp_attachment_image_alt")),
        caption=text_of(item.excerpt),
        description=text_of(item.content),
        credit=" / ".join(text_of(part) for part in (credit, organisation) if part),
        credit_url=item.meta_value("_media_credit_url").strip(),
        parent=item.parent,
        link=item.link,
    )
