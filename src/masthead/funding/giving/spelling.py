"""Amounts spelled out, as receipts are asked to say them. Pure.

English alone is spelled: other languages bend number and currency words in ways that a table of ours would get wrong, and a
receipt that is wrong in words is worse than one in figures. They get the figure with the currency's full name.

Tried in November 2026: num2words 0.5.14 writes numbers that no native speaker would ("centodicotto", "förtio", "cuarenta y uno mil",
"achthunderteinstausend"); Babel does not spell; ICU does it right in most languages (not in Romanian or Slovene), and its binding brings 42 MB.
"""

from decimal import Decimal

from babel.numbers import get_currency_name

from masthead.kernel.money import Money, digits_of

SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
TWENTY, HUNDRED = 20, 100


def number(value: int) -> str:
    """Return a whole number from zero on in English words: `one thousand two hundred and fifty` is written without the `and`."""
    if value < TWENTY:
        return SMALL[value]
    if value < HUNDRED:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")
    for scale, name in SCALES:
        if value >= scale:
            count, rest = divmod(value, scale)
            return f"{number(count)} {name}" + (f" {number(rest)}" if rest else "")
    raise AssertionError(value)


def amount(money: Money, locale: str) -> str:
    """Return an amount in words: `twenty-five and 50/100 US dollars`, `one thousand Japanese yen`, `one and 250/1000 Kuwaiti dinars`.

    The smaller unit is a fraction of as many parts as the currency has (1 of 100 cents, of 1000 fils; none in yen), as on a cheque.
    """
    digits = digits_of(money.currency)
    whole, part = divmod(money.minor, 10**digits)
    if not locale.startswith("en"):
        return f"{money.words(locale, whole=False)} ({get_currency_name(money.currency, locale=locale)})"
    name = get_currency_name(money.currency, count=Decimal(whole) if not part else Decimal(2), locale=locale)
    fraction = f" and {part:0{digits}d}/{10**digits}" if part else ""
    return f"{number(whole)}{fraction} {name}"
