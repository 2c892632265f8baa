"""The papers that a newsroom hands out about its books, and the checks that anyone can make of them. Pure: no database, no network, no Django.

A *receipt proof* (JSON) shows that a gift's rows are under a signed checkpoint. A *checkpoint* is a signed note. A *statement* (JSON Lines)
holds a month's public lines, which lead from the checkpoint before the month to the one at its end. docs/proofs.md describes each.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from masthead.funding.ledger import leaves, merkle, notes
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money, MoneyError

RECEIPT, STATEMENT = "masthead-receipt-1", "masthead-statement-1"
TAKES_BACK = frozenset({"refund", "dispute", "failure"})
COMES_BACK = frozenset({"won", "bounced"})  # what had been taken back


class Altered(MastheadError):
    """The paper is not what the newsroom signed: the sentence says what was altered."""


class Unreadable(MastheadError):
    """A text that is none of the papers; the sentence says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a paper proves, in one sentence, and the key that signed it. A statement also says where it begins and ends."""

    sentence: str
    key: notes.Verifier
    trusted: bool  # the key was given by who asks, and not read out of the paper itself
    statement: "Statement | None" = None
    checkpoint: notes.Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Where a statement begins and ends: what lies next to it must agree."""

    month: str
    first: int
    last: int
    opening: dict[str, int]
    closing: dict[str, int]


def check(text: str, given: Sequence[notes.Verifier] = ()) -> Found:
    """Return what a paper proves. Without a key `given`, the one that the paper names is used, and `trusted` is false.

    Raises:
        Altered: it was altered, or is not signed by a key that was given.
        Unreadable: it is none of the papers.
    """
    try:
        return _check_of(text)(text, given)
    except notes.NoteRefused as refusal:
        raise Altered(str(refusal)) from None
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, MoneyError) as error:
        raise Altered(f"A part of it is missing or cannot be read ({type(error).__name__}: {str(error)[:80]}).") from None


def _check_of(text: str) -> Callable[[str, Sequence[notes.Verifier]], Found]:
    if text.startswith(f'{{"form":"{STATEMENT}"'):
        return _check_statement
    if text.lstrip().startswith("{"):
        try:
            form = json.loads(text).get("form")
        except ValueError:
            raise Altered("It begins as JSON and is none: a character was lost or changed.") from None
        if form == RECEIPT:
            return _check_receipt
    elif f"\n\n{notes.DASH} " in text:
        return _check_checkpoint
    raise Unreadable("This is no receipt proof (.json), checkpoint (.txt) or statement (.jsonl) of Masthead's books.")


def _open(note: str, key: str, given: Sequence[notes.Verifier]) -> tuple[str, notes.Verifier]:
    """Return the text of a note and whose key, of those given or else the one the paper names, has signed it."""
    text, signed = notes.open_note(note, given or [notes.read_verifier(key)])
    return text, signed[0]


# --- a checkpoint -------------------------------------------------------------------------------------


def _check_checkpoint(text: str, given: Sequence[notes.Verifier]) -> Found:
    if not given:
        raise Unreadable("A checkpoint does not carry its key: give it with --key, as it stands at /books/key.")
    body, signed = notes.open_note(text, given)
    checkpoint = notes.read_checkpoint(body)
    names = " and ".join(verifier.name for verifier in signed)
    return Found(sentence=f"{_called(checkpoint)}, is signed by {names}", key=signed[0], trusted=True, checkpoint=checkpoint)


def _called(checkpoint: notes.Checkpoint) -> str:
    day = f" of {checkpoint.more[0]}" if checkpoint.more else ""
    return f"The checkpoint{day} of {checkpoint.origin}, over {checkpoint.size:,} rows"


# --- a receipt ----------------------------------------------------------------------------------------


def receipt_text(*, books: str, number: str, campaign: str, given: Money, dated: str, rows: Iterable[str]) -> str:
    """Return the text that is signed for a receipt; `rows` are the canonical texts of its rows, the gift's first."""
    lines = [f"row={leaves.row_of(row)['seq']} {hashlib.sha256(row.encode()).hexdigest()}" for row in rows]
    return (
        "\n".join((RECEIPT, f"books={books}", f"number={number}", f"campaign={' '.join(campaign.split())}", f"given={given}", f"dated={dated}", *lines)) + "\n"
    )


