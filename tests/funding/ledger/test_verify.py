"""Reading the books over: whatever was done behind the triggers' backs is found, and the row is named."""

import contextlib

import pytest
from django.db import connection

from masthead.funding.ledger import schema
from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.models import Kind, Transfer
from masthead.funding.ledger.rules import COLUMNS, GENESIS, hash_of
from masthead.funding.ledger.verify import verify
from masthead.kernel.money import Money
from tests.make import NOW, TODAY, make_books, make_draft

pytestmark = pytest.mark.django_db
TABLES = ("ledger_account", "ledger_transfer", "ledger_head", "ledger_total", "ledger_monthtotal")


@pytest.fixture
def books():
    """Six rows: five gifts, and a refund of the second."""
    make_books("gifts:a", "gifts:b")
    rows = post(drafts=[make_draft(f"g{n}", 100 * n) for n in range(1, 6)], now=NOW)
    post(drafts=[taking_back(rows[1], id="r1", kind=Kind.REFUND, amount=Money(50, "USD"), dated=TODAY)], now=NOW)
    return rows


@contextlib.contextmanager
def behind_the_triggers():
    """Do something with every trigger off, and put them back: what a person with the file can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield cursor
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        else:
            triggers = schema.refusals("sqlite").triggers
            for name in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            yield cursor
            for statement in triggers.values():
                cursor.execute(statement)


def said(report=None):
    return "\n".join(map(str, (report or verify()).problems))


def rehash(seq):
    """Give a row the hash of what it now says, as a forger would."""
    row = Transfer.objects.values(*COLUMNS).get(seq=seq)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_transfer SET hash = %s WHERE seq = %s", [hash_of(row), seq])


def test_an_empty_book_is_sound():
    report = verify()
    assert (report.rows, report.head_hash, report.problems) == (0, GENESIS, [])


def test_sound_books_have_no_problems(books):
    report = verify()
    assert said(report) == ""
    assert report.sound
    assert (report.rows, report.head_hash) == (6, Transfer.objects.get(seq=6).hash)


@pytest.mark.parametrize(
    "change", ["amount_minor = 301", "dated = '2026-11-23'", "credit = 'gifts:b'", "kind = 'fee'", "id = 'g33'", "posted_at = '2026-11-22 14:05:01'"]
)
def test_an_altered_row_is_named(books, change):
    with behind_the_triggers() as cursor:
        cursor.execute(f"UPDATE ledger_transfer SET {change} WHERE seq = 3")
    report = verify()
    assert any(problem.seq == 3 and "altered" in problem.cause for problem in report.problems)
    assert {problem.seq for problem in report.problems} <= {0, 3}


def test_a_row_altered_and_hashed_again_breaks_the_chain_after_it(books):
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET amount_minor = 301 WHERE seq = 3")
        rehash(3)
    assert "row 4 (g4): does not follow row 3" in said()
    assert "total of gifts:a says 1450" in said()


def test_a_last_row_altered_and_hashed_again_is_not_the_heads(books):
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET dated = '2026-11-23' WHERE seq = 6")
        rehash(6)
    assert "the head's hash is not that of the last row, 6" in said()


def test_a_dropped_row_is_named(books):
    with behind_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_transfer WHERE seq = 3")
    assert "row 4 (g4): row 3 is missing before it: dropped" in said()


def test_dropped_last_rows_are_missed(books):
    with behind_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_transfer WHERE seq > 4")
    assert "the head says row 6 is the last, and row 4 is: rows 5 to 6 are missing" in said()


def test_a_row_put_in_between_is_found(books):
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET seq = seq + 100 WHERE seq > 3")
        cursor.execute("UPDATE ledger_transfer SET seq = seq - 99 WHERE seq > 100")
        columns = ", ".join(column for column in (*COLUMNS, "hash"))
        cursor.execute(
            f"INSERT INTO ledger_transfer ({columns}) SELECT 4, 'forged', kind, debit, credit, amount_minor, currency, dated, book_month, "
            f"original, posted_at, hash, '{'0' * 64}' FROM ledger_transfer WHERE seq = 3"
        )
        rehash(4)
    assert "row 5 (g4): does not follow row 4" in said()
    assert "rows after it were inserted" in said()


def test_rows_that_changed_places_are_found(books):
    with behind_the_triggers() as cursor:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            cursor.execute(f"UPDATE ledger_transfer SET seq = {new} WHERE seq = {old}")
    assert "row 2 (g3): does not follow row 1" in said()
    assert "row 2 (g3): its content is not what its hash was made of" in said()


@pytest.mark.parametrize("column", ["balance_minor", "version", "last_seq"])
@pytest.mark.parametrize("table", ["ledger_total", "ledger_monthtotal"])
def test_an_edited_total_is_named(books, table, column):
    with behind_the_triggers() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} + 1 WHERE account = 'gifts:a'")
    [problem] = verify().problems
    assert problem.cause.startswith(f"the total of gifts:a {'in 2026-11 ' if 'month' in table else ''}says ")
    assert problem.cause.endswith("the rows make 1450 after 6, the last in row 6")


def test_a_missing_and_an_invented_total_are_named(books):
    with behind_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_total WHERE account = 'gifts:a'")
        cursor.execute("INSERT INTO ledger_monthtotal (account, month, balance_minor, version, last_seq) VALUES ('gifts:b', '2026-10-01', 5, 1, 1)")
    assert "the total of gifts:a is missing" in said()
    assert "there is a total of gifts:b in 2026-10 that no row makes" in said()


def test_more_taken_back_than_given_is_named(books):
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET amount_minor = 500 WHERE seq = 6")
    assert "row 6 (r1): with it, more is taken back than its original g2 had" in said()


def test_a_gift_disputed_won_and_then_given_back_is_sound():
    make_books("gifts:a")
    [gift] = post(drafts=[make_draft("pay_1:gift")], now=NOW)
    [dispute] = post(drafts=[taking_back(gift, id="pay_1:dispute", kind=Kind.DISPUTE, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    post(drafts=[taking_back(dispute, id="pay_1:won", kind=Kind.WON, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    post(drafts=[taking_back(gift, id="pay_1:refund", kind=Kind.REFUND, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    assert verify().problems == []


def test_a_refund_to_elsewhere_is_named(books):
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET debit = 'gifts:b' WHERE seq = 6")
    assert "row 6 (r1): it does not mirror its original g2" in said()


def test_a_missing_trigger_is_named(books):
    for name in schema.refusals(connection.vendor).triggers:
        if name == "ledger_transfer_update":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TRIGGER {name}" + (" ON ledger_transfer" if connection.vendor == "postgresql" else ""))
    assert said() == "the trigger ledger_transfer_update is missing, so the database no longer refuses what it refused"


def test_a_trigger_made_harmless_is_named(books):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_update")
            cursor.execute("CREATE OR REPLACE FUNCTION ledger_total_moves() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")
        else:
            cursor.execute("DROP TRIGGER ledger_transfer_update")
            cursor.execute("CREATE TRIGGER ledger_transfer_update BEFORE UPDATE ON ledger_transfer BEGIN SELECT 1; END")
    if connection.vendor == "postgresql":
        assert said() == "the trigger ledger_transfer_update is switched off\nthe function ledger_total_moves is not the one Masthead made"
    else:
        assert said() == "the trigger ledger_transfer_update is not the one Masthead made"


def test_the_hundred_first_problem_is_counted_and_not_named(books, monkeypatch):
    monkeypatch.setattr("masthead.funding.ledger.verify.MOST_PROBLEMS", 2)
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET dated = '2026-11-23'")
    report = verify()
    assert (len(report.problems), report.unnamed) == (2, 4)


def test_reading_page_by_page_reads_everything(books, monkeypatch):
    monkeypatch.setattr("masthead.funding.ledger.verify.PAGE", 2)
    assert verify().rows == 6
    assert verify().sound
