"""The letters beside receipts and reminders: how to make a transfer, and that somebody is forgotten."""

import datetime as dt

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from masthead.funding.giving.actions import forget_supporter
from masthead.funding.giving.actions.notices import forget_addresses, send_notices
from masthead.funding.giving.managing import erasing
from masthead.funding.giving.managing.models import Notice
from masthead.funding.giving.models import Frequency, Gift, GiftState
from masthead.funding.providers.bank.references import in_groups
from masthead.readers.models import Supporter
from tests.funding.giving.acts import HOST, begin, given, later, tick
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"
DAY = 24 * 3600


@pytest.fixture
def _transfers_are_taken(settings):
    bank = {"practice": False, "bank_account_name": "The Harbour Paper", "bank_iban": "NL91ABNA0417164300", "bank_bic": "ABNANL2A", "address": HOST}
    settings.ENV = settings.ENV.model_copy(update=bank)


def forget_ada() -> None:
    erasing.erase_supporter(supporter=Supporter.objects.get(), reason="Asked by letter", by="pat", now=NOW)


@pytest.fixture
def refusing(monkeypatch):
    def no(self, messages):
        raise OSError("mail server is down")

    monkeypatch.setattr(EmailBackend, "send_messages", no)


# --- how to transfer --------------------------------------------------------------------------------


@pytest.mark.usefixtures("_transfers_are_taken")
def test_a_giver_is_mailed_once_how_to_transfer(client):
    began = begin(make_campaign(currency="EUR", name="Harbour desk"), 2550)
    begin(began.gift.campaign, 2550)  # pressed twice
    assert [send_notices(now=NOW), send_notices(now=NOW)] == [1, 0]
    (letter,) = mail.outbox
    html = letter.alternatives[0][0]
    assert (letter.to, letter.subject, letter.extra_headers["Auto-Submitted"]) == ([ADA], "How to transfer your gift to Masthead", "auto-generated")
    for said in ("The Harbour Paper", "NL91 ABNA 0417 1643 00", "ABNANL2A", "€25.50", in_groups(began.gift.checkout_ref), "Harbour desk"):
        assert said in letter.body
        assert said in html
    link = next(line for line in letter.body.splitlines() if line.startswith(HOST + "/contribute/"))
    page = client.get(link.removeprefix(HOST)).content.decode()
    assert "on its way to you by e-mail" in page
    assert in_groups(began.gift.checkout_ref) in page


@pytest.mark.usefixtures("_transfers_are_taken")
@pytest.mark.parametrize("what", ["arrived", "forgotten"])
def test_what_is_not_needed_any_more_is_not_sent(what):
    gift = begin(make_campaign(currency="EUR"), 2550).gift
    if what == "arrived":
        Gift.objects.filter(pk=gift.pk).update(state=GiftState.SETTLED)
    else:
        forget_supporter(supporter=gift.supporter)
    assert send_notices(now=NOW) == 0
    assert Notice.objects.get().state == Notice.State.DROPPED
    assert mail.outbox == []


@pytest.mark.usefixtures("_transfers_are_taken", "refusing")
def test_what_the_server_refuses_is_tried_again_and_the_reason_kept():
    begin(make_campaign(currency="EUR"), 2550)
    assert send_notices(now=NOW) == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.error, notice.attempts, notice.next_try_at) == ("waiting", "OSError: mail server is down", 1, later(2))


@pytest.mark.usefixtures("_transfers_are_taken")
def test_a_letter_whose_process_died_waits_for_a_person():
    begin(make_campaign(currency="EUR"), 2550)
    Notice.objects.update(state=Notice.State.SENDING, claimed_at=NOW)
    assert send_notices(now=later(601)) == 0
    assert Notice.objects.get().state == Notice.State.UNSURE


# --- forgotten --------------------------------------------------------------------------------------


def test_who_is_forgotten_is_told_once_and_their_address_goes_with_the_letter():
    given(make_campaign(), 1000, frequency=Frequency.MONTHLY, email=ADA, public_name="Ada Lovelace")
    mail.outbox.clear()
    forget_ada()
    assert Notice.objects.get().email == ADA
    tick(NOW)
    tick(later(1))
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([ADA], "Masthead has forgotten you")
    for text in (letter.body, letter.alternatives[0][0]):
        assert "The gift that still repeated is ended." in text
        assert "One gift stays in our books, without your name" in text
        assert "The law has us keep" not in text  # practice gifts move no money
        assert "Ada" not in text.replace(ADA, "")
    notice = Notice.objects.get()
    assert (notice.state, notice.email) == (Notice.State.SENT, "")


def test_what_a_law_keeps_is_said_with_its_day(monkeypatch):
    monkeypatch.setattr(erasing.queries, "is_practice", lambda name: False)
    given(make_campaign(), 1000, email=ADA)
    given(make_campaign(name="Another"), 2000, email=ADA)
    mail.outbox.clear()
    forget_ada()
    send_notices(now=NOW)
    body = mail.outbox[0].body
    assert "2 gifts stay in our books" in body
    assert "deleted by themselves after December 31, 2036" in body
    assert "still repeated" not in body


@pytest.mark.usefixtures("refusing")
def test_an_address_that_cannot_be_reached_is_forgotten_after_three_days():
    given(make_campaign(), 1000, email=ADA)
    forget_ada()
    assert send_notices(now=NOW) == 0
    assert forget_addresses(now=later(2 * DAY)) == 0
    assert forget_addresses(now=NOW + dt.timedelta(days=3)) == 1
    notice = Notice.objects.get()
    assert (notice.state, notice.email) == (Notice.State.DROPPED, "")
    assert send_notices(now=later(4 * DAY)) == 0


def test_an_address_is_forgotten_where_the_letter_may_have_left():
    given(make_campaign(), 1000, email=ADA)
    forget_ada()
    Notice.objects.update(state=Notice.State.SENDING, claimed_at=NOW)
    send_notices(now=later(601))
    assert forget_addresses(now=later(602)) == 1
    assert Notice.objects.get().email == ""


def test_an_erasure_that_fails_tells_nobody(monkeypatch):
    given(make_campaign(), 1000, email=ADA)
    with pytest.raises(erasing.ReasonRefused):
        erasing.erase_supporter(supporter=Supporter.objects.get(), reason="", by="pat", now=NOW)
    assert not Notice.objects.exists()
