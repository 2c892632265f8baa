"""A person who types something gets an answer that helps."""

import subprocess
import sys

import pytest

from masthead.cli import COMMANDS, help_text
from masthead.cli.frame import GROUPS, parser_for
from tests.cli.conftest import environment, refusal, type_in


def test_help_lists_every_command_in_a_group():
    text = help_text()
    for command in COMMANDS.values():
        assert command.group in GROUPS
        assert f"  {command.name:<10} {command.summary}" in text


def test_help_fits_a_terminal():
    assert max(len(line) for line in help_text().splitlines()) <= 100


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(name: str):
    command = COMMANDS[name]
    text = parser_for(command).format_help()
    assert command.examples
    assert "--data" in text
    for example in command.examples:
        assert example in text


def test_help_does_not_wait_for_django():
    script = "import sys; from masthead.cli import main; main(['--help']); sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    assert "masthead run" in done.stdout


def test_the_version_is_printed():
    assert type_in("--version").stdout.startswith("Masthead 0.")


def test_a_command_typed_wrong_is_answered_with_the_nearest():
    assert "did you mean `masthead doctor`?" in refusal(type_in("docter"))


def test_a_command_far_from_any_is_answered_with_help():
    assert "--help" in refusal(type_in("xyzzy"))


def test_an_unknown_option_is_one_sentence():
    assert "no option --prot: did you mean --port?" in refusal(type_in("run", "--prot", "80"))


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_cannot_be_is_refused(port: str):
    assert "port" in refusal(type_in("run", f"--port={port}"))


def test_data_without_a_folder_is_refused():
    assert "wants a folder" in refusal(type_in("run", "--data"))


@pytest.mark.parametrize("words", [("user", "list"), ("doctor",), ("ledger", "verify"), ("practice", "gift", "--amount", "5"), ("run", "web", "--port", "1")])
def test_a_folder_without_a_newsroom_is_said(words, tmp_path):
    if words[0] == "run":
        words = ("run", "scheduler")
    assert "no newsroom" in refusal(type_in(*words, "--data", tmp_path / "none"))
    assert not (tmp_path / "none").exists()
