"""Gifts and webhooks in Wagtail's admin: read, searched, given back, tried again. For publishers only."""

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import queries, words
from masthead.funding.giving.actions import refund_gift, send_again, try_again
from masthead.funding.giving.actions.refunds import REFUNDABLE
from masthead.funding.giving.forms import RefundForm
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Receipt
from masthead.funding.providers.registry import PROVIDERS
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money

PAGE = 50


class GiftFilters(WagtailFilterSet):
    """By state, campaign, frequency and provider."""

    state = django_filters.MultipleChoiceFilter(label="State", choices=GiftState.choices)
    campaign = django_filters.ModelChoiceFilter(label="Campaign", queryset=Campaign.objects.all())
    frequency = django_filters.ChoiceFilter(label="How often", choices=Frequency.choices)
    provider = django_filters.ChoiceFilter(label="Provider", choices=[(listed.name, listed.name) for listed in PROVIDERS])

    class Meta:
        model = Gift
        fields: list[str] = []


class GiftsView(PermissionCheckedMixin, BaseListingView):
    """The list of gifts, newest first."""

    model = Gift
    permission_policy = ModelPermissionPolicy(Gift)
    any_permission_required = ("view",)
    page_title = "Gifts"
    header_icon = "mail"
    verbose_name_plural = "gifts"
    paginate_by = PAGE
    filterset_class = GiftFilters
    is_searchable = True

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


class WebhookFilters(WagtailFilterSet):
    """By what became of it."""

    applied = django_filters.ChoiceFilter(
        label="Applied", method="by_outcome", choices=[("yes", "Applied"), ("waiting", "Waiting"), ("failed", "Failed, and tried again")]
    )

    class Meta:
        model = InboxEvent
        fields: list[str] = []

    def by_outcome(self, queryset: Any, _name: str, value: str) -> Any:
        """Leave those with this outcome."""
        outcomes = {"yes": Q(applied_at__isnull=False), "waiting": Q(applied_at__isnull=True, error=""), "failed": Q(applied_at__isnull=True, error__gt="")}
        return queryset.filter(outcomes[value])


class WebhooksView(PermissionCheckedMixin, BaseListingView):
    """The inbox: what providers said and what became of it, newest first."""

    model = InboxEvent
    permission_policy = ModelPermissionPolicy(InboxEvent)
    any_permission_required = ("view",)
    page_title = "Webhooks"
    header_icon = "download"
    verbose_name_plural = "webhooks"
    paginate_by = PAGE
    filterset_class = WebhookFilters

    def get_base_queryset(self) -> Any:
        """Return all webhooks, without their bodies."""
        return InboxEvent.objects.defer("body").order_by("-pk")

    def get_table(self, object_list: Any) -> Any:
        """Lay the webhooks out."""
        columns = [
            Column(
                "received",
                label="Received",
                accessor=lambda event: format_html('<a href="{}">{}</a>', reverse("webhooks:webhook", args=[event.pk]), words.day_and_hour(event.received_at)),
            ),
            Column("provider", label="Provider", accessor=lambda event: event.provider),
            Column("kind", label="What it says", accessor=lambda event: event.kind),
            Column("object", label="About", accessor=lambda event: event.object_ref),
            Column("outcome", label="Outcome", accessor=outcome_of),
            Column("attempts", label="Attempts", accessor=lambda event: event.attempts),
        ]
        return self.table_class(columns, object_list, **self.get_table_kwargs())


class GiftViewSet(ViewSet):
    """Gifts: the list, one gift with its history, giving it back, its receipt again."""

    name = "gifts"
    icon = "mail"
    menu_label = "Gifts"
    menu_hook = "register_funding_menu_item"
    menu_order = 30

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read gifts."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("giving.view_gift")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, its fragment for filters, and a gift's pages."""
        shared = {"index_url_name": "gifts:index", "index_results_url_name": "gifts:index_results"}
        return [
            path("", GiftsView.as_view(**shared), name="index"),
            path("results/", GiftsView.as_view(results_only=True, **shared), name="index_results"),
            path("<uuid:pk>/", gift_view, name="gift"),
            path("<uuid:pk>/give-back/", refund_view, name="refund"),
            path("<uuid:pk>/receipt/", receipt_view, name="receipt"),
        ]


