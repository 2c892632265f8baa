"""Webhooks: taken at the door, applied later, whatever breaks in between."""

import itertools
import json
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from masthead.funding.giving.actions import Received, apply_inbox, inbox, receive_webhook, sweep, together, try_again
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.actions.inbox import LARGEST_BODY, TooLarge
from masthead.funding.giving.actions.sweeping import leave_hint
from masthead.funding.giving.locks import only_applier
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, GiftState, InboxEvent, Receipt
from masthead.funding.giving.tasks import is_rush
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.base import BadSignature, ProviderUnreachable
from masthead.funding.providers.practice import client
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.funding.providers.registry import UnknownProvider
from masthead.funding.providers.signatures import sign
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, booked, books_are_right, deliver_and_apply, fresh, given, later, pay, raised
from tests.make.funding import NOW, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.live]


def body_of(ref, *, event_id="evt_1", kind="payment.settled"):
    return json.dumps({"id": event_id, "type": kind, "object": ref, "created": 0}).encode()


def receive(body, *, now=NOW, signed_at=NOW, secret=None, provider="practice"):
    header = sign(body=body, secret=secret or client.webhook_secret(), now=signed_at)
    return receive_webhook(provider=provider, headers={client.SIGNATURE_HEADER: header, "Cookie": "secret"}, body=body, now=now)


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


# --- killed in between ------------------------------------------------------------------------------


STEPS = [
    (inbox, "apply_told"),
    (together, "open_account"),
    (together, "post"),
    (together, "update_each"),
    (GiftEvent.objects, "bulk_create"),
    (together, "want_receipts"),
    (together, "announce"),
    (inbox.guard, "tell_outcomes"),
]


class Killed(BaseException):
    """The process ends here, without a word."""


def steps_of_applying(monkeypatch, die_at):
    """Have the n-th step of applying end the process; return a counter of the steps taken."""
    taken = []

    def stepping(owner, name):
        original = getattr(owner, name)

        def step(*args, **named):
            taken.append(name)
            if len(taken) == die_at:
                raise Killed
            result = original(*args, **named)
            taken.append(f"after {name}")
            if len(taken) == die_at:
                raise Killed
            return result

        monkeypatch.setattr(owner, name, step)

    for owner, name in STEPS:
        stepping(owner, name)
    return taken


def test_killed_at_any_step_the_books_are_whole_and_the_next_start_finishes(monkeypatch):
    campaign = make_campaign()
    expected = 0
    for number in itertools.count(1):
        began = begin(campaign, email=f"reader{number}@example.org")
        pay(began)
        deliver_practice(now=NOW)
        with monkeypatch.context() as patch:
            taken = steps_of_applying(patch, die_at=number)
            try:
                with transaction.atomic():  # what a kill undoes: whatever was not committed
                    apply_inbox(now=NOW)
                clean = True
            except Killed:
                clean = False
        assert raised(campaign) in {expected, expected + 2500}
        assert (raised(campaign) == expected + 2500) == clean
        apply_inbox(now=later(1))
        expected += 2500
        assert (raised(campaign), fresh(began.gift).state, Receipt.objects.count()) == (expected, GiftState.SETTLED, number)
        assert books_are_right()
        if clean:
            break
    assert len(taken) >= 14
    assert number > 14


def steps_that_fail(patch, fail_at, *, forever):
    """Have the n-th step of applying, and where `forever` all after it, fail as on a full disk; return whether one did."""
    state = {"steps": 0, "hit": False}

    def failing(owner, name):
        original = getattr(owner, name)

        def step(*args, **named):
            state["steps"] += 1
            if state["steps"] == fail_at or (forever and state["hit"]):
                state["hit"] = True
                raise OSError("disk is full")
            return original(*args, **named)

        patch.setattr(owner, name, step)

    for owner, name in STEPS:
        failing(owner, name)
    return state


@pytest.mark.parametrize("forever", [False, True])
def test_failing_at_any_step_leaves_all_or_nothing(monkeypatch, forever):
    campaign = make_campaign()
    for number in itertools.count(1):
        before = raised(campaign)
        began = begin(campaign, email=f"reader{number}@example.org")
        pay(began)
        with monkeypatch.context() as patch:
            state = steps_that_fail(patch, number, forever=forever)
            deliver_and_apply()
        if state["hit"]:
            event = InboxEvent.objects.get(applied_at__isnull=True)
            assert event.error == "OSError: disk is full"
            assert (raised(campaign), fresh(began.gift).state) == (before, GiftState.STARTED)
            apply_inbox(now=later(2))
        assert raised(campaign) == before + 2500
        assert books_are_right()
        if not state["hit"]:
            break
    assert number > 6


