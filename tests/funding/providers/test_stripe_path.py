"""From a click to the books through Stripe, on the suite's own database: the real client against the simulator."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from masthead.funding.giving.actions import apply_inbox, refund_gift, sweep
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge, Receipt
from masthead.funding.providers.registry import provider
from masthead.funding.providers.stripe import client as stripe
from masthead.kernel.money import Money
from simulator.stripe.payments import AsksSupporter, Declined
from tests.funding.giving.acts import begin, booked, books_are_right, fresh, raised
from tests.funding.providers.stripe_world import ASKS, BAD_IBAN, DECLINED, GOOD_IBAN, LATER_DECLINED, simulated
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def sim(settings, tmp_path):
    with simulated(settings, tmp_path) as made:
        yield made


def settle(sim):
    """Deliver every webhook that is due and apply what they hint at, until nothing is left to do."""
    while sim.deliver() + apply_inbox(now=sim.clock.now()):
        pass


def given(sim, campaign, minor=2500, *, frequency=Frequency.ONCE, card=None, **words):
    began = begin(campaign, minor, frequency=frequency, now=sim.clock.now(), **words)
    sim.stripe.pay(began.gift.checkout_ref, **(card or {}))
    settle(sim)
    return fresh(began.gift)


def test_a_gift_is_counted_when_stripe_says_that_it_settled(sim):
    campaign = make_campaign()
    began = begin(campaign)
    assert began.checkout_url.startswith(f"{sim.url}/c/pay/")
    sim.stripe.pay(began.gift.checkout_ref)
    assert raised(campaign) == 0
    settle(sim)
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert booked() == [("gift", 2500), ("fee", 103)]
    assert not InboxEvent.objects.exclude(error="").exists()
    assert books_are_right()


def test_a_monthly_gift_renews_for_three_months(sim):
    campaign = make_campaign()
    first = given(sim, campaign, frequency=Frequency.MONTHLY)
    for _ in range(3):
        sim.advance(days=31)
        settle(sim)
    assert raised(campaign) == 10_000
    assert list(Gift.objects.order_by("created_at").values_list("renewal", flat=True)) == [False, True, True, True]
    assert {gift.pledge for gift in Gift.objects.all()} == {first.pledge}
    assert Receipt.objects.count() == 4
    assert books_are_right()


def test_a_failing_renewal_is_seen_and_a_new_card_makes_it_good(sim):
    campaign = make_campaign()
    given(sim, campaign, frequency=Frequency.MONTHLY, card={"number": LATER_DECLINED})
    sim.advance(days=31)
    settle(sim)
    pledge = Pledge.objects.get()
    assert (pledge.state, raised(campaign)) == (Pledge.State.PAST_DUE, 2500)
    assert Gift.objects.get(renewal=True).state == GiftState.FAILED
    sim.stripe.set_card(pledge.provider_ref, number="4242424242424242")
    settle(sim)
    assert (Pledge.objects.get().state, raised(campaign)) == (Pledge.State.ACTIVE, 5000)
    assert Gift.objects.get(renewal=True).state == GiftState.SETTLED


def test_a_declined_card_counts_nothing_and_another_one_may_follow(sim):
    campaign = make_campaign()
    began = begin(campaign)
    with pytest.raises(Declined):
        sim.stripe.pay(began.gift.checkout_ref, number=DECLINED)
    settle(sim)
    assert (fresh(began.gift).reason, raised(campaign)) == ("Your card was declined.", 0)
    sim.stripe.pay(began.gift.checkout_ref)
    settle(sim)
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


def test_a_gift_that_the_bank_asks_about_counts_once_confirmed(sim):
    campaign = make_campaign()
    began = begin(campaign)
    with pytest.raises(AsksSupporter):
        sim.stripe.pay(began.gift.checkout_ref, number=ASKS)
    settle(sim)
    assert raised(campaign) == 0
    sim.stripe.pay(began.gift.checkout_ref, number=ASKS, confirmed=True)
    settle(sim)
    assert raised(campaign) == 2500


@pytest.mark.parametrize(("iban", "state", "total"), [(GOOD_IBAN, GiftState.SETTLED, 2500), (BAD_IBAN, GiftState.FAILED, 0)])
def test_a_debit_is_pending_and_uncounted_until_its_bank_has_spoken(sim, iban, state, total):
    campaign = make_campaign(currency="EUR")
    gift = given(sim, campaign, card={"iban": iban})
    assert (gift.state, raised(campaign), booked()) == (GiftState.PENDING, 0, [])
    sim.advance(days=6)
    settle(sim)
    assert (fresh(gift).state, raised(campaign)) == (state, total)


def test_a_debit_taken_back_after_it_settled_is_taken_back_here(sim):
    campaign = make_campaign(currency="EUR")
    gift = given(sim, campaign, card={"iban": GOOD_IBAN})
    sim.advance(days=6)
    settle(sim)
    sim.stripe.fail_late(fresh(gift).provider_ref)
    settle(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.FAILED, 0)
    assert books_are_right()


def test_partial_refunds_from_here_and_from_stripes_own_desk_lower_the_meter(sim):
    campaign = make_campaign()
    gift = given(sim, campaign)
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Ann", now=NOW)
    refund_gift(gift=fresh(gift), amount=Money(1000, "USD"), key="a", by="Ann", now=NOW)
    stripe.create("refunds", {"payment_intent": gift.provider_ref, "amount": 500})
    settle(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.PARTLY_REFUNDED, 1000)


@pytest.mark.parametrize(("won", "state", "total"), [(True, GiftState.SETTLED, 2500), (False, GiftState.DISPUTED, 0)])
def test_a_dispute_lowers_the_meter_until_it_is_won(sim, won, state, total):
    campaign = make_campaign()
    gift = given(sim, campaign)
    dispute = sim.stripe.dispute(gift.provider_ref)
    settle(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.DISPUTED, 0)
    sim.stripe.close_dispute(dispute["id"], won=won)
    settle(sim)
    assert (fresh(gift).state, raised(campaign)) == (state, total)
    assert books_are_right()


@pytest.mark.parametrize("seed", range(4))
def test_webhooks_one_to_five_times_in_any_order_change_nothing(sim, seed):
    sim.webhooks.misbehave(seed=seed, most_copies=5, shuffle=True)
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    campaign = make_campaign()
    expected = 0
    for number in range(6):
        minor = chance.randrange(500, 9000)
        began = begin(campaign, minor, email=f"reader{number}@example.org", frequency=chance.choice([Frequency.ONCE, Frequency.MONTHLY]))
        sim.stripe.pay(began.gift.checkout_ref)
        payment_ref = stripe.every("payment_intents", {}, most=1)[0]["id"]
        back = chance.choice([0, 0, minor // 3])
        if back:
            stripe.create("refunds", {"payment_intent": payment_ref, "amount": back})
        lost = not back and chance.random() < 0.3
        if lost:
            sim.stripe.dispute(payment_ref)
        expected += 0 if lost else minor - back
    settle(sim)
    assert raised(campaign) == expected
    assert not InboxEvent.objects.exclude(error="").exists()
    assert books_are_right()


def test_a_week_without_webhooks_is_made_good_by_the_sweep(sim):
    campaign = make_campaign()
    known = given(sim, campaign, frequency=Frequency.MONTHLY)
    sim.webhooks.on = False
    sim.advance(days=27)
    paid = begin(campaign, 700, email="bo@example.org", now=sim.clock.now())
    sim.stripe.pay(paid.gift.checkout_ref)
    left = begin(campaign, 900, email="cy@example.org", now=sim.clock.now())
    stripe.create("refunds", {"payment_intent": known.provider_ref, "amount": 400})
    sim.advance(days=5)  # the pledge renews
    stripe.cancel("subscriptions", known.pledge.provider_ref)
    sim.advance(days=1)
    for _ in range(2):
        sweep(now=sim.clock.now())
        apply_inbox(now=sim.clock.now())
    assert raised(campaign) == 2500 - 400 + 700 + 2500
    assert (fresh(left.gift).state, Pledge.objects.get().state) == (GiftState.CANCELLED, Pledge.State.ENDED)
    assert Receipt.objects.count() == 3
    before = InboxEvent.objects.count()
    sweep(now=sim.clock.now())
    assert InboxEvent.objects.count() == before
    assert books_are_right()


@pytest.mark.parametrize("fault", ["500_after", "cut_after"])
def test_a_checkout_whose_answer_was_lost_is_one_gift(sim, fault):
    campaign = make_campaign()
    sim.faults.add(fault, method="POST", path="/v1/checkout/sessions")
    began = begin(campaign)
    assert len(stripe.every("checkout.sessions", {})) == 1
    sim.stripe.pay(began.gift.checkout_ref)
    settle(sim)
    assert (Gift.objects.count(), raised(campaign)) == (1, 2500)


def test_a_webhook_waits_while_stripe_does_not_answer_and_is_applied_then(sim):
    campaign = make_campaign()
    began = begin(campaign)
    sim.stripe.pay(began.gift.checkout_ref)
    sim.faults.add("500_before", method="GET", times=1000)
    sim.deliver()
    apply_inbox(now=sim.clock.now())
    assert InboxEvent.objects.exclude(error="").exists()
    assert raised(campaign) == 0
    sim.faults.clear()
    apply_inbox(now=sim.clock.now() + DAY)
    assert raised(campaign) == 2500


@pytest.mark.parametrize(("currency", "minor", "fee"), [("JPY", 1200, 65), ("KWD", 12_340, 388)])
def test_currencies_without_and_with_three_decimals_arrive_as_they_left(sim, currency, minor, fee):
    campaign = make_campaign(currency=currency)
    given(sim, campaign, minor)
    assert raised(campaign) == minor
    assert booked() == [("gift", minor), ("fee", fee)]


def test_a_payout_tells_of_the_gifts_in_it(sim):
    campaign = make_campaign()
    gift = given(sim, campaign)
    sim.advance(days=6)
    settle(sim)
    assert not InboxEvent.objects.exclude(error="").exists()  # payouts concern no gift, and are taken all the same
    (payout,) = provider("stripe").list_payouts(NOW - DAY)
    assert (payout.amount, payout.movement_refs) == (Money(2397, "USD"), (gift.provider_ref,))


def test_live_money_is_refused_where_keys_are_test_keys(sim):
    assert Decimal(0) == raised(make_campaign())
    event = sim.stripe.world.emit("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent", "livemode": True})
    headers, body = sim.stripe.letter(event, secrets=["whsec_simulated"])
    assert sim.webhooks.door(headers, body) == 400
    assert not InboxEvent.objects.exists()


def test_only_pages_that_lead_to_the_checkout_let_forms_go_there(sim, client):
    make_campaign()
    assert f"form-action 'self' {sim.url};" in client.get("/contribute/")["Content-Security-Policy"]
    assert "form-action 'self';" in client.get("/search/")["Content-Security-Policy"]


def test_without_a_simulator_forms_may_go_to_stripe(sim, settings, client):
    settings.ENV = settings.ENV.model_copy(update={"stripe_api": ""})
    make_campaign()
    assert "form-action 'self' https://checkout.stripe.com https://billing.stripe.com;" in client.get("/contribute/")["Content-Security-Policy"]


def test_a_pledge_ended_in_the_portal_without_a_webhook_is_found_by_the_sweep(sim):
    pledge = given(sim, make_campaign(), frequency=Frequency.MONTHLY).pledge
    sim.webhooks.on = False
    stripe.cancel("subscriptions", pledge.provider_ref)
    sweep(now=sim.clock.now() + DAY)
    apply_inbox(now=sim.clock.now() + DAY)
    assert Pledge.objects.get().state == Pledge.State.ENDED


def test_a_sweep_asks_stripe_nothing_of_payments_that_are_in_the_books(sim):
    campaign = make_campaign()
    for number in range(3):
        given(sim, campaign, 500 + number)
    asked = sim.faults.add("500_before", path="/v1/payment_intents/.*", times=1000)
    sweep(now=sim.clock.now() + DAY)
    assert asked.hits == 0


def test_the_fee_of_a_dispute_is_kept_in_the_books(sim):
    gift = given(sim, make_campaign())
    sim.stripe.dispute(gift.provider_ref)
    settle(sim)
    assert sorted(booked()) == [("dispute", 2500), ("fee", 103), ("fee", 1500), ("gift", 2500)]
