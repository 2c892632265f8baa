"""The receipt as page, PDF and proof: what it says, who may see it, and that what was altered is named."""

import datetime as dt
import re

import pytest
from django.core import mail
from fpdf import FPDF

from masthead.funding.giving import links, paper, spelling
from masthead.funding.giving.actions import forget_supporter, send_receipts
from masthead.funding.giving.models import Receipt, ReceiptWords
from masthead.funding.giving.pdf import receipt_pdf
from masthead.funding.ledger import papers
from masthead.funding.ledger.checkpoints import keys
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.checkpoints.models import TreeBlock
from masthead.funding.ledger.verify import verify
from masthead.funding.providers.practice import client as practice
from masthead.kernel.money import Money
from tests.funding.giving.acts import deliver_and_apply, given, later
from tests.make import NOW, make_campaign, make_newsroom

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def receipt(time_machine):
    make_newsroom()
    time_machine.move_to(NOW, tick=False)
    gift = given(make_campaign(), public_name="Ada Okafor", email="ada@example.org")
    return Receipt.objects.get(gift=gift)


@pytest.fixture
def proved(receipt):
    sign_yesterday(now=later(DAY))
    return receipt


def path_of(receipt):
    return links.receipt_path(receipt, now=NOW)


def test_the_page_says_everything_a_receipt_must(client, receipt):
    ReceiptWords.objects.create(organisation="Meridian Coop\n1 Quay Street", legal="Exempt under notice 12/345.")
    page = client.get(path_of(receipt))
    text = re.sub(r"\s+", " ", page.content.decode())
    for words in (
        receipt.number,
        "Ada Okafor",
        "$25.00",
        "twenty-five US dollars",
        "November 22, 2026",
        "Keep the lights on",
        "1 Quay Street",
        "notice 12/345",
    ):
        assert words in text
    assert "No goods or services were given in return" in text
    assert "Practice: no money moved." in text
    assert "shows it from tomorrow on" in text
    assert page["Cache-Control"] == "no-store"


def test_what_was_given_back_is_noted(client, receipt):
    practice.books().refund(receipt.gift.provider_ref, amount=Money(1000, "USD"), key="r1", now=later(1))
    deliver_and_apply(later(2))
    assert "$10.00" in client.get(path_of(receipt)).content.decode()


def test_before_the_next_checkpoint_there_is_no_proof(client, receipt):
    assert client.get(f"{path_of(receipt)}receipt.json").status_code == 404


def test_the_proof_is_checked_by_anyone(client, proved):
    page = client.get(path_of(proved)).content.decode()
    assert "signed at the end of November 22, 2026" in page
    answer = client.get(f"{path_of(proved)}receipt.json")
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{proved.number}.json"'
    text = answer.content.decode()
    found = papers.check(text, [keys.signer().verifier])
    assert found.sentence.startswith(f"Receipt {proved.number}: 25.00 USD given to “Keep the lights on” is in the books")
    assert "Ada" not in text
    assert "example.org" not in text
    with pytest.raises(papers.Altered, match="does not lead to the root"):
        papers.check(text.replace("amount_minor=2500", "amount_minor=250000"), [keys.signer().verifier])


def test_a_proof_of_altered_books_is_not_handed_out(client, proved, caplog):
    TreeBlock.objects.all().delete()
    (paper.settings.ENV.data / keys.FILE).unlink()
    assert client.get(f"{path_of(proved)}receipt.json").status_code == 503
    assert "cannot be made" in caplog.text


def test_once_the_supporter_is_erased_everything_still_verifies(client, proved):
    forget_supporter(supporter=proved.gift.supporter)
    assert verify().sound
    text = client.get(f"{path_of(proved)}receipt.json").content.decode()
    assert papers.check(text, [keys.signer().verifier]).trusted
    assert "Ada" not in client.get(path_of(proved)).content.decode()


