"""The practice system itself: its books in `practice.sqlite3`, and what it does when a button is pressed.

It stands for a remote system, so it has no Django models, no ledger and no names of people; Masthead talks
to it through `client.py` alone.
"""

import calendar
import datetime as dt
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masthead.funding.providers.base import ProviderError, StartRequest
from masthead.kernel.money import Money

SCHEMA = Path(__file__).with_name("schema.sql")
VERSION = 2  # of schema.sql
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
            if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                _bring_up(connection)
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
            ref = new_ref("cs")
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
            checkout = one_row(books, "checkout", checkout_ref)
            if checkout["state"] != "open":
                raise ProviderError(f"The practice checkout {checkout_ref} is {checkout['state']}, so it cannot be paid.")
            books.execute("UPDATE checkout SET state = 'done' WHERE ref = ?", [checkout_ref])
            if checkout["frequency"] != "once":
                pledge_ref, next_at = new_ref("pl"), date_after(now, 1, checkout["frequency"])
                books.execute(
                    "INSERT INTO pledge (ref, checkout_ref, state, started_at, amount_minor, next_at) VALUES (?, ?, 'active', ?, ?, ?)",
                    [pledge_ref, checkout_ref, now.isoformat(), checkout["amount_minor"], next_at.isoformat()],
                )
                note(books, "pledge.started", pledge_ref, now, copies)
            return pay_row(books, checkout_ref, minor=checkout["amount_minor"], renewal=False, now=now, delay_seconds=delay_seconds, fails=fails, copies=copies)

    def close_checkout(self, checkout_ref: str, *, state: str, reason: str, now: dt.datetime) -> None:
        """End an open checkout without a payment: `declined` or `cancelled`. One that has ended stays as it is."""
        with self.write() as books:
            if one_row(books, "checkout", checkout_ref)["state"] == "open":
                books.execute("UPDATE checkout SET state = ?, reason = ? WHERE ref = ?", [state, reason, checkout_ref])
                note(books, f"checkout.{state}", checkout_ref, now)

    # --- payments -------------------------------------------------------------------------------

    def settle_due(self, *, now: dt.datetime) -> int:
        """Settle, or fail, the delayed payments whose time has come; return how many."""
        with self.write() as books:
            due = books.execute("SELECT ref, fails FROM payment WHERE state = 'pending' AND due_at <= ?", [now.isoformat()]).fetchall()
            for payment in due:
                finish_row(books, payment["ref"], now, fails=bool(payment["fails"]))
            return len(due)

    def finish(self, payment_ref: str, *, now: dt.datetime, fails: bool) -> None:
        """Settle or fail one payment now. A settled one may still fail: a bank that takes its debit back."""
        with self.write() as books:
            payment = one_row(books, "payment", payment_ref)
            if payment["state"] == "failed" or (payment["state"] == "settled" and not fails):
                return
            if payment["state"] == "settled" and _left(books, payment_ref).minor != payment["amount_minor"]:
                raise ProviderError(f"Part of the practice payment {payment_ref} was given back or is disputed, so the bank cannot take it back whole.")
            finish_row(books, payment_ref, now, fails=fails)

    def refund(self, payment_ref: str, *, amount: Money, key: str, now: dt.datetime, copies: int = 1) -> str:
        """Give back part or all of a settled payment and return the refund's ref; the same key twice gives the same one."""
        with self.write() as books:
            known = books.execute("SELECT ref FROM refund WHERE key = ?", [key]).fetchone()
            if known:
                return str(known["ref"])
            payment, left = one_row(books, "payment", payment_ref), _left(books, payment_ref)
            if payment["state"] != "settled":
                raise ProviderError(f"The practice payment {payment_ref} is {payment['state']}, so there is nothing to give back.")
            if amount.minor <= 0 or amount > left:
                raise ProviderError(f"{amount} cannot be given back from {payment_ref}: {left} is left of it.")
            ref = new_ref("re")
            books.execute("INSERT INTO refund VALUES (?, ?, ?, ?, ?)", [ref, key, payment_ref, amount.minor, now.isoformat()])
            note(books, "payment.refunded", payment_ref, now, copies)
            return ref

    def dispute(self, payment_ref: str, *, now: dt.datetime) -> str:
        """Have the supporter's bank hold back what is left of a settled payment; return the dispute's ref."""
        with self.write() as books:
            left = _left(books, payment_ref)
            if one_row(books, "payment", payment_ref)["state"] != "settled" or left.minor == 0:
                raise ProviderError(f"Nothing of the practice payment {payment_ref} can be disputed.")
            ref = new_ref("dp")
            books.execute("INSERT INTO dispute VALUES (?, ?, ?, 'open', ?, NULL)", [ref, payment_ref, left.minor, now.isoformat()])
            note(books, "dispute.opened", payment_ref, now)
            return ref

    def close_dispute(self, dispute_ref: str, *, won: bool, now: dt.datetime) -> None:
        """Decide an open dispute; one that is decided stays as it is."""
        with self.write() as books:
            dispute = one_row(books, "dispute", dispute_ref)
            if dispute["state"] == "open":
                books.execute("UPDATE dispute SET state = ?, closed_at = ? WHERE ref = ?", ["won" if won else "lost", now.isoformat(), dispute_ref])
                note(books, "dispute.closed", dispute["payment_ref"], now)

    # --- reading and sending --------------------------------------------------------------------

    def row(self, table: str, ref: str) -> sqlite3.Row:
        """Return one row of a table.

        Raises:
            ProviderError: no such row.
        """
        with self.write() as books:
            return one_row(books, table, ref)

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


