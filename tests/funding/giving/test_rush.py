"""While webhooks come in fast, receipts wait; not for ever, and nobody who sits before a screen waits with them."""

import pytest
from django.core import mail

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.models import InboxEvent, Receipt
from masthead.funding.giving.tasks import PATIENCE, RECEIPTS_IN_A_RUSH, RUSH, is_rush, send_letters, take_in
from tests.funding.giving.acts import begin, given, later, pay
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


def applied(count, *, at):
    """Leave webhooks that were applied in the instant in which they came."""
    InboxEvent.objects.bulk_create(
        InboxEvent(provider="practice", event_id=f"e{number}", kind="paid", object_ref="", body=b"", received_at=at, next_try_at=at, applied_at=at)
        for number in range(count)
    )


def test_no_webhook_is_no_rush():
    assert not is_rush(now=NOW)


def test_webhooks_that_wait_are_a_rush_until_they_are_applied():
    pay(begin(make_campaign()))
    deliver_practice(now=later(5))
    assert is_rush(now=later(5))
    apply_inbox(now=later(5))
    assert not is_rush(now=later(5))


def test_one_that_failed_and_is_tried_later_is_none():
    InboxEvent.objects.create(provider="practice", event_id="e", kind="paid", object_ref="x", body=b"", received_at=NOW, next_try_at=later(60))
    assert not is_rush(now=later(5))


def test_many_within_a_second_are_a_rush_for_as_long():
    applied(RUSH - 1, at=NOW)
    assert not is_rush(now=NOW)
    InboxEvent.objects.all().delete()
    applied(RUSH, at=NOW)
    assert is_rush(now=later(0.5))
    assert not is_rush(now=later(1.5))


def test_receipts_wait_in_a_rush_and_are_sent_after_it():
    given(make_campaign())
    applied(RUSH, at=later(10))
    assert send_letters(later(10)) == 0
    assert not mail.outbox
    assert send_letters(later(12)) == 1
    assert Receipt.objects.get().state == Receipt.State.SENT


def test_after_a_minute_a_few_are_sent_in_the_rush():
    campaign = make_campaign()
    for number in range(RECEIPTS_IN_A_RUSH + 2):
        given(campaign, email=f"reader{number}@example.org")
    late = later(5) + PATIENCE
    applied(RUSH, at=late)
    assert send_letters(late) == RECEIPTS_IN_A_RUSH


def test_taking_in_writes_to_nobody():
    pay(begin(make_campaign()))
    assert take_in(later(5)) > 0
    assert Receipt.objects.get().state == Receipt.State.WAITING
    assert not mail.outbox
