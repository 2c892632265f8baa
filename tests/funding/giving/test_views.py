"""The public pages of giving, as a browser sees them."""

import re
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from masthead.funding.campaigns.actions import close_campaign, feature
from masthead.funding.giving import forms, links
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderUnreachable
from masthead.funding.providers.practice import client as practice
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.funding.providers.signatures import sign
from masthead.kernel import clock
from tests.funding.giving.acts import begin, deliver_and_apply, fresh, given, later, pay, raised
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
HOME = {"origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def campaign():
    made = make_campaign(name="Keep the lights on", suggested_once=[1000, 2500], suggested_monthly=[500, 1000])
    feature(campaign=made)
    return made


class Form(HTMLParser):
    """The fields of a page's forms as a browser would send them, and what labels them."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.ids, self.labels = {}, set(), set()
        self.radios = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.add(given.get("id"))
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind in {"radio", "checkbox"}:
                self.radios.append((given["name"], given.get("value"), "checked" in given))
                if "checked" in given:
                    self.fields[given["name"]] = given.get("value", "on")
            else:
                self.fields[given["name"]] = given.get("value", "")


def page(client, query=""):
    return client.get(f"/contribute/{query}")


def text_of(response):
    return response.content.decode()


def filled(campaign, fields):
    usual = {
        "campaign": campaign.slug,
        "currency": campaign.currency,
        "made": forms.form_token(now=NOW),
        "frequency": "once",
        "amount_once": "25",
        "amount": "",
        "email": "ada@example.org",
        "name": "",
        "dedication": "",
        "website": "",
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


def send(client, to, /, headers=HOME, **fields):
    return client.post("/contribute/", filled(to, fields), headers=headers)


def nothing_happened():
    return not Gift.objects.exists() and not Transfer.objects.exists()


# --- the form ---------------------------------------------------------------------------------------


def test_the_page_asks_for_the_featured_campaign(client, campaign):
    response = page(client)
    assert response.status_code == 200
    assert "Keep the lights on" in text_of(response)
    form = Form(text_of(response))
    assert [value for name, value, _ in form.radios if name == "amount_once"] == ["10", "25", "other"]
    assert [value for name, value, _ in form.radios if name == "amount_monthly"] == ["5", "10", "other"]


def test_nothing_is_chosen_for_the_giver_but_once(client, campaign):
    form = Form(text_of(page(client)))
    assert [(name, value) for name, value, checked in form.radios if checked] == [("frequency", "once")]
    assert form.fields["amount"] == ""


def test_the_page_is_the_same_for_everyone_and_sets_no_cookie(campaign):
    first, second = page(Client()), page(Client())
    assert first.content == second.content
    assert not first.cookies
    assert first["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in first.get("Vary", "")


def test_a_page_fetched_days_ago_still_works(client, campaign, monkeypatch):
    fields = Form(text_of(page(client))).fields
    monkeypatch.setattr(clock, "now", lambda: later(6 * 86400))
    response = client.post("/contribute/", fields | {"amount_once": "25", "email": "ada@example.org"}, headers=HOME)
    assert response.status_code == 303


def test_a_page_older_than_a_week_asks_to_press_again_and_keeps_what_was_typed(client, campaign, monkeypatch):
    fields = Form(text_of(page(client))).fields
    monkeypatch.setattr(clock, "now", lambda: later(9 * 86400))
    response = client.post("/contribute/", fields | {"amount_once": "25", "email": "ada@example.org"}, headers=HOME)
    assert response.status_code == 422
    assert "open for too long" in text_of(response)
    again = Form(text_of(response)).fields
    assert (again["email"], again["amount_once"]) == ("ada@example.org", "25")
    assert client.post("/contribute/", again, headers=HOME).status_code == 303


@pytest.mark.parametrize(
    ("query", "checked", "typed"),
    [
        ("?amount=25", {("frequency", "once"), ("amount_once", "25")}, ""),
        ("?amount=10&frequency=monthly", {("frequency", "monthly"), ("amount_monthly", "10")}, ""),
        ("?amount=7.50", {("frequency", "once"), ("amount_once", "other")}, "7.50"),
        ("?amount=<script>&frequency=weekly", {("frequency", "once")}, ""),
        ("?amount=7.505", {("frequency", "once")}, ""),
    ],
)
def test_an_address_can_fill_the_form(client, campaign, query, checked, typed):
    response = page(client, query)
    form = Form(text_of(response))
    assert {(name, value) for name, value, is_checked in form.radios if is_checked} == checked
    assert form.fields["amount"] == typed
    assert "<script>" not in text_of(response).replace('<script src="', "")


def test_every_field_has_a_label_and_every_error_a_place(client, campaign):
    response = send(client, campaign, amount_once=None, email="", name="x" * 81, dedication="a\nb")
    form = Form(text_of(response))
    named = {"amount", "email", "name", "show_name", "dedication", "frequency-once", "frequency-monthly"}
    assert named <= form.labels
    links_to = set(re.findall(r'<li><a href="#([^"]+)"', text_of(response)))
    assert links_to == {"amount", "email", "name", "dedication"}
    assert links_to <= form.ids
    for field in links_to:
        assert f'id="{field}-error"' in text_of(response)


def test_without_an_open_campaign_the_page_says_so(client):
    assert "no open campaign" in text_of(page(client))


def test_a_closed_campaign_says_so_and_offers_the_open_one(client, campaign):
    old = make_campaign(name="Old roof")
    close_campaign(campaign=old)
    response = page(client, f"?campaign={old.slug}")
    assert response.status_code == 200
    assert "“Old roof” is closed" in text_of(response)
    assert Form(text_of(response)).fields["campaign"] == campaign.slug


def test_an_unknown_or_secret_campaign_is_not_found(client, campaign):
    draft = make_campaign(name="Secret plan", opened=False)
    for slug in ("nothing", draft.slug):
        response = page(client, f"?campaign={slug}")
        assert response.status_code == 404
        assert "Secret plan" not in text_of(response)


def test_yen_are_asked_for_without_decimals(client):
    yen = make_campaign(name="Yen", currency="JPY", goal=100_000, suggested_once=[1200])
    response = page(client, f"?campaign={yen.slug}")
    assert 'inputmode="numeric"' in text_of(response)
    assert "¥1,200" in text_of(response)


# --- sending it -------------------------------------------------------------------------------------


def test_a_gift_goes_to_its_checkout(client, campaign):
    response = send(client, campaign, name="Ada", show_name="yes", dedication="For the night desk", page="/news/a-story/")
    assert response.status_code == 303
    gift = Gift.objects.get()
    assert response["Location"] == gift.checkout_url == f"http://testserver/practice/checkout/{gift.checkout_ref}/"
    assert (gift.amount_minor, gift.public_name, gift.show_name, gift.dedication, gift.page_path) == (2500, "Ada", True, "For the night desk", "/news/a-story/")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({"amount_once": "10"}, 1000),
        ({"amount_once": "other", "amount": "7.50"}, 750),
        ({"amount_once": None, "amount": "1,250"}, 125_000),
        ({"amount_once": "25", "amount": "25.00"}, 2500),
        ({"frequency": "monthly", "amount_once": "25", "amount_monthly": "5"}, 500),
    ],
)
def test_what_is_understood_as_the_amount(client, campaign, fields, amount):
    assert send(client, campaign, **fields).status_code == 303
    assert Gift.objects.get().amount_minor == amount


BAD = [
    ({"amount_once": None}, "Choose an amount"),
    ({"amount_once": "other"}, "Type the amount"),
    ({"amount_once": "other", "amount": "-5"}, "above zero"),
    ({"amount_once": "other", "amount": "0"}, "above zero"),
    ({"amount_once": "other", "amount": "0.00"}, "above zero"),
    ({"amount_once": "other", "amount": "1000000.01"}, "more than can be given"),
    ({"amount_once": "other", "amount": "9" * 50}, "not an amount|whole number|within"),
    ({"amount_once": "other", "amount": "9" * 70}, "not an amount"),
    ({"amount_once": "other", "amount": "ten"}, "not an amount"),
    ({"amount_once": "other", "amount": "1e3"}, "not an amount"),
    ({"amount_once": "other", "amount": "NaN"}, "not an amount"),
    ({"amount_once": "other", "amount": "10.005"}, "smallest step in USD is 0.01"),
    ({"amount_once": "other", "amount": "1.0050"}, "smallest step is 0.01"),
    ({"amount_once": "other", "amount": "0.001"}, "smallest step in USD is 0.01"),
    ({"amount_once": "25", "amount": "7"}, "You chose one amount and typed another"),
    ({"amount_once": "<b>"}, "not an amount"),
    ({"frequency": "weekly"}, "Choose once or monthly"),
    ({"frequency": None}, "Choose once or monthly"),
    ({"email": ""}, "Give an e-mail address"),
    ({"email": "nobody"}, "not an e-mail address"),
    ({"email": "a@b.org\nBcc: c@d.org"}, "not an e-mail address"),
    ({"email": "x" * 290 + "@b.org"}, "not an e-mail address|at most"),
    ({"name": "Ada\r\nOkafor"}, "line break"),
    ({"name": "\x00"}, "line break|Null characters"),
    ({"name": "x" * 81}, "81 characters"),
    ({"dedication": "\u202egnp.exe"}, "invisible character"),
    ({"dedication": "x" * 201}, "201 characters"),
    ({"currency": "EUR"}, "takes USD only"),
    ({"currency": "DOGE"}, "takes USD only"),
    ({"campaign": "nothing-here"}, "no such campaign"),
    ({"website": "https://spam.example"}, "Leave the field"),
    ({"made": ""}, "open for too long"),
    ({"made": "form.0~forged"}, "open for too long"),
]


@pytest.mark.parametrize(("fields", "sentence"), BAD)
def test_bad_input_gets_one_clear_sentence_and_leaves_nothing(client, campaign, fields, sentence):
    response = send(client, campaign, **fields)
    assert response.status_code == 422
    summary = re.search(r'<div class="give__errors".*?</div>', text_of(response), re.DOTALL)
    assert summary
    assert re.search(sentence, summary[0])
    assert nothing_happened()
    assert response["Cache-Control"] == "no-store"
    assert "<title>Error:" in text_of(response)


def test_what_was_typed_is_kept(client, campaign):
    typed = {"amount_once": "other", "amount": "ten", "email": "ada@", "name": 'Ada "A" <b>', "dedication": "For Eve", "show_name": "yes", "page": "/news/x/"}
    form = Form(text_of(send(client, campaign, **typed)))
    assert {name: form.fields[name] for name in typed} == typed


def test_a_closed_campaign_takes_nothing(client, campaign):
    close_campaign(campaign=campaign)
    response = send(client, campaign)
    assert response.status_code == 422
    assert "is closed and takes no more gifts" in text_of(response)
    assert nothing_happened()


@pytest.mark.parametrize(("typed", "status"), [("1200", 303), ("1,200", 303), ("1200.5", 422), ("12.00", 422)])
def test_yen_take_no_decimals(client, typed, status):
    yen = make_campaign(name="Yen", currency="JPY", goal=100_000)
    assert send(client, yen, amount_once=None, amount=typed).status_code == status
    assert [gift.amount_minor for gift in Gift.objects.all()] == ([1200] if status == 303 else [])


def test_a_page_elsewhere_is_not_remembered(client, campaign):
    send(client, campaign, page="//evil.example/")
    assert Gift.objects.get().page_path == ""


def test_a_provider_that_does_not_answer_takes_nothing_and_the_same_press_goes_on_later(client, campaign, monkeypatch):
    original = PracticeProvider.start

    def silent(self, request, *, now):
        raise ProviderUnreachable("no answer")

    monkeypatch.setattr(PracticeProvider, "start", silent)
    response = send(client, campaign)
    assert (response.status_code, "Nothing was taken: try again" in text_of(response)) == (503, True)
    monkeypatch.setattr(PracticeProvider, "start", original)
    assert "Go on to the payment" in text_of(send(client, campaign))
    assert Gift.objects.count() == 1


def test_beside_a_live_provider_no_practice_gift_is_taken(client, campaign, monkeypatch):
    live = registry.Listed(name="live", live=True, is_on=lambda: True, path="tests:none")
    monkeypatch.setattr(registry, "PROVIDERS", (*registry.PROVIDERS, live))
    assert "cannot be taken at the moment" in text_of(page(client))
    assert send(client, campaign).status_code == 503
    assert nothing_happened()


# --- only from our own page -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:81"},
        {"referer": "https://evil.example/contribute/"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site", "origin": "http://blog.testserver"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"origin": "file://testserver"},
        {"origin": "http://[bad"},
    ],
)
def test_a_form_from_elsewhere_is_refused_and_kept(client, campaign, headers):
    response = send(client, campaign, headers=headers)
    assert response.status_code == 403
    assert Form(text_of(response)).fields["email"] == "ada@example.org"
    assert nothing_happened()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://testserver"},
        {"referer": "http://testserver/contribute/?amount=5"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
        {"origin": "http://127.0.0.1:8000"},  # the newsroom's own public address
    ],
)
def test_a_form_from_our_own_page_needs_no_cookie(campaign, headers):
    assert send(Client(enforce_csrf_checks=True), campaign, headers=headers).status_code == 303


# --- pressed twice ----------------------------------------------------------------------------------


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


# --- the webhook's door -----------------------------------------------------------------------------

BODY = b'{"id": "evt_1", "type": "payment.settled", "object": "pay_1", "created": 0}'


def hook(body=BODY, *, signature=None, provider="practice", **named):
    header = sign(body=body, secret=practice.webhook_secret(), now=NOW) if signature is None else signature
    return Client(enforce_csrf_checks=True).post(
        f"/webhooks/{provider}/", body, content_type="application/json", headers={"practice-signature": header}, **named
    )


def test_a_signed_webhook_is_stored_and_answered_200_also_the_second_time():
    assert [hook().status_code, hook().status_code] == [200, 200]
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", sign(body=BODY, secret="wrong", now=NOW), sign(body=b"other", secret="x", now=NOW)])
def test_a_webhook_that_is_not_signed_is_answered_400(signature):
    assert hook(signature=signature).status_code == 400
    assert not InboxEvent.objects.exists()


def test_a_webhook_that_is_no_text_is_answered_400():
    assert hook(b"\xff\xfe\x00").status_code == 400


def test_a_webhook_above_256_kb_is_answered_413():
    assert hook(b"x" * (256 * 1024 + 1)).status_code == 413
    assert not InboxEvent.objects.exists()


def test_a_webhook_for_nobody_is_answered_404():
    assert hook(provider="paypol").status_code == 404


def test_a_webhook_is_never_read_with_get(client):
    assert client.get("/webhooks/practice/").status_code == 405


def test_giving_moves_money_by_post_alone(client, campaign):
    began = begin(campaign)
    for address in (began.checkout_url.removeprefix("http://testserver"), links.thanks_path(began.gift, now=NOW), links.cancelled_path(began.gift, now=NOW)):
        client.get(address + "?do=pay")
    deliver_and_apply()
    assert (fresh(began.gift).state, practice.books().rows("SELECT * FROM payment", [])) == (GiftState.STARTED, [])


def test_the_appeal_leads_here_and_knows_the_way_back(client, campaign):
    html = Template("{% load campaigns %}{% appeal %}").render(Context({"request": RequestFactory().get("/news/a-story/")}))
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'href="(/contribute/[^"]+)"', html)]
    assert len(addresses) == 5
    for address in addresses:
        form = Form(text_of(client.get(address)))
        assert (form.fields["campaign"], form.fields["page"]) == (campaign.slug, "/news/a-story/")
