"""Erasures in the admin: who asks to be forgotten, doing it, and what was done, without names."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from masthead.funding.giving.managing.erasing import erase_supporter
from masthead.funding.giving.models import RUNNING
from masthead.funding.giving.viewsets.parts import shown_to
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.readers.models import Erasure, Supporter

PERMISSION = "readers.erase_supporter"
MOST = 200


class ErasureViewSet(ViewSet):
    """Supporters who are to be forgotten."""

    name = "erasures"
    icon = "bin"
    menu_label = "Erasures"
    menu_hook = "register_funding_menu_item"
    menu_order = 75

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may erase."""
        return shown_to(PERMISSION, super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the list and the page that does it."""
        return [path("", index_view, name="index"), path("<uuid:pk>/erase/", erase_view, name="erase")]


def index_view(request: HttpRequest) -> HttpResponse:
    """List who waits, and what was done."""
    _check(request)
    rows = Erasure.objects.select_related("supporter").order_by("-done_at", "-asked_at")
    waiting = rows.filter(done_at__isnull=True, supporter__isnull=False)
    return render(request, "giving/desk/erasures.html", {"asked": waiting[:MOST], "done": rows.filter(done_at__isnull=False)[:MOST]})


def erase_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what follows, ask why, and forget a supporter."""
    _check(request)
    supporter = get_object_or_404(Supporter, pk=pk)
    reason, error = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            done = erase_supporter(supporter=supporter, reason=reason, by=str(request.user), now=clock.now())
        except MastheadError as refusal:
            error = str(refusal)
        else:
            messages.success(request, f"Forgotten. {done.gifts} gifts stay counted without a name.")
            return redirect("erasures:index")
    facts = {
        "supporter": supporter,
        "gifts": supporter.gifts.count(),
        "running": supporter.pledges.filter(state__in=RUNNING).count(),
        "years": settings.ENV.retention_years,
        "reason": reason,
        "error": error,
    }
    return render(request, "giving/desk/erase.html", facts)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
