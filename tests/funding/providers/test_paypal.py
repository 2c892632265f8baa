import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from masthead.funding.providers.paypal.amounts import TAKEN, from_paypal, to_paypal
from masthead.funding.providers.paypal.client import Refused
from masthead.funding.providers.paypal.provider import PayPalProvider
from masthead.kernel.money import Money
from tests.funding.providers.paypal_world import approve, paid, simulated, start
from tests.make.funding import NOW

provider = PayPalProvider()
LATE = dt.timedelta(hours=4)


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    with simulated(settings, monkeypatch, tmp_path) as made:
        yield made


def usd(minor):
    return Money(minor, "USD")


def test_a_checkout_is_at_paypal_and_the_same_gift_gets_the_same_one(sim):
    gift_id = uuid.uuid4()
    first = start(sim, gift_id=gift_id)
    assert first.url.startswith(f"{sim.url}/paypal/checkoutnow?token=")
    assert start(sim, gift_id=gift_id) == first
    assert provider.fetch(first.checkout_ref).state is CheckoutState.OPEN


def test_an_order_that_was_approved_is_captured_once_however_often_it_is_looked_at(sim):
    gift_id = uuid.uuid4()
    ref = start(sim, gift_id=gift_id).checkout_ref
    back = approve(sim, ref)
    assert back.startswith("http://news.example/contribute/thanks/x/?token=")
    seen = {provider.fetch(ref).payment_ref for _ in range(3)}
    assert len(seen) == len(sim.paypal.events("PAYMENT.CAPTURE.COMPLETED")) == 1
    facts = provider.fetch(seen.pop())
    assert (facts.gift_id, facts.state, facts.amount, facts.fee) == (gift_id, PaymentState.SETTLED, usd(2500), usd(103))
    assert (facts.settled_at, facts.live, facts.settled, facts.pledge_ref) == (NOW, False, None, "")


def test_a_declined_card_leaves_the_page_open_for_another(sim):
    ref = start(sim).checkout_ref
    approve(sim, ref, funding="declined")
    facts = provider.fetch(ref)
    assert (facts.state, facts.payment_ref) == (CheckoutState.DECLINED, "")
    assert "INSTRUMENT_DECLINED" in facts.reason
    sim.advance(seconds=30)
    approve(sim, ref)
    assert provider.fetch(ref).state is CheckoutState.DONE


@pytest.mark.parametrize(("funding", "state"), [("echeck", PaymentState.SETTLED), ("echeck_bad", PaymentState.FAILED)])
def test_an_echeck_is_pending_until_it_clears(sim, funding, state):
    payment, _ = paid(sim, funding=funding)
    before = provider.fetch(payment)
    assert (before.state, before.settled_at, before.fee) == (PaymentState.PENDING, None, None)
    sim.advance(days=5)
    after = provider.fetch(payment)
    assert (after.state, after.settled_at) == (state, NOW + dt.timedelta(days=5) if state is PaymentState.SETTLED else None)


def test_a_bank_that_takes_a_settled_payment_back_makes_it_fail(sim):
    payment, _ = paid(sim)
    sim.advance(days=3)
    sim.paypal.reverse(payment.removeprefix("pay_"))
    facts = provider.fetch(payment)
    assert (facts.state, facts.settled_at, facts.failed_at, facts.refunds) == (PaymentState.FAILED, NOW, NOW + dt.timedelta(days=3), ())


def test_a_foreign_currency_counts_at_what_paypal_credits(sim):
    sim.paypal.habits.settle_in, sim.paypal.habits.rates = "USD", {"EUR": Decimal("1.0825")}
    payment, _ = paid(sim, 2000, "EUR")
    facts = provider.fetch(payment)
    assert (facts.amount, facts.settled, facts.fee, facts.exchange_rate) == (Money(2000, "EUR"), usd(2165), usd(95), Decimal("1.0825"))
    sim.paypal.habits.rates = {"EUR": Decimal("1.10")}
    provider.refund(payment_ref=payment, amount=Money(1000, "EUR"), key="a", now=NOW)
    assert [(one.amount, one.settled) for one in provider.fetch(payment).refunds] == [(Money(1000, "EUR"), usd(1100))]


