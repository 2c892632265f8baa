"""Reading gifts."""

import datetime as dt
import uuid
from contextlib import suppress

from django.conf import settings
from django.db.models import Q, QuerySet

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import featured, shown, taking_gifts
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge, Receipt
from masthead.funding.giving.reconciling import queries as reconciling
from masthead.funding.giving.reconciling.queries import Badge
from masthead.funding.giving.rules import DOUBLE_SECONDS
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.base import Capabilities, ProviderError, Rate
from masthead.funding.providers.registry import PROVIDERS
from masthead.kernel import reads
from masthead.kernel.money import Money
from masthead.readers.models import Supporter


def campaign_called(slug: str) -> Campaign | None:
    """Return the campaign with this slug that readers may see, open or not."""
    return shown().filter(slug=slug).first()


def campaign_to_offer(*, now: dt.datetime) -> Campaign | None:
    """Return the campaign that a gift goes to where none is named: the featured one, else the first open one."""
    with reads.accounted():  # it notes what it is made of; its figures are not used here
        found = featured(now=now)
    return found[0] if found else next(iter(taking_gifts(now=now)), None)


def open_slugs(*, now: dt.datetime) -> list[str]:
    """Return the slugs of the campaigns that take gifts now."""
    return [campaign.slug for campaign in taking_gifts(now=now)]


def twin_of(*, campaign: Campaign, supporter: Supporter, amount: Money, frequency: str, provider: str, now: dt.datetime) -> Gift | None:
    """Return the same gift, begun at the same provider or settled at any less than two minutes ago, neither declined nor given back."""
    since = now - dt.timedelta(seconds=DOUBLE_SECONDS)
    same = Gift.objects.filter(
        campaign=campaign, supporter=supporter, amount_minor=amount.minor, currency=amount.currency, frequency=frequency, renewal=False
    ).order_by("-created_at")
    unfinished = same.filter(provider=provider, state__in=[GiftState.STARTED, GiftState.PENDING], created_at__gt=since).first()
    return unfinished or same.filter(state=GiftState.SETTLED, settled_at__gt=since).first()


def gift(gift_id: uuid.UUID) -> Gift | None:
    """Return a gift with its campaign and pledge."""
    return Gift.objects.select_related("campaign", "pledge", "supporter").filter(pk=gift_id).first()


def is_open(found: Gift) -> bool:
    """Say whether a gift still waits at its checkout."""
    return found.state in {GiftState.STARTED, GiftState.DECLINED, GiftState.PENDING}


def gifts_found(words: str, *, by_person: bool) -> QuerySet[Gift]:
    """Return the gifts whose reference or id is `words`; where there is none and `by_person`, those of a supporter or name that holds them."""
    # The providers are said, for the indexes of references begin with them.
    listed = Q(provider__in=[listed.name for listed in PROVIDERS])
    wanted = listed & Q(provider_ref=words) & ~Q(provider_ref="") | listed & Q(checkout_ref=words) & ~Q(checkout_ref="")
    with suppress(ValueError):
        wanted |= Q(pk=uuid.UUID(words))
    exact = Gift.objects.filter(pk__in=list(Gift.objects.filter(wanted).values_list("pk", flat=True)))
    if not by_person or exact.exists():
        return exact
    people = Supporter.objects.filter(Q(email__icontains=words) | Q(name__icontains=words))
    return Gift.objects.filter(Q(supporter__in=people) | Q(public_name__icontains=words))


def receipt_of(gift_id: uuid.UUID) -> Receipt | None:
    """Return a gift's receipt, with all that it tells of."""
    return Receipt.objects.select_related("gift__campaign", "gift__supporter", "gift__pledge").filter(gift=gift_id).first()


def pledge(pledge_id: uuid.UUID) -> Pledge | None:
    """Return a pledge."""
    return Pledge.objects.filter(pk=pledge_id).first()


def transfers_of(found: Gift) -> list[Transfer]:
    """Return the ledger's rows about a gift, in the order of the books."""
    ids = {name for event in found.events.all() for name in event.transfers}
    return list(Transfer.objects.filter(id__in=ids).order_by("seq"))


def webhooks_of(found: Gift) -> list[InboxEvent]:
    """Return the webhooks about a gift, its checkout and its pledge, oldest first."""
    refs = {found.provider_ref, found.checkout_ref, found.pledge.provider_ref if found.pledge else ""} - {""}
    return list(InboxEvent.objects.filter(provider=found.provider, object_ref__in=refs).order_by("pk"))


def rate_offered(way: str, *, campaign: Campaign, currency: str) -> Rate | None:
    """Return what a provider usually takes of a gift in `currency`, where the newsroom's settings say it; None: covering it is not offered."""
    rates = settings.ENV.rates
    return rates.get(f"{way}:{currency}") or (rates.get(way) if currency == campaign.currency else None)


def currencies_of(campaign: Campaign) -> list[str]:
    """Return the currencies that a gift to a campaign may be paid in, its own first: the others a provider takes and changes into it."""
    return [
        campaign.currency,
        *(code for code in settings.ENV.other_currencies.split() if code != campaign.currency and ways(campaign=campaign, currency=code)),
    ]


def frequencies_of(campaign: Campaign) -> list[Frequency]:
    """Return how often the provider of new gifts and the campaign let a reader give."""
    try:
        able = registry.provider(registry.default_name()).capabilities
    except ProviderError:
        return [Frequency.ONCE]
    offered = {Frequency.ONCE: True, Frequency.MONTHLY: able.monthly, Frequency.YEARLY: able.yearly and campaign.offers_yearly}
    return [frequency for frequency, is_offered in offered.items() if is_offered]


def ways(*, campaign: Campaign, currency: str) -> list[str]:
    """Return the names of the providers that take gifts in `currency` to a campaign, the first offered first; none where something is wrong with them."""
    with suppress(ProviderError):
        names = [listed.name for listed in registry.enabled()]
        return names if currency == campaign.currency else [name for name in names if changes(registry.provider(name).capabilities, currency)]
    return []


def changes(able: Capabilities, currency: str) -> bool:
    """Say whether a provider takes gifts in a currency that is not their campaign's."""
    return able.converts and (able.currencies is None or currency in able.currencies)


def is_practice(provider_name: str) -> bool:
    """Say whether gifts of this provider move no money."""
    return any(listed.name == provider_name and not listed.moves_money for listed in PROVIDERS)


def payouts_matched() -> tuple[int, int]:
    """Return how many payouts of the providers stand on the bank's statements, and how many they told of."""
    return reconciling.payouts_matched()


def badge(now: dt.datetime) -> Badge:
    """Return whether the books match what providers and banks say, as readers are told."""
    return reconciling.badge(now)
