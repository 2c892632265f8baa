"""The door is read by every Python that somebody may have, and sets up, or says why not."""

import ast
import hashlib
import os
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.databases import HERE

pytestmark = pytest.mark.live

DOOR = HERE / "masthead"


@pytest.fixture
def door() -> dict:
    """The door's functions, loaded without walking through it."""
    return runpy.run_path(str(DOOR), run_name="door")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose lock names one package that is in the folder beside it, so that no network is needed."""
    house = tmp_path / "house"
    (house / "src").mkdir(parents=True)
    shutil.copy(DOOR, house / "masthead")
    wheel = make_wheel(tmp_path)
    lock = f"tinything==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    for name in ("requirements.lock", "requirements-scale.lock", "requirements-dev.lock"):
        (house / name).write_text(lock)
    (house / "src" / "masthead.py").write_text("import sys, tinything\nprint('hello from', tinything.__name__, *sys.argv[1:])\n")
    return house


def make_wheel(folder: Path) -> Path:
    from zipfile import ZipFile

    wheel = folder / "tinything-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as file:
        file.writestr("tinything.py", "")
        file.writestr("tinything-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinything\nVersion: 1.0\n")
        file.writestr("tinything-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(
            "tinything-1.0.dist-info/RECORD",
            "tinything.py,,\ntinything-1.0.dist-info/METADATA,,\ntinything-1.0.dist-info/WHEEL,,\ntinything-1.0.dist-info/RECORD,,\n",
        )
    return wheel


def walk(clone: Path, *words: str, uv: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "masthead", *words], **asked(clone, uv=uv, **variables), capture_output=True, check=False, timeout=300)


def asked(clone: Path, *, uv: bool = True, **variables: str) -> dict:
    """Return how the door is asked: no index but the wheel's folder; uv where there is one (it is quicker), unless the test is of pip."""
    paths = [path for path in os.environ["PATH"].split(os.pathsep) if uv or not (Path(path) / "uv").exists()]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "PIP_", "UV_"))}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(clone.parent), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(clone.parent), "PATH": os.pathsep.join(paths)}
    return {"cwd": clone, "text": True, "env": plain | offline | variables}


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_every_python_since_3_7_can_read_it_and_be_told():
    """An older one would answer with a syntax error instead of the sentence."""
    ast.parse(DOOR.read_text(), feature_version=(3, 7))


def test_an_old_python_is_told_what_to_do(door):
    main = door["main"]
    main.__globals__["OLDEST_PYTHON"] = (99, 0)
    with pytest.raises(door["Refusal"], match=r"needs Python 3\.11 or newer"):
        main(["run"])


@pytest.mark.parametrize("uv", [False, True], ids=["pip", "uv"])
def test_the_first_walk_sets_up_and_the_second_does_not(clone: Path, uv: bool):
    if uv and not shutil.which("uv"):
        pytest.skip("no uv")
    first = walk(clone, "run", "--port", "1", uv=uv)
    assert first.stdout == "hello from tinything run --port 1\n", first
    assert "setting up" in first.stderr
    second = walk(clone, "doctor", uv=uv)
    assert (second.stdout, second.stderr) == ("hello from tinything doctor\n", "")


def test_another_lock_is_installed(clone: Path):
    walk(clone, "run")
    lock = clone / "requirements.lock"
    lock.write_text(lock.read_text() + "# another day\n")
    assert "setting up" in walk(clone, "run").stderr
    assert walk(clone, "run").stderr == ""


def test_a_set_up_that_was_killed_is_started_afresh(clone: Path):
    walk(clone, "run")
    venv = clone / ".venv"
    (venv / ".masthead-unfinished").touch()
    (venv / ".masthead-run").unlink()
    next(venv.glob("lib/python3*/site-packages/tinything.py")).unlink()  # as a kill in the middle of unpacking leaves it
    done = walk(clone, "run")
    assert "stopped half-way" in done.stderr
    assert done.stdout == "hello from tinything run\n"
    assert not (venv / ".masthead-unfinished").exists()


def test_killed_at_any_moment_the_next_walk_succeeds(clone: Path):
    for wait in (0.3, 0.8, 1.5):
        process = subprocess.Popen(
            [sys.executable, "masthead", "run"], **asked(clone), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert walk(clone, "run").stdout == "hello from tinything run\n"


def test_an_environment_whose_python_is_gone_is_made_again(clone: Path):
    walk(clone, "run")
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert walk(clone, "run").stdout == "hello from tinything run\n"


def test_two_at_once_set_up_once(clone: Path):
    pair = [subprocess.Popen([sys.executable, "masthead", "run"], **asked(clone), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in pair]
    assert [out for out, _ in said] == ["hello from tinything run\n"] * 2
    assert sum("setting up" in err for _, err in said) == 1
    assert any("waiting" in err for _, err in said)


def test_a_folder_that_cannot_be_written_is_said(clone: Path):
    clone.chmod(0o555)
    # Root may write anywhere: it becomes nobody, once Python's own modules are loaded.
    late = f"door = runpy.run_path({str(clone / 'masthead')!r}, run_name='door'); os.geteuid() or os.setuid(65534)"
    script = f"""
import contextlib, fcntl, os, runpy, sys
{late}
try:
    door["main"](["run"])
except door["Refusal"] as refusal:
    sys.exit(print(f"masthead: {{refusal}}", file=sys.stderr) or 2)
"""
    done = subprocess.run([sys.executable, "-c", script], **asked(clone), capture_output=True, check=False)
    assert "cannot write" in refusal(done)
    assert "MASTHEAD_VENV" in refusal(done)


def test_a_package_that_is_not_what_the_lock_says_is_not_installed(clone: Path):
    lock = clone / "requirements.lock"
    lock.write_text(f"tinything==1.0 --hash=sha256:{'0' * 64}\n")
    assert "does not match its hash" in refusal(walk(clone, "run"))
    assert not (clone / ".venv" / ".masthead-run").exists()


@pytest.mark.parametrize("uv", [False, True], ids=["pip", "uv"])
def test_without_a_network_it_says_so(clone: Path, uv: bool):
    if uv and not shutil.which("uv"):
        pytest.skip("no uv")
    (clone / "requirements.lock").write_text(f"absentthing==1.0 --hash=sha256:{'0' * 64}\n")
    nowhere = "http://127.0.0.1:9/simple"
    said = walk(clone, "run", uv=uv, PIP_NO_INDEX="", PIP_INDEX_URL=nowhere, PIP_RETRIES="0", UV_NO_INDEX="0", UV_INDEX_URL=nowhere, UV_HTTP_RETRIES="0")
    assert "could not be reached" in refusal(said)


def test_a_python_without_its_venv_module_is_told_which_package_to_install(door, monkeypatch, tmp_path):
    make_venv = door["make_venv"]
    failed = subprocess.CompletedProcess([], 1, stdout="The virtual environment was not created successfully because ensurepip is not available.", stderr="")
    monkeypatch.setitem(make_venv.__globals__, "VENV", tmp_path / "venv")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(door["Refusal"], match=r"apt install python3\.\d+-venv"):
        make_venv(None)


def test_what_keeps_python_from_compiling_does_not_reach_the_program(clone: Path):
    (clone / "src" / "masthead.py").write_text("import sys\nprint(sys.dont_write_bytecode)\n")
    assert walk(clone, "run", PYTHONDONTWRITEBYTECODE="1").stdout == "False\n"
