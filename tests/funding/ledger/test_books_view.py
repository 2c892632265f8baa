"""The books in the admin: every row, what its account held after it, its proof; and the same as CSV."""

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from masthead.funding.ledger import queries, viewsets
from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import DayBalances, Kind, Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel.money import Money
from masthead.newsroom.staff.actions import set_up_roles
from masthead.newsroom.staff.roles import Role
from tests.make import NOW, TODAY, give, make_campaign, make_draft, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(client):
    set_up_roles()
    client.force_login(make_staff(Role.PUBLISHER))
    return client


@pytest.fixture
def campaign():
    """Two gifts, a refund of the first, a fee, and another campaign's gift."""
    campaign = make_campaign()
    gift = give(campaign, 2500, id="practice:pay_1:gift")
    give(campaign, 1000)
    post(drafts=[taking_back(gift, id="practice:re_1:refund", kind=Kind.REFUND, amount=Money(500, "USD"), dated=TODAY)], now=NOW)
    fee = make_draft("practice:pay_1:fee", 103, kind=Kind.FEE, debit="fees:practice:USD", credit="clearing:practice:USD")
    post(drafts=[fee], now=NOW)
    give(make_campaign(name="Another"), 700)
    return campaign


def test_each_line_says_what_its_account_held_after_it(campaign):
    rows = list(queries.transfers(account=campaign.account_code))
    assert [line.after.minor for line in queries.lines(rows, account=campaign.account_code)] == [3000, 3500, 2500]
    assert [line.after.minor for line in queries.lines(rows[:2], account=campaign.account_code)] == [3000, 3500]
    assert [line.after.minor for line in queries.lines(list(queries.transfers()))] == [700, -2897, 3000, 3500, 2500]


def test_a_months_lines_count_from_its_beginning(campaign):
    give(campaign, 9_000, dated=dt.date(2026, 10, 5))
    assert [(line.transfer.seq, line.after.minor) for line in queries.latest(campaign.account_code, month=dt.date(2026, 11, 1))] == [
        (3, 3000),
        (2, 3500),
        (1, 2500),
    ]
    assert [line.after.minor for line in queries.latest(campaign.account_code, month=dt.date(2026, 10, 1))] == [9000]


