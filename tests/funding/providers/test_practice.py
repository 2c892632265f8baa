import datetime as dt
import json
import uuid

import pytest

from masthead.funding.providers.base import (
    BadSignature,
    CheckoutState,
    DisputeState,
    Frequency,
    MovementKind,
    PaymentState,
    PledgeState,
    ProviderError,
    StartRequest,
)
from masthead.funding.providers.practice import client
from masthead.funding.providers.practice.books import fee_of
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.funding.providers.signatures import sign
from masthead.kernel.money import Money

NOW = dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
AMOUNT = Money(2500, "USD")
provider = PracticeProvider()


@pytest.fixture(autouse=True)
def _books_of_its_own(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})


def start(*, amount=AMOUNT, frequency=Frequency.ONCE, gift_id=None):
    request = StartRequest(
        gift_id=gift_id or uuid.uuid4(),
        amount=amount,
        frequency=frequency,
        purpose="Keep it going",
        email="",
        return_url="http://news.example/contribute/thanks/x/",
        cancel_url="http://news.example/contribute/cancelled/x/",
    )
    return provider.start(request, now=NOW)


def paid(**named):
    return client.books().pay(start(**named).checkout_ref, now=NOW)


def delivered(now=NOW):
    taken = []

    def door(headers, body):
        taken.append(provider.verify_webhook(headers=headers, body=body, now=now))
        return 200

    client.deliver_due(door=door, now=now)
    return taken


def test_a_checkout_is_on_the_host_the_giver_came_from():
    assert start().url.startswith("http://news.example/practice/checkout/cs_")


def test_the_same_gift_gets_the_same_checkout():
    gift_id = uuid.uuid4()
    assert start(gift_id=gift_id) == start(gift_id=gift_id)


@pytest.mark.parametrize(("minor", "currency", "fee"), [(2500, "USD", 103), (10, "USD", 10), (1200, "JPY", 65), (1000, "KWD", 59), (50, "USD", 31)])
def test_the_fee_is_2_9_percent_and_30_minor_units_and_never_more_than_the_gift(minor, currency, fee):
    assert fee_of(Money(minor, currency)) == Money(fee, currency)


def test_a_paid_checkout_gives_a_settled_payment():
    started = start()
    ref = client.books().pay(started.checkout_ref, now=NOW)
    facts = provider.fetch(ref)
    assert (facts.state, facts.amount, facts.fee, facts.settled_at) == (PaymentState.SETTLED, AMOUNT, Money(103, "USD"), NOW)
    assert provider.fetch(started.checkout_ref).payment_ref == ref


def test_a_checkout_is_paid_once():
    started = start()
    client.books().pay(started.checkout_ref, now=NOW)
    with pytest.raises(ProviderError, match="cannot be paid"):
        client.books().pay(started.checkout_ref, now=NOW)


def test_a_delayed_payment_is_pending_without_a_fee_until_its_time():
    ref = client.books().pay(start().checkout_ref, now=NOW, delay_seconds=10)
    assert (provider.fetch(ref).state, provider.fetch(ref).fee) == (PaymentState.PENDING, None)
    client.books().settle_due(now=NOW + dt.timedelta(seconds=9))
    assert provider.fetch(ref).state is PaymentState.PENDING
    client.books().settle_due(now=NOW + dt.timedelta(seconds=10))
    assert provider.fetch(ref).state is PaymentState.SETTLED


def test_a_delayed_payment_can_fail():
    ref = client.books().pay(start().checkout_ref, now=NOW, delay_seconds=10, fails=True)
    client.books().settle_due(now=NOW + MINUTE)
    facts = provider.fetch(ref)
    assert (facts.state, facts.settled_at, facts.reason) == (PaymentState.FAILED, None, "The bank refused the payment.")


def test_a_settled_payment_can_be_taken_back_by_the_bank():
    ref = paid()
    client.books().finish(ref, now=NOW + MINUTE, fails=True)
    facts = provider.fetch(ref)
    assert (facts.state, facts.settled_at, facts.failed_at) == (PaymentState.FAILED, NOW, NOW + MINUTE)


def test_a_declined_checkout_stays_declined():
    started = start()
    client.books().close_checkout(started.checkout_ref, state="declined", reason="The card was declined.", now=NOW)
    client.books().close_checkout(started.checkout_ref, state="cancelled", reason="", now=NOW)
    assert provider.fetch(started.checkout_ref).state is CheckoutState.DECLINED


