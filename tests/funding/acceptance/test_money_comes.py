"""Acceptance tests 1, 2, 3, 5 and 8: webhooks doubled, mixed, lost for a week; payments that take days; currencies; twenty workers and one charge."""

import threading

import pytest
from django.core import mail
from django.db import connection

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.models import Gift, GiftState, InboxEvent, Pledge
from masthead.funding.giving.reconciling.actions import reconcile
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.verify import verify
from tests.funding.acceptance.world import BAD_IBAN, GOOD_IBAN, killed_at, make_campaign, newsroom

pytestmark = pytest.mark.live

WAYS = ["stripe", "paypal"]


def receipts():
    """Return the ids of the receipts that left."""
    return [letter.extra_headers["Message-ID"] for letter in mail.outbox if "receipt" in letter.extra_headers.get("Message-ID", "")]


@pytest.mark.parametrize("way", WAYS)
def test_1_each_step_of_applying_may_be_the_last_one_before_the_program_dies(world, way):
    """From the first word to the database to the last: whatever was stored is applied once, and nothing before it is done in full."""
    campaign = make_campaign()
    world.sim.webhooks.misbehave(seed=3, most_copies=5, shuffle=True)
    world.give(campaign, "8", way=way, frequency="monthly")
    world.sim.deliver()
    step, before = 1, -1
    while InboxEvent.objects.filter(applied_at=None).exists():
        with killed_at(step):
            apply_inbox(now=world.now())
        step += 3 if before == Transfer.objects.count() else 1
        before = Transfer.objects.count()
        assert world.meters()[campaign.slug] in {0, 800}
    assert step > 20
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 800}
    assert len(receipts()) == 1


@pytest.mark.parametrize("way", WAYS)
def test_2_a_week_without_webhooks_is_made_good_and_nobody_is_written_to_twice(world, way):
    campaign = make_campaign()
    world.sim.webhooks.lost = True
    for frequency in ("once", "monthly"):
        world.give(campaign, "10", way=way, frequency=frequency)
        world.sim.advance(days=3)
    refunded = world.give(campaign, "30", way=way)
    world.sim.advance(days=1)
    world.night()
    world.check()
    assert len(receipts()) == 3
    gift = Gift.objects.get(pk=refunded.pk)
    if way == "stripe":
        world.sim.stripe.payments.refund({"payment_intent": gift.provider_ref, "amount": 500}, live=False)
    else:
        world.sim.paypal.orders.refund(world.sim.paypal.payment(gift.provider_ref.removeprefix("pay_")), {"amount": {"value": "5.00", "currency_code": "USD"}})
    world.sim.advance(days=5)
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 4500}
    assert len(receipts()) == len(set(receipts())) == 3


@pytest.mark.parametrize("way", WAYS)
def test_2_a_pledge_that_ended_while_the_endpoint_was_off_is_known_to_have_ended(world, way):
    world.give(make_campaign(), way=way, frequency="monthly")
    world.work()
    world.sim.webhooks.lost = True
    ref = Pledge.objects.get().provider_ref
    if way == "stripe":
        world.sim.stripe.billing.cancel(world.sim.store.get(ref))
    else:
        world.sim.paypal.billing.cancel(world.sim.store.get(ref.removeprefix("pledge_")))
    world.night()
    world.check()
    assert Pledge.objects.get().state == Pledge.State.ENDED


@pytest.mark.parametrize(
    ("way", "how", "state", "counted"),
    [
        ("stripe", {"iban": GOOD_IBAN}, GiftState.SETTLED, 2500),
        ("stripe", {"iban": BAD_IBAN}, GiftState.FAILED, 0),
        ("paypal", {"funding": "echeck"}, GiftState.SETTLED, 2500),
        ("paypal", {"funding": "echeck_bad"}, GiftState.FAILED, 0),
    ],
)
def test_3_a_payment_that_takes_days_counts_when_it_is_there_and_never_before(world, way, how, state, counted):
    campaign = make_campaign(currency="EUR")
    gift = world.give(campaign, way=way, how=how)
    world.night()
    world.check()
    assert (Gift.objects.get(pk=gift.pk).state, world.meters()) == (GiftState.PENDING, {campaign.slug: 0})
    world.sim.advance(days=5)
    world.night()
    world.check()
    assert (Gift.objects.get(pk=gift.pk).state, world.meters()) == (state, {campaign.slug: counted})


@pytest.mark.parametrize(
    ("way", "currency", "typed", "minor"), [("stripe", "JPY", "1200", 1200), ("paypal", "JPY", "1200", 1200), ("stripe", "KWD", "12.340", 12340)]
)
def test_5_yen_and_dinars_come_back_as_they_went(world, way, currency, typed, minor):
    campaign = make_campaign(currency=currency, goal=100_000)
    gift = world.give(campaign, typed, way=way)
    world.work()
    assert world.meters() == world.expected() == {campaign.slug: minor}
    ref = Gift.objects.get(pk=gift.pk).provider_ref
    part = minor // 100 * 10
    if way == "stripe":
        world.sim.stripe.payments.refund({"payment_intent": ref, "amount": part}, live=False)
    else:
        world.sim.paypal.orders.refund(world.sim.paypal.payment(ref.removeprefix("pay_")), {"amount": {"value": str(part), "currency_code": currency}})
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: minor - part}


def test_5_paypal_takes_no_dinars_and_the_form_says_so(world):
    answer = world.ask(make_campaign(currency="KWD"), "12", way="paypal")
    assert answer.status_code == 503
    assert "PayPal does not take KWD" in answer.content.decode()


def test_5_an_amount_that_was_changed_at_stripe_before_we_first_looked_holds_nothing_up(world):
    """What was paid is counted; what the pledge is over from then on is what Stripe says."""
    campaign = make_campaign()
    world.sim.webhooks.on = False
    world.give(campaign, way="stripe", frequency="monthly")
    (subscription,) = world.sim.store.all("subscription")
    item = subscription["items"]["data"][0]
    price = {"currency": "usd", "product": item["price"]["product"], "recurring": item["price"]["recurring"], "unit_amount": 900}
    world.sim.stripe.billing.update(subscription, {"items": [{"id": item["id"], "price_data": price}]})
    world.sim.webhooks.on = True
    world.night()
    world.check()
    assert (world.meters(), Pledge.objects.get().amount_minor) == ({campaign.slug: 2500}, 900)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.django_db(transaction=True)
def test_8_twenty_workers_and_one_charge_are_one_posting(tmp_path, way):
    with newsroom(tmp_path) as world:
        campaign = make_campaign()
        world.give(campaign, way=way)
        letters = [letter.pack() for letter in world.sim.webhooks.waiting()]
        begin, answers, faults = threading.Barrier(20), [], []

        def worker():
            try:
                begin.wait(timeout=300)
                answers.extend(world.door(*letter) for letter in letters)
                apply_inbox(now=world.now())
                reconcile(provider_name="stripe", now=world.now())
            except Exception as error:  # noqa: BLE001 - told below, for a thread's own word would be lost
                faults.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=worker) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=300)
        assert (faults, set(answers), len(answers)) == ([], {200}, 20 * len(letters))
        world.work()
        assert world.meters() == world.expected() == {campaign.slug: 2500}
        assert Transfer.objects.filter(kind="gift").count() == 1
        assert InboxEvent.objects.filter(event_id__startswith="evt").count() <= len(letters)
        assert verify().sound
