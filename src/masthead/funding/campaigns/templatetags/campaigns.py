"""The meter and the appeal, for any template; both read the featured campaign once per request."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from masthead.funding.campaigns import parts, queries, words
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import MonthRaised, Reading
from masthead.kernel import clock, reads

register = template.Library()
register.filter(parts.written)
register.filter(parts.plainly)
register.filter(parts.sentence)
KEPT = "_masthead_featured"  # on the request, so that one page shows one number


@register.inclusion_tag("campaigns/meter.html", takes_context=True)
def meter(context: dict[str, Any], campaign: Campaign | None = None, *, level: int = 0) -> dict[str, Any]:
    """Show the meter of `campaign`, or of the featured one; nothing where none is.

    `level` above 0 gives it the campaign's name as a heading of that level.
    """
    if campaign is not None:
        with reads.accounted():
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


@register.simple_tag
def part(reading: Reading, name: str, months: Sequence[MonthRaised] = ()) -> SafeString:
    """Return one part of a meter, or the place where it goes in a page that is kept."""
    return mark_safe(reads.hole(meter=str(reading.campaign_id), part=name, value=parts.part(reading, name, months)))


@register.simple_tag
def mark_part(reading: Reading, number: int) -> SafeString:
    """Return what stands beside a milestone, by its place in the reading from 0: that it is reached, or blanks."""
    name = f"mark-{number}"
    held = place(reading, name)
    return format_html("<span{}>{}</span>", held, part(reading, name)) if held else part(reading, name)


@register.simple_tag
def place(reading: Reading, name: str) -> SafeString:
    """Return the attribute by which the page's script finds where a part of a meter stands; nothing where no CDN holds pages and it is not needed."""
    return format_html(' data-meter-part="{} {}"', reading.campaign_id, name) if settings.ENV.cdn_url else mark_safe("")


@register.simple_tag
def meter_script() -> SafeString:
    """Return the script that asks for the figures anew in a page that a CDN held; nothing where there is none."""
    return format_html('<script src="{}" defer></script>', static("campaigns/meter.js")) if settings.ENV.cdn_url else mark_safe("")


@register.filter
def month(day: dt.date) -> str:
    """Return the month of a day in words: November 2026."""
    return words.month(day, settings.LANGUAGE_CODE)


@register.filter
def full_date(day: dt.date) -> str:
    """Return a day in words: November 22, 2026."""
    return words.day(day, settings.LANGUAGE_CODE)


def _featured(context: dict[str, Any]) -> tuple[Campaign, Reading] | None:
    request = context.get("request")
    with reads.accounted():
        if request is None:
            return queries.featured(now=clock.now())
        if not hasattr(request, KEPT):
            setattr(request, KEPT, queries.featured(now=clock.now()))
    kept: tuple[Campaign, Reading] | None = getattr(request, KEPT)
    return kept
