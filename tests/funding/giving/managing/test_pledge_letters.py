"""A supporter is written to when a gift of theirs that repeats was changed or has ended, here or at the payment company; once each time."""

import pytest
from django.core import mail

from masthead.funding.giving.actions import forget_supporter, sweep
from masthead.funding.giving.actions.notices import send_notices
from masthead.funding.giving.managing.models import Notice
from masthead.funding.giving.models import Frequency, Pledge
from masthead.funding.providers.stripe import client as stripe
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel import clock
from tests.funding.giving.acts import begin, deliver_and_apply, given, later
from tests.funding.giving.managing.test_at_providers import fresh, path, promise, turn
from tests.funding.giving.managing.visits import ADA, press, visitor
from tests.funding.providers import paypal_world, stripe_world
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_stripe(settings, monkeypatch, tmp_path):
    with stripe_world.simulated(settings, tmp_path) as sim:
        monkeypatch.setattr(clock, "now", sim.clock.now)
        yield sim


@pytest.fixture
def at_paypal(settings, monkeypatch, tmp_path):
    with paypal_world.simulated(settings, monkeypatch, tmp_path) as sim:
        yield sim


@pytest.fixture
def pledge(monkeypatch):
    """A monthly gift of ten dollars through the practice provider."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    given(make_campaign(name="Harbour desk", offers_yearly=True), 1000, frequency=Frequency.MONTHLY, email=ADA)
    return Pledge.objects.get()


def letters(now=NOW):
    """Return the letters about pledges that leave now, each the same in plain text and in HTML."""
    mail.outbox.clear()
    send_notices(now=now)
    sent = [letter for letter in mail.outbox if "pledge" not in letter.subject]
    assert all(letter.to == [ADA] for letter in sent)
    return [(letter.subject, " ".join(letter.body.split())) for letter in sent]


def test_what_was_changed_here_is_confirmed_with_what_it_was_before(pledge):
    press(visitor(ADA), path(pledge, "amount"), amount="150", frequency="yearly", once="a")
    deliver_and_apply(later(60))
    [(subject, said)] = letters()
    assert subject == "Practice: Your gift to Masthead was changed"
    assert "as you asked, your gift to “Harbour desk” is now 150 US dollars each year. Before, it was 10 US dollars each month." in said
    assert "The next payment is taken on December 22, 2026." in said
    html = mail.outbox[0].alternatives[0][0]
    assert ("150 US dollars each year" in html, "10 US dollars each month" in html, "/giving/" in html) == (True, True, True)
    assert letters() == []
    assert Notice.objects.get().state == Notice.State.SENT


def test_what_was_ended_here_is_confirmed(pledge):
    browser = visitor(ADA)
    press(browser, path(pledge, "end"), because="money")
    press(browser, path(pledge, "end"), because="other")
    deliver_and_apply(later(60))
    [(subject, said)] = letters()
    assert subject == "Practice: Your gift to Masthead has ended"
    assert "as you asked, your gift of 10 US dollars each month to “Harbour desk” ended on November 22, 2026. Nothing more is taken." in said
    assert f"/contribute/?campaign={pledge.campaign.slug}" in said
    assert letters() == []


def test_of_several_changes_before_the_letter_left_it_tells_the_sum_and_nothing_of_none(pledge):
    browser = visitor(ADA)
    press(browser, path(pledge, "amount"), amount="15", once="a")
    press(browser, path(pledge, "amount"), amount="20", once="b")
    [(_, said)] = letters()
    assert "is now 20 US dollars each month. Before, it was 10 US dollars each month." in said
    press(browser, path(pledge, "amount"), amount="30", once="c")
    press(browser, path(pledge, "amount"), amount="20", once="d")
    assert letters() == []
    press(browser, path(pledge, "amount"), amount="40", once="e")
    press(browser, path(pledge, "end"))
    [(subject, _)] = letters()
    assert subject.endswith("has ended")


def test_who_is_forgotten_gets_no_letter(pledge):
    press(visitor(ADA), path(pledge, "amount"), amount="15", once="a")
    forget_supporter(supporter=pledge.supporter)
    assert letters() == []
    assert Notice.objects.get().state == Notice.State.DROPPED


def test_a_pause_a_payment_and_a_promise_that_never_began_are_no_news(pledge):
    browser = visitor(ADA)
    press(browser, path(pledge, "pause"))
    press(browser, path(pledge, "resume"))
    begun = begin(pledge.campaign, 700, frequency=Frequency.MONTHLY, email=ADA)
    Pledge.objects.filter(gifts=begun.gift).update(state=Pledge.State.STARTED)
    assert letters() == []


def test_what_was_changed_and_ended_at_stripe_is_told_too_even_where_no_webhook_came(at_stripe):
    pledge = promise(at_stripe, "stripe")
    sweep(now=at_stripe.clock.now())
    letters(at_stripe.clock.now())
    item = stripe.retrieve("subscriptions", pledge.provider_ref)["items"]["data"][0]
    price = {"currency": "usd", "product": item["price"]["product"], "recurring": {"interval": "month"}, "unit_amount": 1200}
    stripe.update("subscriptions", pledge.provider_ref, {"items": [{"id": item["id"], "price_data": price}], "proration_behavior": "none"})
    turn(at_stripe)
    [(subject, said)] = letters(at_stripe.clock.now())
    assert subject == "Practice: Your gift to Masthead was changed"
    assert "was changed at the payment company: it is now 12 US dollars each month. Before, it was 10 US dollars each month." in said
    assert "If that was not you" in said
    at_stripe.webhooks.lost = True
    stripe.cancel("subscriptions", pledge.provider_ref)
    at_stripe.advance(minutes=6)
    sweep(now=at_stripe.clock.now())
    turn(at_stripe)
    [(_, said)] = letters(at_stripe.clock.now())
    assert "ended at the payment company on November 22, 2026. Nothing more is taken." in said
    assert "begin it again" in said


def test_a_pledge_that_stripe_gave_up_says_that_it_was_not_paid(at_stripe):
    pledge = promise(at_stripe, "stripe")
    at_stripe.stripe.set_card(pledge.provider_ref, number=stripe_world.LATER_DECLINED)
    for _ in range(80):
        turn(at_stripe, days=1)
        if fresh(pledge).state == Pledge.State.ENDED:
            break
    [(_, said)] = letters(at_stripe.clock.now())
    assert "after a payment that could not be taken" in said


def test_what_was_ended_at_paypal_is_told(at_paypal):
    pledge = promise(at_paypal, "paypal")
    letters(at_paypal.clock.now())
    at_paypal.advance(days=3)
    at_paypal.paypal.billing.cancel(at_paypal.store.get(pledge.provider_ref.removeprefix("pledge_")))
    turn(at_paypal)
    turn(at_paypal)
    [(_, said)] = letters(at_paypal.clock.now())
    assert "ended at the payment company on November 25, 2026" in said


def test_what_stripes_webhook_tells_before_its_answer_to_us_is_what_the_supporter_asked_for(at_stripe, monkeypatch):
    pledge = promise(at_stripe, "stripe")
    letters(at_stripe.clock.now())
    original = StripeProvider.cancel

    def slowly(self, *words, **named):
        said = original(self, *words, **named)
        turn(at_stripe)
        assert fresh(pledge).state == Pledge.State.ENDED
        return said

    monkeypatch.setattr(StripeProvider, "cancel", slowly)
    press(visitor(ADA, at_stripe.clock.now()), path(pledge, "end"))
    [(_, said)] = letters(at_stripe.clock.now())
    assert "as you asked" in said
