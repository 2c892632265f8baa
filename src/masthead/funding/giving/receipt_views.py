"""A receipt behind its signed link: the page, the PDF, the proof."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from masthead.funding.giving import links, paper, queries
from masthead.funding.giving.models import Receipt
from masthead.funding.giving.pdf import facts, proof_words, receipt_pdf
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.readers.links import BadLink

logger = logging.getLogger(__name__)
UNAVAILABLE = 503


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a receipt, and lead to its PDF and its proof."""
    said = paper.paper_of(_receipt(token))
    return _private(render(request, "giving/receipt.html", {"paper": said, "facts": facts(said), "proof_words": proof_words(said)}))


@require_safe
def pdf(_request: HttpRequest, token: str) -> HttpResponse:
    """Send a receipt as PDF."""
    receipt = _receipt(token)
    link = settings.ENV.address + reverse("giving_receipt", args=[token])  # the token that came: a copy opens no longer than its original
    return _file(receipt_pdf(paper.paper_of(receipt), link=link), "application/pdf", f"receipt-{receipt.number}.pdf")


@require_safe
def proof(_request: HttpRequest, token: str) -> HttpResponse:
    """Send a receipt's proof; before the next checkpoint there is none."""
    receipt = _receipt(token)
    try:
        found = paper.proof_of(receipt)
    except MastheadError:
        logger.exception("The proof of receipt %s cannot be made", receipt)
        sentence = _("The proof cannot be made at the moment, and the newsroom's log says why. Your gift is not affected.")
        return _private(HttpResponse(sentence, status=UNAVAILABLE, content_type="text/plain; charset=utf-8"))
    if found is None:
        raise Http404("No checkpoint covers this gift yet.")
    return _file(found.encode(), "application/json", f"receipt-{receipt.number}.json")


def _receipt(token: str) -> Receipt:
    """Return the receipt that a token names; "not yours" and "not there" are the same 404."""
    try:
        found = queries.receipt_of(links.receipt_gift_id_of(token, now=clock.now()))
    except (BadLink, ValueError):
        found = None
    if found is None:
        raise Http404("No such receipt.")
    return found


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    return _private(HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