def test_what_moved_a_total_last(campaign, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        lines = queries.latest(campaign.account_code, 2)
    assert [(line.transfer.kind, line.after.minor) for line in lines] == [("refund", 3000), ("gift", 3500)]


def rows_walked(asked):
    """Return how many rows of the books were between the bounds of what was asked for balances."""
    spans = [re.search(r"seq > (\d+) AND seq <= (\d+)", query["sql"]) for query in asked.captured_queries]
    return sum(int(span[2]) - int(span[1]) for span in spans if span)


@pytest.fixture
def signed_days(settings, tmp_path):
    """Ten days of eight gifts each, each day signed the next morning."""
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    campaign = make_campaign()
    for day in range(10):
        for _ in range(8):
            give(campaign, 100, now=NOW + dt.timedelta(days=day))
        sign_yesterday(now=NOW + dt.timedelta(days=day + 1))
    return campaign


@pytest.mark.parametrize("last", [3, 40, 80])
def test_balances_are_read_from_the_checkpoint_before(signed_days, last):
    rows = list(Transfer.objects.filter(seq__lte=last).order_by("-seq")[:3])
    with CaptureQueriesContext(connection) as asked:
        lines = queries.lines(rows)
    assert [line.after.minor for line in lines] == [100 * row.seq for row in rows]
    assert rows_walked(asked) <= 8 + 3
    assert len(asked) == 3


def test_balances_that_are_not_kept_are_read_and_made_again(signed_days):
    DayBalances.objects.filter(size__gte=32).delete()
    [line] = queries.lines(list(Transfer.objects.filter(seq=60)))
    assert line.after.minor == 6000
    sign_yesterday(now=NOW + dt.timedelta(days=11))
    assert list(DayBalances.objects.order_by("size").values_list("size", flat=True)) == [8 * number for number in range(1, 11)]
    assert verify().sound


def test_balances_that_were_altered_are_named(signed_days):
    kept = DayBalances.objects.get(size=24)
    kept.balances[signed_days.account_code] += 1
    kept.save()
    assert [str(problem) for problem in verify().problems] == [
        "the balances kept at row 24 are not what the rows up to it come to: the desk's ledger shows wrong ones"
    ]


@pytest.mark.parametrize("words", [{}, {"kind": "gift"}, {"month": "2026-11"}, {"kind": "refund", "month": "2026-11"}])
@pytest.mark.parametrize("whose", ["everybody's", "a campaign's"])
def test_pages_hold_each_row_once_and_count_them_right(publisher, campaign, monkeypatch, words, whose):
    monkeypatch.setattr(viewsets.BooksView, "paginate_by", 2)
    give(campaign, 9_000, dated=dt.date(2026, 10, 5))
    words = words | ({"account": campaign.account_code} if whose == "a campaign's" else {})
    month = {"month": dt.date.fromisoformat(f"{words['month']}-01")} if "month" in words else {}
    expected = list(queries.transfers(**words | month).values_list("seq", flat=True))
    shown = []
    for number in range(len(expected) // 2 + 1):
        html = publisher.get("/desk/ledger/results/", words | {"p": number + 1}).content.decode() if 2 * number < len(expected) else ""
        shown += [int(seq) for seq in re.findall(r'href="/desk/ledger/(\d+)/"', html)]
    assert shown == expected
    assert queries.count(**words | month) == len(expected)


def test_the_csv_reads_no_row_twice(monkeypatch):
    monkeypatch.setattr(viewsets, "SHEET_ROWS", 7)
    first, other = make_campaign(), make_campaign(name="Another")
    for number in range(40):
        give(first if number % 3 else other, 100)
    with CaptureQueriesContext(connection) as asked:
        rows = list(csv.DictReader(io.StringIO("".join(viewsets.sheet({"account": "", "kind": "", "month": None})))))
    assert [row["account_after"] for row in rows if row["account"] == other.account_code] == [f"{number}.00" for number in range(1, 15)]
    assert [row["account_after"] for row in rows if row["account"] == first.account_code] == [f"{number}.00" for number in range(1, 27)]
    assert rows_walked(asked) <= 2 * 40


def test_the_list_names_accounts_and_shows_hashes(publisher, campaign):
    html = publisher.get("/desk/ledger/").content.decode()
    assert "Keep the lights on" in html
    assert "practice, held (USD)" in html
    assert Transfer.objects.get(seq=3).hash in html


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        ({"kind": "refund"}, [3]),
        ({"account": "fees:practice:USD"}, [4]),
        ({"month": "2026-11"}, [1, 2, 3, 4, 5]),
        ({"month": "2026-11", "kind": "gift"}, [1, 2, 5]),
    ],
)
def test_filters_by_account_kind_and_month(publisher, campaign, words, seqs):
    html = publisher.get("/desk/ledger/results/", words).content.decode()
    assert [seq for seq in range(1, 6) if f'href="/desk/ledger/{seq}/"' in html] == seqs


@pytest.mark.parametrize("words", [{"account": "gifts:nowhere"}, {"kind": "present"}, {"month": "soon"}])
def test_a_filter_that_is_no_choice_finds_nothing(publisher, campaign, words):
    assert 'href="/desk/ledger/1/"' not in publisher.get("/desk/ledger/results/", words).content.decode()


def test_a_row_shows_the_text_its_hash_covers(publisher, campaign):
    row = Transfer.objects.get(seq=3)
    html = publisher.get("/desk/ledger/3/").content.decode()
    assert "masthead-transfer-1\nseq=3\nid=practice:re_1:refund\nkind=refund\n" in html
    assert row.hash in html
    assert "It is the hash of this text." in html
    assert 'href="/desk/ledger/1/"' in html
    assert "Taken back by" in publisher.get("/desk/ledger/1/").content.decode()
    assert publisher.get("/desk/ledger/99/").status_code == 404


def test_the_csv_holds_every_row_in_order_with_its_hash(publisher, campaign):
    answer = publisher.get("/desk/ledger/csv/", {"account": campaign.account_code})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["seq"], row["kind"], row["amount"], row["account_after"]) for row in rows] == [
        ("1", "gift", "25.00", "25.00"),
        ("2", "gift", "10.00", "35.00"),
        ("3", "refund", "5.00", "30.00"),
    ]
    assert [row["hash"] for row in rows] == list(Transfer.objects.filter(seq__lte=3).values_list("hash", flat=True))


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_the_csv_holds_no_formula(publisher, campaign, start):
    give(campaign, 100, id=f"{start}cmd|'/C'!A0")
    lines = b"".join(publisher.get("/desk/ledger/csv/").streaming_content).decode()
    assert f",'{start}cmd|" in lines
    assert f",{start}cmd" not in lines
