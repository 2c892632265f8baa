"""The desk's pages of offline entries: entered by one, confirmed or refused by another."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from masthead.funding.giving import words
from masthead.funding.giving.banking import queries
from masthead.funding.giving.banking.forms import OfflineForm
from masthead.funding.giving.banking.models import IncomeKind, Means, OfflineEntry
from masthead.funding.giving.banking.offline import confirm_offline, enter_offline, refuse_offline
from masthead.kernel import clock
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError

LATEST = 50


def list_view(request: HttpRequest) -> HttpResponse:
    """Show what waits for a second person, and the latest that was decided."""
    _allowed(request, "giving.view_offlineentry")
    decided = (
        OfflineEntry.objects.exclude(state=OfflineEntry.State.WAITING).select_related("campaign", "entered_by", "decided_by").order_by("-decided_at")[:LATEST]
    )
    facts = {"waiting": [(entry, entry.amount.words()) for entry in queries.waiting_entries()], "decided": [(entry, entry.amount.words()) for entry in decided]}
    return render(request, "giving/desk/offline/index.html", facts | {"may_enter": request.user.has_perm("giving.add_offlineentry")})


def new_view(request: HttpRequest) -> HttpResponse:
    """Take an entry."""
    _allowed(request, "giving.add_offlineentry")
    today = date_in(settings.ENV.zone, clock.now())
    form = OfflineForm(request.POST if request.method == "POST" else None, initial={"currency": settings.ENV.currency, "received_on": today})
    if request.method == "POST" and form.is_valid() and form.amount_given is not None:
        said = form.cleaned_data
        try:
            entry = enter_offline(
                means=Means(said["means"]),
                amount=form.amount_given,
                received_on=said["received_on"],
                receipt_note=said["receipt_note"],
                campaign=said["campaign"],
                income=IncomeKind(said["income"]) if said["income"] else None,
                name=said["name"],
                email=said["email"],
                by=request.user,
                now=clock.now(),
            )
        except MastheadError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{entry.amount.words()} is entered. It counts when another person has confirmed it.")
            return redirect("offline:index")
    return render(request, "giving/desk/offline/new.html", {"form": form})


def entry_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one entry with its history; confirm or refuse it."""
    _allowed(request, "giving.view_offlineentry")
    entry = get_object_or_404(OfflineEntry.objects.select_related("campaign", "entered_by", "decided_by"), pk=pk)
    error = ""
    if request.method == "POST":
        own = entry.entered_by_id == request.user.pk
        refusing = request.POST.get("do") == "refuse"
        if not (own and refusing):  # one's own mistake may be taken back without the other person's right
            _allowed(request, "giving.confirm_offlineentry")
        try:
            if refusing:
                refuse_offline(entry=entry, reason=request.POST.get("reason", ""), by=request.user, now=clock.now())
            else:
                confirm_offline(entry=entry, by=request.user, now=clock.now())
        except MastheadError as refusal:
            error = str(refusal)
        else:
            messages.success(request, "Refused. Nothing was posted." if refusing else f"{entry.amount.words()} is in the books.")
            return redirect("offline:index")
    facts = {
        "entry": entry,
        "amount": entry.amount.words(),
        "error": error,
        "entered": words.day_and_hour(entry.entered_at),
        "decided": words.day_and_hour(entry.decided_at) if entry.decided_at else "",
        "waits": entry.state == OfflineEntry.State.WAITING,
        "is_own": entry.entered_by_id == request.user.pk,
        "may_decide": request.user.has_perm("giving.confirm_offlineentry"),
    }
    return render(request, "giving/desk/offline/entry.html", facts)


def _allowed(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
