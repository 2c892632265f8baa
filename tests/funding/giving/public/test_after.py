"""What follows the form: pressed twice, the practice checkout, the page that says thanks."""

import pytest
from django.test import Client

from masthead.funding.giving import links
from masthead.funding.giving.models import Frequency, Gift, GiftState, Pledge
from masthead.funding.providers.practice import client as practice
from masthead.kernel import clock
from tests.funding.giving.acts import begin, deliver_and_apply, fresh, given, later, pay, raised
from tests.funding.giving.public.browsing import HOME, Form, send, text_of
from tests.make.funding import NOW

pytestmark = pytest.mark.django_db


def test_pressed_twice_it_goes_on_with_the_same_checkout(client, campaign):
    first = send(client, campaign)
    second = send(client, campaign)
    assert second.status_code == 200
    assert "begun this gift already" in text_of(second)
    assert first["Location"] in text_of(second)
    assert Gift.objects.count() == 1


def test_after_it_arrived_a_second_gift_is_asked_about_and_can_be_given(client, campaign):
    given(campaign)
    question = send(client, campaign, name="Ada", dedication="For Eve")
    assert "Give again?" in text_of(question)
    assert Gift.objects.count() == 1
    kept = Form(text_of(question)).fields
    assert (kept["name"], kept["dedication"]) == ("Ada", "For Eve")
    assert client.post("/contribute/", kept | {"again": "yes"}, headers=HOME).status_code == 303
    assert Gift.objects.count() == 2


# --- after the checkout -----------------------------------------------------------------------------


def thanks(client, gift, query=""):
    return client.get(links.thanks_path(gift, now=NOW) + query)


def test_the_thank_you_page_says_what_was_given_and_what_it_did(client, campaign):
    response = thanks(client, given(campaign))
    assert "You gave 25 US dollars to “Keep the lights on”" in text_of(response)
    assert "$25 raised of $5,000" in text_of(response)
    assert response["Cache-Control"] == "no-store"
    assert "Refresh" not in response


def test_until_the_provider_has_spoken_the_page_looks_again_and_counts_nothing(client, campaign):
    began = begin(campaign)
    pay(began)
    response = thanks(client, began.gift)
    assert "One moment" in text_of(response)
    assert response["Refresh"].startswith("1; url=/contribute/thanks/")
    assert response["Refresh"].endswith("?look=1")
    assert "$0 raised" in text_of(response)
    deliver_and_apply()
    assert "Thank you" in text_of(thanks(client, began.gift, "?look=1"))


def test_the_page_does_not_look_for_ever(client, campaign):
    began = begin(campaign)
    for looks in ("20", "9" * 5000, "-1", "x"):
        response = thanks(client, began.gift, f"?look={looks}")
        assert response.status_code == 200
        assert ("Refresh" in response) == (looks != "20")
    assert "Look again" in text_of(thanks(client, began.gift, "?look=20"))


def test_a_pending_gift_is_on_its_way(client, campaign):
    began = begin(campaign)
    pay(began, delay_seconds=10)
    deliver_and_apply()
    assert "on its way" in text_of(thanks(client, began.gift))


def test_a_declined_gift_shows_the_way_back(client, campaign):
    began = begin(campaign, 750, frequency=Frequency.MONTHLY)
    practice.books().close_checkout(began.gift.checkout_ref, state="declined", reason="no", now=NOW)
    deliver_and_apply()
    body = text_of(thanks(client, began.gift))
    assert "The payment was declined" in body
    assert f"/contribute/?campaign={campaign.slug}&amp;frequency=monthly&amp;amount=7.50" in body


def test_who_comes_back_without_paying_sees_that_nothing_was_taken(client, campaign):
    began = begin(campaign)
    body = text_of(client.get(links.cancelled_path(began.gift, now=NOW)))
    assert "You came back without paying" in body
    assert fresh(began.gift).state == GiftState.STARTED


