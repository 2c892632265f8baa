"""The meter on the desk's first page, and what moved it last."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from masthead.funding.campaigns import queries
from masthead.funding.campaigns.rules import Period
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
