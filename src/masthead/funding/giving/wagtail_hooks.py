"""What giving hangs into Wagtail's admin: gifts and webhooks under Funding."""

from typing import Any

from wagtail import hooks

from masthead.funding.giving.viewsets import GiftViewSet, WebhookViewSet


@hooks.register("register_admin_viewset")
def show_gifts_and_webhooks() -> Any:
    """Put both in."""
    return [GiftViewSet(), WebhookViewSet()]
