"""Notes of every query that a page makes what it depends on: rows by their keys, sets of rows by a column's value, else a whole table.

Nothing is guessed: whatever Django asks the database passes here while somebody collects (kernel/reads.py). A query that is bound to
certain rows (`story = 12 AND …`) depends on those alone; rows that become objects are noted one by one; what cannot be told apart
depends on the whole table, unless a room says in `reads.accounted()` that it has noted better itself. A table that nobody watches makes
the page one that cannot be kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.lookups import Exact, In
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import INNER
from django.db.models.sql.where import AND, WhereNode

from masthead.delivery.filling.keys import written
from masthead.delivery.filling.watched import CONSTANT, WATCHED, models
from masthead.kernel import reads
from masthead.kernel.reads import Reads

TABLES = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)"?', re.IGNORECASE)
MOST_VALUES = 2000  # a query bound to more rows than this depends on the whole table
_understood: ContextVar[list[str] | None] = ContextVar("masthead_understood", default=None)  # the SQL of the query that Django is asking
_execute = SQLCompiler.execute_sql
_from_db = Model.from_db.__func__  # type: ignore[attr-defined]  # the function below the class method


@contextmanager
def tracking() -> Iterator[Reads]:
    """Collect what is read in this block, in this thread."""
    _listen()
    with ExitStack() as stack:
        found = stack.enter_context(reads.collecting())
        stack.enter_context(connection.execute_wrapper(_asked))
        yield found


def _listen() -> None:
    """Have Django tell of each query and each object; once, in a process that makes pages to be kept."""
    if SQLCompiler.execute_sql is not _noting_query:
        SQLCompiler.execute_sql = _noting_query  # type: ignore[method-assign,assignment]
        Model.from_db = classmethod(_noting_row)  # type: ignore[method-assign,assignment]


def _noting_row(cls: type[Model], db: str, field_names: Any, values: Any) -> Model:
    made: Model = _from_db(cls, db, field_names, values)
    found = reads.current()
    if found is not None:
        for model in (cls._meta.concrete_model or cls, *cls._meta.get_parent_list()):
            found.keys.add(f"{model._meta.db_table}:{written(made.pk)}")  # noqa: SLF001 - as above
    return made


def _noting_query(compiler: SQLCompiler, *args: Any, **named: Any) -> Any:
    found = reads.current()
    if found is None:
        return _execute(compiler, *args, **named)
    asked: list[str] = []
    token = _understood.set(asked)
    try:
        return _execute(compiler, *args, **named)
    finally:
        _understood.reset(token)
        _note(found, compiler.query, " ".join(asked), makes_objects=getattr(compiler, "klass_info", None))


def _asked(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:  # noqa: FBT001 - Django's own signature
    found, understood = reads.current(), _understood.get()
    if understood is not None:
        understood.append(sql)
    elif found is not None and not found.accounted:
        for table in TABLES.findall(sql):
            _whole(found, table)
    return execute(sql, params, many, context)


# --- what a query depends on ---------------------------------------------------------------------------


def _note(found: Reads, query: Query, sql: str, *, makes_objects: Mapping[str, Any] | None = None) -> None:
    """Note what `query`, asked as `sql`, depends on; `makes_objects` says which of its rows become objects, each of which is noted by itself."""
    bound = _bound(query)
    asked = set(_columns(query.where))
    told_by_row = _reached(query, bound) if makes_objects else set()
    for alias, join in query.alias_map.items():
        if not re.search(rf"\b{re.escape(alias)}\b", sql):  # quoted where it is a table's own name, bare where Django made it up (U0, T4)
            continue  # a join that Django found needless
        if alias in bound:
            found.keys.update(bound[alias])
            if join.table_name not in WATCHED and join.table_name not in CONSTANT and not found.accounted:
                found.unknown.add(join.table_name)
        elif not found.accounted and (alias in asked or alias not in told_by_row):
            _whole(found, join.table_name)
    for inner in _within(query):
        _note(found, inner, sql)


def _whole(found: Reads, table: str) -> None:
    if table in WATCHED:
        found.keys.add(table)
    elif table not in CONSTANT:
        found.unknown.add(table)


def _reached(query: Query, bound: Mapping[str, set[str]]) -> set[str]:
    """Return the aliases whose rows become objects and are found from rows that are noted: along foreign keys, or back from a bound table."""
    found = _parents(query)
    base = query.base_table
    for alias, join in query.alias_map.items():
        columns: Any = getattr(join, "join_cols", ())
        if len(columns) != 1 or alias in found:
            continue
        (here, there), model = columns[0], models().get(join.table_name)
        if query.select_related and model is not None and there == model._meta.pk.column:  # noqa: SLF001 - Django's own documented name
            found.add(alias)
        parent = models().get(query.alias_map[join.parent_alias].table_name) if join.parent_alias in query.alias_map else None
        if join.parent_alias == base and join.join_type == INNER and alias in bound and parent is not None and here == parent._meta.pk.column:  # noqa: SLF001 - as above
            found.add(base)
    return found


def _parents(query: Query) -> set[str]:
    """Return the aliases that hold the other half of the same objects: the tables of parent models."""
    found: set[str] = set()
    for alias, join in query.alias_map.items():
        field = getattr(join, "join_field", None)
        if field is not None and getattr(getattr(field, "remote_field", None), "parent_link", False):
            found.add(alias)
    return found


def _bound(query: Query) -> dict[str, set[str]]:
    """Return, for each alias whose rows the conditions name, the keys of those rows or sets of rows."""
    found: dict[str, set[str]] = {}
    for alias, column, values in _conditions(query.where):
        join = query.alias_map.get(alias)
        if join is None or len(values) > MOST_VALUES:
            continue
        keys = _keys(join.table_name, column, values)
        if keys is not None and (alias not in found or _narrower(keys, found[alias])):
            found[alias] = keys
    for alias, join in query.alias_map.items():  # both halves of an object that lies in two tables are the same row
        field = getattr(join, "join_field", None)
        if field is None or not getattr(getattr(field, "remote_field", None), "parent_link", False):
            continue
        one, other = join.parent_alias, alias
        for here, there in ((one, other), (other, one)):
            if here in found and there not in found and here in query.alias_map:
                rows = [key.partition(":")[2] for key in found[here] if key.startswith(f"{query.alias_map[here].table_name}:")]
                found[there] = {f"{query.alias_map[there].table_name}:{row}" for row in rows} if len(rows) == len(found[here]) else set()
    return found


def _narrower(keys: set[str], than: set[str]) -> bool:
    rows, others = (all("=" not in key for key in some) for some in (keys, than))
    return (rows and not others) or (rows == others and len(keys) < len(than))


def _keys(table: str, column: str, values: list[Any]) -> set[str] | None:
    model = models().get(table)
    if model is not None and model._meta.pk.column == column:  # noqa: SLF001 - Django's own documented name
        return {f"{table}:{written(value)}" for value in values}
    if table in WATCHED and column in WATCHED[table].by:
        return {f"{table}.{column}={written(value)}" for value in values}
    return None


def _conditions(where: WhereNode) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield (alias, column, values) of each condition that every row of the result meets."""
    if where.connector != AND or where.negated:
        return
    for child in where.children:
        if isinstance(child, WhereNode):
            if len(child.children) == 1 or child.connector == AND:
                yield from _conditions(child)
        elif isinstance(child, Exact | In) and hasattr(child.lhs, "target") and hasattr(child.lhs, "alias"):
            values = child.rhs if isinstance(child, In) else [child.rhs]
            if isinstance(values, Iterable) and not isinstance(values, str | Query) and not any(hasattr(value, "resolve_expression") for value in values):
                yield child.lhs.alias, child.lhs.target.column, list(values)


