"""Gifts through PayPal, from the button to the books and back: the real client against the simulator."""

import datetime as dt
from decimal import Decimal

import pytest

from masthead.funding.giving import links
from masthead.funding.giving.actions import refund_gift, start_gift
from masthead.funding.giving.actions.deliveries import answer
from masthead.funding.giving.actions.sweeping import sweep
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.base import MovementKind, ProviderUnreachable
from masthead.kernel.money import Money
from tests.funding.giving.acts import HOST, booked, books_are_right, fresh, raised
from tests.funding.providers.paypal_world import approve, deliver_and_apply, simulated
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    with simulated(settings, monkeypatch, tmp_path) as made:
        yield made


def begin(sim, campaign, minor=2500, *, frequency=Frequency.ONCE, email="ada@example.org"):
    amount = Money(minor, campaign.currency)
    words = {"frequency": frequency, "email": email, "base_url": HOST, "now": sim.clock.now(), "provider_name": "paypal"}
    return start_gift(campaign=campaign, amount=amount, **words).gift


def given(sim, campaign, *words, funding="balance", **named):
    gift = begin(sim, campaign, *words, **named)
    approve(sim, gift.checkout_ref, funding=funding)
    deliver_and_apply(sim)
    return fresh(gift)


def test_a_gift_is_counted_when_its_capture_is_completed(sim):
    campaign = make_campaign()
    gift = begin(sim, campaign)
    approve(sim, gift.checkout_ref)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.STARTED, 0)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert booked() == [("gift", 2500), ("fee", 103)]
    assert [row.id for row in Transfer.objects.order_by("seq")] == [f"paypal:{fresh(gift).provider_ref}:{what}" for what in ("gift", "fee")]
    assert books_are_right()


def test_webhooks_doubled_mixed_and_replayed_count_once(sim):
    campaign = make_campaign()
    sim.webhooks.misbehave(seed=7, most_copies=5, shuffle=True)
    gift = given(sim, campaign)
    seen = InboxEvent.objects.count()
    for event in sim.paypal.events():
        headers, body = sim.paypal.world.letter(event, webhook_id="WEBHOOK1", at=NOW - dt.timedelta(days=2))
        assert answer(provider="paypal", headers=headers, body=body, now=NOW)[0] == 200
    deliver_and_apply(sim)
    assert (InboxEvent.objects.count(), fresh(gift).state, raised(campaign)) == (seen, GiftState.SETTLED, 2500)


def test_a_monthly_gift_renews_and_each_payment_is_a_gift(sim):
    campaign = make_campaign()
    gift = given(sim, campaign, 500, frequency=Frequency.MONTHLY)
    assert (gift.state, Pledge.objects.get().state, raised(campaign)) == (GiftState.SETTLED, Pledge.State.ACTIVE, 500)
    for _ in range(2):
        sim.advance(days=31)
        deliver_and_apply(sim)
    assert [(row.renewal, row.state, row.amount_minor) for row in Gift.objects.order_by("created_at")] == [
        (False, GiftState.SETTLED, 500),
        (True, GiftState.SETTLED, 500),
        (True, GiftState.SETTLED, 500),
    ]
    registry.provider("paypal").cancel(Pledge.objects.get().provider_ref, now=sim.clock.now())
    sim.advance(days=31)
    deliver_and_apply(sim)
    assert (Pledge.objects.get().state, Gift.objects.count(), raised(campaign)) == (Pledge.State.ENDED, 3, 1500)
    assert books_are_right()


def test_a_declined_gift_is_not_counted_and_may_be_paid_after_all(sim):
    campaign = make_campaign()
    gift = given(sim, campaign, funding="declined")
    assert (gift.state, raised(campaign)) == (GiftState.DECLINED, 0)
    sim.advance(minutes=2)
    approve(sim, gift.checkout_ref)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


@pytest.mark.parametrize(("funding", "state", "counted"), [("echeck", GiftState.SETTLED, 2500), ("echeck_bad", GiftState.FAILED, 0)])
def test_an_echeck_is_pending_and_never_counted_before_it_clears(sim, funding, state, counted):
    campaign = make_campaign()
    gift = given(sim, campaign, funding=funding)
    assert (gift.state, raised(campaign), booked()) == (GiftState.PENDING, 0, [])
    sim.advance(days=5)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign, sim.clock.now())) == (state, counted)


def test_part_of_a_gift_is_given_back(sim):
    campaign = make_campaign()
    gift = given(sim, campaign)
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=sim.clock.now())
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.PARTLY_REFUNDED, 1500)
    assert booked() == [("gift", 2500), ("fee", 103), ("refund", 1000)]