def receipt_proof(*, receipt: str, rows: Sequence[tuple[str, Sequence[bytes]]], checkpoint: str, key: notes.Verifier) -> str:
    """Return a receipt proof: the signed `receipt`, each row's text with its path, the signed checkpoint, the key."""
    shown = [{"text": text, "path": [step.hex() for step in path]} for text, path in rows]
    return json.dumps({"form": RECEIPT, "receipt": receipt, "rows": shown, "checkpoint": checkpoint, "key": str(key)}, ensure_ascii=False, indent=1) + "\n"


def _check_receipt(text: str, given: Sequence[notes.Verifier]) -> Found:
    paper = json.loads(text)
    try:
        receipt, key = _open(paper["receipt"], paper["key"], given)
    except notes.NoteRefused as refusal:
        raise Altered(f"The receipt itself: {refusal}") from None
    try:
        body, _signed = _open(paper["checkpoint"], paper["key"], given)
    except notes.NoteRefused as refusal:
        raise Altered(f"Its checkpoint: {refusal}") from None
    checkpoint = notes.read_checkpoint(body)
    said = _said(receipt)
    rows = [_row(row["text"], row["path"], checkpoint) for row in paper["rows"]]
    told = [f"{row['seq']} {hashlib.sha256(shown['text'].encode()).hexdigest()}" for row, shown in zip(rows, paper["rows"], strict=True)]
    if told != said["rows"]:
        raise Altered("The rows it shows are not those that the receipt was signed for.")
    if checkpoint.origin != said["books"]:
        raise Altered(f"The receipt is of {said['books']} and its checkpoint of {checkpoint.origin}.")
    return Found(sentence=_receipt_words(said, rows, checkpoint), key=key, trusted=bool(given), checkpoint=checkpoint)


def _said(receipt: str) -> dict[str, Any]:
    form, *lines = receipt.removesuffix("\n").split("\n")
    if form != RECEIPT:
        raise Altered("What was signed is no receipt.")
    said: dict[str, Any] = {"rows": []}
    for name, _, value in (line.partition("=") for line in lines):
        if name == "row":
            said["rows"].append(value)
        else:
            said[name] = value
    return said


def _row(text: str, path: Sequence[str], checkpoint: notes.Checkpoint) -> dict[str, str]:
    """Return the columns of a row that is proved to be under the checkpoint."""
    try:
        row = leaves.row_of(text)
        leaf = merkle.leaf_hash(leaves.line_of_row(text))
    except leaves.LineRefused as refusal:
        raise Altered(str(refusal)) from None
    root = merkle.root_from_inclusion(leaf, index=int(row["seq"]) - 1, size=checkpoint.size, path=[bytes.fromhex(step) for step in path])
    if root != checkpoint.root:
        raise Altered(f"Row {row['seq']} does not lead to the root that was signed: its text or its path was altered.")
    return row


def _receipt_words(said: dict[str, Any], rows: Sequence[dict[str, str]], checkpoint: notes.Checkpoint) -> str:
    gift = rows[0]
    if gift["kind"] != "gift":
        raise Altered(f"Its first row is a {gift['kind']} and no gift.")
    amount = Money(int(gift["amount_minor"]), gift["currency"])
    words = f"Receipt {said['number']}: {said['given']} given to “{said['campaign']}”"
    counted = "" if said["given"] == str(amount) else f", counted as {amount},"
    told = dict.fromkeys(TAKES_BACK, "taken back") | dict.fromkeys(COMES_BACK, "came back")
    back = [
        f"{Money(int(row['amount_minor']), row['currency'])} {told[row['kind']]} as {row['kind']} in row {row['seq']}"
        for row in rows[1:]
        if row["kind"] in told
    ]
    after = f"; {'; '.join(back)}" if back else ""
    return f"{words}{counted} is in the books of {checkpoint.origin} as row {gift['seq']} of {gift['dated']}, under the checkpoint of {', '.join(checkpoint.more[:1])} over {checkpoint.size:,} rows{after}"


# --- a statement --------------------------------------------------------------------------------------


