"""The sweep: what webhooks missed. It only leaves hints in the inbox, so that everything is applied in one way."""

import datetime as dt
import logging

from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import missing_drafts
from masthead.funding.giving.actions.inbox import store
from masthead.funding.giving.models import Gift, GiftEvent, GiftState, InboxEvent
from masthead.funding.providers import registry
from masthead.funding.providers.base import CheckoutFacts, CheckoutState, PaymentFacts, Provider, ProviderError

logger = logging.getLogger(__name__)
QUIET = dt.timedelta(minutes=1)  # a webhook is usually faster than this
GIVE_UP = dt.timedelta(days=1)  # a checkout nobody paid for a day is over
LOOK_BACK = dt.timedelta(days=7)  # providers repeat a webhook for three days
MOST_AT_ONCE = 200


def sweep(*, now: dt.datetime) -> int:
    """Ask the providers about gifts that have waited too long and about every movement of the last seven days.

    Where they know more than we do, a hint is left in the inbox; return how many were left. A checkout that was
    not paid within a day is cancelled, and would still be counted if it were paid later.
    """
    return sum(_sweep_one(registry.provider(listed.name), now=now) for listed in registry.enabled())


def _sweep_one(provider: Provider, *, now: dt.datetime) -> int:
    hints = 0
    waiting = Gift.objects.filter(provider=provider.name, state__in=[GiftState.STARTED, GiftState.PENDING], created_at__lt=now - QUIET)
    for gift in waiting.select_related("campaign").order_by("created_at")[:MOST_AT_ONCE]:
        hints += _look_at(provider, gift, now=now)
    try:
        moved = {movement.payment_ref for movement in provider.list_movements(now - LOOK_BACK) if movement.payment_ref}
    except ProviderError as error:
        logger.warning("The sweep could not read the movements of %s: %s", provider.name, error)
        return hints
    for ref in sorted(moved):
        hints += _compare(provider, ref, now=now)
    return hints


def _look_at(provider: Provider, gift: Gift, *, now: dt.datetime) -> bool:
    """Leave a hint where the provider knows more of a waiting gift; call off a checkout that nobody paid."""
    ref = gift.provider_ref or gift.checkout_ref
    facts = None
    if ref:
        try:
            facts = provider.fetch(ref)
        except ProviderError:
            return _leave_hint(provider, ref, now=now)  # applying it says aloud what is wrong
    if isinstance(facts, PaymentFacts):
        return rules.state_of(facts) != gift.state and _leave_hint(provider, ref, now=now)
    if isinstance(facts, CheckoutFacts) and facts.state is not CheckoutState.OPEN:
        return _leave_hint(provider, facts.payment_ref or ref, now=now)
    if gift.created_at < now - GIVE_UP and gift.state == GiftState.STARTED:
        Gift.objects.filter(pk=gift.pk, state=GiftState.STARTED).update(state=GiftState.CANCELLED, reason="Not paid within a day.")
        GiftEvent.objects.create(gift=gift, at=now, state=GiftState.CANCELLED, cause="the sweep", reason="Not paid within a day.")
    return False


def _compare(provider: Provider, ref: str, *, now: dt.datetime) -> bool:
    """Leave a hint where a payment that moved money is not in our books as the provider has it."""
    gift = Gift.objects.filter(provider=provider.name, provider_ref=ref).select_related("campaign").first()
    if gift is None:
        return _leave_hint(provider, ref, now=now)
    try:
        facts = provider.fetch(ref)
    except ProviderError:
        return _leave_hint(provider, ref, now=now)
    behind = isinstance(facts, PaymentFacts) and (rules.state_of(facts) != gift.state or missing_drafts(provider.name, facts, gift))
    return bool(behind) and _leave_hint(provider, ref, now=now)


def _leave_hint(provider: Provider, ref: str, *, now: dt.datetime) -> bool:
    """Leave a hint about `ref`, unless one waits already."""
    if InboxEvent.objects.filter(provider=provider.name, object_ref=ref, applied_at__isnull=True).exists():
        return False
    hint = InboxEvent(
        provider=provider.name,
        event_id=f"sweep:{ref}:{int(now.timestamp())}",
        kind="found by the sweep",
        object_ref=ref,
        body=b"",
        received_at=now,
        next_try_at=now,
    )
    store(hint)
    logger.info("The sweep found that %s knows more of %s than we do", provider.name, ref)
    return True
