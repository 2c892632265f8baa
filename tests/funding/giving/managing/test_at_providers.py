"""A supporter's page through the real code of Stripe and PayPal, against the simulator: what can be changed, and what the provider takes then."""

import re

import pytest

from masthead.funding.giving import links
from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.actions.sweeping import sweep
from masthead.funding.giving.models import Frequency, Gift, GiftState, Pledge
from masthead.funding.providers.paypal.provider import PayPalProvider
from masthead.funding.providers.stripe import client as stripe
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel import clock
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, books_are_right
from tests.funding.giving.managing.visits import ADA, press, text_of, visitor
from tests.funding.providers import paypal_world, stripe_world
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
ASKS_EACH_TIME = "4000002760003184"


@pytest.fixture
def at_stripe(settings, monkeypatch, tmp_path):
    with stripe_world.simulated(settings, tmp_path) as sim:
        monkeypatch.setattr(clock, "now", sim.clock.now)
        yield sim


@pytest.fixture
def at_paypal(settings, monkeypatch, tmp_path):
    with paypal_world.simulated(settings, monkeypatch, tmp_path) as sim:
        yield sim


def turn(sim, **time) -> None:
    """Let time pass and every webhook arrive."""
    if time:
        sim.advance(**time)
    paypal_world.deliver_and_apply(sim)


def promise(sim, provider: str, *, card: dict[str, object] | None = None, **words) -> Pledge:
    """Return a monthly pledge over 10 dollars that was begun at the provider's own checkout."""
    campaign = make_campaign(offers_yearly=True)
    gift = begin(campaign, 1000, frequency=Frequency.MONTHLY, email=ADA, provider_name=provider, **words).gift
    if provider == "stripe":
        sim.stripe.pay(gift.checkout_ref, **(card or {}))
    else:
        paypal_world.approve(sim, gift.checkout_ref)
    turn(sim)
    return Pledge.objects.get(gifts=gift)


def fresh(pledge: Pledge) -> Pledge:
    return Pledge.objects.get(pk=pledge.pk)


def path(pledge: Pledge, what: str) -> str:
    return f"/giving/pledge/{pledge.pk}/{what}/"


def amounts() -> list[int]:
    """Return what each payment was, oldest first."""
    return [gift.amount_minor for gift in Gift.objects.filter(state=GiftState.SETTLED).order_by("created_at")]


# --- Stripe -----------------------------------------------------------------------------------------


def test_stripe_takes_the_new_amount_at_the_next_payment(at_stripe):
    pledge = promise(at_stripe, "stripe")
    assert press(visitor(ADA), path(pledge, "amount"), amount="15", frequency="monthly", once="a")["Location"] == "/giving/yours/?done=amount"
    turn(at_stripe)
    assert (fresh(pledge).amount, amounts()) == (Money(1500, "USD"), [1000])
    turn(at_stripe, days=32)
    assert amounts() == [1000, 1500]
    assert books_are_right()


def test_from_monthly_to_yearly_and_back_takes_nothing_before_its_day(at_stripe):
    pledge, browser = promise(at_stripe, "stripe"), visitor(ADA)
    due = fresh(pledge).next_at
    assert "how often" in text_of(browser.get("/giving/yours/"))
    assert press(browser, path(pledge, "amount"), amount="100", frequency="yearly", once="a").status_code == 303
    turn(at_stripe)
    assert (fresh(pledge).frequency, fresh(pledge).next_at, fresh(pledge).state, amounts()) == ("yearly", due, Pledge.State.ACTIVE, [1000])
    assert press(browser, path(pledge, "amount"), amount="20", frequency="monthly", once="b").status_code == 303
    turn(at_stripe)
    assert (fresh(pledge).frequency, fresh(pledge).next_at, amounts()) == ("monthly", due, [1000])
    assert press(browser, path(pledge, "amount"), amount="100", frequency="yearly", once="c").status_code == 303
    turn(at_stripe, days=32)
    assert amounts() == [1000, 10_000]
    assert Gift.objects.get(amount_minor=10_000).frequency == Frequency.YEARLY
    turn(at_stripe, days=300)
    assert amounts() == [1000, 10_000]
    turn(at_stripe, days=70)
    assert amounts() == [1000, 10_000, 10_000]
    assert books_are_right()


