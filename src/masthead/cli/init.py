"""`masthead init`: a new, empty newsroom."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from masthead.cli import folder as newsroom_folder
from masthead.cli import parts, redis_worker, starting
from masthead.cli.frame import Command, Refused, at_work, door, folder, say
from masthead.config.env import Env, SettingsError, read_env
from masthead.config.settings_file import write_settings
from masthead.kernel import ids

ROW_BY_ROW = ("wagtail.tasks.update_reference_index_task", "modelsearch.tasks.insert_or_update_object_task")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a new newsroom is asked for; `password` empty means one is made and shown once."""

    name: str
    address: str
    time_zone: str
    currency: str
    language: str
    email: str
    password: str = ""
    database_url: str = ""
    sections: tuple[str, ...] | None = None  # left out: those that a new newsroom has


QUESTIONS = (
    ("name", "Name of the publication", "The Daily"),
    ("address", "Its public address", "http://127.0.0.1:8000"),
    ("time_zone", "The newsroom's time zone", "UTC"),
    ("currency", "Currency of its books", "USD"),
    ("language", "Main language", "en"),
    ("email", "E-mail address of the first editor", ""),
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="the publication's name")
    parser.add_argument("--address", metavar="URL", help="its public address, such as https://news.example")
    parser.add_argument("--time-zone", metavar="ZONE", help="the newsroom's time zone, such as Europe/Lisbon")
    parser.add_argument("--currency", metavar="CODE", help="the books' main currency, such as USD")
    parser.add_argument("--language", metavar="CODE", help="the main language, such as en or pt-BR")
    parser.add_argument("--email", metavar="ADDRESS", help="the first editor's e-mail address; she signs in with it")
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path, help="read the editor's password from this file; otherwise it is asked, or made and shown"
    )
    parser.add_argument("--database-url", metavar="URL", default="", help="postgresql://user:password@host:5432/name; left out: SQLite in the folder")
    parser.add_argument("--no-input", action="store_true", help="ask nothing: take the options and, for the rest, the defaults (--email must be given)")


def _run(options: argparse.Namespace) -> int:
    place = folder()
    refuse_taken(place)
    answers = _from_options(options) if options.no_input else _ask(options)
    made = found(place, answers)
    shown = f"password   {made}   (made now and kept nowhere: write it down)" if made else "password   the one you gave"
    print(f"\n{answers.name} is ready.\n  folder     {place}\n  sign in    {answers.email}\n  {shown}\n\nStart it: {door()} run --data {shown_path(place)}")
    return 0


def refuse_taken(place: Path) -> None:
    """Refuse a folder in which somebody's newsroom or other things are.

    Raises:
        Refused: what is there is named.
    """
    if newsroom_folder.holds_newsroom(place):
        raise Refused(f"There is a newsroom in {place} already: `{door()} run` starts it; give another folder with --data to make a second.")
    newsroom_folder.make_folder(place)
    strangers = [path.name for path in place.iterdir() if path.name not in newsroom_folder.MADE_BY_INIT and not path.name.startswith(".")]
    if strangers:
        raise Refused(f"{place} holds other things ({', '.join(sorted(strangers)[:3])}): give an empty or a new folder with --data.")


def found(place: Path, answers: Answers, *, then: Callable[[], None] | None = None) -> str:
    """Make the newsroom in `place`, then do `then` to it; return the first editor's password where it was made here.

    Killed at any moment, the folder is left marked as unfinished and the next set-up starts afresh.
    """
    newsroom_folder.make_folder(place)
    with newsroom_folder.only_one(place, "set-up"):
        newsroom_folder.begin(place)
        newsroom_folder.write_secret(place)
        _write_settings(place, answers)
        starting.start(place)
        _refuse_full_database()
        starting.migrate()
        password = answers.password or new_password()
        with at_work("laying out sections, roles and the review"):
            _lay_out(answers, password)
        if then is not None:
            then()
        with at_work("making what was written searchable"):
            _index_everything()
        newsroom_folder.finish(place)
    return "" if answers.password else password


def _index_everything() -> None:
    """Index what was written in one go, in place of the queued tasks that would do it row by row, several times a row."""
    from django.conf import settings
    from django.core.management import call_command
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    if settings.ENV.redis_url:
        redis_worker.forget(ROW_BY_ROW)
    DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path__in=ROW_BY_ROW).delete()
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)
    parts.do_tasks()


def new_password() -> str:
    """Return a password that a person can read off a screen and type: three groups of five, 74 bits."""
    return "-".join(ids.code(5) for _ in range(3))


def shown_path(place: Path) -> str:
    """Return `place` as a person would type it from here."""
    here = Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) and place != here else str(place)


