"""What readers get from a running newsroom: rate, waiting and CPU of stored pages, beside nginx with the same bytes in the same minutes.

The newsroom is a demo of its own, served by `masthead run`; wrk asks. Each figure is the median of rounds in which the servers take turns, so that
what else the machine does touches both. Without wrk nothing can be measured; without nginx the ratios are left out.
"""

import gzip
import http.client
import importlib.util
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from masthead.delivery.pagestore.page import Hole, Page
from masthead.delivery.pagestore.store import Store

STORY, FEED = "/city/old-dock-passenger-boats/", "/feed.xml"
PAGES = {"story": STORY, "front page": "/", "feed": FEED}
CONNECTIONS = (1, 32, 256)
CODINGS = ("gzip", "identity")
ROUNDS = int(os.environ.get("SERVE_ROUNDS", "3"))
SECONDS = int(os.environ.get("SERVE_SECONDS", "2"))
SLOW = 1000
PATIENCE_SECONDS = 300
FIGURES_BYTES = 96
NGINX = """
user {user}; worker_processes 2; error_log {folder}/error.log; pid {folder}/nginx.pid; daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; tcp_nopush on; keepalive_requests 100000000; keepalive_timeout 65;
  open_file_cache max=1000; open_file_cache_valid 300s;
  types {{ text/html html; application/rss+xml xml; }}
  gzip_static on; gzip_vary on; add_header Cache-Control no-cache;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/files; }}
}}
"""


@dataclass(frozen=True)
class Measured:
    """One round of wrk: answers a second, milliseconds waited (half of them, 99 of 100), microseconds of the server's CPU for each."""

    rate: float
    half: float
    most: float
    cpu: float


@dataclass
class Server:
    """Something that listens, and the processes it consists of."""

    name: str
    port: int
    host: str
    pids: list[int]


def run() -> dict[str, str]:
    """Return the figures by name."""
    if not shutil.which("wrk"):
        return {"serving": "not measured: wrk is not installed"}
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder, a_newsroom(Path(folder)) as ours:
        files = _files(Path(folder), ours)
        with _nginx(Path(folder), files) as nginx:
            servers = [ours] if nginx is None else [nginx, ours]
            figures = _table(servers)
            figures |= _moving(Path(folder), servers)
            figures |= _busy(servers)
            figures |= _slow(ours)
            figures["memory of one front process (RSS)"] = f"{max(map(_memory, ours.pids)) / 2**20:.0f} MB"
    if nginx is None:
        figures["beside nginx"] = "not measured: nginx is not installed"
    return figures


# --- what is measured ----------------------------------------------------------------------------------


def _table(servers: list[Server]) -> dict[str, str]:
    figures = {}
    for page, path in PAGES.items():
        for coding in CODINGS:
            for connections in CONNECTIONS:
                found = _rounds(servers, path, coding=coding, connections=connections)
                for name, one in found.items():
                    figures[f"{page}, {coding}, {connections}: {name}"] = _line(one)
                if len(found) > 1:
                    figures[f"{page}, {coding}, {connections}: of nginx"] = _ratio(found)
    return figures


def _moving(folder: Path, servers: list[Server]) -> dict[str, str]:
    """Measure the story while every meter changes ten times a second, in turns with a meter that stands still."""
    ours = servers[-1]
    still, moving = [], []
    for _ in range(ROUNDS):
        still.append(_wrk(ours, STORY, coding="gzip", connections=32))
        with _meters_moving(folder / "paper" / "pages"):
            moving.append(_wrk(ours, STORY, coding="gzip", connections=32))
    kept = statistics.median(one.rate for one in moving) / statistics.median(one.rate for one in still)
    return {"story, gzip, 32, the meter changing 10 times a second": _line(_median(moving)), "  of the rate with a meter that stands still": f"{kept:.0%}"}


