"""The practice system's own pages: its checkout, and the page of a pledge. They stand for another company's site."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.funding.providers.practice import client
from masthead.kernel import clock
from masthead.kernel.money import Money

LATER_SECONDS = 10
BUTTONS: dict[str, dict[str, Any]] = {
    "pay": {},
    "twice": {"copies": 2},
    "later": {"delay_seconds": LATER_SECONDS},
    "later-fail": {"delay_seconds": LATER_SECONDS, "fails": True},
}


@csrf_exempt  # the address is a secret of 128 bits that only the giver has, and nothing here moves money
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one checkout with its buttons, or do what the pressed one says and send the giver back."""
    _refuse_where_off()
    try:
        row = client.checkout(ref)["checkout"]
        if request.method == "POST":
            return HttpResponseRedirect(_press(row, request.POST.get("do", "")))
    except ProviderError as refusal:
        return _refused(request, refusal)
    amount = Money(row["amount_minor"], row["currency"])
    return _page(request, "practice/checkout.html", {"checkout": row, "amount": amount.words(), "later_seconds": LATER_SECONDS})


@csrf_exempt  # as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pledge(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one pledge; end it, take the next payment now, or have the card refused and mended."""
    _refuse_where_off()
    back = request.GET.get("return", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    try:
        said = client.pledge(ref)
        if request.method == "POST":
            _press_of_pledge(ref, request.POST.get("do", ""))
            return HttpResponseRedirect(request.get_full_path())
    except ProviderError as refusal:
        return _refused(request, refusal)
    amount = Money(said["pledge"]["amount_minor"], said["checkout"]["currency"])
    payments = client.books().rows("SELECT state, created_at, amount_minor FROM payment WHERE checkout_ref = ? ORDER BY created_at", [said["checkout"]["ref"]])
    return _page(
        request,
        "practice/pledge.html",
        {
            "pledge": said["pledge"],
            "yearly": said["checkout"]["frequency"] == "yearly",
            "purpose": said["checkout"]["purpose"],
            "amount": amount.words(),
            "payments": [(row["created_at"][:10], Money(row["amount_minor"], amount.currency).words(), row["state"]) for row in payments],
            "back": back,
        },
    )


def _press(row: dict[str, Any], button: str) -> str:
    """Do what a button says and return where the giver goes next."""
    books, now = client.books(), clock.now()
    if row["state"] != "open":
        return str(row["cancel_url"] if row["state"] == "cancelled" else row["return_url"])
    if button == "decline":
        books.close_checkout(row["ref"], state="declined", reason="The card was declined.", now=now)
        return str(row["return_url"])
    if button in BUTTONS:
        books.pay(row["ref"], now=now, **BUTTONS[button])
        return str(row["return_url"])
    if button == "cancel":
        books.close_checkout(row["ref"], state="cancelled", reason="The supporter went back.", now=now)
        return str(row["cancel_url"])
    raise ProviderError("The practice checkout has no such button: go back and press one that is there.")


def _press_of_pledge(ref: str, button: str) -> None:
    """Do what a button of a pledge's page says; one that is not there does nothing."""
    pledges, now = client.pledges(), clock.now()
    if button == "end":
        pledges.end(ref, now=now)
    elif button == "renew":
        pledges.renew(ref, now=now)
    elif button == "mend":
        pledges.mend(ref, now=now)
    elif button == "refuse":
        pledges.refuse(ref, now=now)


def _refuse_where_off() -> None:
    if "practice" not in {listed.name for listed in registry.enabled()}:
        raise Http404("Practice gifts are off in this newsroom.")


def _refused(request: HttpRequest, refusal: ProviderError) -> HttpResponse:
    response = _page(request, "practice/refused.html", {"refusal": str(refusal)})
    response.status_code = 404
    return response


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