def statement_text(*, header: dict[str, Any], rows: Iterable[dict[str, Any]], signer: notes.Signer) -> str:
    """Return a statement: a header, a line for each row, and a signature over all of these."""
    body = "".join(f"{_json(line)}\n" for line in ({"form": STATEMENT, **header}, *rows))
    return body + _json({"signed": notes.sign(f"{STATEMENT}\n{hashlib.sha256(body.encode()).hexdigest()}\n", [signer])}) + "\n"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _check_statement(text: str, given: Sequence[notes.Verifier]) -> Found:
    body, _, last = text.removesuffix("\n").rpartition("\n")
    first, *lines = body.split("\n")
    header = json.loads(first)
    if not last.startswith('{"signed":'):
        raise Altered("Its last line, the signature, is missing.")
    _check_file(body + "\n", json.loads(last)["signed"], header["key"], given)
    checkpoint_text, key = _open(header["checkpoint"], header["key"], given)
    checkpoint = notes.read_checkpoint(checkpoint_text)
    tree = _begun(header, given)
    openings = {code: account["opening_minor"] for code, account in header["accounts"].items()}
    balances = dict(openings)
    for line in lines:
        row = json.loads(line)
        if row["seq"] != tree.size + 1:
            raise Altered(f"After row {tree.size} comes row {row['seq']}: lines were dropped, put in or moved.")
        tree.add(merkle.leaf_hash(leaves.line({column: str(row[column]) for column in leaves.COLUMNS})))
        balances[row["debit"]] -= row["amount_minor"]
        balances[row["credit"]] += row["amount_minor"]
    if (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
        raise Altered(f"Its lines do not lead to what was signed for {header['month']}: one of them was altered.")
    if checkpoint.more[:1] and checkpoint.more[0][:7] != header["month"]:
        raise Altered(f"It says that it is of {header['month']}, and its checkpoint is of {checkpoint.more[0]}.")
    closings = {code: account["closing_minor"] for code, account in header["accounts"].items()}
    for code, balance in balances.items():
        if closings[code] != balance:
            raise Altered(f"The account {code} should close at {balance} and is said to close at {closings[code]}.")
    found = Statement(month=header["month"], first=tree.size - len(lines) + 1, last=tree.size, opening=openings, closing=closings)
    words = f"The statement of {header['month']} of {checkpoint.origin} holds {len(lines):,} rows, {found.first:,} to {found.last:,}: every line, opening and closing balance follows from the checkpoints"
    return Found(sentence=words, key=key, trusted=bool(given), statement=found, checkpoint=checkpoint)


def _check_file(body: str, note: str, key: str, given: Sequence[notes.Verifier]) -> None:
    text, _signed = _open(note, key, given)
    if text != f"{STATEMENT}\n{hashlib.sha256(body.encode()).hexdigest()}\n":
        raise Altered(f"It is not the file that was signed{_where(body)}.")


def _where(body: str) -> str:
    """Return where a statement's lines contradict themselves, as far as that can be seen without the one that was signed."""
    header, *lines = (json.loads(line) for line in body.removesuffix("\n").split("\n"))
    balances = {code: account["opening_minor"] for code, account in header["accounts"].items()}
    expected = header["first"]
    for row in lines:
        if row["seq"] != expected:
            return f": after row {expected - 1} comes row {row['seq']}"
        expected += 1
        for code, sign in ((row["debit"], -1), (row["credit"], 1)):
            balances[code] = balances.get(code, 0) + sign * row["amount_minor"]
    wrong = [code for code, account in header["accounts"].items() if balances[code] != account["closing_minor"]]
    return f": the lines of {' and '.join(wrong)} do not lead to what it says they close at" if wrong else ""


def _begun(header: dict[str, Any], given: Sequence[notes.Verifier]) -> merkle.Growing:
    """Return the tree as it stood before the month, proved by the checkpoint of that time."""
    peaks = [bytes.fromhex(peak) for peak in header["peaks"]]
    if not header["before"]:
        if peaks or header["first"] != 1:
            raise Altered("It says nothing of what was before it, and does not begin with row 1.")
        if any(account["opening_minor"] for account in header["accounts"].values()):
            raise Altered("It begins with row 1, and an account does not open at zero.")
        return merkle.Growing()
    text, _signer = _open(header["before"], header["key"], given)
    before = notes.read_checkpoint(text)
    tree = merkle.Growing(before.size, peaks)
    if len(peaks) != before.size.bit_count() or tree.root() != before.root or header["first"] != before.size + 1:
        raise Altered(f"What it goes on from is not what was signed on {', '.join(before.more[:1])}.")
    return merkle.Growing(before.size, peaks)


def check_in_order(statements: Iterable[Statement]) -> None:
    """See that statements of months that follow each other open where the one before closed.

    Raises:
        Altered: they do not.
    """
    ordered = sorted(statements, key=lambda one: one.first)
    for before, after in itertools.pairwise(ordered):
        if after.first != before.last + 1:
            continue  # a month between was not given
        for code, opening in after.opening.items():
            if before.closing.get(code, 0) != opening:
                raise Altered(f"{code} opens {after.month} at {opening} and closed {before.month} at {before.closing.get(code, 0)}.")
