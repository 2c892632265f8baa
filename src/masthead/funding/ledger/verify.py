"""Reading the books over from their first row, and saying what does not follow from it.

It takes nothing on trust that the database keeps: the chain, each hash, every law of a row, all totals and versions, and
the triggers themselves are derived again and compared. A forger who rewrites every row, the head and all totals from some row
on is found by the checkpoints that were signed before (checkpoints/verify.py); one who also holds the key that signs, by the
copies of a checkpoint that others keep (docs/proofs.md).
"""

import contextlib
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from masthead.funding.ledger import schema
from masthead.funding.ledger.checkpoints.balances import Kept
from masthead.funding.ledger.checkpoints.verify import Signed
from masthead.funding.ledger.rules import COLUMNS, GENESIS, hash_of

PAGE = 5_000  # rows held in memory at a time
MOST_PROBLEMS = 100  # named one by one; more are only counted
REVERSES = {
    "refund": ("gift",),
    "dispute": ("gift",),
    "failure": ("gift",),
    "won": ("dispute",),
    "bounced": ("refund",),
    "reversal": ("fee", "payout", "exchange", "expense", "income", "opening"),
}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which row (`seq` and `id`; 0 and "" where it is not a row's), and what."""

    seq: int
    id: str
    cause: str

    def __str__(self) -> str:
        return f"row {self.seq} ({self.id}): {self.cause}" if self.seq else self.cause


@dataclass(slots=True)
class Report:
    """What was read, where the chain ends, and what is wrong: nothing, in sound books."""

    rows: int = 0
    head_hash: str = GENESIS
    problems: list[Problem] = field(default_factory=list)
    unnamed: int = 0
    checkpoints: int = 0  # that were held against the rows

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, row: Row | None, cause: str) -> None:
        """Note a problem, of a row or of the books as a whole."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.unnamed += 1
            return
        self.problems.append(Problem(_whole(row["seq"]), str(row["id"]), cause) if row else Problem(0, "", cause))


@dataclass(slots=True)
class _Sum:
    """A total as the rows make it."""

    balance: int = 0
    version: int = 0
    last_seq: int = 0

    def move(self, minor: int, seq: int) -> None:
        self.balance += minor
        self.version += 1
        self.last_seq = seq


def verify() -> Report:
    """Return what reading all the books over shows; 100,000 rows take a few seconds and no more memory than 100."""
    report = Report()
    with _one_view():
        accounts = _accounts()
        sums: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
        signed, kept = Signed(), Kept()
        for row in _rows():
            _check_chain(report, row)
            _check_row(report, row, accounts)
            _add_up(sums, row)
            signed.take(row)
            if kept.is_at(row["seq"]):
                kept.compare(_whole(row["seq"]), {account: made.balance for (account, month), made in sums.items() if not month})
        _check_head(report)
        _check_taken_back(report)
        _check_totals(report, sums, accounts)
        for cause in (*signed.causes(), *kept.causes()):
            report.add(None, cause)
        report.checkpoints = len(signed.checkpoints)
        for file in (schema.PRESENT, schema.CHECKPOINTS):
            _check_refusals(report, file)
    return report


# --- rows --------------------------------------------------------------------------------------------


def _check_chain(report: Report, row: Row) -> None:
    """See that the row is the next one, follows the one before, and is what its hash was made of."""
    report.rows += 1
    seq, expected = _whole(row["seq"]), report.rows
    if seq != expected:
        missing = f"row {expected} is" if seq == expected + 1 else f"rows {expected} to {seq - 1} are"
        report.add(row, f"{missing} missing before it: dropped")
        report.rows = seq
    elif row["prev_hash"] != report.head_hash:
        before = f"row {seq - 1}" if seq > 1 else "the beginning of the books"
        report.add(row, f"does not follow {before}: one of the two was replaced, inserted or moved")
    if hash_of(row) != row["hash"]:
        report.add(row, "its content is not what its hash was made of: it was altered")
    report.head_hash = str(row["hash"])


def _check_row(report: Report, row: Row, accounts: dict[str, str]) -> None:
    """See that the row keeps the laws that need no other row."""
    amount = row["amount_minor"]
    if type(amount) is not int or amount <= 0:
        report.add(row, f"its amount is {amount!r}, not a whole number above zero")
    if row["debit"] == row["credit"]:
        report.add(row, f"it debits and credits the same account, {row['debit']}")
    for code in (str(row["debit"]), str(row["credit"])):
        if code not in accounts:
            report.add(row, f"its account {code} is not open")
        elif accounts[code] != row["currency"]:
            report.add(row, f"its currency {row['currency']} is not that of its account {code}, {accounts[code]}")
    if (row["kind"] in REVERSES) != (row["original"] is not None):
        report.add(row, f"it is a {row['kind']}, which {'needs an original' if row['kind'] in REVERSES else 'takes nothing back'}")


def _add_up(sums: dict[tuple[str, str], _Sum], row: Row) -> None:
    minor, seq, month = _whole(row["amount_minor"]), _whole(row["seq"]), str(row["book_month"])
    for account, sign in ((str(row["debit"]), -1), (str(row["credit"]), 1)):
        sums[account, ""].move(sign * minor, seq)
        sums[account, month].move(sign * minor, seq)


TAKEN_BACK = """
SELECT r.seq, r.id, r.kind, r.amount_minor, r.original,
  o.kind, o.amount_minor, o.debit = r.credit AND o.credit = r.debit AND o.currency = r.currency AND o.book_month = r.book_month AND o.seq < r.seq,
  (SELECT CAST(coalesce(sum(b.amount_minor), 0) AS BIGINT) FROM ledger_transfer b WHERE b.original = r.id)
