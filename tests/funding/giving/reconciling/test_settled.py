"""A gift in another currency than its campaign's counts at what the provider credited, and what takes it back at its share of that."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from masthead.funding.giving import rules
from masthead.funding.giving.actions import GiftRefused, apply_inbox, refund_gift, sweep
from masthead.funding.giving.models import GiftState, InboxEvent
from masthead.funding.ledger.models import Kind
from masthead.funding.ledger.rules import Draft
from masthead.funding.providers import registry
from masthead.funding.providers.base import PaymentFacts, PaymentState, RefundFacts
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, booked, books_are_right, fresh, given, later, pay, raised
from tests.funding.giving.reconciling.stripe_acts import come, stripe_gift
from tests.funding.providers.stripe_world import simulated
from tests.make.funding import NOW, make_campaign

db = pytest.mark.django_db


@pytest.fixture
def euros(settings, tmp_path):
    """A Stripe account that changes everything into euros."""
    with simulated(settings, tmp_path) as sim:
        sim.stripe.habits.settle_in, sim.stripe.habits.rates = "eur", {"usd": Decimal("0.9")}
        yield sim


@db
def test_a_foreign_gift_counts_at_what_was_credited_and_keeps_both_amounts(euros):
    campaign = make_campaign(currency="EUR")
    gift = stripe_gift(euros, campaign, 2500, currency="USD")
    assert (gift.state, gift.amount, gift.settled) == (GiftState.SETTLED, Money(2500, "USD"), Money(2250, "EUR"))
    assert raised(campaign) == 2250
    assert booked() == [("gift", 2250), ("fee", 95)]


@db
def test_what_is_given_back_of_a_foreign_gift_takes_its_share_whatever_the_rate_of_that_day(euros):
    campaign = make_campaign(currency="EUR")
    gift = stripe_gift(euros, campaign, 2500, currency="USD")
    euros.stripe.habits.rates = {"usd": Decimal("0.95")}
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="eve", now=euros.clock.now())
    assert raised(campaign) == 2250 - 900
    euros.stripe.habits.rates = {"usd": Decimal("0.8")}
    refund_gift(gift=fresh(gift), amount=Money(1500, "USD"), key="b", by="eve", now=euros.clock.now())
    assert (raised(campaign), fresh(gift).state, fresh(gift).returned) == (0, GiftState.REFUNDED, Money(2500, "USD"))
    assert [minor for kind, minor in booked() if kind == Kind.EXCHANGE] == [50, 150]  # 9.50 left for 9.00, then 12.00 for 13.50
    assert books_are_right()


@db
def test_a_foreign_dispute_that_is_won_leaves_the_gift_as_it_was(euros):
    campaign = make_campaign(currency="EUR")
    gift = stripe_gift(euros, campaign, 2500, currency="USD")
    euros.stripe.habits.rates = {"usd": Decimal("0.95")}
    dispute = euros.stripe.dispute(gift.provider_ref)
    come(euros)
    assert raised(campaign) == 0
    euros.stripe.habits.rates = {"usd": Decimal("0.97")}
    euros.stripe.close_dispute(dispute["id"], won=True)
    come(euros)
    assert (raised(campaign), fresh(gift).state) == (2250, GiftState.SETTLED)
    assert [minor for kind, minor in booked() if kind == Kind.EXCHANGE] == [125, 175]
    assert books_are_right()


@db
def test_what_is_credited_in_a_third_currency_is_refused_and_shown(euros):
    campaign = make_campaign(currency="GBP")
    gift = stripe_gift(euros, campaign, 2500, currency="USD")
    assert (gift.state, raised(campaign), booked()) == (GiftState.STARTED, 0, [])
    errors = set(InboxEvent.objects.exclude(error="").values_list("error", flat=True))
    assert any("kept there in EUR" in error and "counted in GBP" in error for error in errors)


@db
def test_a_provider_that_does_not_change_money_takes_no_foreign_gift():
    with pytest.raises(GiftRefused, match="give in USD"):
        begin(make_campaign(), currency="EUR")


@examples(
    amount=st.integers(1, 10_000),
    settled=st.integers(1, 2_000_000),
    shares=st.lists(st.integers(1, 100), max_size=5),
    whole=st.booleans(),
    rate=st.integers(1, 200),
)
def test_refunds_of_any_size_and_rate_take_back_no_more_than_was_counted(amount, settled, shares, whole, rate):
    left, parts = amount, []
    for share in shares:
        part = min(left, max(1, amount * share // 100))
        if part:
            parts.append(part)
            left -= part
    if whole and left:
        parts.append(left)
        left = 0
    refunds = tuple(
        RefundFacts(
            ref=f"re_{number}", amount=Money(part, "JPY"), created_at=later(number), settled=Money(max(1, part * rate * settled // (amount * 100)), "EUR")
        )
        for number, part in enumerate(parts)
    )
    facts = PaymentFacts(
        ref="p",
        gift_id=None,
        amount=Money(amount, "JPY"),
        state=PaymentState.SETTLED,
        created_at=NOW,
        settled_at=NOW,
        refunds=refunds,
        settled=Money(settled, "EUR"),
    )
    drafts = rules.drafts_of(facts, provider="x", gifts="gifts:a", zone=ZoneInfo("UTC"))
    counted = held(drafts, "gifts:a")
    assert counted >= 0
    assert counted == 0 if left == 0 else counted > 0 or settled < amount
    assert -held(drafts, "clearing:x:EUR") == settled - sum(refund.settled.minor for refund in refunds if refund.settled)


def held(drafts: list[Draft], account: str) -> int:
    return sum((draft.amount.minor if draft.credit == account else 0) - (draft.amount.minor if draft.debit == account else 0) for draft in drafts)


# --- the sweep asks for events ------------------------------------------------------------------------


@db
def test_the_sweep_asks_stripes_events_and_fetches_nothing_that_did_not_change(settings, tmp_path, monkeypatch):
    with simulated(settings, tmp_path) as sim:
        campaign = make_campaign()
        lost = stripe_gift(sim, campaign, applied=False)
        sim.webhooks.door = lambda headers, body: 200
        sim.deliver()
        assert sweep(now=sim.clock.now()) > 0
        apply_inbox(now=sim.clock.now())
        assert (raised(campaign), fresh(lost).state) == (2500, GiftState.SETTLED)
        sim.advance(hours=1)
        fetched = []
        original = StripeProvider.fetch
        monkeypatch.setattr(StripeProvider, "fetch", lambda self, ref: fetched.append(ref) or original(self, ref))
        assert sweep(now=sim.clock.now()) == 0
        sim.advance(hours=1)
        fetched.clear()
        assert sweep(now=sim.clock.now()) == 0
        assert fetched == []


@db
def test_a_provider_that_fails_does_not_hold_up_the_others(monkeypatch):
    def breaks(self, since):
        raise RuntimeError("nobody thought of this")

    campaign = make_campaign()
    pay(begin(campaign))
    broken = type("Broken", (PracticeProvider,), {"name": "broken", "changed_since": breaks})()
    listed = registry.enabled()
    monkeypatch.setattr(registry, "enabled", lambda: (type(listed[0])(name="broken", live=False, is_on=lambda: True, path=""), *listed))
    original = registry.provider
    monkeypatch.setattr(registry, "provider", lambda name: broken if name == "broken" else original(name))
    assert sweep(now=later(120)) == 1
    apply_inbox(now=later(120))
    assert raised(campaign) == 2500


@db
def test_what_a_provider_could_not_say_is_asked_again(monkeypatch):
    campaign = make_campaign()
    given(campaign)
    sweep(now=later(60))
    second = begin(campaign, 700, email="eve@example.org", now=later(90))
    ref = pay(second, now=later(100))
    with monkeypatch.context() as patch:
        patch.setattr(PracticeProvider, "list_movements", lambda self, since: (_ for _ in ()).throw(RuntimeError("gone")))
        patch.setattr(PracticeProvider, "changed_since", lambda self, since: [])
        sweep(now=later(110))
    client_days = 3 * 86400
    sweep(now=later(client_days))
    apply_inbox(now=later(client_days))
    assert (raised(campaign), fresh(second.gift).provider_ref) == (3200, ref)
