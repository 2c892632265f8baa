"""A real newsroom and the simulated companies, each in processes of their own, to measure what happens to money between them."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from bench._mail import Mailbox

SOURCE = Path(__file__).resolve().parents[1]
LOCAL_POSTGRES = "postgresql://127.0.0.1:5432/postgres"
PATIENCE_SECONDS = 300
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Paper:
    """A newsroom in a folder, with the simulator as its Stripe and PayPal and a mailbox as its mail server."""

    def __init__(self, folder: Path, *, port: int, simulator: str, simulator_pid: int, mailbox: Mailbox, database_url: str = "") -> None:
        self.folder, self.port, self.simulator, self.simulator_pid, self.database_url = folder, port, simulator, simulator_pid, database_url
        self.root: subprocess.Popen[bytes] | None = None
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_") and name != "DATABASE_URL"}
        own = {
            "address": f"http://127.0.0.1:{self.port}",
            "practice": "false",
            "mail_url": f"smtp://127.0.0.1:{mailbox.port}",
            "stripe_secret_key": "sk_test_simulated",
            "stripe_webhook_secrets": "whsec_simulated",
            "stripe_api": simulator,
            "paypal_client_id": "simulated",
            "paypal_secret": "simulated",
            "paypal_webhook_id": "SIMULATED",
            "paypal_api": simulator,
            "paypal_test_root": "paypal-root.pem",
        }
        self.environment = (
            plain
            | {f"MASTHEAD_{name.upper()}": value for name, value in own.items()}
            | {"MASTHEAD_DATA": str(folder), "PYTHONPATH": f"{SOURCE / 'src'}{os.pathsep}{SOURCE}", "PYTHONWARNINGS": "ignore"}
            | ({"DATABASE_URL": database_url} if database_url else {})
        )

    def make(self, made: Path | None = None, *, demo: bool = False) -> None:
        """Make the newsroom, the demo's or an empty one, or copy one that is `made`."""
        if made:
            shutil.copytree(made, self.folder)
        elif demo:
            done = self.masthead("demo", "--data", str(self.folder), MASTHEAD_PRACTICE="true")
            if done.returncode:
                raise RuntimeError(f"no demo could be made: {done.stderr}")
        else:
            done = self.masthead("init", "--data", str(self.folder), "--no-input", "--email", "bench@masthead.example", "--currency", "USD")
            if done.returncode:
                raise RuntimeError(f"no newsroom could be made: {done.stderr}")
        with urllib.request.urlopen(f"{self.simulator}/paypal/root.pem") as answer:
            (self.folder / "paypal-root.pem").write_bytes(answer.read())

    def url(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def masthead(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type a command to the end, with more in its environment where `variables` say so."""
        command = [sys.executable, "-m", "masthead", *words]
        return subprocess.run(command, env=self.environment | variables, cwd=SOURCE, capture_output=True, text=True, check=False)

    def ask(self, module: str, *words: str, given: object = None) -> Any:
        """Run `python -m bench.<module> <words>` beside the newsroom, with Django, and return the JSON that it prints last."""
        command = [sys.executable, "-m", f"bench.{module}", *words]
        done = subprocess.run(command, env=self.environment, cwd=SOURCE, input=json.dumps(given), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr[-3000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def question(self, sql: str) -> Any:
        """Return the one value that a question to the newsroom's database has for an answer."""
        if self.database_url:
            with psycopg.connect(self.database_url) as postgres:
                row = postgres.execute(sql.encode()).fetchone()
        else:
            with closing(sqlite3.connect(self.folder / "newsroom.sqlite3", timeout=60)) as sqlite:
                row = sqlite.execute(sql).fetchone()
        return row[0] if row else None

    def start(self) -> None:
        """Start the newsroom as one command and wait until it answers."""
        log = (self.folder / "run.log").open("ab")
        command = [sys.executable, "-m", "masthead", "run", "--data", str(self.folder), "--port", str(self.port)]
        self.root = subprocess.Popen(command, env=self.environment, cwd=SOURCE, stdout=log, stderr=log, start_new_session=True)
        log.close()
        wait_for(self.answers, "the newsroom answers")

    def answers(self) -> bool:
        """Say whether it answers its readers, what is not kept too."""
        if self.root is None or self.root.poll() is not None:
            raise RuntimeError(f"the newsroom has ended: {(self.folder / 'run.log').read_text()[-2000:]}")
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/search/?q=ready", timeout=10) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
        return False

    def processes(self) -> dict[int, str]:
        """Return each process of the newsroom and what it does: run (the watcher), front, web, worker, scheduler."""
        if self.root is None:
            return {}
        found = {self.root.pid: "run"}
        found |= {pid: self._role_of(pid) for pid in _below(self.root.pid)}
        return found

    def _role_of(self, pid: int) -> str:
        with suppress(OSError):
            if b"masthead.delivery.front" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return "front"
        held = set()
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                held.add(link.readlink().name)
        return next((part for part in ("scheduler", "worker") if f".{part}.lock" in held), "web")

    def kill(self, role: str, choose: Callable[[list[int]], int]) -> None:
        """Kill one process of this role with SIGKILL, or for "all" every one of them at once; the watcher starts a part again, we the whole."""
        if role == "all":
            self.kill_all()
            return
        pids = [pid for pid, does in self.processes().items() if does == role]
        if pids:
            with suppress(ProcessLookupError):
                os.kill(choose(sorted(pids)), signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill the watcher first, so that it starts nothing again, then all below it."""
        if self.root is None:
            return
        others = _below(self.root.pid)
        for pid in [self.root.pid, *others]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.root.wait()
        self.root = None
        wait_for(lambda: not any(_is_alive(pid) for pid in others), "what was killed is gone")

    def stop(self) -> None:
        """End it in order."""
        if self.root and self.root.poll() is None:
            self.root.send_signal(signal.SIGINT)
            self.root.wait(timeout=PATIENCE_SECONDS)
        self.root = None


@contextmanager
def a_paper(*, database: str = "sqlite", made: Path | None = None, demo: bool = False) -> Iterator[tuple[Paper, Mailbox]]:
    """Make all of it, and remove all of it at the end. `database`: sqlite, postgres, or the address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="masthead-bench-"))
    port = free_port()
    with _database(database) as url, Mailbox() as mailbox, simulated(f"http://127.0.0.1:{port}") as (simulator, pid):
        paper = Paper(folder / "paper", port=port, simulator=simulator, simulator_pid=pid, mailbox=mailbox, database_url=url)
        try:
            paper.make(made, demo=demo)
            yield paper, mailbox
        finally:
            paper.kill_all()
            shutil.rmtree(folder)


@contextmanager
def simulated(newsroom: str) -> Iterator[tuple[str, int]]:
    """Start the simulator for a newsroom's address and yield its own and its process. Webhooks are kept back until they are asked for."""
    command = [sys.executable, "-m", "masthead", "simulate", "--port", "0", "--newsroom", newsroom]
    environment = os.environ | {"PYTHONPATH": str(SOURCE / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=SOURCE, env=environment) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:\d+", said)
            if not found:
                raise RuntimeError("the simulator does not start")
            control(found[0], "webhooks", on=False)
            yield found[0], process.pid
        finally:
            process.terminate()


def control(simulator: str, what: str, **words: object) -> Any:
    """Have the simulator do something and return what it says."""
    request = urllib.request.Request(f"{simulator}/_control/{what}", data=json.dumps(words).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"the simulator refuses {what} {words}: {error.read().decode()}") from None


@contextmanager
def _database(which: str) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database of its own, or nothing for SQLite; an address is yielded as it is."""
    if which != "postgres":
        yield "" if which == "sqlite" else which
        return
    server = os.environ.get("MASTHEAD_TEST_POSTGRES") or LOCAL_POSTGRES
    name = f"masthead_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def has_postgres() -> bool:
    """Say whether a PostgreSQL answers."""
    try:
        psycopg.connect(os.environ.get("MASTHEAD_TEST_POSTGRES") or LOCAL_POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_for(is_so: Callable[[], bool], what: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so.

    Raises:
        RuntimeError: it is not, after `patience_seconds`.
    """
    until = time.monotonic() + patience_seconds
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError(f"waited {patience_seconds:g} s in vain until {what}")
        time.sleep(0.05)


def cpu_seconds(pid: int) -> float:
    """Return the processor seconds that a process has used, its threads included and its children not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _below(pid: int) -> list[int]:
    """Return every living process below one, near ones first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return [*found, *(far for near in found for far in _below(near))]


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
