"""`masthead user`: the people who sign in."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from masthead.cli import init, starting
from masthead.cli.frame import Command, Refused, door, folder

if TYPE_CHECKING:
    from masthead.newsroom.staff.models import User

ROLES = ("reporter", "editor", "publisher")


def _arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    add = doing.add_parser("add", help="add a person", allow_abbrev=False)
    add.add_argument("email", help="the address to sign in with")
    add.add_argument("--role", choices=ROLES, default="reporter", help="what the person may do (default: reporter)")
    add.add_argument("--name", default="", help="first and last name")
    _takes_password(add)
    doing.add_parser("list", help="list everybody with role and last sign-in", allow_abbrev=False)
    password = doing.add_parser("password", help="give a new password; signs the person out everywhere", allow_abbrev=False)
    password.add_argument("email")
    _takes_password(password)
    role = doing.add_parser("role", help="change what a person may do", allow_abbrev=False)
    role.add_argument("email")
    role.add_argument("role", choices=ROLES)
    for name, words in (("deactivate", "shut a person out; bylines and history stay"), ("activate", "let a person in again")):
        doing.add_parser(name, help=words, allow_abbrev=False).add_argument("email")


def _takes_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="read the password from this file")
    parser.add_argument("--no-input", action="store_true", help="ask nothing: make a password and show it once")


def _run(options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    {"add": _add, "list": _list, "password": _password, "role": _role, "deactivate": _deactivate, "activate": _activate}[options.doing](options)
    return 0


def _add(options: argparse.Namespace) -> None:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from masthead.newsroom.staff.actions import add_user
    from masthead.newsroom.staff.roles import Role

    try:
        validate_email(options.email)
    except ValidationError:
        raise Refused(f"{options.email!r} is not an e-mail address.") from None
    first, _, last = options.name.strip().rpartition(" ")
    password, shown = _choose_password(options)
    add_user(email=options.email, password=password, role=Role[options.role.upper()], first_name=first or last, last_name=last if first else "")
    print(f"{options.email} is a{'n' if options.role == 'editor' else ''} {options.role} now.{shown}")


def _list(_options: argparse.Namespace) -> None:
    from masthead.newsroom.staff.models import User

    people = User.objects.prefetch_related("groups").order_by("email")
    rows = [("e-mail", "name", "role", "last signed in")]
    for person in people:
        role = ", ".join(sorted(group.name for group in person.groups.all())) or ("everything" if person.is_superuser else "none")
        last = f"{person.last_login:%Y-%m-%d %H:%M} UTC" if person.last_login else "never"
        rows.append((person.email, person.get_full_name() or "-", role if person.is_active else f"{role} (shut out)", last))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _password(options: argparse.Namespace) -> None:
    person = _person(options.email)
    password, shown = _choose_password(options)
    person.set_password(password)
    person.save(update_fields=["password"])
    print(f"{person.email} has a new password and is signed out everywhere.{shown}")


def _role(options: argparse.Namespace) -> None:
    from masthead.newsroom.staff.actions import give_role
    from masthead.newsroom.staff.roles import Role

    person = _person(options.email)
    give_role(user=person, role=Role[options.role.upper()])
    print(f"{person.email} is a{'n' if options.role == 'editor' else ''} {options.role} now.")


def _deactivate(options: argparse.Namespace) -> None:
    _set_active(options.email, active=False)


def _activate(options: argparse.Namespace) -> None:
    _set_active(options.email, active=True)


def _set_active(email: str, *, active: bool) -> None:
    person = _person(email)
    person.is_active = active
    person.save(update_fields=["is_active"])
    print(f"{person.email} {'can sign in again' if active else 'is shut out; bylines and history stay'}.")


def _person(email: str) -> "User":
    from masthead.newsroom.staff.models import User

    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise Refused(f"There is nobody with the address {email}: `{door()} user list` shows who is here.")
    return person


def _choose_password(options: argparse.Namespace) -> tuple[str, str]:
    """Return a password and, where it was made here, the words that show it."""
    password = init.password_from(options.password_file)
    if not password and not options.no_input and sys.stdin.isatty():
        password = getpass.getpass("Password, 10 characters or more (Enter: make one): ")
    if password:
        _validate(password)
        return password, ""
    password = init.new_password()
    return password, f"\n  password  {password}   (made now and kept nowhere: pass it on)"


def _validate(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


COMMAND = Command(
    name="user",
    group="Look after",
    summary="the people who sign in: add, list, password, role, deactivate",
    examples=("masthead user add ann@our-paper.example --role editor --name 'Ann Lee'", "masthead user list", "masthead user password ann@our-paper.example"),
    arguments=_arguments,
    run=_run,
)
