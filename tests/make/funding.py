"""Makers of accounts, transfers, campaigns and gifts."""

import datetime as dt
from itertools import count

from django.utils.text import slugify

from masthead.funding.campaigns.actions import open_campaign
from masthead.funding.campaigns.models import Campaign, Milestone
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.models import AccountKind, Kind, Transfer
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


def make_campaign(
    *, name: str = "Keep the lights on", goal: int = 500_000, currency: str = "USD", marks: dict[int, str] | None = None, opened: bool = True, **fields: object
) -> Campaign:
    """Store a campaign with its `marks` (minor units and meanings) and, unless told otherwise, open it."""
    slug = f"{slugify(name)[:60]}-{next(_number)}"
    campaign = Campaign(**({"name": name, "slug": slug, "purpose": "Pays the people who write.", "currency": currency, "goal_minor": goal} | fields))
    campaign.milestones = [Milestone(amount_minor=minor, meaning=meaning) for minor, meaning in (marks or {}).items()]
    campaign.save()
    if opened:
        open_campaign(campaign=campaign, now=NOW)
    return campaign


def give(campaign: Campaign, minor: int, *, dated: dt.date = TODAY, id: str = "", now: dt.datetime = NOW) -> Transfer:  # noqa: A002  (the books' own word)
    """Post a practice gift to the books."""
    make_books(currency=campaign.currency)
    draft = make_draft(id, minor, currency=campaign.currency, credit=campaign.account_code, dated=dated, book_month=dated.replace(day=1))
    return post(drafts=[draft], now=now)[0]
