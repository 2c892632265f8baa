"""Webhooks: taken at the door, applied later, whatever breaks in between."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from masthead.funding.giving.actions import Received, apply_inbox, receive_webhook, try_again
from masthead.funding.giving.actions.inbox import LARGEST_BODY, TooLarge
from masthead.funding.giving.actions.sweeping import leave_hint
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, GiftState, InboxEvent, Receipt
from masthead.funding.giving.tasks import is_rush
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.base import BadSignature, ProviderUnreachable
from masthead.funding.providers.practice import client
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.funding.providers.registry import UnknownProvider
from masthead.funding.providers.signatures import sign
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, body_of, booked, books_are_right, deliver_and_apply, fresh, given, later, pay, raised, receive
from tests.make.funding import NOW, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.live]


# --- at the door ------------------------------------------------------------------------------------


def test_a_webhook_is_stored_as_it_came_and_nothing_else_happens():
    body = body_of(pay(begin(make_campaign())))
    assert receive(body) is Received.STORED
    event = InboxEvent.objects.get()
    assert (bytes(event.body), event.applied_at, event.attempts) == (body, None, 0)
    assert not Transfer.objects.exists()


def test_a_known_webhook_is_answered_and_not_stored_again():
    body = body_of("pay_x")
    assert [receive(body), receive(body)] == [Received.STORED, Received.KNOWN]
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"now": later(301)}, {"signed_at": later(60)}])
def test_a_forged_stale_or_future_webhook_leaves_nothing(how):
    with pytest.raises(BadSignature):
        receive(body_of("pay_x"), **how)
    assert not InboxEvent.objects.exists()


def test_a_body_changed_after_signing_leaves_nothing():
    header = sign(body=body_of("pay_x"), secret=client.webhook_secret(), now=NOW)
    with pytest.raises(BadSignature):
        receive_webhook(provider="practice", headers={client.SIGNATURE_HEADER: header}, body=body_of("pay_y"), now=NOW)
    assert not InboxEvent.objects.exists()


def test_a_webhook_above_the_limit_is_not_even_read():
    with pytest.raises(TooLarge):
        receive(b"x" * (LARGEST_BODY + 1))


def test_a_provider_that_is_not_on_has_no_door():
    with pytest.raises(UnknownProvider):
        receive(body_of("pay_x"), provider="stripe")


def test_the_visitors_other_headers_are_not_kept():
    receive(body_of("pay_x"))
    event = InboxEvent.objects.get()
    assert "secret" not in f"{event.content_type}{bytes(event.body)!r}{event.kind}{event.error}"


# --- order and number do not matter -----------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_webhooks_in_any_order_give_the_same_books(order):
    campaign = make_campaign()
    began = begin(campaign, frequency=Frequency.MONTHLY)
    ref = pay(began)
    pledge_ref = client.payment(ref)["pledge"][0]["ref"]
    client.books().refund(ref, amount=Money(1000, "USD"), key="a", now=NOW)
    bodies = [body_of(pledge_ref, event_id="a"), body_of(ref, event_id="b"), body_of(ref, event_id="c")]
    for number in order:
        receive(bodies[number])
        receive(bodies[number])
        apply_inbox(now=NOW)
    assert booked() == [("gift", 2500), ("refund", 1000), ("fee", 103)] or booked() == [("gift", 2500), ("fee", 103), ("refund", 1000)]
    assert (raised(campaign), fresh(began.gift).state, fresh(began.gift).pledge.state) == (1500, GiftState.PARTLY_REFUNDED, "active")


def test_a_renewal_heard_of_before_the_pledge_is_counted():
    campaign = make_campaign()
    began = begin(campaign, frequency=Frequency.MONTHLY)
    first = pay(began)
    second = client.pledges().renew(client.payment(first)["pledge"][0]["ref"], now=NOW)
    receive(body_of(second))
    apply_inbox(now=NOW)
    assert raised(campaign) == 2500
    deliver_and_apply()
    assert (raised(campaign), Gift.objects.count()) == (5000, 2)


def test_an_old_webhook_does_not_bring_an_old_state_back():
    campaign = make_campaign()
    gift = given(campaign)
    client.books().refund(gift.provider_ref, amount=Money(2500, "USD"), key="a", now=NOW)
    deliver_and_apply()
    receive(body_of(gift.provider_ref, event_id="late"))
    apply_inbox(now=NOW)
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)


# --- what goes wrong is seen and tried again --------------------------------------------------------


def test_a_webhook_about_an_unknown_gift_is_a_visible_error():
    ref = pay(begin(make_campaign()))
    Gift.objects.all().delete()
    receive(body_of(ref))
    assert apply_inbox(now=NOW) == 0
    event = InboxEvent.objects.get()
    assert "belongs to no gift of this newsroom" in event.error
    assert (event.attempts, event.applied_at, event.next_try_at) == (1, None, later(2))


def test_a_provider_that_does_not_answer_is_asked_again_later(monkeypatch):
    campaign = make_campaign()
    pay(begin(campaign))
    original = PracticeProvider.fetch

    def silent(self, ref):
        raise ProviderUnreachable("The provider did not answer.")

    monkeypatch.setattr(PracticeProvider, "fetch", silent)
    deliver_and_apply()
    apply_inbox(now=later(2))
    event = InboxEvent.objects.get()
    assert (event.attempts, event.error, event.next_try_at) == (2, "The provider did not answer.", later(6))
    monkeypatch.setattr(PracticeProvider, "fetch", original)
    assert apply_inbox(now=later(5)) == 0
    assert apply_inbox(now=later(6)) == 1
    assert (InboxEvent.objects.get().error, raised(campaign)) == ("", 2500)


def test_an_amount_that_differs_from_the_gift_is_not_booked():
    campaign = make_campaign()
    began = begin(campaign)
    Gift.objects.filter(pk=began.gift.pk).update(amount_minor=100)
    pay(began)
    deliver_and_apply()
    assert "is over 25.00 USD" in InboxEvent.objects.get().error
    assert booked() == []


def test_money_of_the_other_kind_is_not_booked(monkeypatch):
    campaign = make_campaign()
    pay(begin(campaign))
    monkeypatch.setattr(
        PracticeProvider,
        "capabilities",
        PracticeProvider.capabilities.__class__(monthly=True, refund=True, partial_refund=True, portal=True, payouts=False, live=True),
    )
    deliver_and_apply()
    assert "is test money" in InboxEvent.objects.get().error
    assert booked() == []


def test_a_second_payment_of_the_same_gift_is_not_booked():
    campaign = make_campaign()
    gift = given(campaign)
    Gift.objects.filter(pk=gift.pk).update(provider_ref="pay_other")
    receive(body_of(gift.provider_ref, event_id="again"))
    apply_inbox(now=NOW)
    assert "claims it too" in InboxEvent.objects.get(event_id="again").error
    assert raised(campaign) == 2500


def test_one_webhook_that_fails_does_not_hold_up_the_others():
    campaign = make_campaign()
    receive(body_of("pay_nobody", event_id="bad"))
    pay(begin(campaign))
    assert deliver_and_apply() == 1
    assert raised(campaign) == 2500


def test_of_many_webhooks_together_only_the_wrong_one_fails():
    campaign = make_campaign()
    for number in range(6):
        receive(body_of(pay(begin(campaign, email=f"reader{number}@example.org")), event_id=f"evt_{number}"))
    wrong = Gift.objects.order_by("created_at", "pk")[2]
    Gift.objects.filter(pk=wrong.pk).update(amount_minor=100)
    assert apply_inbox(now=NOW) == 5
    assert raised(campaign) == 5 * 2500
    [left] = InboxEvent.objects.filter(applied_at__isnull=True)
    assert (left.attempts, "is over 25.00 USD" in left.error) == (1, True)
    assert set(InboxEvent.objects.filter(applied_at__isnull=False).values_list("attempts", "error")) == {(1, "")}
    assert books_are_right()


def test_many_webhooks_of_one_gift_ask_once_and_book_once(monkeypatch):
    campaign = make_campaign()
    ref = pay(begin(campaign))
    client.books().refund(ref, amount=Money(1000, "USD"), key="a", now=NOW)
    asked, original = [], PracticeProvider.fetch
    monkeypatch.setattr(PracticeProvider, "fetch", lambda self, ref: asked.append(ref) or original(self, ref))
    for number in range(8):
        receive(body_of(ref, event_id=f"evt_{number}"))
    assert apply_inbox(now=NOW) == 8
    assert asked == [ref]
    assert (raised(campaign), GiftEvent.objects.count(), Receipt.objects.count()) == (1500, 2, 1)


def test_what_one_webhook_moves_the_next_in_the_same_transaction_sees():
    """A checkout, its payment and a renewal of its pledge, all told of before any was applied."""
    campaign = make_campaign()
    began = begin(campaign, frequency=Frequency.MONTHLY)
    first = pay(began)
    pledge_ref = client.payment(first)["pledge"][0]["ref"]
    second = client.pledges().renew(pledge_ref, now=NOW)
    for number, ref in enumerate([second, began.gift.checkout_ref, first, pledge_ref, second]):
        receive(body_of(ref, event_id=f"evt_{number}"))
    assert apply_inbox(now=NOW) == 5
    assert (raised(campaign), Gift.objects.count(), Receipt.objects.count()) == (5000, 2, 2)
    assert fresh(began.gift).pledge.state == "active"
    assert books_are_right()


def test_the_database_is_asked_little_for_each_webhook(django_assert_max_num_queries):
    """Twenty gifts in one transaction: its two transfers are each one's own, all else is asked and written once."""
    campaign = make_campaign()
    given(campaign, email="first@example.org")  # opens the accounts
    for number in range(20):
        receive(body_of(pay(begin(campaign, email=f"reader{number}@example.org")), event_id=f"evt_{number}"))
    with django_assert_max_num_queries(2 * 20 + 24):
        assert apply_inbox(now=NOW) == 20
    assert raised(campaign) == 21 * 2500


