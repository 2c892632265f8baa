"""What every command is made of: its description, its parser, and how it speaks."""

import argparse
import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from masthead.kernel.errors import MastheadError

GROUPS = ("Begin", "Work", "Look after")
DEFAULT_FOLDER = "newsroom"


class Refused(MastheadError):
    """A command that cannot be done as asked: what is wrong and what to type instead."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command: `arguments` describes its options, `run` does it and returns the exit status."""

    name: str
    group: str
    summary: str
    about: str = ""
    examples: tuple[str, ...] = ()
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    passes_on: bool = False  # hands everything typed after its name to another program


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def parse_typed(self, words: list[str]) -> argparse.Namespace:
        """Return what was typed as options, or refuse it in one sentence.

        Raises:
            Refused: an option does not exist, a value cannot be, or something is missing.
        """
        known = set(_options_of(self))
        for word in words:
            name = word.partition("=")[0]
            if name.startswith("--") and len(name) > len("--") and name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"`{self.prog} --help` lists what it takes."
                raise Refused(f"`{self.prog}` has no option {name}: {hint}")
        return self.parse_args(words)

    def error(self, message: str) -> NoReturn:
        """Refuse: say what is wrong and where the options are listed."""
        sentence = message[:1].upper() + message[1:].rstrip(".")
        raise Refused(f"{sentence}; `{self.prog} --help` lists what it takes.")


def _options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield every option of a parser and of those inside it."""
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to list them
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  as above
            for inner in action.choices.values():
                yield from _options_of(inner)


def parser_for(command: Command) -> Parser:
    """Return the parser of one command, with --data and its examples."""
    examples = "".join(f"\n  {example.replace('masthead', door(), 1)}" for example in command.examples)
    parser = Parser(
        prog=f"{door()} {command.name}",
        description=textwrap.fill(command.about or f"{command.summary}.", 96),
        epilog=f"examples:{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(parser)
    parser.add_argument("--data", metavar="FOLDER", help="the newsroom's folder (default: ./newsroom, or MASTHEAD_DATA)")
    return parser


def take_data(given: list[str]) -> list[str]:
    """Take `--data FOLDER` out of what was typed, wherever it stands, and remember it; return the rest."""
    rest = []
    words = iter(given)
    for word in words:
        name, equals, value = word.partition("=")
        if name != "--data":
            rest.append(word)
            continue
        folder = value if equals else next(words, "")
        if not folder:
            return ["--data"]  # no such command: refused with a word on it
        os.environ["MASTHEAD_DATA"] = folder
    return rest


def folder() -> Path:
    """Return the newsroom's folder: --data, else MASTHEAD_DATA, else ./newsroom."""
    return Path(os.environ.get("MASTHEAD_DATA") or DEFAULT_FOLDER).expanduser().resolve()


def door() -> str:
    """Return what the person typed to get here: `./masthead` or `masthead`."""
    return os.environ.get("MASTHEAD_DOOR", "masthead")


def say(text: str) -> None:
    """Tell how far a command is, on standard error, so that its results can be piped."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Say what went wrong, in one line on standard error."""
    say(f"masthead: {text}")


@contextmanager
def at_work(what: str) -> Iterator[Callable[[str], None]]:
    """Show that a long step is alive: every second on a terminal, every ten in a log; say how long it took.

    Yields a function that takes how far the step is, in words (`120 of 312`).
    """
    terminal = sys.stderr.isatty()
    started, done, far = time.monotonic(), threading.Event(), [""]

    def tick() -> None:
        while not done.wait(1 if terminal else 10):
            line = f"  {what}{', ' + far[0] if far[0] else ''} ({time.monotonic() - started:.0f} s)"
            sys.stderr.write(f"\r\033[K{line}" if terminal else f"{line}\n")
            sys.stderr.flush()

    def set_far(text: str) -> None:
        far[0] = text

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield set_far
    finally:
        done.set()
        ticker.join()
        if terminal:
            sys.stderr.write("\r\033[K")
    say(f"  {what}: done in {time.monotonic() - started:.1f} s")
