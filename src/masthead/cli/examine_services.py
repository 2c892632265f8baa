"""What `masthead doctor` looks at where a newsroom uses services on other machines: task queue, bucket, search, CDN."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from masthead.cli import redis_worker
from masthead.cli.examine import OLD_TASK, Finding
from masthead.cli.frame import door
from masthead.config.env import Env
from masthead.kernel import clock
from masthead.kernel.ids import code


def services(env: Env) -> Iterator[Finding]:
    """Look whether each service that the settings name answers and does what it is for."""
    if env.redis_url:
        yield _queue(env)
    if env.media_url:
        yield _bucket(env)
    if env.search_url:
        yield _search(env)
    if env.cdn_url:
        yield _cdn(env)


def _host(address: str) -> str:
    return urlsplit(address).netloc.rpartition("@")[2]


def _queue(env: Env) -> Finding:
    from django_rq import get_queue
    from django_tasks_rq import Job
    from redis import RedisError
    from rq import Worker

    try:
        queue = get_queue("default", job_class=Job)
        alive = [worker for worker in Worker.all(queue=queue) if clock.now() - _aware(worker.last_heartbeat) < dt.timedelta(minutes=8)]
        late = redis_worker.waiting_since(clock.now() - OLD_TASK)
        evicts = queue.connection.info("memory").get("maxmemory_policy", "noeviction")
    except RedisError as error:
        return Finding("tasks", ok=False, words=f"{_host(env.redis_url)}: {error}", mend="start it, or correct redis_url")
    if evicts != "noeviction":
        return Finding("tasks", ok=False, words=f"{_host(env.redis_url)} may drop tasks when it is full ({evicts})", mend="set maxmemory-policy noeviction")
    if late or not alive:
        words = f"{late} wait, the oldest for more than 5 minutes" if late else "no worker is at work"
        return Finding("tasks", ok=False, words=words, mend="start `masthead run worker` on one machine at least")
    return Finding("tasks", ok=True, words=f"{_host(env.redis_url)}, {len(alive)} at work")


def _aware(moment: dt.datetime | None) -> dt.datetime:
    if moment is None:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _bucket(env: Env) -> Finding:
    from botocore.exceptions import BotoCoreError, ClientError
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    try:
        storage = storages["default"]
        name = storage.save(f"doctor-{code(8)}", ContentFile(b"whole"))
        whole = storage.open(name).read() == b"whole"
        storage.delete(name)
    except (BotoCoreError, ClientError) as error:
        return Finding("files", ok=False, words=f"{_host(env.media_url)}: {error}", mend="correct media_url, or give its key the right to put, get and delete")
    if not whole:
        return Finding("files", ok=False, words=f"{_host(env.media_url)} gives back other bytes than it was given", mend="use another service")
    return Finding("files", ok=True, words=f"{_host(env.media_url)} takes files and gives them back")


def _search(env: Env) -> Finding:
    from opensearchpy.exceptions import OpenSearchException
    from wagtail.search.backends import get_search_backend

    try:
        version = get_search_backend().connection.info()["version"]["number"]
    except OpenSearchException as error:
        return Finding("search", ok=False, words=f"{_host(env.search_url)}: {error}", mend="start it, or correct search_url")
    return Finding("search", ok=True, words=f"{_host(env.search_url)}, version {version}")


def _cdn(env: Env) -> Finding:
    """Have a page forgotten that never was, and see how much waits to be."""
    from masthead.delivery.cdn.asking import try_out
    from masthead.delivery.cdn.purger import PurgeFailed
    from masthead.delivery.cdn.purging import waiting

    count, error = waiting(env.pages)
    left = f"{count} changed page{'s wait' if count != 1 else ' waits'} to be forgotten" if count else "nothing waits to be forgotten"
    try:
        try_out(env)
    except PurgeFailed as failure:
        mend = "correct cdn_url, cdn_method, cdn_headers and cdn_body by the CDN's own manual (docs/operators/cdn.md)"
        return Finding("cdn", ok=False, words=f"{failure}; {left}", mend=mend)
    if error:
        return Finding(
            "cdn",
            ok=False,
            words=f"takes purges now, but the last one failed: {error}; {left}",
            mend=f"wait; start `{door()} run renderer` where it is not at work",
        )
    return Finding("cdn", ok=True, words=f"takes purges, {left}; pages are held for {env.cdn_seconds} s at most")
