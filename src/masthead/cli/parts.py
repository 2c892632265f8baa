"""The parts of a running newsroom: web, worker, scheduler, renderer (the front is in fronting.py). Each can run alone."""

import http.client
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from masthead.cli import redis_worker
from masthead.cli.folder import only_one
from masthead.cli.fronting import web_socket
from masthead.config.env import Env
from masthead.config.processes import end_with_parent
from masthead.kernel import clock

if TYPE_CHECKING:
    from masthead.config.schedule import Job

HEARTBEAT = "scheduler.heartbeat"
HEARTBEAT_SECONDS = 5.0
TASK_INTERVAL_SECONDS = 0.5
STAND_BY_SECONDS = 1.0
ASIDE_ENDS_SECONDS = 3.0
PURGE_ENDS_SECONDS = 3.0
logger = logging.getLogger(__name__)


def run_alone(part: str, *, env: Env, address: tuple[str, int] | None) -> int:
    """Run one part in this process until it is told to stop. `address`: where web is to listen, if not at the front's socket."""
    if part == "web" and address:
        web(env=env, address=address)
    elif part == "web":
        with only_one(env.data, "web"):
            web(env=env)
    elif part == "worker":
        worker(folder=env.data)
    elif part == "renderer":
        renderer(folder=env.data)
    else:
        scheduler(folder=env.data)
    return 0


# --- web -------------------------------------------------------------------------------------------


def web(*, env: Env, address: tuple[str, int] | None = None) -> None:
    """Run Django in `web_workers` processes, at the socket where the front asks, or at `address` for another server in front."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    target = "masthead.config.wsgi:application"
    place: dict[str, object] = {}
    if address is None:
        path = web_socket(env.data)
        path.unlink(missing_ok=True)  # of one that was killed
        os.umask(0o077)  # before the socket has its permissions, too
        # One request at a time for each process: the others wait where any process may take them, and the front holds slow readers.
        place = {"uds": path, "uds_permissions": 0o600, "backpressure": 1}
    else:
        target = "masthead.config.alone:application"
        place = {"address": address[0], "port": address[1]}
    server = Server(
        target,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=env.web_workers,
        blocking_threads=1,  # a thread more only waits for Python's lock; a process more does not
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        websockets=False,
        log_level=LogLevels.warning,
        **place,  # type: ignore[arg-type]
    )
    parent = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(parent) if os.getppid() == parent else None)
    server.serve()


def answers(host: str, port: int) -> bool:
    """Say whether the site answers; that Django is not there yet is no answer."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, port, timeout=2)
        connection.request("GET", "/", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status != http.HTTPStatus.SERVICE_UNAVAILABLE
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
    from django.conf import settings
    from django.db import close_old_connections
    from django_tasks_db.models import DBTaskResult

    if settings.ENV.redis_url:
        redis_worker.work()
        return
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
    """Do every task that is ready, until there is none or `stop` is asked for."""
    from django.conf import settings

    if settings.ENV.redis_url:
        redis_worker.work(until_empty=True)
        return
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
    """Do what is due by the clock: publish stories at their hour, apply what providers reported; beside it, send letters."""
    from masthead.cli.leader import Leader
    from masthead.config.schedule import jobs

    stop, leader = _Stop(), Leader()
    with only_one(folder, "scheduler"):
        by_the_clock(jobs(), stopped=stop.event, leads=leader.leads, beat=lambda: _beat(folder))
        leader.resign()


def by_the_clock(jobs: "Sequence[Job]", *, stopped: threading.Event, leads: Callable[[], bool], beat: Callable[[], None]) -> None:
    """Do `jobs` when they are due until `stopped`, those that stand aside in threads of their own; only while this scheduler `leads`.

    `beat` is called every few seconds. A job in hand is finished, one that stands aside within a few seconds.
    """
    leading = threading.Event()
    threads = []
    for word in dict.fromkeys(job.aside for job in jobs if job.aside):
        apart = [job for job in jobs if job.aside == word]
        threads.append(threading.Thread(target=_aside, args=(apart, stopped, leading), name=f"aside: {word}", daemon=True))
        threads[-1].start()

    def leads_on() -> bool:
        ended = [thread.name for thread in threads if not thread.is_alive()]
        if ended and not stopped.is_set():
            raise RuntimeError(f"The thread “{ended[0]}” has ended, so this scheduler ends too, to be started anew.")
        (leading.set if (is_so := leads()) else leading.clear)()
        return is_so

    _in_turn([job for job in jobs if not job.aside], stopped=stopped, leads=leads_on, beat=beat)
    until = time.monotonic() + ASIDE_ENDS_SECONDS  # a letter cut off after that is kept as "perhaps sent"; what was asked of a provider is asked again
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))


def _aside(jobs: "Sequence[Job]", stopped: threading.Event, leading: threading.Event) -> None:
    from django.db import connections

    try:
        _in_turn(jobs, stopped=stopped, leads=leading.is_set, beat=lambda: None)
    finally:
        connections.close_all()


def _in_turn(jobs: "Sequence[Job]", *, stopped: threading.Event, leads: Callable[[], bool], beat: Callable[[], None]) -> None:
    from django.db import close_old_connections

    from masthead.config.schedule import Schedule

    schedule = Schedule(jobs)
    beaten = float("-inf")
    while not stopped.is_set():
        close_old_connections()
        wait = schedule.run_due(elapsed_seconds=time.monotonic(), now=clock.now()) if leads() else STAND_BY_SECONDS
        if time.monotonic() - beaten >= HEARTBEAT_SECONDS:
            beaten = time.monotonic()
            beat()
        stopped.wait(min(wait, HEARTBEAT_SECONDS))


def renderer(*, folder: Path) -> None:
    """Keep the page store of this machine as the database says it must be."""
    from masthead.delivery.filling.renderer import Renderer

    stop = _Stop()
    with only_one(folder, "renderer"):
        machine = Renderer()
        purging = _begin_purging(stop)
        machine.run(stopped=stop.event.is_set)
        machine.close()
        if purging is not None:
            purging.join(timeout=PURGE_ENDS_SECONDS)


def _begin_purging(stop: _Stop) -> threading.Thread | None:
    """Have a thread tell the CDN what the renderer renews, where one is in front: a slow CDN holds up no page. What is cut off is told again."""
    from django.conf import settings

    from masthead.delivery.cdn.asking import purger_for
    from masthead.delivery.cdn.purging import Purging
    from masthead.delivery.pagestore.store import Store

    purger = purger_for(settings.ENV)
    if purger is None:
        return None
    thread = threading.Thread(target=Purging(Store(settings.PAGES_ROOT), purger).run, args=(stop.event.is_set,), name="purging", daemon=True)
    thread.start()
    return thread


def _beat(folder: Path) -> None:
    """Leave a sign of life that `doctor` reads."""
    beside = folder / f"{HEARTBEAT}.new"
    beside.write_text(json.dumps({"pid": os.getpid(), "at": clock.now().isoformat()}))
    beside.replace(folder / HEARTBEAT)
