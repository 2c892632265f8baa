"""Yearly gifts, the covered fee, what readers may see, and pledges that renew, fail, pause and change by the clock."""

import datetime as dt
import sqlite3
from decimal import Decimal

import pytest
from django.core import mail

from masthead.funding.giving.actions import GiftRefused
from masthead.funding.giving.actions.reminders import send_reminders
from masthead.funding.giving.managing.models import Reminder
from masthead.funding.giving.models import Frequency, Gift, GiftState, Pledge
from masthead.funding.giving.rules import cover_of
from masthead.funding.providers.base import PledgeState, Rate
from masthead.funding.providers.practice import client as practice
from masthead.funding.providers.practice.books import date_after
from masthead.funding.providers.practice.provider import PracticeProvider
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, books_are_right, deliver_and_apply, fresh, given, pay, raised
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def campaign():
    made = make_campaign()
    made.offers_yearly = True
    made.save()
    return made


def pledged(campaign, frequency=Frequency.MONTHLY) -> Pledge:
    given(campaign, 1000, frequency=frequency)
    return Pledge.objects.get()


def on(day: int) -> Pledge:
    """Let the days up to this one pass at the provider, and return the pledge."""
    deliver_and_apply(NOW + day * DAY)
    return Pledge.objects.get()


@pytest.mark.parametrize(
    ("number", "frequency", "expected"),
    [(1, "monthly", "2027-02-28"), (2, "monthly", "2027-03-31"), (12, "monthly", "2028-01-31"), (1, "yearly", "2028-01-31")],
)
def test_a_pledge_comes_back_to_its_own_day(number, frequency, expected):
    assert date_after(dt.datetime(2027, 1, 31, 9, tzinfo=dt.UTC), number, frequency).date().isoformat() == expected


def test_a_yearly_gift_renews_after_a_year_and_not_before(campaign):
    pledge = pledged(campaign, Frequency.YEARLY)
    assert (pledge.frequency, pledge.next_at) == ("yearly", NOW.replace(year=2027))
    on(364)
    assert Gift.objects.count() == 1
    on(366)
    assert [(gift.frequency, gift.renewal, gift.state) for gift in Gift.objects.order_by("created_at")] == [
        ("yearly", False, "settled"),
        ("yearly", True, "settled"),
    ]
    assert books_are_right()


def test_a_campaign_that_offers_no_yearly_gifts_takes_none():
    with pytest.raises(GiftRefused, match="Yearly gifts"):
        begin(make_campaign(), frequency=Frequency.YEARLY)


def test_months_that_passed_while_the_newsroom_was_off_are_taken_at_their_dates(campaign):
    pledged(campaign)
    on(100)
    assert [gift.settled_at.date().isoformat() for gift in Gift.objects.order_by("settled_at")] == ["2026-11-22", "2026-12-22", "2027-01-22", "2027-02-22"]
    assert raised(campaign) == 4000


def test_a_refused_payment_is_tried_again_and_counts_once_when_it_is_paid(campaign):
    pledge = pledged(campaign)
    practice.pledges().refuse(pledge.provider_ref, now=NOW)
    pledge = on(0)
    assert (pledge.state, pledge.past_due_at) == (Pledge.State.PAST_DUE, NOW)
    assert raised(campaign) == 1000
    practice.pledges().mend(pledge.provider_ref, now=NOW + DAY)
    pledge = on(1)
    assert (pledge.state, pledge.past_due_at) == (Pledge.State.ACTIVE, None)
    assert sorted(gift.state for gift in Gift.objects.all()) == [GiftState.SETTLED, GiftState.SETTLED]
    assert raised(campaign) == 2000
    assert books_are_right()


def test_a_pledge_that_stays_refused_ends(campaign):
    pledge = pledged(campaign)
    practice.pledges().refuse(pledge.provider_ref, now=NOW)
    assert on(14).state == Pledge.State.PAST_DUE
    assert on(16).state == Pledge.State.ENDED
    assert raised(campaign) == 1000


def test_a_paused_pledge_takes_nothing_and_goes_on_at_its_next_date(campaign):
    pledge, provider = pledged(campaign), PracticeProvider()
    assert provider.pause(pledge.provider_ref, now=NOW).state is PledgeState.PAUSED
    assert on(70).state == Pledge.State.PAUSED
    assert raised(campaign) == 1000
    assert provider.resume(pledge.provider_ref, now=NOW + 70 * DAY).next_at == dt.datetime(2027, 2, 22, 14, 5, tzinfo=dt.UTC)
    assert on(100).state == Pledge.State.ACTIVE
    assert raised(campaign) == 2000


