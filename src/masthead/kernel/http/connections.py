"""One request and its answer over a socket to a checked address, under one deadline.

h11 reads the protocol and keeps no more of a head than it is told; the socket, the clock and the counting are ours, because no
client library has a deadline that a server which sends a byte a second cannot outlive.
"""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import h11

from masthead.kernel import clock
from masthead.kernel.http.addresses import Policy, Target
from masthead.kernel.http.bodies import ASKED_FOR, Body
from masthead.kernel.http.errors import BrokenAnswer, TooLarge, TooSlow, Unreachable

PIECE = 16 * 1024  # a head may be this much longer than its limit
ADDRESSES_TRIED = 4
MOST_NOTICES = 20  # interim answers (1xx) before the answer itself
CUT_OFF = ("without sending complete message body", "peer unexpectedly closed", "ConnectionClosed")  # h11's words for an end that comes too early
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long, how much, how far. The time is for everything: names, all redirects, the last byte."""

    seconds: float = 30.0
    connect_seconds: float = 10.0
    head_bytes: int = 64 * 1024
    wire_bytes: int = 20 * 2**20  # what comes over the wire, head and packing included
    body_bytes: int = 30 * 2**20  # what it unpacks to
    redirects: int = 5


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, as they went over the wire: what a WARC record keeps."""

    url: str
    address: str  # the IP address that answered
    request: bytes  # head and body as sent
    answer: bytes  # head and body as received, codings and all; of a redirect no more than its head was waited for
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]  # names in small letters
    started_at: dt.datetime
    complete: bool = field(default=True)  # false where the body was not waited for

    def header(self, name: str) -> str:
        """Return the first header of this name (small letters), or nothing."""
        return next((value for key, value in self.headers if key == name), "")


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, host: str) -> float:
        """Return the seconds that are left, more than none.

        Raises:
            TooSlow: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow(f"{host} was not done within {self._seconds:g} s: try again later.")
        return left


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked for, and how."""

    method: str
    headers: Mapping[str, str]
    content: bytes
    wants_body: bool


def exchange(target: Target, asking: Asking, *, policy: Policy, limits: Limits, deadline: Deadline) -> tuple[Exchange, bytes]:
    """Ask `target` once and return what went over the wire, and the body with its coding undone.

    Raises:
        FetchFailed: one of its kinds, as `masthead.kernel.http.fetch` says.
    """
    host = target.host
    addresses = policy.addresses(target, min(deadline.left(host), limits.connect_seconds))
    started_at = clock.now()
    wire = _Wire(*_connect(target, addresses, policy=policy, limits=limits, deadline=deadline), host=host, limits=limits, deadline=deadline)
    try:
        return _ask(wire, target, asking, limits, started_at)
    except TimeoutError:
        deadline.left(host)
        raise TooSlow(f"{host} stopped answering: try again later.") from None
    except (OSError, EOFError):
        raise Unreachable(f"The connection to {host} was cut: try again later.") from None
    except h11.RemoteProtocolError as error:
        raise _broken(error, host, limits) from None
    finally:
        wire.close()


def _ask(wire: "_Wire", target: Target, asking: Asking, limits: Limits, started_at: dt.datetime) -> tuple[Exchange, bytes]:
    talk = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=limits.head_bytes)
    own = {"Host": target.authority, "Accept-Encoding": ASKED_FOR, "Connection": "close"}
    if asking.content:
        own["Content-Length"] = str(len(asking.content))
    if any(name.lower() == "host" for name in asking.headers):
        del own["Host"]  # of a site that is asked for at another machine's address
    request = h11.Request(method=asking.method, target=target.path, headers=[*own.items(), *asking.headers.items()])
    sent = (talk.send(request) or b"") + ((talk.send(h11.Data(data=asking.content)) or b"") if asking.content else b"") + (talk.send(h11.EndOfMessage()) or b"")
    wire.send(sent)
    head = _read_head(wire, talk)
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)

    def record(*, complete: bool) -> Exchange:
        received = wire.received(talk) if complete else bytes(wire.record)
        status, reason = head.status_code, head.reason.decode("latin-1")
        return Exchange(
            url=target.url,
            address=wire.address,
            request=sent,
            answer=received,
            status=status,
            reason=reason,
            headers=headers,
            started_at=started_at,
            complete=complete,
        )

    if not asking.wants_body or head.status_code in REDIRECTS:
        return record(complete=False), b""
    body = Body(", ".join(value for name, value in headers if name == "content-encoding"), largest=limits.body_bytes, host=target.host)
    announced = next((value for name, value in headers if name == "content-length"), "0")
    if asking.method != "HEAD" and int(announced) > limits.wire_bytes:  # h11 has seen that it is a number
        raise TooLarge(f"The answer of {target.host} is larger than {limits.wire_bytes / 2**20:.0f} MB.")
    while True:
        match wire.next_event(talk):
            case h11.Data(data=data):
                body.feed(bytes(data))
            case h11.EndOfMessage():
                return record(complete=True), body.close()
            case _:
                raise EOFError


