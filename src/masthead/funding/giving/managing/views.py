"""The pages where supporters see and change what they gave, and the page of those who are named."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from masthead.funding.giving import words
from masthead.funding.giving.managing import actions, entering, pages, queries
from masthead.funding.giving.managing.paper import statement_pdf
from masthead.funding.giving.models import Visibility
from masthead.funding.giving.origin import is_own
from masthead.funding.giving.policy import leads_to_checkout
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.ids import new_id
from masthead.kernel.places import address_of, place_of
from masthead.readers.links import BadLink
from masthead.readers.models import Visit

COOKIE = "masthead_giving"
SEE_OTHER, FORBIDDEN, NOT_FOUND, UNPROCESSABLE, TOO_MANY, UNAVAILABLE = 303, 403, 404, 422, 429, 503
WALL_PAGE = 60
LONGEST_NUMBER = 6  # figures of a page's number


@csrf_exempt  # there is nothing of anybody's here yet: origin.py says whether the form is ours
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and say that a link was sent if it is a supporter's: the same answer to every address."""
    if request.method != "POST":
        return _private(render(request, "giving/managing/ask.html", {"sent": "sent" in request.GET, "over": "over" in request.GET}))
    typed = request.POST.get("email", "")[:300]
    if not is_own(request.headers, hosts=_hosts(request)):
        return _refused(
            request, "giving/managing/ask.html", {"typed": typed, "error": _("This form did not come from our own page: press the button again.")}, FORBIDDEN
        )
    try:
        entering.ask_for_link(email=typed, place=_place(request), now=clock.now())
    except entering.TooOften as refusal:
        return _refused(request, "giving/managing/ask.html", {"typed": typed, "error": str(refusal)}, TOO_MANY)
    except MastheadError as refusal:
        return _refused(request, "giving/managing/ask.html", {"typed": typed, "error": str(refusal)}, UNPROCESSABLE)
    return _to(f"{reverse('giving_manage')}?sent")


@csrf_exempt  # the token in the address, which only the letter has, is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Open a visit by the link of a letter. A press of a button does it: programs that look at mail follow links too."""
    now = clock.now()
    if request.method != "POST":
        if not entering.is_openable(token=token, now=now):
            return _refused(request, "giving/managing/ask.html", {"over": True}, NOT_FOUND)
        return _private(render(request, "giving/managing/enter.html"))
    try:
        value = entering.open_visit(token=token, now=now)
    except BadLink:
        return _refused(request, "giving/managing/ask.html", {"over": True}, NOT_FOUND)
    response = _to(reverse("giving_yours"))
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(entering.LASTS.total_seconds()),
        path=reverse("giving_manage"),
        httponly=True,
        samesite="Lax",
        secure=settings.ENV.address.startswith("https://"),
    )
    return response


View = Callable[..., HttpResponse]


def of_supporter(view: View) -> View:
    """Have a view called with the visit of whoever asks; without one, lead to the page that sends a link."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        visit = entering.visit_of(request.COOKIES.get(COOKIE, ""), now=clock.now())
        if visit is None:
            return _to(f"{reverse('giving_manage')}?over")
        if request.method == "POST" and not (
            is_own(request.headers, hosts=_hosts(request)) and entering.is_key_of(visit, request.POST.get("key", ""), now=clock.now())
        ):
            return _page_of(request, visit, error=_("This form did not come from our own page, so nothing was changed: try again."), status=FORBIDDEN)
        return _private(view(request, visit, *args, **named))

    return leads_to_checkout(
        csrf_exempt(guarded)
    )  # cards are changed and amounts agreed to at the provider; the key of the visit, which each form carries, stands in for the token


@of_supporter
@require_safe
def yours(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what a supporter gave and promised, with everything that can be done to it."""
    return _page_of(request, visit)


@of_supporter
@require_POST
def pledge(request: HttpRequest, visit: Visit, pledge_id: uuid.UUID, what: str) -> HttpResponse:
    """Change, pause, take up again or end a pledge, or lead to the provider's page of its card."""
    said, now = request.POST, clock.now()
    common: dict[str, Any] = {"supporter": visit.supporter, "pledge_id": pledge_id}
    back_url = f"{request.scheme}://{request.get_host()}{reverse('giving_back', args=[pledge_id])}"
    try:
        if what == "card":
            return _to(actions.portal_url(**common, return_url=back_url))
        if what == "amount":
            often, key = said.get("frequency", "")[:10], said.get("once", "")[:40]
            agree_at = actions.change(**common, typed=said.get("amount", "")[:60], frequency=often, key=key, back_url=back_url, now=now)
            if agree_at:
                return _to(agree_at)
        elif what == "pause":
            actions.pause(**common, now=now)
        elif what == "resume":
            actions.resume(**common, now=now)
        elif what == "end":
            actions.end(**common, because=said.get("because", ""), said=said.get("words", "")[:2000], now=now)
        else:
            raise Http404
    except MastheadError as refusal:
        return _page_of(request, visit, error=_sentence(refusal), status=_status(refusal))
    return _to(f"{reverse('giving_yours')}?done={what}")


