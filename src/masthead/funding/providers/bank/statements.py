"""What a bank's file says, whatever its form; and the laws it must keep to be believed. Pure: no database, no clock."""

import datetime as dt
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from dataclasses import dataclass, replace

from masthead.funding.providers.bank.references import is_iban
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import LARGEST_MINOR, Money, MoneyError, digits_of

LARGEST_FILE = 10 * 2**20  # bytes; a year of a busy newsroom is less than a tenth of it
LONGEST_TEXT, LONGEST_REF, LONGEST_NAME = 1000, 140, 140
WIDTHS = {"%Y%m%d": 8, "%y%m%d": 6}  # dates without marks between their parts, and how many figures they have
# What banks write where they have no reference (SEPA rulebook: NOTPROVIDED; MT940: NONREF).
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "N/A", "/"})


class StatementRefused(MastheadError):
    """A bank's file of which nothing was taken: the sentence says where and why."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One booking on the account. `amount` is signed: what came in is positive."""

    place: int  # line of the file that it begins on
    booked_on: dt.date
    value_on: dt.date
    amount: Money
    reference: str = ""  # structured: a creditor reference (ISO 11649) or the bank's own scheme
    end_to_end: str = ""
    counterparty: str = ""
    text: str = ""
    bank_ref: str = ""  # the bank's own, of the whole entry; empty where it gives none
    detail_ref: str = ""  # the bank's own, of one transaction among several of an entry
    reversal: bool = False


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What happened on one account over some days. Without both balances it is a notice: its lines are true, its sum unproven."""

    form: str  # such as camt.053
    account: str  # IBAN, or the bank's own number; without spaces
    currency: str
    opening: Money | None
    closing: Money | None
    opened_on: dt.date
    closed_on: dt.date
    lines: tuple[Line, ...]
    number: str = ""
    place: int = 1  # line of the file that it begins on
    goes_on: bool = False  # it ends with an interim balance: another page of it follows
    went_on: bool = False  # it begins with one: a page went before

    @property
    def is_notice(self) -> bool:
        """Say whether the file gave no two balances that its lines could be proved by."""
        return self.opening is None or self.closing is None


def refuse(place: int, reason: str) -> StatementRefused:
    """Return the refusal of a whole file for what stands on one of its lines."""
    return StatementRefused(f"Line {place}: {reason} Nothing of the file was taken.")


def checked(statement: Statement) -> Statement:
    """Return the statement, its law held: opening balance and lines make the closing balance, to the smallest unit.

    Raises:
        StatementRefused: they do not, or amounts of two currencies are mixed.
    """
    for amount, place in [(statement.opening, statement.place), (statement.closing, statement.place), *((line.amount, line.place) for line in statement.lines)]:
        if amount is not None and amount.currency != statement.currency:
            raise refuse(place, f"an amount in {amount.currency} stands on an account in {statement.currency}: a statement has one currency.")
    if statement.opening is None or statement.closing is None:
        return statement
    moved = sum(line.amount.minor for line in statement.lines)
    found = statement.opening.minor + moved
    if abs(found) > LARGEST_MINOR or abs(moved) > LARGEST_MINOR:
        raise refuse(statement.place, "its amounts add up to more than Masthead counts with.")
    if found != statement.closing.minor:
        count = len(statement.lines)
        raise refuse(
            statement.place,
            f"the statement does not add up: opening {statement.opening}, {count} {'entry' if count == 1 else 'entries'} of {Money(moved, statement.currency)}"
            f" in all make {Money(found, statement.currency)}, and the closing balance says {statement.closing}. Ask the bank for the file again.",
        )
    return statement


def paged(statements: list[Statement]) -> list[Statement]:
    """Return a file's statements, those that are told in pages held to it: each page begins at the balance of the one before.

    A first or a last page may stand in another file; between two of one file none may be missing.

    Raises:
        StatementRefused: a page is missing, doubled or out of order.
    """
    latest: dict[tuple[str, str], Statement] = {}
    for statement in statements:
        before = latest.get((statement.account, statement.currency))
        if before and (before.goes_on or statement.went_on) and (before.goes_on != statement.went_on or before.closing != statement.opening):
            raise refuse(
                statement.place,
                f"a page of a statement is missing, doubled or out of order: the page before ends at {before.closing}, and this one begins at {statement.opening}.",
            )
        latest[statement.account, statement.currency] = statement
    return statements


def with_balances(statement: Statement, *, opening: str, closing: str) -> Statement:
    """Return a statement with the balances that a person typed, checked; a balance the file tells itself must agree.

    Raises:
        StatementRefused: one is not an amount, contradicts the file, or the lines do not lead from one to the other.
    """
    try:
        first = Money.parse(opening, statement.currency) if opening.strip() else statement.opening
        last = Money.parse(closing, statement.currency) if closing.strip() else statement.closing
    except MoneyError as error:
        raise StatementRefused(f"The balance cannot be read: {error}") from None
    for said, typed, name in ((statement.opening, first, "opening"), (statement.closing, last, "closing")):
        if said is not None and typed != said:
            raise StatementRefused(f"The file says that the {name} balance is {said}, and {typed} was typed: leave the field empty, or check the file.")
    return checked(replace(statement, opening=first, closing=last))


def exact(text: str, currency: str, *, place: int, mark: str = ".") -> Money:
    """Read an unsigned amount as a bank writes it: figures, and one decimal `mark` at most; zeros beyond the currency's digits are dropped.

    Raises:
        StatementRefused: it is no such amount, finer than the currency's smallest unit, or no currency.
    """
    match = re.fullmatch(rf"([0-9]{{0,18}})(?:{re.escape(mark)}([0-9]{{0,18}}))?", text.strip())
    try:
        digits = digits_of(currency)
        if not match or not (match[1] or match[2]):
            raise refuse(place, f"“{text.strip()[:40]}” is not an amount.")
        fraction = (match[2] or "").rstrip("0")
        if len(fraction) > digits:
            raise refuse(place, f"“{text.strip()[:40]}” is finer than the smallest unit of {currency}.")
        return Money(int((match[1] or "0") + fraction.ljust(digits, "0")), currency)
    except MoneyError as error:
        raise refuse(place, str(error)) from None


def date_of(text: str, form: str, *, place: int) -> dt.date:
    """Read a date written in `form` (as strptime has it).

    Raises:
        StatementRefused: there is no such date.
    """
    said = text.strip()
    if form in WIDTHS and not re.fullmatch(rf"[0-9]{{{WIDTHS[form]}}}", said):
        said = ""  # strptime would take 202611 for the first of January
    try:
        return dt.datetime.strptime(said, form).date()  # noqa: DTZ007  (a bank's day has no zone)
    except ValueError:
        raise refuse(place, f"“{text.strip()[:40]}” is not a date here.") from None


def own_reference(text: str | None) -> str:
    """Return a reference, or nothing where the bank wrote that there is none."""
    said = one_line([text or ""], longest=LONGEST_REF)
    return "" if said.upper() in NO_REFERENCE else said


def one_line(parts: Iterable[str | None], *, longest: int = LONGEST_TEXT) -> str:
    """Join what is there to one line of printable text, said once each, cut at `longest` characters."""
    said = dict.fromkeys(" ".join("".join(c if c.isprintable() else " " for c in part).split()) for part in parts if part)
    return " ".join(part for part in said if part)[:longest].strip()


def account_number(text: str) -> str:
    """Return an account's number without spaces, in capitals; of an IBAN with its currency behind it (as MT940 may have it) the IBAN."""
    number = re.sub(r"\s", "", text).upper()[:60]
    return number[:-3] if re.search(r"[A-Z]{3}\Z", number) and is_iban(number[:-3]) else number


def decoded(data: bytes) -> str:
    """Return a text file's text: UTF-16 where it says so, UTF-8 where it is that, else Windows-1252 with Latin-1 where that has gaps."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
