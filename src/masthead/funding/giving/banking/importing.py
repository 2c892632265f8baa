"""Keeping a bank's file and taking its lines: whole or not at all, and each line once."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from masthead.funding.giving.banking import rules
from masthead.funding.giving.banking.booking import open_bank
from masthead.funding.giving.banking.mappings import remember
from masthead.funding.giving.banking.matching import match_line, may_be_promised
from masthead.funding.giving.banking.models import BankAccount, BankFile, BankLine, BankStatement
from masthead.funding.giving.locks import one_at_a_time
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.models import AccountKind, Kind
from masthead.funding.ledger.rules import first_of_month
from masthead.funding.providers.bank import reading
from masthead.funding.providers.bank.statements import Line, Statement, StatementRefused, with_balances
from masthead.funding.providers.bank.table import Mapping
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money

NOTICES = frozenset({"camt.052", "camt.054"})  # tell of bookings and never prove a balance

EARLIEST, AHEAD = dt.date(1990, 1, 1), dt.timedelta(days=7)  # banks book the days of a long weekend ahead


class ImportRefused(MastheadError):
    """A file that cannot be imported as asked: the sentence says what to answer. Nothing of it was taken."""


class NeedsBalances(ImportRefused):
    """A file that proves no balance: both must be typed, or it is imported as a notice."""


class UnknownAccount(ImportRefused):
    """A file about an account that the newsroom has not met."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file. `again` says that it had been imported before."""

    new: int
    known: int
    matched: int
    again: bool = False


@transaction.atomic
def keep_file(*, data: bytes, name: str, by: Any, now: dt.datetime) -> BankFile:
    """Keep a bank's file to be imported; the same bytes again are the same file.

    Raises:
        StatementRefused: it is no bank's file, or does not hold: the sentence names line and reason, and nothing is kept.
    """
    if reading.form_of(data) is not reading.Form.TABLE:
        reading.read(data)
    kept = {"name": name[:200], "data": data, "kept_by": by, "kept_at": now}
    return BankFile.objects.get_or_create(sha256=hashlib.sha256(data).hexdigest(), defaults=kept)[0]


@transaction.atomic
def import_file(
    *,
    file: BankFile,
    by: Any,
    now: dt.datetime,
    mapping: Mapping | None = None,
    opening: str = "",
    closing: str = "",
    as_notice: bool = False,
    new_account: bool = False,
) -> Imported:
    """Take a kept file's lines, each once, and match those that say what they are. A file imported before changes nothing.

    `opening` and `closing` are balances as a person types them, for a file that proves none; `as_notice` takes such
    a file without them. `new_account` says that an account not met before is the newsroom's own; its first opening
    balance is posted to the books.

    Raises:
        StatementRefused, MappingRefused: the file does not hold.
        NeedsBalances, UnknownAccount, ImportRefused: it needs another answer.
    """
    one_at_a_time("bank")
    file = BankFile.objects.select_for_update().get(pk=file.pk)
    if file.imported_at:
        return Imported(new=0, known=file.new_lines + file.known_lines, matched=0, again=True)
    statements = _of_days(_proved(reading.read(bytes(file.data), mapping=mapping), opening=opening, closing=closing, as_notice=as_notice), now=now)
    new: list[BankLine] = []
    known = 0
    for statement in statements:
        account = _account(statement, new_account=new_account, now=now)
        lines = _new_lines(file, account, statement)
        known += len(statement.lines) - len(lines)
        _enter_books(account, statement, lines, now=now)
        new += BankLine.objects.bulk_create(lines)
    file.imported_at, file.imported_by, file.new_lines, file.known_lines = now, by, len(new), known
    file.save(update_fields=["imported_at", "imported_by", "new_lines", "known_lines"])
    if mapping:
        remember(mapping=mapping, data=bytes(file.data), account=account, now=now)
    return Imported(new=len(new), known=known, matched=sum(match_line(line=line, now=now) for line in new if may_be_promised(line)))


def _of_days(statements: list[Statement], *, now: dt.datetime) -> list[Statement]:
    """Refuse what was booked on a day that has not come or long before any such file: a date was read in another order than it was written."""
    today = date_in(settings.ENV.zone, now)
    for line in (line for statement in statements for line in statement.lines):
        if not EARLIEST <= line.booked_on <= today + AHEAD:
            raise ImportRefused(
                f"Line {line.place}: it was booked on {line.booked_on}, and today is {today}: day and month may be the other way round. Nothing of the file was taken."
            )
    return statements


def _proved(statements: list[Statement], *, opening: str, closing: str, as_notice: bool) -> list[Statement]:
    unproved = [statement for statement in statements if statement.is_notice]
    if opening.strip() or closing.strip():
        if len(statements) > 1:
            raise ImportRefused(f"The file holds {len(statements)} statements, so one pair of balances cannot prove them: leave both fields empty.")
        statements = [with_balances(statements[0], opening=opening, closing=closing)]
        unproved = [statement for statement in statements if statement.is_notice]
    asked = [statement for statement in unproved if statement.form not in NOTICES]
    if asked and not as_notice:
        lacking = "no balances" if asked[0].closing is None else "no opening balance"
        raise NeedsBalances(
            f"The file ({asked[0].form}) tells {lacking}, so a missing line would not show: type them from your account, or import it as a notice."
        )
    return statements