def _read_head(wire: "_Wire", talk: h11.Connection) -> h11.Response:
    for _ in range(MOST_NOTICES):
        match wire.next_event(talk):
            case h11.Response() as response:
                return response
            case h11.InformationalResponse():
                wire.forget(talk)
            case _:
                raise EOFError
    raise BrokenAnswer(f"{wire.host} sent interim answers without end.")


def _broken(error: h11.RemoteProtocolError, host: str, limits: Limits) -> Exception:
    if error.error_status_hint == 431:  # noqa: PLR2004  Request Header Fields Too Large: h11's word for a head over its limit
        return TooLarge(f"The head of {host}'s answer is larger than {limits.head_bytes // 1024} KB.")
    if any(words in str(error) for words in CUT_OFF):
        return Unreachable(f"{host} closed the connection before its answer was complete: try again later.")
    return BrokenAnswer(f"{host} sent an answer that is not HTTP.")


def _connect(target: Target, addresses: Sequence[str], *, policy: Policy, limits: Limits, deadline: Deadline) -> tuple[socket.socket, str]:
    """Connect to the first of the checked `addresses` that answers, with TLS to the name where the scheme asks for it."""
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            plain = socket.create_connection((address, target.port), timeout=min(limits.connect_seconds, deadline.left(target.host)))
        except OSError:
            continue
        if target.scheme == "http":
            return plain, address
        try:
            plain.settimeout(min(limits.connect_seconds, deadline.left(target.host)))
            return policy.tls().wrap_socket(plain, server_hostname=target.host), address
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise Unreachable(f"{target.host} shows a certificate that is not valid for it ({error.verify_message}).") from None
        except OSError:
            plain.close()
        except BaseException:
            plain.close()
            raise
    deadline.left(target.host)
    raise Unreachable(f"{target.host} does not answer: look at the address, or try again later.")


class _Wire:
    """A connected socket that counts, records and keeps to the deadline."""

    def __init__(self, connected: socket.socket, address: str, *, host: str, limits: Limits, deadline: Deadline) -> None:
        self._socket = connected
        self._limits = limits
        self._deadline = deadline
        self._came_in = 0
        self.address = address
        self.host = host
        self.record = bytearray()

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.left(self.host))
        self._socket.sendall(data)

    def next_event(self, talk: h11.Connection) -> object:
        """Return what h11 reads next, receiving as much as that needs."""
        while True:
            left = self._deadline.left(self.host)  # asked at each event: a body in pieces of a byte takes time that no socket waits
            event = talk.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._socket.settimeout(left)
            data = self._socket.recv(PIECE)
            self._came_in += len(data)
            if self._came_in > self._limits.wire_bytes:
                raise TooLarge(f"The answer of {self.host} is larger than {self._limits.wire_bytes / 2**20:.0f} MB.")
            self.record += data
            talk.receive_data(data)

    def forget(self, talk: h11.Connection) -> None:
        """Drop what was recorded of an interim answer: the record begins with the answer itself."""
        self.record = bytearray(talk.trailing_data[0])

    def received(self, talk: h11.Connection) -> bytes:
        """Return the record without what a server sent behind its answer."""
        return bytes(self.record[: len(self.record) - len(talk.trailing_data[0])])

    def close(self) -> None:
        self._socket.close()
