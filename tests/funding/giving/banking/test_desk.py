"""The bank and offline entries in the desk."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankFile, BankLine, LineState, OfflineEntry
from masthead.funding.giving.models import Gift
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import begin, raised
from tests.make.bank import IBAN, Account, Booking, camt, table
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signed_in(role, name=""):
    client = Client()
    client.force_login(make_staff(role, email=f"{name or role.name.lower()}@news.example"))
    return client


@pytest.fixture
def publisher():
    return signed_in(Role.PUBLISHER)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def upload(client, data, name="statement.xml"):
    return client.post(reverse("bank:index"), {"file": SimpleUploadedFile(name, data)})


def imported(*bookings):
    import_file(file=keep_file(data=camt(Account(bookings=bookings)), name="statement.xml", by=None, now=NOW), by=None, now=NOW)
    return list(BankLine.objects.order_by("place"))


def test_a_statement_is_shown_before_it_is_imported(publisher):
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    page = upload(publisher, camt(Account(bookings=(Booking(minor=2500, text=began.gift.checkout_ref), Booking(minor=700, name="Eve")))))
    assert page.status_code == 302
    assert "1 promised by transfer, €25 in all" in text_of(publisher.get(reverse("bank:index")))
    body = text_of(publisher.get(page["Location"]))
    for said in (IBAN, "2 lines", "Eve", "€100", "€132"):
        assert said in body
    assert not BankLine.objects.exists()
    done = publisher.post(page["Location"], {"do": "import"}, follow=True)
    assert "2 new lines, 0 known before, 1 matched" in text_of(done)
    assert raised(campaign) == 2500
    assert "1 line waits for a person" in text_of(done)
    assert "was imported: 2 new lines" in text_of(publisher.get(reverse("bank:file", args=[BankFile.objects.get().pk])))
    publisher.post(page["Location"], {"do": "import"})
    assert BankLine.objects.count() == 2


def test_a_file_that_does_not_hold_says_why_and_leaves_nothing(publisher):
    body = text_of(upload(publisher, camt(Account(bookings=(Booking(minor=2500),), closing=1))))
    assert "does not add up" in body
    assert "Line " in body
    assert "The file is empty" in text_of(upload(publisher, b" \n"))
    assert "This field is required" in text_of(publisher.post(reverse("bank:index")))
    assert not BankFile.objects.exists()


def test_a_table_is_mapped_with_its_first_rows_in_sight(publisher):
    page = upload(publisher, table(Account(bookings=(Booking(minor=2500, name="Eve"),))), name="table.csv")["Location"]
    body = text_of(publisher.get(page))
    assert re.search(r"<td>Eve</td>", body)
    assert 'value=";" selected' in body
    mapping = {"account": IBAN, "currency": "EUR", "delimiter": ";", "encoding": "utf-8-sig", "decimal": ",", "dates": "%d.%m.%Y", "skip": "1", "booked": "1"}
    assert "either the column of the amount" in text_of(publisher.post(page, mapping | {"do": "show"}))
    mapping |= {"amount": "4", "counterparty": "2", "text": "3"}
    assert "It proves no balance" in text_of(publisher.post(page, mapping | {"do": "show"}))
    assert "type them from your account" in text_of(publisher.post(page, mapping | {"do": "import"}))
    assert "does not add up" in text_of(publisher.post(page, mapping | {"do": "import", "opening": "100", "closing": "99"}))
    assert not BankLine.objects.exists()
    assert publisher.post(page, mapping | {"do": "import", "opening": "100", "closing": "125"}).status_code == 302
    assert BankLine.objects.get().counterparty == "Eve"


def test_another_accounts_file_is_asked_about(publisher):
    page = upload(publisher, camt(Account(bookings=(Booking(minor=5),), account="DE89370400440532013000")))["Location"]
    assert "which is new here" in text_of(publisher.post(page, {"do": "import"}))
    assert publisher.post(page, {"do": "import", "new_account": "on"}).status_code == 302


def test_lines_are_listed_and_said(publisher):
    campaign = make_campaign(currency="EUR", name="Harbour desk")
    promised, walk_in, grant, fee, stray = imported(*(Booking(minor=minor, ref=str(minor)) for minor in (1000, 2000, 3000, -400, 50)))
    began = begin(campaign, 1000)
    body = text_of(publisher.get(reverse("bank:lines") + "?state=unmatched"))
    assert all(str(line.pk) in body for line in (promised, walk_in, grant, fee, stray))

    def say(line, **said):
        return publisher.post(reverse("bank:line", args=[line.pk]), said)

    assert "Give the gift" in text_of(say(promised, what="gift"))
    assert "There is no such gift" in text_of(say(promised, what="gift", gift="RF00"))
    spaced = " ".join(re.findall("....", began.gift.checkout_ref.lower()))
    assert say(promised, what="gift", gift=spaced).status_code == 302
    assert "Choose the campaign" in text_of(say(walk_in, what="campaign"))
    assert say(walk_in, what="campaign", campaign=campaign.pk).status_code == 302
    assert say(grant, what="income", income="grant").status_code == 302
    assert "can be no gift" in text_of(say(fee, what="income", income="grant"))
    assert say(fee, what="fee").status_code == 302
    assert "Say why" in text_of(say(stray, what="ignore"))
    assert say(stray, what="ignore", reason="A test of the bank").status_code == 302
    assert "decided already" in text_of(say(stray, what="ignore", reason="Again"))
    assert raised(campaign) == 3000
    assert f"bank:{promised.pk}:gift" in text_of(publisher.get(reverse("bank:line", args=[promised.pk])))
    assert say(stray, do="again").status_code == 302
    assert BankLine.objects.get(pk=stray.pk).state == LineState.UNMATCHED
    assert str(stray.pk) in text_of(publisher.get(reverse("bank:lines_results") + "?state=unmatched"))
    assert "Every line of the bank" in text_of(publisher.get(reverse("bank:index")))


def test_payouts_are_matched_by_a_press(publisher):
    imported(Booking(minor=10))
    assert publisher.post(reverse("bank:payouts")).status_code == 302
    assert publisher.get(reverse("bank:payouts")).status_code == 405


def test_a_gift_by_transfer_offers_no_button_that_cannot_work(publisher):
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 1000)
    imported(Booking(minor=1000, text=began.gift.checkout_ref))
    body = text_of(publisher.get(reverse("gifts:gift", args=[began.gift.pk])))
    assert reverse("gifts:refund", args=[began.gift.pk]) not in body
    key = {"amount": "10", "key": "0" * 32, "confirmed": "yes"}
    assert "given back by hand" in text_of(publisher.post(reverse("gifts:refund", args=[began.gift.pk]), key))


ENTRY = {"means": "cash", "amount": "50", "currency": "EUR", "received_on": "2026-11-20", "receipt_note": "Book 3, page 14"}


def test_one_enters_and_another_confirms(publisher):
    campaign = make_campaign(currency="EUR")
    second = signed_in(Role.PUBLISHER, "second")
    assert "another confirms it" in text_of(publisher.get(reverse("offline:index")))
    assert publisher.get(reverse("offline:new")).status_code == 200
    assert "Say either" in text_of(publisher.post(reverse("offline:new"), ENTRY))
    assert "not an amount" in text_of(publisher.post(reverse("offline:new"), ENTRY | {"campaign": campaign.pk, "amount": "lots"}))
    assert publisher.post(reverse("offline:new"), ENTRY | {"campaign": campaign.pk}).status_code == 302
    entry = OfflineEntry.objects.get()
    page = reverse("offline:entry", args=[entry.pk])
    own = text_of(publisher.get(page))
    assert "You entered this yourself" in own
    assert "I saw the paper" not in own
    assert "another person must look" in text_of(publisher.post(page, {"do": "confirm"}))
    assert raised(campaign) == 0
    assert "Book 3, page 14" in text_of(second.get(page))
    assert second.post(page, {"do": "confirm"}).status_code == 302
    assert raised(campaign) == 5000
    assert "second@news.example" in text_of(publisher.get(page))
    assert str(Gift.objects.get().pk) in text_of(publisher.get(page))


def test_an_entry_is_refused_with_a_reason(publisher):
    second = signed_in(Role.PUBLISHER, "second")
    publisher.post(reverse("offline:new"), ENTRY | {"income": "grant"})
    page = reverse("offline:entry", args=[OfflineEntry.objects.get().pk])
    assert "Say why" in text_of(second.post(page, {"do": "refuse"}))
    assert second.post(page, {"do": "refuse", "reason": "No paper there"}).status_code == 302
    assert "No paper there" in text_of(publisher.get(page))


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, None])
def test_nobody_but_publishers_sees_the_bank(role, publisher):
    [line] = imported(Booking(minor=1000))
    publisher.post(reverse("offline:new"), ENTRY | {"income": "grant"})
    entry, client = OfflineEntry.objects.get(), signed_in(role) if role else Client()
    addresses = [
        *(reverse(name) for name in ("bank:index", "bank:lines", "bank:lines_results", "bank:payouts", "offline:index", "offline:new")),
        reverse("bank:line", args=[line.pk]),
        reverse("bank:file", args=[BankFile.objects.get().pk]),
        reverse("offline:entry", args=[entry.pk]),
    ]
    for address in addresses:
        for answer in (client.get(address), client.post(address, {"do": "confirm", "what": "fee", "reason": "x"})):
            assert answer.status_code in {302, 405}
            if answer.status_code == 302:
                assert answer["Location"].startswith((reverse("wagtailadmin_login"), reverse("wagtailadmin_home")))
    line.refresh_from_db()
    entry.refresh_from_db()
    assert (line.state, entry.state) == ("unmatched", "waiting")
    if role:
        assert reverse("bank:index") not in text_of(client.get(reverse("wagtailadmin_home")))


def test_what_the_bank_says_is_shown_as_text(publisher):
    [line] = imported(Booking(minor=1000, name="<script>alert(1)</script>", text="<img src=x>"))
    for address in (reverse("bank:lines"), reverse("bank:line", args=[line.pk])):
        body = text_of(publisher.get(address))
        assert "<script>alert" not in body
        assert "<img src=x>" not in body


def test_the_menu_leads_there(publisher):
    body = text_of(publisher.get(reverse("wagtailadmin_home")))
    assert reverse("bank:index") in body
    assert reverse("offline:index") in body
