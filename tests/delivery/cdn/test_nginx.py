"""A real cache between readers and a front: it holds pages, forgets exactly those that changed, and shows the meter of this second."""

import getpass
import http.client
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from masthead.delivery.cdn.asking import purger_for
from masthead.delivery.cdn.purging import Purging
from masthead.delivery.filling.renderer import Renderer
from masthead.delivery.front.plan import Plan
from masthead.funding.campaigns.actions import feature
from masthead.newsroom.stories import actions
from tests import needs
from tests.conftest import answers, until
from tests.delivery.cdn.conftest import Asked, PlayedCdn
from tests.delivery.filling.site import watch
from tests.delivery.front.conftest import PlayedDjango, RunningFront
from tests.make import give, make_campaign, make_newsroom, make_story

pytestmark = [pytest.mark.live, pytest.mark.django_db, pytest.mark.once]
NGINX = """
user {user}; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=pages:1m use_temp_path=off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{front}; proxy_set_header Host paper.example;
      proxy_cache pages; proxy_cache_key $uri; add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nCache-Control: no-cache\r\n\r\ngone"


@dataclass
class Edge:
    """The cache's port, and everything behind it."""

    port: int
    renderer: Renderer
    purging: Purging
    cdn: PlayedCdn

    def get(self, path: str) -> tuple[str, str, dict[str, str]]:
        """Return body, whether the cache had it, and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read().decode()
        connection.close()
        return body, headers["x-cache"], headers

    def publish(self) -> None:
        """Have the renderer make what changed, and the cache told of it."""
        self.renderer.finish()
        while self.purging.step():
            pass


@pytest.fixture
def edge(tmp_path: Path, settings, cdn: PlayedCdn) -> Iterator[Edge]:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or needs.lacking("nginx")
    make_newsroom()
    settings.ENV = settings.ENV.model_copy(update={"cdn_url": f"{cdn.url}/purge", "cdn_headers": "Surrogate-Key: {keys}", "cdn_seconds": 3600})
    renderer = Renderer(tmp_path / "pages")
    renderer.begin()
    renderer.finish()
    short = tempfile.TemporaryDirectory(prefix="edge-")
    django = PlayedDjango(f"{short.name}/django")
    django.answer = lambda _: GONE
    front = RunningFront(Plan(listen=(), django=f"{short.name}/django", store=str(renderer.folder), hosts=("paper.example",)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(NGINX.format(user=getpass.getuser(), folder=short.name, port=port, front=front.port))

    def forget(one: Asked) -> None:
        """Take from nginx's cache every file whose headers name one of the keys, as an agent beside it would."""
        for file in Path(short.name, "cache").rglob("*"):
            if file.is_file() and any(key.encode() in file.read_bytes() for key in one.headers["surrogate-key"].split()):
                file.unlink()

    cdn.then = forget
    purger = purger_for(settings.ENV)
    assert purger is not None
    purging = Purging(renderer.store, purger)
    purging.step()
    with subprocess.Popen([nginx, "-p", short.name, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL) as cache:
        until(lambda: answers(port))
        yield Edge(port, renderer, purging, cdn)
        cache.terminate()
    front.stop()
    django.stop()
    renderer.close()
    short.cleanup()


def test_a_cache_holds_pages_forgets_what_changed_and_shows_the_meter_of_this_second(edge: Edge):
    campaign = make_campaign(name="Keep the lights on")
    feature(campaign=campaign)
    story = make_story("The harbour opens")
    edge.publish()
    path = "/news/the-harbour-opens/"
    assert edge.get(path)[1] == "MISS"
    body, cache, headers = edge.get(path)
    assert (cache, headers["cache-control"]) == ("HIT", "public, max-age=0, must-revalidate, s-maxage=3600")
    assert "$0</strong> raised" in body

    # A gift changes nothing that is held, and the parts that the page's script asks for are of this second.
    edge.cdn.asked.clear()
    give(campaign, 307_500)
    watch(edge.renderer)
    edge.publish()
    assert edge.cdn.asked == []
    body, cache, _ = edge.get(path)
    assert (cache, "$0</strong> raised" in body) == ("HIT", True)
    parts = f"/meter/{campaign.uuid}/parts"
    until(lambda: "$3,075</strong> raised" in edge.get(parts)[0])
    give(campaign, 100_000)
    watch(edge.renderer)
    until(lambda: "$4,075</strong> raised" in edge.get(parts)[0])

    # What changes is forgotten, after the new page is there; what does not is held on.
    assert edge.get("/about/")[1] == "MISS"
    draft = actions.Draft(headline="The harbour closes", body=[("paragraphs", "<p>Words.</p>")], bylines=[], topics=[])
    actions.publish(story=actions.revise_story(story=story, draft=draft, user=None), user=None)
    edge.renderer.finish()
    assert "The harbour opens" in edge.get(path)[0]
    edge.publish()
    body, cache, _ = edge.get(path)
    assert (cache, "The harbour closes" in body, "$4,075</strong> raised" in body) == ("MISS", True, True)
    assert edge.get("/about/")[1] == "HIT"

    # And what is withdrawn is gone.
    assert edge.get(path)[1] == "HIT"
    actions.withdraw(story=story, user=None)
    edge.publish()
    assert edge.get(path)[0] == "gone"
