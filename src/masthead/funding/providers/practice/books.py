"""The practice system itself: its books in `practice.sqlite3`, and what it does when a button is pressed.

It stands for a remote system, so it has no Django models, no ledger and no names of people; Masthead talks
to it through `client.py` alone.
"""

import datetime as dt
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masthead.funding.providers.base import ProviderError, StartRequest
from masthead.kernel.money import Money

SCHEMA = Path(__file__).with_name("schema.sql")
FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 3600
FEE_PER_MILLE = 29  # 2.9 % and 30 minor units: the shape of a card provider's price
FEE_FIXED_MINOR = 30


def fee_of(amount: Money) -> Money:
    """Return the simulated fee: 2.9 %, half up, and 30 minor units, and never more than `amount`."""
    return Money(min((amount.minor * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_MINOR, amount.minor), amount.currency)


class Books:
    """The books of the practice system in one SQLite file; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction that is committed at the end, or undone by an exception."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone():
                connection.executescript(SCHEMA.read_text(encoding="utf-8"))
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    # --- checkout -------------------------------------------------------------------------------

    def open_checkout(self, request: StartRequest, *, now: dt.datetime) -> str:
        """Return the checkout of this gift, opened now or before."""
        with self.write() as books:
            known = books.execute("SELECT ref FROM checkout WHERE gift_id = ?", [str(request.gift_id)]).fetchone()
            if known:
                return str(known["ref"])
            ref = _ref("cs")
            books.execute(
                "INSERT INTO checkout VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', '', ?)",
                [
                    ref,
                    str(request.gift_id),
                    request.frequency.value,
                    request.amount.minor,
                    request.amount.currency,
                    request.purpose,
                    request.return_url,
                    request.cancel_url,
                    now.isoformat(),
                ],
            )
            return ref

    def pay(self, checkout_ref: str, *, now: dt.datetime, delay_seconds: int = 0, fails: bool = False, copies: int = 1) -> str:
        """Pay an open checkout and return the payment's ref.

        With `delay_seconds` the payment is pending that long, and with `fails` then fails; `copies` is how
        often each webhook is sent.
        """
        with self.write() as books:
            checkout = _one(books, "checkout", checkout_ref)
            if checkout["state"] != "open":
                raise ProviderError(f"The practice checkout {checkout_ref} is {checkout['state']}, so it cannot be paid.")
            books.execute("UPDATE checkout SET state = 'done' WHERE ref = ?", [checkout_ref])
            if checkout["frequency"] == "monthly":
                pledge_ref = _ref("pl")
                books.execute("INSERT INTO pledge VALUES (?, ?, 'active', ?, NULL)", [pledge_ref, checkout_ref, now.isoformat()])
                _event(books, "pledge.started", pledge_ref, now, copies)
            return _pay(books, checkout_ref, renewal=False, now=now, delay_seconds=delay_seconds, fails=fails, copies=copies)

    def close_checkout(self, checkout_ref: str, *, state: str, reason: str, now: dt.datetime) -> None:
        """End an open checkout without a payment: `declined` or `cancelled`. One that has ended stays as it is."""
        with self.write() as books:
            if _one(books, "checkout", checkout_ref)["state"] == "open":
                books.execute("UPDATE checkout SET state = ?, reason = ? WHERE ref = ?", [state, reason, checkout_ref])
                _event(books, f"checkout.{state}", checkout_ref, now)

    # --- pledges --------------------------------------------------------------------------------

    def renew(self, pledge_ref: str, *, now: dt.datetime, delay_seconds: int = 0, fails: bool = False) -> str:
        """Take the next month's payment of an active pledge and return its ref."""
        with self.write() as books:
            pledge = _one(books, "pledge", pledge_ref)
            if pledge["state"] != "active":
                raise ProviderError(f"The practice pledge {pledge_ref} has ended, so nothing more is taken.")
            return _pay(books, pledge["checkout_ref"], renewal=True, now=now, delay_seconds=delay_seconds, fails=fails, copies=1)

    def end_pledge(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """End a pledge; one that has ended stays as it is."""
        with self.write() as books:
            if _one(books, "pledge", pledge_ref)["state"] == "active":
                books.execute("UPDATE pledge SET state = 'ended', ended_at = ? WHERE ref = ?", [now.isoformat(), pledge_ref])
                _event(books, "pledge.ended", pledge_ref, now)

    # --- payments -------------------------------------------------------------------------------

    def settle_due(self, *, now: dt.datetime) -> int:
        """Settle, or fail, the delayed payments whose time has come; return how many."""
        with self.write() as books:
            due = books.execute("SELECT ref, fails FROM payment WHERE state = 'pending' AND due_at <= ?", [now.isoformat()]).fetchall()
            for payment in due:
                _finish(books, payment["ref"], now, fails=bool(payment["fails"]))
            return len(due)

    def finish(self, payment_ref: str, *, now: dt.datetime, fails: bool) -> None:
        """Settle or fail one payment now. A settled one may still fail: a bank that takes its debit back."""
        with self.write() as books:
            payment = _one(books, "payment", payment_ref)
            if payment["state"] == "failed" or (payment["state"] == "settled" and not fails):
                return
            if payment["state"] == "settled" and _left(books, payment_ref).minor != _one(books, "checkout", payment["checkout_ref"])["amount_minor"]:
                raise ProviderError(f"Part of the practice payment {payment_ref} was given back or is disputed, so the bank cannot take it back whole.")
            _finish(books, payment_ref, now, fails=fails)

    def refund(self, payment_ref: str, *, amount: Money, key: str, now: dt.datetime, copies: int = 1) -> str:
        """Give back part or all of a settled payment and return the refund's ref; the same key twice gives the same one."""
        with self.write() as books:
            known = books.execute("SELECT ref FROM refund WHERE key = ?", [key]).fetchone()
            if known:
                return str(known["ref"])
            payment, left = _one(books, "payment", payment_ref), _left(books, payment_ref)
            if payment["state"] != "settled":
                raise ProviderError(f"The practice payment {payment_ref} is {payment['state']}, so there is nothing to give back.")
            if amount.minor <= 0 or amount > left:
                raise ProviderError(f"{amount} cannot be given back from {payment_ref}: {left} is left of it.")
            ref = _ref("re")
            books.execute("INSERT INTO refund VALUES (?, ?, ?, ?, ?)", [ref, key, payment_ref, amount.minor, now.isoformat()])
            _event(books, "payment.refunded", payment_ref, now, copies)
            return ref

    def dispute(self, payment_ref: str, *, now: dt.datetime) -> str:
        """Have the supporter's bank hold back what is left of a settled payment; return the dispute's ref."""
        with self.write() as books:
            left = _left(books, payment_ref)
            if _one(books, "payment", payment_ref)["state"] != "settled" or left.minor == 0:
                raise ProviderError(f"Nothing of the practice payment {payment_ref} can be disputed.")
            ref = _ref("dp")
            books.execute("INSERT INTO dispute VALUES (?, ?, ?, 'open', ?, NULL)", [ref, payment_ref, left.minor, now.isoformat()])
            _event(books, "dispute.opened", payment_ref, now)
            return ref

    def close_dispute(self, dispute_ref: str, *, won: bool, now: dt.datetime) -> None:
        """Decide an open dispute; one that is decided stays as it is."""
        with self.write() as books:
            dispute = _one(books, "dispute", dispute_ref)
            if dispute["state"] == "open":
                books.execute("UPDATE dispute SET state = ?, closed_at = ? WHERE ref = ?", ["won" if won else "lost", now.isoformat(), dispute_ref])
                _event(books, "dispute.closed", dispute["payment_ref"], now)

    # --- reading and sending --------------------------------------------------------------------

    def row(self, table: str, ref: str) -> sqlite3.Row:
        """Return one row of a table.

        Raises:
            ProviderError: no such row.
        """
        with self.write() as books:
            return _one(books, table, ref)

    def rows(self, query: str, values: list[object]) -> list[sqlite3.Row]:
        """Return the rows that a query of client.py finds."""
        with self.write() as books:
            return books.execute(query, values).fetchall()

    def attempted(self, event_id: str, *, delivered: bool, now: dt.datetime) -> None:
        """Note that an event was sent; one not taken is sent again later, after 5, 10, 20 ... seconds, at most an hour."""
        with self.write() as books:
            event = books.execute("SELECT attempts FROM event WHERE id = ?", [event_id]).fetchone()
            wait_seconds = min(FIRST_RETRY_SECONDS * 2 ** min(event["attempts"], 20), LONGEST_RETRY_SECONDS)
            books.execute(
                "UPDATE event SET attempts = attempts + 1, delivered_at = ?, due_at = ? WHERE id = ?",
                [now.isoformat() if delivered else None, (now + dt.timedelta(seconds=wait_seconds)).isoformat(), event_id],
            )


def _pay(books: sqlite3.Connection, checkout_ref: str, *, renewal: bool, now: dt.datetime, delay_seconds: int, fails: bool, copies: int) -> str:
    ref = _ref("pay")
    due_at = now + dt.timedelta(seconds=delay_seconds)
    books.execute(
        "INSERT INTO payment VALUES (?, ?, ?, 'pending', '', ?, ?, ?, NULL, NULL)",
        [ref, checkout_ref, int(renewal), now.isoformat(), due_at.isoformat(), int(fails)],
    )
    if delay_seconds:
        _event(books, "payment.pending", ref, now, copies)
    else:
        _finish(books, ref, now, fails=fails, copies=copies)
    return ref


def _finish(books: sqlite3.Connection, ref: str, now: dt.datetime, *, fails: bool, copies: int = 1) -> None:
    if fails:
        books.execute("UPDATE payment SET state = 'failed', failed_at = ?, reason = 'The bank refused the payment.' WHERE ref = ?", [now.isoformat(), ref])
    else:
        books.execute("UPDATE payment SET state = 'settled', settled_at = ? WHERE ref = ?", [now.isoformat(), ref])
    _event(books, "payment.failed" if fails else "payment.settled", ref, now, copies)


def _left(books: sqlite3.Connection, payment_ref: str) -> Money:
    """Return what is neither refunded nor held back nor lost of a payment."""
    row = books.execute(
        """SELECT c.currency, c.amount_minor
                  - (SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE payment_ref = p.ref)
                  - (SELECT coalesce(sum(amount_minor), 0) FROM dispute WHERE payment_ref = p.ref AND state <> 'won') AS minor
           FROM payment p JOIN checkout c ON c.ref = p.checkout_ref WHERE p.ref = ?""",
        [payment_ref],
    ).fetchone()
    if row is None:
        raise ProviderError(f"The practice system knows no payment {payment_ref!r}.")
    return Money(row["minor"], row["currency"])


def _event(books: sqlite3.Connection, kind: str, object_ref: str, now: dt.datetime, copies: int = 1) -> None:
    books.execute(
        "INSERT INTO event (id, kind, object_ref, created_at, due_at, copies) VALUES (?, ?, ?, ?, ?, ?)",
        [_ref("evt"), kind, object_ref, now.isoformat(), now.isoformat(), copies],
    )


def _one(books: sqlite3.Connection, table: str, ref: str) -> sqlite3.Row:
    queries = {
        "checkout": "SELECT * FROM checkout WHERE ref = ?",
        "pledge": "SELECT * FROM pledge WHERE ref = ?",
        "payment": "SELECT * FROM payment WHERE ref = ?",
        "refund": "SELECT * FROM refund WHERE ref = ?",
        "dispute": "SELECT * FROM dispute WHERE ref = ?",
    }
    row: sqlite3.Row | None = books.execute(queries[table], [ref]).fetchone()
    if row is None:
        raise ProviderError(f"The practice system knows no {table} {ref!r}.")
    return row


def _ref(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(16)}"
