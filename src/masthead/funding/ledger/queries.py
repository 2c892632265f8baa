"""Reading the books."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from masthead.funding.ledger.checkpoints.balances import balances_below
from masthead.funding.ledger.models import Account, AccountKind, Head, MonthTotal, Total, Transfer
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


def versions(codes: Sequence[str]) -> dict[str, int]:
    """Return how many transfers each of these accounts has seen, none for one that saw none; one query."""
    return dict(Total.objects.filter(account__in=codes).values_list("account", "version"))


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


# --- the books, row by row -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as the books are read: `after` is what `account` held once it was posted."""

    transfer: Transfer
    amount: Money
    account: str
    after: Money


def transfers(*, account: str = "", kind: str = "", month: dt.date | None = None) -> QuerySet[Transfer]:
    """Return transfers, newest first, of one account, kind or month of the books where given."""
    found = Transfer.objects.order_by("-seq")
    if account:
        found = found.filter(Q(debit=account) | Q(credit=account))
    if kind:
        found = found.filter(kind=kind)
    return found.filter(book_month=month) if month else found


def count(*, account: str = "", kind: str = "", month: dt.date | None = None) -> int:
    """Return how many those are, from the counters that the database itself keeps; only those of a `kind` are counted one by one."""
    if kind:
        return transfers(account=account, kind=kind, month=month).count()
    if month:
        versions = MonthTotal.objects.filter(month=month)
        if account:
            return versions.filter(account=account).values_list("version", flat=True).first() or 0
        return (versions.aggregate(sum=Sum("version"))["sum"] or 0) // 2  # each transfer moves two accounts
    if account:
        return Total.objects.filter(account=account).values_list("version", flat=True).first() or 0
    return Head.objects.values_list("seq", flat=True).first() or 0


def page(first: int, last: int, *, account: str = "", kind: str = "", month: dt.date | None = None) -> QuerySet[Transfer]:
    """Return those from place `first` to before `last`, newest first, counted from 0. An account's are found through its two indexes, each in order."""
    if not account:
        return transfers(kind=kind, month=month)[first:last]
    narrowed = transfers(kind=kind, month=month).order_by().values_list("seq", flat=True)
    sides = narrowed.filter(debit=account).union(narrowed.filter(credit=account), all=True)
    return Transfer.objects.filter(seq__in=list(sides.order_by("-seq")[first:last])).order_by("-seq")


def lines(rows: Sequence[Transfer], *, account: str = "", month: dt.date | None = None, so_far: dict[str, tuple[int, int]] | None = None) -> list[Line]:
    """Return `rows` with what `account` held after each; without one, each row tells of its gifts account, else of its credit.

    With a `month`, what the account held counts from nothing at its beginning. One query for each account that the rows tell of, two with a `month`;
    they read the rows since the checkpoint before the first of `rows`. Who reads all the books on and on in their order gives `so_far`, empty at
    first: it keeps which row each account was read to and what it held then, so that no row is read twice.
    """
    gifts = set(Account.objects.filter(kind=AccountKind.GIFTS, code__in={row.debit_id for row in rows}).values_list("code", flat=True))
    told = {row.seq: account or (row.debit_id if row.debit_id in gifts else row.credit_id) for row in rows}
    seqs_of: dict[str, list[int]] = defaultdict(list)
    for seq, code in told.items():
        seqs_of[code].append(seq)
    kept, balances = balances_below(min(told)) if told and so_far is None and not month else (0, {})
    after = {}
    for code, seqs in seqs_of.items():
        if month:
            begins, held = min(seqs) - 1, _held_in_month(code, min(seqs), month)
        else:
            begins, held = (kept, balances.get(code, 0)) if so_far is None else so_far.get(code, (0, 0))
        after[code] = _walked(code, begins, max(seqs), held, month)
        if so_far is not None:
            so_far[code] = (max(seqs), after[code][max(seqs)])
    return [Line(row, Money(row.amount_minor, row.currency), told[row.seq], Money(after[told[row.seq]][row.seq], row.currency)) for row in rows]


def latest(code: str, limit: int = 5, *, month: dt.date | None = None) -> list[Line]:
    """Return the last transfers that moved the account, or its `month`, newest first; five queries."""
    return lines(list(page(0, limit, account=code, month=month)), account=code, month=month)


# From the month's total back: what is asked for are its last rows.
IN_MONTH = """
SELECT CAST(kept.balance_minor
  - coalesce((SELECT sum(amount_minor) FROM ledger_transfer WHERE credit = kept.account AND seq >= %(first)s AND book_month = %(month)s), 0)
  + coalesce((SELECT sum(amount_minor) FROM ledger_transfer WHERE debit = kept.account AND seq >= %(first)s AND book_month = %(month)s), 0)
  AS BIGINT) FROM ledger_monthtotal kept WHERE kept.account = %(code)s AND kept.month = %(month)s
"""
OF_MONTH = "AND book_month = %(month)s"
MOVES = """
SELECT seq, amount_minor FROM ledger_transfer WHERE credit = %(code)s AND seq > %(begins)s AND seq <= %(last)s {month}
UNION ALL SELECT seq, -amount_minor FROM ledger_transfer WHERE debit = %(code)s AND seq > %(begins)s AND seq <= %(last)s {month} ORDER BY 1
"""


def _held_in_month(code: str, first: int, month: dt.date) -> int:
    """Return what the account moved in the month before the row with the number `first`, in minor units."""
    with connection.cursor() as cursor:
        cursor.execute(IN_MONTH, {"code": code, "first": first, "month": month.isoformat()})
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def _walked(code: str, begins: int, last: int, held: int, month: dt.date | None) -> dict[int, int]:
    """Return what the account held after each of its rows beyond `begins` up to `last`, where it held `held` at `begins`; in minor units."""
    balances = {}
    with connection.cursor() as cursor:
        moves = MOVES.format(month=OF_MONTH if month else "")
        cursor.execute(moves, {"code": code, "begins": begins, "last": last, "month": month.isoformat() if month else None})
        for seq, move in cursor.fetchall():
            held += move
            balances[seq] = held
    return balances
