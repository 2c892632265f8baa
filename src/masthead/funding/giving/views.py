"""The public pages of giving, and the door for webhooks."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from masthead.funding.giving import links, pages, queries
from masthead.funding.giving.actions import Began, ConfirmFirst, GiftRefused, GiveAgain, begin_checkout, confirm_checkout, look_on_return
from masthead.funding.giving.actions.deliveries import OK, TOO_LARGE, answer
from masthead.funding.giving.actions.inbox import LARGEST_BODY
from masthead.funding.giving.forms import GiveForm
from masthead.funding.giving.models import Gift, Pledge
from masthead.funding.giving.origin import is_own
from masthead.funding.giving.policy import leads_to_checkout
from masthead.funding.guard import queries as guarded
from masthead.funding.guard.actions import WaitFirst
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.places import address_of, place_of
from masthead.readers.links import BadLink

ACCEPTED, SEE_OTHER, FORBIDDEN, UNPROCESSABLE, TOO_MANY, UNAVAILABLE = 202, 303, 403, 422, 429, 503
NOTHING_TAKEN = "The payment company does not answer at the moment. Nothing was taken: try again in a few minutes."


@leads_to_checkout
@csrf_exempt  # the page is cached and has no cookie: origin.py and the form's signed age stand in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request: HttpRequest) -> HttpResponse:
    """Show the form, filled in as the address asks; or begin the gift and send the giver to the checkout."""
    now = clock.now()
    if request.method == "POST":
        return _give(request, now)
    response = _form_page(request, GiveForm(now=now), given=request.GET)
    response["Cache-Control"] = "public, no-cache"
    return response


def _give(request: HttpRequest, now: dt.datetime) -> HttpResponse:
    """Begin the gift that a posted form asks for; whatever is in the way, show the form with all that was typed."""
    form = GiveForm(request.POST, now=now)
    if not is_own(request.headers, hosts={request.get_host(), _host()}):
        form.add_error(None, _("This form did not come from our own page, so nothing was taken: check what you typed and press the button again."))
        return _again(request, form, FORBIDDEN)
    if not form.is_valid():
        return _again(request, form, UNPROCESSABLE)
    try:
        return _to_checkout(request, begin_checkout(asked=form.asked(), place=_place(request), base_url=_origin(request), now=now))
    except ConfirmFirst as waits:
        response = _private(render(request, "giving/held.html", pages.held(waits.held)))
        response.status_code = ACCEPTED
        return response
    except GiveAgain as question:
        return _private(render(request, "giving/give_again.html", pages.give_again(question.gift, request.POST)))
    except MastheadError as refusal:
        form.add_error("campaign" if isinstance(refusal, GiftRefused) else None, _sentence(refusal))
        return _late(_again(request, form, _status(refusal)), refusal)


@leads_to_checkout
@csrf_exempt  # the token in its address, which only the letter has, is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Lead a giver on who follows the link in our letter. A press of a button does it: programs that look at mail follow links too."""
    now = clock.now()
    try:
        held = guarded.held(links.held_id_of(token, now=now))
    except (BadLink, ValueError):
        held = None
    if held is None:
        raise Http404("No such gift.")
    if request.method != "POST":
        return _private(render(request, "giving/confirm.html", pages.confirm(held, action=request.path)))
    try:
        return _to_checkout(request, confirm_checkout(held=held, base_url=_origin(request), again="again" in request.POST, now=now))
    except MastheadError as refusal:
        ask_again = isinstance(refusal, GiveAgain)
        context = pages.confirm(held, action=request.path, refusal=_sentence(refusal), ask_again=ask_again)
        response = _private(render(request, "giving/confirm.html", context))
        response.status_code = OK if ask_again else _status(refusal)
        return _late(response, refusal)


def _to_checkout(request: HttpRequest, began: Began) -> HttpResponse:
    """Send the giver to the checkout; where the gift was begun before, say so first."""
    if began.resumed:
        return _private(render(request, "giving/resume.html", {"gift": began.gift, "checkout_url": began.checkout_url} | pages.words_of(began.gift)))
    response = HttpResponseRedirect(began.checkout_url)
    response.status_code = SEE_OTHER
    return _private(response)


