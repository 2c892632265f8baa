"""Somebody checks files from a shell, or another newsroom's CI does."""

import json
import subprocess
import sys

import pytest

from masthead.newsroom.desk.checks import CHECKS
from tests.cli.conftest import environment, refusal, type_in

pytestmark = pytest.mark.live

WRONG = "Harbour closes\n\nHe said “we go, and left.\n"


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / "draft.txt"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_a_finding_is_a_line_with_its_place_and_a_block_is_exit_status_1(draft):
    done = type_in("desk", draft)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{draft}:3:9: block quotation-unclosed: The quotation that begins “we go")
    assert "\033" not in done.stdout


def test_what_is_right_says_nothing(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<h1>Harbour closes</h1><p>He said “we go” and left.</p>", encoding="utf-8")
    done = type_in("desk", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_json_has_the_documented_fields(draft):
    (found,) = json.loads(type_in("desk", "--json", draft).stdout)
    assert list(found) == ["file", "line", "column", "end_line", "end_column", "rule", "severity", "message", "text", "suggestion", "key"]
    assert (found["file"], found["line"], found["column"], found["end_line"], found["end_column"]) == (str(draft), 3, 9, 3, 10)
    assert len(found["key"]) == 24


def test_what_is_piped_in_is_read(tmp_path):
    command = [sys.executable, "-m", "masthead", "desk", "-"]
    done = subprocess.run(command, input=WRONG, capture_output=True, text=True, check=False, env=environment(), encoding="utf-8")
    assert done.returncode == 1
    assert done.stdout.startswith("(standard input):3:9:")


def test_a_rule_is_left_out_or_held_less_severe(draft):
    assert type_in("desk", "--off", "quotation-unclosed", draft).returncode == 0
    done = type_in("desk", "--severity", "quotation-unclosed=query", draft)
    assert done.returncode == 0
    assert " query quotation-unclosed" in done.stdout


def test_the_language_decides_what_a_mark_is(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Hafen\n\nEr sagte: “Wir gehen.“ Und ging.", encoding="utf-8")
    assert type_in("desk", "--language", "de", path).returncode == 0
    assert type_in("desk", path).returncode == 1


def test_rules_are_listed_with_all_that_is_known_of_them():
    lines = type_in("desk", "--rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [check.id for check in CHECKS]
    rules = json.loads(type_in("desk", "--rules", "--json").stdout)
    assert set(rules[0]) == {"rule", "severity", "scope", "languages", "owner", "reason"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name a file"),
        (("nowhere.txt",), "Cannot read nowhere.txt: no such file"),
        (("--off", "quotation-unclosd", "x"), "did you mean quotation-unclosed?"),
        (("--severity", "quotation-unclosed=loud", "x"), "RULE=LEVEL"),
        (("--language", "Deutsch!", "x"), "no language tag"),
        (("--words", "nowhere.txt", "x"), "Cannot read nowhere.txt"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(words, said):
    assert said in refusal(type_in("desk", *words))


def test_a_file_that_cannot_be_read_does_not_hide_the_others(draft, tmp_path):
    done = type_in("desk", tmp_path / "none.txt", draft)
    assert done.returncode == 2
    assert "quotation-unclosed" in done.stdout
    assert "Cannot read" in done.stderr


def test_the_desk_does_not_wait_for_django(draft):
    script = f"import sys; from masthead.cli import main; main(['desk', {str(draft)!r}]); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, env=environment()).returncode == 0
