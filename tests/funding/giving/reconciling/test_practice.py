"""Every movement of the practice provider against the books."""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.models import Discrepancy, GiftState, InboxEvent, ProviderMovement, Reconciliation
from masthead.funding.giving.reconciling.actions import ExplanationRefused, explain, reconcile, reconcile_due
from masthead.funding.giving.reconciling.models import MovementState
from masthead.funding.giving.reconciling.queries import BadgeState, badge
from masthead.funding.ledger.actions import post
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.base import Movement, MovementKind, ProviderUnreachable
from masthead.funding.providers.practice import client
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import begin, booked, books_are_right, deliver_and_apply, fresh, later, pay, raised
from tests.funding.giving.acts import given as gift_given
from tests.make.funding import NOW, make_campaign, make_draft
from tests.make.newsroom import make_staff

db = pytest.mark.django_db
DAY = 86_400


def run(now=None, name="practice"):
    return reconcile(provider_name=name, now=now or later(60))


def causes():
    return list(Discrepancy.objects.filter(closed_at__isnull=True).values_list("cause", flat=True))


def matched():
    return set(ProviderMovement.objects.filter(state=MovementState.MATCHED).values_list("transfer", flat=True))


def tells(monkeypatch, change):
    """Have the practice provider list its movements as `change` makes them."""
    original = PracticeProvider.list_movements
    monkeypatch.setattr(PracticeProvider, "list_movements", lambda self, since: change(original(self, since)))


@db
def test_a_day_of_everything_matches_and_running_again_changes_nothing():
    campaign = make_campaign()
    gift_given(campaign)
    refunded, disputed, won, failed = (gift_given(campaign, email=f"{number}@example.org") for number in range(4))
    books = client.books()
    books.refund(refunded.provider_ref, amount=Money(1000, "USD"), key="a", now=later(1))
    books.dispute(disputed.provider_ref, now=later(2))
    books.close_dispute(books.dispute(won.provider_ref, now=later(2)), won=True, now=later(3))
    books.finish(failed.provider_ref, now=later(4), fails=True)
    deliver_and_apply(later(5))
    first = run()
    assert (first.error, first.differing, causes()) == ("", 0, [])
    assert matched() == set(Transfer.objects.values_list("id", flat=True))
    before = [list(model.objects.order_by("pk").values()) for model in (ProviderMovement, Discrepancy, Transfer, InboxEvent)]
    assert run(later(DAY)).differing == 0
    assert before == [list(model.objects.order_by("pk").values()) for model in (ProviderMovement, Discrepancy, Transfer, InboxEvent)]


@db
def test_what_no_webhook_told_of_is_found_and_booked():
    campaign = make_campaign()
    began = begin(campaign)
    pay(began)
    client.deliver_due(door=lambda headers, body: 200, now=NOW)  # lost
    assert run().differing == 0
    assert (raised(campaign), fresh(began.gift).state, causes()) == (2500, GiftState.SETTLED, [])


@db
def test_what_the_books_refuse_is_shown_with_its_age_and_closes_once_it_is_applied(monkeypatch):
    campaign = make_campaign()
    began = begin(campaign)
    with monkeypatch.context() as patch:
        patch.setattr("masthead.funding.giving.actions.inbox.apply_told", lambda **words: (_ for _ in ()).throw(OSError("disk is full")))
        ref = pay(began)
        gift = fresh(began.gift)
        gift.provider_ref = ref
        gift.save()
        deliver_and_apply()
        run()
    assert len(causes()) == 2  # the gift and its fee
    assert all("the books do not have it" in cause for cause in causes())
    assert badge(later(3 * DAY + 60)).words.startswith("2 movements do not match yet, the oldest 3 days old")
    apply_inbox(now=later(DAY))
    assert run(later(DAY)).differing == 0
    assert causes() == []
    assert set(Discrepancy.objects.values_list("closed_at", flat=True)) == {later(DAY)}


@db
def test_a_movement_of_no_gift_is_shown_and_a_person_can_explain_it(monkeypatch):
    gift_given(make_campaign())
    foreign = Movement(ref="adj_1", kind=MovementKind.OTHER, payment_ref="", amount=Money(700, "USD"), at=later(5), words="a correction")
    tells(monkeypatch, lambda told: [*told, foreign])
    run()
    (row,) = Discrepancy.objects.all()
    assert "belongs to no gift" in row.cause
    assert row.amount == Money(700, "USD")
    by = make_staff(Role.PUBLISHER)
    with pytest.raises(ExplanationRefused):
        explain(discrepancy=row, reason="  ", by=by, now=later(70))
    explain(discrepancy=row, reason="The provider gave back a fee of the year before.", by=by, now=later(70))
    run(later(DAY))
    found = badge(later(DAY))
    assert found.state is BadgeState.EXPLAINED
    assert "but for 1 difference that is explained" in found.words
    row.refresh_from_db()
    assert (row.explained_name, row.closed_at) == (str(by), None)
    foreign_now = Movement(ref="adj_1", kind=MovementKind.OTHER, payment_ref="", amount=Money(900, "USD"), at=later(5))
    with monkeypatch.context() as patch:
        patch.setattr(PracticeProvider, "list_movements", lambda self, since: [foreign_now])
        run(later(DAY + 60))
    row.refresh_from_db()
    assert row.explained_at is None  # it was explained for another sum


