"""`init` makes a newsroom, or nothing."""

import sqlite3
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from masthead.cli import init
from masthead.cli.folder import MADE_BY_INIT, UNFINISHED
from tests.cli.conftest import ANSWERS, EDITOR, environment, refusal, type_in


def rows(place: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(place / "newsroom.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_it_makes_a_newsroom_with_sections_roles_and_an_editor(made: Path):
    assert rows(made, "SELECT email FROM staff_user") == [(EDITOR,)]
    assert rows(made, "SELECT name FROM auth_group WHERE name IN ('Reporters', 'Editors', 'Publishers') ORDER BY name") == [
        ("Editors",),
        ("Publishers",),
        ("Reporters",),
    ]
    assert rows(made, "SELECT count(*) FROM stories_sectionpage")[0][0] >= 3
    assert rows(made, "SELECT count(*) FROM stories_frontpage") == [(1,)]


def test_the_password_it_made_is_shown_once_and_opens_the_door(made: Path):
    said = (made.parent / "said").read_text()
    password = next(line.split()[1] for line in said.splitlines() if line.strip().startswith("password"))
    check = f"from masthead.newsroom.staff.models import User; assert User.objects.get(email={EDITOR!r}).check_password({password!r})"
    assert type_in("manage", "shell", "-c", check, "--data", made).returncode == 0
    assert not any(password in path.read_text(errors="ignore") for path in made.iterdir() if path.is_file())


def test_only_its_owner_may_read_what_is_private(made: Path):
    assert stat.S_IMODE((made / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "masthead.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_the_settings_file_holds_the_answers_and_explains_every_other_key(made: Path):
    text = (made / "masthead.toml").read_text()
    settings = tomllib.loads(text)
    assert settings == {"name": "The Paper", "address": "http://127.0.0.1:8000", "time_zone": "Europe/Lisbon", "currency": "EUR", "language": "en"}
    assert "# mail_url = " in text


def test_no_mark_of_work_is_left(made: Path):
    assert not (made / UNFINISHED).exists()


def test_a_second_newsroom_in_the_same_folder_is_refused(newsroom: Path):
    before = (newsroom / "secret.key").read_text()
    assert "already" in refusal(type_in("init", "--data", newsroom, *ANSWERS))
    assert (newsroom / "secret.key").read_text() == before


def test_a_folder_with_other_things_is_refused(tmp_path: Path):
    (tmp_path / "letters.txt").touch()
    assert "letters.txt" in refusal(type_in("init", "--data", tmp_path, *ANSWERS))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "paper").touch()
    assert "is a file" in refusal(type_in("init", "--data", tmp_path / "paper", *ANSWERS))


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--time-zone", "Europe/Lisbonn", "did you mean Europe/Lisbon?"),
        ("--currency", "EURO", "currency"),
        ("--language", "English", "language"),
        ("--address", "our-paper.example", "http"),
        ("--email", "ann", "e-mail"),
        ("--name", "x" * 100, "name"),
        ("--database-url", "mysql://x/y", "postgresql"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_before_anything_is_made(option: str, value: str, word: str, tmp_path: Path):
    place = tmp_path / "paper"
    assert word in refusal(type_in("init", "--data", place, "--no-input", "--email", EDITOR, option, value))
    assert not [path.name for path in place.glob("*") if path.name in MADE_BY_INIT]


def test_without_a_terminal_it_says_which_options_to_give(tmp_path: Path):
    assert "--no-input" in refusal(type_in("init", "--data", tmp_path / "paper"))


def test_without_input_the_editor_s_address_must_be_given(tmp_path: Path):
    assert "--email" in refusal(type_in("init", "--data", tmp_path / "paper", "--no-input"))


def test_a_short_password_is_refused(tmp_path: Path):
    (tmp_path / "secret").write_text("short\n")
    said = refusal(type_in("init", "--data", tmp_path / "paper", *ANSWERS, "--password-file", tmp_path / "secret"))
    assert "needs 10" in said


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    tmp_path.chmod(0o500)
    place = tmp_path / "paper"
    # Root may write anywhere: it becomes nobody once the program is loaded.
    script = f"import os, sys; from masthead.cli import main; os.geteuid() or os.setuid(65534); sys.exit(main({['init', '--data', str(place), *ANSWERS]!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment())
    assert "Cannot write" in refusal(done)


def test_a_set_up_that_was_killed_is_started_afresh(made: Path, tmp_path: Path):
    place = tmp_path / "paper"
    place.mkdir()
    (place / UNFINISHED).touch()
    (place / "newsroom.sqlite3").write_bytes(b"half a database")
    (place / "secret.key").write_text("old")
    (place / "media").mkdir()
    init.refuse_taken(place)
    from masthead.cli import folder

    folder.begin(place)
    assert [path.name for path in place.iterdir()] == [UNFINISHED]


def test_a_password_made_here_can_be_typed():
    passwords = {init.new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(password) == 17 and not set(password) & set("01ilo ") for password in passwords)
