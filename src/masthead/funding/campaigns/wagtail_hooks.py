"""What campaigns and the books hang into Wagtail's admin: the Funding menu, their pages, the meter on the desk."""

from typing import Any

from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem
from wagtail.permissions import register_permission_policy

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.panels import MeterPanel
from masthead.funding.campaigns.viewsets import CampaignPolicy, CampaignViewSet
from masthead.funding.ledger.viewsets import LedgerViewSet

register_permission_policy(Campaign, CampaignPolicy(Campaign))


class NamedLedgerViewSet(LedgerViewSet):
    """The books, with campaigns called by their names."""

    def names(self) -> dict[str, str]:
        """Return each campaign's name by its account."""
        return {campaign.account_code: campaign.name for campaign in Campaign.objects.only("uuid", "name")}


@hooks.register("register_admin_viewset")
def show_campaigns_and_the_books() -> Any:
    """Put both in."""
    return [CampaignViewSet(), NamedLedgerViewSet()]


@hooks.register("register_admin_menu_item")
def gather_funding() -> SubmenuMenuItem:
    """Make the menu that every room of funding adds to with `register_funding_menu_item`."""
    menu = Menu(register_hook_name="register_funding_menu_item", construct_hook_name="construct_funding_menu")
    return SubmenuMenuItem("Funding", menu, name="funding", icon_name="coins", order=100)


@hooks.register("register_icons")
def draw_coins(icons: list[str]) -> list[str]:
    """Add the icon of the menu."""
    return [*icons, "campaigns/icons/coins.svg"]


@hooks.register("construct_homepage_panels")
def show_the_meter(_request: Any, panels: list[Any]) -> None:
    """Put the meter on the desk's first page."""
    panels.append(MeterPanel())
