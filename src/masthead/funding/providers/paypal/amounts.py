"""Amounts as PayPal writes them: decimal strings in major units, some currencies in whole units only."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from masthead.funding.providers.base import ProviderError
from masthead.kernel.money import CURRENCIES, Money, digits_of

# developer.paypal.com/api/rest/reference/currency-codes, "PayPal account payments". KWD and other dinars are not among them.
TAKEN = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "ILS",
        "JPY",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
    ]
)
# The same page, note 1: "This currency does not support decimals." HUF and TWD have two in ISO 4217.
WHOLE = frozenset({"HUF", "JPY", "TWD"})
_VALUE = re.compile(r"-?[0-9]{1,32}(?:\.[0-9]{1,32})?")


def value_of(amount: Money) -> str:
    """Return an amount as PayPal takes it: `25.00`, `1200`.

    Raises:
        ProviderError: PayPal does not take the currency, or only whole units of it.
    """
    if amount.currency not in TAKEN:
        raise ProviderError(f"PayPal does not take {amount.currency}: choose another way to pay, or another currency for this campaign.")
    if amount.currency not in WHOLE:
        return f"{amount.major:f}"
    if amount.major % 1:
        raise ProviderError(f"PayPal takes {amount.currency} in whole units only, so {amount} cannot be taken: round it.")
    return str(int(amount.major))


def to_paypal(amount: Money) -> dict[str, str]:
    """Return an amount as an object of the v2 API; errors as `value_of`."""
    return {"currency_code": amount.currency, "value": value_of(amount)}


def from_paypal(said: Mapping[str, Any]) -> Money:
    """Read an amount of either API: `value` or `total`, `currency_code` or `currency`.

    Raises:
        ProviderError: it is not one, or finer than its currency.
    """
    currency, value = said.get("currency_code") or said.get("currency"), said.get("value") or said.get("total")
    if currency not in CURRENCIES or not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ProviderError(f"PayPal speaks of {str(value)[:40]!r} in {str(currency)[:10]!r}, which is no amount: ask PayPal what it means.")
    minor = Decimal(value).scaleb(digits_of(currency))
    if minor % 1:
        raise ProviderError(f"PayPal speaks of {value} in {currency}, which is finer than that currency: ask PayPal what it means.")
    return Money(int(minor), currency)
