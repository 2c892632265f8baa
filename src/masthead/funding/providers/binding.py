"""Live keys work at one address: a copy of the newsroom elsewhere must not take, refund or end anything for real."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from masthead.funding.providers.base import ProviderError

FILE = "{}.live.json"  # in the newsroom's folder; "stripe.live.json"


class BoundElsewhere(ProviderError):
    """Live keys on a site that is not the one they were first used on: nothing is sent until a person has said that it moved."""


@dataclass(frozen=True)
class Bound:
    """Which key was first used where."""

    key_print: str
    address: str


def check_bound(key: str, *, of: str) -> None:
    """Let a live key of a provider (`of`: Stripe, PayPal) be used at the address where it was first used, and remember that at the first use.

    Another key at the same address takes the old one's place: keys are rolled. Another address is refused, unless
    the setting `moved_to` names it.

    Raises:
        BoundElsewhere: the newsroom has another address than the one its live keys were used at.
    """
    address, key_print = settings.ENV.address, hashlib.sha256(key.encode()).hexdigest()[:16]
    path = settings.ENV.data / FILE.format(of.lower())
    bound = _read(path)
    if bound == Bound(key_print, address):
        return
    if bound and address not in (bound.address, settings.ENV.moved_to):
        raise BoundElsewhere(
            f"{of}'s live keys are used at {bound.address}, and this newsroom says it is {address}: a copy must not take real money. "
            f"Use test keys here; if the newsroom has moved, set moved_to = {address!r} in masthead.toml."
        )
    _write(path, Bound(key_print, address))


def _read(path: Path) -> Bound | None:
    try:
        said = json.loads(path.read_text())
        return Bound(str(said["key"]), str(said["address"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise BoundElsewhere(f"{path} cannot be read, so it is not known where the live keys belong: delete it if they belong here.") from None


def _write(path: Path, bound: Bound) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps({"key": bound.key_print, "address": bound.address}))
    beside.replace(path)
