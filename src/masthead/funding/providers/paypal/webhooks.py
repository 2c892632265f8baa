"""Webhooks of PayPal: is it signed by PayPal, and what does it hint at.

developer.paypal.com/api/rest/webhooks/rest, "Verify webhook signature", the way without asking PayPal each time: the signature
covers `<transmission id>|<transmission time>|<webhook id>|<CRC-32 of the raw body>`.
"""

import base64
import binascii
import datetime as dt
import json
import zlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from masthead.funding.providers.base import BadSignature, Hint
from masthead.funding.providers.paypal.certificates import key_of
from masthead.funding.providers.paypal.hints import ref_of

ALGORITHM = "SHA256withRSA"
# PayPal sends a webhook again for three days (developer.paypal.com/api/rest/webhooks, "up to 25 times over the course of 3 days"), and
# does not say that it signs anew each time. An old one that is sent again harms nothing: it is stored once and is only a hint.
PAST, FUTURE = dt.timedelta(days=4), dt.timedelta(minutes=5)
LONGEST_HEADER, LONGEST_WORD = 2000, 100


def hint_of(*, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
    """Return what a webhook hints at, once its signature was checked over the raw bytes.

    `object_ref` is empty where the event concerns no gift.

    Raises:
        BadSignature: not signed by PayPal for this newsroom, too old, from the future, or unreadable.
    """
    given = {name.lower(): value for name, value in headers.items()}
    words = {name: given.get(f"paypal-{name}", "") for name in ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")}
    if not all(0 < len(word) <= LONGEST_HEADER and word.isascii() for word in words.values()) or words["auth-algo"] != ALGORITHM:
        raise BadSignature("The webhook carries no readable signature of PayPal's.")
    webhook_id = str(settings.ENV.paypal_webhook_id)
    if not webhook_id:
        raise BadSignature("Webhooks of PayPal cannot be checked: set paypal_webhook_id in masthead.toml to the id that PayPal shows beside the webhook.")
    _check_time(words["transmission-time"], now=now)
    signed = f"{words['transmission-id']}|{words['transmission-time']}|{webhook_id}|{zlib.crc32(body)}".encode()
    try:
        signature = base64.b64decode(words["transmission-sig"], validate=True)
        key_of(words["cert-url"], now=now).verify(signature, signed, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise BadSignature("The webhook's signature does not match its body: check paypal_webhook_id.") from None
    return _read(body)


def _check_time(text: str, *, now: dt.datetime) -> None:
    try:
        sent = dt.datetime.fromisoformat(text)
    except ValueError:
        sent = None
    if sent is None or sent.tzinfo is None:
        raise BadSignature("The webhook says no readable time.")
    if now - sent > PAST:
        raise BadSignature(f"The webhook was sent {(now - sent).days} days ago; only {PAST.days} are allowed. Check this machine's clock.")
    if sent - now > FUTURE:
        raise BadSignature(f"The webhook was sent {(sent - now).total_seconds():.0f} seconds in the future: check this machine's clock.")


def _read(body: bytes) -> Hint:
    try:
        said = json.loads(body)
        event_id, kind, thing = said["id"], said["event_type"], said["resource"]
        right = isinstance(thing, dict) and all(isinstance(word, str) and 0 < len(word) <= LONGEST_WORD for word in (event_id, kind))
        ref = ref_of(kind, thing) if right else ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        right, ref = False, ""
    if not right or len(ref) > LONGEST_WORD:
        raise BadSignature("The webhook's body is not one of PayPal's.")
    return Hint(event_id=event_id, kind=kind, object_ref=ref)
