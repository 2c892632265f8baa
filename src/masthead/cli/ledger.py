"""`masthead ledger`: look after the books."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from masthead.cli import starting
from masthead.cli.frame import Command, Refused, folder

if TYPE_CHECKING:
    from masthead.funding.ledger.notes import Verifier


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    doing.add_parser("verify", help="recompute every hash, total and checkpoint, and name the row where one differs", allow_abbrev=False)
    doing.add_parser("checkpoint", help="sign the books as they were when yesterday ended, if that is not done", allow_abbrev=False)
    cosign = doing.add_parser("cosign", help="add an outsider's signature to a checkpoint", allow_abbrev=False)
    cosign.add_argument("note", metavar="FILE", help="the checkpoint as they signed it")
    cosign.add_argument("--key", required=True, metavar="KEY", help="their public key, name+hash+key, or a file that holds it")
    key = doing.add_parser("new-key", help="sign the books with a new key from now on; the old one hands over to it", allow_abbrev=False)
    key.add_argument("--lost", action="store_true", help="the old key is gone and cannot hand over")


def _run(options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    return {"verify": _verify, "checkpoint": _checkpoint, "cosign": _cosign, "new-key": _new_key}[options.doing](options)


def _checkpoint(_options: argparse.Namespace) -> int:
    from masthead.funding.ledger.checkpoints import actions, queries
    from masthead.kernel import clock

    made = actions.sign_yesterday(now=clock.now())
    found = made or queries.latest()
    if found is None:
        print("There is nothing to sign: no transfer is older than today.")
        return 0
    print(f"{'Signed' if made else 'Signed before'}: {found.size:,} transfers, as the books were at the end of {found.day.isoformat()}.\n")
    print(queries.note_of(found), end="")
    return 0


def _cosign(options: argparse.Namespace) -> int:
    from masthead.funding.ledger.checkpoints.actions import cosign
    from masthead.kernel import clock

    signature = cosign(note=_text_of(Path(options.note)), verifier=_key(options.key), now=clock.now())
    print(f"The checkpoint of {signature.checkpoint.day.isoformat()} is now signed by {signature.verifier.partition('+')[0]} too.")
    return 0


def _new_key(options: argparse.Namespace) -> int:
    from masthead.funding.ledger.checkpoints.actions import new_key
    from masthead.kernel import clock

    made = new_key(lost=options.lost, now=clock.now())
    print(f"From now on the books are signed with this key; publish it, and keep a copy of books.key:\n{made.verifier}")
    return 0


def _key(said: str) -> "Verifier":
    from masthead.funding.ledger.notes import read_verifier

    return read_verifier(said if "+" in said and not Path(said).is_file() else _text_of(Path(said)))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"Cannot read {path}: {getattr(error, 'strerror', None) or 'it is not text'}.") from None


def _verify(_options: argparse.Namespace) -> int:
    from masthead.funding.books.verify import causes
    from masthead.funding.ledger.verify import verify

    report, shown = verify(), list(causes())
    for problem in [*report.problems, *shown]:
        print(problem)
    if report.sound and not shown:
        print(f"The books are whole: {report.rows:,} transfers, the last with the hash {report.head_hash}.")
        if report.checkpoints:
            print(f"They are those of {report.checkpoints:,} signed checkpoints.")
        return 0
    count = len(report.problems) + report.unnamed + len(shown)
    print(f"{count} problem{'s' if count != 1 else ''} found in {report.rows:,} transfers: the books have been altered. Post nothing and see docs/ledger.md.")
    return 1


COMMAND = Command(
    name="ledger",
    group="Look after",
    summary="verify the books, and sign them",
    examples=("masthead ledger verify", "masthead ledger checkpoint", "masthead ledger cosign note.txt --key council.key"),
    arguments=_arguments,
    run=_run,
)
