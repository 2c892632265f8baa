"""HTTP between the outside and the routers: what a request and an answer are, and the server that carries them."""

import json
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from simulator.faults import Fault, Rule

if TYPE_CHECKING:
    from simulator.core import Simulator

LARGEST_BODY = 1024 * 1024
Handler = Callable[..., "Answer"]


@dataclass(kw_only=True)
class Request:
    """One request, its form or query already taken apart."""

    method: str
    path: str
    query: dict[str, Any]
    headers: dict[str, str]  # names in lower case
    body: bytes
    origin: str  # of this server, as the asker sees it

    @property
    def form(self) -> dict[str, Any]:
        """Return the body read as a form, brackets as nesting."""
        return nested(self.body.decode("utf-8", "replace"))

    @property
    def json(self) -> Any:
        """Return the body read as JSON; an empty one is an empty object."""
        return json.loads(self.body or b"{}")


@dataclass(kw_only=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Return `value` as a JSON answer."""
    return Answer(status=status, body=json.dumps(value, indent=2).encode(), headers=headers or {})


def page(html: str, *, status: int = 200) -> Answer:
    """Return an HTML page."""
    return Answer(status=status, body=html.encode(), kind="text/html; charset=utf-8")


def redirect(url: str) -> Answer:
    """Send the browser on with a GET."""
    return Answer(status=303, headers={"Location": url})


def nested(text: str) -> dict[str, Any]:
    """Read `a[b][0][c]=1` as `{"a": {"b": [{"c": "1"}]}}`."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        steps = [key.partition("[")[0], *re.findall(r"\[([^\]]*)\]", key)]
        place = found
        for step in steps[:-1]:
            below = place.setdefault(step, {})
            place[step] = below = below if isinstance(below, dict) else {}
            place = below
        last = steps[-1] or str(len(place))
        place[last] = value
    return {key: _lists(value) for key, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {key: _lists(below) for key, below in value.items()}
    if inside and all(key.isdecimal() for key in inside):
        return [inside[key] for key in sorted(inside, key=int)]
    return inside


class Server(ThreadingHTTPServer):
    """The one server process; it listens on this machine alone unless told otherwise."""

    daemon_threads = True
    request_queue_size = 128  # with the library's five, a burst of connections waits a second for the next try of each
    simulator: "Simulator"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; that is their right."""


class Carrier(BaseHTTPRequestHandler):
    """Carries one request to the simulator and its answer back, spoiled where a fault rule says so."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the second packet of an answer waits 40 ms for the first one's receipt
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        """Keep quiet."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._carry()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._carry()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._carry()

    def do_PATCH(self) -> None:
        """Answer a PATCH."""
        self._carry()

    def _carry(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self._send(Answer(status=413))
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=nested(parts.query),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            origin=f"http://{self.headers.get('Host', '')}",
        )
        simulator = self.server.simulator
        rule = None if request.path.startswith("/_control/") else simulator.faults.for_request(request.method, request.path)
        if rule and self._spoil_before(rule):
            return
        answer = simulator.answer(request)
        if rule and self._spoil_after(rule):
            return
        self._send(answer)

    def _spoil_before(self, rule: Rule) -> bool:
        if rule.fault is Fault.TOO_MANY:
            self._send(as_json({"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}}, status=429))
        elif rule.fault is Fault.ERROR_BEFORE:
            self._send(_error())
        elif rule.fault is Fault.CUT_BEFORE:
            self._cut()
        elif rule.fault is Fault.TIMEOUT:
            time.sleep(rule.seconds)
            self._cut()
        else:
            return False
        return True

    def _spoil_after(self, rule: Rule) -> bool:
        if rule.fault is Fault.ERROR_AFTER:
            self._send(_error())
        elif rule.fault is Fault.CUT_AFTER:
            self._cut()
        else:
            time.sleep(rule.seconds)
            self._cut()
        return True

    def _cut(self) -> None:
        """End the connection with a reset, as a machine that is gone does."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer.body)


def _error() -> Answer:
    return as_json({"error": {"type": "api_error", "message": "An unexpected error occurred (simulated)."}}, status=500)
