"""A newsroom whose gifts go through the simulated Stripe, in one word each."""

import datetime as dt
from typing import Any

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.models import Gift
from simulator import Simulator
from tests.funding.giving.acts import begin, fresh


def come(sim: Simulator) -> None:
    """Have the webhooks that wait be delivered, and apply them."""
    sim.deliver()
    apply_inbox(now=sim.clock.now())


def stripe_gift(sim: Simulator, campaign: Campaign, minor: int = 2500, *, applied: bool = True, currency: str = "", **words: Any) -> Gift:
    """Return a gift that was begun and paid at the simulated Stripe, and, unless told otherwise, counted."""
    began = begin(campaign, minor, now=sim.clock.now(), provider_name="stripe", **({"currency": currency} if currency else {}), **words)
    sim.stripe.pay(began.gift.checkout_ref)
    if applied:
        come(sim)
    return fresh(began.gift)


def tomorrow(sim: Simulator, days: float = 1) -> dt.datetime:
    """Move the clock on and return its time, webhooks delivered and applied."""
    sim.advance(days=days)
    come(sim)
    return sim.clock.now()