def date_after(start: dt.datetime, number: int, frequency: str) -> dt.datetime:
    """Return the moment of the n-th later payment of a pledge that began at `start`: the same day of a later month or year, or that month's last."""
    months = start.month - 1 + number * (12 if frequency == "yearly" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _bring_up(connection: sqlite3.Connection) -> None:
    """Make the tables, or move what an older version of them holds into those of today."""
    connection.execute("PRAGMA foreign_keys=OFF")
    tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    kept = {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables}  # noqa: S608 - our own names
    amounts = {row["ref"]: row["amount_minor"] for row in kept.get("checkout", [])}
    for row in [*kept.get("payment", []), *kept.get("pledge", [])]:
        row.setdefault("amount_minor", amounts[row["checkout_ref"]])
    connection.executescript("".join(["BEGIN IMMEDIATE;", *(f"DROP TABLE {table};" for table in tables), SCHEMA.read_text(encoding="utf-8")]))
    for table, rows in kept.items():
        for row in rows:
            connection.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 - as above
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys=ON")


def pay_row(books: sqlite3.Connection, checkout_ref: str, *, minor: int, renewal: bool, now: dt.datetime, delay_seconds: int, fails: bool, copies: int) -> str:
    """Write a payment of a checkout, settled or failed at once or pending for a time, and return its ref."""
    ref = new_ref("pay")
    due_at = now + dt.timedelta(seconds=delay_seconds)
    books.execute(
        "INSERT INTO payment VALUES (?, ?, ?, ?, 'pending', '', ?, ?, ?, NULL, NULL)",
        [ref, checkout_ref, minor, int(renewal), now.isoformat(), due_at.isoformat(), int(fails)],
    )
    if delay_seconds:
        note(books, "payment.pending", ref, now, copies)
    else:
        finish_row(books, ref, now, fails=fails, copies=copies)
    return ref


def finish_row(books: sqlite3.Connection, ref: str, now: dt.datetime, *, fails: bool, copies: int = 1) -> None:
    """Settle or fail one payment, and have its webhook sent `copies` times."""
    if fails:
        books.execute("UPDATE payment SET state = 'failed', failed_at = ?, reason = 'The bank refused the payment.' WHERE ref = ?", [now.isoformat(), ref])
    else:
        books.execute("UPDATE payment SET state = 'settled', reason = '', failed_at = NULL, settled_at = ? WHERE ref = ?", [now.isoformat(), ref])
    note(books, "payment.failed" if fails else "payment.settled", ref, now, copies)


def _left(books: sqlite3.Connection, payment_ref: str) -> Money:
    """Return what is neither refunded nor held back nor lost of a payment."""
    row = books.execute(
        """SELECT c.currency, p.amount_minor
                  - (SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE payment_ref = p.ref)
                  - (SELECT coalesce(sum(amount_minor), 0) FROM dispute WHERE payment_ref = p.ref AND state <> 'won') AS minor
           FROM payment p JOIN checkout c ON c.ref = p.checkout_ref WHERE p.ref = ?""",
        [payment_ref],
    ).fetchone()
    if row is None:
        raise ProviderError(f"The practice system knows no payment {payment_ref!r}.")
    return Money(row["minor"], row["currency"])


def note(books: sqlite3.Connection, kind: str, object_ref: str, now: dt.datetime, copies: int = 1) -> None:
    """Have a webhook about an object sent as soon as somebody delivers."""
    books.execute(
        "INSERT INTO event (id, kind, object_ref, created_at, due_at, copies) VALUES (?, ?, ?, ?, ?, ?)",
        [new_ref("evt"), kind, object_ref, now.isoformat(), now.isoformat(), copies],
    )


def one_row(books: sqlite3.Connection, table: str, ref: str) -> sqlite3.Row:
    """Return one row of a table.

    Raises:
        ProviderError: no such row.
    """
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


def new_ref(kind: str) -> str:
    """Return a new ref of a kind: `pay_` and 128 random bits."""
    return f"{kind}_{secrets.token_hex(16)}"
