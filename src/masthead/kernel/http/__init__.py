"""Outgoing HTTP for addresses that people type: one client, which asks no machine of ours and ends in bounded time and memory.

Every request that leaves the house goes through `fetch`. The parts: `addresses` (what may be asked), `connections` (one exchange
over a socket to a checked address), `bodies` (content codings, bounded), `client` (redirects, the whole).
"""

from masthead.kernel.http.addresses import PUBLIC, Policy, is_public, read_target, why_refused
from masthead.kernel.http.client import Fetched, fetch
from masthead.kernel.http.connections import Exchange, Limits
from masthead.kernel.http.errors import AddressRefused, BrokenAnswer, FetchFailed, NameUnknown, TooLarge, TooManyRedirects, TooSlow, Unreachable

__all__ = [
    "PUBLIC",
    "AddressRefused",
    "BrokenAnswer",
    "Exchange",
    "FetchFailed",
    "Fetched",
    "Limits",
    "NameUnknown",
    "Policy",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "fetch",
    "is_public",
    "read_target",
    "why_refused",
]