def test_a_subscriptions_payment_in_a_foreign_currency_does_too(sim):
    sim.paypal.habits.settle_in, sim.paypal.habits.rates = "USD", {"EUR": Decimal("1.0825")}
    facts = provider.fetch(paid(sim, 2000, "EUR", frequency=Frequency.MONTHLY)[0])
    assert (facts.settled, facts.fee, facts.exchange_rate) == (usd(2165), usd(95), Decimal("1.0825"))


def test_a_copy_of_the_newsroom_with_live_keys_asks_nothing(sim, settings):
    def at(address):
        settings.ENV = settings.ENV.model_copy(update={"paypal_api": "", "address": address})

    at("https://news.example")
    with pytest.raises(ProviderUnreachable):  # no network here; but these keys now belong to this address
        start(sim)
    at("https://copy.example")
    with pytest.raises(BoundElsewhere, match=r"PayPal's live keys are used at https://news\.example"):
        start(sim)
    at("https://news.example")
    with pytest.raises(ProviderUnreachable):
        start(sim)


def test_refunds_are_capped_and_the_same_key_is_one(sim):
    payment, _ = paid(sim)
    first = provider.refund(payment_ref=payment, amount=usd(1000), key="a", now=NOW)
    assert provider.refund(payment_ref=payment, amount=usd(1000), key="a", now=NOW) == first
    with pytest.raises(Refused, match="REFUND_AMOUNT_EXCEEDED"):
        provider.refund(payment_ref=payment, amount=usd(1501), key="b", now=NOW)
    assert provider.fetch(payment).refunds == (first,)
    provider.refund(payment_ref=payment, amount=usd(1500), key="c", now=NOW)
    facts = provider.fetch(payment)
    assert (facts.state, sum(refund.amount.minor for refund in facts.refunds)) == (PaymentState.SETTLED, 2500)


@pytest.mark.parametrize(("won", "state"), [(True, DisputeState.WON), (False, DisputeState.LOST)])
def test_a_dispute_holds_the_sum_until_it_is_decided(sim, won, state):
    payment, _ = paid(sim)
    dispute = sim.paypal.dispute(payment.removeprefix("pay_"), amount="20.00")["dispute_id"]
    (held,) = provider.fetch(payment).disputes
    assert (held.ref, held.amount, held.state, held.closed_at) == (dispute, usd(2000), DisputeState.OPEN, None)
    sim.advance(days=9)
    sim.paypal.close_dispute(dispute, won=won)
    (closed,) = provider.fetch(payment).disputes
    assert (closed.amount, closed.state, closed.closed_at) == (usd(2000), state, NOW + dt.timedelta(days=9))


def test_what_a_dispute_holds_or_took_cannot_be_refunded(sim):
    payment, _ = paid(sim)
    dispute = sim.paypal.dispute(payment.removeprefix("pay_"), amount="10.00")
    with pytest.raises(Refused, match="REFUND_NOT_ALLOWED"):
        provider.refund(payment_ref=payment, amount=usd(100), key="held", now=NOW)
    sim.paypal.close_dispute(dispute["dispute_id"], won=False)
    with pytest.raises(Refused, match="REFUND_AMOUNT_EXCEEDED"):
        provider.refund(payment_ref=payment, amount=usd(1501), key="too much", now=NOW)
    assert provider.refund(payment_ref=payment, amount=usd(1500), key="the rest", now=NOW).amount == usd(1500)
    with pytest.raises(Refused, match="CAPTURE_FULLY_REFUNDED"):
        provider.refund(payment_ref=payment, amount=usd(1), key="more", now=NOW)


def test_a_dispute_lost_in_part_is_one_that_was_won_and_a_refund(sim):
    sim.paypal.habits.dispute_fee = Decimal(15)
    payment, _ = paid(sim)
    dispute = sim.paypal.dispute(payment.removeprefix("pay_"))["dispute_id"]
    sim.paypal.close_dispute(dispute, won=False, refunded="10.00")
    facts = provider.fetch(payment)
    assert [(one.state, one.amount, one.fee) for one in facts.disputes] == [(DisputeState.WON, usd(2500), usd(1500))]
    assert [(one.ref, one.amount) for one in facts.refunds] == [(dispute, usd(1000))]


