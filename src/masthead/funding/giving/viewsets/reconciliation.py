"""Reconciliation in the admin: how each provider stands, what does not match and why, explaining it, looking again now."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from masthead.funding.giving import words
from masthead.funding.giving.reconciling import actions, queries
from masthead.funding.giving.reconciling.models import Discrepancy
from masthead.funding.giving.viewsets.parts import shown_to
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError

MOST = 200


class ReconciliationViewSet(ViewSet):
    """One page under Funding."""

    name = "reconciliation"
    icon = "tasks"
    menu_label = "Reconciliation"
    menu_hook = "register_funding_menu_item"
    menu_order = 60

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read what does not match."""
        return shown_to("giving.view_discrepancy", super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the page, the button to look again, and explaining one row."""
        return [
            path("", reconciliation_view, name="index"),
            path("run/", run_view, name="run"),
            path("<int:pk>/explain/", explain_view, name="explain"),
        ]


@permission_required("giving.view_discrepancy", raise_exception=True)
def reconciliation_view(request: HttpRequest) -> HttpResponse:
    """Show how each provider stands, and what does not match, the oldest first."""
    now = clock.now()
    rows = queries.open_discrepancies()
    facts = {
        "badge": queries.badge(now),
        "standings": [
            (one, words.day_and_hour(one.last.began_at) if one.last else "", words.day_and_hour(one.succeeded.began_at) if one.succeeded else "")
            for one in queries.standings()
        ],
        "count": rows.count(),
        "most": MOST,
        "rows": [(row, queries.gift_of(row), (now - row.first_seen_at).days, words.day_and_hour(row.first_seen_at)) for row in rows[:MOST]],
        "may_change": request.user.has_perm("giving.change_discrepancy"),
        "may_see_books": request.user.has_perm("ledger.view_transfer"),
    }
    return render(request, "giving/desk/reconciliation.html", facts)


@require_POST
@permission_required("giving.change_discrepancy", raise_exception=True)
def run_view(request: HttpRequest) -> HttpResponse:
    """Hold every provider against the books now."""
    for run in actions.reconcile_all(now=clock.now()):
        if run.error:
            messages.error(request, f"{run.provider}: {run.error}")
        else:
            messages.success(request, f"{run.provider}: {run.movements} movements looked at, {run.differing} do not match.")
    return redirect("reconciliation:index")


@require_POST
@permission_required("giving.change_discrepancy", raise_exception=True)
def explain_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a person's explanation of one row."""
    row = get_object_or_404(Discrepancy, pk=pk)
    try:
        actions.explain(discrepancy=row, reason=request.POST.get("reason", ""), by=request.user, now=clock.now())
    except MastheadError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Your explanation is kept. The public badge counts this as explained.")
    return redirect("reconciliation:index")
