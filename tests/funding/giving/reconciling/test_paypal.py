"""Every row of the simulated PayPal's list against the books: changes of currency, fees, reserves, and what came back."""

import datetime as dt
from decimal import Decimal

import pytest

from masthead.funding.giving.actions import refund_gift, start_gift, sweep
from masthead.funding.giving.actions.sweeping import leave_hint
from masthead.funding.giving.models import Discrepancy, Frequency, GiftState, ProviderMovement, ProviderPayout
from masthead.funding.giving.reconciling.actions import reconcile
from masthead.funding.giving.reconciling.models import MovementState
from masthead.funding.ledger.models import Kind, Total, Transfer
from masthead.funding.providers import registry
from masthead.kernel.money import Money
from tests.funding.giving.acts import HOST, books_are_right, fresh, raised
from tests.funding.providers.paypal_world import approve, deliver_and_apply, simulated
from tests.make.funding import make_campaign

pytestmark = pytest.mark.django_db
HOURS_UNTIL_LISTED = 5


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    with simulated(settings, monkeypatch, tmp_path) as made:
        yield made


@pytest.fixture
def changing(sim):
    """PayPal changes euros into dollars."""
    sim.paypal.habits.settle_in, sim.paypal.habits.rates = "USD", {"EUR": Decimal("1.0825")}
    return sim


def given(sim, campaign, minor=2000, currency="EUR", *, frequency=Frequency.ONCE, email="ada@example.org"):
    words = {"frequency": frequency, "email": email, "base_url": HOST, "now": sim.clock.now(), "provider_name": "paypal"}
    gift = start_gift(campaign=campaign, amount=Money(minor, currency), **words).gift
    approve(sim, gift.checkout_ref)
    deliver_and_apply(sim)
    return fresh(gift)


def give_back(sim, gift, minor, key="a"):
    refund_gift(gift=fresh(gift), amount=Money(minor, gift.currency), key=key, by="eve", now=sim.clock.now())
    deliver_and_apply(sim)


def causes(sim):
    """Reconcile once PayPal lists everything, and return what does not match."""
    sim.advance(hours=HOURS_UNTIL_LISTED)
    done = reconcile(provider_name="paypal", now=sim.clock.now())
    assert done.error == ""
    return [row.cause for row in Discrepancy.objects.filter(closed_at__isnull=True)]


def everything_matches(sim):
    assert causes(sim) == []
    assert set(ProviderMovement.objects.values_list("state", flat=True)) <= {MovementState.MATCHED}
    before = Transfer.objects.count()
    assert causes(sim) == []
    assert Transfer.objects.count() == before
    return books_are_right()


def held(code):
    return {row.account_id: -row.balance_minor for row in Total.objects.filter(account__code__startswith=code) if row.balance_minor}


# --- another currency ------------------------------------------------------------------------------


def test_a_gift_that_paypal_changed_is_one_movement_in_what_it_was_changed_into(changing):
    sim, campaign = changing, make_campaign()
    gift = given(sim, campaign)
    assert raised(campaign) == 2165
    assert everything_matches(sim)
    moves = registry.provider("paypal").list_movements(gift.created_at - dt.timedelta(days=1))
    assert [(move.kind.value, move.amount) for move in moves] == [("payment", Money(2165, "USD")), ("fee", Money(-95, "USD"))]
    assert held("clearing:paypal") == {"clearing:paypal:USD": 2070}


def test_what_goes_back_at_another_rate_matches_whether_paypals_facts_tell_of_it_or_not(changing):
    sim, campaign = changing, make_campaign()
    refunded, disputed, reversed_ = (given(sim, campaign, email=f"{number}@example.org") for number in range(3))
    monthly = given(sim, campaign, 1000, frequency=Frequency.MONTHLY, email="m@example.org")
    sim.paypal.habits.rates = {"EUR": Decimal("1.10")}
    sim.paypal.habits.dispute_fee = Decimal("16.00")
    sim.advance(days=2)
    give_back(sim, refunded, 1000)
    give_back(sim, monthly, 1000)
    dispute = sim.paypal.dispute(disputed.provider_ref.removeprefix("pay_"))["id"]
    sim.paypal.reverse(reversed_.provider_ref.removeprefix("pay_"))
    deliver_and_apply(sim)
    sim.advance(hours=HOURS_UNTIL_LISTED)
    deliver_and_apply(sim)
    sweep(now=sim.clock.now())
    deliver_and_apply(sim)
    assert raised(campaign, sim.clock.now()) == 2165 - 2165 // 2
    assert everything_matches(sim)
    sim.advance(days=8)
    sim.paypal.close_dispute(dispute, won=True)
    deliver_and_apply(sim)
    assert everything_matches(sim)
    assert raised(campaign, sim.clock.now()) == 2165 - 2165 // 2 + 2165
    assert set(held("clearing:paypal")) == {"clearing:paypal:USD"}


