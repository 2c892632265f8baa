"""One letter for one gift, whatever breaks."""

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings

from masthead.funding.giving.actions import forget_supporter, refund_gift, send_again, send_receipts, sweep, try_again
from masthead.funding.giving.models import Frequency, InboxEvent, Pledge, Receipt
from masthead.funding.providers.practice import client
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, deliver_and_apply, fresh, given, later, pay, tick
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


def letter():
    (sent,) = mail.outbox
    return sent


def test_a_receipt_says_everything_it_must():
    campaign = make_campaign(name="Keep the lights on")
    given(campaign, 2550, public_name="Ada", dedication="For the night desk")
    assert send_receipts(now=NOW) == 1
    sent, number = letter(), Receipt.objects.get().number
    assert (sent.to, sent.subject) == (["ada@example.org"], f"Practice: Your receipt {number} from Masthead")
    html = sent.alternatives[0][0]
    for text in (sent.body, html):
        for said in (number, "$25.50", "25.50 US dollars", "November 22, 2026", "Keep the lights on", "For the night desk", "Ada", "no money moved"):
            assert said in text
    assert "http://" not in html.replace("http://127.0.0.1:8000", "")


@override_settings(LANGUAGE_CODE="en")
def test_the_date_is_that_of_the_newsroom(settings):
    settings.ENV = settings.ENV.model_copy(update={"time_zone": "Pacific/Auckland"})
    given(make_campaign())
    send_receipts(now=NOW)
    assert "November 23, 2026" in letter().body


def test_a_monthly_gift_says_how_to_end_it():
    given(make_campaign(), frequency=Frequency.MONTHLY)
    send_receipts(now=NOW)
    assert "25 US dollars each month" in letter().body
    assert "http://127.0.0.1:8000/contribute/pledge/" in letter().body


def test_a_renewal_has_a_receipt_of_its_own():
    given(make_campaign(), frequency=Frequency.MONTHLY)
    client.pledges().renew(Pledge.objects.get().provider_ref, now=later(60))
    deliver_and_apply(later(60))
    send_receipts(now=later(60))
    assert len({sent.subject for sent in mail.outbox}) == 2


def test_nothing_is_sent_before_the_gift_has_arrived():
    began = begin(make_campaign())
    pay(began, delay_seconds=10)
    deliver_and_apply()
    assert send_receipts(now=NOW) == 0
    deliver_and_apply(later(10))
    assert send_receipts(now=later(10)) == 1


def test_nothing_is_sent_without_an_address():
    given(make_campaign(), email="")
    assert send_receipts(now=NOW) == 0
    assert not Receipt.objects.exists()


def test_whatever_comes_later_the_receipt_is_sent_once():
    gift = given(make_campaign())
    tick(NOW)
    for event in InboxEvent.objects.all():
        try_again(event=event, now=later(1))
    refund_gift(gift=fresh(gift), amount=Money(1000, "USD"), key="a", by="Publisher", now=later(2))
    sweep(now=later(3600))
    for seconds in (1, 60, 3600, 86400):
        tick(later(seconds))
    assert len(mail.outbox) == 1


def test_two_workers_send_one_letter(monkeypatch):
    given(make_campaign())
    original = EmailBackend.send_messages

    def while_sending(self, messages):
        monkeypatch.setattr(EmailBackend, "send_messages", original)
        assert send_receipts(now=NOW) == 0  # the other worker
        return original(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", while_sending)
    assert send_receipts(now=NOW) == 1
    assert len(mail.outbox) == 1


def test_a_letter_the_server_refuses_is_tried_again_and_the_reason_kept(monkeypatch):
    given(make_campaign())
    original = EmailBackend.send_messages

    def refusing(self, messages):
        raise OSError("mail server is down")

    monkeypatch.setattr(EmailBackend, "send_messages", refusing)
    assert send_receipts(now=NOW) == 0
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.error, receipt.attempts, receipt.next_try_at) == ("waiting", "OSError: mail server is down", 1, later(2))
    monkeypatch.setattr(EmailBackend, "send_messages", original)
    assert send_receipts(now=later(1)) == 0
    assert send_receipts(now=later(2)) == 1
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error, receipt.attempts) == ("sent", "", 2)


class Killed(BaseException):
    """The process ends here, without a word."""


@pytest.mark.parametrize("left", [False, True])
def test_killed_while_sending_no_letter_leaves_twice_and_a_person_is_asked(monkeypatch, left):
    given(make_campaign())
    original = EmailBackend.send_messages

    def dying(self, messages):
        if left:
            original(self, messages)
        raise Killed

    monkeypatch.setattr(EmailBackend, "send_messages", dying)
    with pytest.raises(Killed):
        send_receipts(now=NOW)
    monkeypatch.setattr(EmailBackend, "send_messages", original)
    for seconds in (1, 599, 601, 3600):
        send_receipts(now=later(seconds))
    assert len(mail.outbox) == int(left)
    receipt = Receipt.objects.get()
    assert receipt.state == Receipt.State.UNSURE
    send_again(receipt=receipt, now=later(3601))
    assert send_receipts(now=later(3601)) == 1


@pytest.mark.parametrize("name", ["The Courier\r\nBcc: all@example.org", "Ünï “quoted”, <b>"])
def test_no_name_forges_a_header(settings, name):
    settings.ENV = settings.ENV.model_copy(update={"name": name})
    given(make_campaign(name="Keep\nthe lights\r\nBcc: x@y.org"))
    send_receipts(now=NOW)
    headers = letter().message().as_bytes().split(b"\n\n", 1)[0].lower()
    assert b"\nbcc:" not in headers
    assert letter().recipients() == ["ada@example.org"]


@pytest.mark.parametrize("text", ["{{ secret_key }}", "{% now 'Y' %}", "<script>alert(1)</script>", "%(number)s", "{number}"])
def test_what_a_giver_types_is_text_and_nothing_more(text):
    given(make_campaign(), public_name=text, dedication=text)
    send_receipts(now=NOW)
    assert text in letter().body
    assert "<script>" not in letter().alternatives[0][0]


def test_a_letter_has_one_name_for_ever():
    given(make_campaign())
    send_receipts(now=NOW)
    send_again(receipt=Receipt.objects.get(), now=later(60))
    send_receipts(now=later(60))
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_forgotten_supporter_gets_no_letter_and_the_reason_is_seen():
    gift = given(make_campaign())
    forget_supporter(supporter=gift.supporter)
    assert send_receipts(now=NOW) == 0
    assert "was erased" in Receipt.objects.get().error
    assert send_receipts(now=later(7 * 3600)) == 0
    assert Receipt.objects.get().attempts == 1
    assert mail.outbox == []
