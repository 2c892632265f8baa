"""The settings of a public newsroom pass Django's own deployment checks, and the wiring is whole."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from masthead.config import wiring
from masthead.kernel import events
from tests.cli.conftest import environment


def test_a_public_https_newsroom_passes_the_deployment_checks(tmp_path: Path):
    public = environment(
        MASTHEAD_DATA=str(tmp_path), MASTHEAD_ADDRESS="https://news.example", MASTHEAD_SECRET_KEY="abcdefghijklmnop0123456789" * 3, MASTHEAD_PRACTICE="false"
    )
    command = [sys.executable, "-m", "masthead", "manage", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=public)
    assert done.returncode == 0, done.stdout + done.stderr


def all_events(kind: type[events.Event] = events.Event) -> set[type[events.Event]]:
    return {kind for child in kind.__subclasses__() for kind in {child} | all_events(child)}


def test_every_announcement_of_the_house_is_followed():
    ours = {kind for kind in all_events() if kind.__module__.startswith("masthead.")}
    assert ours
    assert {kind.__name__ for kind in ours if wiring.write_line not in events._followers[kind]} == set()


@pytest.mark.parametrize("kind", sorted(all_events(), key=lambda kind: kind.__name__))
def test_an_announcement_leaves_one_line_of_plain_values(kind: type[events.Event], caplog):
    import dataclasses

    event = kind(**{field.name: 7 for field in dataclasses.fields(kind)})
    with caplog.at_level(logging.INFO, logger="masthead.events"):
        wiring.write_line(event)
    assert len(caplog.messages) == 1
    assert "\n" not in caplog.messages[0]
