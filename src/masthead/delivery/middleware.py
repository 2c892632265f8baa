"""What every public response says about what it may load, and how long it may be kept; and its lines without spaces at their ends."""

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


FORM_ACTION = "form-action 'self'"


def policy(form_targets: tuple[str, ...] = ()) -> str:
    """Return the policy of a page whose forms may also lead, through a redirect, to `form_targets`: a checkout's origins."""
    return POLICY.replace(FORM_ACTION, " ".join([FORM_ACTION, *form_targets])) if form_targets else POLICY


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
            response.headers.setdefault("Content-Security-Policy", policy(getattr(response, "form_targets", ())))
            response.headers.setdefault("Cache-Control", "no-cache")
            _tidy(response)
        return response


def _tidy(response: HttpResponse) -> None:
    """Take the spaces off the ends of a page's lines, which templates leave there: a tenth of a page's bytes."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    response.content = b"\n".join([line.rstrip() for line in response.content.split(b"\n")])
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))
