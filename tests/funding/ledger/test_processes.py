"""Four processes that post the same 300 events at once credit each of them once."""

import json
import subprocess
import sys
import time

import pytest

from tests import databases

pytestmark = pytest.mark.live

EVENTS, PROCESSES = 300, 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def _database_of_its_own(request, tmp_path, monkeypatch):
    """Lead the processes started here to a migrated database of their own."""
    monkeypatch.setenv("MASTHEAD_DATA", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres"))
    else:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        databases.restore_sqlite(tmp_path / "newsroom.sqlite3")


@pytest.mark.usefixtures("_database_of_its_own")
def test_four_processes_credit_each_event_once(tmp_path):
    def start(*words):
        command = [sys.executable, "-m", "tests.funding.ledger.poster", *map(str, words)]
        return subprocess.Popen(command, cwd=databases.HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(process):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    end(start("prepare"))
    go = tmp_path / "go"
    posters = [start("run", go, EVENTS, seed) for seed in range(PROCESSES)]
    while len(list(tmp_path.glob("go.*"))) < PROCESSES and all(poster.poll() is None for poster in posters):
        time.sleep(0.01)
    go.touch()
    for poster in posters:
        end(poster)
    assert json.loads(end(start("tell"))) == [sum(range(1, EVENTS + 1)), EVENTS, EVENTS, []]
