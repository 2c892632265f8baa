"""A newsroom behind a CDN: its renderer tells of what changed, and the doctor tries whether it is heard."""

from pathlib import Path

import pytest

from masthead.cli.examine_services import services
from masthead.config.env import Env, read_env
from masthead.delivery.cdn.keys import SITE
from masthead.delivery.cdn.purger import PurgeFailed
from masthead.delivery.cdn.purging import Purging
from masthead.delivery.pagestore.store import Store
from tests.cli.conftest import type_in
from tests.conftest import until
from tests.delivery.cdn.conftest import PlayedCdn, playing
from tests.delivery.pagestore.make import page

pytestmark = pytest.mark.live


def behind(cdn: PlayedCdn, folder: Path) -> Env:
    told = {"MASTHEAD_CDN_URL": f"{cdn.url}/purge", "MASTHEAD_CDN_HEADERS": "Surrogate-Key: {keys}", "MASTHEAD_ADDRESS": "https://news.example"}
    return read_env(data=folder, environ=told)


def test_the_renderer_tells_the_cdn(newsroom: Path, start):
    with playing() as cdn:
        process = start("run", "renderer", "--data", newsroom, MASTHEAD_CDN_URL=f"{cdn.url}/purge", MASTHEAD_CDN_HEADERS="Surrogate-Key: {keys}")
        until(lambda: any(SITE in one.headers["surrogate-key"].split() or "u-" in one.headers["surrogate-key"] for one in cdn.asked), seconds=120)
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_the_doctor_tries_it_and_says_what_waits(tmp_path: Path):
    with playing() as cdn:
        env = behind(cdn, tmp_path)
        store = Store(env.pages)

        class Refusing:
            knows_everything = True

            def purge(self, _paths: object) -> None:
                raise PurgeFailed("cdn.example answered 503")

            everything = purge

        purging = Purging(store, Refusing())
        purging.step()
        [found] = services(env)
        assert (found.ok, found.words) == (True, "takes purges, nothing waits to be forgotten; pages are held for 300 s at most")
        store.write([page("/a/"), page("/b/")])
        purging.step()
        [found] = services(env)
        assert not found.ok
        assert found.words == "takes purges now, but the last one failed: cdn.example answered 503; 2 changed pages wait to be forgotten"
        cdn.answer = (403, '{"msg": "Bad key"}')
        [found] = services(env)
        assert not found.ok
        assert found.words.startswith('127.0.0.1 answered 403: {"msg": "Bad key"}; 2 changed pages wait')
        assert "cdn_headers" in found.mend
        store.close()
    assert list(services(read_env(data=tmp_path, environ={}))) == []


def test_settings_that_cannot_be_are_said_in_one_line(newsroom: Path):
    done = type_in("doctor", "--data", newsroom, MASTHEAD_CDN_URL="https://cdn.example/purge")
    assert done.returncode == 2
    assert "says nowhere what changed" in done.stderr
