"""Money: integer minor units with a currency. Never a float, never a bare number across a function border."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, total_ordering

from babel.core import Locale
from babel.numbers import get_currency_symbol, list_currencies, parse_pattern

from masthead.kernel.errors import MastheadError

# ISO 4217, list one: currencies whose minor unit is not 2 digits. (CLDR differs for some; the providers follow ISO.)
DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
CURRENCIES = frozenset(code for code in list_currencies("en") if re.fullmatch(r"[A-Z]{3}", code))
LARGEST_MINOR = 10**15
LONGEST_TYPED = 60  # characters; an amount needs fewer, and Python refuses to read numbers of thousands of digits


class MoneyError(MastheadError):
    """An amount or a currency that cannot be: the text says which and why."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (cents; whole yen; fils) of `currency` (ISO 4217).

    Raises:
        MoneyError: the currency is unknown, or `minor` is not a whole number within ±10^15.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int or abs(self.minor) > LARGEST_MINOR:
            raise MoneyError(f"An amount is a whole number of minor units within ±10^15, not {self.minor!r}.")
        if self.currency not in CURRENCIES:
            raise MoneyError(f"There is no currency {self.currency!r}: give its three-letter ISO 4217 code, such as USD.")

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return no money in `currency`."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read an amount in major units as a person types it: `25`, `25.00`, `1,250.50`, `1 250,50`.

        The last dot or comma is the decimal mark where as many digits follow it as the currency has or
        fewer; `1,250` is therefore one thousand two hundred and fifty dollars, and 1.250 dinars in KWD.
        `1.250` dollars is refused: a slip of the finger and a German thousand look alike.

        Raises:
            MoneyError: the text is not an amount, is finer than the currency's smallest unit, or could mean two amounts.
        """
        digits = digits_of(currency)
        compact = re.sub(r"[\s\u00a0\u202f'’]", "", text.strip())
        fraction = rf"(?:([.,])(\d{{1,{digits}}}))?" if digits else "()()"
        match = re.fullmatch(rf"([+-]?)(\d[\d.,]*?){fraction}", compact) if len(compact) <= LONGEST_TYPED else None
        whole_is_grouped = match and re.fullmatch(r"\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+", match[2])
        if not match or not whole_is_grouped or (match[3] and match[3] in match[2]):
            finest = f"{Decimal(1).scaleb(-digits)}" if digits else "1"
            raise MoneyError(f"“{text.strip()[:40]}” is not an amount in {currency}: write it in figures, such as 25; the smallest step is {finest}.")
        whole = re.sub(r"[.,]", "", match[2])
        if digits and not match[3] and re.fullmatch(r"\d{1,3}\.\d{3}", match[2]):
            raise MoneyError(f"“{compact}” could mean two amounts in {currency}: write {whole} for the whole number, or {digits} digits after the mark.")
        return cls(int(f"{match[1]}{whole}{(match[4] or '').ljust(digits, '0')}"), currency)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units, with the currency's own number of digits: Decimal('25.00')."""
        return Decimal(self.minor).scaleb(-digits_of(self.currency))

    def words(self, locale: str = "en_US", *, whole: bool | None = None) -> str:
        """Return the amount as `locale` writes it: `$3,075`, `$25.50`, `¥120,000`.

        `whole=True` drops the decimals, `False` keeps them; left out, they are dropped where they are all zero.
        """
        digits = digits_of(self.currency)
        dropped = whole if whole is not None else self.minor % 10**digits == 0
        pattern = "#,##0" if dropped or not digits else f"#,##0.{'0' * digits}"
        amount = self.major if not dropped else Decimal(self.minor // 10**digits if self.minor >= 0 else -(-self.minor // 10**digits))
        sign = "−" if amount < 0 else ""
        form, place = _pattern(pattern), _place(locale)
        figures = form.apply(abs(amount), place)
        symbol = _symbol(self.currency, locale)
        if symbol.isalpha():
            return f"{sign}{figures}\u00a0{symbol}"
        return f"{sign}{symbol}{figures}" if locale.startswith("en") else f"{sign}{figures}\u00a0{symbol}"

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise MoneyError(f"{self} and {other} are of two currencies and cannot be added or compared.")
        return other.minor


# Parsed once for each language: a page of the books writes hundreds of amounts, and reading the pattern took longer than applying it.
_pattern = lru_cache(maxsize=16)(parse_pattern)
_place = lru_cache(maxsize=64)(Locale.parse)


@lru_cache(maxsize=1024)
def _symbol(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, locale=locale))


def digits_of(currency: str) -> int:
    """Return how many decimal digits `currency` has: 2 for USD, 0 for JPY, 3 for KWD.

    Raises:
        MoneyError: no such currency.
    """
    if currency not in CURRENCIES:
        raise MoneyError(f"There is no currency {currency!r}: give its three-letter ISO 4217 code, such as USD.")
    return DIGITS.get(currency, 2)
