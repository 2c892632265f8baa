"""The public badge: whether the books match what the providers say, for any template."""

from django import template

from masthead.funding.giving import queries
from masthead.funding.giving.reconciling.queries import Badge
from masthead.kernel import clock

register = template.Library()


@register.inclusion_tag("giving/badge.html")
def reconciliation_badge() -> dict[str, Badge]:
    """Show the badge with its date."""
    return {"badge": queries.badge(clock.now())}
