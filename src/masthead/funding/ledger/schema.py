"""The books' tables and refusals, as each database is told them: read from `sql/`, made and removed by migrations."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from masthead.kernel.errors import MastheadError

SQL = Path(__file__).parent / "sql"
PRESENT = "0003"  # the newest file of each database; a later one repeats every trigger and function that holds then
CHECKPOINTS = "checkpoints/0001"  # the refusals of the checkpoints' tables, which Django itself makes
OLDEST_SQLITE = (3, 37)  # STRICT tables (sqlite.org/stricttables.html)
TABLES = ("ledger_monthtotal", "ledger_total", "ledger_head", "ledger_transfer", "ledger_account")


class SchemaRefused(MastheadError):
    """The books cannot be made, or may not be removed, in this database."""


@dataclass(frozen=True)
class Refusals:
    """What guards the books: the text of each trigger and (PostgreSQL) the body of each function, by name."""

    triggers: dict[str, str]
    functions: dict[str, str]


def create(connection: BaseDatabaseWrapper, number: str) -> None:
    """Make the tables and refusals of schema file `number` in an empty database.

    Raises:
        SchemaRefused: the database is neither SQLite 3.37 or newer nor PostgreSQL.
    """
    if connection.vendor == "sqlite" and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise SchemaRefused(f"The books need SQLite 3.37 or newer, and Python was built with {sqlite3.sqlite_version}: use a newer system or PostgreSQL.")
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, number):
            cursor.execute(statement)


def widen(connection: BaseDatabaseWrapper, number: str) -> None:
    """Bring books of the file before to schema file `number`; no row changes."""
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, number):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the tables and refusals away, where no transfer was ever posted.

    Raises:
        SchemaRefused: there are transfers; books are not thrown away by a migration.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transfer")
        (count,) = cursor.fetchone()
        if count:
            raise SchemaRefused(f"The books hold {count} transfers and are not removed: go back by restoring a backup.")
        for table in TABLES:
            cursor.execute(f"DROP TABLE {table}" + (" CASCADE" if connection.vendor == "postgresql" else ""))
        for name in refusals(connection.vendor).functions:
            cursor.execute(f"DROP FUNCTION IF EXISTS {name} CASCADE")


def statements(vendor: str, number: str = PRESENT) -> Iterator[str]:
    """Yield each statement of a schema file, in order, without its closing semicolon.

    Raises:
        SchemaRefused: there is no such file for this database.
    """
    path = SQL / f"{number}_{vendor}.sql"
    if not path.is_file():
        raise SchemaRefused(f"The books run on SQLite and PostgreSQL, not on {vendor}: set DATABASE_URL to one of them.")
    kept = "".join(line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("--"))
    inside = r"(?:\$\$.*?\$\$|\bBEGIN\n.*?\nEND(?=;)|[^;])" if vendor == "sqlite" else r"(?:\$\$.*?\$\$|[^;])"
    for match in re.finditer(rf"\s*({inside}+);", kept, flags=re.DOTALL):
        yield match[1]


def whole(vendor: str) -> Iterator[str]:
    """Yield every statement that makes an empty database of this `vendor` what it must be today, file after file."""
    for path in sorted(SQL.glob(f"*_{vendor}.sql")):
        yield from statements(vendor, path.stem.partition("_")[0])


def refusals(vendor: str, number: str = PRESENT) -> Refusals:
    """Return the triggers and functions that must stand in a database of this `vendor` today, on the books or (CHECKPOINTS) beside them."""
    triggers, functions = {}, {}
    for statement in statements(vendor, number):
        if trigger := re.match(r"CREATE TRIGGER (\w+)", statement):
            triggers[trigger[1]] = statement
        elif function := re.match(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\$\$(.*)\$\$", statement, flags=re.DOTALL):
            functions[function[1]] = function[2]
    return Refusals(triggers, functions)
