"""The publisher's overview, the pledges, the sheet of gifts."""

import csv
import datetime as dt
import io

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from masthead.funding.giving import charts
from masthead.funding.giving.actions import refund_gift
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge
from masthead.funding.giving.overview import overview
from masthead.kernel import clock
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import begin, deliver_and_apply, given, later, pay
from tests.make.funding import NOW, TODAY, give, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db
LAST_MONTH = NOW - dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: later(60))


def signed_in(role):
    client = Client()
    client.force_login(make_staff(role, email=f"{role.name.lower()}@news.example"))
    return client


@pytest.fixture
def publisher():
    return signed_in(Role.PUBLISHER)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def rows_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


# --- the figures --------------------------------------------------------------------------------------


def test_the_overview_counts_what_came_in_and_from_where():
    lights = make_campaign(name="Keep the lights on")
    yen = make_campaign(name="Tokyo", currency="JPY")
    given(lights, 2500, page_path="/news/a/", email="a@example.org")
    refunded = given(lights, 1000, page_path="/news/a/", email="b@example.org")
    refund_gift(gift=refunded, amount=Money(400, "USD"), key="k", by="Publisher", now=NOW)
    given(lights, 700, email="c@example.org")
    given(yen, 900, page_path="/news/b/", email="d@example.org")
    give(lights, 5000, dated=TODAY.replace(month=10))
    dollars, yens = overview(now=NOW).currencies
    assert (dollars.currency, dollars.this_month, dollars.last_month) == ("USD", Money(3800, "USD"), Money(5000, "USD"))
    assert (dollars.new.count, dollars.new.amount) == (3, Money(4200, "USD"))
    assert [(page.path, page.gifts.count, page.gifts.amount.minor) for page in dollars.pages] == [("/news/a/", 2, 3500), ("", 1, 700)]
    assert (dollars.given_back.count, dollars.given_back.amount) == (1, Money(400, "USD"))
    assert [(row.name, row.this_month.minor, row.last_month.minor) for row in dollars.campaigns] == [("Keep the lights on", 3800, 5000)]
    assert dollars.fees.minor == 103 + 59 + 50
    assert [(month.month, amount.minor) for month, amount in dollars.months[-3:]] == [(9, 0), (10, 5000), (11, 3800)]
    assert len(dollars.months) == 12
    assert (yens.currency, yens.this_month) == ("JPY", Money(900, "JPY"))


def test_pledges_are_counted_by_what_became_of_them():
    campaign = make_campaign()
    for number in range(3):
        pledge = given(campaign, 1000, frequency=Frequency.MONTHLY, email=f"m{number}@example.org").pledge
        if number:
            Pledge.objects.filter(pk=pledge.pk).update(
                state=Pledge.State.PAST_DUE if number == 1 else Pledge.State.ENDED, ended_at=NOW if number == 2 else None
            )
    begin(campaign, 1000, frequency=Frequency.MONTHLY, email="never@paid.example")
    found = overview(now=NOW)
    [dollars] = found.currencies
    assert (dollars.promised.count, dollars.promised.amount.minor) == (1, 1000)
    assert (dollars.overdue.count, dollars.overdue.amount.minor) == (1, 1000)
    assert (found.pledges_new, found.pledges_ended) == (3, 1)


def test_a_yearly_pledge_counts_by_a_twelfth():
    pledge = given(make_campaign(), 1000, frequency=Frequency.MONTHLY).pledge
    other = given(make_campaign(name="Other"), 10_000, frequency=Frequency.MONTHLY, email="b@example.org").pledge
    Pledge.objects.filter(pk=other.pk).update(frequency=Frequency.YEARLY)
    [dollars] = overview(now=NOW).currencies
    assert pledge.state == Pledge.State.ACTIVE
    assert (dollars.promised.count, dollars.promised.amount.minor) == (2, 1000 + 833)


