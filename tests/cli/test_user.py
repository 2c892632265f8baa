"""The people who sign in, from the shell."""

import pytest

from masthead.cli import main
from masthead.newsroom.staff.models import User
from tests.make import make_newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_newsroom(monkeypatch):
    make_newsroom()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)


def password_in(said: str) -> str:
    return next(line.split()[1] for line in said.splitlines() if line.strip().startswith("password"))


def test_a_person_is_added_with_a_role_and_a_password_shown_once(capsys):
    assert main(["user", "add", "ann@paper.example", "--role", "editor", "--name", "Ann van Lee"]) == 0
    ann = User.objects.get(email="ann@paper.example")
    assert ann.check_password(password_in(capsys.readouterr().out))
    assert (ann.first_name, ann.last_name) == ("Ann van", "Lee")
    assert [group.name for group in ann.groups.all()] == ["Editors"]


def test_somebody_who_is_here_is_not_added_twice(capsys):
    main(["user", "add", "ann@paper.example"])
    assert main(["user", "add", "ANN@paper.example"]) == 2
    assert "already" in capsys.readouterr().err
    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["ann", "ann@", "@paper.example", "ann lee@paper.example", "ann@paper.example\nbcc: x@y.example"])
def test_what_is_no_address_is_refused(email: str, capsys):
    assert main(["user", "add", email]) == 2
    assert "not an e-mail address" in capsys.readouterr().err
    assert not User.objects.exists()


def test_a_weak_password_is_refused(tmp_path, capsys):
    (tmp_path / "p").write_text("password1234\n")
    assert main(["user", "add", "ann@paper.example", "--password-file", str(tmp_path / "p")]) == 2
    assert "common" in capsys.readouterr().err
    assert not User.objects.exists()


def test_a_password_from_a_file_is_not_shown(tmp_path, capsys):
    (tmp_path / "p").write_text("a meadow at dawn 42\n")
    assert main(["user", "add", "ann@paper.example", "--password-file", str(tmp_path / "p")]) == 0
    assert "meadow" not in capsys.readouterr().out
    assert User.objects.get().check_password("a meadow at dawn 42")


def test_a_new_password_replaces_the_old(capsys):
    main(["user", "add", "ann@paper.example"])
    old = password_in(capsys.readouterr().out)
    assert main(["user", "password", "Ann@Paper.example"]) == 0
    ann = User.objects.get()
    assert ann.check_password(password_in(capsys.readouterr().out))
    assert not ann.check_password(old)


def test_a_new_password_ends_every_session(client, capsys):
    main(["user", "add", "ann@paper.example", "--role", "editor"])
    client.force_login(User.objects.get())
    assert client.get("/desk/").status_code == 200
    main(["user", "password", "ann@paper.example"])
    assert client.get("/desk/").status_code == 302


def test_a_role_is_changed_not_added():
    main(["user", "add", "ann@paper.example", "--role", "publisher"])
    assert main(["user", "role", "ann@paper.example", "reporter"]) == 0
    assert [group.name for group in User.objects.get().groups.all()] == ["Reporters"]


def test_a_person_shut_out_cannot_sign_in_and_can_be_let_in_again(client):
    main(["user", "add", "ann@paper.example", "--role", "editor"])
    client.force_login(User.objects.get())
    main(["user", "deactivate", "ann@paper.example"])
    assert client.get("/desk/").status_code == 302
    main(["user", "activate", "ann@paper.example"])
    assert User.objects.get().is_active


def test_the_list_shows_who_is_here(capsys):
    main(["user", "add", "ann@paper.example", "--role", "editor", "--name", "Ann Lee"])
    main(["user", "deactivate", "ann@paper.example"])
    capsys.readouterr()
    assert main(["user", "list"]) == 0
    said = capsys.readouterr().out
    assert "ann@paper.example  Ann Lee  Editors (shut out)  never" in said


@pytest.mark.parametrize("words", [("password",), ("role", "editor"), ("deactivate",)])
def test_somebody_who_is_not_here_is_said(words, capsys):
    assert main(["user", words[0], "nobody@paper.example", *words[1:]]) == 2
    assert "nobody@paper.example" in capsys.readouterr().err
