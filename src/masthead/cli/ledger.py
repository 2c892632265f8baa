"""`masthead ledger`: look after the books."""

import argparse
from importlib import import_module

from masthead.cli import starting
from masthead.cli.frame import Command, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    doing.add_parser("verify", help="recompute every hash and total, and name the row where one differs", allow_abbrev=False)


def _run(_options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    problems = import_module("masthead.funding.ledger.verify").verify()
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found: the books have been altered." if problems else "The books are whole.")
    return 1 if problems else 0


COMMAND = Command(
    name="ledger",
    group="Look after",
    summary="verify the books: every hash, every total",
    examples=("masthead ledger verify",),
    arguments=_arguments,
    run=_run,
)
