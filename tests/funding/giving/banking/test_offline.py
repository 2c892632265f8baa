"""Cash, cheques and grants: one enters, another confirms."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from masthead.funding.giving.actions import forget_supporter
from masthead.funding.giving.banking import matching
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankLine, IncomeKind, Means, OfflineEntry
from masthead.funding.giving.banking.offline import OfflineRefused, confirm_offline, enter_offline, refuse_offline
from masthead.funding.giving.models import Gift, GiftState, Receipt
from masthead.funding.giving.rules import AmountRefused
from masthead.funding.ledger.models import Total, Transfer
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import books_are_right, raised
from tests.make.bank import Account, Booking, camt
from tests.make.funding import NOW, TODAY, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_staff(Role.PUBLISHER, email="ada@news.example")


@pytest.fixture
def pia():
    return make_staff(Role.PUBLISHER, email="pia@news.example")


def enter(by, campaign=None, minor=5000, **words):
    usual = {"means": Means.CASH, "amount": Money(minor, "EUR"), "received_on": TODAY, "receipt_note": "Receipt book 3, page 14", "campaign": campaign}
    return enter_offline(**(usual | words), by=by, now=NOW)


def test_it_is_in_the_books_when_another_person_confirms_it(ada, pia):
    campaign = make_campaign(currency="EUR")
    entry = enter(ada, campaign, name="Eve", email="eve@example.org")
    assert (raised(campaign), Gift.objects.count()) == (0, 0)
    confirm_offline(entry=entry, by=pia, now=NOW)
    gift = Gift.objects.get()
    assert (gift.state, gift.provider, raised(campaign)) == (GiftState.SETTLED, "offline", 5000)
    row = Transfer.objects.get(id=f"offline:{entry.pk}:gift")
    assert (row.debit_id, row.dated) == ("bank:cash:EUR", TODAY)
    assert Receipt.objects.filter(gift=gift).exists()
    assert gift.events.get().cause == f"cash, entered by {ada}, confirmed by {pia}"
    assert books_are_right()


def test_nobody_confirms_what_they_entered(ada, pia):
    campaign = make_campaign(currency="EUR")
    entry = enter(ada, campaign)
    with pytest.raises(OfflineRefused, match="another person"):
        confirm_offline(entry=entry, by=ada, now=NOW)
    assert raised(campaign) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        OfflineEntry.objects.filter(pk=entry.pk).update(state="confirmed", decided_by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfflineEntry.objects.filter(pk=entry.pk).update(state="confirmed")
    confirm_offline(entry=entry, by=pia, now=NOW)
    with pytest.raises(OfflineRefused, match="confirmed already"):
        confirm_offline(entry=entry, by=pia, now=NOW)
    assert raised(campaign) == 5000


def test_a_refusal_needs_a_reason_and_posts_nothing(ada, pia):
    campaign = make_campaign(currency="EUR")
    entry = enter(ada, campaign, name="Eve", email="eve@example.org")
    with pytest.raises(OfflineRefused, match="Say why"):
        refuse_offline(entry=entry, reason="", by=pia, now=NOW)
    refuse_offline(entry=entry, reason="The receipt says 15", by=pia, now=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.reason, entry.decided_by, entry.email) == ("refused", "The receipt says 15", pia, "")
    with pytest.raises(OfflineRefused, match="refused already"):
        confirm_offline(entry=entry, by=pia, now=NOW)
    assert raised(campaign) == 0
    refuse_offline(entry=enter(ada, campaign), reason="Typed twice", by=ada, now=NOW)  # one's own may be taken back


def test_a_grant_is_income_and_not_on_the_meter(ada, pia):
    campaign = make_campaign(currency="EUR")
    entry = enter(ada, means=Means.CHEQUES, income=IncomeKind.GRANT, minor=1_000_000)
    confirm_offline(entry=entry, by=pia, now=NOW)
    assert Total.objects.get(pk="income:grant:EUR").balance_minor == 1_000_000
    assert Total.objects.get(pk="bank:cheques:EUR").balance_minor == -1_000_000
    assert (raised(campaign), Gift.objects.count()) == (0, 0)


def test_what_was_paid_in_moves_from_the_box_to_the_bank(ada, pia):
    campaign = make_campaign(currency="EUR")
    confirm_offline(entry=enter(ada, campaign), by=pia, now=NOW)
    import_file(file=keep_file(data=camt(Account(bookings=(Booking(minor=5000),))), name="x", by=ada, now=NOW), by=ada, now=NOW)
    matching.assign_deposit(line=BankLine.objects.get(), means=Means.CASH, by=ada, now=NOW)
    assert Total.objects.get(pk="bank:cash:EUR").balance_minor == 0
    assert Total.objects.get(pk="bank:nl4300:EUR").balance_minor == -15_000
    assert raised(campaign) == 5000


def test_cash_given_back_from_the_bank_leaves_the_box_as_it_was(ada, pia):
    campaign = make_campaign(currency="EUR")
    confirm_offline(entry=enter(ada, campaign), by=pia, now=NOW)
    import_file(file=keep_file(data=camt(Account(bookings=(Booking(minor=-5000),))), name="x", by=ada, now=NOW), by=ada, now=NOW)
    matching.assign_refund(line=BankLine.objects.get(), gift=Gift.objects.get(), by=ada, now=NOW)
    assert (raised(campaign), Gift.objects.get().state) == (0, GiftState.REFUNDED)
    assert Total.objects.get(pk="bank:cash:EUR").balance_minor == -5000
    assert Total.objects.get(pk="bank:nl4300:EUR").balance_minor == -5000
    assert books_are_right()


def test_what_cannot_be_entered(ada):
    campaign = make_campaign(currency="EUR")
    troubles = [
        ({"campaign": None}, "Say either"),
        ({"campaign": campaign, "income": IncomeKind.GRANT}, "Say either"),
        ({"campaign": make_campaign(currency="USD")}, "counted in USD"),
        ({"campaign": make_campaign(currency="EUR", opened=False)}, "never open"),
        ({"campaign": campaign, "received_on": TODAY + dt.timedelta(days=1)}, "not come yet"),
        ({"campaign": campaign, "receipt_note": "  "}, "where the paper is"),
    ]
    for words, said in troubles:
        with pytest.raises(OfflineRefused, match=said):
            enter(ada, **words)
    with pytest.raises(AmountRefused):
        enter(ada, campaign, minor=0)
    assert not OfflineEntry.objects.exists()


def test_who_gave_can_be_forgotten(ada, pia):
    entry = enter(ada, make_campaign(currency="EUR"), name="Eve", email="eve@example.org")
    confirm_offline(entry=entry, by=pia, now=NOW)
    gift = Gift.objects.get()
    forget_supporter(supporter=gift.supporter)
    gift.refresh_from_db()
    entry.refresh_from_db()
    assert (gift.public_name, gift.supporter, entry.name, entry.email) == ("", None, "", "")
