"""Found beside acceptance test 1: a clock that ran ahead for a while must not silence what looks after the money."""

import datetime as dt

import pytest

from masthead.funding.giving.actions import sweep
from masthead.funding.giving.models import InboxEvent
from masthead.funding.giving.reconciling.actions import reconcile_due
from masthead.funding.giving.reconciling.queries import badge
from tests.funding.acceptance.world import make_campaign

AHEAD = [dt.timedelta(days=20), dt.timedelta(days=400)]


@pytest.mark.parametrize("ahead", AHEAD)
def test_1_after_a_clock_that_ran_ahead_the_reconciliation_is_made_again_today(world, ahead):
    world.give(make_campaign(), way="stripe")
    world.work()
    world.skew = ahead
    world.night()
    world.skew = dt.timedelta(0)
    world.sim.advance(days=1)
    assert reconcile_due(now=world.now()) == 2
    assert badge(world.now()).words.startswith("Matches Stripe, PayPal to the cent, today")
    assert reconcile_due(now=world.now()) == 0


@pytest.mark.parametrize("ahead", AHEAD)
def test_1_after_a_clock_that_ran_ahead_the_sweep_asks_for_what_was_missed(world, ahead):
    campaign = make_campaign()
    world.skew = ahead
    sweep(now=world.now())
    world.skew = dt.timedelta(0)
    world.sim.webhooks.lost = True
    for way in ("stripe", "paypal"):
        world.give(campaign, way=way, frequency="monthly")
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 5000}


@pytest.mark.parametrize("ahead", AHEAD)
def test_1_what_was_stored_while_the_clock_ran_ahead_does_not_wait_for_that_day(world, ahead):
    campaign = make_campaign()
    world.sim.webhooks.lost = True
    world.give(campaign, way="stripe")
    world.sim.advance(minutes=5)
    world.skew = ahead
    assert sweep(now=world.now()) == 1
    world.skew = dt.timedelta(0)
    assert InboxEvent.objects.get().next_try_at > world.now() + dt.timedelta(days=1)
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 2500}
