"""`masthead verify`: check a receipt, a checkpoint or a statement. It needs no newsroom and no network."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from masthead.cli.frame import Command, Refused, complain

if TYPE_CHECKING:
    from masthead.funding.ledger.notes import Verifier

ABOUT = (
    "Check papers of a newsroom's books: a receipt's proof (.json), a checkpoint (.txt), a monthly statement (.jsonl), "
    "and beside its statement a sheet (.csv) or Beancount file of it. "
    "It exits with 0 where all hold, 1 where one was altered, 2 where one cannot be read."
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("papers", nargs="+", metavar="FILE", help="a paper; - reads standard input")
    parser.add_argument("--key", action="append", default=[], metavar="KEY", help="a public key that you trust, name+hash+key, or a file with one a line")


def _run(options: argparse.Namespace) -> int:
    from masthead.funding.books import copies
    from masthead.funding.ledger import papers

    keys = [key for said in options.key for key in _keys(said)]
    worst, statements, named = 0, [], set()
    signed: list[str] = []
    unsigned: list[tuple[str, str, str]] = []
    for name in options.papers:
        try:
            text = _text_of(name)
            if kind := copies.kind_of(text):
                unsigned.append((name, text, kind))
                continue
            found = papers.check(text, keys)
        except papers.Altered as refusal:
            print(f"{name}: ALTERED. {refusal}")
            worst = max(worst, 1)
        except (papers.Unreadable, Refused) as refusal:
            complain(f"{name}: {refusal}")
            worst = 2
        else:
            print(f"{name}: holds. {found.sentence}.")
            if found.statement:
                statements.append(found.statement)
                signed.append(text)
            if not found.trusted:
                named.add(str(found.key))
    worst = max([worst, *(_copy(*copy, signed) for copy in unsigned)])
    try:
        papers.check_in_order(statements)
    except papers.Altered as refusal:
        print(f"ALTERED. {refusal}")
        worst = max(worst, 1)
    for key in sorted(named):
        print(f"No --key was given: the paper itself names the key {key}. Compare it with the one you know, or with /books/key of the newsroom's site.")
    return worst


def _copy(name: str, text: str, kind: str, signed: list[str]) -> int:
    """Say whether a copy of a statement says what one of the `signed` does, and return the exit status for that."""
    from masthead.funding.books import copies
    from masthead.funding.ledger import papers

    try:
        print(f"{name}: holds. {copies.check(text, kind, signed)}.")
    except papers.Altered as refusal:
        print(f"{name}: ALTERED. {refusal}")
        return 1
    except papers.Unreadable as refusal:
        complain(f"{name}: {refusal}")
        return 2
    return 0


def _keys(said: str) -> "list[Verifier]":
    from masthead.funding.ledger.notes import read_verifier

    lines = [said] if "+" in said and not Path(said).is_file() else _text_of(said).splitlines()
    found = [read_verifier(line) for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise Refused(f"There is no key in {said}: it looks like name+hash+key, in one line.")
    return found


def _text_of(name: str) -> str:
    try:
        return Path("/dev/stdin" if name == "-" else name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refused("it is not text, so it is none of the papers.") from None
    except OSError as error:
        raise Refused(f"cannot be read: {(error.strerror or 'no reason given').lower()}.") from None


COMMAND = Command(
    name="verify",
    group="Look after",
    summary="check a receipt, a checkpoint or a statement of anyone's books",
    about=ABOUT,
    examples=("masthead verify receipt-2026-000123.json --key news.example.key", "masthead verify 2026-10.jsonl 2026-11.jsonl 2026-11.csv"),
    arguments=_arguments,
    run=_run,
)