@of_supporter
@require_safe
def back(request: HttpRequest, visit: Visit, pledge_id: uuid.UUID) -> HttpResponse:
    """Receive a supporter who is back from the provider's pages: see there what became of the pledge, and say so."""
    if visit.supporter is None:
        raise Http404
    try:
        found = actions.look_again(supporter=visit.supporter, pledge_id=pledge_id, now=clock.now())
    except actions.NotYours as refusal:
        return _page_of(request, visit, error=str(refusal), status=NOT_FOUND)
    except MastheadError:  # its webhook tells the same, a moment later
        return _to(f"{reverse('giving_yours')}?done=later")
    asked = request.GET.get("asked", "")
    done = "left" if "left" in request.GET else "card" if not asked else "amount" if str(found.amount_minor) == asked else "later"
    return _to(f"{reverse('giving_yours')}?done={done}")


@of_supporter
@require_POST
def show(request: HttpRequest, visit: Visit, gift_id: uuid.UUID) -> HttpResponse:
    """Set what readers may see of one gift."""
    chosen = request.POST.get("visibility", "")
    if chosen not in Visibility.values or visit.supporter is None:
        raise Http404
    try:
        actions.show(supporter=visit.supporter, gift_id=gift_id, visibility=Visibility(chosen), name=request.POST.get("name", ""))
    except MastheadError as refusal:
        return _page_of(request, visit, error=_sentence(refusal), status=_status(refusal))
    return _to(f"{reverse('giving_yours')}?done=show")


@of_supporter
@require_safe
def statement(request: HttpRequest, visit: Visit, year: int) -> HttpResponse:
    """Show a supporter's gifts of one year."""
    found = queries.statement_of(visit.supporter, year=year) if visit.supporter else None
    if found is None:
        raise Http404
    return render(request, "giving/managing/statement.html", {"statement": found, "newsroom": settings.ENV.name})


@of_supporter
@require_safe
def statement_file(_request: HttpRequest, visit: Visit, year: int) -> HttpResponse:
    """Give the same as PDF."""
    found = queries.statement_of(visit.supporter, year=year) if visit.supporter else None
    if found is None:
        raise Http404
    name = f"gifts-{year}.pdf"
    return HttpResponse(statement_pdf(found), content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@of_supporter
@require_safe
def data(_request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give everything that is kept of a supporter as a JSON file."""
    if visit.supporter is None:
        raise Http404
    kept = queries.data_of(visit.supporter)
    headers = {"Content-Disposition": 'attachment; filename="my-gifts.json"'}
    return JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers=headers)


@of_supporter
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say what erasing means, and take the wish."""
    if request.method == "POST" and visit.supporter:
        actions.ask_erasure(supporter=visit.supporter, now=clock.now())
        return _to(f"{reverse('giving_yours')}?done=erase")
    return render(request, "giving/managing/erase.html", {"key": entering.key_of(visit, now=clock.now()), "years": settings.ENV.retention_years})


@of_supporter
@require_POST
def leave(_request: HttpRequest, visit: Visit) -> HttpResponse:
    """End the visit."""
    entering.leave(visit=visit, now=clock.now())
    response = _to(reverse("giving_manage"))
    response.delete_cookie(COOKIE, path=reverse("giving_manage"), samesite="Lax")
    return response


@require_safe
def supporters(request: HttpRequest) -> HttpResponse:
    """Show the names of those who chose to be named, newest first. It is asked anew each time: who withdraws is gone at once."""
    asked = request.GET.get("page", "")
    page = max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1
    gifts, more = queries.wall(page=page, size=WALL_PAGE)
    if page > 1 and not gifts:
        raise Http404("There is no such page.")
    rows = [(gift, words.with_frequency(gift.amount, gift.frequency) if gift.show_amount else "") for gift in gifts]
    response = render(request, "giving/managing/supporters.html", {"rows": rows, "newer": page - 1, "older": page + 1 if more else 0})
    response["Cache-Control"] = "public, no-cache"
    return response


def _page_of(request: HttpRequest, visit: Visit, *, error: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    if visit.supporter is None:
        raise Http404
    context = pages.yours(visit.supporter, page=request.GET.get("page", ""), done=request.GET.get("done", ""), now=now)
    context |= {"key": entering.key_of(visit, now=now), "once": new_id().hex, "error": error}
    response = _private(render(request, "giving/managing/yours.html", context))
    response.status_code = status
    return response


def _refused(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    response = _private(render(request, template, context))
    response.status_code = status
    return response


def _sentence(refusal: MastheadError) -> str:
    return _("The payment company does not answer at the moment. Nothing was changed: try again in a few minutes.") if refusal.retryable else str(refusal)


def _status(refusal: MastheadError) -> int:
    if isinstance(refusal, actions.NotYours):
        return NOT_FOUND
    return UNAVAILABLE if refusal.retryable else UNPROCESSABLE


def _to(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _hosts(request: HttpRequest) -> set[str]:
    return {request.get_host(), str(settings.ENV.address.partition("://")[2])}


def _place(request: HttpRequest) -> str:
    address = address_of(
        remote=request.META.get("REMOTE_ADDR", ""), forwarded=request.headers.get("X-Forwarded-For", ""), trusted=settings.ENV.trusted_networks
    )
    return place_of(address)
