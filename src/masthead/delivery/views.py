"""Public pages that are no pages of Wagtail's tree."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from masthead.delivery.colours import accent_css

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
@cache_control(public=True, immutable=True, max_age=YEAR_SECONDS)
def theme_accent(_request: HttpRequest, colour: str) -> HttpResponse:
    """Return the newsroom's accent as a style sheet; its address is the colour, so it never changes."""
    return HttpResponse(accent_css(colour), content_type="text/css")
