"""The meter: right at nothing, between marks, exactly at the goal, far past it, in every currency."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from masthead.funding.campaigns import actions, queries
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.rules import Period, Phase, State
from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.models import Kind
from masthead.kernel.money import Money
from tests.make import NOW, TODAY, give, make_campaign

pytestmark = pytest.mark.django_db
MARKS = {250_000: "keeps the site online", 500_000: "pays two reporters"}


def read(campaign, now=NOW):
    return queries.reading(campaign=campaign, now=now)


def test_at_nothing():
    reading = read(make_campaign(marks=MARKS))
    assert (reading.raised, reading.percent, reading.reached, reading.fill, reading.version) == (Money(0, "USD"), 0, False, 0, 0)
    assert reading.sentence == "$0 raised of $5,000, 0\u00a0%, as of 14:05"


def test_between_marks():
    campaign = make_campaign(marks=MARKS, period=Period.MONTHLY)
    give(campaign, 307_500)
    reading = read(campaign)
    assert reading.sentence == "$3,075 raised of $5,000 this month, 61\u00a0%, as of 14:05"
    assert [(mark.amount.minor, mark.at, mark.reached, mark.meaning) for mark in reading.marks] == [
        (250_000, Decimal(50), True, "keeps the site online"),
        (500_000, Decimal(100), False, "pays two reporters"),
    ]
    assert (reading.fill, reading.version, reading.as_of, reading.moved_at) == (Decimal("61.5"), 1, NOW, NOW)


def test_a_cent_short_is_not_reached_and_the_goal_to_the_cent_is():
    campaign = make_campaign(marks=MARKS)
    give(campaign, 499_999)
    assert (read(campaign).percent, read(campaign).reached) == (99, False)
    give(campaign, 1)
    reading = read(campaign)
    assert (reading.percent, reading.reached, reading.fill, reading.goal_at) == (100, True, 100, 100)
    assert all(mark.reached for mark in reading.marks)


def test_far_past_the_goal_the_bar_is_full_a_notch_shows_the_goal_and_the_number_goes_on():
    campaign = make_campaign(marks=MARKS)
    give(campaign, 2_000_000)
    reading = read(campaign)
    assert (reading.percent, reading.fill, reading.goal_at) == (400, 100, 25)
    assert [mark.at for mark in reading.marks] == [Decimal("12.5"), Decimal(25)]
    assert reading.sentence.startswith("$20,000 raised of $5,000, 400\u00a0%")


def test_a_mark_beyond_the_goal_lengthens_the_scale():
    campaign = make_campaign(goal=500_000, marks={1_000_000: "opens a second desk"})
    give(campaign, 600_000)
    reading = read(campaign)
    assert (reading.percent, reading.reached, reading.fill, reading.goal_at) == (120, True, 60, 50)


@pytest.mark.parametrize(("currency", "goal", "gift", "words"), [("JPY", 300_000, 120_000, "¥120,000"), ("KWD", 1_000_000, 12_345, "12.345")])
def test_currencies_without_decimals_and_with_three(currency, goal, gift, words):
    campaign = make_campaign(currency=currency, goal=goal)
    give(campaign, gift)
    reading = read(campaign)
    assert reading.raised == Money(gift, currency)
    assert words in reading.sentence
    assert reading.percent == gift * 100 // goal


def test_refunds_lower_it():
    campaign = make_campaign()
    gift = give(campaign, 2500)
    post(drafts=[taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(1000, "USD"), dated=TODAY)], now=NOW)
    assert (read(campaign).raised.minor, read(campaign).version) == (1500, 2)


def test_a_monthly_meter_begins_anew_at_midnight_in_the_newsrooms_zone(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    campaign = make_campaign(period=Period.MONTHLY)
    give(campaign, 2500, dated=dt.date(2026, 11, 30))
    before = dt.datetime(2026, 11, 30, 14, 59, tzinfo=dt.UTC)
    after = before + dt.timedelta(minutes=1)
    assert read(campaign, before).raised.minor == 2500
    assert read(campaign, after).raised.minor == 0
    assert "as of 00:00" in read(campaign, after).sentence
    assert [(row.month, row.raised.minor) for row in queries.months_before(campaign=campaign, now=after)] == [(dt.date(2026, 11, 1), 2500)]
    assert queries.months_before(campaign=campaign, now=before) == []


def test_the_featured_reading_costs_two_queries(django_assert_num_queries):
    campaign = make_campaign(marks=MARKS, featured=True)
    make_campaign(name="Another")
    give(campaign, 307_500)
    with django_assert_num_queries(2):
        reading = queries.featured_reading(now=NOW)
    assert reading == read(campaign)
    fresh = Campaign.objects.get(pk=campaign.pk)
    with django_assert_num_queries(2):
        read(fresh)


def test_nothing_is_featured_before_opening_after_closing_or_in_draft():
    campaign = make_campaign(featured=True, opens_date=TODAY, closes_date=TODAY)
    assert queries.featured_reading(now=NOW)
    assert queries.featured_reading(now=NOW - dt.timedelta(days=1)) is None
    assert queries.featured_reading(now=NOW + dt.timedelta(days=1)) is None
    actions.close_campaign(campaign=campaign)
    assert queries.featured_reading(now=NOW) is None


def test_a_closed_campaign_says_when_it_closed():
    campaign = make_campaign(closes_date=dt.date(2026, 10, 30))
    assert read(campaign).phase == Phase.CLOSED
    assert read(campaign).sentence == "$0 raised of $5,000, 0\u00a0%, closed on October 30, 2026"
    assert queries.taking_gifts(now=NOW) == []


def test_a_draft_has_a_reading_and_no_account():
    campaign = make_campaign(opened=False)
    assert read(campaign).raised == Money(0, "USD")
    assert campaign not in queries.shown()
    with pytest.raises(actions.CampaignRefused, match="never open"):
        actions.close_campaign(campaign=campaign)
    actions.delete_campaign(campaign=campaign)


def test_what_was_open_once_is_closed_not_deleted():
    campaign = make_campaign()
    with pytest.raises(actions.CampaignRefused, match="close it"):
        actions.delete_campaign(campaign=campaign)


def test_one_campaign_at_most_is_featured():
    first, second = make_campaign(featured=True), make_campaign(name="Second")
    second.featured = True
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    actions.feature(campaign=second)
    first.refresh_from_db()
    assert not first.featured


@pytest.mark.parametrize(
    "fields", [{"goal_minor": 0}, {"goal_minor": -1}, {"opens_date": TODAY, "closes_date": TODAY - dt.timedelta(days=1)}, {"state": State.OPEN}]
)
def test_the_database_refuses_a_campaign_that_cannot_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_campaign(opened=False, **fields)