def _account(statement: Statement, *, new_account: bool, now: dt.datetime) -> BankAccount:
    account = BankAccount.objects.filter(number=statement.account, currency=statement.currency).first()
    if account:
        return account
    if not new_account and statement.account != settings.ENV.bank_iban:
        raise UnknownAccount(
            f"The file is about the account {statement.account} in {statement.currency}, which is new here: say that it is the newsroom's own, or choose another file."
        )
    slug, number = rules.slug_of(statement.account), 1
    taken = set(BankAccount.objects.values_list("slug", flat=True)) | {"cash", "cheques", "elsewhere"}
    name = slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    account = BankAccount.objects.create(number=statement.account, currency=statement.currency, slug=name, created_at=now)
    open_bank(account.code, account.currency, now=now)
    return account


def _new_lines(file: BankFile, account: BankAccount, statement: Statement) -> list[BankLine]:
    """Return the statement's lines that are not kept yet, and keep the statement itself where it is not."""
    digest = rules.digest_of(statement)
    minors = {"opening_minor": statement.opening.minor if statement.opening else None, "closing_minor": statement.closing.minor if statement.closing else None}
    days = {"opened_on": statement.opened_on, "closed_on": statement.closed_on}
    same = {"digest": digest, "number": statement.number, **minors, **days}
    if not statement.is_notice and BankStatement.objects.filter(account=account, **same).exists():
        return []
    keys = rules.keys_of(statement.lines, before=_told_by_neighbours(account, statement))
    standing = set(BankLine.objects.filter(account=account, key__in=keys).values_list("key", flat=True))
    covered = _told_otherwise(account, statement.lines)
    kept = BankStatement.objects.create(file=file, account=account, form=statement.form, **same)
    return [
        _line(line, key, kept)
        for line, key in zip(statement.lines, keys, strict=True)
        if key not in standing and (line.booked_on, line.bank_ref) not in covered
    ]


def _told_by_neighbours(account: BankAccount, statement: Statement) -> Counter[rules.Told]:
    """Count the lines of statements that end on the day this one begins, at the balance it begins with, or the other way round.

    Such a day is told in two parts, and what looks the same in both is two bookings, not one told twice.
    """
    if statement.opening is None or statement.closing is None or statement.opening == statement.closing:
        return Counter()
    near = Q(closing_minor=statement.opening.minor, closed_on=statement.opened_on) | Q(opening_minor=statement.closing.minor, opened_on=statement.closed_on)
    neighbours = (
        BankStatement.objects.filter(near, account=account).exclude(opening_minor=statement.opening.minor).exclude(closing_minor=statement.closing.minor)
    )
    lines = BankLine.objects.filter(statement__in=neighbours, bank_ref="", booked_on__in=[statement.opened_on, statement.closed_on])
    return Counter(lines.values_list("booked_on", "fingerprint"))


def _told_otherwise(account: BankAccount, lines: Iterable[Line]) -> set[tuple[dt.date, str]]:
    """Return day and bank's reference of entries kept already in other parts: a batch told whole by one file and in its parts by another."""
    sums: Counter[tuple[dt.date, str]] = Counter()
    for line in lines:
        if line.bank_ref:
            sums[line.booked_on, line.bank_ref] += line.amount.minor
    kept = (
        BankLine.objects.filter(account=account, bank_ref__in={ref for _, ref in sums})
        .values("booked_on", "bank_ref")
        .annotate(sum=Sum("amount_minor"))
        .order_by()
    )
    return {(row["booked_on"], row["bank_ref"]) for row in kept if sums.get((row["booked_on"], row["bank_ref"])) == row["sum"]}


def _line(line: Line, key: str, statement: BankStatement) -> BankLine:
    return BankLine(
        statement=statement,
        account=statement.account,
        place=line.place,
        booked_on=line.booked_on,
        value_on=line.value_on,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        reference=line.reference,
        end_to_end=line.end_to_end,
        counterparty=line.counterparty,
        text=line.text,
        bank_ref=line.bank_ref,
        reversal=line.reversal,
        fingerprint=rules.fingerprint_of(line),
        key=key,
    )


def _enter_books(account: BankAccount, statement: Statement, lines: list[BankLine], *, now: dt.datetime) -> None:
    """Post the opening balance with an account's first proved statement; refuse what happened before it."""
    if account.opened_on:
        early = min((line.booked_on for line in lines), default=account.opened_on)
        follows = statement.opening and BankStatement.objects.filter(account=account, closing_minor=statement.opening.minor).exists()
        if early < account.opened_on and not follows:
            raise ImportRefused(
                f"The file tells of {early}, and the books of {account} begin on {account.opened_on} with the balance of that day, which holds what was before: export from then on."
            )
        return
    if statement.opening is None:
        return
    new = {line.key for line in lines}
    told = BankLine.objects.filter(account=account).exclude(key__in=new).values_list("key", "booked_on", "bank_ref", "amount_minor")
    in_file, covered = set(rules.keys_of(statement.lines, before={})), _told_otherwise(account, statement.lines)
    # What a notice told of earlier days is in the opening balance, and will be in the books as what it is.
    before = sum(minor for key, day, ref, minor in told if key not in in_file and (day, ref) not in covered)
    balance = statement.opening.minor - before
    account.opened_on = min([statement.opened_on, *(line.booked_on for line in lines)])
    account.save(update_fields=["opened_on"])
    if balance:
        other = f"opening:{account.currency}"
        open_account(code=other, currency=account.currency, kind=AccountKind.OPENING, now=now)
        debit, credit = (account.code, other) if balance > 0 else (other, account.code)
        draft = Draft(
            id=f"{account.code}:opening",
            kind=Kind.OPENING,
            debit=debit,
            credit=credit,
            amount=Money(abs(balance), account.currency),
            dated=account.opened_on,
            book_month=first_of_month(account.opened_on),
        )
        post(drafts=[draft], now=now)


__all__ = ["ImportRefused", "Imported", "NeedsBalances", "StatementRefused", "UnknownAccount", "import_file", "keep_file"]
