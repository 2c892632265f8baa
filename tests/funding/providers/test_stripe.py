import datetime as dt
import uuid
from contextlib import suppress
from decimal import Decimal

import pytest

from masthead.funding.providers.base import (
    CheckoutState,
    DisputeState,
    Frequency,
    MovementKind,
    PaymentState,
    PledgeState,
    ProviderError,
    ProviderUnreachable,
)
from masthead.funding.providers.binding import BoundElsewhere
from masthead.funding.providers.stripe import client, transport
from masthead.funding.providers.stripe.amounts import from_stripe, to_stripe
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel.money import Money
from simulator.stripe.payments import Declined
from tests.funding.providers.stripe_world import ASKS, BAD_IBAN, DECLINED, GOOD_IBAN, paid, simulated, start
from tests.make.funding import NOW

provider = StripeProvider()
DAY = dt.timedelta(days=1)


@pytest.fixture
def sim(settings, tmp_path):
    with simulated(settings, tmp_path) as made:
        yield made


def test_a_checkout_is_at_stripe_and_the_same_gift_gets_the_same_one(sim):
    gift_id = uuid.uuid4()
    first = start(sim, gift_id=gift_id)
    assert first.url.startswith(f"{sim.url}/c/pay/cs_test_")
    assert start(sim, gift_id=gift_id) == first
    assert start(sim, gift_id=gift_id, back="another-token") == first
    assert provider.fetch(first.checkout_ref).state is CheckoutState.OPEN


def test_a_card_payment_settles_with_its_fee(sim):
    gift_id = uuid.uuid4()
    payment_ref, pledge_ref = paid(sim, gift_id=gift_id)
    facts = provider.fetch(payment_ref)
    assert (facts.gift_id, facts.state, facts.amount, facts.fee, pledge_ref) == (gift_id, PaymentState.SETTLED, Money(2500, "USD"), Money(103, "USD"), "")
    assert (facts.settled_at, facts.live, facts.renewal) == (NOW.replace(microsecond=0), False, False)


def test_a_declined_card_leaves_the_checkout_open_for_another(sim):
    ref = start(sim).checkout_ref
    with pytest.raises(Declined):
        sim.stripe.pay(ref, number=DECLINED)
    facts = provider.fetch(ref)
    assert (facts.state, facts.reason) == (CheckoutState.DECLINED, "Your card was declined.")
    sim.stripe.pay(ref)
    assert provider.fetch(ref).state is CheckoutState.DONE


def test_a_payment_that_the_bank_asks_about_settles_once_confirmed(sim):
    ref = start(sim).checkout_ref
    with pytest.raises(Exception):  # noqa: B017 - the simulated bank's question
        sim.stripe.pay(ref, number=ASKS)
    assert provider.fetch(ref).state is CheckoutState.OPEN
    sim.stripe.pay(ref, number=ASKS, confirmed=True)
    assert provider.fetch(provider.fetch(ref).payment_ref).state is PaymentState.SETTLED


def test_a_checkout_that_runs_out_is_cancelled(sim):
    ref = start(sim).checkout_ref
    sim.advance(days=1.1)
    assert provider.fetch(ref).state is CheckoutState.CANCELLED


@pytest.mark.parametrize(("iban", "state", "settled"), [(GOOD_IBAN, PaymentState.SETTLED, True), (BAD_IBAN, PaymentState.FAILED, False)])
def test_a_debit_is_pending_until_its_bank_has_spoken(sim, iban, state, settled):
    payment_ref, _ = paid(sim, 2500, "EUR", card={"iban": iban})
    facts = provider.fetch(payment_ref)
    assert (facts.state, facts.settled_at, facts.fee) == (PaymentState.PENDING, None, None)
    sim.advance(days=6)
    facts = provider.fetch(payment_ref)
    assert (facts.state, facts.settled_at is not None) == (state, settled)