@db
def test_an_altered_amount_is_named_and_so_is_a_row_that_the_provider_does_not_know(monkeypatch):
    campaign = make_campaign()
    gift = gift_given(campaign)
    ref = gift.provider_ref
    run()
    with monkeypatch.context() as patch:
        altered = lambda told: [one if one.kind is not MovementKind.PAYMENT else Movement(**(vars(one) | {"amount": Money(2400, "USD")})) for one in told]  # noqa: E731
        tells(patch, altered)
        run(later(DAY))
        (cause,) = causes()
        assert "24.00 USD" in cause
        assert "25.00 USD" in cause
        assert f"practice:{ref}:gift" in cause
    assert run(later(DAY + 60)).differing == 0
    post(drafts=[make_draft("practice:pay_invented:gift", 5000, credit=campaign.account_code)], now=NOW)
    run(later(DAY + 120))
    (cause,) = causes()
    assert "practice:pay_invented:gift" in cause
    assert "tells of no such movement" in cause


@db
def test_a_movement_that_is_no_longer_told_is_seen(monkeypatch):
    gift = gift_given(make_campaign())
    run()
    with monkeypatch.context() as patch:
        tells(patch, lambda told: [one for one in told if one.kind is not MovementKind.FEE])
        run(later(DAY))
        assert [f"practice:{gift.provider_ref}:fee" in cause for cause in causes()] == [True]
    assert run(later(DAY + 60)).differing == 0


@db
def test_a_provider_that_does_not_answer_is_said_and_the_badge_keeps_its_age(monkeypatch):
    gift_given(make_campaign())
    assert badge(NOW).state is BadgeState.NEVER
    run(later(60))
    assert badge(later(120)).words == "Matches the practice provider to the cent, today 14:06"
    assert badge(later(DAY)).words == "Matches the practice provider to the cent, yesterday 14:06"
    assert badge(later(2 * DAY)).state is BadgeState.STALE
    with monkeypatch.context() as patch:
        patch.setattr(PracticeProvider, "list_movements", lambda self, since: (_ for _ in ()).throw(ProviderUnreachable("It does not answer.")))
        assert run(later(DAY)).error == "It does not answer."
    found = badge(later(DAY + 60))
    assert (found.state, found.as_of) == (BadgeState.FAILING, later(60))
    assert "could not be asked" in found.words
    assert reconcile_due(now=later(DAY + 120)) == 0
    assert reconcile_due(now=later(DAY + 3600)) == 1  # a run that failed is made again after an hour
    assert reconcile_due(now=later(DAY + 7200)) == 0
    assert reconcile_due(now=later(2 * DAY)) == 1
    assert badge(later(2 * DAY)).state is BadgeState.MATCHES


STEPS = st.lists(st.sampled_from(["give", "refund", "dispute", "win", "lose webhooks", "deliver", "reconcile", "reconcile", "a day"]), max_size=14)


@db
@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(STEPS, STEPS)
def test_runs_in_any_order_and_number_end_at_the_same_books(tmp_path_factory, steps, more):
    with_runs, without = (happen(steps + more, tmp_path_factory.mktemp("books"), runs=runs) for runs in (True, False))
    assert with_runs == without


def happen(steps, folder, *, runs):
    """Return the books after `steps` and two runs, and forget them."""
    with override_settings(ENV=django_settings.ENV.model_copy(update={"data": folder})), transaction.atomic():
        campaign, now, paid, disputes = make_campaign(), NOW, [], []
        for number, step in enumerate(steps):
            now += dt.timedelta(days=1) if step == "a day" else dt.timedelta(seconds=60)
            if step == "reconcile":
                assert not runs or not run(now).error
            else:
                act(step, number, campaign, (paid, disputes), now)
        for _ in range(2):
            assert run(now + dt.timedelta(days=1)).differing == 0
        assert not Reconciliation.objects.exclude(error="").exists()
        assert books_are_right()
        found = sorted(booked())
        transaction.set_rollback(True)
    return found


def act(step, number, campaign, open_things, now):
    paid, disputes = open_things
    if step == "give":
        paid.append(pay(begin(campaign, 1000 + number, email=f"{number}@example.org", now=now), now=now))
    elif step == "refund" and paid:
        client.books().refund(paid.pop(), amount=Money(10, "USD"), key=str(number), now=now)
    elif step == "dispute" and paid:
        disputes.append(client.books().dispute(paid.pop(), now=now))
    elif step == "win" and disputes:
        client.books().close_dispute(disputes.pop(), won=True, now=now)
    elif step == "lose webhooks":
        client.deliver_due(door=lambda headers, body: 200, now=now)
    elif step == "deliver":
        deliver_and_apply(now)
