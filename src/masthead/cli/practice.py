"""`masthead practice`: gifts that move no money, to try everything with."""

import argparse
from importlib import import_module

from masthead.cli import starting
from masthead.cli.frame import Command, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    gift = doing.add_parser("gift", help="make a practice gift, which walks the whole way: checkout, webhook, inbox, ledger", allow_abbrev=False)
    gift.add_argument("--amount", required=True, help="in the campaign's currency, such as 25.00")
    gift.add_argument("--campaign", metavar="SLUG", default="", help="the campaign (default: the featured one)")


def _run(options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    return int(import_module("masthead.funding.giving.command").run(options))


COMMAND = Command(
    name="practice",
    group="Work",
    summary="make a practice gift, which moves no money",
    examples=("masthead practice gift --amount 25.00",),
    arguments=_arguments,
    run=_run,
)
