"""PayPal's list of transactions: what moved the balance, and refunds of subscriptions' payments, which are listed nowhere else.

developer.paypal.com/docs/api/transaction-search/v1: windows of 31 days at most, and up to three hours until a transaction appears.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from masthead.funding.providers.base import Movement, MovementKind, ProviderError, RefundFacts
from masthead.funding.providers.paypal import client
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.funding.providers.paypal.hints import PAY
from masthead.kernel import clock
from masthead.kernel.money import Money

Obj = dict[str, Any]
WINDOW, LATE = dt.timedelta(days=31), dt.timedelta(hours=3)
PAGE = 500
EVENT_DAYS = dt.timedelta(days=30)  # how far back events are listed: developer.paypal.com/api/rest/webhooks
# developer.paypal.com/docs/transaction-search/transaction-event-codes
CODES = {
    "T1106": MovementKind.FAILURE,  # payment reversal
    "T1107": MovementKind.REFUND,
    "T1110": MovementKind.DISPUTE,  # hold for dispute investigation
    "T1111": MovementKind.DISPUTE_WON,  # that hold is cancelled
    "T1201": MovementKind.DISPUTE,  # chargeback
    "T1202": MovementKind.DISPUTE_WON,  # chargeback reversal
}
PAYMENTS, PAYOUTS, ACCOUNT_FEES = "T00", "T04", "T01"
REFUND, DISPUTE_FEE, PAYMENT_FEE = "T1107", "T0106", "T0107"
SETTLED_WITHIN = dt.timedelta(hours=1)  # what a dispute that was lost in part gives back is listed when it is decided
HELD = {MovementKind.DISPUTE, MovementKind.DISPUTE_WON}
BOOKED = {"S", "V", "F"}  # successful, reversed later, refunded in part later; not D (denied) and P (pending)


def movements(since: dt.datetime) -> list[Movement]:
    """Return every change of the balance since then that PayPal lists by now, oldest first."""
    told = list(_listed(since))
    disputes = _Disputes(said for said in told if CODES.get(str(said.get("transaction_event_code"))) in HELD)
    found = [movement for said in told for movement in _movements(said, disputes)]
    return sorted((one for one in found if one.at >= since), key=lambda one: one.at)


def refunds_listed(ref: str, *, since: dt.datetime) -> list[RefundFacts]:
    """Return the refunds of the payment `ref`: those that events tell of, which are quick and kept for 30 days, and those that are listed."""
    events = [event["resource"] for event in events_since(max(since, clock.now() - EVENT_DAYS), kind="PAYMENT.SALE.REFUNDED")]
    found = {said["id"]: said for said in events if said.get("sale_id") == ref}
    told = {key: RefundFacts(ref=key, amount=from_paypal(said["amount"]), created_at=_moment(said["create_time"])) for key, said in found.items()}
    for said in _listed(since, code=REFUND):
        if said.get("paypal_reference_id") == ref:
            amount = from_paypal(said["transaction_amount"])
            told.setdefault(
                said["transaction_id"], RefundFacts(ref=said["transaction_id"], amount=-amount, created_at=_moment(said["transaction_initiation_date"]))
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


class _Disputes:
    """Which dispute a sum belongs to: the list of transactions names the payment alone. Each payment's disputes are asked for once."""

    def __init__(self, held: Iterable[Obj]) -> None:
        self._held = {str(said.get("paypal_reference_id") or "") for said in held}
        self._of: dict[str, list[Obj]] = {}
        self._told: set[tuple[str, str]] = set()

    def holding(self, payment: str, at: dt.datetime, amount: Money) -> str:
        """Return the dispute that held `amount` back and began nearest to `at`, or nothing where the payment has none."""
        return self._nearest(payment, at, "create_time", row="hold", amount=amount)

    def charging(self, payment: str, at: dt.datetime) -> str:
        """Return the dispute that began nearest to `at`, whose fee this may be."""
        return self._nearest(payment, at, "create_time", row="fee")

    def freeing(self, payment: str, at: dt.datetime, amount: Money) -> str:
        """Return the dispute that let go of `amount` and was last moved nearest to `at`."""
        return self._nearest(payment, at, "update_time", row="free", amount=amount)

    def settling(self, payment: str, at: dt.datetime, amount: Money) -> str:
        """Return the dispute that gave back `amount`, a part of what it held; nothing where that was a refund of ours."""
        if payment not in self._held:
            return ""
        for one in self._all(payment):
            if one.get("status") == "RESOLVED" and abs(_moment(one["update_time"]) - at) <= SETTLED_WITHIN:
                part = (client.get(f"/v1/customer/disputes/{one['dispute_id']}").get("dispute_outcome") or {}).get("amount_refunded")
                if part and from_paypal(part) == -amount != from_paypal(one["dispute_amount"]):
                    return str(one["dispute_id"])
        return ""

    def _nearest(self, payment: str, at: dt.datetime, name: str, *, row: str, amount: Money | None = None) -> str:
        """Return the dispute that a row of this sort belongs to: one of the same sum, the nearest, and of two at once each one."""

        def order(one: Obj) -> tuple[bool, dt.timedelta, bool]:
            other_sum = amount is not None and from_paypal(one["dispute_amount"]) not in {amount, -amount}
            return other_sum, abs(_moment(one[name]) - at), (str(one["dispute_id"]), row) in self._told

        near = min(self._all(payment), key=order, default=None)
        if near is None:
            return ""
        self._told.add((str(near["dispute_id"]), row))
        return str(near["dispute_id"])

    def _all(self, payment: str) -> list[Obj]:
        if payment not in self._of:
            self._of[payment] = list(client.pages("/v1/customer/disputes", {"disputed_transaction_id": payment, "page_size": "50"}, inside="items"))
        return self._of[payment]


