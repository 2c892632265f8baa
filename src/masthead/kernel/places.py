"""Where a request comes from, as a network: behind proxies, only those of ours are believed."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PLACE_BITS = {4: 24, 6: 48}  # an address's neighbours: what one customer is commonly given (RFC 6177 for IPv6)
UNKNOWN = "unknown"
# This machine and networks without an address of their own on the internet (RFC 1918, RFC 4193): readers are never there, proxies are.
INSIDE = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")))


def networks_in(text: str) -> tuple[Network, ...]:
    """Return the networks in a line such as `172.16.0.0/12, 2001:db8::/32`; a single address is a network of one.

    Raises:
        ValueError: one of them is none; the sentence names it.
    """
    return tuple(ipaddress.ip_network(part, strict=False) for part in text.replace(",", " ").split())


def address_of(*, remote: str, forwarded: str, trusted: Sequence[Network] = ()) -> Address | None:
    """Return the address that a request was sent from, or None where nobody says it.

    `remote` is who connected to us, `forwarded` the header X-Forwarded-For. The header is believed only where a proxy of ours
    connected: from this machine (or its socket), or from a network in `trusted`. It is read from its end, where each proxy adds
    whom it was asked by, up to the first who is no proxy of ours: what stands before that could be the sender's own words.
    """
    nearest = _address(remote)
    if nearest is not None and not _is_ours(nearest, trusted):
        return nearest
    for part in reversed(forwarded.split(",")):
        found = _address(part)
        if found is None:
            break
        nearest = found
        if not _is_ours(found, trusted):
            break
    return nearest


def place_of(address: Address | None) -> str:
    """Return the network that an address is counted under, such as `203.0.113.0/24`."""
    return str(ipaddress.ip_network(f"{address}/{PLACE_BITS[address.version]}", strict=False)) if address else UNKNOWN


def is_outside(place: str) -> bool:
    """Say whether a place tells people apart: not where it is a proxy that does not say whom it was asked by, so that everybody is there."""
    if place == UNKNOWN:
        return False
    network = ipaddress.ip_network(place)
    return not any(network.version == inside.version and network.overlaps(inside) for inside in INSIDE)


def _is_ours(address: Address, trusted: Sequence[Network]) -> bool:
    return address.is_loopback or any(address in network for network in trusted if network.version == address.version)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
