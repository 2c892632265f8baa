"""What PayPal credited of a payment: its fee, and gross and rate where it changed the currency."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from masthead.funding.providers.paypal import client
from masthead.funding.providers.paypal.account import base
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.kernel.money import Money

Obj = dict[str, Any]
KEPT = 4096  # payments whose exchange is remembered: it never changes, and the list of transactions asks for it again and again


@dataclass(frozen=True, kw_only=True)
class Received:
    """`gross` and `rate` are None where the currency was not changed; `fee` is in the currency that was credited."""

    fee: Money | None
    gross: Money | None = None
    rate: Decimal | None = None


def of_capture(said: Obj) -> Received:
    """Return what was credited of a capture, from its seller_receivable_breakdown."""
    parts = said.get("seller_receivable_breakdown") or {}
    fee = from_paypal(parts["paypal_fee"]) if parts.get("paypal_fee") else None
    rate = (parts.get("exchange_rate") or {}).get("value")
    return _received(fee, parts.get("receivable_amount"), parts.get("paypal_fee_in_receivable_currency"), rate)


def of_sale(said: Obj) -> Received:
    """Return what was credited of a subscription's payment."""
    fee = from_paypal(said["transaction_fee"]) if said.get("transaction_fee") else None
    return _received(fee, said.get("receivable_amount"), said.get("transaction_fee_in_receivable_currency"), said.get("exchange_rate"))


def fee_changed(ref: str) -> Money | None:
    """Return the fee of the payment `ref` (a transaction id) in the currency that PayPal changed it into; None where it knows none."""
    return _fee_changed(base(), ref)


@lru_cache(maxsize=KEPT)
def _fee_changed(_base: str, ref: str) -> Money | None:
    try:
        found = of_capture(client.get(f"/v2/payments/captures/{ref}"))
    except client.Refused as refusal:
        if not refusal.is_unknown:
            raise
        try:
            found = of_sale(client.get(f"/v1/payments/sale/{ref}"))
        except client.Refused:
            return None
    return found.fee if found.gross else None


def _received(fee: Money | None, receivable: Obj | None, fee_received: Obj | None, rate: Any) -> Received:
    if not receivable or not rate or not fee:
        return Received(fee=fee)
    net = from_paypal(receivable)
    kept = from_paypal(fee_received) if fee_received else Money(int((fee.major * Decimal(rate)).scaleb(_digits(net)).to_integral_value()), net.currency)
    return Received(fee=kept, gross=net + kept, rate=Decimal(rate))


def _digits(amount: Money) -> int:
    return -int(amount.major.as_tuple().exponent)
