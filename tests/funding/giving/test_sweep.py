"""The sweep: what webhooks did not bring is asked for."""

import pytest

from masthead.funding.giving.actions import apply_inbox, sweep
from masthead.funding.giving.models import Frequency, GiftState, InboxEvent, Receipt
from masthead.funding.providers.practice import client
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, books_are_right, deliver_and_apply, fresh, given, later, pay, raised
from tests.make.funding import NOW, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.live]


def lose_webhooks(now):
    client.deliver_due(door=lambda headers, body: 200, now=now)


def test_the_sweep_finds_a_payment_whose_webhook_was_lost():
    campaign = make_campaign()
    pay(begin(campaign))
    lose_webhooks(NOW)
    assert sweep(now=later(120)) == 1
    assert apply_inbox(now=later(120)) == 1
    assert (raised(campaign), Receipt.objects.count()) == (2500, 1)
    assert sweep(now=later(420)) == 0


def test_the_sweep_finds_a_refund_a_dispute_and_a_renewal_whose_webhooks_were_lost():
    campaign = make_campaign()
    gift = given(campaign, frequency=Frequency.MONTHLY)
    other = given(campaign, email="eve@example.org")
    client.books().refund(gift.provider_ref, amount=Money(1000, "USD"), key="a", now=later(60))
    client.books().dispute(other.provider_ref, now=later(60))
    client.pledges().renew(fresh(gift).pledge.provider_ref, now=later(60))
    lose_webhooks(later(60))
    assert sweep(now=later(300)) == 4  # and the pledge, whose next date moved
    assert apply_inbox(now=later(300)) == 4
    assert raised(campaign) == 1500 + 0 + 2500
    assert sweep(now=later(600)) == 0
    assert books_are_right()


def test_the_sweep_finds_a_decline_whose_webhook_was_lost():
    began = begin(make_campaign())
    client.books().close_checkout(began.gift.checkout_ref, state="declined", reason="", now=NOW)
    lose_webhooks(NOW)
    sweep(now=later(120))
    apply_inbox(now=later(120))
    assert fresh(began.gift).state == GiftState.DECLINED


def test_the_sweep_leaves_an_open_checkout_alone_and_calls_it_off_after_a_day():
    campaign = make_campaign()
    began = begin(campaign)
    assert sweep(now=later(3600)) == 0
    assert fresh(began.gift).state == GiftState.STARTED
    sweep(now=later(25 * 3600))
    assert fresh(began.gift).state == GiftState.CANCELLED
    pay(began, now=later(26 * 3600))  # paid after all: money is money
    deliver_and_apply(later(26 * 3600))
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


def test_the_sweep_leaves_one_hint_however_often_it_runs():
    pay(begin(make_campaign()))
    lose_webhooks(NOW)
    assert [sweep(now=later(120)), sweep(now=later(420))] == [1, 0]
    assert InboxEvent.objects.count() == 1


def test_a_week_without_webhooks_is_made_good_by_the_sweep():
    campaign = make_campaign()
    for number in range(10):
        pay(begin(campaign, email=f"reader{number}@example.org", now=later(number * 3600)), now=later(number * 3600))
    lose_webhooks(later(36000))
    assert sweep(now=later(6 * 86400)) == 10
    apply_inbox(now=later(6 * 86400))
    assert raised(campaign) == 25000
    assert Receipt.objects.count() == 10
