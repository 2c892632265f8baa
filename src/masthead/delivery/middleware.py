"""What every public response says about what it may load, and how long it may be kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from masthead.delivery.embeds import PLAYER_ORIGINS

# Everything comes from this host. Players of known providers may be framed, which happens only after a reader's click.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src " + " ".join(PLAYER_ORIGINS),
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "manifest-src 'self'",
    ]
)
DESK = "/desk/"  # has a policy of its own (newsroom/desk/policy.py)


class PublicPolicy:
    """Send the content security policy with every answer outside the desk, and have it asked for anew each time.

    A page carries the meter, which moves with every gift: no cache on the way may answer for it. A view may say
    otherwise of either itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` and add the two headers."""
        response = self.get_response(request)
        if not request.path.startswith(DESK):
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
