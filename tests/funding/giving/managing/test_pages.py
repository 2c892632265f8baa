"""A supporter's own pages: how they are entered, what can be done there, and that nobody sees another's."""

import datetime as dt
import json

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from masthead.funding.giving.managing.entering import ask_for_link, forget_visits, send_links
from masthead.funding.giving.models import Frequency, Gift, Pledge
from masthead.funding.providers.practice import client as practice
from masthead.kernel import clock
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from masthead.readers.models import Erasure, Visit
from tests.funding.giving.acts import begin, deliver_and_apply, given
from tests.funding.giving.managing.visits import ADA, EVE, HOME, key_in, link_for, press, text_of, visitor
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def it_is(monkeypatch):
    def moment(now: dt.datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)

    moment(NOW)
    return moment


@pytest.fixture
def campaign(it_is):
    return make_campaign()


def promised(campaign, email: str = ADA) -> Pledge:
    gift = given(campaign, 1000, frequency=Frequency.MONTHLY, email=email)
    return Pledge.objects.get(gifts=gift)


# --- the way in -------------------------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answer(client, campaign):
    given(campaign, email=ADA)
    answers = [client.post("/giving/", {"email": email}, headers=HOME) for email in (ADA, "nobody@example.org")]
    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {(303, "/giving/?sent", b"")}
    assert send_links(now=NOW) == 1
    assert [letter.to for letter in mail.outbox] == [[ADA]]
    assert set(Visit.objects.values_list("email", flat=True)) == {""}
    assert "on its way" in text_of(client.get("/giving/?sent"))


def test_an_address_gets_three_letters_an_hour_and_a_network_asks_for_twenty(client, campaign):
    given(campaign, email=ADA)
    codes = [client.post("/giving/", {"email": ADA if number < 5 else f"n{number}@example.org"}, headers=HOME).status_code for number in range(22)]
    assert codes == [303] * 20 + [429] * 2
    assert send_links(now=NOW) == 3


@pytest.mark.parametrize(("email", "headers", "status"), [("ada@", HOME, 422), (ADA, {"Sec-Fetch-Site": "cross-site"}, 403)])
def test_what_is_no_address_or_not_our_form_is_refused(client, campaign, email, headers, status):
    assert client.post("/giving/", {"email": email}, headers=headers).status_code == status
    assert not Visit.objects.exists()


