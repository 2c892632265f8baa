"""Giving a gift back."""

import datetime as dt

from masthead.funding.giving.actions.gifts import GiftRefused
from masthead.funding.giving.actions.inbox import apply_inbox, store
from masthead.funding.giving.models import Gift, GiftState, InboxEvent
from masthead.funding.giving.rules import check_refund
from masthead.funding.providers import registry
from masthead.funding.providers.base import RefundFacts
from masthead.kernel.money import Money

BY_HAND = {"bank": "by bank transfer", "offline": "without a provider"}
REFUNDABLE = {GiftState.SETTLED, GiftState.PARTLY_REFUNDED}


def refund_gift(*, gift: Gift, amount: Money, key: str, by: str, now: dt.datetime) -> RefundFacts:
    """Ask the provider to give back part or all of a gift; the books follow what the provider then says.

    `key` makes a doubled click one refund: the same key twice gives the same one. `by` is who asked, for the
    gift's history.

    Raises:
        GiftRefused: the gift is not settled.
        AmountRefused: less of it is left.
        ProviderError: the provider refused; retryable where it did not answer.
    """
    if gift.provider in BY_HAND:
        raise GiftRefused(
            f"This gift came {BY_HAND[gift.provider]}, and is given back by hand: pay it out, then assign the line of the bank's statement to this gift."
        )
    provider = registry.provider(gift.provider)
    left = gift.amount - gift.returned
    if gift.state not in REFUNDABLE or not provider.capabilities.refund:
        raise GiftRefused(f"This gift is {GiftState(gift.state).label.lower()}, so nothing of it can be given back.")
    check_refund(amount, left=left)
    if amount != gift.amount and not provider.capabilities.partial_refund:
        raise GiftRefused(f"{provider.name} gives a gift back whole or not at all: give back {gift.amount.words()}.")
    refund = provider.refund(payment_ref=gift.provider_ref, amount=amount, key=f"{gift.pk}:{key}", now=now)
    # Do not wait for the webhook, which may be late or lost: leave ourselves the same hint.
    hint = InboxEvent(
        provider=gift.provider,
        event_id=f"desk:{refund.ref}",
        kind=f"given back by {by}"[:100],
        object_ref=gift.provider_ref,
        body=b"",
        received_at=now,
        next_try_at=now,
    )
    store(hint)
    apply_inbox(now=now, provider=gift.provider)
    return refund