def test_a_sale_s_dispute_lost_in_part_is_not_counted_again_where_it_is_listed(sim):
    payment, _ = paid(sim, 800, frequency=Frequency.MONTHLY)
    sale = payment.removeprefix("pay_")
    first = provider.refund(payment_ref=payment, amount=usd(400), key="a", now=NOW)
    dispute = sim.paypal.dispute(sale, amount="2.00")["dispute_id"]
    sim.paypal.close_dispute(dispute, won=False, refunded="1.00")
    sim.advance(hours=5)  # by then the list of transactions has the settlement, as a refund like any other
    assert {(one.ref, one.amount) for one in provider.fetch(payment).refunds} == {(first.ref, usd(400)), (dispute, usd(100))}


@pytest.mark.parametrize("second", ["4.00", "25.00"], ids=["another sum", "the same sum"])
def test_two_disputes_of_the_same_second_are_told_apart_in_the_list(sim, second):
    payment, _ = paid(sim)
    capture = payment.removeprefix("pay_")
    first = sim.paypal.dispute(capture)["dispute_id"]
    sim.paypal.close_dispute(first, won=True)
    other = sim.paypal.dispute(capture, amount=second)["dispute_id"]
    facts = provider.fetch(payment)
    assert {one.ref: one.amount.minor for one in facts.disputes} == {first: 2500, other: int(Decimal(second) * 100)}
    sim.advance(hours=5)
    held = {(move.kind, move.ref, move.amount.minor) for move in provider.list_movements(NOW) if move.ref.startswith("PP-D-")}
    assert held == {
        (MovementKind.DISPUTE, first, -2500),
        (MovementKind.DISPUTE_WON, first, 2500),
        (MovementKind.DISPUTE, other, -int(Decimal(second) * 100)),
    }


def test_a_monthly_gift_renews_by_the_clock(sim):
    gift_id = uuid.uuid4()
    payment, pledge = paid(sim, 500, frequency=Frequency.MONTHLY, gift_id=gift_id)
    first = provider.fetch(payment)
    assert (first.gift_id, first.state, first.pledge_ref, first.renewal) == (gift_id, PaymentState.SETTLED, pledge, False)
    facts = provider.fetch(pledge)
    assert (facts.gift_id, facts.amount, facts.state, facts.frequency) == (gift_id, usd(500), PledgeState.ACTIVE, Frequency.MONTHLY)
    assert facts.next_at == dt.datetime(2026, 12, 22, 14, 5, tzinfo=dt.UTC)
    sim.advance(days=65)
    assert [provider.fetch(f"pay_{sale['id']}").renewal for sale in sim.paypal.world.all("sale")] == [False, True, True]


def test_a_yearly_gift_has_a_plan_of_its_own_and_each_plan_is_made_once(sim, monkeypatch):
    from masthead.funding.providers.paypal import plans

    for minor, frequency in [(500, Frequency.MONTHLY), (500, Frequency.YEARLY), (500, Frequency.MONTHLY), (700, Frequency.MONTHLY)]:
        paid(sim, minor, frequency=frequency)
        monkeypatch.setattr(plans, "_known", {})  # another process, or another week
        sim.advance(days=4)
    assert [plan["name"] for plan in sim.paypal.world.all("plan")] == ["GIFT-USD-500-MONTH", "GIFT-USD-500-YEAR", "GIFT-USD-700-MONTH"]
    yearly = next(sub for sub in sim.paypal.world.all("subscription") if sub["plan_id"] == sim.paypal.world.all("plan")[1]["id"])
    assert provider.fetch(f"pledge_{yearly['id']}").frequency is Frequency.YEARLY


def test_failed_renewals_make_a_pledge_overdue_until_one_is_paid(sim):
    _, pledge = paid(sim, 500, frequency=Frequency.MONTHLY)
    sim.paypal.set_funding(pledge.removeprefix("pledge_"), "declined")
    sim.advance(days=31)
    assert provider.fetch(pledge).state is PledgeState.PAST_DUE
    sim.paypal.set_funding(pledge.removeprefix("pledge_"), "balance")
    sim.advance(days=6)
    assert provider.fetch(pledge).state is PledgeState.ACTIVE
    sim.paypal.set_funding(pledge.removeprefix("pledge_"), "declined")
    sim.advance(days=60)
    assert (provider.fetch(pledge).state, sim.paypal.world.get("subscription", pledge.removeprefix("pledge_"))["status"]) == (PledgeState.PAST_DUE, "SUSPENDED")


