"""Every kind of paper and row, altered in every place and in every way: it is named, or says word for word what it said."""

import datetime as dt
import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from masthead.cli import main
from masthead.funding.books.actions import make_statements
from masthead.funding.books.exports import beancount, sheet
from masthead.funding.books.models import Statement
from masthead.funding.books.verify import causes
from masthead.funding.giving.managing.erasing import erase_supporter
from masthead.funding.giving.models import Receipt
from masthead.funding.giving.paper import proof_of
from masthead.funding.ledger import notes, papers
from masthead.funding.ledger.checkpoints import keys, queries
from masthead.funding.ledger.checkpoints.actions import cosign, sign_yesterday
from masthead.funding.ledger.checkpoints.models import Checkpoint
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.rules import COLUMNS
from masthead.funding.ledger.verify import verify
from tests.funding.giving.acts import given
from tests.funding.ledger.test_papers import SIGNER, checkpoint, receipt, statement
from tests.funding.ledger.test_verify import behind_the_triggers
from tests.make import make_campaign, make_newsroom

OUTSIDER = notes.Signer(name="council.example", private_key=bytes(range(1, 33)))
KEYS = [SIGNER.verifier, OUTSIDER.verifier]
NAMES = {"clearing:practice:USD": "Practice", "gifts:a": "Keep the lights on"}
SIGNED = statement(books="news.example/books", names=NAMES)[0]
PAPERS = {
    "a receipt": receipt(1, 3),
    "a checkpoint": checkpoint(),
    "a co-signed checkpoint": notes.cosign(checkpoint(), OUTSIDER),
    "a statement": SIGNED,
    "a sheet": "".join(sheet(SIGNED)),
    "a Beancount file": "".join(beancount(SIGNED)),
}


