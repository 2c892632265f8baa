"""The worker where tasks wait in Valkey or Redis: any number of them, on any number of machines."""

import datetime as dt
from collections.abc import Collection
from typing import Any

MOST_ENDS = 3  # of workers in the middle of one task, before the task itself is held to be what ends them
MAINTENANCE_SECONDS = 60
SIGN_OF_LIFE_SECONDS = 15  # a worker that was silent for longer, and a minute, is held to be dead and its task given to another


def work(*, until_empty: bool = False) -> None:
    """Do tasks as they come until told to stop (SIGTERM: after the task in hand), or only those that wait.

    A task runs in a process of its own. One whose worker was killed is given to another worker, within about two minutes.
    """
    from django.db import connections
    from django_rq import get_queue
    from django_tasks_rq import Job
    from rq import Worker

    connections.close_all()  # each task's process opens its own
    worker = Worker(
        [get_queue("default", job_class=Job)],
        job_class=Job,
        exception_handlers=[take_back],
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=SIGN_OF_LIFE_SECONDS,
    )
    worker.work(burst=until_empty, with_scheduler=not until_empty, logging_level="WARNING")


def take_back(job: Any, kind: type[BaseException], _error: BaseException, _trace: Any) -> bool:
    """Have a task done again whose worker died in the middle of it: our tasks can be run again. One that failed by itself stays failed."""
    from rq.exceptions import AbandonedJobError

    if kind is AbandonedJobError and (ends := job.meta.get("ends", 0)) < MOST_ENDS:
        job.meta["ends"] = ends + 1
        job.retries_left = 1
    return True


def waiting_since(moment: dt.datetime) -> int:
    """Return how many tasks wait in the queue, where the one that has waited longest was left there before `moment`; else 0.

    Raises:
        redis.RedisError: the server does not answer.
    """
    from django_rq import get_queue
    from django_tasks_rq import Job

    queue = get_queue("default", job_class=Job)
    first = next(iter(queue.get_jobs(0, 1)), None)
    return len(queue) if first is not None and first.enqueued_at is not None and first.enqueued_at < moment else 0


def forget(paths: Collection[str]) -> None:
    """Take every waiting task among `paths` out of the queue."""
    from django_rq import get_queue
    from django_tasks_rq import Job

    for job in get_queue("default", job_class=Job).get_jobs():
        if job.func_name in paths:
            job.delete()