def test_refunds_stop_at_what_was_paid():
    ref = paid()
    provider.refund(payment_ref=ref, amount=Money(2000, "USD"), key="a", now=NOW)
    with pytest.raises(ProviderError, match=r"5\.00 USD is left"):
        provider.refund(payment_ref=ref, amount=Money(501, "USD"), key="b", now=NOW)
    provider.refund(payment_ref=ref, amount=Money(500, "USD"), key="c", now=NOW)
    assert sum(refund.amount.minor for refund in provider.fetch(ref).refunds) == 2500


def test_the_same_key_refunds_once():
    ref = paid()
    first = provider.refund(payment_ref=ref, amount=Money(2000, "USD"), key="a", now=NOW)
    assert provider.refund(payment_ref=ref, amount=Money(2000, "USD"), key="a", now=NOW + MINUTE) == first


def test_a_dispute_holds_the_rest_back_until_it_is_decided():
    ref = paid()
    dispute = client.books().dispute(ref, now=NOW)
    with pytest.raises(ProviderError, match="left"):
        provider.refund(payment_ref=ref, amount=Money(1, "USD"), key="a", now=NOW)
    client.books().close_dispute(dispute, won=True, now=NOW + MINUTE)
    assert provider.fetch(ref).disputes[0].state is DisputeState.WON
    provider.refund(payment_ref=ref, amount=AMOUNT, key="a", now=NOW)


def test_a_pledge_pays_again_until_it_is_ended():
    started = start(frequency=Frequency.MONTHLY)
    first = client.books().pay(started.checkout_ref, now=NOW)
    pledge_ref = provider.fetch(first).pledge_ref
    second = provider.fetch(client.pledges().renew(pledge_ref, now=NOW + MINUTE))
    assert (second.renewal, second.gift_id, second.pledge_ref) == (True, provider.fetch(first).gift_id, pledge_ref)
    assert provider.cancel(pledge_ref, now=NOW + MINUTE).state is PledgeState.ENDED
    with pytest.raises(ProviderError, match="has ended"):
        client.pledges().renew(pledge_ref, now=NOW + MINUTE)


def test_every_step_sends_a_signed_webhook_in_order():
    ref = paid(frequency=Frequency.MONTHLY)
    provider.refund(payment_ref=ref, amount=Money(1, "USD"), key="a", now=NOW)
    assert [hint.kind for hint in delivered()] == ["pledge.started", "payment.settled", "payment.refunded"]
    assert delivered() == []


def test_a_webhook_can_be_sent_twice_with_one_id():
    client.books().pay(start().checkout_ref, now=NOW, copies=2)
    first, second = delivered()
    assert first == second


def test_a_webhook_not_taken_comes_again_later():
    paid()
    assert client.deliver_due(door=lambda headers, body: 503, now=NOW) == 1
    assert delivered() == []
    assert [hint.kind for hint in delivered(NOW + MINUTE)] == ["payment.settled"]


def test_a_webhook_says_nothing_about_the_giver():
    paid()
    client.deliver_due(door=lambda headers, body: 200 if set(json.loads(body)) == {"id", "type", "object", "created"} else 500, now=NOW)
    assert delivered(NOW + MINUTE) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff\xfe", b'{"id": 1, "type": "x", "object": "y"}', b'{"id": "", "type": "x", "object": "y"}', b"[" * 100_000, b"NaN"]
)
def test_a_signed_body_that_is_no_webhook_is_refused(body):
    headers = {client.SIGNATURE_HEADER: sign(body=body, secret=client.webhook_secret(), now=NOW)}
    with pytest.raises(BadSignature):
        provider.verify_webhook(headers=headers, body=body, now=NOW)


def test_movements_tell_the_whole_story_of_the_balance():
    ref = paid()
    provider.refund(payment_ref=ref, amount=Money(500, "USD"), key="a", now=NOW + MINUTE)
    client.books().close_dispute(client.books().dispute(ref, now=NOW + MINUTE), won=True, now=NOW + 2 * MINUTE)
    moved = [(movement.kind, movement.amount.minor) for movement in provider.list_movements(NOW)]
    assert moved == [
        (MovementKind.PAYMENT, 2500),
        (MovementKind.FEE, -103),
        (MovementKind.REFUND, -500),
        (MovementKind.DISPUTE, -2000),
        (MovementKind.DISPUTE_WON, 2000),
    ]
    assert [movement.kind for movement in provider.list_movements(NOW + MINUTE)] == [MovementKind.REFUND, MovementKind.DISPUTE, MovementKind.DISPUTE_WON]


def test_what_it_does_not_know_it_refuses():
    for ref in ("pay_none", "cs_none", "pl_none", "sub_1", ""):
        with pytest.raises(ProviderError):
            provider.fetch(ref)
