"""The meter on the desk's first page, what moved it last, and the code to show it on other sites."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from wagtail.admin.panels import Panel
from wagtail.admin.ui.components import Component

from masthead.funding.campaigns import queries
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.pictures import HEIGHT, WIDTH
from masthead.funding.campaigns.rules import Period, State
from masthead.funding.ledger import queries as ledger
from masthead.kernel import clock

LAST = 5


class MeterPanel(Component):
    """Shown to those who may see campaigns."""

    name = "meter"
    template_name = "campaigns/meter_panel.html"
    order = 150

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read the featured campaign's meter and the last transfers that moved it."""
        user = parent_context["request"].user
        found = queries.featured(now=clock.now()) if user.has_perm("campaigns.view_campaign") else None
        month = queries.today(clock.now()).replace(day=1) if found and found[0].period == Period.MONTHLY else None
        return {
            "shown": user.has_perm("campaigns.view_campaign"),
            "campaign": found[0] if found else None,
            "reading": found[1] if found else None,
            "moves": ledger.latest(found[0].account_code, LAST, month=month) if found else [],
            "reads_ledger": user.has_perm("ledger.view_transfer"),
            "makes_campaigns": user.has_perm("campaigns.change_campaign"),
        }


class EmbedPanel(Panel):
    """The code that shows a campaign's meter on other sites, on the page where the campaign is edited."""

    class BoundPanel(Panel.BoundPanel):
        """It, for one campaign."""

        template_name = "campaigns/embed_panel.html"

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            """Write the code with the campaign's own addresses."""
            shown = self.instance if self.instance.pk and self.instance.state != State.DRAFT else None
            return {**super().get_context_data(parent_context), "campaign": shown, **(embed_codes(shown) if shown else {})}


def embed_codes(campaign: Campaign) -> dict[str, str]:
    """Return the code that shows a campaign's meter elsewhere: as a picture, and in a frame.

    The alternative text of the picture names no figure: it would stand still while the picture moves.
    """
    site = settings.ENV.address
    addresses = {kind: site + reverse(f"meter_{kind}", args=[campaign.uuid]) for kind in ("svg", "embed")}
    words = {"page": site + campaign.get_absolute_url(), "name": campaign.name, "whose": settings.ENV.name, "width": WIDTH, "height": HEIGHT, **addresses}
    picture = format_html('<a href="{page}"><img src="{svg}" width="{width}" height="{height}" alt="{name}: how much is raised, {whose}"></a>', **words)
    frame = format_html('<iframe src="{embed}" width="{width}" height="150" title="{name}, {whose}" loading="lazy"></iframe>', **words)
    return {"picture_code": picture, "frame_code": frame}
