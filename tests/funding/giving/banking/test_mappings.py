"""How an account's tables are written is asked once."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from masthead.funding.giving.banking.importing import ImportRefused, import_file, keep_file
from masthead.funding.giving.banking.mappings import answers_for
from masthead.funding.giving.banking.models import BankAccount, BankLine, BankMapping
from masthead.funding.providers.bank.table import Mapping
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.make.bank import DAY, IBAN, Account, Booking, table
from tests.make.funding import NOW
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db
OTHER = "DE89370400440532013000"
WORDS = {"currency": "EUR", "booked": 1, "counterparty": 2, "text": 3, "amount": 4, "bank_ref": 5}


def rows(minor: int, day: dt.date = DAY, account: str = "") -> bytes:
    return table(Account(bookings=(Booking(minor=minor, day=day, text=f"Thanks {account}"),)))


def take(data: bytes, account: str = IBAN, **words: object) -> None:
    mapping = Mapping(account=account, **(WORDS | words))
    import_file(file=keep_file(data=data, name="a.csv", by=None, now=NOW), by=None, now=NOW, mapping=mapping, as_notice=True, new_account=True)


def test_an_unknown_table_is_guessed_and_a_known_one_remembered():
    assert "booked" not in answers_for(rows(100))
    take(rows(100))
    answers = answers_for(rows(200, DAY - dt.timedelta(days=1)))
    assert answers["account"] == IBAN
    assert {name: answers[name] for name in WORDS} == WORDS
    assert (answers["skip"], answers["credit"], answers["dates"]) == (1, None, "%d.%m.%Y")
    assert "booked" not in answers_for(rows(200).replace(b"Reference", b"Something else"))


def test_the_last_mapping_of_an_account_holds():
    take(rows(100))
    take(rows(200), bank_ref=0)
    assert BankMapping.objects.count() == 1
    assert answers_for(rows(300))["bank_ref"] is None


def test_two_accounts_with_the_same_headings_are_told_apart_or_asked():
    take(rows(100))
    take(rows(150), OTHER)
    assert answers_for(rows(200))["account"] == ""
    assert answers_for(rows(200, account="DE89 3704 0044 0532 0130 00"))["account"] == OTHER
    assert answers_for(rows(200), like=str(BankAccount.objects.get(number=IBAN).pk))["account"] == IBAN


def test_a_refused_table_teaches_nothing():
    with pytest.raises(ImportRefused, match=r"Line 2: it was booked on 2027-11-20, and today is 2026-11-22: .* Nothing of the file was taken"):
        take(rows(100, DAY.replace(year=2027)))
    with pytest.raises(ImportRefused, match=r"booked on 1926-11-20"):
        take(rows(100, DAY.replace(year=1926)))
    assert not BankMapping.objects.exists()
    assert not BankLine.objects.exists()


def test_the_desk_asks_once(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client = Client()
    client.force_login(make_staff(Role.PUBLISHER, email="publisher@news.example"))

    def page_of(data: bytes) -> str:
        return client.post(reverse("bank:index"), {"file": SimpleUploadedFile("november.csv", data)})["Location"]

    first = page_of(rows(100))
    assert re.search(r'name="delimiter".*?value=";" selected', client.get(first).content.decode(), re.DOTALL)
    said = dict.fromkeys(("value", "credit", "debit", "reference", "side", "below"), "")
    shape = {"account": IBAN, "delimiter": ";", "encoding": "utf-8-sig", "decimal": ",", "dates": "%d.%m.%Y", "skip": 1}
    done = client.post(first, said | shape | WORDS | {"opening": "", "closing": "", "as_notice": "on", "new_account": "on", "do": "import"})
    assert done["Location"] == reverse("bank:index")
    second = client.get(page_of(rows(200))).content.decode()
    assert re.search(r'name="amount" value="4"', second)
    assert f"?like={BankAccount.objects.get().pk}" in second
    assert f'name="account" value="{IBAN}"' in second