def test_gifts_pledges_and_waiting_webhooks_are_found_by_their_index():
    """With a hundred thousand gifts a look through all of them, for each webhook, took longer than everything else."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL proves by itself that a given reference is not the empty one")
    campaign = make_campaign()
    receive(body_of(pay(begin(campaign, frequency=Frequency.MONTHLY))))
    with CaptureQueriesContext(connection) as asked:
        apply_inbox(now=NOW, besides=["stripe"])
        apply_inbox(now=NOW, provider="practice")
        is_rush(now=NOW)
        leave_hint("practice", "pay_1", now=NOW)
    told = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    inbox_asked = [sql for sql in told if "applied_at" in sql.partition("WHERE")[2]]
    selects = [sql for sql in told if "provider_ref" in sql.partition("WHERE")[2]] + inbox_asked
    assert len(selects) > len(inbox_asked) > 4
    with connection.cursor() as cursor:
        for statement in selects:
            cursor.execute("EXPLAIN QUERY PLAN " + statement)
            plan = [row[3] for row in cursor.fetchall()]
            # What waits is few, whichever of its two indexes is read from end to end.
            assert not [line for line in plan if line.startswith("SCAN") and "giving_inbox_" not in line], (statement, plan)
            assert statement not in inbox_asked or any("giving_inbox_" in line for line in plan), (statement, plan)


def test_a_person_can_have_a_webhook_tried_again():
    campaign = make_campaign()
    receive(body_of("pay_nobody"))
    apply_inbox(now=NOW)
    event = InboxEvent.objects.get()
    try_again(event=event, now=NOW)
    apply_inbox(now=NOW)
    event.refresh_from_db()
    assert event.attempts == 2
    assert raised(campaign) == 0


def test_trying_an_applied_webhook_again_posts_nothing_twice():
    campaign = make_campaign()
    given(campaign)
    try_again(event=InboxEvent.objects.get(), now=NOW)
    assert apply_inbox(now=NOW) == 1
    assert (raised(campaign), GiftEvent.objects.count()) == (2500, 2)
