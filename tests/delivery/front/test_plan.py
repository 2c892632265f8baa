"""A front process as it is started: by a plan, with a socket it inherits, and nothing of Django in it."""

import http.client
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from masthead.delivery.front import serving
from masthead.delivery.front.listening import bind, hand_over
from masthead.delivery.front.plan import Limits, Plan
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store
from tests.delivery.front.conftest import STORED

pytestmark = pytest.mark.live

LOADS = (
    "import sys, masthead.delivery.front.__main__; print(sorted(name for name in sys.modules if name.partition('.')[0] in {'django', 'wagtail', 'pydantic'}))"
)


def test_it_loads_no_django():
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_store_that_cannot_be_read_is_django_s_business_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr(serving, "AGAIN_SECONDS", 0)
    (tmp_path / "pages").touch()
    answer = serving.from_store(Plan(listen=(), django="", store=str(tmp_path / "pages"), hosts=("paper.example",)))
    asked = (b"GET", b"/stored/", [(b"host", b"paper.example")])
    assert answer(*asked) is None
    assert "cannot be opened" in caplog.text
    (tmp_path / "pages").unlink()
    with closing(Store(tmp_path / "pages")) as store:
        store.write([Page(path="/stored/", status=200, media_type="text/html", segments=(STORED,), revision="r1", modified=1_700_000_000)])
    stored = answer(*asked)
    assert stored is not None
    assert stored.status == 200


def test_a_process_answers_stops_when_told_and_leaves_the_socket_to_the_next(tmp_path: Path):
    with closing(Store(tmp_path / "pages")) as store:
        store.write([Page(path="/stored/", status=200, media_type="text/html", segments=(STORED,), revision="r1", modified=1_700_000_000)])
    sockets = bind("127.0.0.1", 0, 2)
    port = sockets[0].getsockname()[1]
    assert {each.getsockname()[1] for each in sockets} == {port}
    plan = Plan(
        listen=tuple(map(hand_over, sockets)),
        django=str(tmp_path / "none"),
        store=str(tmp_path / "pages"),
        hosts=("paper.example",),
        limits=Limits(patience_seconds=0),
    )
    command = [sys.executable, "-P", "-m", "masthead.delivery.front", plan.as_text()]
    for _ in range(2):
        process = subprocess.Popen(command, pass_fds=plan.listen, stderr=subprocess.PIPE)
        statuses = []
        for path in ("/stored/", "/else/"):  # the sockets listen already: who comes early waits
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", path, headers={"Host": "paper.example"})
                statuses.append(connection.getresponse().status)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert (statuses, process.returncode, said) == ([200, 503], 0, b"")
    for each in sockets:
        each.close()