def test_a_gift_counts_at_what_the_provider_credited():
    campaign = make_campaign()
    gift = given(campaign, 2500, page_path="/news/a/")
    Gift.objects.filter(pk=gift.pk).update(amount_minor=2300, currency="EUR", settled_minor=2500, settled_currency="USD")
    [dollars] = overview(now=NOW).currencies
    assert (dollars.new.amount, dollars.pages[0].gifts.amount) == (Money(2500, "USD"), Money(2500, "USD"))


def test_what_waits_and_what_failed_is_counted():
    campaign = make_campaign()
    waiting = begin(campaign, 800)
    pay(waiting, delay_seconds=3600)
    deliver_and_apply()
    Gift.objects.filter(pk=begin(campaign, 700, email="b@example.org").gift.pk).update(state=GiftState.DECLINED)
    InboxEvent.objects.create(provider="practice", event_id="x", kind="k", object_ref="o", body=b"", received_at=NOW, next_try_at=NOW, error="No.")
    found = overview(now=NOW)
    assert (found.currencies[0].pending.count, found.currencies[0].pending.amount.minor) == (1, 800)
    assert found.states[GiftState.DECLINED] == 1
    assert found.webhooks_failed == 1


def test_the_month_is_the_newsrooms_own(settings):
    settings.ENV = settings.ENV.model_copy(update={"time_zone": "Asia/Tokyo"})
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight = dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)  # in Tokyo it is December
    campaign = make_campaign()
    given(campaign, 2500, now=midnight)
    [dollars] = overview(now=midnight).currencies[:1]
    assert (overview(now=midnight).month, dollars.this_month.minor, dollars.new.count) == (dt.date(2026, 12, 1), 2500, 1)


def test_an_empty_newsroom_has_an_overview(publisher):
    assert "No campaign is open" in text_of(publisher.get(reverse("funding_overview:index")))


def test_it_asks_as_often_whatever_there_is():
    campaign = make_campaign()
    given(campaign, email="a@example.org")
    with CaptureQueriesContext(connection) as few:
        overview(now=NOW)
    for number in range(5):
        other = make_campaign(name=f"Number {number}", currency="EUR" if number % 2 else "USD")
        given(other, email=f"{number}@example.org", page_path=f"/{number}/", frequency=Frequency.MONTHLY)
    with CaptureQueriesContext(connection) as many:
        overview(now=NOW)
    assert (len(few), len(many)) == (12, 12)


# 100,000 gifts, one each five minutes, like one that is there: made by the database itself, which takes a second.
MANY_GIFTS = """
INSERT INTO giving_gift ({columns})
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
SELECT {values} FROM (SELECT * FROM giving_gift LIMIT 1) AS first_gift, numbers
"""
WORDS = {
    "sqlite": {"id": "printf('%032x', n)", "moment": "datetime(settled_at, '-' || (5 * n) || ' minutes')"},
    "postgresql": {"id": "lpad(to_hex(n), 32, '0')::uuid", "moment": "settled_at - 5 * n * interval '1 minute'"},
}


def many_gifts():
    """Return the statement for this database."""
    words = WORDS[connection.vendor]
    values = {field.column: field.column for field in Gift._meta.concrete_fields} | {
        "id": words["id"],
        "amount_minor": "1000 + n % 500",
        "provider_ref": "'many' || n",
        "checkout_ref": "''",
        "page_path": "'/news/' || (n % 300) || '/'",
        "created_at": words["moment"],
        "settled_at": words["moment"],
    }
    return MANY_GIFTS.format(columns=", ".join(values), values=", ".join(values.values()))


def test_it_reads_a_hundred_thousand_gifts():
    given(make_campaign(), email="a@example.org")
    with connection.cursor() as cursor:
        cursor.execute(many_gifts())
        cursor.execute("ANALYZE giving_gift")
    found = overview(now=NOW)
    assert Gift.objects.count() == 100_001
    assert 6000 < found.currencies[0].new.count < 7000
    assert len(found.currencies[0].pages) == 10


# --- the page -----------------------------------------------------------------------------------------


