"""The simulator by itself: the real library of Stripe against it, and nothing of masthead."""

import datetime as dt
import json
import urllib.error
import urllib.request

import pytest
import stripe

from simulator import Simulator
from simulator.http import nested
from simulator.stripe.billing import later_by
from simulator.stripe.world import Refused

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)
LINE = {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Gift"}}}
ONCE = {"mode": "payment", "success_url": "http://n.example/ok", "line_items": [LINE]}
MONTHLY = {
    "mode": "subscription",
    "success_url": "http://n.example/ok",
    "line_items": [{"quantity": 1, "price_data": LINE["price_data"] | {"recurring": {"interval": "month"}}}],
}


@pytest.fixture
def sim():
    with Simulator(now=NOW) as made:
        yield made


@pytest.fixture
def api(sim):
    return stripe.StripeClient("sk_test_1", base_addresses={"api": sim.url}, max_network_retries=0).v1


def control(sim, what, **words):
    request = urllib.request.Request(f"{sim.url}/_control/{what}", data=json.dumps(words).encode(), method="POST")  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return json.load(answer)


def paid(sim, api, params=ONCE):
    session = api.checkout.sessions.create(params)
    sim.stripe.pay(session.id)
    return api.checkout.sessions.retrieve(session.id)


@pytest.mark.parametrize(
    ("params", "name"),
    [
        (ONCE | {"colour": "red"}, "colour"),
        (ONCE | {"line_items": [LINE | {"colour": "red"}]}, r"line_items\[0\]\[colour\]"),
        (ONCE | {"payment_intent_data": {"colour": "red"}}, r"payment_intent_data\[colour\]"),
        (ONCE | {"line_items": [{"price_data": {"currency": "usd", "unit_amount": 1, "product_data": {"name": "x", "hue": 1}}}]}, "hue"),
    ],
)
def test_parameters_that_do_not_exist_are_refused_at_every_depth(api, params, name):
    with pytest.raises(stripe.InvalidRequestError, match=f"unknown parameter: .*{name}"):
        api.checkout.sessions.create(params)


def test_lists_and_reads_refuse_unknown_parameters_too(sim, api):
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: colour"):
        api.refunds.list({"colour": "red"})
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: colour"):
        api.payment_intents.retrieve(paid(sim, api).payment_intent, {"colour": "red"})


def test_the_same_key_gives_the_same_answer_and_other_words_are_refused(sim, api):
    first = api.checkout.sessions.create(ONCE, {"idempotency_key": "k"})
    assert api.checkout.sessions.create(ONCE, {"idempotency_key": "k"}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        api.checkout.sessions.create(ONCE | {"success_url": "http://other.example/"}, {"idempotency_key": "k"})
    sim.advance(hours=25)
    assert api.checkout.sessions.create(ONCE, {"idempotency_key": "k"}).id != first.id


def test_test_and_live_mode_do_not_see_each_other(sim, api):
    live = stripe.StripeClient("sk_live_1", base_addresses={"api": sim.url}, max_network_retries=0).v1
    session = paid(sim, api)
    with pytest.raises(stripe.InvalidRequestError, match="test mode"):
        live.checkout.sessions.retrieve(session.id)
    assert live.payment_intents.list().data == []
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("nonsense", base_addresses={"api": sim.url}, max_network_retries=0).v1.payment_intents.list()


def test_a_list_is_read_page_by_page_both_ways(sim, api):
    made = [api.customers.create({"name": str(number)}).id for number in range(7)]
    assert [one.id for one in api.customers.list({"limit": 3}).auto_paging_iter()] == made[::-1]
    page = api.customers.list({"limit": 2, "ending_before": made[0]})
    assert ([one.id for one in page.data], page.has_more) == ([made[2], made[1]], True)
    with pytest.raises(stripe.InvalidRequestError):
        api.customers.list({"limit": 101})


def test_objects_stand_in_the_place_of_their_ids_where_asked(sim, api):
    session = paid(sim, api)
    intent = api.payment_intents.retrieve(session.payment_intent, {"expand": ["latest_charge.balance_transaction", "latest_charge.refunds"]})
    assert (intent.latest_charge.balance_transaction.net, intent.latest_charge.refunds.data) == (2397, [])
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        api.payment_intents.retrieve(session.payment_intent, {"expand": ["colour"]})


def test_refunds_are_capped_at_the_charge(sim, api):
    intent = paid(sim, api).payment_intent
    api.refunds.create({"payment_intent": intent, "amount": 2000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        api.refunds.create({"payment_intent": intent, "amount": 501})
    api.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        api.refunds.create({"payment_intent": intent})


def test_what_the_bank_took_back_is_taken_back_once(sim, api):
    ref = paid(sim, api).payment_intent
    charge = api.payment_intents.retrieve(ref).latest_charge
    sim.stripe.fail_late(ref)
    with pytest.raises(Refused, match="has failed"):
        sim.stripe.fail_late(ref)
    with pytest.raises(Refused, match="has failed"):
        sim.stripe.dispute(ref)
    with pytest.raises(stripe.InvalidRequestError, match="has failed"):
        api.refunds.create({"charge": charge})
    assert sorted(booked.amount for booked in api.balance_transactions.list().data) == [-2500, 2500]


def test_a_subscription_that_began_on_the_last_day_renews_on_last_days(sim, api):
    subscription = paid(sim, api, MONTHLY).subscription
    sim.advance(days=110)
    rows = api.invoices.list({"subscription": subscription}).data
    days = [dt.datetime.fromtimestamp(row.period_start, dt.UTC).date().isoformat() for row in rows[::-1]]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert {row.parent.subscription_details.subscription for row in rows} == {subscription}


def test_a_leap_day_is_kept():
    assert later_by(dt.datetime(2028, 2, 29, tzinfo=dt.UTC), "year", 1, 29) == dt.datetime(2029, 2, 28, tzinfo=dt.UTC)
    assert later_by(dt.datetime(2031, 2, 28, tzinfo=dt.UTC), "year", 1, 29) == dt.datetime(2032, 2, 29, tzinfo=dt.UTC)


def test_webhooks_are_signed_tried_again_and_told_of(sim, api):
    secret = api.webhook_endpoints.create({"url": "http://n.example/hook", "enabled_events": ["checkout.session.completed"]}).secret
    answers, bodies = [500, 500, 200], []

    def door(headers, body):
        stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], secret, tolerance=None)
        bodies.append(body)
        return answers.pop(0)

    sim.webhooks.door = door
    paid(sim, api)
    assert [sim.deliver(), sim.deliver()] == [1, 0]
    sim.advance(minutes=1)
    assert sim.deliver() == 1
    assert [event.type for event in api.events.list({"delivery_success": False}).data] == ["checkout.session.completed"]
    sim.advance(minutes=5)
    assert sim.deliver() == 1
    assert api.events.list({"delivery_success": False}).data == []
    assert bodies[0] == bodies[1] == bodies[2]
    assert sim.webhooks.waiting() == []


def test_webhooks_can_be_doubled_and_mixed_with_the_same_chance_again(sim, api):
    orders = []
    for _ in range(2):
        seen = []
        sim.webhooks.door = lambda headers, body, seen=seen: seen.append(json.loads(body)["type"]) or 200
        sim.webhooks.misbehave(seed=4, most_copies=5, shuffle=True)
        if not orders:
            sim.stripe.add_endpoint("http://n.example/hook", secrets=["s"])
        paid(sim, api, MONTHLY)
        sim.deliver()
        orders.append(seen)
    assert orders[0] == orders[1]
    assert len(orders[0]) > len(set(orders[0]))


def test_events_are_kept_for_thirty_days(sim, api):
    paid(sim, api)
    assert api.events.list().data
    sim.advance(days=31)
    assert [event.type for event in api.events.list({"limit": 100}).data if event.type.startswith("charge")] == []


@pytest.mark.parametrize(("fault", "made"), [("500_before", 0), ("500_after", 1), ("cut_before", 0), ("cut_after", 1), ("429", 0)])
def test_a_fault_strikes_before_or_after_the_effect(sim, api, fault, made):
    rule = sim.faults.add(fault, method="POST", path="/v1/customers", skip=1)
    api.customers.create({})
    with pytest.raises(stripe.StripeError):
        api.customers.create({})
    api.customers.create({})
    assert (len(api.customers.list().data), rule.hits) == (2 + made, 1)


def test_everything_can_be_asked_for_by_json(sim, api):
    session = api.checkout.sessions.create(ONCE)
    assert control(sim, "stripe/pay", session=session.id)["next"] == "http://n.example/ok"
    assert control(sim, "advance", days=1)["now"].startswith("2026-02-01T12:00")
    control(sim, "stripe/habits", settle_in="eur", rates={"usd": "0.5"})
    assert api.balance_transactions.list({"source": api.payment_intents.list().data[0].latest_charge}).data[0].currency == "usd"
    second = api.checkout.sessions.create(ONCE)
    control(sim, "stripe/pay", session=second.id)
    assert api.balance_transactions.list().data[0].amount == 1250
    control(sim, "faults", fault="500_before")
    with pytest.raises(stripe.APIError):
        api.customers.list()
    for what in ("nothing", "stripe/nothing"):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            control(sim, what)


def test_the_checkout_page_escapes_what_it_is_given(sim, api):
    session = api.checkout.sessions.create(ONCE | {"customer_email": '"><script>alert(1)</script>@x', "cancel_url": 'http://n.example/"><script>'})
    with urllib.request.urlopen(session.url, timeout=10) as answer:  # noqa: S310 - our own server
        assert "<script>" not in answer.read().decode()


def test_brackets_are_nesting():
    assert nested("a[b][0][c]=1&a[b][1][c]=2&expand[]=x&expand[]=y&d=") == {"a": {"b": [{"c": "1"}, {"c": "2"}]}, "expand": ["x", "y"], "d": ""}
