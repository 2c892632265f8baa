"""`masthead manage`: Django's own commands, for this newsroom."""

import argparse

from masthead.cli import starting
from masthead.cli.frame import Command, door, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rest", nargs="*", metavar="COMMAND ...", help="such as migrate, shell, dbshell; `help` lists them")


def _run(options: argparse.Namespace) -> int:
    starting.choose(folder())
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{door()} manage", *options.rest])
    return 0


COMMAND = Command(
    name="manage",
    group="Look after",
    summary="Django's own commands: migrate, shell, dbshell ...",
    examples=("masthead manage shell", "masthead manage migrate"),
    arguments=_arguments,
    run=_run,
    passes_on=True,
)
