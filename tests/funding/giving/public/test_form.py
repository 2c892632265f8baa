"""The contribute form: what it offers, takes and refuses, and that it works from our own page alone."""

import re

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from masthead.funding.campaigns.actions import close_campaign
from masthead.funding.giving.models import Gift
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderUnreachable
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.kernel import clock
from tests.funding.giving.acts import later
from tests.funding.giving.public.browsing import HOME, Form, nothing_happened, page, send, text_of
from tests.make.funding import make_campaign

pytestmark = pytest.mark.django_db


def test_the_page_asks_for_the_featured_campaign(client, campaign):
    response = page(client)
    assert response.status_code == 200
    assert "Keep the lights on" in text_of(response)
    form = Form(text_of(response))
    assert [value for name, value, _ in form.radios if name == "amount_once"] == ["10", "25", "other"]
    assert [value for name, value, _ in form.radios if name == "amount_monthly"] == ["5", "10", "other"]


def test_nothing_is_chosen_for_the_giver_but_once(client, campaign):
    form = Form(text_of(page(client)))
    assert [(name, value) for name, value, checked in form.radios if checked] == [("frequency", "once"), ("visibility", "hidden")]
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
    assert {(name, value) for name, value, is_checked in form.radios if is_checked} == checked | {("visibility", "hidden")}
    assert form.fields["amount"] == typed
    assert "<script>" not in text_of(response).replace('<script src="', "")


def test_every_field_has_a_label_and_every_error_a_place(client, campaign):
    response = send(client, campaign, amount_once=None, email="", name="x" * 81, dedication="a\nb")
    form = Form(text_of(response))
    named = {"amount", "email", "name", "visibility-name", "cover", "dedication", "frequency-once", "frequency-monthly"}
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


def test_the_appeal_leads_here_and_knows_the_way_back(client, campaign):
    html = Template("{% load campaigns %}{% appeal %}").render(Context({"request": RequestFactory().get("/news/a-story/")}))
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'href="(/contribute/[^"]+)"', html)]
    assert len(addresses) == 5
    for address in addresses:
        form = Form(text_of(client.get(address)))
        assert (form.fields["campaign"], form.fields["page"]) == (campaign.slug, "/news/a-story/")


# --- sending it -------------------------------------------------------------------------------------


def test_a_gift_goes_to_its_checkout(client, campaign):
    response = send(client, campaign, name="Ada", visibility="name", dedication="For the night desk", page="/news/a-story/")
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
    ({"frequency": "weekly"}, "Choose how often you give"),
    ({"frequency": None}, "Choose how often you give"),
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
    typed = {
        "amount_once": "other",
        "amount": "ten",
        "email": "ada@",
        "name": 'Ada "A" <b>',
        "dedication": "For Eve",
        "visibility": "amount",
        "page": "/news/x/",
    }
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
