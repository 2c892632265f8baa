"""A newsroom made by the real `init`, once per run, lent as copies; and a way to type commands."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import HERE

Typed = subprocess.CompletedProcess[str]
EDITOR = "ann@paper.example"
ANSWERS = ("--no-input", "--name", "The Paper", "--email", EDITOR, "--time-zone", "Europe/Lisbon", "--currency", "EUR")


def environment(**more: str) -> dict[str, str]:
    """Return the environment of somebody who has set nothing of ours."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_")) and name != "DATABASE_URL"}
    return plain | more


def type_in(*words: str | Path, **variables: str) -> Typed:
    """Type a command at a shell without a terminal, and return what came of it."""
    command = [sys.executable, "-m", "masthead", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE, env=environment(**variables), stdin=subprocess.DEVNULL, timeout=300)


def refusal(done: Typed, *, after_work: bool = False) -> str:
    """Return the one sentence that a refused command said: all it said, or the last of it where it did some work before."""
    lines = done.stderr.strip().splitlines()[-1 if after_work else 0 :]
    assert done.returncode == 2, done
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("masthead: ")
    assert lines[0].endswith((".", "?"))
    assert "Traceback" not in done.stderr
    return lines[0].removeprefix("masthead: ")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a newsroom as `init` leaves it; made by whichever test process comes first. Not to be changed: copy it."""
    base = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    place = base / "made" / "newsroom"
    place.parent.mkdir(exist_ok=True)
    with (base / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = place.parent / "said"
        if not said.exists():
            done = type_in("init", "--data", place, *ANSWERS)
            assert done.returncode == 0, done
            said.write_text(done.stdout)
    return place


@pytest.fixture
def newsroom(made: Path, tmp_path: Path) -> Path:
    """Lend a made newsroom to one test, to do with as it likes."""
    place = tmp_path / "paper"
    shutil.copytree(made, place)
    return place


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a long command; what it started is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str | Path, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "masthead", *map(str, words)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=HERE, env=environment(**variables), start_new_session=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)
