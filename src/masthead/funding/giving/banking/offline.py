"""Cash, cheques and what else comes without a provider: entered by one person, confirmed by another, then in the books."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.banking import booking
from masthead.funding.giving.banking.matching import offline_code
from masthead.funding.giving.banking.models import IncomeKind, Means, OfflineEntry
from masthead.funding.giving.rules import check_amount
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from masthead.readers.actions import remember
from masthead.readers.rules import normal_email, one_line

LONGEST_NOTE, LONGEST_NAME, LONGEST_REASON = 300, 80, 300


class OfflineRefused(MastheadError):
    """An entry that cannot be made or decided: the sentence says why."""


@transaction.atomic
def enter_offline(
    *,
    means: Means,
    amount: Money,
    received_on: dt.date,
    receipt_note: str,
    by: Any,
    now: dt.datetime,
    campaign: Campaign | None = None,
    income: IncomeKind | None = None,
    name: str = "",
    email: str = "",
) -> OfflineEntry:
    """Enter money that came offline, as a gift to `campaign` or as `income`; nothing is in the books before another person confirms it.

    Raises:
        OfflineRefused: it is neither or both, of another day than it can be, or nobody could find its paper.
        AmountRefused, BadEmail, BadText: a part of it cannot be taken.
    """
    if (campaign is None) == (income is None):
        raise OfflineRefused("Say either which campaign it is given to, or what kind of income it is.")
    check_amount(amount)
    if campaign and campaign.currency != amount.currency:
        raise OfflineRefused(f"“{campaign.name}” is counted in {campaign.currency}, so {amount} cannot be entered as a gift to it.")
    if campaign and campaign.opened_at is None:
        raise OfflineRefused(f"“{campaign.name}” was never open: open it first.")
    if received_on > date_in(settings.ENV.zone, now):
        raise OfflineRefused(f"{received_on} has not come yet: enter what has been received.")
    note = one_line(receipt_note, longest=LONGEST_NOTE)
    if not note:
        raise OfflineRefused("Say where the paper is (receipt book, folder, page), so that the second person and the auditor find it.")
    return OfflineEntry.objects.create(
        means=means,
        campaign=campaign,
        income_kind=income or "",
        amount_minor=amount.minor,
        currency=amount.currency,
        received_on=received_on,
        receipt_note=note,
        name=one_line(name, longest=LONGEST_NAME),
        email=normal_email(email) if email.strip() else "",
        entered_by=by,
        entered_at=now,
    )


@transaction.atomic
def confirm_offline(*, entry: OfflineEntry, by: Any, now: dt.datetime) -> None:
    """Confirm what another person entered, and post it dated the day it was received.

    Raises:
        OfflineRefused: the same person entered it, or it is decided already.
    """
    entry = _waiting(entry)
    if entry.entered_by_id == by.pk:
        raise OfflineRefused("You entered this yourself: another person must look at the paper and confirm it.")
    bank = offline_code(Means(entry.means), entry.currency)
    booking.open_bank(bank, entry.currency, now=now)
    stem = f"offline:{entry.pk}"
    if entry.campaign:
        supporter = remember(email=entry.email, name=entry.name, now=now) if entry.email else None
        gift = booking.gift_without_promise(
            campaign=entry.campaign, amount=entry.amount, provider="offline", now=now, supporter=supporter, public_name=entry.name
        )
        cause = f"{entry.get_means_display().lower()}, entered by {entry.entered_by}, confirmed by {by}"
        entry.transfers = [booking.settle_gift(gift=gift, stem=stem, bank=bank, amount=entry.amount, on=entry.received_on, cause=cause, now=now)]
        entry.gift = gift
        entry.name = entry.email = ""  # they are with the gift now, where they can be erased
    else:
        entry.transfers = [booking.take_income(stem=stem, bank=bank, kind=entry.income_kind, amount=entry.amount, on=entry.received_on, now=now)]
    entry.state, entry.decided_by, entry.decided_at = OfflineEntry.State.CONFIRMED, by, now
    entry.save()


@transaction.atomic
def refuse_offline(*, entry: OfflineEntry, reason: str, by: Any, now: dt.datetime) -> None:
    """Refuse an entry for a reason; whoever made it may take it back in this way. Nothing is posted.

    Raises:
        OfflineRefused: it is decided already, or no reason is given.
    """
    entry = _waiting(entry)
    why = one_line(reason, longest=LONGEST_REASON)
    if not why:
        raise OfflineRefused("Say why the entry is refused.")
    entry.state, entry.decided_by, entry.decided_at, entry.reason = OfflineEntry.State.REFUSED, by, now, why
    entry.name = entry.email = ""
    entry.save()


def _waiting(entry: OfflineEntry) -> OfflineEntry:
    found = OfflineEntry.objects.select_for_update(of=("self",)).select_related("campaign", "entered_by").get(pk=entry.pk)
    if found.state != OfflineEntry.State.WAITING:
        raise OfflineRefused(f"This entry is {OfflineEntry.State(found.state).label.lower()} already: nothing was changed.")
    return found