def altered(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text altered: each line cut away, with what follows, doubled, changed in its middle, swapped with the next; a cut in the midst."""
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        middle = at, len(line) // 2
        other = "7" if line[middle[1]] != "7" else "3"
        ways = {
            "dropped": [*lines[:at], *lines[at + 1 :]],
            "truncated": lines[:at],
            "cut": [*lines[:at], line[: len(line) // 2]],
            "doubled": [*lines[: at + 1], *lines[at:]],
            "changed": [*lines[:at], line[: middle[1]] + other + line[middle[1] + 1 :], *lines[at + 1 :]],
            "swapped": [*lines[:at], *lines[at + 1 : at + 2], line, *lines[at + 2 :]],
        }
        for way, changed in ways.items():
            if (said := "".join(changed)) != text:
                yield f"line {at + 1} {way}", said


def said(text: str, name: str) -> str:
    """Return what `masthead verify` would say of a paper, its own statement beside it."""
    from masthead.funding.books import copies

    if name in {"a sheet", "a Beancount file"}:
        kind = copies.kind_of(text)
        return copies.check(text, kind, [SIGNED]) if kind else papers.check(text, KEYS).sentence
    return papers.check(text, KEYS).sentence


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_altered_anywhere_is_named(name):
    whole, named = said(PAPERS[name], name), 0
    for way, text in altered(PAPERS[name]):
        try:
            found = said(text, name)
        except (papers.Altered, papers.Unreadable) as refusal:
            named += bool(str(refusal))
        else:
            # Where one of two signatures is gone, it says who still signs; all else is the same word for word.
            lesser = {whole.replace(" and council.example", ""), whole.replace("news.example/books and council", "council")}
            assert found == whole or ("co-signed" in name and found in lesser), way
    assert named > 10


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value that holds no others."""
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from fields(one, (*path, key))
    else:
        yield path


def with_other(value: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy in which the value at a path is another."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    old = inner[path[-1]]
    inner[path[-1]] = old + 1 if isinstance(old, int) else (f"{old[:-1]}{'0' if old[-1:] != '0' else '1'}" if old else "x")
    return copy


def test_every_field_of_a_receipt_and_of_a_statement_is_held():
    proof = json.loads(receipt(1, 3))
    for path in fields(proof):
        if path != ("key",):  # the reader's own key is asked, not the one that the paper names
            with pytest.raises((papers.Altered, papers.Unreadable)):
                papers.check(json.dumps(with_other(proof, path)), KEYS)
    lines = [json.loads(line) for line in SIGNED.splitlines()]
    paths = list(fields(lines))
    assert len(paths) > 50
    for path in paths:
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in with_other(lines, path))
        with pytest.raises((papers.Altered, papers.Unreadable)):
            papers.check(text, KEYS)


def test_a_key_changed_by_one_letter_is_no_key():
    written = str(SIGNER.verifier)
    for at, letter in enumerate(written):
        try:
            other = notes.read_verifier(written[:at] + ("x" if letter != "x" else "y") + written[at + 1 :])
        except notes.NoteRefused:
            continue
        raise AssertionError(f"letter {at} of the key may be {other}")
    private = f"{keys.BEGINNING}{SIGNER.name}+{SIGNER.verifier.key_id.hex()}+{'AQ' + 'A' * 42}"
    with pytest.raises(keys.NoBooksKey):
        keys.read(private)


def test_the_command_names_copies_that_differ(tmp_path, capsys):
    files = {"2026-11.jsonl": SIGNED, "2026-11.csv": PAPERS["a sheet"], "2026-11.beancount": PAPERS["a Beancount file"], "page.html": "<!DOCTYPE html><p>$25"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, newline="")
    at = {name: str(tmp_path / name) for name in files}
    key = ["--key", str(SIGNER.verifier)]
    assert main(["verify", at["2026-11.csv"], at["2026-11.jsonl"], at["2026-11.beancount"], *key]) == 0
    assert capsys.readouterr().out.count("says what the signed statement of 2026-11 says, line by line") == 2
    (tmp_path / "2026-11.csv").write_text(files["2026-11.csv"].replace("25.00", "35.00", 1), newline="")
    assert main(["verify", at["2026-11.jsonl"], at["2026-11.csv"], *key]) == 1
    assert "2026-11.csv: ALTERED. Line 2 is not what the signed statement of 2026-11 says: “1,2026-11-22,gift,Practice," in capsys.readouterr().out
    assert main(["verify", at["2026-11.csv"], *key]) == 2
    assert "give the signed statement (.jsonl) of its month beside it" in capsys.readouterr().err
    assert main(["verify", at["page.html"], *key]) == 2
    assert "A web page is not signed" in capsys.readouterr().err


# --- the rows in the database ---------------------------------------------------------------------------


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 12, tzinfo=dt.UTC)


@pytest.fixture
def books(db, settings, tmp_path):
    """October's gifts, signed, co-signed, told in a statement; a receipt of one."""
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    make_newsroom()
    campaign = make_campaign()
    gift = given(campaign, 2500, email="ada@readers.example", now=at(10, 5))
    given(campaign, 1000, email="eve@readers.example", now=at(10, 6))
    while sign_yesterday(now=at(11, 2)):
        pass
    cosign(note=notes.cosign(queries.note_of(queries.latest()), OUTSIDER), verifier=OUTSIDER.verifier, now=at(11, 2))
    assert make_statements(now=at(11, 3)) == 1
    assert [*verify().problems, *causes()] == []
    return gift


def problems() -> str:
    return "\n".join([*map(str, verify().problems), *causes()])


