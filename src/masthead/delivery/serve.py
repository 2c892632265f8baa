"""The short way to a page: one query for its address instead of a walk down the tree.

Wagtail finds a page by asking each ancestor for the next, then loads it a second time as its own type: 39 % of the
time of a cold page. A live front page, section, story or plain page is found here by slug and path at once; whatever
is not (a redirect to make, a draft, an address of another kind) goes Wagtail's own way. Its hooks run either way.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from wagtail import hooks
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.views import serve as wagtails_own
from wagtail.wagtail_hooks import check_view_restrictions

from masthead.delivery.queries import publication_of
from masthead.newsroom.stories.models import FrontPage, InfoPage, SectionPage, StoryPage

SAFE = ("GET", "HEAD")
# What can stand at each depth below the front page, and what is read with it.
KINDS: dict[int, tuple[tuple[type[Page], tuple[str, ...]], ...]] = {
    0: ((FrontPage, ()),),
    1: ((SectionPage, ()), (InfoPage, ())),
    2: ((StoryPage, ("lead_picture",)), (InfoPage, ())),
}


def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with the public page at `path` (no leading slash, one at its end)."""
    found = find(request, path) if request.method in SAFE else None
    if found is None:
        answer: HttpResponseBase = wagtails_own(request, path)
        return answer
    return _serve(found, request)


def find(request: HttpRequest, path: str) -> Page | None:
    """Return the live page at `path` as its own type, or None where the short way does not reach."""
    publication = publication_of(request)
    site: Site | None = publication.site if publication.site_id else Site.find_for_request(request)
    if site is None:
        return None
    request._wagtail_site = site  # type: ignore[attr-defined]  # noqa: SLF001 - where Wagtail keeps what it found
    parts = [part for part in path.split("/") if part]
    place = {"slug": parts[-1], "url_path": site.root_page.url_path + path} if parts else {"pk": site.root_page_id}
    for kind, related in KINDS.get(len(parts), ()):
        pages = kind.objects.filter(live=True, **place)
        found: Page | None = next(iter((pages.select_related(*related) if related else pages)[:1]), None)
        if found is not None:
            return found
    return None


def _serve(found: Page, request: HttpRequest) -> HttpResponseBase:
    """Serve `found` as `wagtail.views.serve` does: before_serve_page may answer, on_serve_page may wrap."""

    def chain(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = page.serve(request, *args, **kwargs)
        return answer

    for wrap in reversed(hooks.get_hooks("on_serve_page")):
        if wrap is not check_view_restrictions or PageViewRestriction.objects.exists():  # no page is closed in most newsrooms: one question, not two
            chain = wrap(chain)
    for hook in hooks.get_hooks("before_serve_page"):
        answer = hook(found, request, [], {})
        if isinstance(answer, HttpResponse):
            return answer
    return chain(found, request, [], {})
