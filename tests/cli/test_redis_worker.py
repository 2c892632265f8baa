"""Tasks that wait in a Valkey or Redis."""

import datetime as dt
import subprocess
import sys

import pytest
from django_rq import get_queue
from django_tasks import TaskResultStatus
from django_tasks_rq import Job
from rq import Worker
from rq.job import JobStatus
from rq.registry import FailedJobRegistry, StartedJobRegistry

from masthead.cli import redis_worker
from masthead.config import services
from masthead.newsroom.sources.tasks import ask_links
from tests.cli.conftest import environment
from tests.conftest import until
from tests.databases import HERE

pytestmark = pytest.mark.live

A_MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def queue(redis, settings):
    """A task queue as the settings make it, empty."""
    _apps, settings.TASKS, settings.RQ_QUEUES = services.task_queue(redis)
    found = get_queue("default", job_class=Job)
    found.connection.flushdb()
    return found


def abandoned(queue, job):
    """Leave `job` as a worker leaves it that was killed in the middle of it, long ago."""
    queue.remove(job)
    job.set_status(JobStatus.STARTED)
    registry = StartedJobRegistry(queue=queue, job_class=Job)
    queue.connection.zadd(registry.key, {f"{job.id}:execution": 1})
    registry.cleanup(exception_handlers=[redis_worker.take_back])
    job.refresh()


def test_a_task_whose_worker_was_killed_is_given_to_another_but_not_for_ever(queue):
    result = ask_links.enqueue()
    job = queue.fetch_job(result.id)
    for end in range(redis_worker.MOST_ENDS):
        abandoned(queue, job)
        assert (job.get_status(), queue.job_ids) == (JobStatus.QUEUED, [job.id]), f"end {end + 1}"
    abandoned(queue, job)
    assert job.get_status() == JobStatus.FAILED
    assert FailedJobRegistry(queue=queue).get_job_ids() == [job.id]


def test_what_waits_is_counted_from_the_oldest_and_can_be_forgotten(queue):
    before = dt.datetime.now(dt.UTC) - A_MINUTE
    ask_links.enqueue()
    ask_links.enqueue()
    assert redis_worker.waiting_since(before) == 0
    assert redis_worker.waiting_since(before + 2 * A_MINUTE) == 2
    redis_worker.forget(["another.task"])
    assert len(queue) == 2
    redis_worker.forget(["masthead.newsroom.sources.tasks.ask_links"])
    assert len(queue) == 0


def test_a_newsroom_with_a_queue_does_its_tasks_once_and_ends_when_told(newsroom, redis, queue):
    """Two real workers of one newsroom: every task is done by one of them."""
    variables = environment(MASTHEAD_DATA=str(newsroom), MASTHEAD_REDIS_URL=redis)
    command = [sys.executable, "-m", "masthead", "run", "worker", "--data", str(newsroom)]
    workers = []
    try:
        for count in (1, 2):
            workers.append(subprocess.Popen(command, cwd=HERE, env=variables, stderr=subprocess.PIPE, text=True))
            until(lambda count=count: Worker.count(queue=queue) == count, seconds=300)
        results = [ask_links.enqueue() for _ in range(6)]
        until(lambda: all(ask_links.get_result(result.id).status == TaskResultStatus.SUCCESSFUL for result in results), seconds=300)
        assert [len(ask_links.get_result(result.id).worker_ids) for result in results] == [1] * len(results)
    finally:
        for worker in workers:
            worker.terminate()
        said = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
