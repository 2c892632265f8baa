"""How long a start takes: from the command to the first page, with everything there."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

ROUNDS = 5
PATIENCE_SECONDS = 60


def run() -> dict[str, str]:
    """Return the median seconds from `run` to the first page and from Ctrl-C to the end, for a newsroom that is there."""
    folder = Path(tempfile.mkdtemp(prefix="masthead-bench-"))
    try:
        masthead = [sys.executable, "-m", "masthead"]
        made = time.monotonic()
        command = [*masthead, "init", "--data", str(folder / "paper"), "--no-input", "--email", "bench@masthead.example"]
        subprocess.run(command, check=True, capture_output=True, env=_environment())
        made = time.monotonic() - made
        _start_and_stop(masthead, folder)  # gathers the static files
        times = [_start_and_stop(masthead, folder) for _ in range(ROUNDS)]
    finally:
        shutil.rmtree(folder)
    started, stopped = (sorted(column)[ROUNDS // 2] for column in zip(*times, strict=True))
    return {
        "a new, empty newsroom (init)": f"{made:.1f} s",
        "a later `run` to the first page (median of 5)": f"{started:.1f} s",
        "Ctrl-C to the end of all of it (median of 5)": f"{stopped:.2f} s",
    }


def _start_and_stop(masthead: list[str], folder: Path) -> tuple[float, float]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        [*masthead, "run", "--data", str(folder / "paper"), "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
    )
    while not _answers(port):
        if time.monotonic() - began > PATIENCE_SECONDS:
            process.kill()
            raise RuntimeError("the newsroom does not start")
        time.sleep(0.01)
    started = time.monotonic() - began
    process.send_signal(signal.SIGINT)
    process.wait(timeout=PATIENCE_SECONDS)
    return started, time.monotonic() - began - started


def _answers(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    return False


def _environment() -> dict[str, str]:
    """Return the environment without anybody's newsroom in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_") and name != "DATABASE_URL"}
