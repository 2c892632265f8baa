"""Holding the monthly statements, as they are kept and shown, against what was signed: a part of `masthead ledger verify`."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from masthead.funding.books import exports, queries
from masthead.funding.books.models import Statement
from masthead.funding.ledger import papers
from masthead.funding.ledger.checkpoints.verify import known_keys


def causes() -> Iterator[str]:
    """Yield what is wrong with the statements: the signed file, or the figures that the pages show of it."""
    known = known_keys()
    found = []
    for statement in Statement.objects.order_by("month").iterator(chunk_size=1):
        called = f"the statement of {statement.month:%Y-%m}"
        try:
            text = statement.text
            checked = papers.check(text, known).statement
        except (papers.Altered, papers.Unreadable, zlib.error, UnicodeDecodeError) as refusal:
            yield f"{called}: {refusal}"
            continue
        if checked is None:
            yield f"{called}: what is kept is another paper"
            continue
        found.append(checked)
        if wrong := [name for name, value in _told(text).items() if value != _kept(statement)[name]]:
            yield f"{called}: what its page shows ({', '.join(wrong)}) is not what was signed"
        for form, kept, write in (("csv", statement.sheet, exports.sheet), ("beancount", statement.beancount, exports.beancount)):
            if kept is not None and not _says(kept, write(text)):
                yield f"{called}: its file statement.{form} is not what was signed"
    try:
        papers.check_in_order(found)
    except papers.Altered as refusal:
        yield str(refusal)
    for day in queries.altered_sums():
        yield f"the sums kept of {day} are not what its rows come to: /books/ shows wrong figures"


def _says(packed: Any, written: Iterable[str]) -> bool:
    """Say whether a packed file is what is written of the signed one."""
    try:
        return b"".join(queries.unpacked(bytes(packed))) == "".join(written).encode()
    except zlib.error:
        return False


def _kept(statement: Statement) -> dict[str, Any]:
    return {
        "month": f"{statement.month:%Y-%m}",
        "rows": [statement.first_seq, statement.last_seq],
        "accounts": statement.accounts,
        "names": statement.names,
        "sums": sorted(json.dumps(group) for group in statement.groups),
    }


def _told(text: str) -> dict[str, Any]:
    """Return what the signed file says, in the words in which the pages' figures are kept."""
    header, rows = exports.read(text)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        group = (row["kind"], row["debit"], row["credit"], row["currency"])
        counts[group] += 1
        sums[group] += row["amount_minor"]
    return {
        "month": header["month"],
        "rows": [header["first"], header["last"]],
        "accounts": header["accounts"],
        "names": header["names"],
        "sums": sorted(json.dumps([*group, counts[group], sums[group]]) for group in counts),
    }
