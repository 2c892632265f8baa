"""Receipt proofs, checkpoints and statements: what was signed holds, and whatever was altered is named."""

import hashlib
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.cli import main
from masthead.funding.ledger import leaves, merkle, notes, papers
from masthead.kernel.money import Money

pytestmark = pytest.mark.live

SIGNER = notes.Signer(name="news.example/books", private_key=bytes(range(32)))
OTHER = notes.Signer(name="fake.example/books", private_key=bytes(range(1, 33)))
KEY = [SIGNER.verifier]


def row(seq, *, minor=2500, kind="gift", original=""):
    debit, credit = ("clearing:practice:USD", "gifts:a") if kind in {"gift", "bounced"} else ("gifts:a", "clearing:practice:USD")
    values = {"seq": seq, "id": f"practice:pay_{seq}:{kind}", "kind": kind, "debit": debit, "credit": credit, "amount_minor": minor, "currency": "USD"}
    values |= {"dated": "2026-11-22", "book_month": "2026-11-01", "original": original, "posted_at": "2026-11-22T14:05:00.000000Z", "prev_hash": "0" * 64}
    return "".join((leaves.ROW_FORM, "\n", *(f"{name}={values[name]}\n" for name in leaves.ROW_COLUMNS)))


ROWS = [
    row(1),
    row(2, minor=1000),
    row(3, minor=500, kind="refund", original="practice:pay_1:gift"),
    row(4),
    row(5, minor=100, kind="bounced", original="practice:pay_3:refund"),
]
HASHES = [merkle.leaf_hash(leaves.line_of_row(text)) for text in ROWS]


def checkpoint(size=5, day="2026-11-30", signer=SIGNER):
    return notes.sign(notes.Checkpoint(origin=SIGNER.name, size=size, root=merkle.root_of(HASHES[:size]), more=(day,)).text(), [signer])


def receipt(*seqs, number="2026-000123"):
    rows = [ROWS[seq - 1] for seq in seqs]
    text = papers.receipt_text(books=SIGNER.name, number=number, campaign="Keep the lights on", given=Money(2500, "USD"), dated="2026-11-22", rows=rows)
    proved = [(ROWS[seq - 1], merkle.inclusion_proof(HASHES, seq - 1)) for seq in seqs]
    return papers.receipt_proof(receipt=notes.sign(text, [SIGNER]), rows=proved, checkpoint=checkpoint(), key=SIGNER.verifier)


def lines(first, last):
    for text in ROWS[first - 1 : last]:
        said = leaves.columns_of(leaves.line_of_row(text).decode())
        yield said | {"seq": int(said["seq"]), "amount_minor": int(said["amount_minor"])}


def statement(first=1, last=5, month="2026-11", openings=None, **words):
    opening = dict(openings or {"clearing:practice:USD": 0, "gifts:a": 0})
    closing = dict(opening)
    for line in lines(first, last):
        closing[line["debit"]] -= line["amount_minor"]
        closing[line["credit"]] += line["amount_minor"]
    before = merkle.Growing()
    for hashed in HASHES[: first - 1]:
        before.add(hashed)
    header = {
        "month": month,
        "first": first,
        "last": last,
        "peaks": [peak.hex() for peak in before.peaks],
        "before": checkpoint(first - 1, "2026-10-31") if first > 1 else None,
        "checkpoint": checkpoint(last, f"{month}-30"),
        "key": str(SIGNER.verifier),
        "accounts": {code: {"currency": "USD", "opening_minor": opening[code], "closing_minor": closing[code]} for code in opening},
    }
    return papers.statement_text(header=header | words, rows=lines(first, last), signer=SIGNER), closing


def signed_again(text):
    """Sign a statement that was altered, as the newsroom itself could."""
    body = text.rpartition('{"signed"')[0]
    note = notes.sign(f"{papers.STATEMENT}\n{hashlib.sha256(body.encode()).hexdigest()}\n", [SIGNER])
    return body + json.dumps({"signed": note}, separators=(",", ":")) + "\n"


