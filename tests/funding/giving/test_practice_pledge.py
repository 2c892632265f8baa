"""The practice system's page of one pledge: the giver ends it there, or has the next month come now."""

import pytest

from masthead.funding.giving.models import Frequency, Gift, Pledge
from masthead.kernel import clock
from tests.funding.giving.acts import deliver_and_apply, given, raised
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_campaign()


@pytest.fixture
def page(campaign) -> str:
    given(campaign, frequency=Frequency.MONTHLY)
    return f"/practice/pledge/{Pledge.objects.get().provider_ref}/"


def test_it_says_how_much_and_that_it_goes_on(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert "$25 each month" in answer.content.decode()
    assert "goes on until you end it" in answer.content.decode()


def test_the_next_month_can_come_now(client, page, campaign):
    assert client.post(page, {"do": "renew"}).status_code == 302
    deliver_and_apply()
    assert Gift.objects.count() == 2
    assert raised(campaign) == 5000


def test_an_ended_pledge_takes_nothing_more(client, page, campaign):
    client.post(page, {"do": "end"})
    deliver_and_apply()
    assert Pledge.objects.get().state != Pledge.State.ACTIVE
    assert "It has ended" in client.get(page).content.decode()
    client.post(page, {"do": "renew"})
    deliver_and_apply()
    assert raised(campaign) == 2500


def test_the_way_back_leads_to_this_newsroom_alone(client, page):
    assert 'href="/thanks/"' in client.get(page, {"return": "/thanks/"}).content.decode()
    assert "evil.example" not in client.get(page, {"return": "https://evil.example/"}).content.decode()


def test_a_pledge_that_is_not_there_is_said(client, campaign):
    answer = client.get("/practice/pledge/ple_nothing/")
    assert 400 <= answer.status_code < 500
