"""Raw SQL against the books, on plain connections with the databases' own defaults: what is not a right transfer is refused."""

import sqlite3

import psycopg
import pytest

from masthead.funding.ledger import schema
from masthead.funding.ledger.rules import COLUMNS, GENESIS, hash_of
from tests import databases, needs
from tests.settings import SERVER

CLEARING = "clearing:practice:USD"
ACCOUNTS = [(CLEARING, "USD", "clearing"), ("gifts:a", "USD", "gifts"), ("gifts:b", "USD", "gifts"), ("gifts:eur", "EUR", "gifts")]


class Books:
    """A database with two gifts in it, reached without Django."""

    def __init__(self, connection, refusals):
        self.connection, self.refusals = connection, refusals
        for code, currency, kind in ACCOUNTS:
            self.run(f"INSERT INTO ledger_account VALUES ('{code}', '{currency}', '{kind}', '2026-11-22 14:05:00+00')")
        self.run(self.insert())
        self.run(self.insert())

    def run(self, sql):
        self.connection.execute("SAVEPOINT attack")
        try:
            cursor = self.connection.execute(sql)
            return cursor.fetchall() if cursor.description else []
        except self.refusals:
            self.connection.execute("ROLLBACK TO attack")
            raise
        finally:
            self.connection.execute("RELEASE attack")

    def row(self, **change):
        """Return the right next row, with `change` made before it is hashed; `hash` itself may be changed too."""
        [(seq, head)] = self.run("SELECT seq, hash FROM ledger_head")
        row = {"seq": seq + 1, "id": f"g{seq + 1}", "kind": "gift", "debit": CLEARING, "credit": "gifts:a", "amount_minor": 2500, "currency": "USD"}
        row |= {"dated": "2026-11-22", "book_month": "2026-11-01", "original": None, "posted_at": "2026-11-22 14:05:00", "prev_hash": head} | change
        hashed = row | {"posted_at": "2026-11-22T14:05:00.000000Z"}
        return row | {"hash": change.get("hash") or hash_of({column: hashed[column] for column in COLUMNS})}

    def insert(self, verb="INSERT", suffix="", **change):
        def literal(value):
            return "NULL" if value is None else value if isinstance(value, Raw) else f"'{value}'" if isinstance(value, str) else str(value)

        row = self.row(**change)
        if isinstance(self.connection, psycopg.Connection):
            row["posted_at"] += "+00"
        return f"{verb} INTO ledger_transfer ({', '.join(row)}) VALUES ({', '.join(map(literal, row.values()))}) {suffix}"

    def state(self):
        order = {"ledger_transfer": "seq", "ledger_monthtotal": "account, month", "ledger_total": "account", "ledger_account": "code", "ledger_head": "seq"}
        return {table: self.run(f"SELECT * FROM {table} ORDER BY {columns}") for table, columns in order.items()}


class Raw(str):
    """A piece of SQL that is not to be quoted."""

    __slots__ = ()


@pytest.fixture(scope="module")
def server():
    """Make the books on PostgreSQL, in a schema of their own that is never committed."""
    url = SERVER or needs.postgres_server()
    if not databases.is_reachable(url):
        needs.lacking("PostgreSQL")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA attacked")
        connection.execute("SET LOCAL search_path TO attacked")
        for statement in schema.whole("postgresql"):
            connection.execute(statement)
        yield connection
        connection.rollback()


@pytest.fixture(params=["sqlite", "sqlite with recursive triggers", pytest.param("postgresql", marks=pytest.mark.postgres)])
def books(request):
    if request.param == "postgresql":
        connection = request.getfixturevalue("server")
        connection.execute("SAVEPOINT books")
        yield Books(connection, psycopg.Error)
        connection.execute("ROLLBACK TO books")
        return
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(f"PRAGMA recursive_triggers = {'recursive' in request.param}")
    for statement in schema.whole("sqlite"):
        connection.execute(statement)
    yield Books(connection, sqlite3.Error)
    connection.close()


def refused(books, sql, reason="."):
    before = books.state()
    with pytest.raises(books.refusals, match=reason):
        books.run(sql)
    assert books.state() == before


TABLES = ("ledger_transfer", "ledger_account", "ledger_head", "ledger_total", "ledger_monthtotal")


