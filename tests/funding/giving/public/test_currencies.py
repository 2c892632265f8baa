"""Giving in another currency than the campaign's: what the form offers, what the fee's cover comes to, and what it counts at."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from masthead.config.env import Env
from masthead.funding.giving import links
from masthead.funding.giving.actions import GiftRefused, start_gift
from masthead.funding.giving.models import Frequency, Gift
from masthead.kernel import clock
from masthead.kernel.money import Money
from tests.funding.giving.acts import HOST, books_are_right, fresh, raised
from tests.funding.giving.managing.visits import visitor
from tests.funding.giving.public.browsing import Form, page, send, text_of
from tests.funding.providers import paypal_world, stripe_world
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    with stripe_world.simulated(settings, tmp_path) as made:
        made.stripe.habits.settle_in, made.stripe.habits.rates = "usd", {"eur": Decimal("1.0825"), "jpy": Decimal("0.0066")}
        rates = "stripe 2.9 0.30, stripe:EUR 4.4 0.25"
        settings.ENV = settings.ENV.model_copy(update={"other_currencies": "EUR JPY", "fee_rates": rates})
        monkeypatch.setattr(clock, "now", made.clock.now)
        yield made


def settled(sim) -> Gift:
    gift = Gift.objects.get()
    sim.stripe.pay(gift.checkout_ref)
    paypal_world.deliver_and_apply(sim)
    return fresh(gift)


def test_only_what_the_newsroom_names_and_a_provider_changes_is_offered(client, campaign, sim, settings):
    body = text_of(page(client))
    assert "Give in another currency" in body
    assert f"/contribute/?campaign={campaign.slug}&amp;frequency=once&amp;currency=EUR" in body
    assert "Japanese yen (JPY)" in body
    settings.ENV = settings.ENV.model_copy(update={"other_currencies": ""})
    assert "another currency" not in text_of(page(client))
    settings.ENV = settings.ENV.model_copy(update={"other_currencies": "EUR", "stripe_secret_key": "", "practice": True})
    assert "another currency" not in text_of(page(client))  # the practice system changes nothing


def test_in_another_currency_the_amount_is_typed_in_it(client, campaign, sim):
    body = text_of(page(client, "?currency=EUR&frequency=monthly&from=/news/a-story/"))
    form = Form(body)
    assert (form.fields["currency"], form.fields["frequency"], form.fields["page"]) == ("EUR", "monthly", "/news/a-story/")
    assert "How much, in EUR?" in body
    assert "You give in euros (EUR)" in body
    assert [name for name, *_ in form.radios if name.startswith("amount_")] == []
    assert f"/contribute/?campaign={campaign.slug}&amp;frequency=monthly&amp;from=%2Fnews%2Fa-story%2F" in body  # the way back
    assert 'inputmode="numeric"' in text_of(page(client, "?currency=JPY"))
    assert Form(text_of(page(client, "?currency=GBP"))).fields["currency"] == "USD"


def test_it_counts_at_what_was_credited(client, campaign, sim):
    assert send(client, campaign, currency="EUR", amount_once=None, amount="20").status_code == 303
    gift = settled(sim)
    assert (gift.amount, gift.settled, raised(campaign)) == (Money(2000, "EUR"), Money(2165, "USD"), 2165)
    assert "It counts as $21.65" in text_of(client.get(links.thanks_path(gift, now=NOW)))
    assert "counts as $21.65" in text_of(visitor("ada@example.org").get("/giving/yours/"))
    assert books_are_right()


def test_the_cover_has_the_rate_of_its_currency_or_is_not_offered(client, campaign, sim):
    body = text_of(page(client, "?currency=EUR"))
    assert "It usually takes 4.4 % and €0.25. For €25 you would add €1.42 and pay €26.42" in body
    send(client, campaign, currency="EUR", amount_once=None, amount="25", cover="yes")
    gift = settled(sim)
    assert (gift.amount, gift.cover) == (Money(2642, "EUR"), Money(142, "EUR"))
    assert 'name="cover"' not in text_of(page(client, "?currency=JPY"))
    send(client, campaign, currency="JPY", amount_once=None, amount="1200", cover="yes", email="bo@example.org")
    assert Gift.objects.get(currency="JPY").amount == Money(1200, "JPY")


def test_a_monthly_gift_renews_in_its_own_currency(client, campaign, sim):
    send(client, campaign, currency="EUR", frequency="monthly", amount_once=None, amount="10")
    settled(sim)
    sim.advance(days=32)
    paypal_world.deliver_and_apply(sim)
    assert [gift.amount for gift in Gift.objects.all()] == [Money(1000, "EUR")] * 2
    assert sum(gift.settled_minor for gift in Gift.objects.all()) == 2 * 1083


def test_what_is_not_offered_is_refused_in_a_sentence(client, campaign, sim):
    refused = send(client, campaign, currency="GBP", amount_once=None, amount="20")
    assert refused.status_code == 422
    assert "takes USD, EUR, JPY only" in text_of(refused)
    assert not Gift.objects.exists()
    again = Form(text_of(send(client, campaign, currency="EUR", amount_once=None, amount="none"))).fields
    assert (again["currency"], again["amount"]) == ("EUR", "none")


def test_each_way_to_pay_covers_its_own_fee(client, campaign, settings):
    both = {"bank_account_name": "The Paper", "bank_details": "Account 12", "stripe_secret_key": "sk_live_x", "practice": False}
    settings.ENV = settings.ENV.model_copy(update=both | {"paypal_client_id": "x", "paypal_secret": "y", "fee_rates": "stripe 2.9 0.30, paypal 3.49 0.49"})
    body = text_of(page(client))
    assert "It usually takes Card, wallet or direct debit: 2.9 % and $0.30; PayPal: 3.49 % and $0.49." in body
    assert 'value="paypal" data-percent="3.49" data-fixed="49"' in body
    send(client, campaign, way="bank", cover="yes")
    assert Gift.objects.get().amount == Money(2500, "USD")  # a transfer costs nothing that anybody could cover


def test_a_provider_that_does_not_take_a_currency_is_not_asked(campaign, settings, monkeypatch, tmp_path):
    with paypal_world.simulated(settings, monkeypatch, tmp_path):
        words = {"frequency": Frequency.ONCE, "email": "ada@example.org", "base_url": HOST, "now": NOW, "provider_name": "paypal"}
        with pytest.raises(GiftRefused, match="give in USD"):
            start_gift(campaign=campaign, amount=Money(12_340, "KWD"), **words)


def test_a_currency_that_does_not_exist_is_named(tmp_path):
    assert Env(data=tmp_path, other_currencies="EUR  GBP EUR").other_currencies == "EUR GBP"
    with pytest.raises(ValidationError, match="EURO"):
        Env(data=tmp_path, other_currencies="EURO")


def test_a_campaign_in_that_currency_offers_the_others(client, sim):
    euros = make_campaign(name="Euros", currency="EUR")
    assert "currency=JPY" in text_of(page(client, f"?campaign={euros.slug}"))
    assert "currency=EUR" not in text_of(page(client, f"?campaign={euros.slug}"))
