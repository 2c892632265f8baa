"""The demo's campaigns and gifts. The gifts walk the practice provider's whole way: checkout, signed webhook, inbox, books."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from masthead.funding.books.actions import make_statements
from masthead.funding.campaigns.actions import feature, open_campaign
from masthead.funding.campaigns.models import Campaign, Milestone
from masthead.funding.campaigns.queries import reading
from masthead.funding.campaigns.rules import Period
from masthead.funding.giving.actions import apply_inbox, refund_gift, start_gift
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.models import Frequency, Gift, GiftState, Receipt
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.practice import client
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from masthead.moving.demo.content import CampaignEntry, Content, GiftEntry

GIVERS = "supporters.example"  # RFC 2606: nobody has an address there


class MeterWrong(MastheadError):
    """The gifts did not add up to what the demo says."""


def campaigns(content: Content, *, now: dt.datetime) -> dict[str, Campaign]:
    """Return the demo's campaigns by slug, made and opened where there is none of that address."""
    known = {campaign.slug: campaign for campaign in Campaign.objects.all()}
    for entry in content.funding.campaigns:
        if entry.slug not in known:
            known[entry.slug] = _campaign(entry, now)
    return known


@transaction.atomic
def _campaign(entry: CampaignEntry, now: dt.datetime) -> Campaign:
    def minor(text: str) -> int:
        return Money.parse(text, entry.currency).minor

    campaign = Campaign(
        slug=entry.slug,
        name=entry.name,
        purpose=entry.purpose,
        currency=entry.currency,
        goal_minor=minor(entry.goal),
        period=Period(entry.period),
        appeal_title=entry.appeal_title,
        appeal_text=entry.appeal_text,
        suggested_once=[minor(amount) for amount in entry.suggested_once],
        suggested_monthly=[minor(amount) for amount in entry.suggested_monthly],
    )
    campaign.milestones = [Milestone(amount_minor=minor(amount), meaning=meaning) for amount, meaning in entry.milestones.items()]
    campaign.save()
    open_campaign(campaign=campaign, now=now - dt.timedelta(days=entry.opened_days_ago))
    if entry.featured and not Campaign.objects.filter(featured=True).exists():
        feature(campaign=campaign)
    return campaign


def give(content: Content, known: dict[str, Campaign], *, now: dt.datetime, progress: Callable[[str], object]) -> int:
    """Give every gift that was not given yet, settle and book them, give back what was asked back; return how many were new.

    Raises:
        MeterWrong: a campaign that only the demo gave to does not stand where the demo says.
        ProviderError: practice gifts are off, or a live provider is on.
    """
    planned = sum(len(entry.gifts) for entry in content.funding.campaigns)
    new = done = 0
    for entry in content.funding.campaigns:
        campaign = known[entry.slug]
        for number, gift in enumerate(entry.gifts):
            new += _begin(campaign, entry, gift, number, now=now)
            done += 1
        progress(f"gifts, {done} of {planned}")
    if new or Gift.objects.filter(supporter__email__endswith=f"@{GIVERS}", state=GiftState.STARTED).exists():
        _carry(now=now, progress=progress)
    for entry in content.funding.campaigns:
        _give_back(known[entry.slug], entry, now=now)
        if new:
            _hold_to(known[entry.slug], entry, now=now)
    return new


def _email(entry: CampaignEntry, number: int) -> str:
    return f"{entry.slug}-{number + 1}@{GIVERS}"


def _begin(campaign: Campaign, entry: CampaignEntry, gift: GiftEntry, number: int, *, now: dt.datetime) -> bool:
    """Begin and pay one gift at its hour, unless that was done before."""
    email = _email(entry, number)
    at = _hour(entry, gift, now=now)
    begun = Gift.objects.filter(campaign=campaign, supporter__email=email).first()
    if begun is None:
        begun = start_gift(
            campaign=campaign,
            amount=Money.parse(gift.amount, entry.currency),
            frequency=Frequency.MONTHLY if gift.monthly else Frequency.ONCE,
            email=email,
            public_name=gift.name,
            show_name=gift.shown,
            dedication=gift.dedication,
            base_url=settings.ENV.address,
            provider_name="practice",
            again=True,
            now=at,
        ).gift
    elif begun.state != GiftState.STARTED:
        return False
    if client.checkout(begun.checkout_ref)["checkout"]["state"] == "open":
        client.books().pay(begun.checkout_ref, now=at)
    return True


def _hour(entry: CampaignEntry, gift: GiftEntry, *, now: dt.datetime) -> dt.datetime:
    """Return when a gift was given: within this month for a monthly campaign, since its opening for another."""
    start = now - dt.timedelta(days=entry.opened_days_ago)
    if entry.period == "monthly":
        zone = ZoneInfo(settings.TIME_ZONE)
        start = dt.datetime.combine(date_in(zone, now).replace(day=1), dt.time(), zone).astimezone(dt.UTC)
    return start + (now - start) * gift.at / 101


def _carry(*, now: dt.datetime, progress: Callable[[str], object]) -> None:
    """Deliver the practice system's webhooks and apply them, day by day as they were due. Receipts to invented people are not sent."""
    for moment in _evenings(now=now):
        while deliver_practice(now=moment):
            progress("gifts, on their way to the books")
            while apply_inbox(now=moment):
                pass
            _no_letters(now=moment)


def _evenings(*, now: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the end of each day since the first demo gift that is not in the books, and now: a row says when it was entered, and none goes back."""
    waiting = Gift.objects.filter(supporter__email__endswith=f"@{GIVERS}", settled_at=None).order_by("created_at").values_list("created_at", flat=True).first()
    entered = Transfer.objects.order_by("-seq").values_list("posted_at", flat=True).first()
    first = max(moment for moment in (waiting or now, entered) if moment)
    for ago in range((now - first).days + 1, 0, -1):
        evening = dt.datetime.combine(date_in(settings.ENV.zone, now) - dt.timedelta(days=ago), dt.time(23, 50), settings.ENV.zone).astimezone(dt.UTC)
        if evening > first:
            yield evening
    yield now


def sign_past_days(*, now: dt.datetime) -> None:
    """Sign the books as they were when each month and yesterday ended, and make the statements; each signature says that it was made now."""
    while sign_yesterday(now=now):
        pass
    make_statements(now=now)


def _no_letters(*, now: dt.datetime) -> None:
    receipts = Receipt.objects.filter(state=Receipt.State.WAITING, gift__supporter__email__endswith=f"@{GIVERS}")
    receipts.update(state=Receipt.State.SENT, sent_at=now)


def _give_back(campaign: Campaign, entry: CampaignEntry, *, now: dt.datetime) -> None:
    for number, gift in enumerate(entry.gifts):
        if not gift.returned:
            continue
        stored = Gift.objects.get(campaign=campaign, supporter__email=_email(entry, number))
        if stored.state == GiftState.SETTLED:
            refund_gift(gift=stored, amount=Money.parse(gift.returned, entry.currency), key="demo", by="the demo", now=now)
            _carry(now=now, progress=lambda _words: None)


def _hold_to(campaign: Campaign, entry: CampaignEntry, *, now: dt.datetime) -> None:
    if Gift.objects.filter(campaign=campaign).exclude(supporter__email__endswith=f"@{GIVERS}").exists():
        return
    stands, should = reading(campaign=campaign, now=now).raised, Money.parse(entry.raised, entry.currency)
    if stands != should:
        raise MeterWrong(f"“{campaign.name}” stands at {stands} and should stand at {should}: run the demo again, or look at Funding, Webhooks in the desk.")