def test_a_link_works_once_and_looking_at_it_uses_nothing_up(campaign):
    given(campaign, email=ADA)
    link = link_for(ADA)
    assert link.startswith("/giving/enter/")
    first, second = Client(), Client()
    assert first.get(link).status_code == 200
    answer = first.post(link)
    cookie = answer.cookies["masthead_giving"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == ("/giving/", True, "Lax", 1800)
    assert second.post(link).status_code == 404
    assert second.get(link).status_code == 404
    assert first.get("/giving/yours/").status_code == 200


def test_link_and_visit_last_half_an_hour(campaign, it_is):
    given(campaign, email=ADA)
    browser, link = visitor(ADA), link_for(ADA)
    it_is(NOW + dt.timedelta(minutes=31))
    assert Client().post(link).status_code == 404
    assert browser.get("/giving/yours/")["Location"] == "/giving/?over"


def test_a_closed_page_stays_closed(campaign):
    given(campaign, email=ADA)
    browser = visitor(ADA)
    kept = browser.cookies["masthead_giving"].value
    press(browser, "/giving/leave/")
    again = Client()
    again.cookies["masthead_giving"] = kept
    assert again.get("/giving/yours/").status_code == 303


def test_visits_are_forgotten(campaign):
    link_for_nobody = lambda: ask_for_link(email="x@example.org", place="p", now=NOW)  # noqa: E731
    link_for_nobody()
    assert forget_visits(now=NOW + dt.timedelta(days=3)) == 1


# --- what can be done -------------------------------------------------------------------------------


def test_the_page_shows_gifts_with_receipts_and_pledges(campaign):
    promised(campaign)
    page = visitor(ADA).get("/giving/yours/")
    assert page["Cache-Control"] == "no-store"
    for said in ("10 US dollars each month", "The next payment is on December 22, 2026", "/contribute/receipt/", "Statement of 2026", "Pause", "End it now"):
        assert said in text_of(page)


def test_amount_pause_and_going_on(campaign):
    pledge, browser = promised(campaign), visitor(ADA)
    path = f"/giving/pledge/{pledge.pk}"
    assert press(browser, f"{path}/amount/", amount="4", once="a").status_code == 303
    pledge.refresh_from_db()
    assert pledge.amount == Money(400, "USD")
    assert press(browser, f"{path}/pause/").status_code == 303
    pledge.refresh_from_db()
    assert (pledge.state, pledge.next_at) == (Pledge.State.PAUSED, None)
    assert press(browser, f"{path}/resume/").status_code == 303
    pledge.refresh_from_db()
    assert pledge.state == Pledge.State.ACTIVE
    refused = press(browser, f"{path}/amount/", amount="none")
    assert refused.status_code == 422
    assert "is not an amount" in text_of(refused)


def test_ending_takes_one_press_and_keeps_why(campaign):
    pledge, browser = promised(campaign), visitor(ADA)
    assert press(browser, f"/giving/pledge/{pledge.pk}/end/", because="money", words="Sorry!\nReally").status_code == 303
    pledge.refresh_from_db()
    assert (pledge.state, pledge.ended_because, pledge.ended_words) == (Pledge.State.ENDED, "money", "Sorry! Really")
    assert practice.pledge(pledge.provider_ref)["pledge"]["state"] == "ended"
    assert press(browser, f"/giving/pledge/{pledge.pk}/pause/").status_code == 422


def test_the_card_is_changed_at_the_provider(campaign):
    pledge, browser = promised(campaign), visitor(ADA)
    assert press(browser, f"/giving/pledge/{pledge.pk}/card/")["Location"].startswith(f"http://testserver/practice/pledge/{pledge.provider_ref}/")


def test_a_name_is_shown_when_it_is_chosen_and_gone_at_once_when_not(client, campaign):
    gift = given(campaign, 2500, email=ADA, dedication="For Eve")
    given(campaign, 700, email=EVE, public_name="Eve Silent")
    assert "Nobody has asked" in text_of(client.get("/supporters/"))
    browser = visitor(ADA)
    path = f"/giving/gift/{gift.pk}/show/"
    assert press(browser, path, visibility="name", name="").status_code == 422
    press(browser, path, visibility="name", name="Ada <b>")
    wall = text_of(client.get("/supporters/"))
    assert "Ada &lt;b&gt;" in wall
    assert "For Eve" in wall
    assert "25 US dollars" not in wall
    press(browser, path, visibility="amount", name="Ada")
    assert "25 US dollars" in text_of(client.get("/supporters/"))
    press(browser, path, visibility="hidden", name="Ada")
    assert "Ada" not in text_of(client.get("/supporters/"))
    assert "Eve Silent" not in wall


def test_a_statement_adds_up_what_was_given_in_a_year(campaign):
    given(campaign, 2500, email=ADA)
    given(campaign, 1050, email=ADA)
    given(campaign, 9999, email=EVE)
    browser = visitor(ADA)
    page = text_of(browser.get("/giving/statement/2026/"))
    assert "Given in all: $35.50 (35.50 US dollars)" in page
    assert "99.99" not in page
    assert browser.get("/giving/statement/2026/gifts.pdf").content.startswith(b"%PDF")
    assert browser.get("/giving/statement/2025/").status_code == 404


def test_the_data_is_whole_and_ones_own(campaign):
    given(campaign, 2500, email=ADA, public_name="Ada")
    given(campaign, 700, email=EVE)
    answer = visitor(ADA).get("/giving/my-gifts.json")
    assert "attachment" in answer["Content-Disposition"]
    said = json.loads(answer.content)
    assert said["supporter"]["email"] == ADA
    assert [gift["amount"] for gift in said["gifts"]] == ["25.00"]
    assert EVE not in text_of(answer)


def test_the_wish_to_be_forgotten_is_noted_once(campaign):
    given(campaign, email=ADA)
    browser = visitor(ADA)
    assert "10 years" in text_of(browser.get("/giving/erase/"))
    for _ in range(2):
        assert press(browser, "/giving/erase/").status_code == 303
    assert Erasure.objects.get().supporter.email == ADA
    assert "seeing to it" in text_of(browser.get("/giving/yours/"))


# --- nobody sees another's --------------------------------------------------------------------------


def all_paths(pledge: Pledge, gift: Gift) -> list[tuple[str, str]]:
    changes = [("post", reverse("giving_change", args=[pledge.pk, what])) for what in ("amount", "pause", "resume", "end", "card")]
    reads = [("get", reverse(name)) for name in ("giving_yours", "giving_data", "giving_erase")]
    reads += [("get", reverse(name, args=[2026])) for name in ("giving_statement", "giving_statement_pdf")]
    return [*changes, ("post", reverse("giving_show", args=[gift.pk])), ("post", reverse("giving_erase")), ("post", reverse("giving_leave")), *reads]


@pytest.mark.parametrize("role", [None, *Role])
def test_without_a_visit_no_role_gets_in(campaign, role):
    pledge = promised(campaign)
    browser = Client()
    if role:
        browser.force_login(make_staff(role))
    before = list(Pledge.objects.values()) + list(Gift.objects.values())
    for method, path in all_paths(pledge, pledge.gifts.get()):
        answer = getattr(browser, method)(path, headers=HOME)
        assert (answer.status_code, answer["Location"]) == (303, "/giving/?over"), path
    assert list(Pledge.objects.values()) + list(Gift.objects.values()) == before


def test_another_supporters_visit_reaches_nothing_of_ones_own(campaign):
    pledge = promised(campaign)
    given(campaign, 777, email=EVE)
    gift, eve = pledge.gifts.get(), visitor(EVE)
    before = list(Pledge.objects.values()) + list(Gift.objects.values())
    for method, path in all_paths(pledge, gift):
        if path in {reverse("giving_leave"), reverse("giving_erase")}:
            continue
        fields = {"key": key_in(eve), "amount": "1", "visibility": "name", "name": "Mallory"} if method == "post" else {}
        answer = getattr(eve, method)(path, fields, headers=HOME)
        assert answer.status_code == (404 if method == "post" else 200), path
        assert ADA not in answer.content.decode(errors="replace"), path
        assert str(gift.pk) not in answer.content.decode(errors="replace"), path
    assert list(Pledge.objects.values()) + list(Gift.objects.values()) == before


def test_a_form_without_this_visits_key_changes_nothing(campaign):
    pledge = promised(campaign)
    given(campaign, 777, email=EVE)
    browser, eve = visitor(ADA), visitor(EVE)
    for key in ("", "x", key_in(eve)):
        assert press(browser, f"/giving/pledge/{pledge.pk}/end/", key=key).status_code == 403
    assert browser.post(f"/giving/pledge/{pledge.pk}/end/", {"key": key_in(browser)}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    pledge.refresh_from_db()
    assert pledge.state == Pledge.State.ACTIVE


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "~~~"])
def test_a_made_up_cookie_opens_nothing(client, campaign, cookie):
    given(campaign, email=ADA)
    client.cookies["masthead_giving"] = cookie
    assert client.get("/giving/yours/").status_code == 303


def test_a_gift_that_was_not_paid_is_not_listed(campaign):
    given(campaign, 2500, email=ADA)
    begin(campaign, 4321, email=ADA)
    deliver_and_apply()
    assert "43.21" not in text_of(visitor(ADA).get("/giving/yours/"))