def test_a_settled_payment_can_be_taken_back_by_its_bank(sim):
    payment_ref, _ = paid(sim, 2500, "EUR", card={"iban": GOOD_IBAN})
    sim.advance(days=10)
    sim.stripe.fail_late(payment_ref)
    facts = provider.fetch(payment_ref)
    assert (facts.state, facts.settled_at is not None, facts.failed_at) == (PaymentState.FAILED, True, sim.clock.now().replace(microsecond=0))
    assert [movement.kind for movement in provider.list_movements(NOW - DAY) if movement.payment_ref][-1] is MovementKind.FAILURE


def test_refunds_stop_at_what_was_paid_and_the_same_key_refunds_once(sim):
    payment_ref, _ = paid(sim)
    first = provider.refund(payment_ref=payment_ref, amount=Money(2000, "USD"), key="a", now=NOW)
    assert provider.refund(payment_ref=payment_ref, amount=Money(2000, "USD"), key="a", now=NOW) == first
    with pytest.raises(ProviderError, match="greater than unrefunded"):
        provider.refund(payment_ref=payment_ref, amount=Money(501, "USD"), key="b", now=NOW)
    provider.refund(payment_ref=payment_ref, amount=Money(500, "USD"), key="c", now=NOW)
    assert [one.amount.minor for one in provider.fetch(payment_ref).refunds] == [2000, 500]


@pytest.mark.parametrize("fault", ["500_after", "cut_after"])
def test_a_refund_whose_answer_was_lost_is_not_made_twice(sim, fault):
    payment_ref, _ = paid(sim)
    sim.faults.add(fault, method="POST", path="/v1/refunds")
    with pytest.raises(ProviderUnreachable):
        provider.refund(payment_ref=payment_ref, amount=Money(1000, "USD"), key="a", now=NOW)
    sim.advance(days=2)  # the key is forgotten
    provider.refund(payment_ref=payment_ref, amount=Money(1000, "USD"), key="a", now=NOW)
    assert len(provider.fetch(payment_ref).refunds) == 1


def test_a_dispute_holds_the_rest_back_with_a_fee_until_it_is_decided(sim):
    payment_ref, _ = paid(sim)
    dispute = sim.stripe.dispute(payment_ref)
    found = provider.fetch(payment_ref).disputes[0]
    assert (found.state, found.amount, found.fee) == (DisputeState.OPEN, Money(2500, "USD"), Money(1500, "USD"))
    with pytest.raises(ProviderError, match="charged back"):
        provider.refund(payment_ref=payment_ref, amount=Money(1, "USD"), key="a", now=NOW)
    sim.stripe.close_dispute(dispute["id"], won=True)
    found = provider.fetch(payment_ref).disputes[0]
    assert (found.state, found.closed_at) == (DisputeState.WON, NOW.replace(microsecond=0))


@pytest.mark.parametrize(("frequency", "days"), [(Frequency.MONTHLY, 32), (Frequency.YEARLY, 367)])
def test_a_pledge_renews_by_the_clock(sim, frequency, days):
    gift_id = uuid.uuid4()
    payment_ref, pledge_ref = paid(sim, gift_id=gift_id, frequency=frequency)
    first, pledge = provider.fetch(payment_ref), provider.fetch(pledge_ref)
    assert (first.gift_id, first.renewal, first.pledge_ref) == (gift_id, False, pledge_ref)
    assert (pledge.gift_id, pledge.state, pledge.frequency) == (gift_id, PledgeState.ACTIVE, frequency)
    sim.advance(days=days)
    renewals = [ref for ref in provider.changed_since(NOW + DAY) if ref.startswith("in_")]
    second = provider.fetch(renewals[-1])
    assert (second.gift_id, second.renewal, second.pledge_ref, second.state) == (gift_id, True, pledge_ref, PaymentState.SETTLED)
    assert second.ref != payment_ref


