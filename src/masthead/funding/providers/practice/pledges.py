"""Pledges at the practice system: they renew by the clock, are refused, paused and changed as at a real provider."""

import datetime as dt
import sqlite3

from masthead.funding.providers.base import Frequency, ProviderError
from masthead.funding.providers.practice.books import Books, date_after, finish_row, note, one_row, pay_row
from masthead.kernel.money import Money

RETRY_DAYS = (3, 5, 7)  # after a refusal it tries again so many days later; refused once more, the pledge ends
MOST_AT_ONCE = 100
STANDING = {"ended": "has ended", "paused": "is paused", "past_due": "is overdue"}


class Pledges:
    """What can be done to a pledge in one set of books; every method is one transaction."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def renew(self, pledge_ref: str, *, now: dt.datetime, delay_seconds: int = 0, fails: bool = False) -> str:
        """Take the next payment of an active pledge now and return its ref."""
        with self.books.write() as books:
            pledge = one_row(books, "pledge", pledge_ref)
            if pledge["state"] != "active":
                raise ProviderError(f"The practice pledge {pledge_ref} {STANDING[pledge['state']]}, so nothing is taken.")
            return _take(books, pledge, now=now, delay_seconds=delay_seconds, fails=fails)

    def take_due(self, *, now: dt.datetime) -> int:
        """Take every payment whose date has come, and try those again that were refused; return how many were taken or refused.

        A newsroom that was off for months finds what a real provider would have done meanwhile, at its dates.
        """
        with self.books.write() as books:
            for done in range(MOST_AT_ONCE):
                pledge = books.execute(
                    "SELECT * FROM pledge WHERE state IN ('active', 'past_due') AND next_at <= ? ORDER BY next_at LIMIT 1", [now.isoformat()]
                ).fetchone()
                if pledge is None:
                    return done
                at = dt.datetime.fromisoformat(pledge["next_at"])
                if pledge["state"] == "past_due":
                    _try_again(books, pledge, now=at)
                else:
                    _take(books, pledge, now=at, fails=bool(pledge["refuses"]))
            return MOST_AT_ONCE

    def refuse(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """Have the card of an active pledge say no from now on, until it is mended; the next payment is taken now, and refused."""
        with self.books.write() as books:
            if one_row(books, "pledge", pledge_ref)["state"] != "active":
                raise ProviderError(f"The practice pledge {pledge_ref} is not active, so nothing of it can be refused.")
            books.execute("UPDATE pledge SET refuses = 1 WHERE ref = ?", [pledge_ref])
            _take(books, one_row(books, "pledge", pledge_ref), now=now, fails=True)

    def mend(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """Put another card in the place of one that says no; what is overdue is taken at once."""
        with self.books.write() as books:
            books.execute("UPDATE pledge SET refuses = 0 WHERE ref = ?", [pledge_ref])
            pledge = one_row(books, "pledge", pledge_ref)
            if pledge["state"] == "past_due":
                _try_again(books, pledge, now=now)

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> None:
        """Have later payments be of another amount, and come each month or year; the same key again changes nothing. The next date stays."""
        with self.books.write() as books:
            pledge = one_row(books, "pledge", pledge_ref)
            if pledge["state"] == "ended":
                raise ProviderError(f"The practice pledge {pledge_ref} has ended, so its amount stays.")
            if one_row(books, "checkout", pledge["checkout_ref"])["currency"] != amount.currency or amount.minor <= 0:
                raise ProviderError(f"The practice pledge {pledge_ref} cannot be over {amount}: give an amount above zero in its own currency.")
            often = frequency.value if frequency else one_row(books, "checkout", pledge["checkout_ref"])["frequency"]
            other = often != one_row(books, "checkout", pledge["checkout_ref"])["frequency"]
            if other and pledge["state"] != "active":
                raise ProviderError(
                    f"The practice pledge {pledge_ref} {STANDING[pledge['state']]}: how often it repeats changes only while it runs and is paid."
                )
            if books.execute("INSERT OR IGNORE INTO change (key) VALUES (?)", [key]).rowcount:
                books.execute("UPDATE pledge SET amount_minor = ? WHERE ref = ?", [amount.minor, pledge_ref])
                if other:  # dates are counted anew from the next one on
                    books.execute("UPDATE checkout SET frequency = ? WHERE ref = ?", [often, pledge["checkout_ref"]])
                    books.execute("UPDATE pledge SET started_at = next_at, payments = 0 WHERE ref = ?", [pledge_ref])
                note(books, "pledge.changed", pledge_ref, now)

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """Take nothing until it is taken up again; one that is paused stays so."""
        with self.books.write() as books:
            pledge = one_row(books, "pledge", pledge_ref)
            if pledge["state"] == "ended":
                raise ProviderError(f"The practice pledge {pledge_ref} has ended, so it cannot be paused.")
            if pledge["state"] != "paused":
                books.execute("UPDATE pledge SET state = 'paused', next_at = NULL WHERE ref = ?", [pledge_ref])
                note(books, "pledge.paused", pledge_ref, now)

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """Take a paused pledge up again, from its next date after now on; dates that passed meanwhile are left out."""
        with self.books.write() as books:
            pledge = one_row(books, "pledge", pledge_ref)
            if pledge["state"] == "ended":
                raise ProviderError(f"The practice pledge {pledge_ref} has ended, so it cannot be taken up again.")
            if pledge["state"] == "paused":
                books.execute("UPDATE pledge SET state = 'active', tries = 0 WHERE ref = ?", [pledge_ref])
                _set_next(books, pledge, after=now)
                note(books, "pledge.resumed", pledge_ref, now)

    def end(self, pledge_ref: str, *, now: dt.datetime) -> None:
        """End a pledge; one that has ended stays as it is."""
        with self.books.write() as books:
            if one_row(books, "pledge", pledge_ref)["state"] != "ended":
                _end(books, pledge_ref, now)


def _take(books: sqlite3.Connection, pledge: sqlite3.Row, *, now: dt.datetime, fails: bool, delay_seconds: int = 0) -> str:
    ref = pay_row(books, pledge["checkout_ref"], minor=pledge["amount_minor"], renewal=True, now=now, delay_seconds=delay_seconds, fails=fails, copies=1)
    _set_next(books, pledge, after=now)
    if fails and not delay_seconds and pledge["refuses"]:
        _overdue(books, pledge, now=now)
    return ref


def _try_again(books: sqlite3.Connection, pledge: sqlite3.Row, *, now: dt.datetime) -> None:
    """Try the last payment of an overdue pledge once more: it stays the same payment."""
    if pledge["refuses"]:
        _overdue(books, pledge, now=now)
        return
    last = books.execute("SELECT ref FROM payment WHERE checkout_ref = ? AND state = 'failed' ORDER BY rowid DESC LIMIT 1", [pledge["checkout_ref"]]).fetchone()
    finish_row(books, last["ref"], now, fails=False)
    books.execute("UPDATE pledge SET state = 'active', tries = 0 WHERE ref = ?", [pledge["ref"]])
    _set_next(books, pledge, after=now)
    note(books, "pledge.paid", pledge["ref"], now)


def _overdue(books: sqlite3.Connection, pledge: sqlite3.Row, *, now: dt.datetime) -> None:
    tries = pledge["tries"]
    if tries == len(RETRY_DAYS):
        _end(books, pledge["ref"], now)
        return
    next_at = now + dt.timedelta(days=RETRY_DAYS[tries])
    books.execute("UPDATE pledge SET state = 'past_due', tries = tries + 1, next_at = ? WHERE ref = ?", [next_at.isoformat(), pledge["ref"]])
    note(books, "pledge.past_due", pledge["ref"], now)


def _set_next(books: sqlite3.Connection, pledge: sqlite3.Row, *, after: dt.datetime) -> None:
    """Set the next date: counted from the first day, so that the 31st comes back after February."""
    frequency = one_row(books, "checkout", pledge["checkout_ref"])["frequency"]
    start, number = dt.datetime.fromisoformat(pledge["started_at"]), pledge["payments"]
    number += pledge["state"] == "active"
    while date_after(start, number, frequency) <= after:
        number += 1
    books.execute("UPDATE pledge SET payments = ?, next_at = ? WHERE ref = ?", [number, date_after(start, number, frequency).isoformat(), pledge["ref"]])


def _end(books: sqlite3.Connection, pledge_ref: str, now: dt.datetime) -> None:
    books.execute("UPDATE pledge SET state = 'ended', ended_at = ?, next_at = NULL WHERE ref = ?", [now.isoformat(), pledge_ref])
    note(books, "pledge.ended", pledge_ref, now)
