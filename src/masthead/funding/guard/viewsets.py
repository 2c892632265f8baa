"""The breaker in Wagtail's admin: whether it is open, its trips, the counters. Read only: it looks after itself."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from masthead.funding.guard import queries
from masthead.funding.guard.rules import Sums
from masthead.kernel import clock


class CardTestingViewSet(ViewSet):
    """One page under Funding."""

    name = "card_testing"
    icon = "warning"
    menu_label = "Card testing"
    menu_hook = "register_funding_menu_item"
    menu_order = 80

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may see the trips."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("guard.view_trip")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the page."""
        return [path("", card_testing, name="index")]


@permission_required("guard.view_trip", raise_exception=True)
def card_testing(request: HttpRequest) -> HttpResponse:
    """Show whether the breaker is open, what the last hour was like, and the trips."""
    now = clock.now()
    facts = {
        "open": queries.open_trip(),
        "site": queries.sums_of([queries.SITE], now=now).get(queries.SITE, Sums()),
        "places": queries.busiest(now=now),
        "limits": queries.limits(),
        "trips": queries.trips(),
    }
    return render(request, "guard/card_testing.html", facts)
