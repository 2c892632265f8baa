"""Reading gifts."""

import datetime as dt
import uuid
from contextlib import suppress

from django.db.models import Q, QuerySet

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import featured, shown, taking_gifts
from masthead.funding.giving.models import Gift, GiftState, InboxEvent, Pledge
from masthead.funding.giving.rules import DOUBLE_SECONDS
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.registry import PROVIDERS
from masthead.kernel.money import Money
from masthead.readers.models import Supporter


def campaign_called(slug: str) -> Campaign | None:
    """Return the campaign with this slug that readers may see, open or not."""
    return shown().filter(slug=slug).first()


def campaign_to_offer(*, now: dt.datetime) -> Campaign | None:
    """Return the campaign that a gift goes to where none is named: the featured one, else the first open one."""
    found = featured(now=now)
    return found[0] if found else next(iter(taking_gifts(now=now)), None)


def open_slugs(*, now: dt.datetime) -> list[str]:
    """Return the slugs of the campaigns that take gifts now."""
    return [campaign.slug for campaign in taking_gifts(now=now)]


def twin_of(*, campaign: Campaign, supporter: Supporter, amount: Money, frequency: str, now: dt.datetime) -> Gift | None:
    """Return the same gift, begun or settled less than two minutes ago and neither declined nor given back."""
    since = now - dt.timedelta(seconds=DOUBLE_SECONDS)
    same = Gift.objects.filter(
        campaign=campaign, supporter=supporter, amount_minor=amount.minor, currency=amount.currency, frequency=frequency, renewal=False
    ).order_by("-created_at")
    unfinished = same.filter(state__in=[GiftState.STARTED, GiftState.PENDING], created_at__gt=since).first()
    return unfinished or same.filter(state=GiftState.SETTLED, settled_at__gt=since).first()


def gift(gift_id: uuid.UUID) -> Gift | None:
    """Return a gift with its campaign and pledge."""
    return Gift.objects.select_related("campaign", "pledge", "supporter").filter(pk=gift_id).first()


def gifts_found(words: str, *, by_person: bool) -> QuerySet[Gift]:
    """Return the gifts whose reference or id is `words`; where `by_person`, also those of a supporter or name that holds them."""
    wanted = Q(provider_ref=words) | Q(checkout_ref=words)
    with suppress(ValueError):
        wanted |= Q(pk=uuid.UUID(words))
    if by_person:
        wanted |= Q(supporter__email__icontains=words) | Q(supporter__name__icontains=words) | Q(public_name__icontains=words)
    return Gift.objects.filter(wanted)


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


def is_practice(provider_name: str) -> bool:
    """Say whether gifts of this provider move no money."""
    return any(listed.name == provider_name and not listed.live for listed in PROVIDERS)