class WebhookViewSet(ViewSet):
    """The inbox: the list, one webhook, trying it again."""

    name = "webhooks"
    icon = "download"
    menu_label = "Webhooks"
    menu_hook = "register_funding_menu_item"
    menu_order = 70

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read the inbox."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("giving.view_inboxevent")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, its fragment for filters, and a webhook's pages."""
        shared = {"index_url_name": "webhooks:index", "index_results_url_name": "webhooks:index_results"}
        return [
            path("", WebhooksView.as_view(**shared), name="index"),
            path("results/", WebhooksView.as_view(results_only=True, **shared), name="index_results"),
            path("<int:pk>/", webhook_view, name="webhook"),
            path("<int:pk>/again/", webhook_again_view, name="again"),
        ]


def gift_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one gift: state, history, the books' rows, the webhooks about it, its receipt."""
    gift = _gift(request, pk, "giving.view_gift")
    receipt = Receipt.objects.filter(gift=gift).first()
    facts = {
        "gift": gift,
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "supporter": gift.supporter if may_see_supporters(request) else None,
        "events": [(words.day_and_hour(event.at), event) for event in gift.events.all()],
        "transfers": [(row, Money(row.amount_minor, row.currency).words()) for row in queries.transfers_of(gift)],
        "webhooks": [(event, outcome_of(event)) for event in queries.webhooks_of(gift)] if request.user.has_perm("giving.view_inboxevent") else [],
        "receipt": receipt,
        "receipt_sent": words.day_and_hour(receipt.sent_at) if receipt and receipt.sent_at else "",
        "siblings": gift.pledge.gifts.exclude(pk=gift.pk).order_by("created_at") if gift.pledge else [],
        "may_refund": request.user.has_perm("giving.refund_gift") and gift.state in REFUNDABLE,
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


def webhook_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one webhook as it came, and what became of it."""
    event = _webhook(request, pk)
    facts = {
        "event": event,
        "outcome": outcome_of(event),
        "received": words.day_and_hour(event.received_at),
        "applied": words.day_and_hour(event.applied_at) if event.applied_at else "",
        "next_try": words.day_and_hour(event.next_try_at),
        "body": bytes(event.body).decode("utf-8", "replace"),
        "gift": Gift.objects.filter(provider=event.provider, provider_ref=event.object_ref).first(),
        "may_try": request.user.has_perm("giving.change_inboxevent"),
    }
    return render(request, "giving/desk/webhook.html", facts)


@require_POST
def webhook_again_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a webhook tried again at once."""
    event = _webhook(request, pk, "giving.change_inboxevent")
    try_again(event=event, now=clock.now())
    messages.success(request, "It is tried again in a moment. Nothing is posted twice.")
    return redirect("webhooks:webhook", event.pk)


def outcome_of(event: InboxEvent) -> str:
    """Return what became of a webhook, in words."""
    if event.applied_at:
        return "Applied"
    return f"Failed, tried again: {event.error}" if event.error else "Waiting"


def may_see_supporters(request: HttpRequest) -> bool:
    """Say whether the person may see who supporters are."""
    return bool(request.user.has_perm("readers.view_supporter"))


def _gift(request: HttpRequest, pk: UUID, permission: str) -> Gift:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    gift = queries.gift(pk)
    if gift is None:
        raise Http404
    return gift


def _webhook(request: HttpRequest, pk: int, permission: str = "giving.view_inboxevent") -> InboxEvent:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    event = InboxEvent.objects.filter(pk=pk).first()
    if event is None:
        raise Http404
    return event
