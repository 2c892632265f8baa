"""What each money page costs after the year: queries, and CPU of the first hit and of later ones, each page in a process that has just begun."""

import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench._year_world import Played, World
from masthead.funding.books.models import Statement
from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import links
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.ledger.checkpoints.models import Checkpoint
from masthead.funding.providers import registry
from masthead.kernel import clock

LATER = 7
BAR_MS, DESK_MS = 50, 300


def measure(*, say: Callable[[str], None]) -> dict[str, Any]:
    """Return queries and CPU of each page, and print them as a table.

    The process is warm (Django has loaded its templates and routes by a page of each kind, over other rows); what a
    page itself keeps is not.
    """
    last = Checkpoint.objects.latest("day")
    now = last.signed_at
    clock.now = lambda: now
    Played.world = World(gifts=1, days=1)
    registry.PROVIDERS = (registry.Listed(name="stripe", live=True, is_on=lambda: True, path="bench._year_world:Played"), registry.PROVIDERS[-1])
    public, desk = _addresses(now)
    client = Client(HTTP_HOST="127.0.0.1")
    for _ in range(2):
        for address in ("/books/verify/", "/about/", "/books/key", "/search/?q=x"):
            client.get(address)
    figures: dict[str, Any] = {}
    say(f"{'page':<58} queries  first  later  ms of CPU")
    for name, address in public.items():
        figures |= _one(client, name, address, bar=BAR_MS, say=say)
    client.force_login(get_user_model().objects.filter(is_superuser=True).order_by("pk")[0])
    client.get("/desk/")
    for name, address in desk.items():
        figures |= _one(client, name, address, bar=DESK_MS, say=say)
    return figures


def _addresses(now: dt.datetime) -> tuple[dict[str, str], dict[str, str]]:
    statement = Statement.objects.order_by("-last_seq").first()
    biggest = max(Statement.objects.defer("body"), key=lambda one: one.last_seq - one.first_seq)
    month = f"/books/{biggest.month:%Y-%m}/"
    campaign = Campaign.objects.get(featured=True)
    other = Campaign.objects.filter(featured=False).order_by("pk")[0]
    gift = Gift.objects.filter(state=GiftState.SETTLED, settled_at__isnull=False).order_by("-settled_at")[Gift.objects.count() // 2]
    receipt = links.receipt_path(gift.receipt, now=now)
    public = {
        "the open books": "/books/",
        "a month's statement": month,
        "the first month's statement": f"/books/{Statement.objects.earliest('month').month:%Y-%m}/",
        "the last month's statement": f"/books/{statement.month:%Y-%m}/",
        "a statement, signed (jsonl)": f"{month}statement.jsonl",
        "a statement, sheet (csv)": f"{month}statement.csv",
        "a statement, Beancount": f"{month}statement.beancount",
        "checkpoints": "/books/checkpoints/",
        "last checkpoint": "/books/checkpoint",
        "keys": "/books/key",
        "verify page": "/books/verify/",
        "campaigns": "/campaigns/",
        "a monthly campaign": campaign.get_absolute_url(),
        "a campaign": other.get_absolute_url(),
        "contribute": "/contribute/",
        "contribute to another campaign": f"/contribute/?campaign={other.slug}",
        "supporters": "/supporters/",
        "manage (sign in)": "/giving/",
        "meter, JSON": reverse("meter_json", args=[campaign.uuid]),
        "meter, SVG": reverse("meter_svg", args=[campaign.uuid]),
        "meter, PNG": reverse("meter_png", args=[campaign.uuid]),
        "meter to embed": reverse("meter_embed", args=[campaign.uuid]),
        "receipt": receipt,
        "receipt, proof": f"{receipt}receipt.json",
        "receipt, PDF": f"{receipt}receipt.pdf",
    }
    desk = {
        "desk: dashboard of money": reverse("funding_overview:index"),
        "desk: gifts": reverse("gifts:index"),
        "desk: pledges": reverse("pledges:index"),
        "desk: reconciliation": reverse("reconciliation:index"),
        "desk: ledger": reverse("ledger:index"),
        "desk: webhooks": reverse("webhooks:index"),
    }
    return public, desk


def _one(client: Client, name: str, address: str, *, bar: int, say: Callable[[str], None]) -> dict[str, str]:
    cache.clear()
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
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    took = (time.process_time() - began) * 1000
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return took
