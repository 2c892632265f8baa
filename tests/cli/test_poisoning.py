"""What hostile readers send to a whole running newsroom changes nothing that others are answered."""

import http.client
import random
import secrets
import socket
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.cli.test_run import free_port, status_at
from tests.conftest import until
from tests.delivery.pagestore.odd import HEADERS, TARGETS

pytestmark = [pytest.mark.live, pytest.mark.once]

PATHS = ("/", "/feed.xml", "/sitemap.xml", "/archive/", "/no/such/page/")
CODINGS = ("identity", "gzip", "br", "zstd")
ATTEMPTS = 100


def usual(port: int) -> dict[tuple[str, str], tuple[int, bytes, list[tuple[str, str]]]]:
    """Return what readers in good faith are answered; the hour of the answer left out."""
    found = {}
    for path in PATHS:
        for coding in CODINGS:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", path, headers={"Host": f"127.0.0.1:{port}", "Accept-Encoding": coding})
                answer = connection.getresponse()
                headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in {"date", "age"}]
                found[path, coding] = (answer.status, answer.read(), headers)
    return found


def attempt(port: int, chance: random.Random) -> bytes:
    """Send one odd request, as it is, and return the first of what comes back."""
    path = chance.choice(PATHS).encode()
    target = chance.choice([path, path + b"?x=1", path + b"?utm_source=<script>", *TARGETS])
    headers = [(b"Host", f"127.0.0.1:{port}".encode()), *(header for _ in range(chance.randint(1, 3)) for header in chance.choice(HEADERS))]
    lines = [chance.choice([b"GET", b"HEAD", b"POST"]) + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in headers), b"Connection: close"]
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as reader, suppress(OSError):
        reader.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        reader.shutdown(socket.SHUT_WR)
        return reader.recv(65_536)
    return b""


def test_a_hundred_attempts_change_nothing_served_to_others(newsroom: Path, start):
    port = free_port()
    start("run", "--data", newsroom, "--port", str(port), MASTHEAD_ADDRESS=f"http://127.0.0.1:{port}")
    until(lambda: status_at(port) == http.HTTPStatus.OK, seconds=120)

    def stored() -> bool:
        return all(any(name == "ETag" for name, _ in headers) for (path, _), (_, _, headers) in usual(port).items() if path in PATHS[:4])

    until(stored, seconds=120)
    before = usual(port)
    seed = secrets.randbelow(10**9)
    chance = random.Random(seed)  # noqa: S311 - which requests come
    answers = [attempt(port, chance) for _ in range(ATTEMPTS)]
    assert sum(answer.startswith(b"HTTP/1.1 ") for answer in answers) > ATTEMPTS // 2, seed
    assert not any(b"evil.example" in answer.partition(b"\r\n\r\n")[0] for answer in answers), seed
    after = usual(port)
    assert {key: after[key] for key in before if after[key] != before[key]} == {}, seed