FROM ledger_transfer r LEFT JOIN ledger_transfer o ON o.id = r.original
WHERE r.original IS NOT NULL ORDER BY r.original, r.seq
"""


def _check_taken_back(report: Report) -> None:
    """See that each row that takes back another mirrors it, and that no original gave back more than it had."""
    original, taken = None, 0
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_BACK)
        for seq, id_, kind, amount, of, of_kind, of_amount, mirrors, given_back in cursor:
            row: Row = {"seq": seq, "id": id_}
            if of_kind is None:
                report.add(row, f"the original it names, {of}, is not in the books")
                continue
            if not mirrors or of_kind not in REVERSES.get(kind, ()):
                report.add(row, f"it does not mirror its original {of}")
            taken = (taken if of == original else 0) + _whole(amount) - _whole(given_back)
            original = of
            if taken > _whole(of_amount):
                report.add(row, f"with it, more is taken back than its original {of} had")


# --- what the database keeps ---------------------------------------------------------------------------


def _check_head(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM ledger_head")
        heads = cursor.fetchall()
    if len(heads) != 1:
        report.add(None, f"the head must be one row and is {len(heads)}")
        return
    seq, hash_ = heads[0]
    if seq != report.rows:
        dropped = f"rows {report.rows + 1} to {seq} are missing: dropped" if seq > report.rows else "rows after it were inserted past the triggers"
        report.add(None, f"the head says row {seq} is the last, and row {report.rows} is: {dropped}")
    elif hash_ != report.head_hash:
        report.add(None, f"the head's hash is not that of the last row, {seq}: one of the two was replaced")


def _check_totals(report: Report, sums: dict[tuple[str, str], _Sum], accounts: dict[str, str]) -> None:
    """Compare each kept total with what the rows make, and see that each currency's books sum to zero."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, '', balance_minor, version, last_seq FROM ledger_total")
        kept = cursor.fetchall()
        cursor.execute("SELECT account, month, balance_minor, version, last_seq FROM ledger_monthtotal")
        kept += cursor.fetchall()
    expected = {(code, ""): _Sum() for code in accounts} | sums
    for account, month, balance, version, last_seq in kept:
        key = (str(account), str(month))
        right = expected.pop(key, None)
        if right is None:
            report.add(None, f"there is a total of {_name(key)} that no row makes")
        elif (balance, version, last_seq) != (right.balance, right.version, right.last_seq):
            report.add(
                None,
                f"the total of {_name(key)} says {balance} after {version} transfers, the last in row {last_seq}; "
                f"the rows make {right.balance} after {right.version}, the last in row {right.last_seq}",
            )
    for key, right in expected.items():
        report.add(None, f"the total of {_name(key)} is missing; the rows make {right.balance}")
    by_currency: dict[str, int] = defaultdict(int)
    for (account, month), made in sums.items():
        if not month:
            by_currency[accounts.get(account, "?")] += made.balance
    for currency, balance in by_currency.items():
        if balance:
            report.add(None, f"the accounts in {currency} sum to {balance} and not to zero")


