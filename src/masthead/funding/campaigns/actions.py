"""Opening, closing and featuring campaigns."""

import datetime as dt

from django.db import transaction

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.rules import State
from masthead.funding.ledger.actions import open_account
from masthead.funding.ledger.models import AccountKind
from masthead.kernel.errors import MastheadError


class CampaignRefused(MastheadError):
    """What was asked of a campaign cannot be: the sentence says why and what to do."""


@transaction.atomic
def open_campaign(*, campaign: Campaign, now: dt.datetime) -> None:
    """Let it take gifts, from its opening day where it has one; its account in the books opens with it.

    Raises:
        AccountRefused: its account stands in another currency, which only an edit behind Masthead's back can do.
    """
    open_account(code=campaign.account_code, currency=campaign.currency, kind=AccountKind.GIFTS, now=now)
    campaign.state = State.OPEN
    campaign.opened_at = campaign.opened_at or now
    campaign.save()


@transaction.atomic
def close_campaign(*, campaign: Campaign) -> None:
    """Let it take no more gifts. Its page and its meter stay; refunds still lower it.

    Raises:
        CampaignRefused: it was never open.
    """
    if campaign.opened_at is None:
        raise CampaignRefused(f"“{campaign.name}” was never open: delete the draft instead of closing it.")
    campaign.state = State.CLOSED
    campaign.save()


@transaction.atomic
def feature(*, campaign: Campaign) -> None:
    """Show this campaign's meter on every page, in place of any other's."""
    Campaign.objects.filter(featured=True).exclude(pk=campaign.pk).update(featured=False)
    campaign.featured = True
    campaign.save()


@transaction.atomic
def delete_campaign(*, campaign: Campaign) -> None:
    """Remove a draft.

    Raises:
        CampaignRefused: it was open once, so the books hold its account.
    """
    if campaign.opened_at is not None:
        raise CampaignRefused(f"“{campaign.name}” has an account in the ledger and stays: close it instead.")
    campaign.delete()