def test_the_page_shows_the_figures_and_leads_to_their_rows(publisher):
    campaign = make_campaign(name="Keep the lights on")
    mine = given(campaign, 2500, page_path="/news/a/", email="a@example.org")
    other = given(campaign, 1000, now=LAST_MONTH, email="b@example.org")
    body = text_of(publisher.get(reverse("funding_overview:index")))
    for said in (
        "$25",
        "Keep the lights on",
        "/news/a/",
        'role="img"',
        "<title>November 2026: $25</title>",
        "October 2026",
        "?settled=2026-11&amp;renewal=no&amp;page_path=/news/a/",
    ):
        assert said in body

    def shown(query):
        body = text_of(publisher.get(reverse("gifts:index_results") + query))
        return {gift.pk for gift in (mine, other) if str(gift.pk) in body}

    assert shown("?settled=2026-11") == {mine.pk}
    assert shown("?settled=2026-10&renewal=no") == {other.pk}
    assert shown("?begun=2026-10") == {other.pk}
    assert shown("?settled=nonsense") == set()
    assert shown("?page_path=/news/a/") == {mine.pk}
    assert shown("?page_path=-") == {other.pk}
    assert shown("?renewal=yes") == set()
    assert reverse("funding_overview:index") in text_of(publisher.get(reverse("wagtailadmin_home")))


def test_pledges_are_listed_and_lead_to_their_gifts(publisher):
    gift = given(make_campaign(), 1000, frequency=Frequency.MONTHLY)
    given(make_campaign(name="Other"), 700, email="once@example.org")
    body = text_of(publisher.get(reverse("pledges:index") + "?state=active"))
    assert "$10 each month" in body
    assert "ada@example.org" in body
    assert f"?pledge={gift.pledge.pk}" in body
    assert "$10" not in text_of(publisher.get(reverse("pledges:index_results") + "?state=ended"))
    listed = text_of(publisher.get(reverse("gifts:index_results") + f"?pledge={gift.pledge.pk}"))
    assert str(gift.pk) in listed
    assert "once@example.org" not in listed


def test_bars_are_as_high_as_their_sums():
    months = [(dt.date(2026, month, 1), Money(minor, "USD")) for month, minor in ((1, 0), (2, 50_000), (3, 100_000), (4, -5), (5, 1))]
    drawn = charts.bars(months, locale="en_US", language="en")
    assert drawn[2].height == charts.HEIGHT - charts.TOP - charts.FOOT
    assert [bar.height * 2 for bar in drawn[:2]] == [0, drawn[2].height]
    assert [bar.height for bar in drawn[3:]] == [0, 2]
    assert all(bar.y + bar.height == charts.HEIGHT - charts.FOOT for bar in drawn)
    assert drawn[2].title == "March 2026: $1,000"
    assert [bar.height for bar in charts.bars([(TODAY, Money(0, "JPY"))], locale="de_DE", language="de")] == [0]


# --- the sheet ----------------------------------------------------------------------------------------


def test_the_sheet_holds_the_gifts_that_are_asked_for_and_nothing_a_spreadsheet_would_run(publisher):
    campaign = make_campaign(name="=cmd()")
    gift = given(campaign, 2550, public_name="+Ada", dedication="@SUM(1)", page_path="/news/a/", email="=ada@example.org")
    begin(campaign, 700, email="b@example.org")
    answer = publisher.get(reverse("gifts:csv") + "?state=settled")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    [row] = rows_of(answer)
    assert (row["id"], row["amount"], row["currency"], row["state"]) == (str(gift.pk), "25.50", "USD", "settled")
    assert (row["campaign"], row["public_name"], row["dedication"], row["email"]) == ("'=cmd()", "'+Ada", "'@SUM(1)", "'=ada@example.org")
    assert len(rows_of(publisher.get(reverse("gifts:csv")))) == 2
    assert len(rows_of(publisher.get(reverse("gifts:csv") + "?q=b@example.org"))) == 1
    assert rows_of(publisher.get(reverse("gifts:csv") + "?settled=nonsense")) == []


