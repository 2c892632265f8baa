"""The webhook inbox in the admin: read, tried again, taken away as a sheet."""

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
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

from masthead.funding.giving import sheets, words
from masthead.funding.giving.actions import try_again
from masthead.funding.giving.models import Gift, InboxEvent
from masthead.funding.giving.viewsets.parts import PAGE, PagesByKey, outcome_of, shown_to, taken_away
from masthead.kernel import clock


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
    paginator_class = PagesByKey
    filterset_class = WebhookFilters

    def setup(self, request: HttpRequest, *args: Any, **words: Any) -> None:
        """Offer what the list shows as a sheet."""
        super().setup(request, *args, **words)
        self.header_buttons = [HeaderButton("Download CSV", url=f"{reverse('webhooks:csv')}?{request.GET.urlencode()}", icon_name="download")]

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


class WebhookViewSet(ViewSet):
    """The inbox: the list, one webhook, trying it again."""

    name = "webhooks"
    icon = "download"
    menu_label = "Webhooks"
    menu_hook = "register_funding_menu_item"
    menu_order = 70

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read the inbox."""
        return shown_to("giving.view_inboxevent", super().get_menu_item(order))

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, its fragment for filters, and a webhook's pages."""
        shared = {"index_url_name": "webhooks:index", "index_results_url_name": "webhooks:index_results"}
        return [
            path("", WebhooksView.as_view(**shared), name="index"),
            path("results/", WebhooksView.as_view(results_only=True, **shared), name="index_results"),
            path("csv/", csv_view, name="csv"),
            path("<int:pk>/", webhook_view, name="webhook"),
            path("<int:pk>/again/", webhook_again_view, name="again"),
        ]


def csv_view(request: HttpRequest) -> StreamingHttpResponse:
    """Send the webhooks that the list shows as CSV, newest first, and write down who took them away."""
    if not request.user.has_perm("giving.view_inboxevent"):
        raise PermissionDenied
    filters = WebhookFilters(request.GET, queryset=InboxEvent.objects.order_by("-pk"), request=request)
    found = filters.qs if filters.is_valid() else InboxEvent.objects.none()
    return taken_away(request, sheets.webhook_sheet(found), what="webhooks", count=found.count())


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
        "gift": Gift.objects.filter(provider=event.provider, provider_ref=event.object_ref).exclude(provider_ref="").first(),
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


def _webhook(request: HttpRequest, pk: int, permission: str = "giving.view_inboxevent") -> InboxEvent:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    event = InboxEvent.objects.filter(pk=pk).first()
    if event is None:
        raise Http404
    return event
