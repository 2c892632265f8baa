"""PayPal's list of transactions: what moved the balance, and refunds of subscriptions' payments, which are listed nowhere else.

developer.paypal.com/docs/api/transaction-search/v1: windows of 31 days at most, and up to three hours until a transaction appears.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from masthead.funding.providers.base import Movement, RefundFacts
from masthead.funding.providers.paypal import client
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.funding.providers.paypal.movements import TOGETHER, moment
from masthead.funding.providers.paypal.movements import movements as movements_of
from masthead.kernel import clock

Obj = dict[str, Any]
WINDOW, LATE = dt.timedelta(days=31), dt.timedelta(hours=3)
PAGE = 500
EVENT_DAYS = dt.timedelta(days=30)  # how far back events are listed: developer.paypal.com/api/rest/webhooks
REFUND = "T1107"
BOOKED = {"S", "V", "F"}  # successful, reversed later, refunded in part later; not D (denied) and P (pending)


def movements(since: dt.datetime) -> list[Movement]:
    """Return every change of the balance since then that PayPal lists by now, oldest first."""
    # From a little earlier on, so that what was changed into another currency is not cut off from its change.
    found = movements_of(list(_listed(since - TOGETHER)), complete_until=clock.now() - LATE)
    return sorted((one for one in found if one.at >= since), key=lambda one: one.at)


def refunds_listed(ref: str, *, since: dt.datetime) -> list[RefundFacts]:
    """Return the refunds of the payment `ref`: those that events tell of, which are quick and kept for 30 days, and those that are listed."""
    events = [event["resource"] for event in events_since(max(since, clock.now() - EVENT_DAYS), kind="PAYMENT.SALE.REFUNDED")]
    found = {said["id"]: said for said in events if said.get("sale_id") == ref}
    told = {key: RefundFacts(ref=key, amount=from_paypal(said["amount"]), created_at=moment(said["create_time"])) for key, said in found.items()}
    for said in _listed(since, code=REFUND):
        if said.get("paypal_reference_id") == ref:
            amount = from_paypal(said["transaction_amount"])
            told.setdefault(
                said["transaction_id"], RefundFacts(ref=said["transaction_id"], amount=-amount, created_at=moment(said["transaction_initiation_date"]))
            )
    return list(told.values())


def events_since(since: dt.datetime, *, kind: str = "") -> Iterator[Obj]:
    """Yield PayPal's events since then, of the last 30 days at most."""
    now = clock.now()
    query = {"page_size": "100", "start_time": _text(max(since, now - EVENT_DAYS)), "end_time": _text(now)} | ({"event_type": kind} if kind else {})
    return client.pages("/v1/notifications/webhooks-events", query, inside="events")


def _listed(since: dt.datetime, *, code: str = "") -> Iterator[Obj]:
    """Yield transaction_info of everything that changed the balance since then, a window and a page at a time."""
    now, start = clock.now(), since
    query = {"fields": "transaction_info", "balance_affecting_records_only": "Y", "page_size": str(PAGE)} | ({"transaction_type": code} if code else {})
    while start < now:
        end = min(start + WINDOW, now)
        page, last = 1, 1
        while page <= last:
            said = client.get("/v1/reporting/transactions", query | {"start_date": _text(start), "end_date": _text(end), "page": str(page)})
            last = int(said.get("total_pages") or 1)
            for row in said.get("transaction_details") or []:
                if row["transaction_info"].get("transaction_status") in BOOKED:
                    yield row["transaction_info"]
            page += 1
        start = end


def _text(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
