"""Money: exact, of one currency, read as people type it and written as their language does."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.kernel.money import CURRENCIES, LARGEST_MINOR, Money, MoneyError, digits_of

MINORS = st.integers(-LARGEST_MINOR // 4, LARGEST_MINOR // 4)
CODES = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("25", "USD", 2500),
        ("25.00", "USD", 2500),
        ("25,5", "EUR", 2550),
        (" 1,250.50 ", "USD", 125_050),
        ("1.250,50", "EUR", 125_050),
        ("1 250,50", "EUR", 125_050),
        ("1\u00a0250,50", "EUR", 125_050),
        ("1\u202f250", "EUR", 125_000),
        ("1'250.50", "CHF", 125_050),
        ("1,250", "USD", 125_000),
        ("1.250.000", "EUR", 125_000_000),
        ("0.01", "USD", 1),
        ("-3.10", "USD", -310),
        ("+3", "USD", 300),
        ("120,000", "JPY", 120_000),
        ("120.000", "JPY", 120_000),
        ("5", "KWD", 5000),
        ("1.250", "KWD", 1250),
        ("1,250", "KWD", 1250),
        ("0.001", "KWD", 1),
        ("٢٥", "USD", 2500),
    ],
)
def test_amounts_are_read_as_people_type_them(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "USD"),
        ("ten", "USD"),
        ("1e3", "USD"),
        ("10.005", "USD"),
        ("0.005", "USD"),
        ("1.250", "EUR"),
        ("10.50", "JPY"),
        ("0.0001", "KWD"),
        ("1,250,50", "USD"),
        ("1.250.50", "EUR"),
        ("12,50,000", "USD"),
        ("1,250.000", "USD"),
        (".5", "USD"),
        ("5.", "USD"),
        ("$5", "USD"),
        ("--5", "USD"),
        ("NaN", "USD"),
        ("∞", "USD"),
        ("9" * 61, "USD"),
        ("9" * 5000, "USD"),
        ("10000000000000.01", "USD"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(text, currency):
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@pytest.mark.parametrize("minor", [1.0, "1", None, True, 10**15 + 1, Decimal(1)])
def test_only_whole_numbers_within_reach_are_money(minor):
    with pytest.raises(MoneyError):
        Money(minor, "USD")


@pytest.mark.parametrize("currency", ["usd", "QQQ", "", "DOLLAR"])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(MoneyError, match="no currency"):
        Money(1, currency)
    with pytest.raises(MoneyError, match="no currency"):
        digits_of(currency)


def test_two_currencies_are_never_added_nor_compared():
    for act in (lambda: Money(1, "USD") + Money(1, "EUR"), lambda: Money(1, "USD") - Money(1, "EUR"), lambda: Money(1, "USD") < Money(1, "EUR")):
        with pytest.raises(MoneyError, match="two currencies"):
            act()
    assert Money(1, "USD") != Money(1, "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "words"),
    [
        (307_500, "USD", "en_US", "$3,075"),
        (2550, "USD", "en_US", "$25.50"),
        (2550, "USD", "en", "$25.50"),
        (-2550, "USD", "en_US", "−$25.50"),
        (120_000, "JPY", "en_US", "¥120,000"),
        (12_345, "KWD", "en_US", "12.345\u00a0KWD"),
        (307_550, "EUR", "de", "3.075,50\u00a0€"),
        (307_500, "EUR", "fr", "3\u202f075\u00a0€"),
        (0, "USD", "en_US", "$0"),
    ],
)
def test_amounts_are_written_as_the_language_does(minor, currency, locale, words):
    assert Money(minor, currency).words(locale) == words


def test_decimals_are_kept_or_dropped_where_asked():
    assert Money(2500, "USD").words(whole=False) == "$25.00"
    assert Money(2599, "USD").words(whole=True) == "$25"
    assert Money(-2599, "USD").words(whole=True) == "−$25"


@given(MINORS, MINORS, CODES)
def test_sums_are_exact(one, other, currency):
    assert Money(one, currency) + Money(other, currency) == Money(one + other, currency)
    assert Money(one, currency) - Money(other, currency) == Money(one - other, currency)
    assert (Money(one, currency) < Money(other, currency)) is (one < other)
    assert -Money(one, currency) == Money(-one, currency)


@given(MINORS, CODES)
def test_what_is_written_plainly_is_read_back(minor, currency):
    money = Money(minor, currency)
    assert Money.parse(str(money.major), currency) == money
    assert money.major.as_tuple().exponent == -digits_of(currency)


@given(st.text(max_size=40), CODES)
def test_no_text_breaks_the_reader(text, currency):
    try:
        money = Money.parse(text, currency)
    except MoneyError:
        return
    assert money.currency == currency


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("HUF", 2), ("ISK", 0), ("TWD", 2)])
def test_minor_units_are_those_of_iso_4217(currency, digits):
    assert digits_of(currency) == digits
