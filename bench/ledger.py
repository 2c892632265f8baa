"""The books: durable gift posts per second on SQLite (synchronous FULL) and PostgreSQL, and what reading the meter costs.

Each database is made for the purpose and removed. PostgreSQL: the server that MASTHEAD_TEST_POSTGRES names, or this
machine's own; left out where none answers. `python -m bench.ledger` prints the figures.
"""

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

SOURCE = Path(__file__).resolve().parents[1]
LOCAL_POSTGRES = "postgresql://127.0.0.1:5432/postgres"
POSTS = 500  # each a transaction of its own
TOGETHER = 10  # as the one ledger writer applies them
READS = 2_000
ROWS_TO_VERIFY = 5_000


def run() -> dict[str, float]:
    """Return the figures by name; each name says its unit."""
    figures = _measure("SQLite", "")
    server = os.environ.get("MASTHEAD_TEST_POSTGRES") or LOCAL_POSTGRES
    name = f"masthead_bench_{os.getpid()}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    except psycopg.OperationalError:
        return figures
    try:
        return figures | _measure("PostgreSQL", urlsplit(server)._replace(path=f"/{name}").geturl())
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _measure(label: str, database_url: str) -> dict[str, float]:
    """Measure one database in a process of its own, whose settings are its own."""
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        own = {"MASTHEAD_DATA": folder, "DATABASE_URL": database_url, "MASTHEAD_SECRET_KEY": "only-for-this-bench-" * 4, "MASTHEAD_TIME_ZONE": "UTC"}
        paths = f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"
        environment = os.environ | own | {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
        command = [sys.executable, "-m", "bench.ledger", "child"]
        child = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=SOURCE)
    found: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return {f"{name} ({label})": figure for name, figure in found.items()}


def _child() -> dict[str, float]:
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable()
    for app in ("ledger", "campaigns"):
        call_command("migrate", app, verbosity=0)

    from masthead.funding.campaigns import queries
    from masthead.funding.campaigns.actions import open_campaign
    from masthead.funding.campaigns.models import Campaign, Milestone
    from masthead.funding.ledger import queries as ledger
    from masthead.funding.ledger.actions import Draft, open_account, post
    from masthead.funding.ledger.models import AccountKind, Kind
    from masthead.funding.ledger.verify import verify
    from masthead.kernel.money import Money

    now = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
    month = dt.date(2026, 11, 1)
    campaign = Campaign(name="Bench", slug="bench", purpose="Bench.", currency="USD", goal_minor=500_000, period="monthly", featured=True)
    campaign.milestones = [Milestone(amount_minor=minor, meaning="a mark") for minor in (250_000, 500_000)]
    campaign.save()
    open_campaign(campaign=campaign, now=now)
    open_account(code="clearing:bench:USD", currency="USD", kind=AccountKind.CLEARING, now=now)

    def draft(number: int) -> Draft:
        accounts = {"debit": "clearing:bench:USD", "credit": campaign.account_code}
        return Draft(id=f"bench:{number}:gift", kind=Kind.GIFT, amount=Money(2500, "USD"), dated=now.date(), book_month=month, **accounts)

    drafts = [draft(number) for number in range(POSTS + ROWS_TO_VERIFY)]
    singly = _seconds(lambda: [post(drafts=[one], now=now) for one in drafts[:POSTS]])
    groups = [drafts[start : start + TOGETHER] for start in range(POSTS, 2 * POSTS, TOGETHER)]
    together = _seconds(lambda: [post(drafts=group, now=now) for group in groups])
    post(drafts=drafts[2 * POSTS :], now=now)
    rows = verify().rows
    return {
        "durable gift posts per second, one a transaction": round(POSTS / singly),
        f"durable gift posts per second, {TOGETHER} a transaction": round(POSTS / together),
        "meter read, one total, microseconds": round(_seconds(lambda: [ledger.total(campaign.account_code, month) for _ in range(READS)]) / READS * 1e6, 1),
        "meter read, whole reading, microseconds": round(_seconds(lambda: [queries.featured_reading(now=now) for _ in range(READS // 10)]) / READS * 1e7, 1),
        "rows verified per second": round(rows / _seconds(verify)),
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        print(json.dumps(_child()))
    else:
        for what, figure in run().items():
            print(f"{what:<70} {figure}")
