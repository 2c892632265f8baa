"""Practice gifts from the shell: the whole way of a gift, without a browser."""

import datetime as dt
import time
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import Reading, featured_reading, reading
from masthead.funding.giving import queries, rules, words
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.actions.gifts import GiftRefused, start_gift
from masthead.funding.giving.actions.inbox import apply_inbox
from masthead.funding.giving.actions.refunds import refund_gift
from masthead.funding.giving.models import Frequency, Gift, GiftState
from masthead.funding.providers.practice import client

PATIENCE_SECONDS = 5
LATER_SECONDS = 10


class PracticeOutcome(StrEnum):
    """What the practice checkout is told to do."""

    PAY = "pay"
    DECLINE = "decline"
    DELAY = "delay"  # pending for ten seconds, or until settle_practice
    TWICE = "twice"  # every webhook is sent two times
    REFUND = "refund"  # paid, then given back whole


@dataclass(frozen=True, kw_only=True)
class PracticeGift:
    """A practice gift and the meter around it."""

    gift: Gift
    before: Reading
    after: Reading


def give_practice(
    *,
    amount: str,
    now: dt.datetime,
    campaign_slug: str = "",
    monthly: bool = False,
    name: str = "",
    email: str = "",
    outcome: PracticeOutcome = PracticeOutcome.PAY,
) -> PracticeGift:
    """Make a practice gift all the way: checkout, button, signed webhook, inbox, ledger. Works beside a running server.

    `amount` is in major units as a person types it (`25.00`) in the campaign's currency; no `campaign_slug` means
    the featured campaign; a `name` is shown in public; with an `email`, a receipt is sent to it by the worker.
    `before` and `after` are the campaign's readings; print their `sentence`.

    Raises:
        GiftRefused: no such campaign, or it is closed, or the server did not apply the gift within five seconds.
        MoneyError, AmountRefused, BadEmail, BadText: a part of it cannot be taken.
        ProviderError: practice gifts are off, or a live provider is on.
    """
    campaign = _campaign(campaign_slug, now=now)
    before = reading(campaign=campaign, now=now)
    began = start_gift(
        campaign=campaign,
        amount=rules.read_amount(amount, campaign.currency, group=words.group_mark()),
        frequency=Frequency.MONTHLY if monthly else Frequency.ONCE,
        email=email,
        public_name=name,
        show_name=bool(name),
        base_url=settings.ENV.address,
        provider_name="practice",
        again=True,
        now=now,
    )
    books, ref = client.books(), began.gift.checkout_ref
    if outcome is PracticeOutcome.DECLINE:
        books.close_checkout(ref, state="declined", reason="The card was declined.", now=now)
    else:
        books.pay(ref, now=now, delay_seconds=LATER_SECONDS if outcome is PracticeOutcome.DELAY else 0, copies=2 if outcome is PracticeOutcome.TWICE else 1)
    gift = _see_through(began.gift, now=now)
    if outcome is PracticeOutcome.REFUND:
        refund_gift(gift=gift, amount=gift.amount, key=uuid.uuid4().hex, by="masthead practice", now=now)
        gift = _see_through(gift, until=GiftState.REFUNDED, now=now)
    return PracticeGift(gift=gift, before=before, after=reading(campaign=campaign, now=now))


def settle_practice(*, now: dt.datetime) -> int:
    """Settle every pending practice payment now instead of in its time, apply what follows, and return how many there were."""
    if not client.books().path.exists():
        return 0
    pending = client.books().rows("SELECT ref, fails FROM payment WHERE state = 'pending'", [])
    for payment in pending:
        client.books().finish(payment["ref"], now=now, fails=bool(payment["fails"]))
    deliver_practice(now=now)
    apply_inbox(now=now)
    return len(pending)


def _campaign(slug: str, *, now: dt.datetime) -> Campaign:
    featured = None if slug else featured_reading(now=now)
    campaign = queries.campaign_called(slug or (featured.slug if featured else ""))
    if campaign is None:
        raise GiftRefused(f"There is no campaign {slug!r}: give one of {', '.join(queries.open_slugs(now=now)) or 'none, for none is open'}.")
    return campaign


def _see_through(gift: Gift, *, now: dt.datetime, until: GiftState | None = None) -> Gift:
    """Deliver and apply until the gift has moved, whether this process does it or a running worker."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    old = gift.state
    while True:
        deliver_practice(now=now)
        apply_inbox(now=now)
        gift.refresh_from_db()
        if gift.state == until or (until is None and gift.state != old):
            return gift
        if time.monotonic() > deadline:
            raise GiftRefused(
                f"The practice gift {gift.pk} is still {gift.state} after {PATIENCE_SECONDS} seconds: see Funding, Webhooks in the desk for the reason."
            )
        time.sleep(0.05)
