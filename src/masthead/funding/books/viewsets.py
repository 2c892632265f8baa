"""Expenses in Wagtail's admin: entered by one, approved or refused by another. For publishers only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from masthead.funding.books import pages
from masthead.funding.books.forms import ExpenseForm
from masthead.funding.books.models import Category, Expense, Shown
from masthead.funding.books.reversing import approve_reversal, ask_reversal, refuse_reversal
from masthead.funding.books.spending import ExpenseRefused, approve_expense, enter_expense, refuse_expense
from masthead.kernel import clock
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError

LATEST = 50
PEOPLE = ("entered_by", "decided_by", "reversal_asked_by", "reversed_by")
SAID = {
    "approve": "Approved: it is in the books.",
    "refuse": "Refused. Nothing was posted.",
    "take-back": "Asked. It is taken back when another person has approved it.",
    "approve-back": "Taken back: a row of its own says so in the books.",
    "leave": "It stays in the books as it is.",
}


class ExpenseViewSet(ViewSet):
    """Expenses: the list, a new one, one with its paper and decision."""

    name = "expenses"
    icon = "clipboard-list"
    menu_label = "Expenses"
    menu_hook = "register_funding_menu_item"
    menu_order = 55

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read expenses."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("books.view_expense")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, the form, an expense's page and its paper."""
        return [
            path("", list_view, name="index"),
            path("new/", new_view, name="new"),
            path("<uuid:pk>/", expense_view, name="expense"),
            path("<uuid:pk>/paper/", paper_view, name="paper"),
        ]


def list_view(request: HttpRequest) -> HttpResponse:
    """Show what waits for a second person, and the latest that was decided."""
    _allowed(request, "books.view_expense")
    found = Expense.objects.defer("paper").select_related(*PEOPLE)
    asked = Q(reversal_asked_by__isnull=False, reversal_row=None)
    waiting = found.filter(Q(state=Expense.State.WAITING) | asked).order_by("entered_at")
    decided = found.exclude(state=Expense.State.WAITING).exclude(asked).order_by("-decided_at")[:LATEST]
    facts = {name: [(one, pages.money(one.amount)) for one in some] for name, some in (("waiting", waiting), ("decided", decided))}
    return render(request, "books/desk/expenses.html", facts | {"may_enter": request.user.has_perm("books.add_expense")})


def new_view(request: HttpRequest) -> HttpResponse:
    """Take an expense."""
    _allowed(request, "books.add_expense")
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ExpenseForm(*posted, initial={"paid_on": date_in(settings.ENV.zone, clock.now())})
    if request.method == "POST" and form.is_valid() and form.amount_given is not None:
        said = form.cleaned_data
        try:
            enter_expense(
                category=Category(said["category"]),
                amount=form.amount_given,
                paid_on=said["paid_on"],
                paid_from=said["paid_from"].pk,
                payee=said["payee"],
                shown=Shown(said["shown"]),
                note=said["note"],
                story_path=said["story_path"],
                paper=said["paper"].read(),
                paper_name=said["paper"].name,
                by=request.user,
                now=clock.now(),
            )
        except MastheadError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Entered. It is in the books when another person has approved it.")
            return redirect("expenses:index")
    return render(request, "books/desk/new_expense.html", {"form": form})


def expense_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one expense; approve or refuse it, and have it taken back by two."""
    _allowed(request, "books.view_expense")
    expense = get_object_or_404(Expense.objects.defer("paper").select_related(*PEOPLE), pk=pk)
    own, error = expense.entered_by_id == request.user.pk, ""
    if request.method == "POST":
        do = request.POST.get("do", "")
        if not (own and do == "refuse"):  # one's own mistake may be taken back without the other person's right
            _allowed(request, "books.approve_expense")
        try:
            _do(expense, do, reason=request.POST.get("reason", ""), by=request.user)
        except MastheadError as refusal:
            error = str(refusal)
        else:
            messages.success(request, SAID[do])
            return redirect("expenses:index")
    facts = {"expense": expense, "amount": pages.money(expense.amount), "error": error, "is_own": own}
    may = {
        "may_decide": request.user.has_perm("books.approve_expense"),
        "waits": expense.state == Expense.State.WAITING,
        "in_books": expense.state == Expense.State.APPROVED and not expense.reversal_row,
        "asked_self": expense.reversal_asked_by_id == request.user.pk,
    }
    return render(request, "books/desk/expense.html", facts | may)


def _do(expense: Expense, do: str, *, reason: str, by: Any) -> None:
    """Do what the pressed button says."""
    now = clock.now()
    acts: dict[str, Callable[[], object]] = {
        "approve": lambda: approve_expense(expense=expense, by=by, now=now),
        "refuse": lambda: refuse_expense(expense=expense, reason=reason, by=by, now=now),
        "take-back": lambda: ask_reversal(expense=expense, reason=reason, by=by, now=now),
        "approve-back": lambda: approve_reversal(expense=expense, by=by, now=now),
        "leave": lambda: refuse_reversal(expense=expense),
    }
    if do not in acts:
        raise ExpenseRefused("Press one of the buttons: nothing was changed.")
    acts[do]()


def paper_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send an expense's paper, as a file that no browser runs."""
    _allowed(request, "books.view_expense")
    expense = get_object_or_404(Expense, pk=pk)
    answer = HttpResponse(
        bytes(expense.paper), content_type="application/octet-stream", headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    )
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in expense.paper_name)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _allowed(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
