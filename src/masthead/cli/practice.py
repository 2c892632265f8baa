"""`masthead practice`: gifts that move no money, to try everything with."""

import argparse

from masthead.cli import starting
from masthead.cli.frame import Command, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    gift = doing.add_parser("gift", help="make a practice gift, which walks the whole way: checkout, webhook, inbox, ledger", allow_abbrev=False)
    gift.add_argument("--amount", required=True, help="in the campaign's currency, such as 25.00")
    gift.add_argument("--campaign", metavar="SLUG", default="", help="the campaign (default: the featured one)")
    gift.add_argument("--monthly", action="store_true", help="a pledge that gives each month")
    gift.add_argument("--name", default="", help="the supporter's name")
    gift.add_argument("--email", default="", help="where the receipt goes")
    outcome = gift.add_mutually_exclusive_group()
    outcome.add_argument("--decline", action="store_true", help="the payment is declined")
    outcome.add_argument("--delay", action="store_true", help="the payment is pending for ten seconds")
    outcome.add_argument("--twice", action="store_true", help="every webhook is sent two times")
    outcome.add_argument("--refund", action="store_true", help="the gift is paid and then given back")


def _run(options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    from masthead.funding.giving import command

    return command.run(options)


COMMAND = Command(
    name="practice",
    group="Work",
    summary="make a practice gift, which moves no money",
    examples=("masthead practice gift --amount 25.00", "masthead practice gift --amount 10 --monthly --email reader@paper.example"),
    arguments=_arguments,
    run=_run,
)