def _check_refusals(report: Report, file: str) -> None:
    """See that every trigger of a schema file stands, is on, and says what it must."""
    wanted = schema.refusals(connection.vendor, file)
    standing = _triggers()
    for name, words in wanted.triggers.items():
        if name not in standing:
            report.add(None, f"the trigger {name} is missing, so the database no longer refuses what it refused")
        elif standing[name] == SWITCHED_OFF:
            report.add(None, f"the trigger {name} is switched off")
        elif standing[name] != (_squeezed(words) if connection.vendor == "sqlite" else _target(words)):
            report.add(None, f"the trigger {name} is not the one Masthead made")
    for name, body in wanted.functions.items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s AND pronamespace = current_schema()::regnamespace", [name])
            found = cursor.fetchone()
        if found is None or _squeezed(found[0]) != _squeezed(body):
            report.add(None, f"the function {name} is {'missing' if found is None else 'not the one Masthead made'}")


SWITCHED_OFF = ""
TRIGGERS = {
    "sqlite": "SELECT name, sql, 'O' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT t.tgname, 'ON ' || c.relname || ' EXECUTE ' || p.proname, t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace""",
}


def _triggers() -> dict[str, str]:
    """Return what each trigger does: its text (SQLite), or its table and function (PostgreSQL); SWITCHED_OFF where it is."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return {name: _squeezed(words) if state in {"O", "A"} else SWITCHED_OFF for name, words, state in cursor}


def _target(words: str) -> str:
    return re.sub(r".* (ON \w+) .*EXECUTE FUNCTION (\w+)\(\)$", r"\1 EXECUTE \2", words, flags=re.DOTALL)


# --- reading -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _one_view() -> Iterator[None]:
    """Read everything as of one moment, without keeping anyone from posting meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _rows() -> Iterator[Row]:
    """Yield every row in order, as stored: raw, so that a value no form would take is seen and named too."""
    columns = (*COLUMNS, "hash")
    last: int | None = None
    while True:
        with connection.cursor() as cursor:
            after, beyond = ("", []) if last is None else ("WHERE seq > %s", [last])
            cursor.execute(f"SELECT {', '.join(columns)} FROM ledger_transfer {after} ORDER BY seq LIMIT {PAGE}", beyond)  # noqa: S608 (our own names)
            page = cursor.fetchall()
        for values in page:
            row = dict(zip(columns, values, strict=True))
            if isinstance(row["posted_at"], str):
                row["posted_at"] = _moment(row["posted_at"])
            yield row
        if len(page) < PAGE:
            return
        last = page[-1][0]


def _accounts() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, currency FROM ledger_account")
        return dict(cursor.fetchall())


def _moment(stored: str) -> object:
    """Return SQLite's text as the moment it says, or as it stands where it says none: its hash will not match then."""
    try:
        return dt.datetime.fromisoformat(stored).replace(tzinfo=dt.UTC)
    except ValueError:
        return stored


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _name(key: tuple[str, str]) -> str:
    account, month = key
    return f"{account} in {month[:7]}" if month else account


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())
