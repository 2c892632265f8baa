"""Refusals in the admin, said to the person who asked: whatever the way in, a sentence and a way back, never an error page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.admin import messages

from masthead.kernel.errors import MastheadError

CONFLICT = 409  # RFC 9110, 15.5.10: the request conflicts with the state of the resource; the person can resolve it and ask again


class SayWhy:
    """Turn a refusal under /desk/ into a message and a redirect back; into 409 and the sentence for a script that asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer to a refusal; None for any other failure, which is ours."""
        if not isinstance(exception, MastheadError) or not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        if request.headers.get("x-requested-with") == "XMLHttpRequest" and "/workflow/action/" in request.path:
            # Wagtail's modal understands nothing but its own steps: this one closes it and shows the message.
            messages.error(request, str(exception))
            return JsonResponse({"step": "success", "redirect": _way_back(request)})
        if request.headers.get("x-requested-with") == "XMLHttpRequest" or not request.accepts("text/html"):
            return JsonResponse({"success": False, "error_code": "refused", "error_message": str(exception)}, status=CONFLICT)
        messages.error(request, str(exception))
        return HttpResponseRedirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    """Return where the person came from: `next` where it is ours, else the page before, else the board."""
    for wanted in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(wanted)
            if parts.path != request.path:
                return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("wagtailadmin_home")
