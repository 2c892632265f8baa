"""Whatever breaks while webhooks are applied: killed at any step, and two appliers at once."""

import itertools
import threading

import pytest
from django.db import connection, transaction

from masthead.funding.giving.actions import apply_inbox, inbox, together
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.locks import only_applier
from masthead.funding.giving.models import GiftEvent, GiftState, InboxEvent, Receipt
from tests.funding.giving.acts import begin, body_of, books_are_right, deliver_and_apply, fresh, later, pay, raised, receive
from tests.make.funding import NOW, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.live]


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
