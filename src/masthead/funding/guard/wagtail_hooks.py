"""What the guard hangs into Wagtail's admin: its page under Funding."""

from wagtail import hooks

from masthead.funding.guard.viewsets import CardTestingViewSet


@hooks.register("register_admin_viewset")
def show_card_testing() -> CardTestingViewSet:
    """Put it in."""
    return CardTestingViewSet()
