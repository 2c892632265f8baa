"""Which addresses may be asked: the public web and nothing else.

Two checks, and a request needs both. `read_target` looks at the address as it is written: scheme, user names, ports, names that mean
this machine or this house, numbers that only look like names. `why_refused` looks at the IP address that a connection would go to;
it is asked for every address that a name leads to, and the connection is made to that very address, so that a name which
means something else a moment later changes nothing.
"""

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

import certifi
import idna

from masthead.kernel.http.errors import AddressRefused, NameUnknown, TooSlow

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
KEPT_IN_PATHS = "/%:@!$&'()*+,;=~-._"  # RFC 3986, 3.3; a per cent sign stays, so that what is encoded is not encoded again
LONGEST_URL = 4000  # characters; servers refuse longer ones, and nobody types them
WEB_PORTS = frozenset({80, 443})
# Names that never mean a machine on the public web: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), RFC 7686 (onion), ICANN's .internal of 2024.
HOUSE_NAMES = ("localhost", "local", "internal", "home.arpa", "onion", "lan", "localdomain")
# IANA's registries of special-purpose addresses, and the address that Azure's machines ask for their own secrets.
REFUSED_V4 = {
    "0.0.0.0/8": "means “this network” (RFC 791)",
    "10.0.0.0/8": "is in a private network (RFC 1918)",
    "100.64.0.0/10": "is inside a provider's network (RFC 6598)",
    "127.0.0.0/8": "is this machine itself",
    "168.63.129.16/32": "is a cloud's own service",
    "169.254.0.0/16": "is link-local, where clouds keep their machines' secrets (RFC 3927)",
    "172.16.0.0/12": "is in a private network (RFC 1918)",
    "192.0.0.0/24": "is reserved for protocols (RFC 6890)",
    "192.0.2.0/24": "is for examples only (RFC 5737)",
    "192.88.99.0/24": "is a relay that was withdrawn (RFC 7526)",
    "192.168.0.0/16": "is in a private network (RFC 1918)",
    "198.18.0.0/15": "is for measuring networks (RFC 2544)",
    "198.51.100.0/24": "is for examples only (RFC 5737)",
    "203.0.113.0/24": "is for examples only (RFC 5737)",
    "224.0.0.0/4": "is a group of machines (multicast)",
    "240.0.0.0/4": "is reserved",
}
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # what has been given out (RFC 4291, 2.4); everything outside is special or nobody's
TRANSLATED_V6 = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are an IPv4 address (RFC 6052)
REFUSED_V6 = {
    "2001::/23": "is reserved for protocols and tunnels (RFC 2928)",
    "2001:db8::/32": "is for examples only (RFC 3849)",
    "2002::/16": "is a tunnel to an IPv4 address (6to4, RFC 3056)",
    "3fff::/20": "is for examples only (RFC 9637)",
}
_NETWORKS_V4 = [(ipaddress.IPv4Network(text), reason) for text, reason in REFUSED_V4.items()]
_NETWORKS_V6 = [(ipaddress.IPv6Network(text), reason) for text, reason in REFUSED_V6.items()]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@%]+))(?::(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True)
class Target:
    """An address taken apart: what to connect to, and what to ask for there. All ASCII, no fragment."""

    scheme: str
    host: str  # a name in ASCII (punycode), or an IP address without brackets
    port: int
    path: str  # with its query, percent-encoded

    @property
    def literal(self) -> IPAddress | None:
        """The IP address, where the host is one."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """The host, in brackets where it is IPv6, with its port unless the scheme says it: the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _port_of(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as it is asked for."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_target(url: str, *, ports: frozenset[int] | None = WEB_PORTS, house: bool = False) -> Target:
    """Take `url` apart as browsers do, and refuse what cannot be an address on the public web. `ports`: None for any; `house`: names inside it too.

    Raises:
        AddressRefused: not http(s), a user name or password, another port, a name of this house, a number for a name, control characters.
    """
    text = url.strip(" \t\r\n")
    if len(text) > LONGEST_URL:
        raise AddressRefused(f"The address that begins {text[:60]!r} has {len(text)} characters; {LONGEST_URL} are the most.")
    # Python's urlsplit drops tabs and line ends from the middle, and browsers read a backslash as a slash: neither stands in an honest address.
    if CONTROL.search(text) or "\\" in text.partition("?")[0]:
        raise AddressRefused(f"The address {text[:200]!r} has a control character or a backslash in it: copy it again from the browser.")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise AddressRefused(f"“{_short(text)}” is not an address: give one such as https://news.example/story.") from None
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused(f"“{_short(text)}” is not an address on the web: it begins with http:// or https://.")
    if "@" in parts.netloc:
        raise AddressRefused(f"The address of {_short(parts.netloc.rpartition('@')[2])} holds a user name: give it without.")
    match = _AUTHORITY.fullmatch(parts.netloc)
    if not match:
        raise AddressRefused(f"“{_short(parts.netloc or text)}” is not the name of a web server: copy the address again from the browser.")
    port = int(match["port"]) if match["port"] else _port_of(parts.scheme)
    if ports is not None and port not in ports:
        raise AddressRefused(f"The address “{_short(text)}” asks for port {port}; only {' and '.join(map(str, sorted(ports)))} are asked.")
    host = _six(match["six"]) if match["six"] else _host(match["name"], house=house)
    query = f"?{quote(parts.query, safe=KEPT_IN_PATHS + '?[]')}" if parts.query else ""
    return Target(parts.scheme, host, port, quote(parts.path or "/", safe=KEPT_IN_PATHS) + query)


def _six(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise AddressRefused(f"“[{_short(text)}]” is not an IPv6 address.") from None


def _host(typed: str, *, house: bool) -> str:
    """Return a host's name in ASCII as browsers write it, or refuse it."""
    name = typed.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")  # ⑯⑨.example and 127。0。0。1 become what a browser would ask for
        except (idna.IDNAError, UnicodeError):
            raise AddressRefused(f"“{_short(typed)}” is not the name of a web server.") from None
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # the WHATWG URL standard (host parsing) reads such a name as an IPv4 address, in forms that few expect
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise AddressRefused(f"“{_short(typed)}” is a number and no name: give the server's name.") from None
    if not _NAME.fullmatch(name):
        raise AddressRefused(f"“{_short(typed)}” is not the name of a web server.")
    if not house and (len(labels) == 1 or any(name == ours or name.endswith(f".{ours}") for ours in HOUSE_NAMES)):
        raise AddressRefused(f"“{_short(typed)}” is a name inside a house and not on the public web: give the public address.")
    return name


def why_refused(address: str, port: int = 80) -> str:
    """Return why nobody may be asked at the IP `address`, as the end of a sentence (“is in a private network …”); empty where it is public."""
    _ = port
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "is no IP address"
    if isinstance(found, ipaddress.IPv4Address):
        return next((reason for network, reason in _NETWORKS_V4 if found in network), "")
    if found in TRANSLATED_V6:
        return why_refused(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    if found.scope_id or found not in PUBLIC_V6:
        return _why_not_global(found)
    return next((reason for network, reason in _NETWORKS_V6 if found in network), "")


def _why_not_global(address: ipaddress.IPv6Address) -> str:
    if address.ipv4_mapped is not None:
        return "is an IPv4 address in disguise (RFC 4291, 2.5.5.2)"
    if address.is_loopback:
        return "is this machine itself"
    if address.is_multicast:
        return "is a group of machines (multicast)"
    if address.is_link_local or address.is_private:
        return "is in a private network (RFC 4193, RFC 4291)"
    return "is not on the public internet"


def is_public(address: str) -> bool:
    """Say whether a machine at the IP `address` may be asked."""
    return not why_refused(address)


def look_up(host: str, port: int, seconds: float) -> Sequence[str]:
    """Return the IP addresses of `host`, as this machine's resolver gives them, within `seconds`.

    Raises:
        NameUnknown: there is no such name.
        TooSlow: the resolver did not answer in time.
    """
    answer: list[Sequence[str] | OSError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            answer.append(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answer.append(error if isinstance(error, OSError) else OSError(str(error)))

    asking = threading.Thread(target=ask, name=f"look up {host}", daemon=True)  # the resolver itself cannot be stopped
    asking.start()
    asking.join(seconds)
    if not answer:
        raise TooSlow(f"The name {host} was not found within {seconds:.0f} s: try again later.")
    if isinstance(answer[0], OSError) or not answer[0]:
        raise NameUnknown(f"There is no server named {host}: look at the address again.")
    return answer[0]


@cache
def trusted() -> ssl.SSLContext:
    """Return how servers are verified: the machine's own authorities and Mozilla's, names checked, TLS 1.2 at least."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


@dataclass(frozen=True)
class Policy:
    """Whom we ask. `PUBLIC` for every address that a page or a person at the desk may have named; another only for one that stands in the settings.

    `house`: names that mean a machine inside the house are asked too.
    """

    refuse: Callable[[str, int], str] = why_refused
    resolve: Callable[[str, int, float], Sequence[str]] = look_up
    ports: frozenset[int] | None = WEB_PORTS
    house: bool = False
    tls: Callable[[], ssl.SSLContext] = trusted

    def addresses(self, target: Target, seconds: float) -> Sequence[str]:
        """Return the IP addresses that `target` may be asked at: all that its name leads to, if every one is allowed.

        Raises:
            AddressRefused: one of them is not to be asked; a name that leads inside and outside is refused whole.
            NameUnknown, TooSlow: as `look_up`.
        """
        found = [target.host] if target.literal else self.resolve(target.host, target.port, seconds)
        for address in found:
            if reason := self.refuse(address, target.port):
                leads = f"“{target.host}”" if address == target.host else f"“{target.host}” leads to {address}, which"
                raise AddressRefused(f"{leads} {reason}: only servers on the public internet are asked.")
        return found


PUBLIC = Policy()


def _port_of(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004
