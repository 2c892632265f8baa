"""Into the books: what a line or an offline entry is posted as, and the gift that it settles."""

import datetime as dt
from typing import Any

from django.conf import settings

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.actions.applying import note
from masthead.funding.giving.actions.receipts import want_receipt
from masthead.funding.giving.models import Frequency, Gift, GiftState
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.models import AccountKind, Kind, Transfer
from masthead.funding.ledger.rules import first_of_month
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money


class MatchRefused(MastheadError):
    """A line or an entry that cannot be what it is said to be: the sentence says why."""


def open_bank(code: str, currency: str, *, now: dt.datetime) -> None:
    """Open an account of money at hand."""
    open_account(code=code, currency=currency, kind=AccountKind.BANK, now=now)


def settle_gift(*, gift: Gift, stem: str, bank: str, amount: Money, on: dt.date, cause: str, now: dt.datetime) -> str:
    """Post a gift that arrived on `bank` on the day `on`, settle it at what arrived, and return the transfer's id.

    Raises:
        MatchRefused: it came in another currency than its campaign counts in.
    """
    campaign = gift.campaign
    if amount.currency != campaign.currency:
        raise MatchRefused(f"“{campaign.name}” is counted in {campaign.currency}, and {amount} arrived: assign it to a campaign in {amount.currency}.")
    open_account(code=campaign.account_code, currency=amount.currency, kind=AccountKind.GIFTS, now=now)
    draft = Draft(id=f"{stem}:gift", kind=Kind.GIFT, debit=bank, credit=campaign.account_code, amount=amount, dated=on, book_month=first_of_month(on))
    post(drafts=[draft], now=now)
    if gift.amount != amount:
        cause = f"{cause}; {gift.amount} was promised"
    gift.amount_minor, gift.state, gift.provider_ref, gift.reason = amount.minor, GiftState.SETTLED, stem, ""
    gift.settled_at = dt.datetime.combine(on, dt.time(12), settings.ENV.zone)
    gift.save(update_fields=["amount_minor", "state", "provider_ref", "reason", "settled_at"])
    note(gift, cause=cause, transfers=[draft.id], now=now)
    want_receipt(gift=gift, now=now)
    return draft.id


def gift_like(begun: Gift, *, amount: Money, now: dt.datetime) -> Gift:
    """Return a gift of its own for another transfer under the reference of `begun`: a standing order, or one who gives again."""
    return Gift.objects.create(
        campaign=begun.campaign,
        amount_minor=amount.minor,
        currency=amount.currency,
        frequency=Frequency.ONCE,
        supporter=begun.supporter,
        provider=begun.provider,
        public_name=begun.public_name,
        show_name=begun.show_name,
        page_path=begun.page_path,
        created_at=now,
    )


def gift_without_promise(*, campaign: Campaign, amount: Money, provider: str, now: dt.datetime, **words: Any) -> Gift:
    """Return a gift that nobody began on the site."""
    return Gift.objects.create(
        campaign=campaign, amount_minor=amount.minor, currency=amount.currency, frequency=Frequency.ONCE, provider=provider, created_at=now, **words
    )


def give_back(*, gift: Gift, stem: str, bank: str, amount: Money, on: dt.date, cause: str, now: dt.datetime) -> list[str]:
    """Post that `amount` of a gift was paid back from `bank`, and return the transfers' ids.

    A gift that came another way (cash) is given back from where it came, and that is made up for from the bank.

    Raises:
        MatchRefused: the gift did not come this way, has not settled, or less of it is left.
    """
    original = Transfer.objects.filter(id=f"{gift.provider_ref}:gift", kind=Kind.GIFT).first()
    if gift.provider not in {"bank", "offline"} or original is None:
        raise MatchRefused("Only a gift that came by bank transfer or offline is given back from the bank: give others back at their provider.")
    left = gift.amount - gift.returned
    if amount.currency != gift.currency or amount > left:
        raise MatchRefused(f"{amount} was paid out, and {left} of the gift is left: choose another gift.")
    drafts = [
        Draft(
            id=f"{stem}:refund",
            kind=Kind.REFUND,
            debit=original.credit_id,
            credit=original.debit_id,
            amount=amount,
            dated=on,
            book_month=original.book_month,
            original=original.id,
        )
    ]
    if original.debit_id != bank:
        drafts.append(moving(f"{stem}:moved", source=bank, target=original.debit_id, amount=amount, on=on))
    post(drafts=drafts, now=now)
    gift.returned_minor += amount.minor
    gift.state = GiftState.REFUNDED if gift.returned_minor == gift.amount_minor else GiftState.PARTLY_REFUNDED
    gift.save(update_fields=["returned_minor", "state"])
    ids = [draft.id for draft in drafts]
    note(gift, cause=cause, transfers=ids, now=now)
    return ids


def moving(id: str, *, source: str, target: str, amount: Money, on: dt.date) -> Draft:  # noqa: A002  (the books' own word)
    """Return the draft that moves money from one place of ours to another."""
    return Draft(id=id, kind=Kind.PAYOUT, debit=target, credit=source, amount=amount, dated=on, book_month=first_of_month(on))


def take_income(*, stem: str, bank: str, kind: str, amount: Money, on: dt.date, now: dt.datetime) -> str:
    """Post income that is no gift to a campaign, and return the transfer's id."""
    code = f"income:{kind}:{amount.currency}"
    open_account(code=code, currency=amount.currency, kind=AccountKind.INCOME, now=now)
    draft = Draft(id=f"{stem}:income", kind=Kind.INCOME, debit=bank, credit=code, amount=amount, dated=on, book_month=first_of_month(on))
    post(drafts=[draft], now=now)
    return draft.id
