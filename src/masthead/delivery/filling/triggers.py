"""The triggers that write the outbox: whatever way a row changes, a change of what readers see leaves a row in the same transaction.

Triggers and no signals: an update of many rows at once, a bulk insert and a hand on the database leave their row too, and a change of
columns that no page shows leaves none. SQLite drops a table's triggers when a migration makes the table anew, so they are laid
down again after each migration (`install`), where they are not as they should be.
"""

from collections.abc import Iterator, Mapping

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from masthead.delivery.filling.watched import WATCHED, models, shown_columns, told_columns

PREFIX = "delivery_watch_"
CHANNEL = "masthead_changes"
TOLD = """
CREATE OR REPLACE FUNCTION delivery_watch_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was jsonb; becomes jsonb; keys text[] := TG_ARGV[2:];
BEGIN
  IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN becomes := to_jsonb(NEW); END IF;
  INSERT INTO delivery_change ("table", "row", before, after, transaction, at) VALUES (
    TG_ARGV[0],
    coalesce(becomes, was) ->> TG_ARGV[1],
    CASE WHEN was IS NULL THEN NULL ELSE (SELECT coalesce(jsonb_object_agg(k, was -> k), '{}'::jsonb) FROM unnest(keys) AS k) END,
    CASE WHEN becomes IS NULL THEN NULL ELSE (SELECT coalesce(jsonb_object_agg(k, becomes -> k), '{}'::jsonb) FROM unnest(keys) AS k) END,
    pg_current_xact_id()::text::bigint, clock_timestamp());
  PERFORM pg_notify('masthead_changes', '');
  RETURN NULL;
END $$
"""
NOW_ON_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


def install(using: str = "default") -> bool:
    """Lay down the triggers, where they are not as they should be; return whether any had to be."""
    connection = connections[using]
    wanted = dict(statements(connection.vendor))
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "delivery_change" not in tables:
            return False
        wanted = {name: sql for name, sql in wanted.items() if _table_of(name) in tables}
        present = _present(connection)
        if present == wanted:
            return False
        for name in present:
            cursor.execute(_drop(connection.vendor, name))
        if connection.vendor == "postgresql":
            cursor.execute(TOLD)
        for name, sql in wanted.items():
            cursor.execute(sql)
            if connection.vendor == "postgresql":
                cursor.execute(f"COMMENT ON TRIGGER {name} ON {_table_of(name)} IS %s", [sql])
    return True


def statements(vendor: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each trigger."""
    for table in WATCHED:
        yield from (_on_sqlite if vendor == "sqlite" else _on_postgresql)(table)


def _table_of(name: str) -> str:
    return name.removeprefix(PREFIX).partition("__")[0]


def _updates(table: str) -> Mapping[str, tuple[str, ...]]:
    """Return what an update is told as, and the columns that make it so."""
    return {table: shown_columns(table)} | {f"{table}@{name}": columns for name, columns in WATCHED[table].aside.items()}


def _on_sqlite(table: str) -> Iterator[tuple[str, str]]:
    key = _key(table)

    def told(name: str, before: str, after: str, row: str) -> str:
        return (
            f'BEGIN INSERT INTO delivery_change ("table", "row", before, after, "transaction", at) '  # noqa: S608 - our own names
            f"VALUES ('{name}', {row}.{key}, {before}, {after}, 0, {NOW_ON_SQLITE}); END"
        )

    def held(row: str) -> str:
        pairs = ", ".join(f"'{column}', {row}.{column}" for column in told_columns(table))
        return f"json_object({pairs})"

    yield f"{PREFIX}{table}__insert", f"CREATE TRIGGER {PREFIX}{table}__insert AFTER INSERT ON {table} {told(table, 'NULL', held('NEW'), 'NEW')}"
    yield f"{PREFIX}{table}__delete", f"CREATE TRIGGER {PREFIX}{table}__delete AFTER DELETE ON {table} {told(table, held('OLD'), 'NULL', 'OLD')}"
    for name, columns in _updates(table).items():
        trigger = f"{PREFIX}{table}__update{name.partition('@')[2]}"
        differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
        yield trigger, f"CREATE TRIGGER {trigger} AFTER UPDATE ON {table} WHEN {differs} {told(name, held('OLD'), held('NEW'), 'NEW')}"


def _on_postgresql(table: str) -> Iterator[tuple[str, str]]:
    by = "".join(f", '{column}'" for column in told_columns(table))
    for event in ("insert", "delete"):
        name = f"{PREFIX}{table}__{event}"
        yield name, f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION delivery_watch_told('{table}', '{_key(table)}'{by})"
    for told, columns in _updates(table).items():
        name = f"{PREFIX}{table}__update{told.partition('@')[2]}"
        old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
        when = f"(ROW({old}) IS DISTINCT FROM ROW({new}))"
        yield (
            name,
            f"CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW WHEN {when} EXECUTE FUNCTION delivery_watch_told('{told}', '{_key(table)}'{by})",
        )


def _key(table: str) -> str:
    return str(models()[table]._meta.pk.column)  # noqa: SLF001 - Django's own documented name


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
        else:
            cursor.execute(
                "SELECT tgname, coalesce(obj_description(oid, 'pg_trigger'), '') FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s "
                "AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)",
                [f"{PREFIX}%"],
            )
        return dict(cursor.fetchall())


def _drop(vendor: str, name: str) -> str:
    return f"DROP TRIGGER {name}" if vendor == "sqlite" else f"DROP TRIGGER {name} ON {_table_of(name)}"
