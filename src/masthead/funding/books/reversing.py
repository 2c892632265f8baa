"""Taking an approved expense back: asked for by one person, approved by another, then a row of its own in the books."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from masthead.funding.books.models import Expense
from masthead.funding.books.spending import LONGEST_REASON, ExpenseRefused
from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.models import Kind, Transfer
from masthead.kernel.clock import date_in
from masthead.readers.rules import one_line


@transaction.atomic
def ask_reversal(*, expense: Expense, reason: str, by: Any, now: dt.datetime) -> Expense:
    """Ask that an approved expense is taken back whole; nothing is posted before another person approves it.

    Raises:
        ExpenseRefused: it is not in the books, is taken back already, or no reason is given.
        BadText: the reason holds what no line may.
    """
    found = _approved(expense)
    why = one_line(reason, longest=LONGEST_REASON)
    if not why:
        raise ExpenseRefused("Say why the expense is taken back.")
    if found.reversal_asked_by_id:
        raise ExpenseRefused("It was asked already that this expense is taken back: another person approves or refuses it.")
    found.reversal_reason, found.reversal_asked_by, found.reversal_asked_at = why, by, now
    found.save()
    return found


@transaction.atomic
def approve_reversal(*, expense: Expense, by: Any, now: dt.datetime) -> Expense:
    """Take an expense back as another person asked: a row dated today, counted in the month of the expense.

    Raises:
        ExpenseRefused: nobody asked, the same person did, or it is taken back already.
    """
    found = _asked(expense)
    if found.reversal_asked_by_id == by.pk:
        raise ExpenseRefused("You asked for this yourself: another person must look at it and approve it.")
    original = Transfer.objects.get(id=f"expense:{found.pk}")
    draft = taking_back(original, id=f"expense:{found.pk}:reversal", kind=Kind.REVERSAL, amount=found.amount, dated=date_in(settings.ENV.zone, now))
    [row] = post(drafts=[draft], now=now)
    found.reversed_by, found.reversed_at, found.reversal_row = by, now, row.seq
    found.save()
    return found


@transaction.atomic
def refuse_reversal(*, expense: Expense) -> Expense:
    """Leave an expense as it is in the books: the wish to take it back is withdrawn, or refused by another person.

    Raises:
        ExpenseRefused: nobody asked, or it is taken back already.
    """
    found = _asked(expense)
    found.reversal_reason, found.reversal_asked_by, found.reversal_asked_at = "", None, None
    found.save()
    return found


def _approved(expense: Expense) -> Expense:
    found = Expense.objects.select_for_update(of=("self",)).get(pk=expense.pk)
    if found.state != Expense.State.APPROVED:
        raise ExpenseRefused("This expense is not in the books, so there is nothing to take back.")
    if found.reversal_row:
        raise ExpenseRefused(f"This expense is taken back already, in row {found.reversal_row}: nothing was changed.")
    return found


def _asked(expense: Expense) -> Expense:
    found = _approved(expense)
    if not found.reversal_asked_by_id:
        raise ExpenseRefused("Nobody asked that this expense is taken back.")
    return found