def test_a_gift_given_back_says_so(client, campaign):
    gift = given(campaign)
    practice.books().refund(gift.provider_ref, amount=gift.amount, key="a", now=NOW)
    deliver_and_apply()
    assert "was given back" in text_of(thanks(client, gift))


def test_no_token_but_ones_own_opens_a_gift(client, campaign, monkeypatch):
    gift = given(campaign, email="ada@example.org", public_name="Ada")
    path = links.thanks_path(gift, now=NOW)
    wrong = [
        path[:-2] + "/",
        path.replace("~", "~x"),
        f"/contribute/thanks/{gift.pk}/",
        f"/contribute/thanks/{gift.pk.hex}/",
        "/contribute/thanks/x/",
        links.pledge_path(Pledge(pk=gift.pk), now=NOW).replace("pledge", "thanks"),
    ]
    bodies = set()
    for address in wrong:
        response = client.get(address)
        assert response.status_code == 404
        bodies.add(text_of(response))
    monkeypatch.setattr(clock, "now", lambda: later(91 * 86400))
    assert client.get(path).status_code == 404
    assert not any("Ada" in body for body in bodies)


def test_the_thank_you_page_names_no_person(client, campaign):
    body = text_of(thanks(client, given(campaign, email="ada.secret@example.org", public_name="Ada Secret", dedication="To Eve")))
    assert "ada.secret" not in body
    assert "Ada Secret" not in body


def test_a_pledge_is_seen_and_ended_at_the_provider(client, campaign):
    given(campaign, frequency=Frequency.MONTHLY)
    pledge = Pledge.objects.get()
    response = client.get(links.pledge_path(pledge, now=NOW))
    assert response.status_code == 302
    portal = response["Location"].removeprefix("http://testserver")
    assert "It goes on until you end it" in text_of(client.get(portal))
    client.post(portal, {"do": "end"})
    assert "It has ended" in text_of(client.get(portal))
    deliver_and_apply()
    pledge.refresh_from_db()
    assert pledge.state == Pledge.State.ENDED


# --- the practice checkout --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "state", "total"),
    [
        ("pay", GiftState.SETTLED, 2500),
        ("twice", GiftState.SETTLED, 2500),
        ("later", GiftState.PENDING, 0),
        ("decline", GiftState.DECLINED, 0),
        ("cancel", GiftState.CANCELLED, 0),
    ],
)
def test_each_button_of_the_practice_checkout(client, campaign, button, state, total):
    began = begin(campaign)
    address = began.checkout_url.removeprefix("http://testserver")
    assert "Practice. No money moves." in text_of(client.get(address))
    response = Client(enforce_csrf_checks=True).post(address, {"do": button})
    assert response.status_code == 302
    deliver_and_apply()
    assert (fresh(began.gift).state, raised(campaign)) == (state, total)
    assert client.get(response["Location"].removeprefix("http://testserver")).status_code == 200


def test_a_checkout_pressed_twice_is_paid_once(client, campaign):
    address = begin(campaign).checkout_url.removeprefix("http://testserver")
    for _ in range(2):
        assert client.post(address, {"do": "pay"}).status_code == 302
    deliver_and_apply()
    assert raised(campaign) == 2500


def test_the_practice_pages_are_gone_where_practice_is_off(client, campaign, settings):
    address = begin(campaign).checkout_url.removeprefix("http://testserver")
    settings.ENV = settings.ENV.model_copy(update={"practice": False})
    assert client.get(address).status_code == 404
    assert client.post(address, {"do": "pay"}).status_code == 404


def test_an_unknown_checkout_is_not_found(client):
    assert client.get("/practice/checkout/cs_none/").status_code == 404


def test_giving_moves_money_by_post_alone(client, campaign):
    began = begin(campaign)
    for address in (began.checkout_url.removeprefix("http://testserver"), links.thanks_path(began.gift, now=NOW), links.cancelled_path(began.gift, now=NOW)):
        client.get(address + "?do=pay")
    deliver_and_apply()
    assert (fresh(began.gift).state, practice.books().rows("SELECT * FROM payment", [])) == (GiftState.STARTED, [])
