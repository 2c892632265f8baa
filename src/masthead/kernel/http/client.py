"""`fetch`: an address that somebody typed, followed to its end, or one sentence why not."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import urljoin

from masthead import __version__
from masthead.kernel.http.addresses import PUBLIC, Policy, read_target
from masthead.kernel.http.connections import REDIRECTS, Asking, Deadline, Exchange, Limits, exchange
from masthead.kernel.http.errors import TooManyRedirects

AGENT = f"Masthead/{__version__}"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What an address answered in the end, whatever its status; `exchanges` are the redirects and, last, the answer."""

    exchanges: tuple[Exchange, ...]
    body: bytes  # its content coding undone

    @property
    def answer(self) -> Exchange:
        """The last exchange."""
        return self.exchanges[-1]

    @property
    def url(self) -> str:
        """Where the redirects led."""
        return self.answer.url

    @property
    def redirects(self) -> tuple[str, ...]:
        """The addresses that led on, in order; empty where the first one answered."""
        return tuple(passed.url for passed in self.exchanges[:-1])

    @property
    def status(self) -> int:
        """The status code of the answer (RFC 9110, 15)."""
        return self.answer.status

    @property
    def is_found(self) -> bool:
        """Whether the server said that this is it."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def header(self, name: str) -> str:
        """Return the answer's first header of this name (small letters), or nothing."""
        return self.answer.header(name)


def fetch(
    url: str,
    *,
    limits: Limits | None = None,
    policy: Policy = PUBLIC,
    method: str = "GET",
    headers: Mapping[str, str] = NOTHING,
    content: bytes = b"",
    head_only: bool = False,
) -> Fetched:
    """Ask for `url` and return the answer; redirects are followed, each one checked like the first.

    No cookies are kept and no proxy of the environment is used. A request other than a plain GET, or one with a key in its headers,
    goes to the server it was meant for: its redirects are answers. `head_only` does not wait for the body.

    Raises:
        AddressRefused: the address, one that it redirects to, or one that its name leads to is not on the public web.
        NameUnknown, Unreachable: nobody answered. TooSlow: not within `limits.seconds` in all.
        TooLarge: over a cap, or a decompression bomb. TooManyRedirects: a circle, or more than `limits.redirects`.
        BrokenAnswer: no HTTP, or a coding that was not asked for.
    """
    limits = limits or Limits()
    deadline = Deadline(limits.seconds)
    target = read_target(url, ports=policy.ports, house=policy.house)
    follows = method in {"GET", "HEAD"} and "authorization" not in {name.lower() for name in headers}
    asking = Asking(method=method, headers={"User-Agent": AGENT, "Accept": "*/*", **headers}, content=content, wants_body=not head_only)
    passed: list[Exchange] = []
    while True:
        done, body = exchange(target, asking, policy=policy, limits=limits, deadline=deadline)
        passed.append(done)
        leads_to = done.header("location") if follows and done.status in REDIRECTS else ""
        if not leads_to:
            return Fetched(exchanges=tuple(passed), body=body)
        if len(passed) > limits.redirects:
            raise TooManyRedirects(f"{passed[0].url} leads on and on, over {limits.redirects} redirects: give the address where it ends.")
        target = read_target(_joined(target.url, leads_to), ports=policy.ports, house=policy.house)
        if target.url in {exchanged.url for exchanged in passed}:
            raise TooManyRedirects(f"{passed[0].url} leads in a circle, back to {target.url}.")


def _joined(base: str, location: str) -> str:
    """Return where a Location header leads (RFC 9110, 10.2.2); servers write letters beyond ASCII in it as UTF-8."""
    with contextlib.suppress(UnicodeDecodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(base, location)
    except ValueError:
        return location
