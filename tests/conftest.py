"""What every test stands on: a migrated database copied per run, no network, and what the machine offers."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests import databases, needs
from tests.settings import DATA, SERVER

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", None, ""}
_names = count()

# How long an example takes is the machine's business (bench/ measures). A clean clone tries the same examples each time, and
# fewer of them, so that nobody's change is refused for a case that another's brought in; at work they are drawn anew.
ON_A_CLEAN_CLONE = bool(os.environ.get("MASTHEAD_DEMAND"))
examples.register_profile(
    "masthead",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=ON_A_CLEAN_CLONE,
    max_examples=40 if ON_A_CLEAN_CLONE else 100,
)
examples.load_profile("masthead")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--machine-runs", type=int, default=0, help="How often tests/funding/acceptance/test_machine.py runs, drawn anew each time (0: a few, always the same)."
    )
    parser.addoption("--database-only", action="store_true", help="Run only what uses the suite's database: the second run, on another database.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("live"):
            item.add_marker(pytest.mark.flaky(reruns=2))
    if not config.getoption("--database-only"):
        return
    needless = [item for item in items if not uses_database(item) or item.get_closest_marker("browser") or item.get_closest_marker("once")]
    config.hook.pytest_deselected(items=needless)
    items[:] = [item for item in items if item not in set(needless)]


def uses_database(item: pytest.Item) -> bool:
    """Say whether a test touches the suite's own database."""
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db", "live_server"} & set(fixtures))


# --- the database ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Give this process a migrated database of its own: a copy, not a migration."""
    with django_db_blocker.unblock():
        restore_database()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        if SERVER:
            databases.drop_postgres(SERVER, settings.DATABASES["default"]["NAME"])


def restore_database() -> None:
    """Bring the suite's database back to what the migrations alone make of it."""
    connections.close_all()
    name = settings.DATABASES["default"]["NAME"]
    if SERVER:
        databases.restore_postgres(SERVER, name)
    else:
        assert DATA in Path(name).parents, "the tests would write to somebody's newsroom"
        databases.restore_sqlite(Path(name))


@pytest.fixture(scope="session", autouse=True)
def _transactional_tests_end_with_a_fresh_copy() -> Iterator[None]:
    """Django empties every table after a test that commits: the ledger refuses that, and Wagtail's first pages would be gone."""
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: restore_database()  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """Lend a migrated PostgreSQL database of its own to one test, as a URL, whatever database the suite runs on."""
    server = SERVER or needs.postgres_server()
    if not databases.is_reachable(server):
        needs.lacking("PostgreSQL")
    name = f"masthead_test_{os.getpid()}_{next(_names)}"
    databases.restore_postgres(server, name)
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    databases.drop_postgres(server, name)


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lend a Valkey or Redis of this run's own, as a URL; it keeps nothing."""
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [needs.redis_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        until(lambda: answers(port))
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def answers(port: int) -> bool:
    """Say whether something listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true: Callable[[], Any], *, seconds: float = 60) -> None:
    """Wait until `true()` is; fail where it never comes to be."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{true} did not come to be in {seconds:.0f} s"
        time.sleep(0.05)


# --- the network and the disk ----------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to ask any name server; pytest-socket refuses to connect to anything but this machine."""
    original = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **named: Any) -> Any:
        if host not in LOOPBACK:
            raise OSError(f"A test tried to look up {host!r}; tests use no network.")
        return original(host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)


@pytest.fixture(autouse=True)
def _media_of_its_own(settings: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each test that uses the database an empty media folder."""
    if not uses_database(request.node):
        yield
        return
    folder = DATA / f"media-{next(_names)}"
    settings.MEDIA_ROOT = str(folder)
    yield
    shutil.rmtree(folder, ignore_errors=True)


# --- what the machine offers -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real exports and pages (MASTHEAD_REAL_DATA)."""
    return needs.real_data_folder() or needs.lacking("real data (MASTHEAD_REAL_DATA)")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the machine's Chromium."""
    found = next(filter(None, map(shutil.which, needs.CHROMIUM_NAMES)), None)
    return found or needs.lacking("Chromium")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """Drive the machine's Chromium, without any download, through Playwright."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread; the tests' own queries are not in it
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a browser page: `open_page(width=360, javascript=False, dark=True)`."""
    contexts = []

    def open_one(*, width: int = 1200, height: int = 900, javascript: bool = True, dark: bool = False, **options: Any) -> Any:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=javascript, color_scheme=scheme, **options)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
