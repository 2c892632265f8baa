"""A gift by bank transfer, until it is on its way: instructions, reference, QR code."""

import re
import uuid

import pytest

from masthead.funding.giving.actions import GiftRefused, start_gift, sweep
from masthead.funding.giving.models import Frequency, GiftState
from masthead.funding.giving.queries import is_practice
from masthead.funding.providers import registry
from masthead.funding.providers.bank import references
from masthead.funding.providers.bank.instructions import payload, qr_of
from masthead.funding.providers.base import ProviderError
from masthead.kernel.money import Money
from tests.funding.giving.acts import HOST, begin, fresh, later, raised
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
IBAN = "NL91ABNA0417164300"


@pytest.fixture(autouse=True)
def _transfers_are_taken(settings):
    bank = {"practice": False, "bank_account_name": "The Harbour Paper", "bank_iban": IBAN, "bank_bic": "ABNANL2A"}
    settings.ENV = settings.ENV.model_copy(update=bank)


def page(client, gift_began):
    answer = client.get(gift_began.checkout_url.removeprefix(HOST))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_promise_is_pending_and_not_counted():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign)
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.PENDING, 0)
    assert references.is_right(began.gift.checkout_ref)
    assert sweep(now=later(3 * 24 * 3600)) == 0
    assert fresh(began.gift).state == GiftState.PENDING


def test_the_page_says_where_to_and_what_to_write(client):
    began = begin(make_campaign(currency="EUR", name="Harbour desk"), 2550)
    body = page(client, began)
    for said in ("The Harbour Paper", "NL91 ABNA 0417 1643 00", "ABNANL2A", "€25.50", references.in_groups(began.gift.checkout_ref), "Harbour desk", "<svg"):
        assert said in body
    assert "<script" not in body.split("<main")[1]
    assert "style=" not in body.split("<main")[1].split("</main")[0]


def test_the_way_through_the_form_leads_to_the_instructions(client):
    campaign = make_campaign(currency="EUR")
    form = client.get("/contribute/").content.decode()
    made = re.search(r'name="made" value="([^"]+)"', form)[1]
    asked = {"campaign": campaign.slug, "frequency": "once", "amount": "25", "email": "ada@example.org", "made": made}
    answer = client.post("/contribute/", asked, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    assert "NL91 ABNA" in client.get(answer["Location"].removeprefix(HOST)).content.decode()


def post_form(client, campaign, **words):
    form = client.get("/contribute/").content.decode()
    made = re.search(r'name="made" value="([^"]+)"', form)[1]
    asked = {"campaign": campaign.slug, "frequency": "once", "amount": "25", "email": "ada@example.org", "made": made}
    return form, client.post("/contribute/", asked | words, headers={"sec-fetch-site": "same-origin"})


def test_where_there_is_a_choice_the_giver_has_it(client, monkeypatch):
    campaign = make_campaign(currency="EUR")
    assert 'name="way"' not in post_form(client, campaign)[0]
    other = registry.Listed(name="stripe", live=True, is_on=lambda: True, path="masthead.funding.providers.practice.provider:PracticeProvider")
    monkeypatch.setattr(registry, "PROVIDERS", (other, *(listed for listed in registry.PROVIDERS if listed.name == "bank")))
    form, answer = post_form(client, campaign, way="bank", email="eve@example.org")
    assert form.index('value="stripe" checked') < form.index('value="bank"')
    assert "NL91 ABNA" in client.get(answer["Location"].removeprefix(HOST)).content.decode()
    refused = post_form(client, campaign, way="cowries")[1]
    assert (refused.status_code, "not offered any more" in refused.content.decode()) == (422, True)


def test_no_code_is_drawn_for_another_currency(client):
    body = page(client, begin(make_campaign(currency="USD")))
    assert "<svg" not in body.split("<main")[1].split("</main")[0]
    assert "NL91 ABNA" in body


def test_an_account_without_iban_is_told_in_words(client, settings):
    settings.ENV = settings.ENV.model_copy(update={"bank_iban": "", "bank_bic": "", "bank_details": "Routing 021000021, account 12345"})
    body = page(client, begin(make_campaign(currency="USD")))
    assert "Routing 021000021, account 12345" in body
    assert "IBAN" not in body


def test_another_gifts_page_is_not_found(client):
    began = begin(make_campaign(currency="EUR"))
    address = began.checkout_url.removeprefix(HOST)
    assert client.get(address[:-3] + "xx/").status_code == 404
    assert client.get(f"/contribute/thanks/{began.gift.checkout_ref}/").status_code == 404


def test_the_code_holds_what_epc069_asks():
    reference = references.reference_of(uuid.UUID(int=7))
    said = payload(Money(2550, "EUR"), reference=reference, settings=registry.settings.ENV).split("\n")
    assert said == ["BCD", "002", "1", "SCT", "ABNANL2A", "The Harbour Paper", IBAN, "EUR25.50", "", reference]
    assert qr_of("\n".join(said)).startswith("<svg ")


def test_a_reference_is_the_same_each_time_and_found_however_it_is_written():
    gift = uuid.uuid4()
    reference = references.reference_of(gift)
    assert reference == references.reference_of(gift) != references.reference_of(uuid.uuid4())
    written = [reference, reference.lower(), references.in_groups(reference), f"gift/{reference[:7]} {reference[7:]}.thanks", f"XRF{reference}99"]
    for text in written:
        assert references.references_in([text]) == [reference]


def test_a_slip_of_the_pen_is_no_reference():
    reference = references.reference_of(uuid.UUID(int=9))
    for place in range(4, len(reference)):
        # A letter for a figure may slip through MOD 97-10; then the code is still none of a gift.
        same_kind = "23456789" if reference[place].isdigit() else "ABCDEFGHJKMNPQRSTUVWXYZ"
        for letter in same_kind.replace(reference[place], ""):
            assert references.references_in([reference[:place] + letter + reference[place + 1 :]]) == []
    assert references.is_right("RF18 5390 0754 7034")  # the example of ISO 11649's own users
    assert not references.is_right("RF19 5390 0754 7034")


def test_what_a_bank_cannot_do_is_not_offered():
    campaign = make_campaign(currency="EUR")
    with pytest.raises(GiftRefused, match="Monthly"):
        start_gift(campaign=campaign, amount=Money(500, "EUR"), frequency=Frequency.MONTHLY, email="", base_url=HOST, now=NOW)
    bank = registry.provider("bank")
    for refuse in (
        lambda: bank.refund(payment_ref="x", amount=Money(1, "EUR"), key="k", now=NOW),
        lambda: bank.cancel("x", now=NOW),
        lambda: bank.portal_url("x", return_url=HOST),
        lambda: bank.verify_webhook(headers={}, body=b"{}", now=NOW),
    ):
        with pytest.raises(ProviderError):
            refuse()
    assert not is_practice("bank")


def test_a_webhook_of_a_bank_is_nobodys(client):
    assert client.post("/webhooks/bank/", b"{}", content_type="application/json").status_code == 400
