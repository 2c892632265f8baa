"""Lists of very many gifts cost what they show: no page counts or reads what is not on it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from masthead.funding.giving import queries
from masthead.funding.giving.banking.models import BankAccount, BankFile, BankLine, BankStatement, LineState
from masthead.funding.giving.managing import views
from masthead.funding.giving.models import Gift, GiftState, InboxEvent, Pledge
from masthead.funding.giving.reconciling.models import ProviderPayout
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def publisher():
    browser = Client()
    browser.force_login(make_staff(Role.PUBLISHER))
    return browser


def gifts(count, **words):
    """Make so many gifts, the last the newest."""
    campaign = make_campaign()
    usual = {"amount_minor": 1000, "currency": "USD", "frequency": "once", "provider": "practice", "state": GiftState.SETTLED}
    made = []
    for number in range(count):
        at = NOW - dt.timedelta(minutes=count - number)
        own = {"provider_ref": f"pay_{number}", "public_name": f"Reader {number}.", "show_name": True, "created_at": at, "settled_at": at}
        made.append(Gift(campaign=campaign, **usual | own | words))
    return Gift.objects.bulk_create(made)


def names_on(client, address):
    answer = client.get(address)
    return re.findall(r"Reader \d+\.", answer.content.decode()) if answer.status_code == 200 else answer.status_code


def named(numbers):
    return [f"Reader {number}." for number in numbers]


def test_the_named_are_shown_page_by_page(client, monkeypatch):
    monkeypatch.setattr(views, "WALL_PAGE", 4)
    made = gifts(10)
    Gift.objects.filter(pk=made[9].pk).update(state=GiftState.REFUNDED)
    Gift.objects.filter(pk=made[5].pk).update(public_name="")
    Gift.objects.filter(pk=made[3].pk).update(show_name=False)
    assert names_on(client, "/supporters/") == named([8, 7, 6, 4])
    assert names_on(client, "/supporters/?page=2") == named([2, 1, 0])
    assert names_on(client, "/supporters/?page=3") == 404
    for nonsense in ("x", "0", "-1", "1e3", "9" * 400):
        assert names_on(client, f"/supporters/?page={nonsense}") == named([8, 7, 6, 4])
    page = client.get("/supporters/").content.decode()
    assert 'href="?page=2"' in page
    assert 'href="?page=0"' not in page


def test_the_page_of_the_named_counts_nobody_and_reads_their_index_alone(client):
    gifts(5)
    with CaptureQueriesContext(connection) as asked:
        client.get("/supporters/")
    mine = [query["sql"] for query in asked.captured_queries if '"giving_gift"' in query["sql"]]
    assert len(mine) == 1
    assert "COUNT(" not in mine[0]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {mine[0]}")
            assert [row[3] for row in cursor.fetchall()] == ["SEARCH giving_gift USING INDEX giving_gift_named (settled_at>?)"]


def steps_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " / ".join(row[3] for row in cursor.fetchall())


def test_a_page_of_the_desks_gifts_finds_its_keys_in_an_index_and_reads_them_alone(publisher):
    made = gifts(120)
    with CaptureQueriesContext(connection) as asked:
        body = publisher.get(f"{reverse('gifts:index_results')}?p=2").content.decode()
    assert [str(gift.pk) for gift in made[::-1][50:100]] == re.findall(r"/desk/gifts/([0-9a-f-]{36})/", body)
    [keys] = [query["sql"] for query in asked.captured_queries if "OFFSET 50" in query["sql"]]
    assert "JOIN" not in keys
    if connection.vendor == "sqlite":
        assert steps_of(keys) == "SCAN giving_gift USING COVERING INDEX giving_gift_created"


def test_a_page_of_pledges_finds_its_keys_in_an_index(publisher):
    campaign = make_campaign()
    made = [
        Pledge(campaign=campaign, amount_minor=500, currency="USD", frequency="monthly", provider="practice", started_at=NOW - dt.timedelta(days=number))
        for number in range(60)
    ]
    Pledge.objects.bulk_create(made)
    with CaptureQueriesContext(connection) as asked:
        body = publisher.get(f"{reverse('pledges:index_results')}?p=2").content.decode()
    assert [str(pledge.pk) for pledge in made[50:]] == re.findall(r"\?pledge=([0-9a-f-]{36})", body)
    [keys] = [query["sql"] for query in asked.captured_queries if "OFFSET 50" in query["sql"]]
    if connection.vendor == "sqlite":
        assert steps_of(keys) == "SCAN giving_pledge USING COVERING INDEX giving_pledge_started"


def test_a_reference_is_looked_up_and_a_name_only_where_there_is_no_such_reference():
    made = gifts(8)
    Gift.objects.filter(pk=made[2].pk).update(public_name="pay_5")
    with CaptureQueriesContext(connection) as asked:
        assert list(queries.gifts_found("pay_5", by_person=True)) == [made[5]]
    assert not [query for query in asked.captured_queries if "LIKE" in query["sql"]]
    if connection.vendor == "sqlite":
        assert "SCAN" not in steps_of(asked.captured_queries[0]["sql"])
    assert list(queries.gifts_found("pay_", by_person=True)) == [made[2]]
    assert list(queries.gifts_found("reader 6.", by_person=True)) == [made[6]]
    assert list(queries.gifts_found("reader 6.", by_person=False)) == []


def test_the_webhooks_of_a_gift_are_found_by_what_they_are_about():
    [gift] = gifts(1, checkout_ref="cs_0")
    for number, ref in enumerate(["pay_0", "pay_1", ""]):
        InboxEvent.objects.create(provider="practice", event_id=f"e{number}", kind="x", object_ref=ref, body=b"", received_at=NOW, next_try_at=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert [event.object_ref for event in queries.webhooks_of(gift)] == ["pay_0"]
    if connection.vendor == "sqlite":
        assert "giving_inbox_object" in steps_of(asked.captured_queries[0]["sql"])


def test_payouts_on_the_banks_statements_are_counted_by_the_database():
    for number in range(3):
        ProviderPayout.objects.create(provider="stripe", ref=f"po_{number}", amount_minor=100, currency="USD", arrives_on=NOW.date())
    account = BankAccount.objects.create(number="NL91ABNA0417164300", currency="USD", slug="nl", created_at=NOW)
    file = BankFile.objects.create(sha256="0" * 64, name="x", data=b"", kept_at=NOW)
    days = {"opened_on": NOW.date(), "closed_on": NOW.date()}
    statement = BankStatement.objects.create(file=file, account=account, form="camt.053", digest="0" * 64, **days)
    for number, (state, ref) in enumerate([(LineState.PAYOUT, "stripe:po_1"), (LineState.PAYOUT, "paypal:po_2"), (LineState.IGNORED, "stripe:po_0")]):
        words = {"state": state, "matched_ref": ref, "key": str(number), "reason": "because", "booked_on": NOW.date(), "value_on": NOW.date(), "place": number}
        BankLine.objects.create(statement=statement, account=account, amount_minor=100, currency="USD", fingerprint="0", **words)
    with CaptureQueriesContext(connection) as asked:
        assert queries.payouts_matched() == (1, 3)
    assert len(asked) == 1
