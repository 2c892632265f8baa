"""Beginning a gift, and forgetting who gave it."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import takes_gifts
from masthead.funding.giving import links, queries, rules
from masthead.funding.giving.actions.notices import tell_transfer
from masthead.funding.giving.locks import one_at_a_time
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, GiftState, Pledge
from masthead.funding.providers import registry
from masthead.funding.providers.base import Frequency as ProviderFrequency
from masthead.funding.providers.base import StartRequest
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from masthead.readers.actions import forget, remember
from masthead.readers.models import Supporter
from masthead.readers.rules import one_line

LONGEST_NAME, LONGEST_DEDICATION, LONGEST_PATH = 80, 200, 300


class GiftRefused(MastheadError):
    """A gift that cannot be begun: the sentence says why and what to do."""


class GiveAgain(GiftRefused):
    """The same gift settled a moment ago: ask whether a second one is meant."""

    def __init__(self, gift: Gift) -> None:
        self.gift = gift
        super().__init__(f"You gave {gift.amount.words()} a moment ago, and it has arrived. Do you want to give it again?")


@dataclass(frozen=True, kw_only=True)
class Began:
    """A gift at its checkout. `resumed` says that it was begun before, a moment ago."""

    gift: Gift
    checkout_url: str
    resumed: bool


def start_gift(
    *,
    campaign: Campaign,
    amount: Money,
    frequency: Frequency,
    email: str,
    base_url: str,
    now: dt.datetime,
    public_name: str = "",
    show_name: bool = False,
    show_amount: bool = False,
    cover: Money | None = None,
    dedication: str = "",
    page_path: str = "",
    provider_name: str = "",
    again: bool = False,
) -> Began:
    """Begin a gift and open its checkout at the provider; nothing is counted before the provider says it settled.

    `amount` is the whole of what is paid; `cover` is how much of it was added for the provider's fee.
    `base_url` is the site's origin as the giver sees it (`https://news.example`), without a slash at its end. An
    empty `email` gives a gift without a receipt. The same gift (campaign, e-mail, amount, frequency) begun less
    than two minutes ago and not finished is resumed; one that settled in that time is asked about, unless
    `again` says that a second one is meant.

    Raises:
        GiftRefused: the campaign is closed, or the currency is not its own and the provider does not change it.
        GiveAgain: the same gift settled less than two minutes ago.
        AmountRefused, BadEmail, BadText: a part of it cannot be taken.
        ProviderError: no provider is on, or it refused; retryable where it did not answer.
    """
    provider = registry.provider(provider_name or registry.default_name())
    rules.check_amount(amount)
    if frequency is Frequency.MONTHLY and not provider.capabilities.monthly:
        raise GiftRefused("Monthly gifts cannot be taken at the moment: give once instead.")
    if frequency is Frequency.YEARLY and not (provider.capabilities.yearly and campaign.offers_yearly):
        raise GiftRefused(f"Yearly gifts to “{campaign.name}” cannot be taken at the moment: give once instead.")
    gift, resumed = _begin(
        campaign=campaign,
        amount=amount,
        frequency=frequency,
        email=email,
        details={
            "provider": provider.name,
            "public_name": one_line(public_name, longest=LONGEST_NAME),
            "show_name": show_name and bool(public_name.strip()),
            "show_amount": show_name and show_amount and bool(public_name.strip()),
            "cover_minor": cover.minor if cover else 0,
            "dedication": one_line(dedication, longest=LONGEST_DEDICATION),
            "page_path": page_path[:LONGEST_PATH],
        },
        again=again,
        changes=queries.changes(provider.capabilities, amount.currency),
        now=now,
    )
    if not gift.checkout_url:  # outside any transaction: the provider may take its time
        started = provider.start(
            StartRequest(
                gift_id=gift.pk,
                amount=amount,
                frequency=ProviderFrequency(frequency.value),
                purpose=str(campaign.name),
                email=email,
                return_url=base_url + links.thanks_path(gift, now=now),
                cancel_url=base_url + links.cancelled_path(gift, now=now),
            ),
            now=now,
        )
        gift.checkout_ref, gift.checkout_url = started.checkout_ref, started.url
        gift.save(update_fields=["checkout_ref", "checkout_url"])
        if started.promised:
            _promise(gift, now=now)
    return Began(gift=gift, checkout_url=gift.checkout_url, resumed=resumed)


@transaction.atomic
def _promise(gift: Gift, *, now: dt.datetime) -> None:
    """Have a gift that was begun be on its way; one that has moved on meanwhile stays where it is."""
    if Gift.objects.filter(pk=gift.pk, state=GiftState.STARTED).update(state=GiftState.PENDING):
        gift.state = GiftState.PENDING
        GiftEvent.objects.create(gift=gift, at=now, state=gift.state, cause="told how to pay")
        tell_transfer(gift=gift, now=now)


@transaction.atomic
def _begin(
    *, campaign: Campaign, amount: Money, frequency: Frequency, email: str, details: dict[str, object], again: bool, changes: bool, now: dt.datetime
) -> tuple[Gift, bool]:
    """Store the gift, or find the same one begun a moment ago; two at the same instant are one."""
    if not takes_gifts(campaign=campaign, now=now):
        raise GiftRefused(f"“{campaign.name}” is closed and takes no more gifts: choose another campaign.")
    if amount.currency != campaign.currency and not changes:
        raise GiftRefused(f"“{campaign.name}” is counted in {campaign.currency}, so {amount} cannot be given to it: give in {campaign.currency}.")
    supporter = remember(email=email, name=str(details["public_name"]), now=now) if email else None
    if supporter and not again:
        one_at_a_time(f"gift:{campaign.pk}:{supporter.pk}:{amount}:{frequency}")
        twin = queries.twin_of(campaign=campaign, supporter=supporter, amount=amount, frequency=frequency, provider=str(details["provider"]), now=now)
        if twin and twin.state in {GiftState.STARTED, GiftState.PENDING}:
            return twin, True
        if twin:
            raise GiveAgain(twin)
    common = {"campaign": campaign, "supporter": supporter, "amount_minor": amount.minor, "currency": amount.currency, "provider": details["provider"]}
    pledge = None if frequency is Frequency.ONCE else Pledge.objects.create(started_at=now, frequency=frequency, **common)
    gift = Gift.objects.create(**(common | details), frequency=frequency, pledge=pledge, created_at=now)
    GiftEvent.objects.create(gift=gift, at=now, state=gift.state, cause="the contribute page")
    return gift, False


@transaction.atomic
def forget_supporter(*, supporter: Supporter) -> int:
    """Erase who a supporter is, from their gifts too; return how many gifts stay counted without a name."""
    changed = Gift.objects.filter(supporter=supporter).update(public_name="", show_name=False, show_amount=False, dedication="")
    forget(supporter=supporter)
    return changed
