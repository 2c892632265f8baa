"""The overview in the admin: one page of figures, each leading to its rows."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from masthead.funding.campaigns.words import month as month_in_words
from masthead.funding.giving import charts, overview, words
from masthead.funding.giving.models import GiftState
from masthead.funding.giving.viewsets.parts import shown_to
from masthead.kernel import clock


class OverviewViewSet(ViewSet):
    """One page, first under Funding."""

    name = "funding_overview"
    icon = "view"
    menu_label = "Overview"
    menu_hook = "register_funding_menu_item"
    menu_order = 10

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read gifts."""
        return shown_to("giving.view_gift", super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the page."""
        return [path("", overview_view, name="index")]


@permission_required("giving.view_gift", raise_exception=True)
def overview_view(request: HttpRequest) -> HttpResponse:
    """Show what came in, from where, what is promised, and what needs a hand."""
    found = overview.overview(now=clock.now())
    language = settings.LANGUAGE_CODE
    facts = {
        "overview": found,
        "month": f"{found.month:%Y-%m}",
        "month_in_words": month_in_words(found.month, language),
        "currencies": [
            (
                money,
                charts.bars(money.months, locale=words.locale(), language=language),
                [(month_in_words(day, language), amount) for day, amount in money.months],
            )
            for money in found.currencies
        ],
        "states": [(state.value, state.label, found.states.get(state.value, 0)) for state in (GiftState.DECLINED, GiftState.FAILED, GiftState.CANCELLED)],
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "ground": charts.HEIGHT - charts.FOOT,
    }
    return render(request, "giving/desk/overview.html", facts)
