"""A minute without the database, under load: what readers, givers and the desk meet, and how long until all is well again.

A demo newsroom on a PostgreSQL of its own (made for this, removed afterwards), served by `masthead run`; wrk asks for every public address in turn over 32
connections, before, during and after the minute in which the server is stopped. `AWAY_SECONDS` makes it shorter. On SQLite the file is locked instead.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from random import Random

from bench._givers import World
from bench._paper import Paper, a_paper, control, free_port, wait_for

SECONDS = int(os.environ.get("AWAY_SECONDS", "60"))
BEFORE = AFTER = max(2, SECONDS // 6)
CONNECTIONS = 32
ROTATE = """
local paths = {%s}
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], {["Host"] = "%s", ["Accept-Encoding"] = "gzip"})
end
"""


def run() -> dict[str, str]:
    """Return the figures by name.

    Raises:
        RuntimeError: a reader was refused, or the newsroom did not recover; the sentence says what.
    """
    if not shutil.which("wrk"):
        return {"a minute without the database": "not measured: wrk is not installed"}
    figures = {}
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        figures |= _attempt("SQLite, locked", "sqlite", lambda paper: _locked(paper.folder / "newsroom.sqlite3"))
        if _program("initdb"):
            with _cluster(Path(folder)) as (url, stopped):
                figures |= _attempt("PostgreSQL, stopped", url, lambda _: stopped())
        else:
            figures["PostgreSQL, stopped"] = "not measured: no initdb"
    return figures


def _attempt(name: str, database: str, away: Callable[[Paper], object]) -> dict[str, str]:
    with a_paper(database=database, demo=True) as (paper, _):
        paper.start()
        paths = _public(paper)
        wait_for(lambda: all("ETag" in urllib.request.urlopen(paper.url(path)).headers for path in paths), "every public page is stored")
        world = World(paper, Random(1))
        said: list[str] = []
        load = threading.Thread(target=lambda: said.append(_load(paper, paths)))
        load.start()
        time.sleep(BEFORE)
        statuses: Counter[int] = Counter()
        with away(paper):  # type: ignore[attr-defined]
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                statuses[_status(paper.url("/contribute/"))] += 1
                statuses[_status(paper.url("/desk/login/"))] += 1
                time.sleep(0.5)
        began = time.monotonic()
        wait_for(lambda: _status(paper.url("/contribute/")) == HTTPStatus.OK, "gifts are taken again")
        back = time.monotonic() - began
        figures = paper.question("SELECT COALESCE(SUM(amount_minor), 0) FROM ledger_transfer")
        world.give(stripe=1, paypal=0)
        control(paper.simulator, "webhooks", on=True)
        began = time.monotonic()
        wait_for(lambda: paper.question("SELECT COALESCE(SUM(amount_minor), 0) FROM ledger_transfer") != figures, "a gift is in the books")
        counted = time.monotonic() - began
        load.join()
    answered = int(re.search(r"(\d+) requests in", said[0])[1])  # type: ignore[index]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", said[0])
    if failed:
        raise RuntimeError(f"{name}: of {answered} public page views not all were answered: {failed[0]}")
    asked = ", ".join(f"{count} with {status or 'nothing'}" for status, count in sorted(statuses.items()))
    return {
        f"{name} for {SECONDS} s: public page views ({len(paths)} addresses, {CONNECTIONS} connections), of them failed": f"{answered:,}, 0",
        f"{name}: what the contribute page and the desk's door answered meanwhile": asked,
        f"{name}: back, until gifts are taken / a paid one is in the books": f"{back:.1f} / {counted:.1f} s",
    }


def _public(paper: Paper) -> list[str]:
    """Return what the sitemap names, the feed and the sitemap."""
    with urllib.request.urlopen(paper.url("/sitemap.xml")) as answer:
        found = re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", answer.read().decode())
    paths = []
    for path in found:
        if not path.endswith(".xml"):
            paths.append(path)
            continue
        with urllib.request.urlopen(paper.url(path)) as answer:
            paths += re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", answer.read().decode())
    return [*dict.fromkeys(paths), "/feed.xml", "/sitemap.xml"]


def _load(paper: Paper, paths: list[str]) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(ROTATE % (", ".join(f'"{path}"' for path in paths), f"127.0.0.1:{paper.port}"))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{BEFORE + SECONDS + AFTER}s", "--timeout", "10s", "-s", script.name, paper.url("")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _status(url: str) -> int:
    """Return how an address answers; 0: not at all within ten seconds."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as sqlite:
        sqlite.execute("BEGIN EXCLUSIVE")
        yield
        sqlite.execute("ROLLBACK")


# --- a PostgreSQL that may be stopped ------------------------------------------------------------------


def _program(name: str) -> str:
    """Return where one of PostgreSQL's programs lies; Debian keeps them apart. Empty: nowhere."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else "")


@contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Start a server of our own; yield an empty database's address and a context in which the server is stopped, at once and unasked."""
    port, data = free_port(), folder / "postgres"
    data.mkdir()
    who = []
    if os.geteuid() == 0:  # the server refuses to run as root
        folder.chmod(0o755)
        shutil.chown(data, "postgres")
        who = ["runuser", "-u", "postgres", "--"]

    def control_server(*words: str) -> None:
        subprocess.run([*who, _program("pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log"), *words], check=True, capture_output=True, cwd="/")

    @contextmanager
    def stopped() -> Iterator[None]:
        control_server("stop", "-m", "immediate")
        try:
            yield
        finally:
            control_server("start", "-o", options)

    options = f"-p {port} -h 127.0.0.1 -k {data}"
    subprocess.run([*who, _program("initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"], check=True, capture_output=True, cwd="/")
    control_server("start", "-o", options)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres", stopped
    finally:
        control_server("stop", "-m", "immediate")
