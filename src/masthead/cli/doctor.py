"""`masthead doctor`: what is wrong with this installation, and how to mend it."""

import argparse
from collections.abc import Iterator

from masthead.cli import examine, starting
from masthead.cli.examine import Finding, Look
from masthead.cli.examine_money import providers
from masthead.cli.examine_services import services
from masthead.cli.folder import holds_newsroom
from masthead.cli.frame import Command, Refused, door, folder
from masthead.config.env import Env


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong")


def _run(options: argparse.Namespace) -> int:
    place = folder()
    if not holds_newsroom(place) and not starting.database_holds_newsroom(place):
        raise Refused(f"There is no newsroom in {place} to look at: `{door()} init` makes one, --data names another folder.")
    starting.start(place)
    from django.conf import settings

    found = list(_look(settings.ENV))
    for finding in found:
        if finding.ok and options.quiet:
            continue
        print(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.what:<13} {finding.words}")
        if not finding.ok:
            print(f"{'':<21}mend: {finding.mend}")
    wrong = sum(not finding.ok for finding in found)
    print(f"{wrong} thing{'s are' if wrong != 1 else ' is'} wrong." if wrong else "Nothing is wrong.")
    return 1 if wrong else 0


def _look(env: Env) -> Iterator[Finding]:
    found: list[Finding] = []
    for look in (*examine.LOOKS, services):
        found += _findings(look, env)
    if not any(finding.what in {"database", "migrations"} and not finding.ok for finding in found):
        for look in (*examine.LOOKS_INTO_DATABASE, providers):
            found += _findings(look, env)
    return iter(found)


def _findings(look: Look, env: Env) -> list[Finding]:
    result = look(env)
    return [result] if isinstance(result, Finding) else list(result)


COMMAND = Command(
    name="doctor",
    group="Look after",
    summary="what is wrong with this installation, and how to mend it",
    about="Look at database, migrations, mail, storage, clock, secret key, permissions, address, payment providers and the running parts; say of each whether it is right and, "
    "where it is not, what to do. Exit status 1 where something is wrong.",
    examples=("masthead doctor", "masthead doctor --quiet --data our-paper"),
    arguments=_arguments,
    run=_run,
)
