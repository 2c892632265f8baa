import datetime as dt
import json

import pytest

from masthead.funding.giving.models import InboxEvent
from masthead.funding.providers.base import BadSignature
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel import clock
from simulator.stripe.world import signature
from tests.funding.providers.stripe_world import SECRET, simulated
from tests.make.funding import NOW

provider = StripeProvider()
PAYMENT = {"id": "pi_1", "object": "payment_intent", "livemode": False}


@pytest.fixture
def sim(settings, tmp_path):
    with simulated(settings, tmp_path) as made:
        yield made


@pytest.fixture
def event(sim):
    return sim.stripe.world.emit("payment_intent.succeeded", PAYMENT)


def taken(letter, *, now=NOW):
    headers, body = letter
    return provider.verify_webhook(headers=headers, body=body, now=now)


def test_a_signed_event_is_a_hint_at_its_payment(sim, event):
    hint = taken(sim.stripe.letter(event, secrets=[SECRET]))
    assert (hint.event_id, hint.kind, hint.object_ref) == (event["id"], "payment_intent.succeeded", "pi_1")


def test_while_a_secret_is_rolled_old_and_new_are_right(sim, event, settings):
    settings.ENV = settings.ENV.model_copy(update={"stripe_webhook_secrets": f"whsec_new,{SECRET}"})
    for secrets in ([SECRET], ["whsec_new"], ["whsec_new", SECRET], ["other", "whsec_new"]):
        taken(sim.stripe.letter(event, secrets=secrets))


@pytest.mark.parametrize("secrets", [["whsec_other"], [""], []])
def test_a_forged_event_is_refused(sim, event, secrets):
    with pytest.raises(BadSignature):
        taken(sim.stripe.letter(event, secrets=secrets))


@pytest.mark.parametrize("seconds", [-301, 301, 3600])
def test_a_stale_event_and_one_from_the_future_are_refused(sim, event, seconds):
    with pytest.raises(BadSignature):
        taken(sim.stripe.letter(event, secrets=[SECRET], at=NOW + dt.timedelta(seconds=seconds)))


def test_without_a_secret_nothing_is_taken(sim, event, settings):
    settings.ENV = settings.ENV.model_copy(update={"stripe_webhook_secrets": ""})
    with pytest.raises(BadSignature):
        taken(sim.stripe.letter(event, secrets=[""]))


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"",
        b"[]",
        b"{}",
        b"NaN",
        b"[" * 100_000,
        b'{"id": "evt_1", "type": "x", "livemode": false, "data": []}',
        b'{"id": 1, "type": "x", "livemode": false, "data": {"object": {}}}',
        b'{"id": "", "type": "x", "livemode": false, "data": {"object": {}}}',
        b'{"id": "evt_1", "type": "charge.refunded", "livemode": false, "data": {"object": null}}',
        json.dumps({"id": "e" * 101, "type": "x", "livemode": False, "data": {"object": {}}}).encode(),
        json.dumps({"id": "evt_1", "type": "x", "livemode": "false", "data": {"object": {}}}).encode(),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(sim, body):
    with pytest.raises(BadSignature):
        taken(({"Stripe-Signature": signature(body, [SECRET], NOW)}, body))


def test_an_event_that_concerns_no_gift_points_at_nothing(sim):
    event = sim.stripe.world.emit("payout.paid", {"id": "po_1", "object": "payout", "livemode": False})
    assert taken(sim.stripe.letter(event, secrets=[SECRET])).object_ref == ""


@pytest.mark.django_db
def test_what_is_refused_leaves_nothing_behind(sim, event, client):
    other = sim.stripe.world.emit("payment_intent.succeeded", PAYMENT | {"livemode": True})
    now = clock.now()
    bad = [
        sim.stripe.letter(event, secrets=["whsec_other"], at=now),
        sim.stripe.letter(event, secrets=[SECRET], at=now - dt.timedelta(minutes=6)),
        sim.stripe.letter(event, secrets=[SECRET], at=now + dt.timedelta(minutes=6)),
        sim.stripe.letter(other, secrets=[SECRET], at=now),
        ({"Stripe-Signature": signature(b"\xff", [SECRET], now)}, b"\xff"),
    ]
    for headers, body in bad:
        answered = client.post("/webhooks/stripe/", data=body, content_type="application/json", headers={"stripe-signature": headers["Stripe-Signature"]})
        assert answered.status_code == 400
    assert not InboxEvent.objects.exists()
    headers, body = sim.stripe.letter(event, secrets=[SECRET], at=now)
    for _ in range(2):
        answered = client.post("/webhooks/stripe/", data=body, content_type="application/json", headers={"stripe-signature": headers["Stripe-Signature"]})
        assert answered.status_code == 200
    assert InboxEvent.objects.count() == 1
