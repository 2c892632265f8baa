"""A provider that does not answer holds up nothing but itself: the sweep, the reconciliation and each provider's inbox stand aside."""

import threading

import pytest
from django.db import connection

from masthead.cli.parts import by_the_clock
from masthead.config.schedule import jobs
from masthead.funding.giving.locks import only_applier
from masthead.funding.giving.models import Discrepancy, Gift, GiftState
from masthead.funding.giving.reconciling import actions
from masthead.funding.giving.reconciling.models import Reconciliation
from masthead.funding.providers.base import ProviderUnreachable
from masthead.funding.providers.paypal.provider import PayPalProvider
from masthead.funding.providers.stripe.provider import StripeProvider
from tests.conftest import until
from tests.funding.acceptance.world import make_campaign, newsroom

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
PATIENCE_SECONDS = 60


class Hanging:
    """A provider that takes a question and does not answer until it is let go."""

    def __init__(self):
        self.asked, self.let_go = threading.Event(), threading.Event()

    def __call__(self, *words, **named):
        self.asked.set()
        self.let_go.wait(PATIENCE_SECONDS)
        raise ProviderUnreachable("It did not answer; it is tried again.")


@pytest.fixture
def world(tmp_path):
    with newsroom(tmp_path) as made:
        yield made


@pytest.fixture
def hanging(monkeypatch):
    return Hanging()


@pytest.fixture
def running(world, hanging):
    """Return how to have the scheduler's own table worked through beside the test; it ends with it."""
    stopped, failed = threading.Event(), []

    def run():
        try:
            by_the_clock(jobs(), stopped=stopped, leads=lambda: True, beat=lambda: None)
        except Exception as error:  # noqa: BLE001 - told below, for a thread's own word would be lost
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    yield thread.start
    stopped.set()
    hanging.let_go.set()
    thread.join(timeout=PATIENCE_SECONDS)
    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("aside: ")])
    assert (failed, thread.is_alive()) == ([], False)


def reaches_the_meter(world, campaign, *, way, before):
    """Give, have the webhook sent, and wait until the meter shows it."""
    world.give(campaign, way=way)
    world.sim.deliver()
    until(lambda: world.meters() == {campaign.slug: before + 2500}, seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize("method", ["changed_since", "list_payouts"])
def test_a_provider_that_hangs_while_it_is_swept_or_reconciled_delays_no_webhook(world, hanging, running, monkeypatch, method):
    campaign = make_campaign()
    for provider in (StripeProvider, PayPalProvider):
        monkeypatch.setattr(provider, method, hanging)
    running()
    assert hanging.asked.wait(PATIENCE_SECONDS)
    for number, way in enumerate(("stripe", "paypal")):
        reaches_the_meter(world, campaign, way=way, before=number * 2500)
    assert not hanging.let_go.is_set()


def test_a_provider_that_hangs_when_its_webhook_is_looked_at_delays_no_other_ones(world, hanging, running, monkeypatch):
    campaign = make_campaign()
    monkeypatch.setattr(PayPalProvider, "fetch", hanging)
    stuck = world.give(campaign, way="paypal")
    world.sim.deliver()
    running()
    assert hanging.asked.wait(PATIENCE_SECONDS)
    reaches_the_meter(world, campaign, way="stripe", before=0)
    assert (Gift.objects.get(pk=stuck.pk).state, hanging.let_go.is_set()) == (GiftState.STARTED, False)


def test_a_reconciliation_waits_for_who_is_applying_already(world, monkeypatch):
    """What another thread will apply in a moment is not told to readers as a difference."""
    campaign, tries = make_campaign(), []
    world.sim.webhooks.lost = True
    world.give(campaign, way="stripe")
    original = actions.apply_inbox

    def counted(**words):
        tries.append(original(**words))
        return tries[-1]

    monkeypatch.setattr(actions, "apply_inbox", counted)

    def look():
        try:
            actions.reconcile(provider_name="stripe", now=world.now())
        finally:
            connection.close()

    looker = threading.Thread(target=look)
    with only_applier("stripe") as alone:
        assert alone
        looker.start()
        until(lambda: len(tries) > 2 or not looker.is_alive())
    looker.join(PATIENCE_SECONDS)
    assert tries[:3] == [0, 0, 0]
    assert (Reconciliation.objects.get().differing, Discrepancy.objects.count()) == (0, 0)
    assert world.meters() == {campaign.slug: 2500}
