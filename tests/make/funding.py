"""Makers of accounts, transfers, campaigns and gifts."""

import datetime as dt
from itertools import count

from masthead.funding.ledger.actions import Draft, open_account
from masthead.funding.ledger.models import AccountKind, Kind
from masthead.kernel.money import Money

_number = count(1)

NOW = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
TODAY = NOW.date()
BOOK_MONTH = TODAY.replace(day=1)


def make_books(*gifts: str, currency: str = "USD", provider: str = "practice") -> None:
    """Open the accounts of one provider in one currency, and an account for each code in `gifts`."""
    codes = {f"clearing:{provider}:{currency}": AccountKind.CLEARING, f"fees:{provider}:{currency}": AccountKind.FEES}
    for code, kind in (codes | dict.fromkeys(gifts, AccountKind.GIFTS)).items():
        open_account(code=code, currency=currency, kind=kind, now=NOW)


def make_draft(id: str = "", minor: int = 2500, *, currency: str = "USD", credit: str = "gifts:a", **words: object) -> Draft:  # noqa: A002  (the books' own word)
    """Return the draft of a gift to `gifts:a`, not yet posted; any of its words may be given otherwise."""
    usual: dict[str, object] = {
        "id": id or f"practice:pay_{next(_number)}:gift",
        "kind": Kind.GIFT,
        "debit": f"clearing:practice:{currency}",
        "credit": credit,
        "amount": Money(minor, currency),
        "dated": TODAY,
        "book_month": BOOK_MONTH,
    }
    return Draft(**(usual | words))  # type: ignore[arg-type]