@pytest.mark.parametrize("last", ["", "receipt.pdf", "receipt.json"])
@pytest.mark.parametrize("token", ["x", "0~0", "thanks"])
def test_nobody_elses_link_opens_a_receipt(client, proved, last, token):
    if token == "thanks":
        token = links.thanks_path(proved.gift, now=NOW).rstrip("/").rpartition("/")[2]
    assert client.get(f"/contribute/receipt/{token}/{last}").status_code == 404


def test_a_link_ends(client, proved, time_machine):
    path = path_of(proved)
    time_machine.move_to(NOW + links.RECEIPT_AGE + dt.timedelta(days=1))
    assert client.get(path).status_code == 404


def test_the_pdf_is_one_page_and_takes_any_name(client, receipt):
    answer = client.get(f"{path_of(receipt)}receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    for name in ("Ελένη Παπαδοπούλου", "Nguyễn Thị Hồng", "Łukasz Żółć", "Анна Ахматова", "山田花子", "محمد", "(((\\", "x" * 80):
        receipt.gift.public_name = name
        body = receipt_pdf(paper.paper_of(receipt), link="https://news.example/" + "y" * 200)
        assert body.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize(
    ("name", "faces"),
    [("Ünal Große", set()), ("Łukasz Żółć", {"latin-ext"}), ("Ελένη", {"greek"}), ("Анна Łoś", {"cyrillic", "latin-ext"}), ("山田花子", set())],
)
def test_only_the_faces_that_a_receipt_needs_are_loaded(receipt, monkeypatch, name, faces):
    receipt.gift.public_name = name
    said = paper.paper_of(receipt)
    receipt_pdf(said, link="https://news.example/")  # which signs each face has is looked up once
    loaded, add = [], FPDF.add_font
    monkeypatch.setattr(FPDF, "add_font", lambda page, family, style, file: loaded.append(family + style) or add(page, family, style, file))
    receipt_pdf(said, link="https://news.example/")
    assert set(loaded) == {"latin", "latinB", *faces}
    assert len(loaded) == 2 + len(faces)


def test_the_letter_carries_the_pdf_and_the_link(receipt):
    send_receipts(now=later(5))
    [letter] = mail.outbox
    [(name, body, kind)] = letter.attachments
    assert (name, kind) == (f"receipt-{receipt.number}.pdf", "application/pdf")
    assert body.startswith(b"%PDF-")
    assert "/contribute/receipt/" in letter.body
    assert "No goods or services" in letter.body


@pytest.mark.parametrize(
    ("money", "locale", "words"),
    [
        (Money(2500, "USD"), "en_US", "twenty-five US dollars"),
        (Money(100, "USD"), "en_US", "one US dollar"),
        (Money(2550, "USD"), "en_US", "twenty-five and 50/100 US dollars"),
        (Money(105, "EUR"), "en_GB", "one and 05/100 euros"),
        (Money(50, "USD"), "en_US", "zero and 50/100 US dollars"),
        (Money(1000, "JPY"), "en_US", "one thousand Japanese yen"),
        (Money(1250, "KWD"), "en_US", "one and 250/1000 Kuwaiti dinars"),
        (Money(123456789, "USD"), "en_US", "one million two hundred thirty-four thousand five hundred sixty-seven and 89/100 US dollars"),
        (Money(10**15, "JPY"), "en_US", "one thousand trillion Japanese yen"),
        (Money(2550, "EUR"), "de", "25,50\u00a0€ (Euro)"),
    ],
)
def test_an_amount_is_spelled_by_its_currencys_rules(money, locale, words):
    assert spelling.amount(money, locale) == words


def test_a_campaign_s_own_legal_text_takes_the_newsroom_s_place(client, receipt):
    ReceiptWords.objects.create(legal="Exempt under notice 12/345.")
    assert paper.paper_of(receipt).legal == "Exempt under notice 12/345."
    receipt.gift.campaign.receipt_legal = "Held by a fiscal sponsor, number 9."
    receipt.gift.campaign.save()
    body = client.get(path_of(receipt)).content.decode()
    assert "Held by a fiscal sponsor, number 9." in body
    assert "Exempt under notice" not in body
