"""Campaigns as readers see them, and the meter as a machine reads it."""

import hashlib
import json
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from masthead.funding.campaigns import parts, pictures, queries
from masthead.kernel import clock, reads
from masthead.kernel.locales import locale_of

KEPT_SECONDS = 60
FRESH_SECONDS = 1  # that a CDN may answer with the same parts: each of its places asks once a second at most
# As the pages' own policy, but for the frame: any site may show it.
FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """List every campaign that readers may see."""
    return render(request, "campaigns/campaigns.html", {"campaigns": queries.shown()})


@require_safe
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one campaign: its purpose, meter and milestones, how it is counted, the months before."""
    found = get_object_or_404(queries.shown(), slug=slug)
    with reads.accounted():  # the figures stand in holes, and the days are noted with the reading
        now = clock.now()
        reading = queries.reading(campaign=found, now=now)
        months = queries.months_before(campaign=found, now=now)
    facts = {"campaign": found, "reading": reading, "months": months, "zone": settings.TIME_ZONE}
    return render(request, "campaigns/campaign.html", facts | {"is_featured": found.featured and reading.phase == "open"})


@require_safe
def meter_json(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer the meter's figures as JSON, in minor units and in words.

    The ETag is the meter's version with a digest of what else the answer says; it is weak, because `as_of` and the
    sentence say the moment of the answer.
    """
    found = get_object_or_404(queries.shown(), uuid=campaign_id)
    reading = queries.reading(campaign=found, now=clock.now())
    locale = locale_of(settings.LANGUAGE_CODE)
    figures = {
        "campaign": str(reading.campaign_id),
        "name": reading.name,
        "phase": str(reading.phase),
        "period": str(reading.period),
        "currency": reading.currency,
        "raised_minor": reading.raised.minor,
        "goal_minor": reading.goal.minor,
        "raised": reading.raised.words(locale),
        "goal": reading.goal.words(locale),
        "percent": reading.percent,
        "reached": reading.reached,
        "version": reading.version,
        "fill": str(reading.fill),
        "goal_at": str(reading.goal_at),
        "marks": [{"amount_minor": mark.amount.minor, "at": str(mark.at), "meaning": mark.meaning, "reached": mark.reached} for mark in reading.marks],
    }
    etag = f'W/"{reading.version}-{hashlib.sha256(json.dumps(figures).encode()).hexdigest()[:12]}"'
    body = json.dumps(figures | {"as_of": reading.as_of.isoformat(timespec="seconds"), "sentence": reading.sentence}, ensure_ascii=False)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8", headers={"ETag": etag, "Cache-Control": "no-cache"})
    return get_conditional_response(request, etag=etag, response=answer) or answer


@require_safe
def meter_parts(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer the meter's parts as they stand in pages, for the script of a page that a CDN held."""
    found = get_object_or_404(queries.shown(), uuid=campaign_id)
    with reads.accounted():  # all of it stands in holes
        now = clock.now()
        reading, months = queries.reading(campaign=found, now=now), queries.months_before(campaign=found, now=now)
    answer = render(request, "campaigns/meter_parts.html", {"reading": reading, "months": months, "names": parts.names_of(reading)})
    answer.headers["Cache-Control"] = f"public, max-age=0, must-revalidate, s-maxage={FRESH_SECONDS}"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def meter_svg(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer the meter as a picture for other sites."""
    drawing = _drawing(campaign_id)
    return _elsewhere(request, drawing, HttpResponse(pictures.svg(drawing), content_type="image/svg+xml; charset=utf-8"))


@require_safe
def meter_png(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer the meter as PNG, for letters and programs that show no SVG."""
    drawing = _drawing(campaign_id)
    return _elsewhere(request, drawing, HttpResponse(pictures.png(drawing), content_type="image/png"))


@xframe_options_exempt
@require_safe
def meter_embed(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer the meter as a small page for a frame on any site; every minute the browser asks for it anew."""
    found = get_object_or_404(queries.shown(), uuid=campaign_id)
    reading = queries.reading(campaign=found, now=clock.now())
    drawing = pictures.drawing_of(reading)
    facts = {
        "drawing": drawing,
        "fill": f"{drawing.fill:f}",
        "page": settings.ENV.address + found.get_absolute_url(),
        "publication": settings.ENV.name,
        "language": settings.LANGUAGE_CODE,
        "open": reading.phase == "open",
    }
    answer = render(request, "campaigns/meter_embed.html", facts)
    answer.headers["Content-Security-Policy"] = FRAMED
    answer.headers["Refresh"] = str(KEPT_SECONDS)
    return _elsewhere(request, drawing, answer, is_page=True)


def _drawing(campaign_id: UUID) -> pictures.Drawing:
    found = get_object_or_404(queries.shown(), uuid=campaign_id)
    return pictures.drawing_of(queries.reading(campaign=found, now=clock.now()))


def _elsewhere(request: HttpRequest, drawing: pictures.Drawing, answer: HttpResponse, *, is_page: bool = False) -> HttpResponse:
    """Let any cache keep the meter for a minute, and any site show it."""
    etag = f"W/{drawing.etag}" if is_page else drawing.etag
    for name, value in (("ETag", etag), ("Cache-Control", f"public, max-age={KEPT_SECONDS}"), ("Cross-Origin-Resource-Policy", "cross-origin")):
        answer.headers[name] = value
    return get_conditional_response(request, etag=etag, response=answer) or answer
