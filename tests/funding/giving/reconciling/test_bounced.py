"""Refunds and payouts that could not reach whom they were sent to, and came back to the provider: in the meter, the books, the papers and the reconciliation."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from masthead.funding.books import queries as books
from masthead.funding.giving.actions import refund_gift, sweep
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankLine
from masthead.funding.giving.models import Discrepancy, GiftState, ProviderMovement, ProviderPayout
from masthead.funding.giving.overview import overview
from masthead.funding.giving.paper import rows_of
from masthead.funding.giving.reconciling import queries
from masthead.funding.giving.reconciling.actions import reconcile
from masthead.funding.giving.reconciling.models import MovementState
from masthead.funding.ledger.models import Kind, Total, Transfer
from masthead.funding.providers import registry
from masthead.kernel import clock
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import booked, books_are_right, fresh, raised
from tests.funding.giving.reconciling.stripe_acts import come, stripe_gift, tomorrow
from tests.funding.providers.stripe_world import paid, simulated
from tests.make.bank import Account, Booking, camt
from tests.make.funding import make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    with simulated(settings, tmp_path) as made:
        monkeypatch.setattr(clock, "now", made.clock.now)
        yield made


def give_back(sim, gift, minor, key="a"):
    refund_gift(gift=fresh(gift), amount=Money(minor, gift.currency), key=key, by="eve", now=sim.clock.now())
    come(sim)
    return sim.store.all("refund")[-1]["id"]


def everything_matches(sim):
    done = reconcile(provider_name="stripe", now=sim.clock.now())
    assert (done.error, [row.cause for row in Discrepancy.objects.filter(closed_at__isnull=True)]) == ("", [])
    assert set(ProviderMovement.objects.values_list("state", flat=True)) <= {MovementState.MATCHED}
    return books_are_right()


def held(code):
    return {row.account_id: -row.balance_minor for row in Total.objects.filter(account__code__startswith=code) if row.balance_minor}


# --- refunds ---------------------------------------------------------------------------------------


def test_a_refund_that_comes_back_counts_again_and_can_be_given_back_once_more(sim):
    campaign = make_campaign()
    gift = stripe_gift(sim, campaign)
    refund = give_back(sim, gift, 2500)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    tomorrow(sim, days=3)
    sim.stripe.fail_refund(refund)
    come(sim)
    back = fresh(gift)
    assert (back.state, back.returned_minor, raised(campaign)) == (GiftState.SETTLED, 0, 2500)
    assert "came back: expired or canceled card" in back.reason
    assert booked() == [("gift", 2500), ("fee", 103), ("refund", 2500), ("bounced", 2500)]
    assert everything_matches(sim)
    give_back(sim, gift, 2500, key="b")
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    assert everything_matches(sim)


def test_the_papers_and_the_open_books_tell_of_it(sim):
    gift = stripe_gift(sim, make_campaign())
    sim.stripe.fail_refund(give_back(sim, gift, 1000))
    come(sim)
    back = Transfer.objects.get(kind=Kind.BOUNCED)
    assert back.original_id == back.id.replace(":bounced:", ":refund:")
    assert [row.kind for row in rows_of(fresh(gift).receipt)] == [Kind.GIFT, Kind.REFUND, Kind.BOUNCED]
    (figures,) = [one for one in overview(now=sim.clock.now()).currencies if one.currency == "USD"]
    assert figures.given_back.amount == Money(0, "USD")
    [sums] = [one for one in books.rules.figures({}, books.groups(1, back.seq), "USD") if one.currency == "USD"]
    assert (sums.gifts, sums.refunds, sums.disputes, sums.returned) == (2500, 0, 0, 0)
    client = Client()
    client.force_login(make_staff(Role.PUBLISHER))
    assert "refunds came back within 30 days" in client.get(reverse("funding_overview:index")).content.decode()
    page = client.get(reverse("gifts:gift", args=[gift.pk])).content.decode()
    assert "Refund that came back" in page
    assert "came back: expired or canceled card" in page


def test_one_of_two_refunds_comes_back_though_no_webhook_tells(sim):
    campaign = make_campaign()
    gift = stripe_gift(sim, campaign)
    first = give_back(sim, gift, 1000)
    give_back(sim, gift, 500, key="b")
    sim.webhooks.lost = True
    sim.advance(days=2)
    sim.stripe.fail_refund(first)
    sim.advance(minutes=6)
    sweep(now=sim.clock.now())
    come(sim)
    assert (fresh(gift).state, fresh(gift).returned_minor, raised(campaign)) == (GiftState.PARTLY_REFUNDED, 500, 2000)
    assert everything_matches(sim)


def test_what_the_rate_of_another_day_made_of_it_is_booked_apart(sim):
    sim.stripe.habits.settle_in, sim.stripe.habits.rates = "eur", {"usd": Decimal("0.9")}
    campaign = make_campaign(currency="EUR")
    gift = stripe_gift(sim, campaign, 2500, currency="USD")
    refund = give_back(sim, gift, 1000)
    sim.stripe.habits.rates = {"usd": Decimal("0.95")}
    sim.advance(days=1)
    sim.stripe.fail_refund(refund)
    come(sim)
    assert raised(campaign) == 2250
    assert held("exchange:stripe:EUR") == {"exchange:stripe:EUR": -50}
    assert everything_matches(sim)


def test_a_dispute_after_a_refund_that_came_back_takes_the_whole(sim):
    campaign = make_campaign()
    gift = stripe_gift(sim, campaign)
    sim.stripe.fail_refund(give_back(sim, gift, 2500))
    sim.advance(minutes=1)
    dispute = sim.stripe.dispute(gift.provider_ref)
    come(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.DISPUTED, 0)
    sim.advance(minutes=1)
    sim.stripe.close_dispute(dispute["id"], won=True)
    come(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert everything_matches(sim)


# --- payouts ---------------------------------------------------------------------------------------


def sent(sim, minor=5000):
    """Return the one payout of a gift that was paid out and is on its way, all matched so far."""
    stripe_gift(sim, make_campaign(), minor)
    tomorrow(sim, days=3)
    assert everything_matches(sim)
    return sim.store.all("payout")[0]


def statement(sim, *bookings, opening=10_000):
    """Import a statement of the bank with lines of these amounts and days; the last day is its own."""
    day = max(on for _, on in bookings)
    lines = tuple(Booking(minor=minor, day=on) for minor, on in bookings)
    now = max(sim.clock.now(), dt.datetime.combine(day, dt.time(12), dt.UTC))
    data = camt(Account(bookings=lines, opening=opening, day=day, currency="USD"))
    import_file(file=keep_file(data=data, name="statement", by=None, now=now), by=None, now=now, new_account=opening == 10_000)


def test_a_payout_that_fails_is_taken_back_and_its_money_goes_with_the_next(sim):
    payout = sent(sim)
    assert held("bank:transit") == {"bank:transit:USD": 4825}
    sim.stripe.fail_payout(payout["id"])
    assert everything_matches(sim)
    row = Transfer.objects.get(kind=Kind.REVERSAL)
    assert (row.id, row.original_id) == (f"stripe:{payout['id']}:bounced:payout", f"stripe:{payout['id']}:payout")
    assert (held("bank:transit"), held("clearing:stripe:USD")) == ({}, {"clearing:stripe:USD": 4825})
    seen = overview(now=sim.clock.now())
    assert (seen.refunds_bounced, seen.payouts_bounced) == (0, 1)
    tomorrow(sim, days=6)
    assert everything_matches(sim)
    first, second = ProviderPayout.objects.order_by("arrives_on", "pk")
    assert (first.bounced_on is not None, second.bounced_on, second.inside_minor) == (True, None, 4825)
    assert held("bank:transit") == {"bank:transit:USD": 4825}
    assert queries.payouts_matched() == (0, 1)


def test_the_banks_line_is_the_payout_that_came_through_and_not_the_one_of_the_same_sum_that_failed(sim):
    payout = sent(sim)
    sim.stripe.fail_payout(payout["id"])
    tomorrow(sim, days=1)
    (_, second) = registry.provider("stripe").list_payouts(sim.clock.now() - dt.timedelta(days=9))
    statement(sim, (4825, second.arrives_date))
    tomorrow(sim, days=9)
    assert everything_matches(sim)
    assert BankLine.objects.get().matched_ref == f"stripe:{second.ref}"
    assert queries.payouts_matched() == (1, 1)
    assert held("bank:transit") == {}


@pytest.mark.parametrize("told_first", [True, False])
def test_a_payout_that_reached_the_bank_and_was_sent_back_stands_on_its_statement_twice(sim, told_first):
    payout = sent(sim)
    arrived = dt.datetime.fromtimestamp(payout["arrival_date"], dt.UTC).date()
    tomorrow(sim, days=4)
    if told_first:
        statement(sim, (4825, arrived))
        assert everything_matches(sim)
    sim.stripe.habits.payouts = False
    sim.stripe.fail_payout(payout["id"])
    gone = sim.clock.now().date()
    assert everything_matches(sim)
    if told_first:
        statement(sim, (-4825, gone), opening=14_825)
    else:
        statement(sim, (4825, arrived), (-4825, gone))
    tomorrow(sim, days=2)
    assert everything_matches(sim)
    assert {line.matched_ref for line in BankLine.objects.all()} == {f"stripe:{payout['id']}", f"stripe:{payout['id']}:bounced"}
    assert (held("bank:transit"), held("clearing:stripe:USD")) == ({}, {"clearing:stripe:USD": 4825})


def test_a_payout_that_the_bank_shows_only_as_it_came_is_named(sim):
    payout = sent(sim)
    arrived = dt.datetime.fromtimestamp(payout["arrival_date"], dt.UTC).date()
    tomorrow(sim, days=4)
    statement(sim, (4825, arrived))
    assert everything_matches(sim)
    sim.stripe.habits.payouts = False
    sim.stripe.fail_payout(payout["id"])
    statement(sim, (7, tomorrow(sim, days=20).date()), opening=14_825)
    reconcile(provider_name="stripe", now=sim.clock.now())
    assert ["came back to stripe on" in row.cause for row in Discrepancy.objects.filter(closed_at__isnull=True)] == [True]


# --- what is in a payout ---------------------------------------------------------------------------


def test_what_a_payout_holds_from_before_the_books_is_an_opening_balance(sim):
    """An account that sold something before the newsroom came: its first payouts hold that too."""
    paid(sim, 90_000)
    sim.advance(days=1.6)
    stripe_gift(sim, make_campaign(), 5000)
    sim.advance(days=8)
    come(sim)
    assert reconcile(provider_name="stripe", now=sim.clock.now()).error == ""
    assert [row.cause for row in Discrepancy.objects.filter(closed_at__isnull=True)] == []
    assert Transfer.objects.get(kind=Kind.OPENING).amount_minor == 90_000 - 2640
    assert held("clearing:stripe:USD") == {}
    before = Transfer.objects.count()
    tomorrow(sim)
    assert everything_matches(sim)
    assert Transfer.objects.count() == before


def test_of_a_payout_that_stripe_has_not_reconciled_nothing_is_said_inside(sim):
    stripe_gift(sim, make_campaign(), 5000)
    sim.advance(days=3)
    (payout,) = registry.provider("stripe").list_payouts(sim.clock.now() - dt.timedelta(days=9))
    assert payout.inside is None
    sim.advance(days=3)
    (payout,) = registry.provider("stripe").list_payouts(sim.clock.now() - dt.timedelta(days=9))
    assert payout.inside
    assert sum(movement.amount.minor for movement in payout.inside) == payout.amount.minor == 4825


@pytest.mark.parametrize(("kind", "release"), [("reserve_hold", "reserve_release"), ("payout_minimum_balance_hold", "payout_minimum_balance_release")])
def test_what_stripe_holds_back_for_a_while_stays_the_newsrooms(sim, kind, release):
    stripe_gift(sim, make_campaign(), 5000)
    source = {"id": None, "livemode": False}
    sim.stripe.balance.book(kind, source, amount=-1000, currency="usd")
    assert everything_matches(sim)
    assert (held("clearing:stripe:"), held("clearing:stripe-reserve:")) == ({"clearing:stripe:USD": 3825}, {"clearing:stripe-reserve:USD": 1000})
    sim.advance(days=1)
    sim.stripe.balance.book(release, source, amount=1000, currency="usd")
    assert everything_matches(sim)
    assert held("clearing:stripe-reserve:") == {}
