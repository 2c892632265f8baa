"""Every movement and payout of the simulated Stripe against the books and the bank."""

import datetime as dt
from decimal import Decimal

import pytest

from masthead.funding.giving.actions import refund_gift
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankLine, LineState
from masthead.funding.giving.models import Discrepancy, ProviderMovement
from masthead.funding.giving.reconciling import matching
from masthead.funding.giving.reconciling.actions import reconcile, reconcile_all
from masthead.funding.giving.reconciling.models import MovementState, Reconciliation
from masthead.funding.giving.reconciling.queries import badge
from masthead.funding.ledger.models import Kind, Total, Transfer
from masthead.funding.providers.base import Payout
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel.money import Money
from tests.funding.giving.acts import booked, books_are_right, fresh, raised
from tests.funding.giving.reconciling.stripe_acts import come, stripe_gift, tomorrow
from tests.funding.providers.stripe_world import paid, simulated
from tests.make.bank import Account, Booking, camt
from tests.make.funding import make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim(settings, tmp_path):
    with simulated(settings, tmp_path) as made:
        yield made


def run(sim):
    return reconcile(provider_name="stripe", now=sim.clock.now())


def causes():
    return list(Discrepancy.objects.filter(closed_at__isnull=True).values_list("cause", flat=True))


def everything_matches(sim):
    done = run(sim)
    assert (done.error, causes()) == ("", [])
    assert set(ProviderMovement.objects.values_list("state", flat=True)) <= {MovementState.MATCHED}
    return books_are_right()


def test_refunds_disputes_fees_and_late_failures_match_to_the_cent_and_the_payout_too(sim):
    campaign = make_campaign()
    refunded, lost, won = (stripe_gift(sim, campaign, email=f"{number}@example.org") for number in range(3))
    stripe_gift(sim, campaign, 60_000, email="eve@example.org")
    refund_gift(gift=refunded, amount=Money(1000, "USD"), key="a", by="eve", now=sim.clock.now())
    for gift, is_won in ((lost, False), (won, True)):
        dispute = sim.stripe.dispute(gift.provider_ref)
        sim.advance(minutes=1)
        sim.stripe.close_dispute(dispute["id"], won=is_won)
    sim.stripe.account_fee(10, "usd")
    come(sim)
    assert everything_matches(sim)
    assert sorted(minor for kind, minor in booked() if kind == Kind.FEE) == [10, 103, 103, 103, 1500, 1500, 1770]
    tomorrow(sim, days=4)
    assert everything_matches(sim)
    (payout,) = Transfer.objects.filter(kind=Kind.PAYOUT)
    assert (payout.debit_id, payout.credit_id) == ("bank:transit:USD", "clearing:stripe:USD")
    assert Total.objects.get(pk="clearing:stripe:USD").balance_minor == 0
    before = Transfer.objects.count()
    assert everything_matches(sim)
    assert Transfer.objects.count() == before
    assert badge(sim.clock.now()).words.startswith("Matches Stripe to the cent, today")


def test_a_foreign_gift_given_back_at_another_rate_matches(sim):
    sim.stripe.habits.settle_in, sim.stripe.habits.rates = "eur", {"usd": Decimal("0.9")}
    campaign = make_campaign(currency="EUR")
    gift = stripe_gift(sim, campaign, 2500, currency="USD")
    sim.stripe.habits.rates = {"usd": Decimal("0.95")}
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="eve", now=sim.clock.now())
    dispute = sim.stripe.dispute(fresh(gift).provider_ref)
    sim.stripe.habits.rates = {"usd": Decimal("0.97")}
    sim.advance(minutes=1)
    sim.stripe.close_dispute(dispute["id"], won=True)
    come(sim)
    assert everything_matches(sim)
    assert raised(campaign) == 1350


def test_a_payment_of_another_shop_on_the_same_account_is_shown_and_holds_nothing_up(sim):
    campaign = make_campaign()
    stripe_gift(sim, campaign)
    foreign, _ = paid(sim, 700)
    assert run(sim).error == ""
    assert len(causes()) == 2  # what was paid, and its fee
    assert all(foreign in cause and "belongs to no gift" in cause for cause in causes())
    assert raised(campaign) == 2500
    assert "2 movements do not match yet" in badge(sim.clock.now()).words


