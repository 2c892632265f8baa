"""What every public response says about what it may load."""

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
    """Send the content security policy with every answer outside the desk; a view may set a stricter or wider one itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` and add the policy."""
        response = self.get_response(request)
        if not request.path.startswith(DESK):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
