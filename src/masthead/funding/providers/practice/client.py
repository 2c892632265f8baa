"""How Masthead speaks to the practice system: plain records in the practice system's own words.

For a real provider this file holds its HTTP calls; here the other side is a SQLite file beside the newsroom.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from masthead.funding.providers.practice.books import Books
from masthead.funding.providers.practice.pledges import Pledges
from masthead.funding.providers.signatures import sign

SIGNATURE_HEADER = "Practice-Signature"
# What a webhook is handed to: headers and raw body in, an HTTP status out. The view's address is such a door too.
Door = Callable[[Mapping[str, str], bytes], int]
TAKEN = 200


def books() -> Books:
    """Return the practice system's books of this newsroom."""
    return Books(settings.ENV.data / "practice.sqlite3")


def pledges() -> Pledges:
    """Return what can be done to the practice system's pledges."""
    return Pledges(books())


def webhook_secret() -> str:
    """Return what both sides sign webhooks with: derived from the newsroom's secret key."""
    return salted_hmac("masthead.practice", "webhook", algorithm="sha256").hexdigest()


def payment(ref: str) -> dict[str, Any]:
    """Return one payment with its checkout, refunds and dispute."""
    store = books()
    row = store.row("payment", ref)
    return {
        "payment": dict(row),
        "checkout": dict(store.row("checkout", row["checkout_ref"])),
        "pledge": [dict(found) for found in store.rows("SELECT * FROM pledge WHERE checkout_ref = ?", [row["checkout_ref"]])],
        "refunds": [dict(found) for found in store.rows("SELECT * FROM refund WHERE payment_ref = ? ORDER BY created_at, ref", [ref])],
        "disputes": [dict(found) for found in store.rows("SELECT * FROM dispute WHERE payment_ref = ?", [ref])],
    }


def checkout(ref: str) -> dict[str, Any]:
    """Return one checkout with the payment and pledge it led to, if any."""
    store = books()
    return {
        "checkout": dict(store.row("checkout", ref)),
        "payments": [dict(found) for found in store.rows("SELECT * FROM payment WHERE checkout_ref = ? AND NOT renewal", [ref])],
        "pledges": [dict(found) for found in store.rows("SELECT * FROM pledge WHERE checkout_ref = ?", [ref])],
    }


def pledge(ref: str) -> dict[str, Any]:
    """Return one pledge with the checkout it began at."""
    store = books()
    row = store.row("pledge", ref)
    return {"pledge": dict(row), "checkout": dict(store.row("checkout", row["checkout_ref"]))}


def payments_touched_since(since: dt.datetime) -> list[str]:
    """Return the refs of payments of which anything changed since then."""
    moment = since.isoformat()
    found = books().rows(
        """SELECT ref FROM payment WHERE settled_at >= ?1 OR failed_at >= ?1
           UNION SELECT payment_ref FROM refund WHERE created_at >= ?1
           UNION SELECT payment_ref FROM dispute WHERE created_at >= ?1 OR closed_at >= ?1""",
        [moment],
    )
    return [row["ref"] for row in found]


def touched_since(since: dt.datetime) -> set[str]:
    """Return the refs of everything that events tell of since then."""
    return {row["object_ref"] for row in books().rows("SELECT object_ref FROM event WHERE created_at >= ?", [since.isoformat()])}


def deliver_due(*, door: Door, now: dt.datetime) -> int:
    """Take and settle what is due, then send every webhook whose time has come through `door`; return how many were sent.

    A webhook that is not answered with 200 is sent again later.
    """
    store = books()
    if not store.path.exists():
        return 0
    pledges().take_due(now=now)
    store.settle_due(now=now)
    due = store.rows("SELECT * FROM event WHERE delivered_at IS NULL AND due_at <= ? ORDER BY number LIMIT 100", [now.isoformat()])
    sent = 0
    for event in due:
        created = int(dt.datetime.fromisoformat(event["created_at"]).timestamp())
        body = json.dumps({"id": event["id"], "type": event["kind"], "object": event["object_ref"], "created": created}).encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body=body, secret=webhook_secret(), now=now)}
        answers = [door(headers, body) for _ in range(event["copies"])]
        store.attempted(event["id"], delivered=all(answer == TAKEN for answer in answers), now=now)
        sent += len(answers)
    return sent