def other_than(value: object) -> object:
    """Return another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return "x"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dt.datetime | dt.date):
        return value + dt.timedelta(days=1)
    text = str(value)
    return text[:-1] + ("0" if text[-1:] != "0" else "1") if text else "x"


@pytest.mark.parametrize("column", sorted({*COLUMNS, "hash"} - {"currency", "original"}))
def test_every_column_of_a_row_is_held(books, column):  # the database itself refuses a gift with an original, and a currency that is not its accounts'
    row = Transfer.objects.order_by("seq").first()
    others = {"debit": "fees:practice:USD", "credit": "fees:practice:USD", "seq": 99, "kind": "fee", "book_month": dt.date(2026, 9, 1)}
    with behind_the_triggers() as cursor:
        cursor.execute(f"UPDATE ledger_transfer SET {column} = %s WHERE seq = %s", [others.get(column) or other_than(getattr(row, column)), row.seq])
    assert f"row {row.seq} (" in problems() or "row 99 (" in problems()


SIGNED_COLUMNS = [
    *(("ledger_checkpoint", column) for column in ("day", "size", "root", "note")),
    *(("ledger_cosignature", column) for column in ("verifier", "line")),
    ("ledger_bookskey", "verifier"),
    ("ledger_head", "hash"),
    ("ledger_head", "seq"),
    ("ledger_total", "version"),
]


@pytest.mark.parametrize(("table", "column"), SIGNED_COLUMNS)
def test_every_column_of_what_was_signed_is_held(books, table, column):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would forbid it
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        key = {"ledger_head": "hash", "ledger_total": "account"}.get(table, "id")
        cursor.execute(f"SELECT {key}, {column} FROM {table} ORDER BY 1 DESC LIMIT 1")
        which, value = cursor.fetchone()
        changed = str(other_than(dt.date.fromisoformat(value))) if column == "day" and isinstance(value, str) else other_than(value)
        changed = value.replace("A", "B", 1).replace("a", "b", 1) if column in {"note", "line", "verifier"} else changed
        assert changed != value
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [changed, which])
    assert [line for line in problems().splitlines() if "trigger" not in line]


@pytest.mark.parametrize("way", ["the signed file", "cut", "another month's", "first_seq", "accounts", "names", "groups"])
def test_a_kept_statement_and_what_its_page_shows_are_held(books, way):
    kept = Statement.objects.get()
    text = kept.text
    changed: dict[str, Any] = {
        "the signed file": {"body": zlib.compress(text.replace("2500", "3500", 1).encode())},
        "cut": {"body": bytes(kept.body)[:-20]},
        "another month's": {"month": dt.date(2026, 9, 1)},
        "first_seq": {"first_seq": 2},
        "accounts": {"accounts": {code: {**account, "closing_minor": 1} for code, account in kept.accounts.items()}},
        "names": {"names": {**kept.names, next(iter(kept.names)): "Somebody else"}},
        "groups": {"groups": [[*group[:-1], group[-1] + 1] for group in kept.groups]},
    }[way]
    Statement.objects.filter(pk=kept.pk).update(**changed)
    [named] = causes()
    assert named.startswith("the statement of 2026-")


def test_the_command_names_a_statement_that_was_altered(books, capsys, monkeypatch):
    monkeypatch.setattr("masthead.cli.starting.start_newsroom", lambda _folder: None)
    assert main(["ledger", "verify"]) == 0
    Statement.objects.update(names={})
    assert main(["ledger", "verify"]) == 1
    out = capsys.readouterr().out
    assert "the statement of 2026-10: what its page shows (names) is not what was signed" in out
    assert "1 problem found" in out


def test_a_key_file_changed_by_one_letter_is_named(books, tmp_path):
    file = tmp_path / keys.FILE
    written = file.read_text()
    file.write_text(written[:-3] + ("A" if written[-3] != "A" else "B") + written[-2:])
    assert "is no key" in problems()


def test_after_a_supporter_is_forgotten_everything_still_holds(books):
    known = [queries.latest() and keys.signer().verifier]
    before = proof_of(Receipt.objects.get(gift=books))
    erase_supporter(supporter=books.supporter, reason="asked", by="publisher", now=at(11, 4))
    assert problems() == ""
    after = proof_of(Receipt.objects.get(gift=books))
    assert papers.check(after, known).sentence == papers.check(before, known).sentence
    assert "ada@" not in after + Statement.objects.get().text + "".join(Checkpoint.objects.values_list("note", flat=True))
    assert papers.check(Statement.objects.get().text, known).statement
