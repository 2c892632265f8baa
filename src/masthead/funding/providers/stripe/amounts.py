"""Amounts as Stripe writes them, which are not always ISO 4217's minor units."""

from masthead.funding.providers.base import ProviderError
from masthead.kernel.money import Money, digits_of

# docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases". ISK has no decimals and is yet written with two.
TWO_IN_THE_API = frozenset({"ISK"})
# Three decimals are written, and the last must be 0.
LAST_DIGIT_ZERO = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Stripe's pages contradict each other (UGX is listed without decimals and as a special case with two; MGA was listed
# without), or Stripe does not charge in them; a guess could charge a hundredfold.
REFUSED = frozenset({"UGX", "MGA", "IQD", "LYD"})


def to_stripe(amount: Money) -> int:
    """Return an amount as Stripe's API takes it.

    Raises:
        ProviderError: Stripe does not take it, or it is not certain what it would take.
    """
    if amount.currency in REFUSED:
        raise ProviderError(f"Stripe cannot take {amount.currency} here: choose another currency for this campaign.")
    if amount.currency in LAST_DIGIT_ZERO and amount.minor % 10:
        raise ProviderError(f"Stripe takes {amount.currency} in steps of 0.010 only, so {amount} cannot be taken: round it.")
    return amount.minor * _factor(amount.currency)


def from_stripe(number: int, currency: str) -> Money:
    """Return an amount that Stripe's API gave, its currency in small letters.

    Raises:
        ProviderError: it is finer than the currency.
    """
    code = currency.upper()
    minor, rest = divmod(number, _factor(code))
    if rest:
        raise ProviderError(f"Stripe speaks of {number} in {code}, which is finer than that currency: ask Stripe what it means.")
    return Money(minor, code)


def _factor(currency: str) -> int:
    return 100 if currency in TWO_IN_THE_API and digits_of(currency) == 0 else 1
