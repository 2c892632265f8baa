"""Spending, income and opening balances in the books: what they may touch, and that older books widen without a row changed."""

import sqlite3

import psycopg
import pytest

from masthead.funding.ledger import schema
from tests.funding.ledger.test_attacks import ACCOUNTS, Books, books, refused, server  # noqa: F401 - fixtures

MORE = [
    ("bank:main:USD", "USD", "bank"),
    ("spending:travel:USD", "USD", "spending"),
    ("income:grant:USD", "USD", "income"),
    ("opening:USD", "USD", "opening"),
]


@pytest.fixture
def wide(books):  # noqa: F811 - the fixture
    for code, currency, kind in MORE:
        books.run(f"INSERT INTO ledger_account VALUES ('{code}', '{currency}', '{kind}', '2026-11-22 14:05:00+00')")
    return books


def balance(of, account):
    [(minor,)] = of.run(f"SELECT balance_minor FROM ledger_total WHERE account = '{account}'")
    return minor


def test_money_comes_in_and_is_spent(wide):
    wide.run(wide.insert(kind="opening", debit="bank:main:USD", credit="opening:USD", amount_minor=10_000))
    wide.run(wide.insert(kind="income", debit="bank:main:USD", credit="income:grant:USD", amount_minor=5_000))
    wide.run(wide.insert(kind="expense", debit="spending:travel:USD", credit="bank:main:USD", amount_minor=1_200))
    assert balance(wide, "bank:main:USD") == -13_800
    assert balance(wide, "spending:travel:USD") == -1_200
    [(spent,)] = wide.run("SELECT id FROM ledger_transfer WHERE kind = 'expense'")
    wide.run(wide.insert(kind="reversal", debit="bank:main:USD", credit="spending:travel:USD", amount_minor=200, original=spent))
    assert balance(wide, "spending:travel:USD") == -1_000
    refused(
        wide, wide.insert(kind="reversal", debit="bank:main:USD", credit="spending:travel:USD", amount_minor=1_001, original=spent), "more would be taken back"
    )


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"kind": "expense", "debit": "bank:main:USD", "credit": "clearing:practice:USD"}, "an expense debits a spending account"),
        ({"kind": "payout", "debit": "spending:travel:USD", "credit": "bank:main:USD"}, "an expense debits a spending account"),
        ({"kind": "payout", "debit": "bank:main:USD", "credit": "spending:travel:USD"}, "an expense debits a spending account"),
        ({"kind": "expense", "debit": "spending:travel:USD", "credit": "gifts:a"}, "a gift credits a gifts account"),
        ({"kind": "gift", "debit": "spending:travel:USD", "credit": "gifts:a"}, "an expense debits a spending account"),
        ({"kind": "income", "debit": "bank:main:USD", "credit": "clearing:practice:USD"}, "income credits an income account"),
        ({"kind": "payout", "debit": "bank:main:USD", "credit": "income:grant:USD"}, "income credits an income account"),
        ({"kind": "gift", "debit": "income:grant:USD", "credit": "gifts:a"}, "income credits an income account"),
        ({"kind": "opening", "debit": "bank:main:USD", "credit": "clearing:practice:USD"}, "an opening balance"),
        ({"kind": "payout", "debit": "opening:USD", "credit": "bank:main:USD"}, "an opening balance"),
        ({"kind": "expense", "debit": "spending:travel:USD", "credit": "opening:USD"}, "an opening balance"),
        ({"kind": "present", "debit": "bank:main:USD", "credit": "clearing:practice:USD"}, "."),
    ],
)
def test_each_kind_keeps_to_its_own_accounts(wide, change, law):
    refused(wide, wide.insert(**change), law)


def older(connection, vendor):
    """Make books as the first release left them, with two gifts in them."""
    for statement in schema.statements(vendor, "0001"):
        connection.execute(statement)
    return Books(connection, (sqlite3.Error, psycopg.Error))


def widened(connection, vendor):
    """Bring those books to the second release's form, put a refund in, and bring them to today's."""
    narrow = older(connection, vendor)
    before = narrow.state()
    for statement in schema.statements(vendor, "0002"):
        connection.execute(statement)
    assert narrow.state() == before
    narrow.run(narrow.insert(kind="refund", debit="gifts:a", credit="clearing:practice:USD", original="g1", id="r1"))
    back = {"kind": "bounced", "debit": "clearing:practice:USD", "credit": "gifts:a", "original": "r1"}
    refused(narrow, narrow.insert(**back))
    before = narrow.state()
    for statement in schema.statements(vendor, "0003"):
        connection.execute(statement)
    assert narrow.state() == before
    narrow.run(narrow.insert(**back))
    refused(narrow, narrow.insert(**back | {"amount_minor": 1}), "more would be taken back")
    refused(narrow, narrow.insert(**back | {"original": "g2"}), "does not reverse")
    refused(narrow, narrow.insert(kind="bounced", debit="gifts:a", credit="clearing:practice:USD", original="g2"), "cannot take back")
    refused(narrow, narrow.insert(kind="bounced", debit="clearing:practice:USD", credit="gifts:a"), "go together")
    narrow.run("INSERT INTO ledger_account VALUES ('opening:USD', 'USD', 'opening', '2026-11-22 14:05:00+00')")
    narrow.run(narrow.insert(kind="opening", debit="clearing:practice:USD", credit="opening:USD"))
    refused(narrow, "UPDATE ledger_transfer SET amount_minor = 1", "ledger:")
    return narrow


def test_older_books_widen_on_sqlite(tmp_path):
    path = tmp_path / "books.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    widened(connection, "sqlite")
    connection.close()
    again = sqlite3.connect(path)
    assert again.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert again.execute("SELECT count(*) FROM ledger_transfer").fetchall() == [(5,)]
    standing = {name for (name,) in again.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    assert standing == set(schema.refusals("sqlite").triggers)
    with pytest.raises(sqlite3.IntegrityError):
        again.execute("INSERT INTO ledger_account VALUES ('x:y', 'USD', 'pocket', '2026-11-22')")
    again.close()


@pytest.mark.postgres
def test_older_books_widen_on_postgresql(server):  # noqa: F811 - the fixture
    server.execute("SAVEPOINT widening")
    server.execute("CREATE SCHEMA older")
    server.execute("SET LOCAL search_path TO older")
    widened(server, "postgresql")
    server.execute("ROLLBACK TO widening")
    assert len(ACCOUNTS) == 4