def test_a_changed_amount_is_taken_from_the_next_payment_on(campaign):
    pledge, provider = pledged(campaign), PracticeProvider()
    for _ in range(2):
        provider.change_amount(pledge.provider_ref, Money(400, "USD"), key="k", now=NOW)
    assert on(31).amount == Money(400, "USD")
    assert sorted(gift.amount_minor for gift in Gift.objects.all()) == [400, 1000]
    assert raised(campaign) == 1400
    assert books_are_right()


def test_an_older_practice_file_is_brought_up_to_date(settings, campaign):
    path = settings.ENV.data / "practice.sqlite3"
    old = sqlite3.connect(path)
    old.executescript("""
        CREATE TABLE checkout (ref TEXT PRIMARY KEY, gift_id TEXT, frequency TEXT, amount_minor INTEGER, currency TEXT, purpose TEXT,
                               return_url TEXT, cancel_url TEXT, state TEXT, reason TEXT, created_at TEXT);
        CREATE TABLE pledge (ref TEXT PRIMARY KEY, checkout_ref TEXT, state TEXT, started_at TEXT, ended_at TEXT);
        CREATE TABLE event (number INTEGER PRIMARY KEY, id TEXT);
        INSERT INTO checkout VALUES ('cs_1', '0192f0c8-0000-7000-8000-000000000000', 'monthly', 700, 'USD', 'p', 'r', 'c', 'done', '', '2026-11-01T00:00:00+00:00');
        INSERT INTO pledge VALUES ('pl_1', 'cs_1', 'active', '2026-11-01T00:00:00+00:00', NULL);
    """)
    old.close()
    assert PracticeProvider().fetch("pl_1").amount == Money(700, "USD")


# --- letters about what is overdue ------------------------------------------------------------------


def test_letters_leave_on_their_days_and_each_once(campaign):
    pledge = pledged(campaign)
    practice.pledges().refuse(pledge.provider_ref, now=NOW)
    left = {}
    for day in range(15):
        on(day)
        left[day] = send_reminders(now=NOW + day * DAY) + send_reminders(now=NOW + day * DAY)
    assert {day for day, count in left.items() if count} == {0, 3, 7, 14}
    assert sum(left.values()) == 4
    first, *_, last = mail.outbox
    assert "10 US dollars each month" in first.body
    assert "tries again on November 25, 2026" in first.body
    assert "last letter" in last.body
    assert "/contribute/pledge/" in first.body
    assert first.alternatives[0].mimetype == "text/html"


def test_letters_stop_when_it_is_paid(campaign):
    pledge = pledged(campaign)
    practice.pledges().refuse(pledge.provider_ref, now=NOW)
    on(0)
    assert send_reminders(now=NOW) == 1
    practice.pledges().mend(pledge.provider_ref, now=NOW + DAY)
    on(1)
    assert send_reminders(now=NOW + 20 * DAY) == 0
    assert {reminder.state for reminder in Reminder.objects.exclude(day=0)} == {Reminder.State.DROPPED}


def test_a_newsroom_that_was_off_sends_the_latest_letter_alone(campaign):
    pledge = pledged(campaign)
    practice.pledges().refuse(pledge.provider_ref, now=NOW)
    on(0)
    assert send_reminders(now=NOW + 8 * DAY) == 1
    assert send_reminders(now=NOW + 9 * DAY) == 0
    assert [reminder.day for reminder in Reminder.objects.filter(state=Reminder.State.SENT)] == [7]


# --- the covered fee --------------------------------------------------------------------------------


@pytest.mark.parametrize(("minor", "currency", "added"), [(2500, "USD", 106), (1, "USD", 31), (1200, "JPY", 37), (2500, "KWD", 384)])
def test_what_is_added_leaves_the_gift_whole(minor, currency, added):
    rate = Rate(percent=Decimal("2.9"), fixed=Decimal("0.30"))
    assert cover_of(Money(minor, currency), rate).minor == added


def test_the_cover_is_kept_with_the_gift_and_is_part_of_it(campaign):
    began = begin(campaign, 2606, cover=Money(106, "USD"), frequency=Frequency.MONTHLY)
    pay(began)
    deliver_and_apply()
    gift = fresh(began.gift)
    assert (gift.amount, gift.cover) == (Money(2606, "USD"), Money(106, "USD"))
    assert raised(campaign) == 2606
    on(31)
    assert [renewal.cover_minor for renewal in Gift.objects.filter(renewal=True)] == [106]
