"""Acceptance tests 4 and 6: refunds, disputes, late failures, fees that stay, payouts; and what the state machine found there."""

from decimal import Decimal

import pytest

from masthead.funding.giving.actions import refund_gift
from masthead.funding.giving.models import Gift
from masthead.funding.ledger.models import Kind, Total, Transfer
from masthead.kernel.money import Money
from tests.funding.acceptance.world import CARD, GOOD_IBAN, make_campaign

WAYS = ["stripe", "paypal"]


def settled(world, campaign, amount="25", *, way, **words):
    gift = world.give(campaign, amount, way=way, **words)
    world.work()
    return Gift.objects.get(pk=gift.pk)


def dispute(world, gift, **how):
    sim = getattr(world.sim, gift.provider)
    return sim.dispute(gift.provider_ref.removeprefix("pay_"), **how)["id"]


def refund_there(world, gift, minor):
    """Give part of a gift back at the company's own desk."""
    sim = world.sim
    if gift.provider == "stripe":
        sim.stripe.payments.refund({"payment_intent": gift.provider_ref, "amount": minor}, live=False)
    else:
        capture = sim.paypal.payment(gift.provider_ref.removeprefix("pay_"))
        sim.paypal.orders.refund(capture, {"amount": {"value": str(Money(minor, gift.currency).major), "currency_code": gift.currency}})


@pytest.mark.parametrize("way", WAYS)
def test_4_partial_refunds_here_and_there_disputes_won_and_lost_and_a_late_failure(world, way):
    campaign = make_campaign()
    gifts = [settled(world, campaign, way=way) for _ in range(5)]
    refund_gift(gift=gifts[0], amount=Money(700, "USD"), key="a", by="eve", now=world.now())
    refund_there(world, gifts[0], 300)
    won, lost = dispute(world, gifts[1]), dispute(world, gifts[2])
    world.work()
    assert world.meters() == world.expected() == {campaign.slug: 1500 + 2 * 2500}
    world.sim.advance(days=9)
    sim = getattr(world.sim, way)
    sim.close_dispute(won, won=True)
    sim.close_dispute(lost, won=False)
    (world.sim.stripe.fail_late if way == "stripe" else world.sim.paypal.reverse)(gifts[3].provider_ref.removeprefix("pay_"))
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 1500 + 2500 + 2500}


def test_4_a_debit_that_its_bank_takes_back_weeks_later_counts_no_more(world):
    campaign = make_campaign(currency="EUR")
    gift = world.give(campaign, way="stripe", how={"iban": GOOD_IBAN})
    world.sim.advance(days=6)
    world.work()
    assert world.meters() == {campaign.slug: 2500}
    world.sim.advance(days=40)
    world.sim.stripe.fail_late(Gift.objects.get(pk=gift.pk).provider_ref)
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 0}


@pytest.mark.parametrize("way", WAYS)
def test_4_what_was_won_and_given_back_in_the_same_second_is_booked_in_an_order_that_can_be(world, way):
    campaign = make_campaign()
    gift = settled(world, campaign, way=way)
    held = dispute(world, gift)
    world.sim.advance(minutes=1)
    getattr(world.sim, way).close_dispute(held, won=True)
    refund_there(world, gift, 1000)
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 1500}


@pytest.mark.parametrize("seen_open", [True, False])
def test_4_a_dispute_at_paypal_that_is_lost_in_part_takes_that_part(world, seen_open):
    campaign = make_campaign()
    gift = settled(world, campaign, way="paypal")
    held = dispute(world, gift)
    if seen_open:
        world.work()
    world.sim.advance(minutes=1)
    world.sim.paypal.close_dispute(held, won=False, refunded="10.00")
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 1500}


def test_4_two_disputes_at_paypal_over_the_same_sum_are_told_apart(world):
    campaign = make_campaign()
    gift = settled(world, campaign, way="paypal")
    for _ in range(2):
        held = dispute(world, gift)
        world.sim.advance(minutes=10)
        world.sim.paypal.close_dispute(held, won=True)
        world.sim.advance(minutes=10)
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 2500}


def test_6_stripe_keeps_its_fee_and_each_payout_is_the_sum_of_what_is_in_it(world):
    campaign = make_campaign()
    given_back = settled(world, campaign, way="stripe")
    for _ in range(2):
        settled(world, campaign, "40", way="stripe", how={"number": CARD})
    refund_gift(gift=given_back, amount=Money(2500, "USD"), key="a", by="eve", now=world.now())
    for _ in range(4):
        world.sim.advance(days=1)
        world.night()
    world.check()
    payouts = {payout["id"]: payout["amount"] for payout in world.sim.store.all("payout")}
    assert payouts
    assert {row.id.split(":")[1]: row.amount_minor for row in Transfer.objects.filter(kind=Kind.PAYOUT)} == payouts
    fees = sum(one["fee"] for one in world.sim.store.all("balance_transaction"))
    assert Total.objects.get(pk="fees:stripe:USD").balance_minor == -fees < 0
    assert sum(payouts.values()) == 8000 - fees


def test_6_what_paypal_takes_for_a_dispute_is_a_fee_of_that_payment(world):
    world.sim.paypal.habits.dispute_fee = Decimal("20.00")
    campaign = make_campaign()
    gift = settled(world, campaign, way="paypal")
    dispute(world, gift)
    world.night()
    world.check()
    assert Total.objects.get(pk="fees:paypal:USD").balance_minor == -(103 + 2000)


def test_6_what_paypal_takes_for_the_account_is_a_fee_of_the_account(world):
    campaign = make_campaign()
    settled(world, campaign, way="paypal")
    paypal = world.sim.paypal.world
    paypal.book("T0100", ref=paypal.new_id(), amount=Decimal("-4.50"), currency="USD")
    world.night()
    world.check()
    assert Total.objects.get(pk="fees:paypal:USD").balance_minor == -(103 + 450)