def test_a_renewal_that_fails_is_tried_again_and_a_new_card_saves_the_pledge(sim):
    _, pledge_ref = paid(sim, frequency=Frequency.MONTHLY, card={"number": "4000000000000341"})
    sim.advance(days=31)
    assert provider.fetch(pledge_ref).state is PledgeState.PAST_DUE
    failed = [ref for ref in provider.changed_since(NOW + DAY) if ref.startswith("pi_")][-1]
    assert (provider.fetch(failed).state, provider.fetch(failed).reason) == (PaymentState.FAILED, "Your card was declined.")
    sim.stripe.set_card(pledge_ref, number="4242424242424242")
    assert provider.fetch(pledge_ref).state is PledgeState.ACTIVE
    assert provider.fetch(failed).state is PaymentState.SETTLED


def test_a_renewal_that_keeps_failing_ends_the_pledge(sim):
    _, pledge_ref = paid(sim, frequency=Frequency.MONTHLY, card={"number": "4000000000000341"})
    sim.advance(days=60)
    facts = provider.fetch(pledge_ref)
    assert (facts.state, facts.next_at) == (PledgeState.ENDED, None)


def test_a_pledge_changes_its_amount_pauses_goes_on_and_ends(sim):
    _, pledge_ref = paid(sim, frequency=Frequency.MONTHLY)
    assert provider.change_amount(pledge_ref, Money(1200, "USD"), key="k", now=NOW).amount == Money(1200, "USD")
    assert provider.change_amount(pledge_ref, Money(1200, "USD"), key="k", now=NOW).amount == Money(1200, "USD")
    assert provider.pause(pledge_ref, now=NOW).state is PledgeState.PAUSED
    sim.advance(days=40)
    assert len(provider.list_movements(NOW - DAY)) == 3  # the first gift, its fee and its payout: nothing more was taken
    assert provider.resume(pledge_ref, now=NOW).state is PledgeState.ACTIVE
    sim.advance(days=31)
    assert provider.list_movements(NOW + 40 * DAY)[0].amount == Money(1200, "USD")
    assert provider.cancel(pledge_ref, now=NOW).state is PledgeState.ENDED
    assert provider.cancel(pledge_ref, now=NOW).state is PledgeState.ENDED
    with pytest.raises(ProviderError, match="has ended"):
        provider.change_amount(pledge_ref, Money(1300, "USD"), key="l", now=NOW)


def test_the_portal_is_the_supporters_own(sim):
    _, pledge_ref = paid(sim, frequency=Frequency.MONTHLY)
    assert provider.portal_url(pledge_ref, return_url="http://news.example/").startswith(f"{sim.url}/p/session/bps_")


@pytest.mark.parametrize(("minor", "currency", "theirs"), [(1200, "JPY", 1200), (12_340, "KWD", 12_340), (500, "ISK", 50_000), (2500, "USD", 2500)])
def test_amounts_go_there_and_back_in_every_kind_of_currency(sim, minor, currency, theirs):
    if currency == "ISK":  # nobody is paid out in it
        sim.stripe.habits.settle_in, sim.stripe.habits.rates = "eur", {"isk": Decimal("0.0069")}
    payment_ref, _ = paid(sim, minor, currency)
    assert sim.stripe.charge_of(payment_ref)["amount"] == theirs
    assert provider.fetch(payment_ref).amount == Money(minor, currency)


@pytest.mark.parametrize("amount", [Money(12_345, "KWD"), Money(100, "UGX")])
def test_amounts_that_stripe_would_not_take_are_refused_before_it_is_asked(amount):
    with pytest.raises(ProviderError):
        to_stripe(amount)


def test_an_amount_too_fine_to_be_is_refused():
    with pytest.raises(ProviderError, match="finer"):
        from_stripe(50_001, "isk")


def test_a_foreign_gift_tells_what_was_credited_and_at_which_rate(sim):
    sim.stripe.habits.settle_in, sim.stripe.habits.rates = "eur", {"usd": Decimal("0.9")}
    payment_ref, _ = paid(sim)
    provider.refund(payment_ref=payment_ref, amount=Money(1000, "USD"), key="a", now=NOW)
    facts = provider.fetch(payment_ref)
    assert (facts.amount, facts.settled, facts.exchange_rate) == (Money(2500, "USD"), Money(2250, "EUR"), Decimal("0.9"))
    assert (facts.fee, facts.refunds[0].settled) == (Money(95, "EUR"), Money(900, "EUR"))


