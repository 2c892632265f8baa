"""Expenses: entered by one person with the paper, approved by another, then in the books."""

import datetime as dt
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction

from masthead.funding.books.models import Category, Expense, Shown
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.models import Account, AccountKind, Kind
from masthead.funding.ledger.rules import first_of_month
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from masthead.readers.rules import one_line

LARGEST_PAPER = 10 * 2**20
LONGEST_PAYEE, LONGEST_NOTE, LONGEST_REASON, LONGEST_PATH, LONGEST_FILE = 120, 300, 300, 300, 200


class ExpenseRefused(MastheadError):
    """An expense that cannot be entered or decided: the sentence says why."""


@transaction.atomic
def enter_expense(
    *,
    category: Category,
    amount: Money,
    paid_on: dt.date,
    paid_from: str,
    payee: str,
    shown: Shown,
    note: str,
    paper: bytes,
    paper_name: str,
    by: Any,
    now: dt.datetime,
    story_path: str = "",
) -> Expense:
    """Enter an expense with its paper; nothing is in the books before another person approves it.

    Raises:
        ExpenseRefused: it cannot be so; the sentence says what.
        BadText: a line holds what no line may.
    """
    if amount.minor <= 0:
        raise ExpenseRefused("The amount must be above zero.")
    if paid_on > date_in(settings.ENV.zone, now):
        raise ExpenseRefused(f"{paid_on} has not come yet: enter what has been paid.")
    if not Account.objects.filter(pk=paid_from, kind__in=(AccountKind.BANK, AccountKind.CLEARING), currency=amount.currency).exists():
        raise ExpenseRefused(f"There is no account {paid_from!r} in {amount.currency} that money could be paid from.")
    if not paper:
        raise ExpenseRefused("Add the bill or receipt: the second person and the auditor look at it.")
    if len(paper) > LARGEST_PAPER:
        raise ExpenseRefused(f"The paper is {len(paper) // 2**20} MB large, and at most {LARGEST_PAPER // 2**20} MB are taken: scan it smaller.")
    who = one_line(payee, longest=LONGEST_PAYEE)
    if not who:
        raise ExpenseRefused("Say who was paid; below you choose what readers see of it.")
    path = one_line(story_path, longest=LONGEST_PATH)
    if path and (not path.startswith("/") or path.startswith("//")):
        raise ExpenseRefused("A story is named by its path on this site, such as /news/harbour/.")
    return Expense.objects.create(
        category=category,
        amount_minor=amount.minor,
        currency=amount.currency,
        paid_on=paid_on,
        paid_from=paid_from,
        payee=who,
        shown=shown,
        note=one_line(note, longest=LONGEST_NOTE),
        story_path=path,
        paper=paper,
        paper_name=PurePath(paper_name).name[:LONGEST_FILE],
        entered_by=by,
        entered_at=now,
    )


@transaction.atomic
def approve_expense(*, expense: Expense, by: Any, now: dt.datetime) -> Expense:
    """Approve what another person entered, and post it dated the day it was paid.

    Raises:
        ExpenseRefused: the same person entered it, or it is decided already.
    """
    found = _waiting(expense)
    if found.entered_by_id == by.pk:
        raise ExpenseRefused("You entered this yourself: another person must look at the paper and approve it.")
    open_account(code=found.account_code, currency=found.currency, kind=AccountKind.SPENDING, now=now)
    draft = Draft(
        id=f"expense:{found.pk}",
        kind=Kind.EXPENSE,
        debit=found.account_code,
        credit=found.paid_from,
        amount=found.amount,
        dated=found.paid_on,
        book_month=first_of_month(found.paid_on),
    )
    [row] = post(drafts=[draft], now=now)
    found.state, found.decided_by, found.decided_at, found.row = Expense.State.APPROVED, by, now, row.seq
    found.save()
    return found


@transaction.atomic
def refuse_expense(*, expense: Expense, reason: str, by: Any, now: dt.datetime) -> Expense:
    """Refuse an expense for a reason; whoever entered it may take it back in this way. Nothing is posted.

    Raises:
        ExpenseRefused: it is decided already, or no reason is given.
    """
    found = _waiting(expense)
    why = one_line(reason, longest=LONGEST_REASON)
    if not why:
        raise ExpenseRefused("Say why the expense is refused.")
    found.state, found.decided_by, found.decided_at, found.reason = Expense.State.REFUSED, by, now, why
    found.save()
    return found


def _waiting(expense: Expense) -> Expense:
    found = Expense.objects.select_for_update(of=("self",)).select_related("entered_by").get(pk=expense.pk)
    if found.state != Expense.State.WAITING:
        raise ExpenseRefused(f"This expense is {Expense.State(found.state).label.lower()} already: nothing was changed.")
    return found
