"""The sums of the signed days: what pages show of a month in hand costs the same however many gifts it has, and is what the rows come to."""

import datetime as dt
import re
import zlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from masthead.funding.books import exports, queries, verify
from masthead.funding.books.actions import SumsDiffer, make_statements, sum_days
from masthead.funding.books.models import DaySums, Statement
from masthead.funding.ledger.actions import post
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from tests.make import make_books, make_campaign, make_draft, make_newsroom

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    make_newsroom()


@pytest.fixture
def campaign():
    made = make_campaign()
    make_books(made.account_code)
    return made


def give(campaign, number, day):
    words = {"credit": campaign.account_code, "dated": day.date(), "book_month": day.date().replace(day=1)}
    post(drafts=[make_draft(f"g{number}-{each}", 100 + each, **words) for each in range(3)], now=day)


def month_of_days(campaign, days, *, summed=True):
    """Have gifts on every second of `days` days, each signed the morning after."""
    for number in range(days):
        if number % 2 == 0:
            give(campaign, number, NOON + number * DAY)
        sign_yesterday(now=NOON + (number + 1) * DAY)
        if summed:
            sum_days()


def test_what_days_come_to_is_what_their_rows_come_to(campaign):
    month_of_days(campaign, 9)
    assert DaySums.objects.count() == 9
    assert queries.altered_sums() == []
    [figures] = queries.since_last_statement().figures
    assert (figures.gifts, figures.gift_count) == (5 * 303, 15)
    assert queries.signed_groups(1, 15) == queries.groups(1, 15)


def test_days_that_are_not_added_up_yet_are_read_from_their_rows(campaign):
    month_of_days(campaign, 5, summed=False)
    assert [figures.gift_count for figures in queries.since_last_statement().figures] == [9]
    assert sum_days() == 5
    give(campaign, 99, NOON + 5 * DAY)
    sign_yesterday(now=NOON + 6 * DAY)
    assert [figures.gift_count for figures in queries.since_last_statement().figures] == [12]


def test_sums_with_a_gap_are_not_believed(campaign):
    month_of_days(campaign, 5)
    DaySums.objects.filter(day=(NOON + 2 * DAY).date()).delete()
    assert [figures.gift_count for figures in queries.since_last_statement().figures] == [9]


def test_a_page_of_a_month_in_hand_adds_up_no_rows(client, campaign):
    month_of_days(campaign, 3)
    counts = []
    for days in (0, 12):
        for number in range(3, 3 + days):
            give(campaign, number, NOON + number * DAY)
            sign_yesterday(now=NOON + (number + 1) * DAY)
            sum_days()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/books/").status_code == 200
        assert not [query for query in asked.captured_queries if "sum(amount_minor)" in query["sql"]]
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


def test_altered_sums_are_named_and_stop_the_statement(campaign):
    month_of_days(campaign, 31)
    day = DaySums.objects.order_by("day")[2]
    day.groups[0][5] += 100
    day.save()
    assert list(verify.causes()) == [f"the sums kept of {day.day} are not what its rows come to: /books/ shows wrong figures"]
    with pytest.raises(SumsDiffer, match="2026-09 are not what their rows come to"):
        make_statements(now=NOON + 32 * DAY)
    assert not Statement.objects.exists()


def test_files_are_made_with_the_statement_and_for_older_ones(client, campaign):
    month_of_days(campaign, 31)
    make_statements(now=NOON + 32 * DAY)
    made = Statement.objects.get()
    Statement.objects.update(sheet=None, beancount=None)
    assert client.get("/books/2026-09/statement.csv").status_code == 404
    assert make_statements(now=NOON + 32 * DAY) == 0
    expected = {"jsonl": made.text, "csv": "".join(exports.sheet(made.text)), "beancount": "".join(exports.beancount(made.text))}
    for form, text in expected.items():
        answer = client.get(f"/books/2026-09/statement.{form}")
        assert b"".join(answer.streaming_content).decode() == text
        assert re.search(rf'filename="2026-09\.{form}"', answer["Content-Disposition"])
    assert client.get("/books/2026-09/statement.pdf").status_code == 404
    assert list(verify.causes()) == []
    Statement.objects.update(sheet=zlib.compress(expected["csv"].replace(",gift,", ",fee,").encode()), beancount=b"no such thing")
    assert list(verify.causes()) == [f"the statement of 2026-09: its file statement.{form} is not what was signed" for form in ("csv", "beancount")]
