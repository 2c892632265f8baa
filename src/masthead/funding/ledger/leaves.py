"""The public line of a row: what anyone may read of it, and the leaf that the tree over the books is made of. Pure.

A line says what moved, between which accounts and when, and carries the row's own hash; it does not say the row's id, which is
the provider's name for the payment, nor the microsecond it was posted in. Whoever knows the row (the giver's receipt tells it)
sees it hash to the line; nobody else can get from the line to the payment. docs/proofs.md shows both by hand.
"""

import hashlib
from collections.abc import Mapping

from masthead.kernel.errors import MastheadError

FORM = "masthead-leaf-1"
COLUMNS = ("seq", "kind", "debit", "credit", "amount_minor", "currency", "dated", "book_month", "hash")
# The text that a row's hash covers: ledger/rules.py writes it, and this room reads it without Django.
ROW_FORM = "masthead-transfer-1"
ROW_COLUMNS = ("seq", "id", "kind", "debit", "credit", "amount_minor", "currency", "dated", "book_month", "original", "posted_at", "prev_hash")
SHARED = tuple(column for column in COLUMNS if column != "hash")  # what a row and its line both say


class LineRefused(MastheadError):
    """What should be a row's text or line is none; the sentence says what is missing."""


def line(values: Mapping[str, str]) -> bytes:
    """Return a row's public line: the form's name, then `column=value` for each of COLUMNS, each ended by a line feed."""
    return "".join((FORM, "\n", *(f"{column}={values[column]}\n" for column in COLUMNS))).encode()


def line_of_row(text: str) -> bytes:
    """Return the public line of the row whose canonical text this is.

    Raises:
        LineRefused: it is no row's text.
    """
    return line({**row_of(text), "hash": hashlib.sha256(text.encode()).hexdigest()})


def row_of(text: str) -> dict[str, str]:
    """Return the columns of a row's canonical text.

    Raises:
        LineRefused: it is no row's text.
    """
    return _columns(text, ROW_FORM, ROW_COLUMNS)


def columns_of(text: str) -> dict[str, str]:
    """Return the columns of a public line.

    Raises:
        LineRefused: it is no public line.
    """
    return _columns(text, FORM, COLUMNS)


def _columns(text: str, form: str, columns: tuple[str, ...]) -> dict[str, str]:
    first, *lines = text.split("\n")
    if first != form or len(lines) != len(columns) + 1 or lines[-1]:
        raise LineRefused(f"A row's text begins with {form} and has {len(columns)} lines more; this one does not.")
    found = {}
    for column, said in zip(columns, lines, strict=False):
        name, equals, value = said.partition("=")
        if name != column or not equals:
            raise LineRefused(f"A row's text says {column}= where this one says “{said[:40]}”.")
        found[column] = value
    return found