def test_who_may_not_see_supporters_gets_no_words_that_readers_do_not_see_either():
    campaign = make_campaign()
    hidden = given(campaign, 2500, public_name="Ada", dedication="For Eve, who is ill", email="ada@example.org")
    shown = given(campaign, 1000, public_name="Bea", dedication="For the night shift", show_name=True, email="bea@example.org")
    accountant = make_staff(Role.REPORTER, email="accountant@news.example")
    accountant.user_permissions.set(Permission.objects.filter(codename="view_gift"))
    client = Client()
    client.force_login(accountant)
    found = {row["id"]: (row["public_name"], row["dedication"]) for row in rows_of(client.get(reverse("gifts:csv")))}
    assert found == {str(hidden.pk): ("", ""), str(shown.pk): ("Bea", "For the night shift")}
    page = text_of(client.get(reverse("gifts:gift", args=[hidden.pk])))
    assert not [words for words in ("Ada", "For Eve", "ada@example.org") if words in page]


def test_webhooks_are_taken_away_as_a_sheet_without_their_bodies(publisher):
    given(make_campaign())
    InboxEvent.objects.create(
        provider="stripe",
        event_id="evt_1",
        kind="=cmd()",
        object_ref="pi_1",
        body=b"ada@example.org",
        received_at=NOW,
        next_try_at=NOW,
        attempts=2,
        error="@No",
    )
    first, *others = rows_of(publisher.get(reverse("webhooks:csv")))
    assert (first["event_id"], first["kind"], first["outcome"], first["attempts"], first["error"]) == ("evt_1", "'=cmd()", "failed", "2", "'@No")
    assert {row["outcome"] for row in others} == {"applied"}
    assert len(rows_of(publisher.get(reverse("webhooks:csv") + "?applied=failed"))) == 1
    assert reverse("webhooks:csv") + "?applied=failed" in text_of(publisher.get(reverse("webhooks:index") + "?applied=failed"))
    said = b"".join(publisher.get(reverse("webhooks:csv")).streaming_content).decode()
    assert "ada@example.org" not in said
    assert ModelLogEntry.objects.filter(action="giving.export").latest("pk").data == {"webhooks": 1 + len(others), "asked": ""}


def test_who_took_the_sheet_is_written_down(publisher):
    given(make_campaign())
    rows_of(publisher.get(reverse("gifts:csv") + "?state=settled"))
    entry = ModelLogEntry.objects.get(action="giving.export")
    assert (entry.user.email, entry.data) == ("publisher@news.example", {"gifts": 1, "asked": "state=settled"})


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR])
@pytest.mark.parametrize("name", ["funding_overview:index", "pledges:index", "pledges:index_results", "gifts:csv", "webhooks:csv"])
def test_nobody_but_publishers_sees_it(role, name):
    given(make_campaign())
    answer = signed_in(role).get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("wagtailadmin_home")
    assert Client().get(reverse(name))["Location"].startswith(reverse("wagtailadmin_login"))
    assert not ModelLogEntry.objects.filter(action="giving.export").exists()


def test_pledges_are_taken_away_as_a_sheet_with_what_they_made(publisher):
    campaign = make_campaign()
    gift = given(campaign, 1250, frequency=Frequency.MONTHLY, email="=ada@example.org")
    refund_gift(gift=gift, amount=Money(250, "USD"), key="k", by="Publisher", now=NOW)
    Pledge.objects.update(ended_words="+1")
    [row] = rows_of(publisher.get(reverse("pledges:csv")))
    assert (row["amount"], row["frequency"], row["gifts"], row["paid"]) == ("12.50", "monthly", "1", "10.00")
    assert (row["email"], row["ended_words"]) == ("'=ada@example.org", "'+1")
    assert rows_of(publisher.get(reverse("pledges:csv") + "?state=ended")) == []
    assert ModelLogEntry.objects.filter(action="giving.export").exists()