def test_a_receipt_is_proved():
    found = papers.check(receipt(2), KEY)
    assert found.sentence == (
        "Receipt 2026-000123: 25.00 USD given to “Keep the lights on”, counted as 10.00 USD, is in the books of news.example/books "
        "as row 2 of 2026-11-22, under the checkpoint of 2026-11-30 over 5 rows"
    )
    assert found.trusted
    assert not papers.check(receipt(2)).trusted


def test_what_was_given_back_is_told():
    assert papers.check(receipt(1, 3), KEY).sentence.endswith("; 5.00 USD taken back as refund in row 3")
    assert papers.check(receipt(1, 3, 5), KEY).sentence.endswith("; 5.00 USD taken back as refund in row 3; 1.00 USD came back as bounced in row 5")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("amount_minor=2500", "amount_minor=9500", "Row 1 does not lead"),
        ("number=2026-000123", "number=2026-000124", "The receipt itself: The signature"),
        ("given=25.00", "given=95.00", "The receipt itself: The signature"),
        ("\\n5\\n", "\\n6\\n", "Its checkpoint: The signature"),
        ('"form"', '"from"', "no receipt proof"),
        ("kind=gift", "kynd=gift", "where this one says"),
    ],
)
def test_an_altered_receipt_is_named(old, new, named):
    text = receipt(1)
    assert old in text
    with pytest.raises((papers.Altered, papers.Unreadable), match=named):
        papers.check(text.replace(old, new), KEY)


@given(st.data())
def test_no_altered_character_of_a_receipt_says_something_else(draw):
    text = receipt(1, 3)
    at = draw.draw(st.integers(0, len(text) - 1))
    altered = text[:at] + draw.draw(st.sampled_from('abcXYZ019+/=\n —{}"')) + text[at + 1 :]
    try:
        found = papers.check(altered, KEY)
    except (papers.Altered, papers.Unreadable):
        return
    assert found.sentence == papers.check(text, KEY).sentence  # white space between the parts, or the key that was not asked


def test_another_receipts_rows_are_refused():
    mine, other = json.loads(receipt(1)), json.loads(receipt(4))
    with pytest.raises(papers.Altered, match="not those that the receipt was signed for"):
        papers.check(json.dumps(mine | {"rows": other["rows"]}), KEY)


def test_a_key_that_is_trusted_decides():
    with pytest.raises(papers.Altered, match="not signed by any key that was given"):
        papers.check(receipt(1), [OTHER.verifier])


def test_a_checkpoint_is_checked_with_a_key_alone():
    note = notes.cosign(checkpoint(), OTHER)
    assert papers.check(note, [*KEY, OTHER.verifier]).sentence == (
        "The checkpoint of 2026-11-30 of news.example/books, over 5 rows, is signed by news.example/books and fake.example/books"
    )
    with pytest.raises(papers.Unreadable, match="--key"):
        papers.check(note)
    with pytest.raises(papers.Altered, match="does not fit the note"):
        papers.check(note.replace("2026-11-30", "2026-11-29"), KEY)


def test_a_statement_is_checked_from_checkpoint_to_checkpoint():
    october, closing = statement(1, 3, "2026-10")
    november, _ = statement(4, 5, openings=closing)
    assert papers.check(october, KEY).sentence.startswith("The statement of 2026-10 of news.example/books holds 3 rows, 1 to 3")
    found = papers.check(november, KEY)
    assert (found.statement.first, found.statement.last, found.statement.opening["gifts:a"]) == (4, 5, 3000)
    papers.check_in_order([found.statement, papers.check(october, KEY).statement])