def test_without_yearly_gifts_in_the_campaign_there_is_no_choice(at_stripe):
    pledge = promise(at_stripe, "stripe")
    pledge.campaign.offers_yearly = False
    pledge.campaign.save()
    browser = visitor(ADA)
    assert "how often" not in text_of(browser.get("/giving/yours/"))
    assert press(browser, path(pledge, "amount"), amount="100", frequency="yearly", once="a").status_code == 422
    assert fresh(pledge).frequency == "monthly"


def test_paused_at_stripe_nothing_is_taken_until_it_goes_on(at_stripe):
    pledge = promise(at_stripe, "stripe")
    assert press(visitor(ADA), path(pledge, "pause")).status_code == 303
    assert fresh(pledge).state == Pledge.State.PAUSED
    turn(at_stripe, days=32)
    assert amounts() == [1000]
    assert press(visitor(ADA, clock.now()), path(pledge, "resume")).status_code == 303
    turn(at_stripe, days=32)
    assert (fresh(pledge).state, amounts()) == (Pledge.State.ACTIVE, [1000, 1000])


def test_ended_here_it_is_ended_at_stripe(at_stripe):
    pledge = promise(at_stripe, "stripe")
    press(visitor(ADA), path(pledge, "end"), because="money", words="Sorry")
    assert stripe.retrieve("subscriptions", pledge.provider_ref)["status"] == "canceled"
    turn(at_stripe, days=32)
    assert (fresh(pledge).state, fresh(pledge).ended_because, amounts()) == (Pledge.State.ENDED, "money", [1000])


def test_the_card_is_changed_in_stripes_portal_and_the_way_back_shows_it(at_stripe):
    pledge = promise(at_stripe, "stripe", card={"number": "4000000000000341"})
    turn(at_stripe, days=32)
    assert fresh(pledge).state == Pledge.State.PAST_DUE
    browser = visitor(ADA, clock.now())
    answer = press(browser, path(pledge, "card"))
    assert answer["Location"].startswith(f"{at_stripe.url}/p/session/")
    assert f"form-action 'self' {at_stripe.url}" in browser.get("/giving/yours/")["Content-Security-Policy"]
    at_stripe.webhooks.on = False  # the supporter is back before any webhook
    at_stripe.stripe.set_card(pledge.provider_ref, number="4242424242424242")
    assert browser.get(path(pledge, "back"))["Location"] == "/giving/yours/?done=card"
    assert fresh(pledge).state == Pledge.State.ACTIVE


def test_a_renewal_that_the_bank_asks_about_is_confirmed_on_stripes_own_page(at_stripe, client):
    pledge = promise(at_stripe, "stripe", card={"number": ASKS_EACH_TIME, "confirmed": True})
    turn(at_stripe, days=32)
    overdue = fresh(pledge)
    assert (overdue.state, amounts()) == (Pledge.State.PAST_DUE, [1000])
    assert overdue.confirm_url.startswith(f"{at_stripe.url}/i/in_")
    page = text_of(visitor(ADA, clock.now()).get("/giving/yours/"))
    assert f'href="{overdue.confirm_url}"' in page
    assert client.get(links.pledge_path(overdue, now=clock.now()))["Location"] == overdue.confirm_url  # where the letter's link leads
    at_stripe.stripe.billing.pay_page(at_stripe.stripe.world.get("invoice", overdue.confirm_url.rpartition("/")[2]))
    turn(at_stripe)
    paid = fresh(pledge)
    assert (paid.state, paid.confirm_url, amounts()) == (Pledge.State.ACTIVE, "", [1000, 1000])
    assert client.get(links.pledge_path(paid, now=clock.now()))["Location"].startswith(f"{at_stripe.url}/p/session/")
    assert books_are_right()


def test_while_it_is_overdue_how_often_stays(at_stripe):
    pledge = promise(at_stripe, "stripe", card={"number": "4000000000000341"})
    turn(at_stripe, days=32)
    refused = press(visitor(ADA, clock.now()), path(pledge, "amount"), amount="10", frequency="yearly", once="a")
    assert refused.status_code == 422
    assert fresh(pledge).frequency == "monthly"


def test_a_change_that_no_webhook_told_of_is_found_by_the_sweep(at_stripe):
    pledge = promise(at_stripe, "stripe")
    at_stripe.webhooks.on = False
    StripeProvider().change_amount(pledge.provider_ref, Money(1700, "USD"), key="x", now=NOW)
    at_stripe.advance(minutes=6)
    sweep(now=clock.now())
    apply_inbox(now=clock.now())
    assert fresh(pledge).amount == Money(1700, "USD")


# --- PayPal -----------------------------------------------------------------------------------------


