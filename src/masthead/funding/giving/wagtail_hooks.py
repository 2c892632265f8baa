"""What giving hangs into Wagtail's admin, under Funding: the overview, gifts, pledges, webhooks, reconciliation, the bank and offline entries."""

from typing import Any

from wagtail import hooks

from masthead.funding.giving.banking.viewsets import BankViewSet, OfflineViewSet
from masthead.funding.giving.viewsets.erasures import ErasureViewSet
from masthead.funding.giving.viewsets.gifts import GiftViewSet
from masthead.funding.giving.viewsets.overview import OverviewViewSet
from masthead.funding.giving.viewsets.pledges import PledgeViewSet
from masthead.funding.giving.viewsets.reconciliation import ReconciliationViewSet
from masthead.funding.giving.viewsets.webhooks import WebhookViewSet


@hooks.register("register_admin_viewset")
def show_giving() -> Any:
    """Put them in."""
    entries = [OverviewViewSet(), GiftViewSet(), PledgeViewSet(), WebhookViewSet(), ReconciliationViewSet()]
    return [*entries, BankViewSet(), OfflineViewSet(), ErasureViewSet()]


@hooks.register("register_log_actions")
def name_exports(actions: Any) -> None:
    """Give an export a name in the history of the site."""
    actions.register_action("giving.export", "Take gifts, pledges or webhooks away as CSV", "Gifts, pledges or webhooks taken away as CSV")
