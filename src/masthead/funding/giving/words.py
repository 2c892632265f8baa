"""Amounts, frequencies and dates as people read them."""

import datetime as dt
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_name, get_group_symbol
from django.conf import settings
from django.utils.translation import gettext as _

from masthead.funding.giving.models import Frequency
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money, digits_of


def locale() -> str:
    """Return the publication's locale, English where its language has none."""
    return locale_of(settings.LANGUAGE_CODE)


def group_mark() -> str:
    """Return what the publication's language puts between thousands: `,` in English, `.` in German."""
    return get_group_symbol(locale())


def in_words(amount: Money) -> str:
    """Return an amount with its currency's name: `25 US dollars`, `25.50 US dollars`, `1,200 Japanese yen`."""
    if amount.major % 1 == 0:
        figure, pattern = Decimal(int(amount.major)), "#,##0"  # 1 and not 1.00, which is a plural
    else:
        figure, pattern = amount.major, f"#,##0.{'0' * digits_of(amount.currency)}"
    return format_currency(figure, amount.currency, format=pattern, locale=locale(), format_type="name", currency_digits=False)


def currency_name(code: str) -> str:
    """Return a currency's name as the publication's language has it, with its code: `euros (EUR)`."""
    return f"{get_currency_name(code, count=2, locale=locale())} ({code})"


def with_frequency(amount: Money, frequency: str) -> str:
    """Return an amount and how often: `25 US dollars each month`; a gift made once says no more than its amount."""
    if frequency == Frequency.MONTHLY:
        return _("%(amount)s each month") % {"amount": in_words(amount)}
    if frequency == Frequency.YEARLY:
        return _("%(amount)s each year") % {"amount": in_words(amount)}
    return in_words(amount)


def day(moment: dt.datetime) -> str:
    """Return the date of a moment in the newsroom's zone: `November 22, 2026`."""
    return format_date(moment.astimezone(settings.ENV.zone).date(), format="long", locale=locale())


def date(on: dt.date) -> str:
    """Return a date: `December 31, 2036`."""
    return format_date(on, format="long", locale=locale())


def day_and_hour(moment: dt.datetime) -> str:
    """Return a moment in the newsroom's zone: `Nov 22, 2026, 14:05 UTC`."""
    return format_datetime(moment.astimezone(settings.ENV.zone), format="d MMMM y, HH:mm z", locale=locale())
