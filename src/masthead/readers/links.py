"""Signed links: an address that only the person it was sent to has, good for a time and for one purpose."""

import datetime as dt

from django.core.signing import BadSignature, Signer

from masthead.kernel.errors import MastheadError


class BadLink(MastheadError):
    """A link that was altered, made for something else, or is too old. It never says which."""


def sign(*, purpose: str, value: str, now: dt.datetime) -> str:
    """Return a token for `value` (letters, digits and hyphens), fit for a path; 256-bit HMAC, salted with its purpose."""
    return _signer(purpose).sign(f"{value}.{int(now.timestamp()):x}")


def read(*, purpose: str, token: str, max_age: dt.timedelta, now: dt.datetime) -> str:
    """Return the value that a token was made for.

    Raises:
        BadLink: altered, of another purpose, older than `max_age`, or from the future.
    """
    try:
        value, _, stamp = _signer(purpose).unsign(token).rpartition(".")
        age_seconds = now.timestamp() - int(stamp, 16)
    except (BadSignature, ValueError):
        raise BadLink("This link does not work: use the one from our latest letter.") from None
    minute_seconds = 60
    if not -minute_seconds <= age_seconds <= max_age.total_seconds():
        raise BadLink("This link does not work: use the one from our latest letter.")
    return value


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"masthead.readers.{purpose}", sep="~")