def _busy(servers: list[Server]) -> dict[str, str]:
    """Measure the story while Django makes pages for four others as fast as it can."""
    ours = servers[-1]
    enough = threading.Event()
    made = [0]

    def ask() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)) as connection:
            while not enough.is_set():
                connection.request("GET", "/search/?q=harbour", headers={"Host": ours.host})
                connection.getresponse().read()
                made[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    found = _rounds(servers, STORY, coding="gzip", connections=32)
    took = time.monotonic() - began
    enough.set()
    for thread in threads:
        thread.join()
    figures = {f"story, gzip, 32, Django busy ({made[0] / took:.0f} pages a second beside): {name}": _line(one) for name, one in found.items()}
    return figures | ({"  of nginx, as busy": _ratio(found)} if len(found) > 1 else {})


def _slow(ours: Server) -> dict[str, str]:
    """Measure the story while a thousand connections send or read next to nothing."""
    head = f"GET {STORY} HTTP/1.1\r\nHost: {ours.host}\r\n"
    kinds = {
        "heads": (head, "X: y\r\n"),
        "bodies": (f"POST /contribute/ HTTP/1.1\r\nHost: {ours.host}\r\nContent-Length: 1000000\r\n\r\n", "x" * 600),
        "readers": ((head + "\r\n") * 20, ""),
    }
    figures = {}
    for kind, (first, again) in kinds.items():
        with _slow_clients(ours.port, first.encode(), again.encode()):
            figures[f"story, gzip, 8, {SLOW} slow {kind}"] = _line(_wrk(ours, STORY, coding="gzip", connections=8))
    return figures


def _rounds(servers: list[Server], path: str, *, coding: str, connections: int) -> dict[str, Measured]:
    found: dict[str, list[Measured]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            found[server.name].append(_wrk(server, path, coding=coding, connections=connections))
    return {name: _median(rounds) for name, rounds in found.items()}


def _wrk(server: Server, path: str, *, coding: str, connections: int) -> Measured:
    words = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-H", f"Host: {server.host}", "-H", f"Accept-Encoding: {coding}"]
    before = sum(map(_cpu, server.pids))
    said = subprocess.run([*words, f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True).stdout
    spent = sum(map(_cpu, server.pids)) - before
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", said)
    if failed:
        raise RuntimeError(f"{server.name} did not answer everything: {failed[0]}")
    count = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    if not count:
        raise RuntimeError(f"{server.name} answered nothing within {SECONDS} s")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    return Measured(rate, _milliseconds(said, "50%"), _milliseconds(said, "99%"), spent / count * 1e6)


def _milliseconds(said: str, share: str) -> float:
    value, unit = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _median(rounds: list[Measured]) -> Measured:
    return Measured(*(statistics.median(getattr(one, name) for one in rounds) for name in ("rate", "half", "most", "cpu")))


def _line(one: Measured) -> str:
    return f"{one.rate:,.0f}/s, p50 {one.half:.2f} ms, p99 {one.most:.1f} ms, CPU {one.cpu:.1f} µs"


def _ratio(found: dict[str, Measured]) -> str:
    nginx, ours = found["nginx"], found["Masthead"]
    return f"rate {ours.rate / nginx.rate:.0%}, p50 {ours.half / nginx.half:.2f} times, CPU {ours.cpu / nginx.cpu:.2f} times"


# --- what is asked ---------------------------------------------------------------------------------------


@contextmanager
def a_newsroom(folder: Path) -> Iterator[Server]:
    port = _free_port()
    paper = folder / "paper"
    host = f"127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_") and name != "DATABASE_URL"}
    environment |= {"MASTHEAD_ADDRESS": f"http://{host}"}
    masthead = [sys.executable, "-m", "masthead"]
    subprocess.run([*masthead, "demo", "--data", str(paper)], env=environment, check=True, capture_output=True)
    process = subprocess.Popen([*masthead, "run", "--data", str(paper), "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        made = {path: _page(port, host, path) for path in PAGES.values()}
        if importlib.util.find_spec("masthead.delivery.filling") is None:
            _store(paper / "pages", made)
        for path in PAGES.values():
            _until(lambda path=path: "etag" in _page(port, host, path)[1], f"the stored {path}")  # type: ignore[misc]
        yield Server("Masthead", port, host, [pid for pid in _descendants(process.pid) if b"masthead.delivery.front" in _command(pid)])
    finally:
        process.terminate()
        process.wait(60)


def _store(folder: Path, pages: dict[str, tuple[bytes, dict[str, str]]]) -> None:
    """Store pages as Django made them, with a hole of a meter's size in the middle of each that is HTML."""
    store = Store(folder)
    stored = []
    for path, (body, headers) in pages.items():
        at = body.find(b"</p>", len(body) // 2) if headers["content-type"].startswith("text/html") else -1
        segments = (body,) if at < 0 else (body[:at], body[at:])
        stored.append(
            Page(
                path=path,
                status=200,
                media_type=headers["content-type"],
                segments=segments,
                holes=() if at < 0 else (Hole("bench", "figures", FIGURES_BYTES),),
                revision="bench",
                modified=int(time.time()),
                headers=(("Cache-Control", "no-cache"), ("Content-Security-Policy", headers["content-security-policy"])),
            )
        )
    store.meters.write("bench", {"figures": b"12,345 of 50,000 dollars"}, version=1, moment=1)
    store.write(stored)
    store.close()


def _page(port: int, host: str, path: str) -> tuple[bytes, dict[str, str]]:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            if answer.status == http.HTTPStatus.OK:
                return answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        if time.monotonic() > end:
            raise RuntimeError(f"the newsroom does not answer {path}")
        time.sleep(0.05)


def _files(folder: Path, ours: Server) -> Path:
    """Write for nginx what our own server answers, compressed once."""
    for path in PAGES.values():
        body, _ = _page(ours.port, ours.host, path)
        file = folder / "files" / (path.lstrip("/") + ("index.html" if path.endswith("/") else ""))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        Path(f"{file}.gz").write_bytes(gzip.compress(body, 9))
    return folder / "files"


@contextmanager
def _nginx(folder: Path, files: Path) -> Iterator[Server | None]:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        yield None
        return
    port = _free_port()
    folder.chmod(0o755)
    settings = folder / "nginx.conf"
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    settings.write_text(NGINX.format(user=user, folder=files.parent, port=port))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        _page(port, f"127.0.0.1:{port}", STORY)
        yield Server("nginx", port, f"127.0.0.1:{port}", sorted(_descendants(process.pid)))
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _meters_moving(folder: Path) -> Iterator[None]:
    enough = threading.Event()
    store = Store(folder)

    def move() -> None:
        count = 0
        while not enough.wait(0.1):
            count += 1
            for meter, figures in store.meters.snapshot().meters.items():
                parts = {part: re.sub(rb"\d", b"%d" % (count % 10), value, count=1) for part, value in figures.parts.items()}
                store.meters.write(meter, parts, version=figures.version, moment=figures.moment)

    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
        store.close()


@contextmanager
def _slow_clients(port: int, first: bytes, again: bytes) -> Iterator[None]:
    enough = threading.Event()
    clients = []
    for _ in range(SLOW):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(first)
        clients.append(client)

    def drip() -> None:
        while not enough.wait(1):
            for client in clients:
                with suppress(OSError):
                    client.send(again) if again else client.recv(1)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        for client in clients:
            client.close()
        thread.join()


def _until(true: object, what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.1)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found |= {int(child)} | _descendants(int(child))
    return found


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
