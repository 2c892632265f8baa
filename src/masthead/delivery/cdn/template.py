"""How a CDN is asked to forget pages, as its operator describes it: an address, headers and a body with places for what changed.

The places: `{keys}` (with blanks between), `{comma_keys}`, `{json_keys}` (a JSON list), `{key}` (one request for each), `{url}` and `{path}` (one request
for each changed address), `{json_urls}`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from masthead.delivery.cdn.keys import SITE, key_of

PLACE = re.compile(r"\{(\w+)\}")
OF_KEYS = frozenset({"keys", "comma_keys", "json_keys", "key"})
OF_ADDRESSES = frozenset({"url", "path", "json_urls"})
ONE_EACH = frozenset({"key", "url", "path"})
TOGETHER = 30  # in one request: Cloudflare takes no more on its smaller plans, Fastly 256
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2


@dataclass(frozen=True, slots=True)
class Purge:
    """One request to a CDN."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A purge with its places open. `headers` are lines of `Name: value`."""

    url: str
    method: str = "POST"
    headers: str = ""
    body: str = ""

    @property
    def places(self) -> frozenset[str]:
        """Return the names of the places that are open."""
        return frozenset(PLACE.findall(f"{self.url} {self.headers} {self.body}")) & (OF_KEYS | OF_ADDRESSES)

    @property
    def is_by_keys(self) -> bool:
        """Whether the CDN is asked by surrogate keys, so that one request can reach every page."""
        return bool(self.places & OF_KEYS)

    def why_not(self) -> str:
        """Return why no purge can be made of this, as the end of a sentence; empty where one can."""
        if not self.places:
            return "says nowhere what changed: put {keys}, {json_keys}, {key}, {url} or another place into cdn_url, cdn_headers or cdn_body"
        if self.places & OF_KEYS and self.places & OF_ADDRESSES:
            return "asks by keys and by addresses at once: use one of them"
        wrong = next((line for line in self._lines() if not NAME.fullmatch(line.partition(":")[0].strip()) or ":" not in line), None)
        return f"has the header line {wrong!r}, which is not of the form Name: value" if wrong is not None else ""

    def purges(self, paths: Sequence[str], *, address: str) -> Iterator[Purge]:
        """Yield the requests that have the pages at `paths` forgotten; `address` is the site's."""
        yield from self._purges([key_of(path) for path in paths] if self.is_by_keys else list(paths), address)

    def everything(self, *, address: str) -> Iterator[Purge]:
        """Yield the request that has every page forgotten; only where the CDN is asked by keys."""
        yield from self._purges([SITE], address)

    def _purges(self, items: Sequence[str], address: str) -> Iterator[Purge]:
        left = iter(items)
        while some := list(islice(left, 1 if self.places & ONE_EACH else TOGETHER)):
            urls = [f"{address}{item}" for item in some]
            said = {"keys": " ".join(some), "comma_keys": ",".join(some), "json_keys": json.dumps(some), "key": some[0]}
            said |= {"url": urls[0], "path": some[0], "json_urls": json.dumps(urls)}
            before, mark, query = self.url.partition("?")
            headers = {name.strip(): _filled(value.strip(), said) for name, _, value in (line.partition(":") for line in self._lines())}
            yield Purge(
                method=self.method,
                url=_filled(before, said) + mark + _filled(query, {name: quote(value, safe="") for name, value in said.items()}),
                headers=headers,
                body=_filled(self.body, said).encode(),
            )

    def _lines(self) -> list[str]:
        return [line for line in self.headers.splitlines() if line.strip()]


def _filled(text: str, said: dict[str, str]) -> str:
    return PLACE.sub(lambda found: said.get(found[1], found[0]), text)
