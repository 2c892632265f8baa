"""The meter and the appeal, for any template; both read the featured campaign once per request."""

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from masthead.funding.campaigns import queries, words
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import Reading
from masthead.kernel import clock
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money

register = template.Library()
KEPT = "_masthead_featured"  # on the request, so that one page shows one number


@register.inclusion_tag("campaigns/meter.html", takes_context=True)
def meter(context: dict[str, Any], campaign: Campaign | None = None, *, level: int = 0) -> dict[str, Any]:
    """Show the meter of `campaign`, or of the featured one; nothing where none is.

    `level` above 0 gives it the campaign's name as a heading of that level.
    """
    if campaign is not None:
        return {"reading": queries.reading(campaign=campaign, now=clock.now()), "level": level, "on_top": False}
    found = _featured(context)
    return {"reading": found[1] if found else None, "level": level, "on_top": True}


@register.inclusion_tag("campaigns/appeal.html", takes_context=True)
def appeal(context: dict[str, Any]) -> dict[str, Any]:
    """Show the featured campaign's appeal with its suggested amounts; nothing where none is featured."""
    found = _featured(context)
    if found is None:
        return {"campaign": None}
    campaign, reading = found
    request = context.get("request")
    return {
        "campaign": campaign,
        "reading": reading,
        "once": campaign.suggested(monthly=False),
        "monthly": campaign.suggested(monthly=True),
        "began": f"&{urlencode({'from': request.path})}" if request else "",  # where the gift began, and where the giver goes back to
    }


@register.filter
def written(money: Money) -> str:
    """Return an amount as the publication's language writes it: $3,075."""
    return money.words(locale_of(settings.LANGUAGE_CODE))


@register.filter
def plainly(amount: Money | Decimal) -> str:
    """Return a number as an address, a form or a drawing takes it, in every language alike: 25, 12.50, 61.5."""
    exact = amount.major if isinstance(amount, Money) else amount
    return f"{exact:f}" if isinstance(amount, Money) and exact % 1 else f"{exact.normalize():f}"


@register.filter
def month(day: dt.date) -> str:
    """Return the month of a day in words: November 2026."""
    return words.month(day, settings.LANGUAGE_CODE)


@register.filter
def full_date(day: dt.date) -> str:
    """Return a day in words: November 22, 2026."""
    return words.day(day, settings.LANGUAGE_CODE)


@register.filter
def sentence(reading: Reading) -> SafeString:
    """Return the meter's sentence with what is raised set off in it."""
    raised = written(reading.raised)
    before, found, after = reading.sentence.partition(raised)
    return format_html("{}<strong>{}</strong>{}", before, found, after)


def _featured(context: dict[str, Any]) -> tuple[Campaign, Reading] | None:
    request = context.get("request")
    if request is None:
        return queries.featured(now=clock.now())
    if not hasattr(request, KEPT):
        setattr(request, KEPT, queries.featured(now=clock.now()))
    kept: tuple[Campaign, Reading] | None = getattr(request, KEPT)
    return kept
