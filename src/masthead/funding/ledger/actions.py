"""The books' only writers: open an account, post transfers."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from masthead.funding.ledger.events import TotalMoved
from masthead.funding.ledger.models import Account, AccountKind, Head, Kind, Transfer
from masthead.funding.ledger.rules import GENESIS, Draft, columns_of, hash_of
from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce
from masthead.kernel.money import Money
from masthead.kernel.rows import insert

__all__ = ["AccountRefused", "Draft", "PostingHalted", "TransferRefused", "open_account", "post", "taking_back"]


class TransferRefused(MastheadError):
    """The books cannot take this transfer, now or later: the sentence names it and says why."""


class AccountRefused(MastheadError):
    """An account of this code stands already with another currency or kind."""


class PostingHalted(MastheadError):
    """The books are not as they were left: nothing more is posted until someone has looked."""


@transaction.atomic
def open_account(*, code: str, currency: str, kind: AccountKind, now: dt.datetime) -> Account:
    """Open an account, or return the one that is open already.

    Raises:
        AccountRefused: it is open with another currency or kind, or the code is not 3 to 120 printable ASCII characters.
        MoneyError: no such currency.
    """
    Money.zero(currency)
    account = Account.objects.filter(pk=code).first()
    if account is None:
        try:
            with transaction.atomic():
                return Account.objects.create(code=code, currency=currency, kind=kind, opened_at=now)
        except (IntegrityError, DataError) as error:
            account = Account.objects.filter(pk=code).first()  # another process may have opened it this moment
            if account is None:
                raise AccountRefused(f"The account {code!r} cannot be opened: {_reason(error)}.") from error
    if (account.currency, account.kind) != (currency, kind):
        raise AccountRefused(f"The account {code} is open as {account.kind} in {account.currency} and cannot be {kind} in {currency}: use another code.")
    return account


@transaction.atomic
def post(*, drafts: Sequence[Draft], now: dt.datetime) -> list[Transfer]:
    """Post transfers in their order, all or none, and return their rows.

    One that is in the books already with the same content is returned as it stands, so posting the same facts
    again changes nothing. Each account that moved is announced once, after commit, as `TotalMoved`.

    Raises:
        TransferRefused: an id is taken by other content, or a law of the books forbids it (docs/ledger.md).
        PostingHalted: the last row, the head and the chain do not agree.
    """
    head = _take_head()
    standing = {row.id: row for row in _rows_of({draft.id for draft in drafts})}
    rows, moved = [], set()
    for draft in drafts:
        row = standing.get(draft.id)
        if row is None:
            row = standing[draft.id] = _add(draft, head, now)
            moved |= {draft.debit, draft.credit}
        elif not _says_the_same(row, draft):
            raise TransferRefused(f"The transfer {draft.id} is in the books with other content (row {row.seq}): a different fact needs an id of its own.")
        rows.append(row)
    _announce_moves(sorted(moved))
    return rows


def taking_back(original: Transfer, *, id: str, kind: Kind, amount: Money, dated: dt.date) -> Draft:  # noqa: A002  (the books' own word)
    """Return the draft that takes back `amount` of `original`: same accounts the other way, counted in the same month.

    A refund thus lowers the month its gift counted in, and no month's total falls below zero.
    """
    return Draft(
        id=id,
        kind=kind,
        debit=original.credit_id,
        credit=original.debit_id,
        amount=amount,
        dated=dated,
        book_month=original.book_month,
        original=original.id,
    )


def _take_head() -> Head:
    """Lock the head (PostgreSQL: its row; SQLite: the transaction began IMMEDIATE) and see that the chain ends there."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    head = next(iter(Head.objects.raw(f"SELECT * FROM ledger_head WHERE id = 1{lock}")), None)  # noqa: S608 (only our own words)
    if head is None:
        raise PostingHalted("The ledger has no head row, so nothing is posted: run `masthead ledger verify`.")
    last = next(iter(Transfer.objects.raw("SELECT * FROM ledger_transfer ORDER BY seq DESC LIMIT 1")), None)
    end = (last.seq, last.hash, hash_of(columns_of(last))) if last else (0, GENESIS, GENESIS)
    if end != (head.seq, head.hash, head.hash):
        name = f"row {last.seq} ({last.id})" if last else "an empty book"
        raise PostingHalted(
            f"The ledger's head says row {head.seq}, but {name} does not end the chain there, so nothing is posted: run `masthead ledger verify`."
        )
    return head


MOST_IDS = 900  # in one question; SQLite as some systems build it takes 999
# What every posting asks is said in SQL: building these three queries anew each time took longer than the posting itself.


def _rows_of(ids: set[str]) -> Iterable[Transfer]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), MOST_IDS):
        some = wanted[start : start + MOST_IDS]
        marks = ", ".join(["%s"] * len(some))
        yield from Transfer.objects.raw(f"SELECT * FROM ledger_transfer WHERE id IN ({marks})", some)  # noqa: S608 (only marks)


def _announce_moves(accounts: list[str]) -> None:
    if not accounts:
        return
    marks = ", ".join(["%s"] * len(accounts))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT account, version FROM ledger_total WHERE account IN ({marks}) ORDER BY account", accounts)  # noqa: S608 (only marks)
        for account, version in cursor.fetchall():
            announce(TotalMoved(account=account, version=version))


def _add(draft: Draft, head: Head, now: dt.datetime) -> Transfer:
    """Insert the row after `head` and move `head` along; the database moves its own."""
    row = Transfer(
        seq=head.seq + 1,
        id=draft.id,
        kind=draft.kind,
        debit_id=draft.debit,
        credit_id=draft.credit,
        amount_minor=draft.amount.minor,
        currency=draft.amount.currency,
        dated=draft.dated,
        book_month=draft.book_month,
        original_id=draft.original,
        posted_at=now,
        prev_hash=head.hash,
    )
    row.hash = hash_of(columns_of(row))
    try:
        insert(row)
    except (IntegrityError, DataError) as error:
        raise TransferRefused(f"The transfer {draft.id} ({draft.kind} of {draft.amount}) was not posted: {_reason(error)}.") from error
    head.seq, head.hash = row.seq, row.hash
    return row


def _says_the_same(row: Transfer, draft: Draft) -> bool:
    stands = (row.kind, row.debit_id, row.credit_id, row.amount_minor, row.currency, row.dated, row.book_month, row.original_id)
    says = (draft.kind, draft.debit, draft.credit, draft.amount.minor, draft.amount.currency, draft.dated, draft.book_month, draft.original)
    return stands == says


def _reason(error: DatabaseError) -> str:
    """Return what the database said, in its first line: its refusals and the names of its constraints are written to be read."""
    said = str(error).partition("\n")[0]
    if constraint := re.search(r'CHECK constraint failed: (.+)|violates check constraint "(.+)"', said):
        said = constraint[1] or constraint[2]
    return said.removeprefix("ledger: ").rstrip(".")
