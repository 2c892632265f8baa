"""Gifts in the admin: read, searched, given back, taken away as a sheet."""

import datetime as dt
from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import HiddenInput
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import overview, queries, sheets, words
from masthead.funding.giving.actions import refund_gift, send_again
from masthead.funding.giving.actions.refunds import BY_HAND, REFUNDABLE
from masthead.funding.giving.forms import RefundForm
from masthead.funding.giving.managing.models import KeptName
from masthead.funding.giving.models import Frequency, Gift, GiftState, Receipt
from masthead.funding.giving.viewsets.parts import PAGE, PagesByKey, may_see_supporters, outcome_of, shown_to, taken_away
from masthead.funding.providers.registry import PROVIDERS
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money


class GiftFilters(WagtailFilterSet):
    """By state, campaign, frequency and provider; the overview's figures lead here by month, page and pledge."""

    state = django_filters.MultipleChoiceFilter(label="State", choices=GiftState.choices)
    campaign = django_filters.ModelChoiceFilter(label="Campaign", queryset=Campaign.objects.all())
    frequency = django_filters.ChoiceFilter(label="How often", choices=Frequency.choices)
    provider = django_filters.ChoiceFilter(label="Provider", choices=[(listed.name, listed.name) for listed in PROVIDERS])
    settled = django_filters.CharFilter(label="Arrived in (such as 2026-11)", method="by_month")
    begun = django_filters.CharFilter(label="Begun in (such as 2026-11)", method="by_month")
    renewal = django_filters.ChoiceFilter(label="New or renewal", method="by_renewal", choices=[("no", "New"), ("yes", "Renewal")])
    page_path = django_filters.CharFilter(label="Begun at the page", method="by_page")
    pledge = django_filters.UUIDFilter(label="Pledge", field_name="pledge_id", widget=HiddenInput)

    class Meta:
        model = Gift
        fields: list[str] = []

    def by_month(self, queryset: Any, name: str, value: str) -> Any:
        """Leave those that settled or were begun in a month; what is no month finds nothing."""
        try:
            month = dt.date.fromisoformat(f"{value.strip()}-01")
        except ValueError:
            return queryset.none()
        return queryset.filter(overview.settled_in(month) if name == "settled" else overview.begun_in(month))

    def by_renewal(self, queryset: Any, _name: str, value: str) -> Any:
        """Leave later payments of pledges, or all others."""
        return queryset.filter(renewal=value == "yes")

    def by_page(self, queryset: Any, _name: str, value: str) -> Any:
        """Leave those begun at a page; a hyphen stands for those of which it is not known."""
        return queryset.filter(page_path="" if value == "-" else value)


class GiftsView(PermissionCheckedMixin, BaseListingView):
    """The list of gifts, newest first."""

    model = Gift
    permission_policy = ModelPermissionPolicy(Gift)
    any_permission_required = ("view",)
    page_title = "Gifts"
    header_icon = "mail"
    verbose_name_plural = "gifts"
    paginate_by = PAGE
    paginator_class = PagesByKey
    filterset_class = GiftFilters
    is_searchable = True

    def setup(self, request: HttpRequest, *args: Any, **words: Any) -> None:
        """Offer what the list shows as a sheet."""
        super().setup(request, *args, **words)
        self.header_buttons = [HeaderButton("Download CSV", url=f"{reverse('gifts:csv')}?{request.GET.urlencode()}", icon_name="download")]

    def get_base_queryset(self) -> Any:
        """Return all gifts with what the list shows of them."""
        return Gift.objects.select_related("campaign", "supporter").order_by("-created_at", "pk")

    def search_queryset(self, queryset: Any) -> Any:
        """Find gifts by the provider's reference or their own id; by e-mail and name only for those who may see supporters."""
        if not self.is_searching:
            return queryset
        return queryset & queries.gifts_found(str(self.search_query), by_person=may_see_supporters(self.request))

    def get_table(self, object_list: Any) -> Any:
        """Lay the gifts out."""
        return self.table_class(self._columns(), object_list, **self.get_table_kwargs())

    def _columns(self) -> list[Column]:
        columns = [
            Column(
                "begun",
                label="Begun",
                accessor=lambda gift: format_html('<a href="{}">{}</a>', reverse("gifts:gift", args=[gift.pk]), words.day_and_hour(gift.created_at)),
            ),
            Column("amount", label="Amount", accessor=lambda gift: gift.amount.words()),
            Column("state", label="State", accessor=lambda gift: gift.get_state_display()),
            Column("campaign", label="Campaign", accessor=lambda gift: gift.campaign.name),
            Column("frequency", label="How often", accessor=lambda gift: gift.get_frequency_display()),
            Column("provider", label="Provider", accessor=lambda gift: gift.provider),
        ]
        if may_see_supporters(self.request):
            columns.append(Column("supporter", label="Supporter", accessor=lambda gift: gift.supporter.email if gift.supporter else ""))
        return columns


