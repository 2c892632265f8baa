"""The parts of a running newsroom: web, worker, scheduler. Each can run alone."""

import http.client
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from masthead.cli.folder import only_one
from masthead.config.env import Env
from masthead.config.processes import end_with_parent
from masthead.kernel import clock

HEARTBEAT = "scheduler.heartbeat"
HEARTBEAT_SECONDS = 5.0
TASK_INTERVAL_SECONDS = 0.5
logger = logging.getLogger(__name__)


def run_alone(part: str, *, env: Env, host: str, port: int) -> int:
    """Run one part in this process until it is told to stop."""
    if part == "web":
        web(env=env, host=host, port=port)
    elif part == "worker":
        worker(folder=env.data)
    else:
        scheduler(folder=env.data)
    return 0


# --- web -------------------------------------------------------------------------------------------


def web(*, env: Env, host: str, port: int) -> None:
    """Answer readers and the desk: a server that holds slow connections, and `web_workers` processes behind it."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "masthead.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=env.web_workers,
        blocking_threads=1,  # a thread more only waits for Python's lock; a process more does not
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        websockets=False,
        log_level=LogLevels.warning,
    )
    parent = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(parent) if os.getppid() == parent else None)
    server.serve()


def answers(host: str, port: int) -> bool:
    """Say whether the site answers at all."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        connection.request("GET", "/", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status < 600  # noqa: PLR2004  any HTTP answer
    return False


def holder_of(port: int) -> str:
    """Return the program that listens at `port` on this machine, as `nginx (process 812)`, or nothing where it cannot be seen."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            inodes |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(link.readlink()) in inodes:
                return f"{(link.parents[1] / 'comm').read_text().strip()} (process {link.parents[1].name})"
    return ""


# --- worker and scheduler --------------------------------------------------------------------------


class _Stop:
    """Turns SIGTERM and SIGINT into a moment at which a loop may end."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.also: Callable[[], None] = lambda: None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()
        self.also()


def worker(*, folder: Path) -> None:
    """Do the tasks that were left for later, oldest first; those that a killed worker held are done again."""
    from django.db import close_old_connections
    from django_tasks_db.models import DBTaskResult

    stop = _Stop()
    with only_one(folder, "worker"):
        _take_back_tasks()
        while not stop.event.is_set():
            close_old_connections()
            if DBTaskResult.objects.ready().exists():  # a look costs no lock; claiming one locks the whole of SQLite
                do_tasks(stop)
            else:
                stop.event.wait(TASK_INTERVAL_SECONDS)


def do_tasks(stop: _Stop | None = None) -> None:
    """Do every task that is ready, in this process, until there is none or `stop` is asked for."""
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{socket.gethostname()[:40]}-{os.getpid()}",
        excluded_queue_names=[],
    )
    if stop is not None:
        stop.also = lambda: setattr(worker, "running", False)  # after the task in hand
    worker.run()


def _take_back_tasks() -> None:
    """Put tasks back that a worker of this machine had begun when it was killed: our tasks can be run again."""
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    prefix = f"{socket.gethostname()[:40]}-"
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if task.worker_ids and task.worker_ids[-1].startswith(prefix):
            DBTaskResult.objects.filter(pk=task.pk).update(status=TaskResultStatus.READY, started_at=None)
            logger.warning("Task %s was cut off by a worker's end; it will be run again", task.task_path)


def scheduler(*, folder: Path) -> None:
    """Do what is due by the clock: publish stories at their hour, apply what providers reported."""
    from django.db import close_old_connections

    from masthead.config.schedule import Schedule, jobs

    stop = _Stop()
    with only_one(folder, "scheduler"):
        schedule = Schedule(jobs())
        beaten = float("-inf")
        while not stop.event.is_set():
            close_old_connections()
            wait = schedule.run_due(elapsed_seconds=time.monotonic(), now=clock.now())
            if time.monotonic() - beaten >= HEARTBEAT_SECONDS:
                beaten = time.monotonic()
                _beat(folder)
            stop.event.wait(min(wait, HEARTBEAT_SECONDS))


def _beat(folder: Path) -> None:
    """Leave a sign of life that `doctor` reads."""
    beside = folder / f"{HEARTBEAT}.new"
    beside.write_text(json.dumps({"pid": os.getpid(), "at": clock.now().isoformat()}))
    beside.replace(folder / HEARTBEAT)