def test_a_pledge_is_paused_taken_up_and_ended_and_twice_is_once(sim):
    _, pledge = paid(sim, 500, frequency=Frequency.MONTHLY)
    for _ in range(2):
        assert provider.pause(pledge, now=NOW).state is PledgeState.PAUSED
    sim.advance(days=40)
    assert (len(sim.paypal.world.all("sale")), provider.fetch(pledge).next_at) == (1, None)
    for _ in range(2):
        assert provider.resume(pledge, now=NOW).state is PledgeState.ACTIVE
    for _ in range(2):
        ended = provider.cancel(pledge, now=NOW)
        assert (ended.state, ended.ended_at, ended.next_at) == (PledgeState.ENDED, sim.clock.now(), None)


def test_an_amount_changes_once_the_supporter_has_agreed(sim):
    _, pledge = paid(sim, 500, frequency=Frequency.MONTHLY)
    assert (provider.capabilities.change_amount, provider.capabilities.change_by_approval) == (False, True)
    with pytest.raises(ProviderError, match="agreed"):
        provider.change_amount(pledge, usd(900), key="a", now=NOW)
    url = provider.approval_to_change(pledge, usd(900), key="a", return_url="http://news.example/", cancel_url="http://news.example/")
    assert (url.startswith(sim.url), provider.fetch(pledge).amount) == (True, usd(500))
    sim.paypal.approve(pledge.removeprefix("pledge_"))
    assert provider.fetch(pledge).amount == usd(900)
    with pytest.raises(ProviderError, match="cannot become"):
        provider.approval_to_change(pledge, Money(900, "EUR"), key="b", return_url="http://news.example/", cancel_url="http://news.example/")


def test_a_renewal_is_given_back_and_found_before_paypal_lists_it(sim):
    payment, _ = paid(sim, 500, frequency=Frequency.MONTHLY)
    refund = provider.refund(payment_ref=payment, amount=usd(200), key="a", now=NOW)
    assert provider.fetch(payment).refunds == (refund,)
    sim.advance(days=40)  # no event tells of it any more
    assert provider.fetch(payment).refunds == (refund,)


def test_a_refund_that_nothing_tells_of_yet_is_waited_for(sim):
    payment, _ = paid(sim, 500, frequency=Frequency.MONTHLY)
    sim.advance(days=35)
    provider.refund(payment_ref=payment, amount=usd(500), key="a", now=NOW)
    sim.store._kinds["paypal.event"] = []
    with pytest.raises(ProviderUnreachable, match="three hours"):
        provider.fetch(payment)
    sim.advance(hours=4)
    assert provider.fetch(payment).refunds[0].amount == usd(500)


def test_movements_are_what_moved_with_fees_and_in_windows_of_a_month(sim):
    payment, _ = paid(sim)
    refund = provider.refund(payment_ref=payment, amount=usd(500), key="a", now=NOW)
    assert provider.list_movements(NOW) == []  # listed up to three hours late
    assert provider.capabilities.movements_late == dt.timedelta(hours=3)
    sim.advance(days=80)
    later, _ = paid(sim, 700)
    sim.paypal.withdraw("20.00", "USD")
    sim.advance(hours=4)
    found = [(move.kind, move.ref, move.payment_ref, move.amount.minor) for move in provider.list_movements(NOW)]
    assert found[:3] == [
        (MovementKind.PAYMENT, payment, payment, 2500),
        (MovementKind.FEE, payment, payment, -103),
        (MovementKind.REFUND, refund.ref, payment, -500),
    ]
    assert [row[0::3] for row in found[3:]] == [(MovementKind.PAYMENT, 700), (MovementKind.FEE, -50), (MovementKind.PAYOUT, -2000)]
    assert [(payout.amount, payout.arrives_date) for payout in provider.list_payouts(NOW)] == [(usd(2000), dt.date(2027, 2, 10))]
    assert provider.list_movements(NOW + dt.timedelta(days=70))[0].ref == later


def test_the_list_is_read_page_by_page(sim, monkeypatch):
    from masthead.funding.providers.paypal import listing

    monkeypatch.setattr(listing, "PAGE", 2)
    payments = {paid(sim, 100 + number)[0] for number in range(5)}
    sim.advance(hours=4)
    assert {move.payment_ref for move in provider.list_movements(NOW)} == payments


