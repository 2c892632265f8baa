"""Gifts and webhooks in the desk."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from masthead.funding.giving.actions import apply_inbox, send_receipts
from masthead.funding.giving.models import Gift, GiftState, InboxEvent
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import begin, deliver_and_apply, fresh, given, later, pay, raised
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: later(60))


def signed_in(role):
    client = Client()
    client.force_login(make_staff(role, email=f"{role.name.lower()}@news.example"))
    return client


@pytest.fixture
def publisher():
    return signed_in(Role.PUBLISHER)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_what_was_given_and_what_became_of_it(publisher):
    campaign = make_campaign(name="Keep the lights on")
    given(campaign, email="ada@example.org")
    begin(campaign, 750, email="eve@example.org")
    body = text_of(publisher.get(reverse("gifts:index")))
    for said in ("$25", "Settled", "$7.50", "Started", "Keep the lights on", "Once", "practice", "ada@example.org"):
        assert said in body


def test_the_list_is_filtered_and_searched(publisher):
    campaign = make_campaign()
    settled = given(campaign, email="ada@example.org")
    started = begin(campaign, 750, email="eve@example.org").gift

    def shown(query):
        body = text_of(publisher.get(reverse("gifts:index_results") + query))
        return {gift.pk for gift in (settled, started) if str(gift.pk) in body}

    assert shown("") == {settled.pk, started.pk}
    assert shown("?state=settled") == {settled.pk}
    assert shown("?frequency=monthly") == set()
    assert shown(f"?campaign={campaign.pk}&provider=practice") == {settled.pk, started.pk}
    assert shown("?q=EVE@example") == {started.pk}
    assert shown(f"?q={settled.provider_ref}") == {settled.pk}
    assert shown(f"?q={started.pk}") == {started.pk}


def test_a_gift_shows_its_history_its_rows_and_its_webhooks(publisher):
    gift = given(make_campaign(), public_name="Ada", dedication="For Eve", page_path="/news/x/")
    send_receipts(now=NOW)
    body = text_of(publisher.get(reverse("gifts:gift", args=[gift.pk])))
    for said in (
        f"practice:{gift.provider_ref}:gift",
        f"practice:{gift.provider_ref}:fee",
        "payment.settled",
        "Applied",
        "For Eve",
        "/news/x/",
        "not to be shown",
        "Sent",
        "$1.03",
    ):
        assert said in body


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR])
def test_nobody_but_publishers_sees_money(role):
    gift = given(make_campaign())
    event = InboxEvent.objects.get()
    client = signed_in(role)
    addresses = [
        *(reverse(name) for name in ("gifts:index", "gifts:index_results", "webhooks:index", "webhooks:index_results")),
        *(reverse(name, args=[gift.pk]) for name in ("gifts:gift", "gifts:refund", "gifts:receipt")),
        *(reverse(name, args=[event.pk]) for name in ("webhooks:webhook", "webhooks:again")),
    ]
    for address in addresses:
        for answer in (client.get(address), client.post(address, {"amount": "25", "key": "0" * 32, "confirmed": "yes"})):
            assert answer.status_code in {302, 405}  # Wagtail leads away from what is not allowed
            if answer.status_code == 302:
                assert answer["Location"] == reverse("wagtailadmin_home")
    assert fresh(gift).state == GiftState.SETTLED
    assert "Gifts" not in text_of(client.get(reverse("wagtailadmin_home")))


def test_strangers_are_asked_to_sign_in(client):
    gift = given(make_campaign())
    for address in (reverse("gifts:index"), reverse("gifts:gift", args=[gift.pk]), reverse("gifts:refund", args=[gift.pk])):
        assert client.get(address)["Location"].startswith(reverse("wagtailadmin_login"))


def refund_page(client, gift, **fields):
    address = reverse("gifts:refund", args=[gift.pk])
    key = re.search(r'name="key" value="([0-9a-f]{32})"', text_of(client.get(address)))[1]
    return lambda **more: client.post(address, {"key": key} | fields | more)


def test_giving_back_is_said_once_more_before_it_is_done(publisher):
    campaign = make_campaign()
    gift = given(campaign)
    press = refund_page(publisher, gift, amount="10")
    assert "Yes, give $10 back" in text_of(press())
    assert raised(campaign) == 2500
    assert press(confirmed="yes").status_code == 302
    assert (raised(campaign), fresh(gift).state) == (1500, GiftState.PARTLY_REFUNDED)
    assert "publisher@news.example" in text_of(publisher.get(reverse("gifts:gift", args=[gift.pk])))


def test_giving_back_pressed_twice_is_done_once(publisher):
    campaign = make_campaign()
    press = refund_page(publisher, given(campaign), amount="10", confirmed="yes")
    press()
    press()
    assert raised(campaign) == 1500


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [("25.01", "is left of this gift"), ("0", "is left of this gift"), ("-1", "is left of this gift"), ("ten", "not an amount"), ("", "required")],
)
def test_what_cannot_be_given_back(publisher, amount, sentence):
    campaign = make_campaign()
    press = refund_page(publisher, given(campaign), amount=amount, confirmed="yes")
    assert sentence in text_of(press())
    assert raised(campaign) == 2500


def test_the_whole_gift_is_offered_first(publisher):
    gift = given(make_campaign())
    body = text_of(publisher.get(reverse("gifts:refund", args=[gift.pk])))
    assert 'value="25"' in body
    assert '<h1 class="w-header__title"' in body


def test_a_webhook_about_no_payment_shows_no_gift(publisher):
    gift = begin(make_campaign()).gift  # has no payment yet, either
    event = InboxEvent.objects.create(
        provider=gift.provider, event_id="e", kind="ping", object_ref="", body=b"{}", received_at=NOW, next_try_at=NOW, applied_at=NOW
    )
    assert reverse("gifts:gift", args=[gift.pk]) not in publisher.get(reverse("webhooks:webhook", args=[event.pk])).content.decode()


def test_a_failed_webhook_shows_why_and_can_be_tried_again(publisher):
    campaign = make_campaign()
    began = begin(campaign)
    Gift.objects.filter(pk=began.gift.pk).update(amount_minor=1)
    pay(began)
    deliver_and_apply()
    event = InboxEvent.objects.get()
    assert "is over 25.00 USD" in text_of(publisher.get(reverse("webhooks:index_results") + "?applied=failed"))
    assert "is over 25.00 USD" in text_of(publisher.get(reverse("webhooks:webhook", args=[event.pk])))
    Gift.objects.filter(pk=began.gift.pk).update(amount_minor=2500)
    publisher.post(reverse("webhooks:again", args=[event.pk]))
    apply_inbox(now=later(60))
    assert raised(campaign) == 2500
    assert "is over" not in text_of(publisher.get(reverse("webhooks:index_results") + "?applied=failed"))


def test_a_receipt_can_be_sent_again_by_hand(publisher):
    gift = given(make_campaign())
    send_receipts(now=NOW)
    publisher.post(reverse("gifts:receipt", args=[gift.pk]))
    send_receipts(now=later(60))
    assert len(mail.outbox) == 2


def test_names_are_shown_as_text(publisher):
    gift = given(make_campaign(), public_name="<script>alert(1)</script>", dedication="<img src=x>")
    body = text_of(publisher.get(reverse("gifts:gift", args=[gift.pk])))
    assert "<script>alert" not in body
    assert "<img src=x>" not in body


def test_the_menu_leads_there(publisher):
    body = text_of(publisher.get(reverse("wagtailadmin_home")))
    assert reverse("gifts:index") in body
    assert reverse("webhooks:index") in body