def _write_settings(place: Path, answers: Answers) -> None:
    values = {key: getattr(answers, key) for key in ("name", "address", "time_zone", "currency", "language", "database_url")}
    text = write_settings(values)
    newsroom_folder.write_private(place / "masthead.toml", text)  # a database address may hold a password
    try:
        read_env(data=place)
    except SettingsError:
        (place / "masthead.toml").unlink()
        raise


def _refuse_full_database() -> None:
    from django.db import connection

    tables = set(connection.introspection.table_names())
    if "wagtailcore_page" not in tables:
        return
    from wagtail.models import Page

    if Page.objects.filter(depth__gt=2).exists():
        raise Refused(f"The database {connection.settings_dict['NAME']} holds a newsroom already: give an empty database.")


def _lay_out(answers: Answers, password: str) -> None:
    from django.conf import settings
    from django.db import transaction

    from masthead.newsroom.staff.actions import add_user
    from masthead.newsroom.staff.roles import Role
    from masthead.newsroom.stories.actions import found_newsroom

    env: Env = settings.ENV
    sections = {} if answers.sections is None else {"sections": answers.sections}
    with transaction.atomic():
        found_newsroom(name=answers.name, host=env.host, port=env.port, **sections)
        add_user(email=answers.email, password=password, role=Role.PUBLISHER)


# --- the answers -----------------------------------------------------------------------------------


def _from_options(options: argparse.Namespace) -> Answers:
    if not options.email:
        raise Refused("--no-input needs --email: the address that the first editor signs in with.")
    given = {key: getattr(options, key) or default for key, _, default in QUESTIONS}
    _check(given | {"database_url": options.database_url})
    return _answers(given, password=password_from(options.password_file), database_url=options.database_url)


def _answers(given: Mapping[str, str], *, password: str, database_url: str) -> Answers:
    return Answers(
        name=given["name"],
        address=given["address"],
        time_zone=given["time_zone"],
        currency=given["currency"],
        language=given["language"],
        email=given["email"],
        password=password,
        database_url=database_url,
    )


def _ask(options: argparse.Namespace) -> Answers:
    if not sys.stdin.isatty():
        raise Refused("`init` asks a few questions, and there is nobody to ask here: give --no-input, --email and the other answers as options.")
    say("A few questions; Enter takes what stands in brackets.\n")
    _check({"database_url": options.database_url})
    given: dict[str, str] = {}
    for key, question, default in QUESTIONS:
        given[key] = getattr(options, key) or _ask_one(key, question, default)
    password = password_from(options.password_file) or _ask_password()
    return _answers(given, password=password, database_url=options.database_url)


def _ask_one(key: str, question: str, default: str) -> str:
    while True:
        answer = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
        try:
            _check({key: answer})
        except (SettingsError, Refused) as refusal:
            say(f"  {refusal}")
        else:
            return answer


def _ask_password() -> str:
    while True:
        first = getpass.getpass("A password for her, 10 characters or more (Enter: make one): ")
        if not first:
            return ""
        if len(first) < SHORTEST_PASSWORD:
            say(f"  That has {len(first)} characters; it needs {SHORTEST_PASSWORD}.")
        elif getpass.getpass("Once more: ") != first:
            say("  The two differ; again, please.")
        else:
            return first


SHORTEST_PASSWORD = 10


def password_from(file: Path | None) -> str:
    """Return the password that `file` holds, or nothing where no file is named.

    Raises:
        Refused: it cannot be read, or is too short.
    """
    if file is None:
        return ""
    try:
        password = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"Cannot read the password from {file}: {error.strerror}.") from None
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password in {file} has {len(password)} characters; it needs {SHORTEST_PASSWORD}.")
    return password


def _check(given: dict[str, str]) -> None:
    """Refuse a malformed answer before anything is made."""
    email = given.get("email")
    if email is not None and (email.count("@") != 1 or not all(email.split("@")) or " " in email):
        raise Refused(f"{email!r} is not an e-mail address: it needs a name, an @ and a host.")
    settings = {f"MASTHEAD_{key.upper()}": value for key, value in given.items() if key != "email"}
    read_env(data=Path(os.devnull).parent, environ=settings)


COMMAND = Command(
    name="init",
    group="Begin",
    summary="make a new, empty newsroom: sections, roles, review, first editor",
    about="Make a new, empty newsroom in a folder of its own: database, settings file, secret key, sections, the three roles and the review that stories pass.",
    examples=(
        "masthead init --data our-paper",
        "masthead init --data our-paper --no-input --name 'Our Paper' --address https://our-paper.example --time-zone Europe/Lisbon --currency EUR --email ann@our-paper.example",
    ),
    arguments=_arguments,
    run=_run,
)
