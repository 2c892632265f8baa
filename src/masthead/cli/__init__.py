"""The `masthead` command: one file per command, Django started only where a command needs it."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version

from masthead import __version__
from masthead.cli import bake, bench, demo, desk, doctor, importing, init, ledger, manage, practice, recheck, run, simulate, user, verify
from masthead.cli.frame import GROUPS, Command, Refused, complain, door, parser_for, take_data
from masthead.kernel.errors import MastheadError

COMMANDS: dict[str, Command] = {
    module.COMMAND.name: module.COMMAND
    for module in (run, init, demo, doctor, user, importing, ledger, recheck, bake, desk, practice, simulate, verify, bench, manage)
}
BEGINNING = """\
Masthead: a newsroom in one program.

usage: {door} COMMAND [--data FOLDER] [options]
"""
ENDING = """\
One folder is one newsroom: --data names it (default: ./newsroom, or MASTHEAD_DATA).
`{door} COMMAND --help` says what a command takes.

to begin:
  {door} run                         a newsroom with a demo in it, on http://127.0.0.1:8000
  {door} init --data our-paper       an empty one, ready for your own stories
  {door} doctor --data our-paper     what is wrong with it, and how to mend that"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 found something wrong, 2 refused, 130 interrupted."""
    given = take_data(list(sys.argv[1:] if arguments is None else arguments))
    try:
        return _run(given)
    except MastheadError as refusal:
        complain(str(refusal))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader (a pager, `head`) has gone: say no more
        return 141
    except Exception as error:
        sentence = _expected(error)
        if sentence is None:
            raise
        complain(sentence)
    return 2


def help_text() -> str:
    """Return what `masthead --help` prints: every command in its group, and where to begin."""
    lines = [BEGINNING.format(door=door())]
    for group in GROUPS:
        lines.append(f"{group.lower()}:")
        lines += [f"  {command.name:<10} {command.summary}" for command in COMMANDS.values() if command.group == group]
        lines.append("")
    return "\n".join([*lines, ENDING.format(door=door())])


def _run(given: list[str]) -> int:
    if not given or given[0] in {"--help", "-h", "help"}:
        print(parser_for(_command(given[1])).format_help().rstrip() if given[:1] == ["help"] and given[1:] else help_text())
        return 0
    if given[0] == "--version":
        print(f"Masthead {__version__}, {_version_of('wagtail')}, {_version_of('django')}, Python {sys.version.split()[0]}")
        return 0
    command = _command(given[0])
    options = argparse.Namespace(rest=given[1:]) if command.passes_on else parser_for(command).parse_typed(given[1:])
    if command.name != "run":  # its log is read by whoever watches the newsroom; the others answer whoever typed
        logging.getLogger("masthead.events").setLevel(logging.WARNING)
    return command.run(options)


def _command(name: str) -> Command:
    if name in COMMANDS:
        return COMMANDS[name]
    if name == "--data":
        raise Refused("--data wants a folder after it, such as `--data our-paper`.")
    near = get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean `{door()} {near[0]}`?" if near else f"`{door()} --help` lists them."
    raise Refused(f"There is no command {name!r}: {hint}")


def _version_of(package: str) -> str:
    try:
        return f"{package.capitalize()} {version(package)}"
    except PackageNotFoundError:
        return f"no {package.capitalize()}"


def _expected(error: Exception) -> str | None:
    """Return the sentence for a failure that is the machine's and not the program's, or None."""
    if isinstance(error, PermissionError):
        return f"Cannot write to {error.filename}: give yourself the right to write there, or name another folder with --data."
    if isinstance(error, OSError) and error.errno in {28, 30}:  # ENOSPC, EROFS
        return f"Cannot write{f' to {error.filename}' if error.filename else ''}: {os.strerror(error.errno).lower()}."
    if type(error).__module__ in {"django.db.utils", "sqlite3", "psycopg", "psycopg.errors"} and type(error).__name__ == "OperationalError":
        reason = str(error).strip().splitlines()[0]
        return f"The database does not answer ({reason}): `{door()} doctor` says more."
    return None