def test_a_payout_is_the_sum_of_what_it_holds_where_the_fee_of_a_refund_was_kept(sim):
    refunded, _ = paid(sim)
    kept, _ = paid(sim, 5000)
    provider.refund(payment_ref=refunded, amount=Money(2500, "USD"), key="a", now=NOW)
    sim.stripe.account_fee(10, "usd")
    sim.advance(days=6)  # until it has arrived, Stripe does not say all that is in it
    (payout,) = provider.list_payouts(NOW - DAY)
    movements = provider.list_movements(NOW - DAY)
    inside = [one for one in movements if one.kind is not MovementKind.PAYOUT]
    assert sum(one.amount.minor for one in inside) == payout.amount.minor == 2500 - 103 - 2500 + 5000 - 175 - 10
    assert {one.ref for one in inside} == set(payout.movement_refs)
    assert {refunded, kept} < set(payout.movement_refs)
    assert sum(one.amount.minor for one in movements) == 0
    assert [one.words for one in inside if one.kind is MovementKind.OTHER] == ["Billing usage fee"]


@pytest.mark.parametrize("fault", ["429", "500_before", "cut_before", "500_after", "cut_after"])
def test_a_fault_at_stripe_is_worth_another_try_and_one_gift_has_one_checkout(sim, fault):
    gift_id = uuid.uuid4()
    sim.faults.add(fault, method="POST", path="/v1/checkout/sessions", times=1)
    with suppress(ProviderUnreachable):  # where the checkout was made all the same, it is found at once
        start(sim, gift_id=gift_id)
    again = start(sim, gift_id=gift_id)
    assert len(client.every("checkout.sessions", {})) == 1
    assert again == start(sim, gift_id=gift_id)


def test_an_answer_that_does_not_come_is_worth_another_try(sim, monkeypatch):
    monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.2)
    client._client.cache_clear()
    sim.faults.add("timeout", seconds=1, times=2)
    with pytest.raises(ProviderUnreachable):
        start(sim)
    client._client.cache_clear()


def test_what_stripe_does_not_know_is_refused_in_a_sentence(sim):
    for ref in ("pi_none", "cs_none", "sub_none", "in_none", "ch_1", "", "x"):
        with pytest.raises(ProviderError) as refusal:
            provider.fetch(ref)
        assert not refusal.value.retryable


def test_a_key_that_may_not_is_refused_in_a_sentence(sim, settings):
    settings.ENV = settings.ENV.model_copy(update={"stripe_secret_key": "sk_test_"})
    with pytest.raises(ProviderError, match="stripe_secret_key"):
        provider.fetch("pi_1")


def test_live_keys_work_at_one_address_until_a_person_says_that_it_moved(settings, tmp_path):
    with simulated(settings, tmp_path, live=True) as sim:
        assert provider.capabilities.live
        paid(sim)
        settings.ENV = settings.ENV.model_copy(update={"address": "https://copy.example"})
        with pytest.raises(BoundElsewhere, match="moved_to"):
            start(sim)
        with pytest.raises(BoundElsewhere):
            provider.list_movements(NOW - DAY)
        settings.ENV = settings.ENV.model_copy(update={"moved_to": "https://copy.example"})
        start(sim)
        settings.ENV = settings.ENV.model_copy(update={"moved_to": ""})
        start(sim)


def test_test_keys_work_anywhere(sim, settings):
    start(sim)
    settings.ENV = settings.ENV.model_copy(update={"address": "https://copy.example"})
    start(sim)


def test_movements_and_changes_are_read_past_one_page(sim):
    for _ in range(60):
        sim.stripe.account_fee(1, "usd")
    paid(sim)
    for _ in range(60):
        sim.stripe.account_fee(1, "usd")
    movements = provider.list_movements(NOW - DAY)
    assert (len(movements), movements[60].kind) == (122, MovementKind.PAYMENT)
