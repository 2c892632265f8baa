"""Answer old addresses that are told apart by their query alone, such as `/?p=123`.

Wagtail's redirects step in where a page is missing; the front page never is.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from wagtail.contrib.redirects.models import Redirect

# What WordPress finds things by in a query (developer.wordpress.org/reference/classes/wp_query, public query variables).
PARAMETERS = frozenset({"p", "page_id", "attachment_id", "cat", "tag", "author", "feed"})


class OldAddresses:
    """Lead `/?p=123` and its like to where the story is now, before any page is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return a permanent redirect for a known old query, else what the site answers."""
        if request.method in {"GET", "HEAD"} and request.GET and not PARAMETERS.isdisjoint(request.GET):
            target = _target(request)
            if target:
                return HttpResponsePermanentRedirect(target)
        return self.get_response(request)


def _target(request: HttpRequest) -> str:
    for name in request.GET:
        value = request.GET[name]
        if name not in PARAMETERS or "\0" in value or len(value) > 100:  # noqa: PLR2004 - numbers and slugs
            continue
        redirect = (
            Redirect.objects.filter(old_path=Redirect.normalise_path(f"{request.path}?{name}={value}"), site=None).select_related("redirect_page").first()
        )
        if redirect is None:
            continue
        if redirect.redirect_page is None or redirect.redirect_page.live:
            return str(redirect.link or "")
    return ""
