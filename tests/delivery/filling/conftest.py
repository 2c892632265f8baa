"""A newsroom with something of every kind, and a renderer that has made its pages and is held to exactness."""

import pytest
import time_machine

from tests.delivery.filling.site import NOON, began, make_site


@pytest.fixture
def site():
    made = make_site()
    with time_machine.travel(NOON, tick=False):
        yield made


@pytest.fixture
def renderer(site, tmp_path, monkeypatch):
    monkeypatch.setattr("masthead.delivery.filling.renderer.IDLE_SECONDS", 0)  # a test's clock jumps by days within the second that it may rest
    made = began(tmp_path / "pages")
    made.wrongs = []
    yield made
    made.close()
    assert not made.wrongs, "\n".join(f"line {line}: {wrongs}" for line, wrongs in made.wrongs)
