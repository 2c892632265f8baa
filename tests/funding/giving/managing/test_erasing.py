"""Forgetting a supporter: the books stay whole, the name goes, and what a law wants kept lies apart for its time."""

import datetime as dt

import pytest

from masthead.funding.giving.managing import erasing
from masthead.funding.giving.managing.actions import ask_erasure
from masthead.funding.giving.managing.models import KeptName
from masthead.funding.giving.models import Frequency, Gift, Pledge
from masthead.funding.providers.practice import client as practice
from masthead.newsroom.staff.roles import Role
from masthead.readers.models import Erasure, Supporter
from tests.funding.giving.acts import books_are_right, given, raised
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def supporter() -> Supporter:
    given(make_campaign(), 1000, frequency=Frequency.MONTHLY, email="ada@example.org", public_name="Ada Lovelace", show_name=True, dedication="For Eve")
    return Supporter.objects.get()


def forget(supporter: Supporter, reason: str = "Asked by letter") -> Erasure:
    return erasing.erase_supporter(supporter=supporter, reason=reason, by="pat", now=NOW)


def test_the_name_goes_and_the_books_stay(supporter):
    campaign, pledge = Gift.objects.get().campaign, Pledge.objects.get()
    ask_erasure(supporter=supporter, now=NOW)
    done = forget(supporter)
    assert not Supporter.objects.exists()
    gift = Gift.objects.get()
    assert (gift.supporter, gift.public_name, gift.show_name, gift.dedication) == (None, "", False, "")
    assert raised(campaign) == 1000
    assert books_are_right()
    assert practice.pledge(pledge.provider_ref)["pledge"]["state"] == "ended"
    assert Erasure.objects.get() == done
    assert (done.supporter, done.gifts, done.kept, done.reason, done.done_by) == (None, 1, 0, "Asked by letter", "pat")
    assert not KeptName.objects.exists()  # practice gifts move no money, so no law asks who gave them


def test_a_law_has_the_name_kept_apart_until_its_day(supporter, monkeypatch):
    monkeypatch.setattr(erasing.queries, "is_practice", lambda name: False)
    assert forget(supporter).kept == 1
    kept = KeptName.objects.get()
    assert (kept.email, kept.name, kept.until_date) == ("ada@example.org", "Ada Lovelace", dt.date(2036, 12, 31))
    assert erasing.forget_kept(now=dt.datetime(2036, 12, 31, 12, tzinfo=dt.UTC)) == 0
    assert erasing.forget_kept(now=dt.datetime(2037, 1, 1, 12, tzinfo=dt.UTC)) == 1
    assert Gift.objects.count() == 1


def test_no_years_keep_no_name(supporter, monkeypatch, settings):
    monkeypatch.setattr(erasing.queries, "is_practice", lambda name: False)
    settings.ENV = settings.ENV.model_copy(update={"retention_years": 0})
    assert forget(supporter).kept == 0


@pytest.mark.parametrize("reason", ["", "  ", "Ada asked", "mail from ada@example.org"])
def test_the_reason_names_nobody(supporter, reason):
    with pytest.raises(erasing.ReasonRefused):
        forget(supporter, reason)
    assert Supporter.objects.exists()


def test_the_desk_forgets_where_a_publisher_says_so(supporter, client):
    path = f"/desk/erasures/{supporter.pk}/erase/"
    for role, status in ((Role.EDITOR, 302), (Role.PUBLISHER, 200)):
        client.force_login(make_staff(role))
        assert client.get(path).status_code == status
    assert "1 gifts stay" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 200
    assert client.post(path, {"reason": "Asked by letter"}).status_code == 302
    assert not Supporter.objects.exists()
    assert "Asked by letter" in client.get("/desk/erasures/").content.decode()
