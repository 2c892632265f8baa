"""`run` starts everything, watches it, and leaves nothing behind."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from masthead.cli import fronting
from masthead.cli.frame import Refused
from masthead.config.env import Env
from masthead.delivery.front.plan import Plan
from tests.cli.conftest import environment, refusal, type_in

pytestmark = pytest.mark.live

PATIENCE_SECONDS = 60


def until(true: Callable[[], object], what: str) -> object:
    """Wait until `true` says something other than no; the machine may be slow, so the patience is long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain for: {what}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_at(port: int, path: str = "/", timeout: float = 10) -> int:
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
    return 0


def descendants(pid: int) -> set[int]:
    """Return the processes that `pid` started, and those started by them."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def beat(place: Path) -> dict:
    with suppress(OSError, ValueError):
        return json.loads((place / "scheduler.heartbeat").read_text())
    return {}


@pytest.fixture
def running(newsroom: Path, start):
    """A newsroom that answers: its process, its port, its folder."""
    port = free_port()
    process = start("run", "--data", newsroom, "--port", str(port))
    until(lambda: status_at(port, "/desk/login/") == 200 and beat(newsroom), "the first page and the scheduler's first beat")
    return process, port, newsroom


def test_it_answers_and_says_where(running):
    process, port, newsroom = running
    assert status_at(port, "/desk/login/") == 200
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/" in said
    assert "/desk/" in said
    assert str(newsroom) in said
    assert "Traceback" not in said


def web_of(pid: int) -> int:
    """Return web's first process: of those that `pid` started, the one that started others."""
    found = [child for child in descendants(pid) if descendants(child)]
    return found[0] if len(found) == 1 else 0


def test_told_to_stop_it_ends_everything_it_started(running):
    process, _, newsroom = running
    family = descendants(process.pid)
    assert len(family) >= 6  # two fronts, web and its two workers, scheduler, worker
    socket_of_web = fronting.web_socket(newsroom)
    assert stat.filemode(socket_of_web.stat().st_mode) == "srw-------"
    process.terminate()
    assert process.wait(timeout=30) == 0
    until(lambda: not any(map(is_alive, family)), "all of them to end")
    assert not socket_of_web.exists()


def test_readers_see_nothing_of_a_web_that_is_killed(running):
    process, port, _ = running
    seen: list[int] = []
    enough = threading.Event()

    def read() -> None:
        while not enough.is_set():
            seen.append(status_at(port, "/desk/login/", timeout=PATIENCE_SECONDS))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    web = web_of(process.pid)
    os.kill(web, signal.SIGKILL)
    until(lambda: web_of(process.pid) not in {0, web}, "another web")
    answered = len(seen)
    until(lambda: len(seen) > answered + 10, "answers of the other web")
    enough.set()
    for reader in readers:
        reader.join(PATIENCE_SECONDS)
    assert set(seen) == {200}
    process.terminate()
    assert "web ended (killed by SIGKILL); starting it again" in process.communicate(timeout=30)[0]


def test_front_and_web_run_apart_and_meet_at_their_socket(newsroom: Path, start):
    port = free_port()
    front = start("run", "front", "--data", newsroom, "--port", str(port), MASTHEAD_FRONT_WORKERS="1")
    until(lambda: status_at(port) == 503, "the front, that has no Django behind it")
    start("run", "web", "--data", newsroom)
    until(lambda: status_at(port, "/desk/login/") == 200, "Django behind the front")
    assert "A web is at work" in refusal(type_in("run", "web", "--data", newsroom), after_work=True)
    maps = [(Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in descendants(front.pid)]
    assert len(maps) == 1
    assert b"masthead.delivery.front" in maps[0]
    front.terminate()
    assert front.wait(timeout=30) == 0
    assert status_at(port) == 0
    start("run", "web", "--data", newsroom, "--port", str(port))
    until(lambda: status_at(port, "/desk/login/") == 200, "Django that answers by itself")


def test_where_the_folder_has_a_long_path_the_socket_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert fronting.web_socket(Path("/srv/paper")) == Path("/srv/paper/web.sock")
    elsewhere = fronting.web_socket(Path("/srv") / ("a" * 120))
    assert elsewhere.parent.parent == tmp_path
    assert stat.S_IMODE(elsewhere.parent.stat().st_mode) == 0o700
    assert elsewhere != fronting.web_socket(Path("/srv") / ("b" * 120))
    elsewhere.parent.chmod(0o755)
    with pytest.raises(Refused, match="yours alone"):
        fronting.web_socket(Path("/srv") / ("a" * 120))


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("https://News.example", {"news.example", "news.example:443"}),
        ("http://127.0.0.1:8000", {"127.0.0.1:8000"}),
        ("http://news.example:80", {"news.example", "news.example:80"}),
        ("https://[2001:db8::1]", {"[2001:db8::1]", "[2001:db8::1]:443"}),
    ],
)
def test_stored_pages_are_for_the_newsroom_s_own_address(address: str, hosts: set[str], tmp_path: Path):
    env = Env(data=tmp_path, address=address, largest_upload=7)
    plan = fronting.plan_for(env, [5])
    assert set(plan.hosts) == hosts
    assert plan.limits.body == 7 * 2**20
    assert Plan.from_text(plan.as_text()) == plan


def test_killed_outright_it_leaves_nothing_behind(running):
    process, port, _ = running
    family = descendants(process.pid)
    process.kill()
    until(lambda: not any(map(is_alive, family)), "all of them to end")
    assert status_at(port) == 0