def test_a_statement_that_opens_otherwise_than_the_last_closed_is_named():
    october, _closing = statement(1, 3, "2026-10")
    november, _ = statement(4, 5, openings={"clearing:practice:USD": -1, "gifts:a": 1})
    with pytest.raises(papers.Altered, match="opens 2026-11 at -1 and closed 2026-10 at -3000"):
        papers.check_in_order([papers.check(text, KEY).statement for text in (november, october)])


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"seq":4,"kind":"gift"', '"seq":4,"kind":"fee"', "do not lead to what was signed for 2026-11"),
        ('"amount_minor":1000', '"amount_minor":1001', "do not lead to what was signed for 2026-11"),
        ('"closing_minor":5600', '"closing_minor":5601', "gifts:a should close at 5600 and is said to close at 5601"),
        ('"month":"2026-11"', '"month":"2026-12"', "its checkpoint is of 2026-11-30"),
        ('"seq":4,', '"seq":5,', "After row 3 comes row 5"),
        ('"first":1', '"first":2', "does not begin with row 1"),
    ],
)
def test_an_altered_statement_is_named_even_where_its_newsroom_signs_it_again(old, new, named):
    text, _ = statement()
    assert old in text
    with pytest.raises(papers.Altered, match=named):
        papers.check(signed_again(text.replace(old, new, 1)), KEY)
    with pytest.raises(papers.Altered, match="not the file that was signed"):
        papers.check(text.replace(old, new, 1), KEY)


def test_a_dropped_line_of_a_statement_is_named():
    text, _ = statement()
    kept = "".join(line for line in text.splitlines(keepends=True) if '"seq":3' not in line)
    with pytest.raises(papers.Altered, match="after row 2 comes row 4"):
        papers.check(kept, KEY)


def test_an_invented_past_is_named():
    text, _ = statement(4, 5, openings={"clearing:practice:USD": 0, "gifts:a": 0})
    header = json.loads(text.partition("\n")[0])
    with pytest.raises(papers.Altered, match="not what was signed on 2026-10-31"):
        papers.check(signed_again(text.replace(header["peaks"][0], "00" * 32)), KEY)


@given(st.data())
def test_no_altered_character_of_a_statement_passes(draw):
    text, _ = statement()
    at = draw.draw(st.integers(0, len(text) - 1))
    altered = text[:at] + draw.draw(st.sampled_from('abcXYZ019+/= —{}",:')) + text[at + 1 :]
    if altered == text:
        return
    with pytest.raises((papers.Altered, papers.Unreadable)):
        papers.check(altered, KEY)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "hello", '{"form":"masthead-statement-1"}', '{"form":"masthead-receipt-1"}', "\n\n— "])
def test_other_texts_are_refused(text):
    with pytest.raises((papers.Altered, papers.Unreadable)):
        papers.check(text, KEY)


def test_the_command_says_what_holds_and_what_does_not(tmp_path, capsys):
    paths = {name: tmp_path / name for name in ("receipt.json", "altered.json", "note.txt", "key", "other")}
    paths["receipt.json"].write_text(receipt(1))
    paths["altered.json"].write_text(receipt(1).replace("amount_minor=2500", "amount_minor=9500"))
    paths["note.txt"].write_text(checkpoint())
    paths["key"].write_text(f"# the paper's key\n{SIGNER.verifier}\n")
    paths["other"].write_bytes(b"\xff\x00")
    at = {name: str(path) for name, path in paths.items()}
    assert main(["verify", at["receipt.json"], at["note.txt"], "--key", at["key"]]) == 0
    assert capsys.readouterr().out.count("holds. ") == 2
    assert main(["verify", at["receipt.json"], "--key", str(OTHER.verifier)]) == 1
    assert main(["verify", at["altered.json"], "--key", str(SIGNER.verifier)]) == 1
    assert "ALTERED. Row 1 does not lead" in capsys.readouterr().out
    assert main(["verify", at["receipt.json"]]) == 0
    assert f"the paper itself names the key {SIGNER.verifier}" in capsys.readouterr().out
    assert main(["verify", at["other"]]) == 2
    assert main(["verify", str(tmp_path / "none")]) == 2
    assert main(["verify", at["receipt.json"], "--key", at["receipt.json"]]) == 2


def test_the_command_starts_no_django(tmp_path):
    path = tmp_path / "receipt.json"
    path.write_text(receipt(1))
    code = f"import sys; from masthead.cli import main; status = main(['verify', {str(path)!r}]); sys.exit(status or 3 * ('django' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
