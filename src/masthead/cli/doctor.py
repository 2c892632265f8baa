"""`masthead doctor`."""

import argparse

from masthead.cli.frame import Command


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Takes no options."""


def _run(_options: argparse.Namespace) -> int:
    return 0


COMMAND = Command(name="doctor", group="Look after", summary="what is wrong with this installation, and how to mend it", arguments=_arguments, run=_run)
