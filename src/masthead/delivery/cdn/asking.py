"""Having a CDN forget pages with requests of our own, as the settings describe them."""

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from masthead.delivery.cdn.purger import PurgeFailed, Purger
from masthead.delivery.cdn.template import Purge, Template
from masthead.delivery.cdn.wagtails import WAGTAIL, WagtailPurger
from masthead.kernel.http import FetchFailed, Limits, Policy, fetch
from masthead.kernel.ids import code

LIMITS = Limits(seconds=20, connect_seconds=5, wire_bytes=2**20, body_bytes=4 * 2**20, redirects=0)
WORDS = 200  # of a CDN's answer, in our own sentence


class Told(Protocol):
    """What the newsroom's settings say of its CDN, and its own address."""

    cdn_url: str
    cdn_method: str
    cdn_headers: str
    cdn_body: str
    address: str


def purger_for(env: Told) -> Purger | None:
    """Return the purger that the settings describe, None where no CDN is in front."""
    if not env.cdn_url:
        return None
    if env.cdn_url.startswith(WAGTAIL):
        parts = urlsplit(env.cdn_url)
        return WagtailPurger(parts.scheme.removeprefix(WAGTAIL), dict(parse_qsl(parts.query)), address=env.address)
    return HttpPurger(Template(url=env.cdn_url, method=env.cdn_method, headers=env.cdn_headers, body=env.cdn_body), address=env.address)


def try_out(env: Told) -> None:
    """Have a page forgotten that has never been there: what is wrong with the settings shows. Does nothing where no CDN is in front.

    Raises:
        PurgeFailed: what the CDN answered.
    """
    purger = purger_for(env)
    if purger is not None:
        purger.purge([f"/masthead-doctor-{code(12)}/"])


class HttpPurger:
    """Asks with requests of our own."""

    def __init__(self, template: Template, *, address: str) -> None:
        self._template = template
        self._address = address
        self.knows_everything = template.is_by_keys
        # The address is the operator's own, and a cache of hers may well stand inside the house.
        self._policy = Policy(refuse=lambda _address, _port: "", ports=None, house=True)

    def purge(self, paths: Sequence[str]) -> None:
        """Have the pages at `paths` forgotten."""
        for one in self._template.purges(paths, address=self._address):
            self._ask(one)

    def everything(self, paths: Iterable[str]) -> None:
        """Have every page forgotten."""
        if not self.knows_everything:
            self.purge(list(paths))
            return
        for one in self._template.everything(address=self._address):
            self._ask(one)

    def _ask(self, one: Purge) -> None:
        typed = {name.lower() for name in one.headers}
        kind = {"Content-Type": "application/json"} if one.body and "content-type" not in typed else {}
        try:
            answer = fetch(one.url, method=one.method, headers=kind | one.headers, content=one.body, limits=LIMITS, policy=self._policy)
        except FetchFailed as failure:
            raise PurgeFailed(str(failure)) from None
        # Varnish's own example says 404 where there was nothing to forget.
        nothing_there = one.method == "PURGE" and answer.status == HTTPStatus.NOT_FOUND
        if not (nothing_there or answer.is_found) or _says_no(answer.body):
            host, said = urlsplit(one.url).hostname, " ".join(answer.body[: WORDS * 2].decode("utf-8", "replace").split())[:WORDS]
            raise PurgeFailed(f"{host} answered {answer.status}{f': {said}' if said else ''}")


def _says_no(body: bytes) -> bool:
    """Say whether an answer of 200 says in its JSON that nothing was done."""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("success") is False
