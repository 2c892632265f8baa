"""What a transfer is made of, and the hash that covers it. Pure: no database, no clock."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from masthead.funding.ledger import leaves
from masthead.funding.ledger.models import Kind, Transfer
from masthead.kernel.money import Money

# What the first row follows: the hash of an empty book of this form.
GENESIS = hashlib.sha256(b"masthead-ledger-1\n").hexdigest()
FORM = leaves.ROW_FORM
# The columns in the order they are hashed; docs/ledger.md shows how to recompute a row by hand.
COLUMNS = leaves.ROW_COLUMNS


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A transfer to be posted.

    `id` is derived from what happened (`practice:pay_7:gift`), so that posting it again changes nothing, and names
    no person. `debit` and `credit` are account codes. `dated` is the day in the newsroom's zone, `book_month` the
    first day of the month it counts in. `original` is the id of the transfer that this one takes back.
    """

    id: str
    kind: Kind
    debit: str
    credit: str
    amount: Money
    dated: dt.date
    book_month: dt.date
    original: str | None = None


def columns_of(row: Transfer) -> dict[str, object]:
    """Return a row's hashed columns, in their order."""
    names = {"debit": "debit_id", "credit": "credit_id", "original": "original_id"}
    return {column: getattr(row, names.get(column, column)) for column in COLUMNS}


def canonical(row: dict[str, object]) -> bytes:
    """Return the bytes that a row's hash covers: the form's name, then `column=value` for each of COLUMNS, a line each.

    Values are as `plain` writes them; none may hold a line feed, which the database sees to.
    """
    return "".join((FORM, "\n", *(f"{column}={plain(row[column])}\n" for column in COLUMNS))).encode()


def plain(value: object) -> str:
    """Return a column's value as text: nothing for none, ISO 8601 dates, moments in UTC to the microsecond (RFC 3339)."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def hash_of(row: dict[str, object]) -> str:
    """Return the SHA-256 of a row's canonical bytes, in lower-case hexadecimal."""
    return hashlib.sha256(canonical(row)).hexdigest()


def line_of(row: Mapping[str, object]) -> bytes:
    """Return a row's public line, from its columns and its hash (leaves.py)."""
    return leaves.line({column: plain(row[column]) for column in leaves.COLUMNS})


def first_of_month(day: dt.date) -> dt.date:
    """Return the first day of the month of `day`: how the books name a month."""
    return day.replace(day=1)