def test_a_part_that_dies_is_started_again_and_said_so(running):
    process, port, newsroom = running
    scheduler = beat(newsroom)["pid"]
    os.kill(scheduler, signal.SIGKILL)
    until(lambda: beat(newsroom).get("pid", scheduler) != scheduler, "a new scheduler")
    assert status_at(port, "/desk/login/") == 200
    process.terminate()
    assert "scheduler ended (killed by SIGKILL); starting it again" in process.communicate(timeout=30)[0]


def test_a_second_run_in_the_same_folder_is_refused(running):
    _, _, newsroom = running
    assert "at work" in refusal(type_in("run", "--data", newsroom, "--port", str(free_port())), after_work=True)


def test_a_taken_port_is_said_with_the_program_that_has_it(newsroom: Path):
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        said = refusal(type_in("run", "--data", newsroom, "--port", str(port)))
    assert f"Port {port} is taken" in said
    assert f"process {os.getpid()}" in said
    assert "--port" in said


def test_a_story_goes_public_at_its_hour(running):
    _, port, newsroom = running
    schedule = """
import datetime as dt
from masthead.kernel import clock
from masthead.newsroom.stories.models import SectionPage, StoryPage
section = SectionPage.objects.get(slug="news")
story = section.add_child(instance=StoryPage(title="At its hour", slug="at-its-hour", live=False, body=[("paragraphs", "<p>It is time.</p>")]))
story.go_live_at = clock.now() + dt.timedelta(seconds=3)
story.save_revision(approved_go_live_at=story.go_live_at)
"""
    done = type_in("manage", "shell", "-c", schedule, "--data", newsroom)
    assert done.returncode == 0, done.stderr
    until(lambda: status_at(port, "/news/at-its-hour/") == 200, "the story at its hour")


def test_a_task_that_was_left_for_later_is_done(running):
    _, _, newsroom = running
    leave = "from tests.cli.leave import write_down; write_down.enqueue('done')"
    done = type_in("manage", "shell", "-c", leave, "--data", newsroom)
    assert done.returncode == 0, done.stderr
    look = "from django_tasks_db.models import DBTaskResult; print(DBTaskResult.objects.get(task_path__endswith='write_down').status)"
    until(lambda: "SUCCESSFUL" in type_in("manage", "shell", "-c", look, "--data", newsroom).stdout, "the task")


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_a_part_runs_alone_once_and_gathers_no_styles(part: str, newsroom: Path, start):
    shutil.rmtree(newsroom / "static", ignore_errors=True)
    alone = start("run", part, "--data", newsroom)
    lock = newsroom / f".{part}.lock"
    until(lambda: lock.exists() and lock.read_text() == str(alone.pid), f"the {part}'s lock")
    assert "at work" in refusal(type_in("run", part, "--data", newsroom), after_work=True)
    alone.terminate()
    assert alone.wait(timeout=30) == 0
    assert not (newsroom / "static").exists()


def test_a_newsroom_without_its_key_is_not_run(newsroom: Path):
    (newsroom / "secret.key").unlink()
    assert "secret key" in refusal(type_in("run", "--data", newsroom, "--port", str(free_port())))


def test_settings_that_cannot_be_are_refused_by_name(newsroom: Path):
    with (newsroom / "masthead.toml").open("a") as file:
        file.write('\nweb_workers = "many"\n')
    said = refusal(type_in("run", "--data", newsroom, "--port", str(free_port())))
    assert "'web_workers'" in said
    assert "masthead.toml" in said


def test_an_unknown_variable_is_refused_by_name(newsroom: Path):
    assert "MASTHEAD_NMAE" in refusal(type_in("doctor", "--data", newsroom, MASTHEAD_NMAE="x"))


@pytest.mark.postgres
def test_looking_for_a_newsroom_in_a_database_leaves_its_settings_unread(postgres: str, tmp_path: Path):
    """What is read before the first run has written key and settings would stay as it was then."""
    look = "import sys; from pathlib import Path; from masthead.cli import starting; print(starting.database_holds_newsroom(Path(sys.argv[1])), 'django.conf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look, tmp_path], env=environment(DATABASE_URL=postgres), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    with psycopg.connect(postgres) as connection:  # a shared database: another machine founded the newsroom
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO stories_frontpage (page_ptr_id, strips) VALUES (1, '[]')")
    done = subprocess.run([sys.executable, "-c", look, tmp_path], env=environment(DATABASE_URL=postgres), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_new_tables_bring_the_roles_their_rights(newsroom: Path):
    database = newsroom / "newsroom.sqlite3"
    with closing(sqlite3.connect(database)) as connection, connection:  # as it was before the desk's table came
        group = connection.execute("SELECT id FROM auth_group WHERE name = 'Editors'").fetchone()[0]
        connection.execute("DELETE FROM auth_group_permissions WHERE group_id = ?", [group])
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'desk\\_%' ESCAPE '\\'").fetchall():
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM django_migrations WHERE app = 'desk'")
    look = f"from pathlib import Path; from masthead.cli import starting; starting.start(Path({str(newsroom)!r})); starting.migrate()"
    subprocess.run([sys.executable, "-c", look], env=environment(), capture_output=True, check=True)
    with closing(sqlite3.connect(database)) as connection:
        rights = connection.execute("SELECT count(*) FROM auth_group_permissions WHERE group_id = ?", [group]).fetchone()[0]
    assert rights > 10