def _movements(said: Obj, disputes: _Disputes) -> list[Movement]:
    code, ref = str(said.get("transaction_event_code")), str(said["transaction_id"])
    amount, at = from_paypal(said["transaction_amount"]), _moment(said["transaction_initiation_date"])
    about = str(said.get("paypal_reference_id") or "")
    kind, payment = CODES.get(code, MovementKind.OTHER) if about else MovementKind.OTHER, PAY + about
    account_fee = False
    if code.startswith(PAYMENTS) and amount.minor > 0:
        kind, payment, ref = MovementKind.PAYMENT, PAY + ref, PAY + ref
    elif code.startswith(PAYOUTS):
        kind = MovementKind.PAYOUT
    elif code == DISPUTE_FEE and about:
        kind, ref = MovementKind.FEE, disputes.charging(about, at) or ref
    elif code.startswith(ACCOUNT_FEES):
        account_fee = code not in {DISPUTE_FEE, PAYMENT_FEE}  # these belong to a payment that PayPal does not name here
    elif kind is MovementKind.DISPUTE:
        ref = disputes.holding(about, at, amount) or ref
    elif kind is MovementKind.DISPUTE_WON:
        ref = disputes.freeing(about, at, amount) or ref
    elif kind is MovementKind.REFUND:
        ref = disputes.settling(about, at, amount) or ref
    if kind in {MovementKind.PAYOUT, MovementKind.OTHER}:
        payment = ""
    found = [Movement(ref=ref, kind=kind, payment_ref=payment, amount=amount, at=at, words=f"PayPal {code}", account_fee=account_fee)]
    fee = from_paypal(said["fee_amount"]) if said.get("fee_amount") else None
    if fee and fee.minor:
        found.append(
            Movement(ref=ref, kind=MovementKind.FEE if payment else MovementKind.OTHER, payment_ref=payment, amount=fee, at=at, words=f"fee of PayPal {code}")
        )
    return found


def _moment(text: Any) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)
    except ValueError:
        raise ProviderError(f"PayPal says {str(text)[:40]!r} where a moment belongs: ask PayPal what it means.") from None


def _text(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
