"""The open books as readers see them."""

import datetime as dt

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from masthead.funding.books import pages, queries
from masthead.kernel import clock
from masthead.kernel.clock import date_in

LONGEST_NUMBER = 16  # figures of a row's number
PAGE = 62  # two months of checkpoints
TEXT = "text/plain; charset=utf-8"
FORMS = {"jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8", "beancount": TEXT}


@require_safe
def books(request: HttpRequest) -> HttpResponse:
    """Show what came in and went out since the last statement, by campaign and category, and the months before."""
    now, months = queries.since_last_statement(), queries.months()
    facts = {
        "payouts": dict(zip(("matched", "told"), queries.payouts_matched(), strict=True)),
        "now": pages.shown(now) if now else None,
        "reading": now,
        "spent": pages.spent(now.spent) if now else [],
        "months": pages.table(months),
        "chart": pages.chart(months, now),
    }
    return render(request, "books/books.html", facts)


@require_safe
def gifts(request: HttpRequest) -> HttpResponse:
    """List the gifts of the books line by line, newest first, at least a day late: day, amount and campaign, nobody's name."""
    before = request.GET.get("before", "")
    lines, older = queries.gift_lines(
        before=int(before) if before.isascii() and before.isdigit() and len(before) < LONGEST_NUMBER else None, today=date_in(settings.ENV.zone, clock.now())
    )
    facts = {"lines": [(line, pages.money(line.amount)) for line in lines], "older": older, "is_first": not before}
    return render(request, "books/gifts.html", facts)


@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show one month's statement."""
    found = queries.month(_first_day(year, month))
    if found is None:
        raise Http404("No such statement.")
    return render(
        request,
        "books/month.html",
        {"shown": pages.shown(found), "statement": found.statement, "frequencies": pages.frequencies(found), "spent": pages.spent(found.spent)},
    )


@require_safe
def statement_file(_request: HttpRequest, year: int, month: int, form: str) -> StreamingHttpResponse:
    """Send one month's statement: as it was signed (jsonl), as a sheet (csv), or for Beancount."""
    pieces = queries.file_of(_first_day(year, month), form)
    if pieces is None:
        raise Http404("No such statement.")
    name = f"{year:04d}-{month:02d}.{form}"
    return StreamingHttpResponse(pieces, content_type=FORMS[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _first_day(year: int, month: int) -> dt.date:
    try:
        return dt.date(year, month, 1)
    except ValueError:
        raise Http404("No such month.") from None


@require_safe
def checkpoint(_request: HttpRequest, day: str = "") -> HttpResponse:
    """Send the signed note of a day, or the latest, as tools read it."""
    try:
        note = queries.note(dt.date.fromisoformat(day) if day else None)
    except ValueError:
        note = None
    if note is None:
        raise Http404("No such checkpoint.")
    return HttpResponse(note, content_type=TEXT, headers={"Access-Control-Allow-Origin": "*"})


@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    """List the checkpoints, newest first, and who signed each."""
    page = Paginator(queries.checkpoints(), PAGE).get_page(request.GET.get("page"))
    return render(request, "books/checkpoints.html", {"page": page, "listed": queries.listed(page.object_list), "keys": queries.keys()})


@require_safe
def key(_request: HttpRequest) -> HttpResponse:
    """Send the public keys, the present one first, a line each; below, how each was handed over."""
    return HttpResponse(queries.keys_text(), content_type=TEXT, headers={"Access-Control-Allow-Origin": "*"})


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page that checks a paper in the reader's own browser; it asks the server for nothing."""
    return render(request, "books/verify.html", {"keys": queries.keys()})
