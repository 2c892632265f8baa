"""A process that posts to the books beside others: `python -m tests.funding.ledger.poster WHAT ...`; started by test_processes."""

import json
import random
import sys
import time
from pathlib import Path

import django

django.setup()

from masthead.funding.ledger import queries  # noqa: E402  Django first
from masthead.funding.ledger.actions import post  # noqa: E402
from masthead.funding.ledger.models import Transfer  # noqa: E402
from masthead.funding.ledger.verify import verify  # noqa: E402
from tests.make import NOW, make_books, make_draft  # noqa: E402


def prepare() -> None:
    make_books("gifts:a")


def run(go: str, events: str, seed: str) -> None:
    """Wait until the file `go` is there, then post every event, one by one, in an order of our own."""
    drafts = [make_draft(f"g{n}", n) for n in range(1, int(events) + 1)]
    random.Random(seed).shuffle(drafts)  # noqa: S311  no secret
    Path(f"{go}.{seed}").touch()
    while not Path(go).exists():
        time.sleep(0.005)
    for draft in drafts:
        post(drafts=[draft], now=NOW)


def tell() -> None:
    standing = queries.total("gifts:a")
    report = verify()
    print(json.dumps([standing.amount.minor, standing.version, Transfer.objects.count(), [str(problem) for problem in report.problems]]))


if __name__ == "__main__":
    {"prepare": prepare, "run": run, "tell": tell}[sys.argv[1]](*sys.argv[2:])
