"""Writing rows with few words: for the places where money comes in fast, and building Django's queries anew costs more than the database."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert(row: Model) -> None:
    """Insert a row as it stands, its key included; errors as Django's own."""
    table, columns, marks = _words(type(row), with_key=True)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", _values(row, _fields(type(row), with_key=True)))  # noqa: S608 - Django's own names


def insert_once(row: Model, *, unique: Sequence[str]) -> bool:
    """Insert a row whose key the database gives, unless one with the same `unique` columns stands; say whether it was new.

    One statement, and durable when it returns, where no transaction is open.
    """
    table, columns, marks = _words(type(row), with_key=False)
    same = ", ".join(connection.ops.quote_name(name) for name in unique)
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({same}) DO NOTHING"  # noqa: S608 - as above
        cursor.execute(statement, _values(row, _fields(type(row), with_key=False)))
        return bool(cursor.rowcount == 1)


def update_each(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write these `fields` of rows of one model, each by its key: what `save(update_fields=...)` does to each, without its signals."""
    written = list(rows)
    if not written:
        return
    meta = type(written[0])._meta  # noqa: SLF001 - Django's documented name
    columns: list[Field[Any, Any]] = [meta.get_field(name) for name in fields]  # type: ignore[misc]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in columns)
    key = meta.pk
    values = [[*_values(row, columns), key.get_db_prep_save(row.pk, connection)] for row in written]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(str(key.column))} = %s", values)  # noqa: S608 - as above


@lru_cache(maxsize=32)
def _fields(model: type[Model], *, with_key: bool) -> tuple["Field[Any, Any]", ...]:
    return tuple(field for field in model._meta.concrete_fields if with_key or not field.primary_key)  # noqa: SLF001 - as above


@lru_cache(maxsize=32)
def _words(model: type[Model], *, with_key: bool) -> tuple[str, str, str]:
    quote, fields = connection.ops.quote_name, _fields(model, with_key=with_key)
    return quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))  # noqa: SLF001 - as above


def _values(row: Model, fields: Iterable["Field[Any, Any]"]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
