"""A newsroom that was off for two months: longer than a provider keeps its events, and longer than it repeats a webhook."""

import pytest

from masthead.funding.giving.actions import sweep
from masthead.funding.giving.models import Gift, InboxEvent, Pledge
from masthead.funding.providers.base import ProviderUnreachable
from masthead.funding.providers.paypal.provider import PayPalProvider
from masthead.funding.providers.stripe.provider import StripeProvider
from tests.funding.acceptance.test_money_goes_back import dispute, refund_there, settled
from tests.funding.acceptance.world import LATER_DECLINED, make_campaign

WAYS = ["stripe", "paypal"]
PROVIDERS = {"stripe": StripeProvider, "paypal": PayPalProvider}


def pledge_of(gift):
    return Gift.objects.get(pk=gift.pk).pledge


def end_there(world, pledge):
    """End a pledge at the company's own desk."""
    if pledge.provider == "stripe":
        world.sim.stripe.billing.cancel(world.sim.store.get(pledge.provider_ref))
    else:
        world.sim.paypal.billing.cancel(world.sim.store.get(pledge.provider_ref.removeprefix("pledge_")))


def refuse_from_now_on(world, pledge):
    if pledge.provider == "stripe":
        world.sim.stripe.set_card(pledge.provider_ref, number=LATER_DECLINED)
    else:
        world.sim.paypal.set_funding(pledge.provider_ref.removeprefix("pledge_"), "declined")


def come_back(world):
    """Do what a newsroom does by itself when it is on again, but for the daily reconciliation."""
    for _ in range(3):
        sweep(now=world.now())
        world.work()
        world.sim.advance(minutes=5)


@pytest.mark.parametrize("way", WAYS)
def test_after_sixty_days_every_pledge_and_every_gift_is_where_it_is_at_the_provider(world, way):
    campaign = make_campaign()
    ends, fails, goes_on = (pledge_of(settled(world, campaign, "5", way=way, frequency="monthly")) for _ in range(3))
    refunded, disputed = (settled(world, campaign, way=way) for _ in range(2))
    sweep(now=world.now())
    world.sim.webhooks.lost = True
    world.sim.advance(days=5)
    end_there(world, ends)
    refund_there(world, refunded, 700)
    world.sim.advance(days=5)
    refuse_from_now_on(world, fails)
    dispute(world, disputed)
    world.sim.advance(days=52)
    world.sim.webhooks.lost = False
    come_back(world)
    assert world.meters() == world.expected() == {campaign.slug: 3 * 500 + 2 * 500 + 1800}
    states = {pledge.pk: Pledge.objects.get(pk=pledge.pk).state for pledge in (ends, fails, goes_on)}
    assert states == {ends.pk: "ended", fails.pk: states[fails.pk], goes_on.pk: "active"}
    assert states[fails.pk] in {"past_due", "ended"}
    world.night()
    world.check()


@pytest.mark.parametrize("way", WAYS)
def test_a_week_of_failing_sweeps_is_made_up_for_by_the_next_that_succeeds(world, way, monkeypatch):
    """The mark stands at the last sweep that succeeded, not at the last that was tried."""
    campaign = make_campaign()
    ends = pledge_of(settled(world, campaign, "5", way=way, frequency="monthly"))
    sweep(now=world.now())
    world.sim.webhooks.lost = True
    end_there(world, ends)
    with monkeypatch.context() as patched:
        patched.setattr(PROVIDERS[way], "list_movements", lambda self, since: (_ for _ in ()).throw(ProviderUnreachable("No.")))
        for _ in range(10):
            world.sim.advance(days=1)
            sweep(now=world.now())
            InboxEvent.objects.all().delete()  # what it had found by then is not what is tried here
    sweep(now=world.now())
    world.work()
    assert Pledge.objects.get(pk=ends.pk).state == "ended"
