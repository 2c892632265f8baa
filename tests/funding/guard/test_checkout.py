"""Against card testing: what a giver, a crowd and a thief meet at the checkout."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from masthead.funding.campaigns.actions import feature
from masthead.funding.giving import forms, links
from masthead.funding.giving.actions import send_confirmations
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.guard import queries
from masthead.funding.guard.actions import LETTERS_PER_EMAIL, WaitFirst, admit, tell_outcome, watch
from masthead.funding.guard.models import HeldGift, Start, Tally, Trip
from masthead.funding.guard.rules import Level, Verdict
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderUnreachable
from masthead.funding.providers.practice import client as practice
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import deliver_and_apply, raised
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db
THIEF, READER = "203.0.113.9", "198.51.100.20"
THIEFS, READERS = "203.0.113.0/24", "198.51.100.0/24"
LIMIT = 20


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})


@pytest.fixture
def it_is(monkeypatch):
    """Set the clock."""

    def moment(minutes=0):
        now = NOW + dt.timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    moment()
    return moment


@pytest.fixture
def campaign(it_is):
    made = make_campaign(name="Keep the lights on", suggested_once=[1000, 2500])
    feature(campaign=made)
    return made


def give(campaign, address, email, **fields):
    form = {"campaign": campaign.slug, "made": forms.form_token(now=clock.now()), "frequency": "once", "amount": "25", "email": email} | fields
    return Client(REMOTE_ADDR=address).post("/contribute/", form, headers={"origin": "http://testserver"})


def rush(count, *, place=THIEFS, now=NOW):
    """Begin many gifts as the door of the checkout does, each with an address of its own; return what became of them."""
    met = {"go": 0, "confirm": 0, "wait": 0}
    for number in range(count):
        try:
            met[admit(place=place, email=f"x{number}@thief.example", now=now).value] += 1
        except WaitFirst:
            met["wait"] += 1
    return met


def text_of(response):
    return response.content.decode()


def link_in(letter):
    return re.search(r"https?://[^/]+(/contribute/confirm/\S+)", letter.body)[1]


# --- the acceptance test of funding.md, section 9, no. 10 -------------------------------------------


def test_ten_thousand_checkout_starts_from_one_network_trip_the_breaker_and_others_still_give(campaign, it_is, settings):
    make_staff(Role.PUBLISHER, email="publisher@news.example")
    make_staff(Role.EDITOR, email="editor@news.example")
    met = rush(10_000)
    assert met == {"go": LIMIT, "confirm": 3 * LIMIT, "wait": 10_000 - 4 * LIMIT}
    assert Trip.objects.get().why == f"41 gifts were begun from {THIEFS} within an hour."
    assert give(campaign, THIEF, "eve@thief.example").status_code == 429
    assert give(campaign, READER, "ada@example.org").status_code == 303
    assert give(campaign, "2001:db8:1::5", "bob@example.org").status_code == 303
    for _ in range(3):
        watch(now=NOW)
    assert [letter.to for letter in mail.outbox] == [["publisher@news.example"]]
    assert THIEFS in mail.outbox[0].body
    assert reverse("card_testing:index") in mail.outbox[0].body


def test_a_flood_writes_nothing(campaign, django_assert_num_queries):
    rush(4 * LIMIT + 1)
    before = list(Tally.objects.order_by("pk").values())
    with django_assert_num_queries(2), pytest.raises(WaitFirst):
        admit(place=THIEFS, email="one@more.example", now=NOW)
    assert list(Tally.objects.order_by("pk").values()) == before


# --- who is held --------------------------------------------------------------------------------------


def test_who_is_held_confirms_by_mail_and_gives(campaign, it_is):
    rush(LIMIT)
    answer = give(campaign, THIEF, "ada@example.org", name="Ada", visibility="name", dedication="For Eve", page="/news/x/")
    assert answer.status_code == 202
    assert answer["Cache-Control"] == "no-store"
    for said in ("look at your mail", "ada@example.org", "25 US dollars", "Nothing was taken", f"/contribute/?campaign={campaign.slug}"):
        assert said in text_of(answer)
    assert not Gift.objects.exists()
    assert send_confirmations(now=NOW) == 1
    assert send_confirmations(now=NOW) == 0
    [letter] = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert "25 US dollars" in letter.body
    browser = Client(REMOTE_ADDR=READER)
    page = browser.get(link_in(letter))
    assert page.status_code == 200
    assert not Gift.objects.exists()  # programs that look at mail follow links
    assert browser.post(link_in(letter)).status_code == 303
    gift = Gift.objects.get()
    assert (gift.public_name, gift.show_name, gift.dedication, gift.page_path, gift.supporter.email) == ("Ada", True, "For Eve", "/news/x/", "ada@example.org")
    practice.books().pay(gift.checkout_ref, now=NOW)
    deliver_and_apply()
    assert raised(campaign) == 2500


def test_the_link_works_once_and_leads_back_to_the_same_checkout(campaign, it_is):
    rush(LIMIT)
    give(campaign, THIEF, "ada@example.org")
    send_confirmations(now=NOW)
    browser = Client()
    browser.post(link_in(mail.outbox[0]))
    assert "You have begun this gift already" in text_of(browser.post(link_in(mail.outbox[0])))
    gift = Gift.objects.get()
    practice.books().pay(gift.checkout_ref, now=NOW)
    deliver_and_apply()
    answer = browser.post(link_in(mail.outbox[0]))
    assert answer.status_code == 422
    assert "used already" in text_of(answer)
    assert Gift.objects.count() == 1


def test_the_link_still_works_after_the_provider_did_not_answer(campaign, it_is, monkeypatch):
    rush(LIMIT)
    give(campaign, THIEF, "ada@example.org")
    send_confirmations(now=NOW)

    def fail(*_, **__):
        raise ProviderUnreachable("Away.")

    with monkeypatch.context() as broken:
        broken.setattr(PracticeProvider, "start", fail)
        assert Client().post(link_in(mail.outbox[0])).status_code == 503
    assert Client().post(link_in(mail.outbox[0])).status_code in {200, 303}
    assert Gift.objects.get().state == GiftState.STARTED
    assert registry.default_name() == "practice"


def test_a_link_of_ours_only_and_for_a_day(campaign, it_is):
    rush(LIMIT)
    give(campaign, THIEF, "ada@example.org")
    send_confirmations(now=NOW)
    path = link_in(mail.outbox[0])
    assert Client().get(path.replace("~", "~x")).status_code == 404
    assert Client().get(links.confirm_path(HeldGift.objects.get().pk, now=NOW - dt.timedelta(hours=25))).status_code == 404
    it_is(24 * 60 + 1)
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404
    assert not Gift.objects.exists()


def test_nobody_can_be_buried_in_letters(campaign, it_is):
    rush(LIMIT)
    answers = [give(campaign, THIEF, "victim@example.org", amount=str(10 + number)).status_code for number in range(LETTERS_PER_EMAIL + 2)]
    assert answers == [202] * LETTERS_PER_EMAIL + [429, 429]
    send_confirmations(now=NOW)
    assert len(mail.outbox) == LETTERS_PER_EMAIL


def test_the_same_gift_asked_for_again_has_one_letter(campaign, it_is):
    rush(LIMIT)
    for _ in range(3):
        assert give(campaign, THIEF, "ada@example.org").status_code == 202
    assert HeldGift.objects.count() == 1


def test_a_letter_that_the_mail_server_refuses_is_tried_again(campaign, it_is, settings):
    rush(LIMIT)
    give(campaign, THIEF, "ada@example.org")
    settings.EMAIL_BACKEND = "tests.funding.guard.test_checkout.Refusing"
    assert send_confirmations(now=NOW) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_confirmations(now=NOW) == 0
    assert send_confirmations(now=NOW + dt.timedelta(minutes=2)) == 1


class Refusing:
    def __init__(self, **_):
        pass

    def send_messages(self, _):
        raise OSError("No mail today.")


def test_who_waits_keeps_what_they_typed_and_is_told_when_to_come_back(campaign, it_is):
    rush(4 * LIMIT + 1)
    answer = give(campaign, THIEF, "ada@example.org", dedication="For Eve")
    assert answer.status_code == 429
    assert 60 <= int(answer["Retry-After"]) <= 3600
    body = text_of(answer)
    assert 'value="ada@example.org"' in body
    assert 'value="For Eve"' in body
    assert "try again in" in body
    it_is(70)
    assert give(campaign, THIEF, "ada@example.org").status_code == 303


def test_one_address_begins_so_many_gifts_and_no_more(campaign, it_is):
    answers = [give(campaign, READER, "ada@example.org", amount=str(10 + number)).status_code for number in range(8)]
    assert answers == [303] * 6 + [429] * 2


def test_where_no_proxy_says_who_asks_nobody_is_held_for_the_others(campaign, it_is):
    answers = {give(campaign, "127.0.0.1", f"x{number}@example.org").status_code for number in range(LIMIT + 2)}
    assert answers == {303}


def test_a_stale_form_is_counted_nowhere_and_loses_nothing(campaign, it_is):
    answer = give(campaign, READER, "ada@example.org", made=forms.form_token(now=NOW - dt.timedelta(days=9)))
    assert answer.status_code == 422
    assert "open for too long" in text_of(answer)
    assert 'value="ada@example.org"' in text_of(answer)
    assert not Tally.objects.exists()


# --- the breaker --------------------------------------------------------------------------------------


def declined(campaign, address, email, *, tries=1):
    """Begin a gift and have a card refused at its checkout."""
    assert give(campaign, address, email).status_code == 303
    gift = Gift.objects.latest("created_at", "pk")
    for _ in range(tries):
        tell_outcome(gift_id=Gift.objects.get(supporter__email=email).pk, paid=False, now=clock.now())
    return gift


def test_refused_cards_are_counted_from_the_providers_word(campaign, it_is):
    give(campaign, READER, "ada@example.org")
    practice.books().close_checkout(Gift.objects.get().checkout_ref, state="declined", reason="The card was declined.", now=NOW)
    deliver_and_apply()
    sums = queries.sums_of([queries.SITE, f"place:{READERS}"], now=NOW)
    assert [(found.failed, found.paid) for found in sums.values()] == [(1, 0), (1, 0)]
    give(campaign, READER, "bob@example.org")
    practice.books().pay(Gift.objects.get(supporter__email="bob@example.org").checkout_ref, now=NOW, copies=2)
    deliver_and_apply()
    sums = queries.sums_of([queries.SITE], now=NOW)[queries.SITE]
    assert (sums.failed, sums.paid) == (1, 1)


def test_a_share_of_refused_cards_opens_it_and_holds_those_it_comes_from(campaign, it_is):
    declined(campaign, THIEF, "eve@thief.example", tries=10)
    assert Trip.objects.get().why == "10 of 10 payments were refused within an hour."
    assert give(campaign, THIEF, "mallory@thief.example").status_code == 202
    assert give(campaign, READER, "ada@example.org").status_code == 303


def test_everybody_confirms_where_refusals_go_on_from_everywhere(campaign, it_is):
    declined(campaign, THIEF, "eve@thief.example", tries=10)
    for number in range(10):
        it_is(21)
        declined(campaign, f"203.0.{number}.9", f"eve{number}@thief.example")
    assert Trip.objects.get().level == Level.ALL
    assert give(campaign, READER, "ada@example.org").status_code == 202
    assert Trip.objects.count() == 1


def test_it_closes_by_itself_when_it_is_quiet_and_opens_again(campaign, it_is):
    declined(campaign, THIEF, "eve@thief.example", tries=10)
    watch(now=it_is(29))
    assert queries.open_trip()
    watch(now=it_is(41))
    assert queries.open_trip() is None
    it_is(75)
    assert give(campaign, THIEF, "mallory@thief.example").status_code == 303
    tell_outcome(gift_id=Gift.objects.get(supporter__email="mallory@thief.example").pk, paid=False, now=it_is(76))
    assert queries.open_trip() is None
    declined(campaign, THIEF, "trudy@thief.example", tries=10)
    assert Trip.objects.count() == 2


def test_it_stays_open_while_it_goes_on(campaign, it_is):
    declined(campaign, THIEF, "eve@thief.example", tries=10)
    tell = Gift.objects.get().pk
    for _ in range(10):
        tell_outcome(gift_id=tell, paid=False, now=it_is(35))
    watch(now=it_is(41))
    assert queries.open_trip()


def test_the_alert_is_tried_again_where_the_mail_server_refused_it(campaign, it_is, settings):
    make_staff(Role.PUBLISHER, email="publisher@news.example")
    rush(3 * LIMIT)
    settings.EMAIL_BACKEND = "tests.funding.guard.test_checkout.Refusing"
    watch(now=NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    watch(now=NOW)
    watch(now=NOW)
    assert len(mail.outbox) == 1


def test_what_is_old_is_forgotten(campaign, it_is):
    rush(3 * LIMIT)
    give(campaign, READER, "ada@example.org")
    give(campaign, THIEF, "bob@example.org")
    watch(now=it_is(10 * 24 * 60))
    assert not Tally.objects.exists()
    assert not Start.objects.exists()
    assert not HeldGift.objects.exists()
    watch(now=it_is(101 * 24 * 60))
    assert not Trip.objects.exists()


def test_addresses_are_counted_without_being_written_down(campaign, it_is):
    give(campaign, READER, "ada@example.org")
    assert admit(place=READERS, email=" ADA@example.org", now=NOW) is Verdict.GO
    assert Tally.objects.filter(scope__startswith="mail:").count() == 1
    assert "ada" not in str(list(Tally.objects.values_list("scope", flat=True)))


# --- in the desk --------------------------------------------------------------------------------------


def test_the_publisher_sees_what_happens(campaign, it_is):
    rush(3 * LIMIT)
    client = Client()
    client.force_login(make_staff(Role.PUBLISHER))
    body = text_of(client.get(reverse("card_testing:index")))
    for said in (THIEFS, "41 gifts were begun", "Risky networks confirm", "20 checkouts opened"):
        assert said in body
    assert reverse("card_testing:index") in text_of(client.get(reverse("wagtailadmin_home")))


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR])
def test_nobody_else_does(role, it_is):
    client = Client()
    client.force_login(make_staff(role))
    assert client.get(reverse("card_testing:index"))["Location"] == reverse("wagtailadmin_home")
    assert Client().get(reverse("card_testing:index"))["Location"].startswith(reverse("wagtailadmin_login"))