def agreed(answer, sim) -> str:
    """Agree on PayPal's page that an answer leads to, and return the path that the supporter comes back to."""
    assert answer.status_code == 303
    token = re.fullmatch(rf"{sim.url}/paypal/subscribe\?token=(\S+)", answer["Location"])[1]
    return sim.paypal.approve(token).removeprefix("http://testserver")


def test_at_paypal_an_amount_changes_once_the_supporter_has_agreed(at_paypal):
    pledge, browser = promise(at_paypal, "paypal"), visitor(ADA)
    page = browser.get("/giving/yours/")
    assert "Go on to PayPal" in text_of(page)
    assert f"form-action 'self' {at_paypal.url}" in page["Content-Security-Policy"]
    answer = press(browser, path(pledge, "amount"), amount="15", once="a")
    turn(at_paypal)
    assert fresh(pledge).amount == Money(1000, "USD")
    at_paypal.webhooks.on = False  # the supporter is back before any webhook
    assert browser.get(agreed(answer, at_paypal))["Location"] == "/giving/yours/?done=amount"
    assert fresh(pledge).amount == Money(1500, "USD")
    at_paypal.webhooks.on = True
    turn(at_paypal, days=32)
    assert amounts() == [1000, 1500]
    assert books_are_right()


def test_who_goes_back_from_paypal_without_agreeing_changes_nothing(at_paypal):
    pledge, browser = promise(at_paypal, "paypal"), visitor(ADA)
    press(browser, path(pledge, "amount"), amount="15", once="a")
    left = browser.get(path(pledge, "back") + "?left=1")
    assert left["Location"] == "/giving/yours/?done=left"
    assert "nothing was changed" in text_of(browser.get(left["Location"]))
    assert browser.get(path(pledge, "back") + "?asked=1500")["Location"] == "/giving/yours/?done=later"
    assert fresh(pledge).amount == Money(1000, "USD")


def test_who_agreed_after_the_visit_was_over_is_found_by_the_webhook(at_paypal):
    pledge = promise(at_paypal, "paypal")
    back = agreed(press(visitor(ADA), path(pledge, "amount"), amount="15", once="a"), at_paypal)
    turn(at_paypal, minutes=40)
    assert visitor(ADA, clock.now()).get(back)["Location"] == "/giving/yours/?done=amount"
    assert fresh(pledge).amount == Money(1500, "USD")


def test_paypal_keeps_how_often_and_the_page_says_what_to_do_instead(at_paypal):
    pledge, browser = promise(at_paypal, "paypal"), visitor(ADA)
    assert f"/contribute/?campaign={pledge.campaign.slug}&amp;frequency=yearly" in text_of(browser.get("/giving/yours/"))
    assert press(browser, path(pledge, "amount"), amount="100", frequency="yearly", once="a").status_code == 422


def test_pause_resume_end_and_card_at_paypal(at_paypal):
    pledge, browser = promise(at_paypal, "paypal"), visitor(ADA)
    assert press(browser, path(pledge, "pause")).status_code == 303
    assert fresh(pledge).state == Pledge.State.PAUSED
    assert press(browser, path(pledge, "resume")).status_code == 303
    assert fresh(pledge).state == Pledge.State.ACTIVE
    assert press(browser, path(pledge, "card"))["Location"].startswith(f"{at_paypal.url}/paypal/autopay?subscription=I-")
    assert press(browser, path(pledge, "end"), because="elsewhere").status_code == 303
    turn(at_paypal, days=32)
    assert (fresh(pledge).state, fresh(pledge).ended_because, amounts()) == (Pledge.State.ENDED, "elsewhere", [1000])
    assert PayPalProvider().fetch(pledge.provider_ref).state == "ended"


@pytest.mark.parametrize("fault", ["500_before", "cut_before"])
def test_a_provider_that_does_not_answer_changes_nothing_and_says_so(at_paypal, fault):
    pledge, browser = promise(at_paypal, "paypal"), visitor(ADA)
    at_paypal.faults.add(fault, path="/v1/billing/.*", times=1000)
    for what in ("amount", "pause", "end"):
        answer = press(browser, path(pledge, what), amount="15", once="a")
        assert (answer.status_code, "Nothing was changed: try again" in text_of(answer)) == (503, True), what
    assert browser.get(path(pledge, "back"))["Location"] == "/giving/yours/?done=later"
    at_paypal.faults.clear()
    assert (fresh(pledge).state, fresh(pledge).amount) == (Pledge.State.ACTIVE, Money(1000, "USD"))
