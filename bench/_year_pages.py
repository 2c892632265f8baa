"""What each money page costs after the year: queries, and CPU of the first hit and of later ones, each page in a process that has just begun."""

import datetime as dt
import gc
import os
import statistics
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench._year_world import Played, World
from masthead.config.warming import warm
from masthead.funding.books.models import Statement
from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import links
from masthead.funding.giving.managing import entering
from masthead.funding.giving.managing.views import COOKIE
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.ledger.checkpoints.models import Checkpoint
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.kernel import clock
from masthead.readers.models import Visit

LATER = 7
EVENING = dt.timedelta(hours=1)
BAR_MS, DESK_MS = 50, 300


def measure(*, say: Callable[[str], None]) -> dict[str, Any]:
    """Return queries and CPU of each page, and print them as a table.

    It is the last evening of the year: the month in hand is as large as one gets. The process is warm as one of `run`'s is (its templates
    compiled, its routes known by a page of each kind, over other rows); what a page itself keeps is not.
    """
    now = Checkpoint.objects.latest("day").signed_at - EVENING
    clock.now = lambda: now
    Played.world = World(gifts=1, days=1)
    registry.PROVIDERS = (registry.Listed(name="stripe", live=True, is_on=lambda: True, path="bench._year_world:Played"), registry.PROVIDERS[-1])
    gift = Gift.objects.filter(state=GiftState.SETTLED, settled_at__isnull=False).order_by("-settled_at")[Gift.objects.count() // 2]
    client = Client(HTTP_HOST="127.0.0.1")
    warm()
    for _ in range(2):
        for address in ("/books/verify/", "/about/", "/books/key", "/search/?q=x"):
            client.get(address)
    figures: dict[str, Any] = {}
    say(f"{'page':<58} queries  first  later  ms of CPU")
    for name, address in _public(gift, now).items():
        figures |= _one(client, name, address, bar=BAR_MS, say=say)
    visitor = Client(HTTP_HOST="127.0.0.1")
    visitor.cookies[COOKIE] = _visit(now)
    for name, address in _supporters_own(now).items():
        figures |= _one(visitor, name, address, bar=BAR_MS, say=say)
    client.force_login(get_user_model().objects.filter(is_superuser=True).order_by("pk")[0])
    client.get("/desk/")
    for name, address in _desk(gift).items():
        figures |= _one(client, name, address, bar=DESK_MS, say=say)
    return figures


def _public(gift: Gift, now: dt.datetime) -> dict[str, str]:
    statement = Statement.objects.latest("last_seq")
    biggest = max(Statement.objects.defer("body"), key=lambda one: one.last_seq - one.first_seq)
    month = f"/books/{biggest.month:%Y-%m}/"
    campaign = Campaign.objects.get(featured=True)
    other = Campaign.objects.filter(featured=False).order_by("pk")[0]
    receipt = links.receipt_path(gift.receipt, now=now)
    rows = Transfer.objects.count()
    return {
        "the open books": "/books/",
        "a month's statement": month,
        "the first month's statement": f"/books/{Statement.objects.earliest('month').month:%Y-%m}/",
        "the last month's statement": f"/books/{statement.month:%Y-%m}/",
        "a statement, signed (jsonl)": f"{month}statement.jsonl",
        "a statement, sheet (csv)": f"{month}statement.csv",
        "a statement, Beancount": f"{month}statement.beancount",
        "gifts, line by line": "/books/gifts/",
        "gifts, line by line, of half a year ago": f"/books/gifts/?before={rows // 2}",
        "checkpoints": "/books/checkpoints/",
        "last checkpoint": "/books/checkpoint",
        "keys": "/books/key",
        "verify page": "/books/verify/",
        "campaigns": "/campaigns/",
        "a monthly campaign": campaign.get_absolute_url(),
        "a campaign": other.get_absolute_url(),
        "contribute": "/contribute/",
        "contribute to another campaign": f"/contribute/?campaign={other.slug}",
        "thanks": links.thanks_path(gift, now=now),
        "supporters": "/supporters/",
        "supporters, page 100": f"/supporters/?page={min(100, Gift.objects.filter(show_name=True, renewal=False).count() // 120)}",
        "manage (sign in)": "/giving/",
        "meter, JSON": reverse("meter_json", args=[campaign.uuid]),
        "meter, SVG": reverse("meter_svg", args=[campaign.uuid]),
        "meter, PNG": reverse("meter_png", args=[campaign.uuid]),
        "meter to embed": reverse("meter_embed", args=[campaign.uuid]),
        "receipt": receipt,
        "receipt, proof": f"{receipt}receipt.json",
        "receipt, PDF": f"{receipt}receipt.pdf",
    }


def _supporters_own(now: dt.datetime) -> dict[str, str]:
    return {
        "a supporter's own page": "/giving/yours/",
        "a supporter's year": f"/giving/statement/{now.year}/",
        "a supporter's year, PDF": f"/giving/statement/{now.year}/gifts.pdf",
        "a supporter's data": "/giving/my-gifts.json",
    }


def _visit(now: dt.datetime) -> str:
    """Return the cookie of a visit by the supporter who gave most often."""
    [(most, _count)] = Gift.objects.values_list("supporter").annotate(count=Count("pk")).order_by("-count", "supporter")[:1]
    visit = Visit.objects.create(supporter_id=most, asked_at=now)
    return entering.open_visit(token=entering.link_path(visit, now=now).rstrip("/").rpartition("/")[2], now=now)


def _desk(gift: Gift) -> dict[str, str]:
    rows = Transfer.objects.count()
    books = reverse("ledger:index")
    return {
        "desk: first page": "/desk/",
        "desk: dashboard of money": reverse("funding_overview:index"),
        "desk: gifts": reverse("gifts:index"),
        "desk: gifts, halfway": f"{reverse('gifts:index')}?p={Gift.objects.count() // 100}",
        "desk: gifts of a month": f"{reverse('gifts:index')}?settled={gift.settled_at:%Y-%m}",
        "desk: gifts, searched": f"{reverse('gifts:index')}?q={gift.provider_ref}",
        "desk: gifts, searched by a part of a name": f"{reverse('gifts:index')}?q=reader77",
        "desk: a gift": reverse("gifts:gift", args=[gift.pk]),
        "desk: pledges": reverse("pledges:index"),
        "desk: reconciliation": reverse("reconciliation:index"),
        "desk: ledger": books,
        "desk: ledger, halfway": f"{books}?p={rows // 100}",
        "desk: ledger, a campaign's": f"{books}?account={gift.campaign.account_code}&p=20",
        "desk: ledger, refunds": f"{books}?kind=refund",
        "desk: ledger, a row": reverse("ledger:row", args=[rows // 2]),
        "desk: signatures": reverse("ledger:signatures"),
        "desk: campaigns": reverse("campaigns:index"),
        "desk: a campaign": reverse("campaigns:edit", args=[gift.campaign.pk]),
        "desk: bank": reverse("bank:index"),
        "desk: bank, lines": reverse("bank:lines"),
        "desk: cash, cheques, grants": reverse("offline:index"),
        "desk: expenses": reverse("expenses:index"),
        "desk: erasures": reverse("erasures:index"),
        "desk: webhooks": reverse("webhooks:index"),
    }


def _one(client: Client, name: str, address: str, *, bar: int, say: Callable[[str], None]) -> dict[str, str]:
    cache.clear()
    gc.collect()  # what other pages left to be collected is not this one's
    with CaptureQueriesContext(connection) as queries:
        first = _cpu(client, address)
    asked = len(queries)
    later = statistics.median(_cpu(client, address) for _ in range(LATER))
    mark = "" if first < bar else f"   OVER {bar}"
    say(f"{name:<58} {asked:>7} {first:>6.1f} {later:>6.1f}{mark}")
    if os.environ.get("BENCH_YEAR_QUERIES"):
        for query in queries.captured_queries:
            say(f"      {query['time']} {query['sql'][:300]}")
    return {f"{name}: queries, CPU of the first hit / later": f"{asked}, {first:.1f} / {later:.1f} ms{mark}"}


def _cpu(client: Client, address: str) -> float:
    began = time.process_time()
    response: Any = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    took = (time.process_time() - began) * 1000
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return took
