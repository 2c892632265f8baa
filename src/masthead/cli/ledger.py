"""`masthead ledger`: look after the books."""

import argparse

from masthead.cli import starting
from masthead.cli.frame import Command, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    doing.add_parser("verify", help="recompute every hash and total, and name the row where one differs", allow_abbrev=False)


def _run(_options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    from masthead.funding.ledger.verify import verify

    report = verify()
    for problem in report.problems:
        print(problem)
    if report.sound:
        print(f"The books are whole: {report.rows:,} transfers, the last with the hash {report.head_hash}.")
        return 0
    count = len(report.problems) + report.unnamed
    print(f"{count} problem{'s' if count != 1 else ''} found in {report.rows:,} transfers: the books have been altered. Post nothing and see docs/ledger.md.")
    return 1


COMMAND = Command(
    name="ledger",
    group="Look after",
    summary="verify the books: every hash, every total",
    examples=("masthead ledger verify",),
    arguments=_arguments,
    run=_run,
)