def test_killed_between_store_and_apply_nothing_is_lost():
    campaign = make_campaign()
    receive(body_of(pay(begin(campaign))))
    # The worker starts again and finds what was stored.
    assert apply_inbox(now=later(3600)) == 1
    assert raised(campaign) == 2500


# --- two at once ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_appliers_at_once_apply_each_webhook_once(monkeypatch):
    campaign = make_campaign()
    for number in range(5):
        pay(begin(campaign, email=f"reader{number}@example.org"))
    inside, applied = threading.Barrier(2, timeout=20), []
    original = inbox.look

    def slowly(provider_name, refs):
        if not applied:
            applied.append("first is inside")
            inside.wait()  # the other one tries now
            inside.wait()
        return original(provider_name, refs)

    monkeypatch.setattr(inbox, "look", slowly)
    results = {}

    def first():
        try:
            results["first"] = deliver_and_apply()
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    results["second"] = apply_inbox(now=NOW)
    inside.wait()
    thread.join()
    assert results == {"first": 5, "second": 0}
    assert raised(campaign) == 12500
    assert books_are_right()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_appliers_do_look_at_the_same_webhook(monkeypatch):
    """The control: where nothing keeps the second one out, it finds the same work."""
    campaign = make_campaign()
    pay(begin(campaign))
    looked = []
    original = inbox.look
    monkeypatch.setattr(inbox, "only_applier", lambda provider: __import__("contextlib").nullcontext(True))

    def twice(provider_name, refs):
        looked.append(refs)
        if len(looked) == 1:
            apply_inbox(now=NOW)
        return original(provider_name, refs)

    monkeypatch.setattr(inbox, "look", twice)
    deliver_and_apply()
    assert len(looked) == 2
    assert raised(campaign) == 2500  # the ledger's own ids are the second net


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_free_again_after_an_applier_ends():
    for _ in range(2):
        with only_applier("practice") as alone:
            assert alone


# --- the sweep --------------------------------------------------------------------------------------


def lose_webhooks(now):
    client.deliver_due(door=lambda headers, body: 200, now=now)


def test_the_sweep_finds_a_payment_whose_webhook_was_lost():
    campaign = make_campaign()
    pay(begin(campaign))
    lose_webhooks(NOW)
    assert sweep(now=later(120)) == 1
    assert apply_inbox(now=later(120)) == 1
    assert (raised(campaign), Receipt.objects.count()) == (2500, 1)
    assert sweep(now=later(420)) == 0


def test_the_sweep_finds_a_refund_a_dispute_and_a_renewal_whose_webhooks_were_lost():
    campaign = make_campaign()
    gift = given(campaign, frequency=Frequency.MONTHLY)
    other = given(campaign, email="eve@example.org")
    client.books().refund(gift.provider_ref, amount=Money(1000, "USD"), key="a", now=later(60))
    client.books().dispute(other.provider_ref, now=later(60))
    client.pledges().renew(fresh(gift).pledge.provider_ref, now=later(60))
    lose_webhooks(later(60))
    assert sweep(now=later(300)) == 4  # and the pledge, whose next date moved
    assert apply_inbox(now=later(300)) == 4
    assert raised(campaign) == 1500 + 0 + 2500
    assert sweep(now=later(600)) == 0
    assert books_are_right()


def test_the_sweep_finds_a_decline_whose_webhook_was_lost():
    began = begin(make_campaign())
    client.books().close_checkout(began.gift.checkout_ref, state="declined", reason="", now=NOW)
    lose_webhooks(NOW)
    sweep(now=later(120))
    apply_inbox(now=later(120))
    assert fresh(began.gift).state == GiftState.DECLINED


def test_the_sweep_leaves_an_open_checkout_alone_and_calls_it_off_after_a_day():
    campaign = make_campaign()
    began = begin(campaign)
    assert sweep(now=later(3600)) == 0
    assert fresh(began.gift).state == GiftState.STARTED
    sweep(now=later(25 * 3600))
    assert fresh(began.gift).state == GiftState.CANCELLED
    pay(began, now=later(26 * 3600))  # paid after all: money is money
    deliver_and_apply(later(26 * 3600))
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


def test_the_sweep_leaves_one_hint_however_often_it_runs():
    pay(begin(make_campaign()))
    lose_webhooks(NOW)
    assert [sweep(now=later(120)), sweep(now=later(420))] == [1, 0]
    assert InboxEvent.objects.count() == 1


def test_a_week_without_webhooks_is_made_good_by_the_sweep():
    campaign = make_campaign()
    for number in range(10):
        pay(begin(campaign, email=f"reader{number}@example.org", now=later(number * 3600)), now=later(number * 3600))
    lose_webhooks(later(36000))
    assert sweep(now=later(6 * 86400)) == 10
    apply_inbox(now=later(6 * 86400))
    assert raised(campaign) == 25000
    assert Receipt.objects.count() == 10