def test_money_of_the_balance_that_is_changed_stands_on_both_sides(sim):
    dollars, euros = make_campaign(), make_campaign(currency="EUR")
    given(sim, dollars, 5000, "USD")
    given(sim, euros, 4000, "EUR", email="eve@example.org")
    sim.paypal.change("20.00", "EUR", "21.50", "USD", code="T0201")
    sim.paypal.change("5.00", "USD", "4.50", "EUR", code="T0202")
    assert everything_matches(sim)
    assert held("clearing:paypal") == {"clearing:paypal:EUR": 4000 - 146 - 2000 + 450, "clearing:paypal:USD": 5000 - 175 + 2150 - 500}
    assert held("exchange:paypal") == {"exchange:paypal:EUR": 1550, "exchange:paypal:USD": -1650}
    assert raised(dollars) + raised(euros) == 9000


def test_a_withdrawal_for_which_money_was_changed_is_a_payout_and_a_change(sim):
    given(sim, make_campaign(currency="EUR"), 40_000, "EUR")
    out = sim.paypal.withdraw("100.00", "USD")["transaction_info"]["transaction_id"]
    sim.paypal.change("95.00", "EUR", "100.00", "USD", about=out)
    assert everything_matches(sim)
    assert ProviderPayout.objects.get().amount == Money(10_000, "USD")
    assert held("bank:transit") == {"bank:transit:USD": 10_000}
    assert held("clearing:paypal") == {"clearing:paypal:EUR": 40_000 - 1190 - 9500}


def test_a_change_waits_for_what_was_changed_to_be_listed(sim):
    sim.paypal.habits.listed_after = dt.timedelta(0)
    since = sim.clock.now() - dt.timedelta(hours=1)
    sim.paypal.change("20.00", "EUR", "21.50", "USD", about="NOTLISTEDYET12345")
    sim.advance(minutes=1)
    assert registry.provider("paypal").list_movements(since) == []
    sim.advance(hours=HOURS_UNTIL_LISTED)
    assert [move.amount for move in registry.provider("paypal").list_movements(since)] == [Money(-2000, "EUR"), Money(2150, "USD")]


def test_a_payment_at_the_edge_of_what_is_asked_for_is_not_cut_off_from_its_change(changing):
    sim = changing
    given(sim, make_campaign())
    at = sim.clock.now()
    sim.advance(hours=HOURS_UNTIL_LISTED)
    sim.store.all("paypal.row")[0]["_at"] -= dt.timedelta(seconds=20)  # the payment; its change follows
    sim.store.all("paypal.row")[0]["transaction_info"]["transaction_initiation_date"] = (at - dt.timedelta(seconds=20)).isoformat()
    assert registry.provider("paypal").list_movements(at) == []
    assert [move.amount.currency for move in registry.provider("paypal").list_movements(at - dt.timedelta(minutes=1))] == ["USD", "USD"]


# --- fees and reserves -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["T0100", "T0101", "T0102", "T0106", "T0107", "T0114"])
def test_a_fee_that_names_no_payment_is_the_accounts(sim, code):
    given(sim, make_campaign(), 5000, "USD")
    sim.paypal.enter(code, "-3.00", "USD")
    assert everything_matches(sim)
    assert held("fees:paypal") == {"fees:paypal:USD": 175 + 300}


def test_a_fee_that_names_its_payment_or_its_refund_is_the_gifts(sim):
    gift = given(sim, make_campaign(), 5000, "USD")
    payment = gift.provider_ref.removeprefix("pay_")
    give_back(sim, gift, 1000)
    refund = sim.store.all("paypal.refund")[0]["id"]
    sim.paypal.enter("T0107", "-1.00", "USD", about=payment)
    sim.paypal.enter("T1109", "0.30", "USD", about=payment)
    sim.paypal.enter("T1108", "0.20", "USD", about=refund)
    assert everything_matches(sim)
    assert held("fees:paypal") == {"fees:paypal:USD": 175 + 100 - 30 - 20}
    assert Transfer.objects.filter(id__startswith=f"paypal:{gift.provider_ref}:fee:").count() == 3


@pytest.mark.parametrize("named", [True, False])
def test_a_disputes_fee_is_booked_once_whether_the_list_names_its_payment_or_not(sim, named):
    sim.paypal.habits.dispute_fee, sim.paypal.habits.fees_name_payments = Decimal("20.00"), named
    gift = given(sim, make_campaign(), 5000, "USD")
    sim.paypal.dispute(gift.provider_ref.removeprefix("pay_"))
    deliver_and_apply(sim)
    assert everything_matches(sim)
    assert held("fees:paypal") == {"fees:paypal:USD": 175 + 2000}