def _columns(node: Any) -> Iterator[str]:
    """Yield the alias of each column that a condition looks at, but for keys, which do not change."""
    for child in getattr(node, "children", ()):
        yield from _columns(child)
    sides = node.get_source_expressions() if hasattr(node, "get_source_expressions") and not hasattr(node, "children") else ()
    for side in sides:
        if hasattr(side, "alias") and hasattr(side, "target"):
            if not side.target.primary_key:
                yield side.alias
        elif side is not None and not isinstance(side, Query):
            yield from _columns(side)


def _within(query: Query) -> Iterator[Query]:
    """Yield the queries inside this one: in its conditions, its annotations and what it is combined with."""
    yield from query.combined_queries
    if isinstance(getattr(query, "inner_query", None), Query):
        yield query.inner_query  # type: ignore[attr-defined]  # of an aggregate over a query
    for node in (query.where, *query.annotations.values()):
        yield from _inner(node)


def _inner(node: Any) -> Iterator[Query]:
    if isinstance(node, Query):
        yield node
        return
    if isinstance(getattr(node, "rhs", None), Query):
        yield node.rhs
    if isinstance(getattr(node, "query", None), Query):
        yield node.query
        return
    for child in getattr(node, "children", None) or (node.get_source_expressions() if hasattr(node, "get_source_expressions") else ()):
        if child is not None:
            yield from _inner(child)