def test_webhooks_that_never_came_are_made_up_for(sim):
    campaign = make_campaign()
    sim.webhooks.door = lambda headers, body: 200
    gift = stripe_gift(sim, campaign)
    assert raised(campaign) == 0
    assert everything_matches(sim)
    assert (raised(campaign), fresh(gift).settled) == (2500, Money(2500, "USD"))


@pytest.mark.parametrize("bank_first", [True, False])
def test_a_payout_is_matched_with_the_banks_line_whichever_is_told_first(sim, bank_first):
    stripe_gift(sim, make_campaign(), 5000)
    if bank_first:
        sim.advance(days=3)
        told = StripeProvider().list_payouts(sim.clock.now() - dt.timedelta(days=9))[0]
        statement(sim, told.amount.minor, told.arrives_date)
    tomorrow(sim, days=3 if not bank_first else 0)
    assert everything_matches(sim)
    if not bank_first:
        statement(sim, 4825, sim.clock.now().date())
        assert everything_matches(sim)
    (line,) = BankLine.objects.all()
    assert (line.state, line.amount) == (LineState.PAYOUT, Money(4825, "USD"))
    totals = dict(Total.objects.filter(account__code__startswith="bank:").values_list("account", "balance_minor"))
    assert {code: minor for code, minor in totals.items() if minor} == {line.account.code: -14_825}
    assert books_are_right()


def test_a_payout_that_the_bank_does_not_show_is_named(sim):
    stripe_gift(sim, make_campaign(), 5000)
    tomorrow(sim, days=3)
    assert everything_matches(sim)
    statement(sim, 99, tomorrow(sim, days=20).date())
    run(sim)
    assert ["show no line that is it" in cause for cause in causes()] == [True]


def test_a_payout_that_holds_other_sums_than_it_says_is_named(sim, monkeypatch):
    stripe_gift(sim, make_campaign(), 5000)
    tomorrow(sim, days=6)
    original = StripeProvider.list_payouts
    cut = lambda payout: Payout(**(vars(payout) | {"inside": payout.inside[:1]}))  # noqa: E731
    monkeypatch.setattr(StripeProvider, "list_payouts", lambda self, since: [cut(one) for one in original(self, since)])
    run(sim)
    (cause,) = causes()
    assert "holds movements of" in cause


def test_what_matched_is_not_read_again_and_is_where_its_movement_disappears(sim, monkeypatch):
    campaign = make_campaign()
    first = stripe_gift(sim, campaign)
    tomorrow(sim)
    assert everything_matches(sim)
    until = Reconciliation.objects.first().matched_until
    assert until == Transfer.objects.count() > 0
    asked = []
    original = matching.unmatched_transfers
    monkeypatch.setattr(matching, "unmatched_transfers", lambda *words, after=0, **named: asked.append(after) or original(*words, after=after, **named))
    stripe_gift(sim, campaign, 700, email="eve@example.org")
    tomorrow(sim)
    assert everything_matches(sim)
    assert asked == [until]
    movements = StripeProvider.list_movements
    monkeypatch.setattr(StripeProvider, "list_movements", lambda self, since: [one for one in movements(self, since) if one.payment_ref != first.provider_ref])
    run(sim)
    assert [first.provider_ref in cause and "tells of no such movement" in cause for cause in causes()] == [True, True]
    monkeypatch.undo()
    assert everything_matches(sim)


def test_one_provider_that_fails_does_not_hold_up_the_next(sim, settings):
    settings.ENV = settings.ENV.model_copy(update={"practice": True})
    stripe_gift(sim, make_campaign())
    sim.faults.add("500_before", path="/v1/balance_transactions", times=9)
    assert [(run.provider, bool(run.error)) for run in reconcile_all(now=sim.clock.now())] == [("stripe", True), ("practice", False)]


def statement(sim, minor, day):
    now = max(sim.clock.now(), dt.datetime.combine(day, dt.time(12), dt.UTC))
    file = keep_file(data=camt(Account(bookings=(Booking(minor=minor, day=day),), day=day, currency="USD")), name="statement", by=None, now=now)
    import_file(file=file, by=None, now=now, new_account=True)