@pytest.mark.parametrize(("won", "counted"), [(True, 2500), (False, 0)])
def test_a_dispute_is_held_back_and_then_decided(sim, won, counted):
    campaign = make_campaign()
    gift = given(sim, campaign)
    dispute = sim.paypal.dispute(gift.provider_ref.removeprefix("pay_"))["id"]
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.DISPUTED, 0)
    sim.advance(days=8)
    sim.paypal.close_dispute(dispute, won=won)
    deliver_and_apply(sim)
    assert raised(campaign) == counted
    assert books_are_right()


def test_what_webhooks_missed_the_sweep_finds(sim):
    campaign = make_campaign()
    sim.webhooks.lost = True
    gift = begin(sim, campaign)
    approve(sim, gift.checkout_ref)
    sim.advance(minutes=5)
    sweep(now=sim.clock.now())
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


@pytest.mark.parametrize("fault", ["500_after", "cut_after"])
def test_a_fault_after_the_effect_is_one_gift_and_one_order(sim, fault):
    campaign = make_campaign()
    sim.faults.add(fault, path="/v2/checkout/orders")
    with pytest.raises(ProviderUnreachable):
        begin(sim, campaign)
    gift = begin(sim, campaign)
    sim.faults.add(fault, path=".*/capture")
    approve(sim, gift.checkout_ref)
    deliver_and_apply(sim)
    sim.advance(minutes=1)
    deliver_and_apply(sim)
    assert (Gift.objects.count(), len(sim.paypal.world.all("order")), len(sim.paypal.world.all("capture"))) == (1, 1, 1)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


def test_movements_agree_with_the_books(sim):
    campaign = make_campaign()
    first = given(sim, campaign)
    given(sim, campaign, 500, frequency=Frequency.MONTHLY, email="bo@example.org")
    disputed = given(sim, campaign, 4000, email="eve@example.org")
    refund_gift(gift=first, amount=Money(700, "USD"), key="a", by="Publisher", now=sim.clock.now())
    sim.advance(days=31)
    dispute = sim.paypal.dispute(disputed.provider_ref.removeprefix("pay_"))["id"]
    deliver_and_apply(sim)
    sim.advance(hours=4)
    kinds = {"gift": MovementKind.PAYMENT, "fee": MovementKind.FEE, "refund": MovementKind.REFUND, "dispute": MovementKind.DISPUTE}
    books = sorted((kinds[row.kind], row.id.split(":")[1], row.amount_minor * (1 if row.kind == "gift" else -1)) for row in Transfer.objects.all())
    moves = registry.provider("paypal").list_movements(NOW)
    assert sorted((move.kind, move.payment_ref, move.amount.minor) for move in moves) == books
    assert len(books) == 10
    assert [move.ref for move in moves if move.kind is MovementKind.DISPUTE] == [dispute]


def test_a_giver_who_is_back_before_the_webhook_has_the_payment_taken(sim, client):
    campaign = make_campaign()
    sim.webhooks.lost = True
    gift = begin(sim, campaign)
    back = approve(sim, gift.checkout_ref)
    path = links.thanks_path(gift, now=sim.clock.now())
    assert client.get(path).status_code == client.get(path).status_code == 200
    assert (InboxEvent.objects.count(), back.startswith("http")) == (1, True)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    client.get(path)
    assert InboxEvent.objects.count() == 1


def test_the_moment_of_settling_stays_when_paypal_changes_the_payment_later(sim):
    gift = given(sim, make_campaign(), funding="echeck")
    sim.advance(days=5)
    deliver_and_apply(sim)
    settled = fresh(gift).settled_at
    refund_gift(gift=fresh(gift), amount=Money(1000, "USD"), key="a", by="Publisher", now=sim.clock.now())
    assert (fresh(gift).settled_at, settled) == (settled, NOW + dt.timedelta(days=5))


def test_a_gift_in_a_foreign_currency_counts_at_what_paypal_credited(sim):
    sim.paypal.habits.settle_in, sim.paypal.habits.rates = "USD", {"EUR": Decimal("1.0825")}
    campaign = make_campaign()
    words = {"frequency": Frequency.ONCE, "email": "ada@example.org", "base_url": HOST, "now": NOW, "provider_name": "paypal"}
    gift = start_gift(campaign=campaign, amount=Money(2000, "EUR"), **words).gift
    approve(sim, gift.checkout_ref)
    deliver_and_apply(sim)
    assert (fresh(gift).state, raised(campaign), booked()) == (GiftState.SETTLED, 2165, [("gift", 2165), ("fee", 95)])
    sim.paypal.habits.rates = {"EUR": Decimal("1.10")}
    refund_gift(gift=fresh(gift), amount=Money(2000, "EUR"), key="a", by="Publisher", now=sim.clock.now())
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    assert books_are_right()