@pytest.mark.parametrize("table", TABLES)
def test_delete_is_refused(books, table):
    refused(books, f"DELETE FROM {table}", "ledger:")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_transfer", "amount_minor = 9999"),
        ("ledger_transfer", "dated = '2026-11-23' WHERE seq = 1"),
        ("ledger_transfer", "hash = prev_hash"),
        ("ledger_transfer", "seq = seq + 10"),
        ("ledger_account", "currency = 'EUR'"),
        ("ledger_account", "kind = 'bank'"),
        ("ledger_head", "seq = 0"),
        ("ledger_head", "seq = seq + 1"),
        ("ledger_head", f"hash = '{GENESIS}'"),
        ("ledger_total", "balance_minor = balance_minor + 1"),
        ("ledger_total", "version = version + 1"),
        ("ledger_total", "balance_minor = balance_minor + 2500, version = version + 1, last_seq = 2"),
        ("ledger_total", "balance_minor = balance_minor + 2500, version = version + 1, last_seq = 3"),
        ("ledger_total", "moved_at = NULL"),
        ("ledger_total", "last_seq = 0"),
        ("ledger_monthtotal", "balance_minor = 0"),
        ("ledger_monthtotal", "month = '2026-10-01'"),
        ("ledger_monthtotal", "balance_minor = balance_minor + 2500, version = version + 1, last_seq = 2"),
    ],
)
def test_update_is_refused(books, table, change):
    refused(books, f"UPDATE {table} SET {change}", "ledger:")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("words", ["TRUNCATE {}", "TRUNCATE {} CASCADE"])
def test_truncate_is_refused(books, table, words):
    if isinstance(books.connection, sqlite3.Connection):
        refused(books, words.format(table), "syntax")  # SQLite has no such word
    else:
        refused(books, words.format(table), "ledger:|foreign key")


@pytest.mark.parametrize("change", [{"id": "g1"}, {"seq": 1}, {"seq": 2}, {"id": "g1", "seq": 1}, {"id": "g2", "seq": 2}])
def test_replace_is_refused(books, change):
    verb = "INSERT OR REPLACE" if isinstance(books.connection, sqlite3.Connection) else "INSERT"
    refused(books, books.insert(verb, amount_minor=9999, **change))


@pytest.mark.parametrize("way", ["", "OR REPLACE", "OR IGNORE"])
def test_putting_in_a_head_a_total_or_an_account_anew_is_refused(books, way):
    if not isinstance(books.connection, sqlite3.Connection):
        way = ""  # PostgreSQL has no such words
    for values in (
        "ledger_head VALUES (1, 0, 'x')",
        "ledger_total VALUES ('gifts:a', 0, 0, 0, NULL)",
        "ledger_total VALUES ('gifts:a', 9, 9, 9, NULL)",
        "ledger_total VALUES ('gifts:c', 0, 0, 0, NULL)",
        "ledger_monthtotal VALUES ('gifts:a', '2026-11-01', 0, 0, 0, NULL)",
        "ledger_monthtotal VALUES ('gifts:a', '2026-10-01', 0, 0, 0, NULL)",
        "ledger_account VALUES ('gifts:a', 'EUR', 'gifts', '2026-11-22 14:05:00')",
    ):
        refused(books, f"INSERT {way} INTO {values}")
    refused(books, f"UPDATE {way} ledger_transfer SET id = 'g2' WHERE id = 'g1'", "ledger:")


@pytest.mark.parametrize("key", ["id", "seq"])
@pytest.mark.parametrize("then", ["DO UPDATE SET amount_minor = 9999", "DO NOTHING"])
def test_upsert_is_refused(books, key, then):
    refused(books, books.insert(suffix=f"ON CONFLICT ({key}) {then}", **{"id": "g1"} if key == "id" else {"seq": 1}), "ledger:")


def test_upsert_of_a_total_is_refused(books):
    refused(books, "INSERT INTO ledger_total VALUES ('gifts:a', 0, 0, 0, NULL) ON CONFLICT (account) DO UPDATE SET balance_minor = 1", "ledger:")


