"""Two machines with one newsroom: a folder, a front, web processes, a renderer and a worker each; PostgreSQL and Redis between them, nginx before them."""

import datetime as dt
import http.client
import shutil
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from simulator import Simulator
from tests.cli.conftest import ANSWERS, type_in
from tests.conftest import until
from tests.needs import lacking

pytestmark = [pytest.mark.live, pytest.mark.once]

SECRET = "whsec_simulated"
PATIENCE_SECONDS = 240
VISIBLE_SECONDS = 60  # what a loaded machine may take; bench/ measures
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream masthead {{ server 127.0.0.1:{first} max_fails=2 fail_timeout=1s; server 127.0.0.1:{second} max_fails=2 fail_timeout=1s; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://masthead; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_next_upstream error timeout http_502 http_503;
    }}
  }}
}}
"""
PUBLISH = """
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import SectionPage
draft = actions.Draft(headline="Two machines, one story", body=[("paragraphs", "<p>Words.</p>")])
actions.publish(story=actions.create_story(section=SectionPage.objects.live().first(), draft=draft, user=None), user=None)
"""
OPEN_CAMPAIGN = """
from masthead.funding.campaigns.actions import feature, open_campaign
from masthead.funding.campaigns.models import Campaign
from masthead.kernel import clock
campaign = Campaign.objects.create(name="The newsroom", slug="the-newsroom", purpose="Reporting.", currency="EUR", goal_minor=500_000)
open_campaign(campaign=campaign, now=clock.now())
feature(campaign=campaign)
"""
GIVE = """
from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.actions import start_gift
from masthead.funding.giving.models import Frequency
from masthead.kernel import clock
from masthead.kernel.money import Money
for number in range(5):
    campaign = Campaign.objects.get(slug="the-newsroom")
    words = {"email": f"ada{number}@example.org", "base_url": "http://127.0.0.1", "provider_name": "stripe", "now": clock.now()}
    print(start_gift(campaign=campaign, amount=Money(61_500, "EUR"), frequency=Frequency.ONCE, **words).gift.checkout_ref)
"""
TASKS = """
from masthead.newsroom.sources.tasks import ask_links
for _ in range(8):
    print(ask_links.enqueue().id)
"""
DONE = """
import sys
from masthead.newsroom.sources.tasks import ask_links
for id in {ids!r}:
    result = ask_links.get_result(id)
    print(result.status, len(result.worker_ids))
"""


@dataclass
class Machine:
    folder: Path
    port: int
    variables: dict[str, str]
    start: Callable[..., subprocess.Popen[str]]
    process: subprocess.Popen[str] | None = None

    def up(self) -> None:
        self.process = self.start("run", "--data", self.folder, "--port", str(self.port), **self.variables)
        until(lambda: self.shows("/", "</html>") and self.get("/search/?q=ready")[0] == 200, seconds=PATIENCE_SECONDS)

    def down(self) -> None:
        assert self.process
        self.process.terminate()
        assert self.process.wait(timeout=PATIENCE_SECONDS) == 0

    def get(self, path: str) -> tuple[int, str]:
        return get(self.port, path, host=self.variables["MASTHEAD_ADDRESS"].removeprefix("http://"))

    def shows(self, path: str, words: str) -> bool:
        status, text = self.get(path)
        return status == http.HTTPStatus.OK and words in text

    def do(self, code: str) -> list[str]:
        done = type_in("manage", "shell", "--verbosity", "0", "-c", code, **self.variables | {"MASTHEAD_DATA": str(self.folder)})
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")[:-1]


def get(port: int, path: str, *, host: str, timeout: float = 60) -> tuple[int, str]:
    """Return how an address answers; 0: not at all."""
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    return 0, ""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def stripe() -> Iterator[Simulator]:
    """Lend a simulated Stripe that keeps this machine's time."""
    with Simulator(now=dt.datetime.now(dt.UTC)) as simulator:
        yield simulator


@pytest.fixture
def machines(postgres: str, redis: str, stripe: Simulator, start: Any, tmp_path: Path) -> Iterator[tuple[int, Machine, Machine]]:
    """Set both up behind nginx; yields nginx's port and the two."""
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or lacking("nginx")
    port, ports = free_port(), (free_port(), free_port())
    variables = {"DATABASE_URL": postgres, "MASTHEAD_REDIS_URL": redis, "MASTHEAD_ADDRESS": f"http://127.0.0.1:{port}", "MASTHEAD_WEB_WORKERS": "1"}
    variables |= {"MASTHEAD_STRIPE_SECRET_KEY": "sk_test_machines", "MASTHEAD_STRIPE_WEBHOOK_SECRETS": SECRET, "MASTHEAD_STRIPE_API": stripe.url}
    stripe.stripe.add_endpoint(f"http://127.0.0.1:{port}/webhooks/stripe/", secrets=[SECRET])
    first, second = (Machine(tmp_path / name, ports[number], variables, start) for number, name in enumerate(("first", "second")))
    made = type_in("init", "--data", first.folder, *ANSWERS, **variables)
    assert made.returncode == 0, made.stderr
    shutil.copytree(first.folder, second.folder)
    (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path, port=port, first=ports[0], second=ports[1]))
    with subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], stderr=subprocess.DEVNULL) as balancer:
        try:
            yield port, first, second
        finally:
            balancer.terminate()


@contextmanager
def reading(port: int) -> Iterator[Counter[tuple[str, int]]]:
    """Have four readers ask the balancer without a pause; yields how often each address was answered with which status."""
    seen: Counter[tuple[str, int]] = Counter()
    enough = threading.Event()

    def read(path: str) -> None:
        while not enough.is_set():
            seen[path, get(port, path, host=f"127.0.0.1:{port}")[0]] += 1

    readers = [threading.Thread(target=read, args=[path]) for path in ("/", "/feed.xml", "/contribute/", "/search/?q=machines")]
    for reader in readers:
        reader.start()
    try:
        yield seen
    finally:
        enough.set()
        for reader in readers:
            reader.join(PATIENCE_SECONDS)


def test_two_machines_are_one_newsroom_and_are_restarted_one_after_the_other(machines: tuple[int, Machine, Machine], postgres: str, stripe: Simulator):
    port, first, second = machines
    first.do(OPEN_CAMPAIGN)
    for machine in (first, second):
        machine.up()

    first.do(PUBLISH)
    for machine in (first, second):
        until(lambda machine=machine: machine.shows("/", "Two machines, one story"), seconds=VISIBLE_SECONDS)
    for checkout in second.do(GIVE):
        stripe.stripe.pay(checkout)
    stripe.webhooks.misbehave(most_copies=3, shuffle=True)
    assert stripe.deliver() > 0
    for machine in (first, second):
        until(lambda machine=machine: machine.shows("/", "3,075"), seconds=VISIBLE_SECONDS)
    with psycopg.connect(postgres) as books:
        assert books.execute("SELECT count(*), sum(amount_minor) FROM ledger_transfer WHERE kind = 'gift'").fetchone() == (5, 307_500)

    ids = first.do(TASKS)
    until(lambda: {line.split()[0] for line in second.do(DONE.format(ids=ids))} == {"SUCCESSFUL"}, seconds=PATIENCE_SECONDS)
    assert second.do(DONE.format(ids=ids)) == ["SUCCESSFUL 1"] * len(ids)

    with reading(port) as seen:
        for machine in (first, second):
            machine.down()
            machine.up()
    assert {status for _, status in seen} == {200}, seen
    assert min(seen.values()) > 1, seen
    for machine in (first, second):
        assert machine.shows("/", "3,075")
        machine.down()
