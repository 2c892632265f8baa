"""`masthead demo`: fill an empty newsroom with the demo."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from masthead.cli import folder as newsroom_folder
from masthead.cli import init, starting
from masthead.cli.frame import Command, Refused, at_work, door, folder

SIGN_IN = "sign-in.txt"
NAME = "The Maren Lantern"
ACCOUNTS = {"reporter": "reporter@demo.example", "editor": "editor@demo.example", "publisher": "publisher@demo.example"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    """`demo` takes no options of its own."""


def _run(_options: argparse.Namespace) -> int:
    place = folder()
    if not newsroom_folder.holds_newsroom(place):
        make_demo_newsroom(place)
    else:
        starting.start_newsroom(place)
        _refuse_stories(place)
        fill(place)
    print(f"\nThe demo is in {place}.\n\n{(place / SIGN_IN).read_text(encoding='utf-8')}\nStart it: {door()} run --data {init.shown_path(place)}")
    return 0


def make_demo_newsroom(place: Path, *, address: str = "http://127.0.0.1:8000") -> None:
    """Make a newsroom in `place` with the demo in it, and keep its sign-ins in sign-in.txt (0600)."""
    init.refuse_taken(place)
    answers = init.Answers(
        name=NAME,
        address=address,
        time_zone="UTC",
        currency="USD",
        language="en",
        email=ACCOUNTS["publisher"],
        password=init.new_password(),
        sections=(),
    )
    init.found(place, answers, then=lambda: fill(place, publisher_password=answers.password))


def fill(place: Path, *, publisher_password: str = "") -> None:
    """Put the demo's people, stories, pictures, campaigns and gifts into the newsroom that Django is set up for."""
    from masthead.kernel import clock
    from masthead.moving.demo import actions

    passwords = {role: init.new_password() for role in ACCOUNTS} | ({"publisher": publisher_password} if publisher_password else {})
    add_people(passwords)
    lines = [f"{role:<10} {email:<24} {passwords[role]}" for role, email in ACCOUNTS.items()]
    newsroom_folder.write_private(place / SIGN_IN, "\n".join(["role       sign in with             password", *lines, ""]))
    with at_work("writing the demo") as far:
        actions.fill(now=clock.now(), progress=far, accounts=ACCOUNTS)


def add_people(passwords: Mapping[str, str]) -> None:
    """Store the demo's three accounts, one for each role; somebody who is there gets the new password."""
    from masthead.newsroom.staff.actions import add_user
    from masthead.newsroom.staff.models import User
    from masthead.newsroom.staff.roles import Role

    for role, email in ACCOUNTS.items():
        person = User.objects.filter(email=email).first()
        if person is None:
            person = add_user(email=email, password=passwords[role], role=Role[role.upper()], first_name="Demo", last_name=role.capitalize())
        person.set_password(passwords[role])
        person.save()


def _refuse_stories(place: Path) -> None:
    from masthead.moving.demo.kept import holds_other_stories

    if holds_other_stories():  # a demo that was interrupted is completed
        raise Refused(f"The newsroom in {place} holds stories: the demo goes into an empty one, such as `{door()} demo --data demo`.")


COMMAND = Command(
    name="demo",
    group="Begin",
    summary="fill an empty newsroom with the demo: stories, pictures, campaigns, sign-ins",
    examples=("masthead demo --data demo",),
    arguments=_arguments,
    run=_run,
)