def _sentence(refusal: MastheadError) -> str:
    return _(NOTHING_TAKEN) if refusal.retryable else str(refusal)


def _status(refusal: MastheadError) -> int:
    if isinstance(refusal, WaitFirst):
        return TOO_MANY
    return UNAVAILABLE if isinstance(refusal, ProviderError) else UNPROCESSABLE


def _late(response: HttpResponse, refusal: MastheadError) -> HttpResponse:
    """Say to programs when to come back, where the giver has to wait."""
    if isinstance(refusal, WaitFirst):
        response["Retry-After"] = str(refusal.seconds)
    return response


@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Say what became of a gift; while the provider's word is awaited, look again by itself for half a minute."""
    gift = _gift(token)
    if "look" not in request.GET:
        look_on_return(gift=gift, now=clock.now())
    page = pages.after_checkout(gift, looks=request.GET.get("look", ""), now=clock.now())
    response = _private(render(request, page.template, page.context))
    if page.look_again_seconds:
        # A header, not a meta element: assistive technology reads the page without being told that it will go away.
        response["Refresh"] = f"{page.look_again_seconds}; url={request.path}?look={page.next_look}"
    return response


@require_safe
def cancelled(request: HttpRequest, token: str) -> HttpResponse:
    """Say that nothing was taken, and show the way back."""
    gift = _gift(token)
    if gift.settled_at:
        return _private(redirect("giving_thanks", token=token))
    return _private(render(request, "giving/not_paid.html", pages.not_paid(gift, came_back=True)))


@require_GET
def pledge(request: HttpRequest, token: str) -> HttpResponse:
    """Send a supporter to the provider's page of their pledge: where they confirm what is overdue, else where they can end it."""
    try:
        found = queries.pledge(links.pledge_id_of(token, now=clock.now()))
    except (BadLink, ValueError):
        found = None
    if found is None or not found.provider_ref:
        raise Http404("No such pledge.")
    if found.confirm_url and found.state == Pledge.State.PAST_DUE:
        return _private(HttpResponseRedirect(found.confirm_url))
    back = f"{_origin(request)}/contribute/"
    return _private(HttpResponseRedirect(registry.provider(found.provider).portal_url(found.provider_ref, return_url=back)))


@csrf_exempt  # a provider has no session here: its signature is checked instead
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's webhook: verify, store, answer 200. Above 256 KB nothing is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return HttpResponse("Too large.", status=TOO_LARGE, content_type="text/plain")
    status, sentence = answer(provider=provider, headers=request.headers, body=request.read(LARGEST_BODY + 1), now=clock.now())
    return HttpResponse(sentence if status != OK else "", headers={"Cache-Control": "no-store"}, status=status, content_type="text/plain; charset=utf-8")


def _gift(token: str) -> Gift:
    """Return the gift that a token names; "not yours" and "not there" are the same 404."""
    try:
        gift = queries.gift(links.gift_id_of(token, now=clock.now()))
    except (BadLink, ValueError):
        gift = None
    if gift is None:
        raise Http404("No such gift.")
    return gift


def _again(request: HttpRequest, form: GiveForm, status: int) -> HttpResponse:
    """Show the form again with what was typed and what is wrong with it."""
    response = _private(_form_page(request, form, given=request.POST))
    response.status_code = status
    return response


def _form_page(request: HttpRequest, form: GiveForm, *, given: QueryDict) -> HttpResponse:
    context: dict[str, Any] = pages.contribute(form, given=given, now=form.now)
    response = render(request, "giving/contribute.html", context)
    if context["unknown"]:
        response.status_code = 404
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _host() -> str:
    return str(settings.ENV.address.partition("://")[2])


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _place(request: HttpRequest) -> str:
    """Return the network that the giver comes from."""
    trusted = settings.ENV.trusted_networks
    return place_of(address_of(remote=request.META.get("REMOTE_ADDR", ""), forwarded=request.headers.get("x-forwarded-for", ""), trusted=trusted))
