"""Which of PayPal's disputes a sum belongs to, and what each costs."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from masthead.funding.providers.paypal import client
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.kernel.money import Money

Obj = dict[str, Any]
SETTLED_WITHIN = dt.timedelta(hours=1)  # what a dispute that was lost in part gives back is listed when it is decided
CHARGED_WITHIN = dt.timedelta(days=3)


def fee_of(said: Obj) -> Money | None:
    """Return what PayPal keeps for a dispute, beside the sum that it is about."""
    moves = said.get("fund_movements") or said.get("money_movements") or []
    for move in moves:
        if (move.get("party") or move.get("affected_party")) == "SELLER" and move.get("type") == "DEBIT" and "FEE" in str(move.get("reason")):
            return from_paypal(move["amount"])
    return None


def _moment(text: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)


class Disputes:
    """Which dispute a sum belongs to: the list of transactions names the payment alone. Each payment's disputes are asked for once."""

    def __init__(self, held: Iterable[str]) -> None:
        """Begin with the payments of which something is, or was, held back."""
        self._held = set(held)
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

    def charged(self, at: dt.datetime, fee: Money) -> tuple[str, str]:
        """Return the payment and the dispute that cost `fee` about then; nothing where there is none."""
        query = {"start_time": (at - CHARGED_WITHIN).strftime("%Y-%m-%dT%H:%M:%SZ"), "page_size": "50"}
        near = [one for one in client.pages("/v1/customer/disputes", query, inside="items") if abs(_moment(one["create_time"]) - at) <= CHARGED_WITHIN]
        for one in sorted(near, key=lambda each: abs(_moment(each["create_time"]) - at)):
            said = client.get(f"/v1/customer/disputes/{one['dispute_id']}")
            if fee_of(said) == fee:
                return str((said.get("disputed_transactions") or [{}])[0].get("seller_transaction_id") or ""), str(one["dispute_id"])
        return "", ""

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