def test_a_reserve_stays_the_newsrooms_until_it_is_let_go(sim):
    given(sim, make_campaign(), 5000, "USD")
    sim.paypal.enter("T2103", "-10.00", "USD")
    sim.paypal.enter("T1503", "-5.00", "USD")
    assert everything_matches(sim)
    assert held("clearing:paypal-reserve") == {"clearing:paypal-reserve:USD": 1500}
    assert held("clearing:paypal:") == {"clearing:paypal:USD": 5000 - 175 - 1500}
    sim.paypal.enter("T2104", "10.00", "USD")
    sim.paypal.enter("T1105", "5.00", "USD")
    assert everything_matches(sim)
    assert held("clearing:paypal-reserve") == {}


def test_what_nobody_can_tell_is_still_shown(sim):
    given(sim, make_campaign(), 5000, "USD")
    sim.paypal.enter("T0006", "-7.00", "USD")
    sim.paypal.enter("T1200", "2.00", "USD")
    assert sorted("belongs to no gift" in cause for cause in causes(sim)) == [True, True]


# --- what came back --------------------------------------------------------------------------------


@pytest.mark.parametrize("frequency", [Frequency.ONCE, Frequency.MONTHLY])
def test_a_refund_that_comes_back_counts_again(sim, frequency):
    campaign = make_campaign()
    gift = given(sim, campaign, 5000, "USD", frequency=frequency)
    settled = fresh(gift).settled_at
    give_back(sim, gift, 5000)
    sim.advance(hours=HOURS_UNTIL_LISTED)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    sim.advance(days=3)
    kind = "sale_refund" if frequency == Frequency.MONTHLY else "refund"
    sim.paypal.fail_refund(sim.store.all(f"paypal.{kind}")[0]["id"])
    sim.advance(hours=HOURS_UNTIL_LISTED)
    sweep(now=sim.clock.now())
    deliver_and_apply(sim)
    assert (fresh(gift).state, fresh(gift).returned_minor, raised(campaign), fresh(gift).settled_at) == (GiftState.SETTLED, 0, 5000, settled)
    assert [row.kind for row in Transfer.objects.order_by("seq")] == [Kind.GIFT, Kind.FEE, Kind.REFUND, Kind.BOUNCED]
    assert everything_matches(sim)


def test_a_refund_that_came_back_before_we_ever_looked_is_right_from_the_start(sim):
    campaign = make_campaign()
    sim.webhooks.lost = True
    gift = given(sim, campaign, 5000, "USD")
    paid = registry.provider("paypal").fetch(gift.checkout_ref).payment_ref
    sim.paypal.orders.refund(sim.paypal.payment(paid.removeprefix("pay_")), {})
    sim.advance(days=2)
    sim.paypal.fail_refund(sim.store.all("paypal.refund")[0]["id"])
    sim.advance(hours=HOURS_UNTIL_LISTED)
    sweep(now=sim.clock.now())
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign, fresh(gift).settled_at)) == (GiftState.SETTLED, 5000)
    assert fresh(gift).settled_at == gift.created_at
    assert everything_matches(sim)


def test_a_refund_that_was_promised_and_never_left_is_no_difference(sim):
    """PayPal pays a refund from the newsroom's bank where its balance is short; called off, no money ever moved."""
    campaign = make_campaign()
    gift = given(sim, campaign, 5000, "USD")

    def unlist():
        sim.store.remove("paypal.row", sim.store.all("paypal.row")[-1]["id"])

    give_back(sim, gift, 5000)
    unlist()
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    sim.paypal.fail_refund(sim.store.all("paypal.refund")[0]["id"])
    unlist()
    leave_hint("paypal", fresh(gift).provider_ref, now=sim.clock.now())
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 5000)
    assert causes(sim) == []
    assert books_are_right()


@pytest.mark.parametrize("names_it", [True, False])
def test_a_withdrawal_that_the_bank_sends_back_is_taken_back(sim, names_it):
    given(sim, make_campaign(), 40_000, "USD")
    out = sim.paypal.withdraw("100.00", "USD")["transaction_info"]["transaction_id"]
    assert everything_matches(sim)
    assert held("bank:transit") == {"bank:transit:USD": 10_000}
    if names_it:
        sim.paypal.fail_withdrawal(out)
    else:
        sim.paypal.enter("T1101", "100.00", "USD")
    assert everything_matches(sim)
    row = Transfer.objects.get(kind=Kind.REVERSAL)
    assert (row.id, row.original_id, held("bank:transit")) == (f"paypal:{out}:bounced:payout", f"paypal:{out}:payout", {})
    assert ProviderPayout.objects.get().bounced_on == sim.clock.now().date()
