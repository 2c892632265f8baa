"""Pledges in the admin: the list, each leading to its gifts, taken away as a sheet."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import sheets, words
from masthead.funding.giving.models import Pledge
from masthead.funding.giving.viewsets.parts import PAGE, PagesByKey, may_see_supporters, shown_to, taken_away


class PledgeFilters(WagtailFilterSet):
    """By state and campaign."""

    state = django_filters.MultipleChoiceFilter(label="State", choices=Pledge.State.choices)
    campaign = django_filters.ModelChoiceFilter(label="Campaign", queryset=Campaign.objects.all())

    class Meta:
        model = Pledge
        fields: list[str] = []


def state_of(pledge: Pledge) -> str:
    """Return what became of a pledge; where it is overdue, since when and which letters left; where it ended, why, if that was said."""
    said = str(pledge.get_state_display())
    if pledge.past_due_at:
        letters = ", ".join(str(letter.day) for letter in pledge.reminders.all() if letter.since == pledge.past_due_at and letter.sent_at)
        said += f" since {words.day(pledge.past_due_at)}" + (f" (letters on day {letters})" if letters else "")
    if pledge.ended_because:
        said += f": {pledge.get_ended_because_display()}" + (f" “{pledge.ended_words}”" if pledge.ended_words else "")
    return said


class PledgesView(PermissionCheckedMixin, BaseListingView):
    """The list of pledges, newest first."""

    model = Pledge
    permission_policy = ModelPermissionPolicy(Pledge)
    any_permission_required = ("view",)
    page_title = "Pledges"
    header_icon = "history"
    verbose_name_plural = "pledges"
    paginate_by = PAGE
    paginator_class = PagesByKey
    filterset_class = PledgeFilters

    def setup(self, request: HttpRequest, *args: Any, **words: Any) -> None:
        """Offer what the list shows as a sheet."""
        super().setup(request, *args, **words)
        self.header_buttons = [HeaderButton("Download CSV", url=f"{reverse('pledges:csv')}?{request.GET.urlencode()}", icon_name="download")]

    def get_base_queryset(self) -> Any:
        """Return all pledges with what the list shows of them."""
        return Pledge.objects.select_related("campaign", "supporter").prefetch_related("reminders").order_by("-started_at", "pk")

    def get_table(self, object_list: Any) -> Any:
        """Lay the pledges out."""
        columns = [
            Column("started", label="Begun", accessor=lambda pledge: words.day_and_hour(pledge.started_at)),
            Column("amount", label="Amount", accessor=str),
            Column("state", label="State", accessor=state_of),
            Column("ended", label="Ended", accessor=lambda pledge: words.day(pledge.ended_at) if pledge.ended_at else ""),
            Column("campaign", label="Campaign", accessor=lambda pledge: pledge.campaign.name),
            Column("gifts", label="Gifts", accessor=lambda pledge: format_html('<a href="{}?pledge={}">Its gifts</a>', reverse("gifts:index"), pledge.pk)),
        ]
        if may_see_supporters(self.request):
            columns.append(Column("supporter", label="Supporter", accessor=lambda pledge: pledge.supporter.email if pledge.supporter else ""))
        return self.table_class(columns, object_list, **self.get_table_kwargs())


class PledgeViewSet(ViewSet):
    """Promises to give again and again."""

    name = "pledges"
    icon = "history"
    menu_label = "Pledges"
    menu_hook = "register_funding_menu_item"
    menu_order = 35

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read pledges."""
        return shown_to("giving.view_pledge", super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the list and its fragment for filters."""
        shared = {"index_url_name": "pledges:index", "index_results_url_name": "pledges:index_results"}
        return [
            path("", PledgesView.as_view(**shared), name="index"),
            path("csv/", csv_view, name="csv"),
            path("results/", PledgesView.as_view(results_only=True, **shared), name="index_results"),
        ]


def csv_view(request: HttpRequest) -> StreamingHttpResponse:
    """Send the pledges that the list shows as CSV, newest first, and write down who took them away."""
    if not request.user.has_perm("giving.view_pledge"):
        raise PermissionDenied
    filters = PledgeFilters(request.GET, queryset=Pledge.objects.order_by("-started_at", "pk"), request=request)
    found = filters.qs if filters.is_valid() else Pledge.objects.none()
    return taken_away(request, sheets.pledge_sheet(found, with_people=may_see_supporters(request)), what="pledges", count=found.count())