@pytest.mark.parametrize("minor", [0, -1, -2500, 10**15 + 1, 2**63, Raw("0.5"), Raw("2500.5"), "12abc", "", None, Raw("'NaN'"), Raw("1e400")])
def test_an_amount_that_is_no_whole_number_above_zero_is_refused(books, minor):
    refused(books, books.insert(amount_minor=minor))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"credit": CLEARING}, "same account"),
        ({"credit": "gifts:nowhere"}, "not open"),
        ({"debit": "clearing:nowhere"}, "not open"),
        ({"credit": "gifts:eur"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"currency": "EUR", "credit": "gifts:eur"}, "currency"),
        ({"debit": "gifts:b"}, "only a gift"),
        ({"kind": "fee"}, "only a gift"),
        ({"kind": "GIFT"}, "."),
        ({"prev_hash": GENESIS}, "hash of the row before"),
        ({"prev_hash": None}, "hash of the row before"),
        ({"seq": 4}, "next after the head"),
        ({"seq": 0}, "next after the head"),
        ({"seq": None}, "next after the head"),
        ({"id": "g1"}, "in the books already"),
        ({"id": "g1:again", "seq": 1, "prev_hash": GENESIS}, "next after the head"),
        ({"id": None}, "."),
        ({"id": "two\nlines"}, "."),
        ({"dated": "2026-02-30"}, "."),
        ({"dated": "yesterday-ish"}, "."),
        ({"book_month": "2026-11-22"}, "."),
        ({"posted_at": "soon"}, "."),
        ({"hash": "0" * 63}, "."),
        ({"original": "g1"}, "go together"),
        ({"kind": "refund"}, "go together"),
    ],
)
def test_a_row_that_breaks_a_law_is_refused(books, change, reason):
    refused(books, books.insert(**change), reason)


def test_a_hash_that_is_not_the_rows_own_is_refused_where_the_database_can_compute_it(books):
    wrong = books.insert(hash="0" * 64)
    if isinstance(books.connection, sqlite3.Connection):
        books.run(wrong)  # SQLite cannot: posting halts at such a row, and `ledger verify` names it
    else:
        refused(books, wrong, "hash is not that of its content")


def test_refunds_stay_within_their_original_in_one_part_or_two(books):
    back = {"kind": "refund", "debit": "gifts:a", "credit": CLEARING, "original": "g1"}
    refused(books, books.insert(amount_minor=2501, **back), "has left")
    books.run(books.insert(amount_minor=2000, **back))
    refused(books, books.insert(amount_minor=501, **back), "has left")
    books.run(books.insert(amount_minor=500, **back))
    refused(books, books.insert(amount_minor=1, **back), "has left")
    refused(books, books.insert(amount_minor=1, **back | {"kind": "dispute"}), "has left")


@pytest.mark.parametrize(
    "change",
    [{"debit": "gifts:b"}, {"debit": CLEARING, "credit": "gifts:a"}, {"original": "g9"}, {"book_month": "2026-10-01"}, {"kind": "won"}, {"kind": "reversal"}],
)
def test_a_refund_mirrors_its_original(books, change):
    refused(books, books.insert(**({"kind": "refund", "debit": "gifts:a", "credit": CLEARING, "original": "g1"} | change)), "ledger:")


def test_a_refund_of_a_refund_is_refused(books):
    books.run(books.insert(id="r1", kind="refund", debit="gifts:a", credit=CLEARING, original="g1"))
    refused(books, books.insert(kind="refund", debit=CLEARING, credit="gifts:a", original="r1"), "cannot take back")


def test_a_right_row_enters_and_moves_the_totals_though_no_program_of_ours_wrote_it(books):
    books.run(books.insert(amount_minor=1))
    assert books.run("SELECT balance_minor, version, last_seq FROM ledger_total WHERE account = 'gifts:a'") == [(5001, 3, 3)]
    assert books.run("SELECT balance_minor, version, last_seq FROM ledger_monthtotal WHERE account = 'gifts:a'") == [(5001, 3, 3)]
    assert books.run("SELECT seq FROM ledger_head") == [(3,)]


def test_two_rows_in_one_statement_cannot_slip_past_the_chain(books):
    first = books.insert().strip()
    second = first[first.index("VALUES") + 6 :].replace("'g3'", "'g4'")
    refused(books, f"{first}, {second}", "ledger:")
