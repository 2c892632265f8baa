"""A CDN's door for purges, played, and the settings that lead there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from masthead.config.env import Env, read_env


@dataclass(frozen=True)
class Asked:
    """One request for a purge."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class PlayedCdn:
    """Takes purges at `url`; `answer` says with which status and body, `then` is called with each."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: tuple[int, str] = (200, '{"status": "ok"}')
    then: Callable[[Asked], object] = lambda _: None

    def take(self, one: Asked) -> tuple[int, str]:
        self.asked.append(one)
        self.then(one)
        return self.answer


@contextmanager
def playing() -> Iterator[PlayedCdn]:
    """Open the door."""
    played = PlayedCdn()

    class Door(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            """Take every method alike."""
            if name.startswith("do_"):
                return self.take
            raise AttributeError(name)

        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, said = played.take(Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        played.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield played
        server.shutdown()


@pytest.fixture
def cdn() -> Iterator[PlayedCdn]:
    with playing() as played:
        yield played


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Env]:
    """Return a function that reads settings as a newsroom's own: `told(cdn_url=...)`."""

    def read(**settings: str) -> Env:
        return read_env(
            data=tmp_path, environ={"MASTHEAD_ADDRESS": "https://news.example"} | {f"MASTHEAD_{name.upper()}": value for name, value in settings.items()}
        )

    return read