class GiftViewSet(ViewSet):
    """Gifts: the list, one gift with its history, giving it back, its receipt again."""

    name = "gifts"
    icon = "mail"
    menu_label = "Gifts"
    menu_hook = "register_funding_menu_item"
    menu_order = 30

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read gifts."""
        return shown_to("giving.view_gift", super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, its fragment for filters, and a gift's pages."""
        shared = {"index_url_name": "gifts:index", "index_results_url_name": "gifts:index_results"}
        return [
            path("", GiftsView.as_view(**shared), name="index"),
            path("results/", GiftsView.as_view(results_only=True, **shared), name="index_results"),
            path("csv/", csv_view, name="csv"),
            path("<uuid:pk>/", gift_view, name="gift"),
            path("<uuid:pk>/give-back/", refund_view, name="refund"),
            path("<uuid:pk>/receipt/", receipt_view, name="receipt"),
        ]


def csv_view(request: HttpRequest) -> StreamingHttpResponse:
    """Send the gifts that the list shows as CSV, newest first, and write down who took them away."""
    if not request.user.has_perm("giving.view_gift"):
        raise PermissionDenied
    with_people = may_see_supporters(request)
    filters = GiftFilters(request.GET, queryset=Gift.objects.order_by("-created_at", "pk"), request=request)
    found = filters.qs if filters.is_valid() else Gift.objects.none()
    sought = request.GET.get("q", "").strip()
    if sought:
        found &= queries.gifts_found(sought, by_person=with_people)
    return taken_away(request, sheets.sheet(found, with_people=with_people), what="gifts", count=found.count())


def gift_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one gift: state, history, the books' rows, the webhooks about it, its receipt."""
    gift = _gift(request, pk, "giving.view_gift")
    receipt = Receipt.objects.filter(gift=gift).first()
    facts = {
        "gift": gift,
        "may_see_words": gift.show_name or may_see_supporters(request),
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "supporter": gift.supporter if may_see_supporters(request) else None,
        "events": [(words.day_and_hour(event.at), event) for event in gift.events.all()],
        "transfers": [(row, Money(row.amount_minor, row.currency).words()) for row in queries.transfers_of(gift)],
        "webhooks": [(event, outcome_of(event)) for event in queries.webhooks_of(gift)] if request.user.has_perm("giving.view_inboxevent") else [],
        "kept_name": KeptName.objects.filter(gift=gift).first() if may_see_supporters(request) else None,
        "receipt": receipt,
        "receipt_sent": words.day_and_hour(receipt.sent_at) if receipt and receipt.sent_at else "",
        "siblings": gift.pledge.gifts.exclude(pk=gift.pk).order_by("created_at") if gift.pledge else [],
        "may_refund": request.user.has_perm("giving.refund_gift") and gift.state in REFUNDABLE and gift.provider not in BY_HAND,
        "practice": queries.is_practice(gift.provider),
    }
    return render(request, "giving/desk/gift.html", facts)


def refund_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask how much to give back, say it once more in words, and do it."""
    gift = _gift(request, pk, "giving.refund_gift")
    form = RefundForm(request.POST or None, gift=gift)
    confirming = False
    if request.method == "POST" and form.is_valid() and form.amount_given is not None:
        confirming = True
        if form.cleaned_data["confirmed"]:
            try:
                refund_gift(gift=gift, amount=form.amount_given, key=form.cleaned_data["key"], by=str(request.user), now=clock.now())
            except MastheadError as refusal:
                form.add_error("amount", str(refusal))
                confirming = False
            else:
                messages.success(request, f"{form.amount_given.words()} is given back.")
                return redirect("gifts:gift", gift.pk)
    facts = {
        "gift": gift,
        "form": form,
        "confirming": confirming,
        "left": (gift.amount - gift.returned).words(),
        "practice": queries.is_practice(gift.provider),
    }
    return render(request, "giving/desk/refund.html", facts)


@require_POST
def receipt_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a gift's receipt sent once more."""
    gift = _gift(request, pk, "giving.refund_gift")
    receipt = Receipt.objects.filter(gift=gift).first()
    if receipt is None:
        raise Http404
    send_again(receipt=receipt, now=clock.now())
    messages.success(request, "The receipt is sent again in a moment.")
    return redirect("gifts:gift", gift.pk)


def _gift(request: HttpRequest, pk: UUID, permission: str) -> Gift:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    gift = queries.gift(pk)
    if gift is None:
        raise Http404
    return gift
