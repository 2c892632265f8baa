"""The demo is named as its own content says, and its sign-ins open the doors they name."""

from pathlib import Path

import pytest

from masthead.cli import demo
from masthead.moving.demo.actions import ACCOUNTS
from masthead.moving.demo.content import load
from masthead.newsroom.staff.models import User
from tests.make import make_newsroom


def test_the_command_names_the_newsroom_and_its_people_as_the_content_does():
    assert load().newsroom.publication.name == demo.NAME
    assert dict(ACCOUNTS) == demo.ACCOUNTS


@pytest.mark.django_db
def test_each_role_gets_an_account_and_one_that_is_there_a_new_password():
    make_newsroom()
    demo.add_people(dict.fromkeys(demo.ACCOUNTS, "first password 1"))
    demo.add_people(dict.fromkeys(demo.ACCOUNTS, "second password 2"))
    people = {user.email: user for user in User.objects.all()}
    assert set(people) == set(demo.ACCOUNTS.values())
    for role, email in demo.ACCOUNTS.items():
        assert people[email].check_password("second password 2")
        assert [group.name for group in people[email].groups.all()] == [f"{role.capitalize()}s"]


@pytest.mark.django_db
def test_the_sign_ins_are_kept_for_their_owner_alone(tmp_path: Path, monkeypatch):
    make_newsroom()
    monkeypatch.setattr("masthead.moving.demo.actions.fill", lambda **_: None)
    demo.fill(tmp_path, publisher_password="the publisher's own")
    file = tmp_path / demo.SIGN_IN
    assert file.stat().st_mode & 0o777 == 0o600
    for line in file.read_text().splitlines()[1:]:
        role, email, password = line.split(maxsplit=2)
        assert User.objects.get(email=email).check_password(password)
        assert demo.ACCOUNTS[role] == email
