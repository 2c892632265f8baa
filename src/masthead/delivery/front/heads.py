"""What may stand at the head of a request, what of it Django is told, and what of Django's answer the reader is: pure rules.

Two servers that read one request differently let a stranger's words be taken for another's request (request smuggling). So
httptools reads strictly (no folded lines, no bare line feeds, no second length), a few things more are refused here, and
what goes to Django is written anew: one request on one connection, with one length.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from masthead.delivery.front.plan import Limits
from masthead.kernel.places import Network

Header = tuple[bytes, bytes]

METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"})
# Said between two neighbours alone (RFC 9110, 7.6.1), and what tells lengths, which each side tells anew.
BETWEEN_NEIGHBOURS = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"proxy-authenticate", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
# What a proxy says of whom it asks for: taken from nobody but a proxy of ours, and of those only what is used.
SAID_BY_PROXIES = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-server", b"x-real-ip", b"x-forwarded-ssl"}
)
NOT_FOR_DJANGO = BETWEEN_NEIGHBOURS | SAID_BY_PROXIES | {b"content-length", b"expect", b"http2-settings"}
NOT_FOR_READERS = BETWEEN_NEIGHBOURS | {b"content-length", b"server", b"date"}
ONCE = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect", b"content-type"})


class Refused(Exception):
    """A request that is not taken: the status, and why in one sentence for whoever sent it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(slots=True)
class Head:
    """A request's head that may be answered."""

    method: bytes
    target: bytes
    """As Django is asked: a path that begins with a slash, and a query."""
    headers: list[Header]
    """Names in small letters, in the order they came."""
    host: bytes
    keep_alive: bool
    old: bool
    """It came as HTTP/1.0: no chunks may be sent."""
    length: int | None
    """What Content-Length says; None where a body comes in chunks."""
    waits: bool
    """It asks to be told that its body is wanted."""


def judge(*, method: bytes, target: bytes, version: str, headers: list[Header], keep_alive: bool, upgrade: bool, limits: Limits) -> Head:
    """Return the head of a request that may be answered.

    Raises:
        Refused: it may not.
    """
    if version not in {"1.1", "1.0"}:
        raise Refused(505, f"This server speaks HTTP/1.1, not {version}.")
    if len(target) > limits.target:
        raise Refused(414, f"The address is longer than {limits.target} bytes.")
    if len(headers) > limits.headers or sum(len(name) + len(value) + 4 for name, value in headers) + len(target) > limits.head:
        raise Refused(431, f"The request has more than {limits.headers} headers, or more than {limits.head} bytes of them.")
    if method not in METHODS:
        raise Refused(501, "This server does not know that method.")
    values = dict(headers)
    if len(values) != len(headers):
        _refuse_repetitions(headers)
    host = values.get(b"host")
    if host is None and version == "1.1":
        raise Refused(400, "The request names no host.")
    if upgrade and b"websocket" in values.get(b"upgrade", b"").lower():
        raise Refused(400, "There are no web sockets here.")
    length = _length(values, version)
    expects = values.get(b"expect", b"").lower()
    if expects not in {b"", b"100-continue"}:
        raise Refused(417, "This server can meet no expectation but 100-continue.")
    return Head(
        method=method,
        target=_path(target, host or b""),
        headers=headers,
        host=host or b"",
        keep_alive=keep_alive and not upgrade,
        old=version == "1.0",
        length=length,
        waits=bool(expects) and version == "1.1" and length != 0,
    )


def _refuse_repetitions(headers: Iterable[Header]) -> None:
    seen = set()
    for name, _ in headers:
        if name in seen and name in ONCE:
            raise Refused(400, f"The header {name.decode('latin-1')} is there twice.")
        seen.add(name)


def _length(values: dict[bytes, bytes], version: str) -> int | None:
    coding = values.get(b"transfer-encoding")
    if coding is None:
        return int(values.get(b"content-length", b"0"))  # the parser has seen to it that it is a number, and said once
    if version == "1.0" or b"content-length" in values:
        raise Refused(400, "The request's length is said in two ways.")
    if coding.lower() != b"chunked":
        raise Refused(501, "This server knows no transfer coding but chunked.")
    return None


def _path(target: bytes, host: bytes) -> bytes:
    """Return a target as a path, also where it came as a whole address; its host must be the one that Host names."""
    if target.startswith(b"/"):
        if b"#" in target:
            raise Refused(400, "An address is asked for without its fragment.")
        return target
    try:
        address = urlsplit(target)
    except ValueError:
        raise Refused(400, "The address cannot be read.") from None
    if address.scheme not in {b"http", b"https"} or address.fragment or not host or address.netloc.lower() != host.lower():
        raise Refused(400, "The address is not one of this server's.")
    return (address.path or b"/") + (b"?" + address.query if address.query else b"")


def is_ours(peer: str, trusted: Sequence[Network]) -> bool:
    """Say whether `peer` is a proxy that is believed: on this machine, by its socket, or in a network of `trusted`."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return not peer
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    return address.is_loopback or any(address in network for network in trusted if network.version == address.version)


def for_django(head: Head, *, peer: str, believed: bool, length: int) -> bytes:
    """Return the head as Django gets it: one request, one length, and in our own words whom it comes from.

    Where there is a body it is announced (`Expect`), and sent when Django asks for it.
    """
    lines = [head.method, b" ", head.target, b" HTTP/1.1\r\nhost: ", head.host, b"\r\nconnection: close\r\n"]
    named = _named_in_connection(head.headers)
    forwarded, scheme = [], b""
    for name, value in head.headers:
        if name in NOT_FOR_DJANGO or name in named:
            if believed and name == b"x-forwarded-for":
                forwarded.append(value)
            elif believed and name == b"x-forwarded-proto":
                scheme = value
            continue
        if name == b"host" or b"_" in name:  # Django could not tell X_Real_Ip from X-Real-Ip
            continue
        lines += [name, b": ", value, b"\r\n"]
    if peer:
        forwarded.append(peer.encode())
    if forwarded:
        lines += [b"x-forwarded-for: ", b", ".join(forwarded), b"\r\n"]
    lines += [b"x-forwarded-proto: ", _scheme(scheme), b"\r\n"]
    if length or head.method in {b"POST", b"PUT", b"PATCH"}:
        lines.append(b"content-length: %d\r\n" % length)
    if length:
        lines.append(b"expect: 100-continue\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


def _scheme(said: bytes) -> bytes:
    """Return what a proxy of ours said of how it was asked; whoever asks the front itself does so without TLS."""
    return b"https" if said.strip().lower() == b"https" else b"http"


def _named_in_connection(headers: Iterable[Header]) -> frozenset[bytes]:
    """Return the headers that Connection declares to be between neighbours; what a request needs cannot be struck out so."""
    named = {token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")}
    return frozenset(named) - {b"host", b"cookie", b"content-type", b"authorization", b"origin", b"referer"}


def for_reader(headers: Iterable[Header]) -> list[Header]:
    """Return the headers of Django's answer that a reader is told; length and date are told anew."""
    return [(name, value) for name, value in headers if name not in NOT_FOR_READERS]
