"""Reading the books."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from masthead.funding.ledger.models import MonthTotal
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money


class UnknownAccount(MastheadError):
    """No account of this code is open."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account holds: credits less debits.

    `version` counts all its transfers, whatever the month, and never goes back; `as_of` is when the last of them
    was posted, None before the first.
    """

    amount: Money
    version: int
    as_of: dt.datetime | None


# One row by primary key: every public page reads it, so it is not left to a query builder (0.4 ms) but said (0.03 ms).
TOTAL = """
SELECT a.currency, t.balance_minor, t.version, t.moved_at
FROM ledger_total t JOIN ledger_account a ON a.code = t.account WHERE t.account = %s
"""
TOTAL_OF_MONTH = """
SELECT a.currency, coalesce(m.balance_minor, 0), t.version, t.moved_at
FROM ledger_total t JOIN ledger_account a ON a.code = t.account
LEFT JOIN ledger_monthtotal m ON m.account = t.account AND m.month = %s WHERE t.account = %s
"""


def total(code: str, month: dt.date | None = None) -> Standing:
    """Return what the account holds, or what it moved in the `month` that this first day names; one query.

    Raises:
        UnknownAccount: it is not open.
    """
    with connection.cursor() as cursor:
        if month is None:
            cursor.execute(TOTAL, [code])
        else:
            cursor.execute(TOTAL_OF_MONTH, [month.isoformat(), code])
        row = cursor.fetchone()
    if row is None:
        raise UnknownAccount(f"There is no account {code!r} in the ledger: it is opened with its campaign or provider.")
    currency, minor, version, moved_at = row
    return Standing(Money(minor, currency), version, _moment(moved_at))


@dataclass(frozen=True, slots=True)
class Month:
    """What an account moved in one month of the books, `month` being its first day."""

    month: dt.date
    amount: Money
    version: int


def months(code: str) -> list[Month]:
    """Return what the account moved in each month in which it moved, newest first; one query."""
    rows = MonthTotal.objects.filter(account=code).order_by("-month").values_list("month", "balance_minor", "account__currency", "version")
    return [Month(month, Money(minor, currency), version) for month, minor, currency, version in rows]


def _moment(value: dt.datetime | str | None) -> dt.datetime | None:
    """Return a moment as stored: PostgreSQL gives it aware, SQLite as UTC text."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC) if value else None
