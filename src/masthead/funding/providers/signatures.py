"""Webhook signatures: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.

The scheme is Stripe's (docs.stripe.com/webhooks#verify-manually), with one rule added: its library takes
timestamps from the future, we do not.
"""

import datetime as dt
import hashlib
import hmac

from masthead.funding.providers.base import BadSignature

TOLERANCE_SECONDS = 300
# A clock may run ahead by a little; one that runs ahead by more is not ours to trust.
FUTURE_SECONDS = 5


def sign(*, body: bytes, secret: str, now: dt.datetime) -> str:
    """Return the header for `body`, signed at `now`."""
    stamp = int(now.timestamp())
    return f"t={stamp},v1={_digest(stamp, body, secret)}"


def verify(*, header: str, body: bytes, secrets: tuple[str, ...], now: dt.datetime) -> None:
    """Check that `body` was signed with one of `secrets` in the last 300 seconds.

    Several secrets are right while one is being replaced by another.

    Raises:
        BadSignature: no such signature, or its time is not now.
    """
    stamp, digests = _read(header)
    expected = [_digest(stamp, body, secret) for secret in secrets if secret]
    if not any(hmac.compare_digest(given, right) for given in digests for right in expected):
        raise BadSignature("The webhook's signature does not match its body: check the signing secret.")
    age_seconds = now.timestamp() - stamp
    if age_seconds > TOLERANCE_SECONDS:
        raise BadSignature(f"The webhook was signed {age_seconds:.0f} seconds ago; only {TOLERANCE_SECONDS} are allowed. Check this machine's clock.")
    if age_seconds < -FUTURE_SECONDS:
        raise BadSignature(f"The webhook was signed {-age_seconds:.0f} seconds in the future: check this machine's clock.")


def _read(header: str) -> tuple[int, list[str]]:
    stamp, digests = "", []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and not stamp:
            stamp = value
        elif name == "v1" and value.isascii():
            digests.append(value)
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= len("9999999999")) or not digests:
        raise BadSignature("The webhook carries no readable signature.")
    return int(stamp), digests


def _digest(stamp: int, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
