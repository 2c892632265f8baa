"""The public pages about checkpoints: what stands there is what was signed."""

import datetime as dt
import re

import pytest

from masthead.funding.books import queries as queries_of_books
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankLine
from masthead.funding.giving.models import ProviderPayout
from masthead.funding.ledger import notes, papers
from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.checkpoints import actions, keys, queries
from masthead.funding.ledger.models import Kind, Transfer
from masthead.kernel import clock
from masthead.kernel.money import Money
from tests.funding.giving.acts import given
from tests.make import NOW, TODAY, give, make_books, make_campaign, make_draft, make_newsroom
from tests.make.bank import Account as BankStatement
from tests.make.bank import Booking, camt

pytestmark = pytest.mark.django_db
OUTSIDER = notes.Signer(name="council.example", private_key=bytes(range(32)))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    make_newsroom()


@pytest.fixture
def signed():
    make_books("gifts:a")
    post(drafts=[make_draft() for _ in range(3)], now=NOW)
    checkpoint = actions.sign_yesterday(now=NOW + dt.timedelta(days=1))
    actions.cosign(note=notes.cosign(checkpoint.note, OUTSIDER), verifier=OUTSIDER.verifier, now=NOW)
    return checkpoint


def test_the_latest_checkpoint_is_a_note_that_tools_read(client, signed):
    answer = client.get("/books/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    found = papers.check(answer.content.decode(), [*queries.verifiers(), OUTSIDER.verifier])
    assert "over 3 rows, is signed by news.example/books and council.example" in found.sentence
    assert client.get("/books/checkpoint/2026-11-22").content == answer.content


@pytest.mark.parametrize("path", ["/books/checkpoint", "/books/checkpoint/2026-11-21", "/books/checkpoint/yesterday"])
def test_a_checkpoint_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_key_is_published_with_those_before_it(client, signed):
    old = str(keys.signer().verifier)
    actions.new_key(now=NOW)
    text = client.get("/books/key").content.decode()
    assert text.splitlines()[:2] == [str(keys.signer().verifier), old]
    assert f"masthead-key-1\n{old}\n" in text


def test_the_list_says_who_signed(client, signed, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        page = client.get("/books/checkpoints/").content.decode()
    assert "November 22, 2026" in page
    assert signed.root[:16] in page
    assert "council.example" in page
    assert str(keys.signer().verifier) in page
    assert "does not prove that nothing was invented" in page


def test_the_pages_stand_before_anything_was_signed(client):
    assert "There is none yet" in client.get("/books/checkpoints/").content.decode()
    assert client.get("/books/verify/").status_code == 200
    assert client.get("/books/key").content == b""


def test_the_page_that_checks_names_the_key_and_the_command(client, signed):
    page = client.get("/books/verify/").content.decode()
    assert f"masthead verify receipt.json --key {keys.signer().verifier}" in page
    assert "<noscript>" in page


def test_the_books_say_whether_they_match_and_how_many_payouts_the_bank_shows(client, signed):
    page = client.get("/books/").content.decode()
    assert 'class="reconciliation" data-state="never"' in page
    assert "payout" not in page
    for ref in ("po_1", "po_2"):
        ProviderPayout.objects.create(provider="stripe", ref=ref, amount_minor=500, currency="USD", arrives_on=NOW.date())
    assert "0 of 2 payouts of the payment providers stand on the bank’s statements" in client.get("/books/").content.decode()
    paid_out = BankStatement(bookings=(Booking(minor=500),), currency="USD")
    import_file(file=keep_file(data=camt(paid_out), name="a", by=None, now=NOW), by=None, now=NOW, new_account=True)
    BankLine.objects.update(state="payout", matched_ref="stripe:po_2")
    assert "1 of 2 payouts" in client.get("/books/").content.decode()


def test_gifts_are_listed_line_by_line_a_day_late_and_nobody_is_named(client, monkeypatch):
    campaign = make_campaign(name="Keep <it>")
    gift = given(campaign, 1250, email="ada@readers.example", public_name="Ada Quint", show_name=True, now=NOW)
    for number in range(queries_of_books.GIFT_PAGE):
        give(campaign, 100 + number, id=f"practice:x{number}:gift")
    post(drafts=[taking_back(Transfer.objects.get(seq=1), id="r", kind=Kind.REFUND, amount=Money(250, "USD"), dated=TODAY)], now=NOW)

    def page(days, query=""):
        monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=days))
        actions.sign_yesterday(now=clock.now())
        return client.get(f"/books/gifts/{query}").content.decode()

    assert "None yet." in page(0)
    assert "None yet." in page(1)
    newest = page(2)
    assert "−$2.50" in newest
    assert "Keep &lt;it&gt;" in newest
    assert newest.count("<tr><td>") == queries_of_books.GIFT_PAGE
    older = page(2, f"?before={re.search(r'before=([0-9]+)', newest)[1]}")
    assert "$12.50" in older
    assert 'rel="next"' not in older
    assert "Quint" not in newest + older
    assert "ada@" not in newest + older
    assert str(gift.pk) not in newest + older
    for odd in ("?before=x", "?before=-1", "?before=%D9%A3", f"?before={'9' * 40}"):
        assert page(2, odd) == newest or "None yet." in page(2, odd) or "Newest" in page(2, odd)
