"""The public pages of giving, and the door for webhooks."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import links, pages, queries
from masthead.funding.giving.actions import GiftRefused, GiveAgain, start_gift
from masthead.funding.giving.actions.deliveries import OK, TOO_LARGE, answer
from masthead.funding.giving.actions.inbox import LARGEST_BODY
from masthead.funding.giving.forms import GiveForm
from masthead.funding.giving.models import Frequency, Gift
from masthead.funding.giving.origin import is_own
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from masthead.readers.links import BadLink

SEE_OTHER, FORBIDDEN, UNPROCESSABLE, UNAVAILABLE = 303, 403, 422, 503
NOTHING_TAKEN = "The payment company does not answer at the moment. Nothing was taken: try again in a few minutes."


@csrf_exempt  # the page is cached and has no cookie: origin.py and the form's signed age stand in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request: HttpRequest) -> HttpResponse:
    """Show the form, filled in as the address asks; or begin the gift and send the giver to the checkout."""
    now = clock.now()
    if request.method != "POST":
        response = _form_page(request, GiveForm(now=now), given=request.GET)
        response["Cache-Control"] = "public, no-cache"
        return response
    form = GiveForm(request.POST, now=now)
    if not is_own(request.headers, hosts={request.get_host(), _host()}):
        form.add_error(None, _("This form did not come from our own page, so nothing was taken: check what you typed and press the button again."))
        return _again(request, form, FORBIDDEN)
    if not form.is_valid() or form.campaign_given is None or form.amount_given is None:
        return _again(request, form, UNPROCESSABLE)
    try:
        return _begin(request, form, campaign=form.campaign_given, amount=form.amount_given)
    except GiveAgain as question:
        return _private(render(request, "giving/give_again.html", pages.give_again(question.gift, request.POST)))
    except MastheadError as refusal:
        sentence = _(NOTHING_TAKEN) if refusal.retryable else str(refusal)
        form.add_error("campaign" if isinstance(refusal, GiftRefused) else None, sentence)
        return _again(request, form, UNAVAILABLE if isinstance(refusal, ProviderError) else UNPROCESSABLE)


def _begin(request: HttpRequest, form: GiveForm, *, campaign: Campaign, amount: Money) -> HttpResponse:
    """Begin the gift that a valid form asks for and send the giver to its checkout."""
    said = form.cleaned_data
    began = start_gift(
        campaign=campaign,
        amount=amount,
        frequency=Frequency(said["frequency"]),
        email=said["email"],
        public_name=said["name"],
        show_name=said["show_name"],
        dedication=said["dedication"],
        page_path=said["page"],
        again=said["again"],
        base_url=f"{request.scheme}://{request.get_host()}",
        now=form.now,
    )
    if began.resumed:
        return _private(render(request, "giving/resume.html", {"gift": began.gift, "checkout_url": began.checkout_url} | pages.words_of(began.gift)))
    response = HttpResponseRedirect(began.checkout_url)
    response.status_code = SEE_OTHER
    return _private(response)


@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Say what became of a gift; while the provider's word is awaited, look again by itself for half a minute."""
    gift = _gift(token)
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
    """Send a supporter to the provider's page of their monthly gift, where they can end it."""
    try:
        found = queries.pledge(links.pledge_id_of(token, now=clock.now()))
    except (BadLink, ValueError):
        found = None
    if found is None or not found.provider_ref:
        raise Http404("No such pledge.")
    back = f"{request.scheme}://{request.get_host()}/contribute/"
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