def test_events_tell_what_changed(sim):
    payment, _ = paid(sim)
    sim.advance(days=1)
    renewed, pledge = paid(sim, 500, frequency=Frequency.MONTHLY)
    assert {payment, renewed, f"start_{pledge.removeprefix('pledge_')}"} <= set(provider.changed_since(NOW))
    assert payment not in provider.changed_since(NOW + dt.timedelta(hours=1))


@pytest.mark.parametrize("fault", ["429", "500_before", "500_after", "cut_before", "cut_after"])
def test_a_fault_can_be_tried_again_and_is_one_order_and_one_refund(sim, fault):
    gift_id = uuid.uuid4()
    sim.faults.add(fault, path="/v2/checkout/orders")
    with pytest.raises(ProviderUnreachable):
        start(sim, gift_id=gift_id)
    ref = start(sim, gift_id=gift_id).checkout_ref
    approve(sim, ref)
    sim.faults.add(fault, path=".*/capture")
    with pytest.raises(ProviderUnreachable):
        provider.fetch(ref)
    payment = provider.fetch(ref).payment_ref
    sim.faults.add(fault, path=".*/refund")
    with pytest.raises(ProviderUnreachable):
        provider.refund(payment_ref=payment, amount=usd(500), key="a", now=NOW)
    provider.refund(payment_ref=payment, amount=usd(500), key="a", now=NOW)
    assert (len(sim.paypal.world.all("order")), len(sim.paypal.world.all("capture")), len(sim.paypal.world.all("refund"))) == (1, 1, 1)


def test_a_token_is_kept_and_replaced_when_it_ends(sim):
    start(sim)
    sim.paypal.api.forget_tokens()
    start(sim)
    sim.advance(hours=10)
    start(sim)


def test_refusals_are_one_sentence_in_paypals_names(sim, settings):
    with pytest.raises(Refused, match=r"^PayPal refused \(INVALID_RESOURCE_ID\): Specified resource ID does not exist"):
        provider.fetch("order_UNKNOWN")
    with pytest.raises(ProviderError, match=r"knows nothing called 'order_\.\./\.\./x'"):
        provider.fetch("order_../../x")
    settings.ENV = settings.ENV.model_copy(update={"paypal_secret": "wrong"})
    with pytest.raises(Refused, match="set paypal_client_id and paypal_secret"):
        start(sim)


def test_the_simulator_refuses_fields_that_paypal_does_not_know(sim):
    from masthead.funding.providers.paypal import client

    with pytest.raises(Refused, match=r"INVALID_PARAMETER.*colour.*at /purchase_units/0/colour"):
        client.post("/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [{"colour": "red"}]})


@pytest.mark.parametrize(("minor", "currency", "text"), [(1200, "JPY", "1200"), (120000, "HUF", "1200"), (30000, "TWD", "300"), (1, "USD", "0.01")])
def test_amounts_are_written_as_paypal_takes_them_and_come_back(sim, minor, currency, text):
    assert to_paypal(Money(minor, currency)) == {"currency_code": currency, "value": text}
    assert from_paypal({"currency_code": currency, "value": text}) == Money(minor, currency)
    if minor > 1:
        assert provider.fetch(paid(sim, minor, currency)[0]).amount == Money(minor, currency)


@given(st.sampled_from(sorted(TAKEN)), st.integers(min_value=1, max_value=10**10))
def test_every_amount_that_paypal_takes_comes_back(currency, minor):
    try:
        said = to_paypal(Money(minor, currency))
    except ProviderError:
        assert currency in {"HUF", "TWD"}
        return
    assert from_paypal(said) == Money(minor, currency)


def test_what_paypal_cannot_take_is_refused_before_it_is_asked(sim):
    with pytest.raises(ProviderError, match="does not take KWD"):
        start(sim, 1000, "KWD")
    with pytest.raises(ProviderError, match="whole units"):
        start(sim, 1050, "HUF")
    assert sim.paypal.world.all("order") == []


@pytest.mark.parametrize("value", ["25.005", "1e3", "NaN", "", None, 25, "٢٥"])
def test_amounts_that_are_none_are_refused(value):
    with pytest.raises(ProviderError):
        from_paypal({"currency_code": "USD", "value": value})
