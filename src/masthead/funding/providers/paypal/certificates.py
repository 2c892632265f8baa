"""The certificate that PayPal signs webhooks with: from PayPal's host alone, and up to a root that this program trusts."""

import datetime as dt
import re
from collections import OrderedDict
from functools import cache
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from django.conf import settings

from masthead.funding.providers.base import BadSignature
from masthead.funding.providers.paypal import account
from masthead.funding.providers.paypal.client import policy
from masthead.kernel.http import FetchFailed, Limits, fetch

# The hosts that serve certificates, each exactly; no other name under paypal.com is believed.
HOSTS = {
    account.LIVE: frozenset({"api.paypal.com", "api-m.paypal.com"}),
    account.SANDBOX: frozenset({"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}),
}
PATH = re.compile(r"/v1/notifications/certs/CERT-[A-Za-z0-9-]{1,100}")
SUBJECT = ".paypal.com"  # what the certificate is made out to: messageverificationcerts.paypal.com
LIMITS = Limits(seconds=8, connect_seconds=4, wire_bytes=256 * 1024, body_bytes=256 * 1024, redirects=0)
MOST_KEPT, MOST_STEPS = 32, 3
KEPT = dt.timedelta(hours=12)  # then it is fetched anew, so that one that PayPal withdrew is not believed for ever
FAILED_KEPT = dt.timedelta(seconds=30)  # forged letters must not have us ask PayPal for each of them

_kept: "OrderedDict[tuple[str, str], tuple[dt.datetime, list[x509.Certificate]]]" = OrderedDict()
_lock = Lock()


def key_of(url: str, *, now: dt.datetime) -> RSAPublicKey:
    """Return the key of the certificate at `url`.

    Raises:
        BadSignature: the address is not PayPal's, nothing readable is there, or the certificate is not PayPal's,
            not of this time, or leads to no root that is trusted.
    """
    check_address(url)
    chain = _chain_at(url, now=now)
    if not chain:
        raise BadSignature("The certificate of PayPal's webhook could not be read: it is tried again when PayPal sends the webhook again.")
    leaf, *between = chain
    name = _name_of(leaf)
    try:
        roots = _roots(_root_path())
    except (OSError, ValueError):
        raise BadSignature(f"{_root_path()} holds no readable certificates: set paypal_test_root to the file of the simulator's authority.") from None
    verifier = PolicyBuilder().store(roots).time(now).build_server_verifier(x509.DNSName(name))
    try:
        verifier.verify(leaf, between)
    except VerificationError as error:
        raise BadSignature(f"The certificate of the webhook leads to no root that is trusted, or is not of this time: {str(error)[:120]}.") from None
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("The certificate of the webhook has no RSA key, which PayPal signs with.")
    return key


def check_address(url: str) -> None:
    """Accept the address of a certificate at PayPal's own host, or the simulator's where that is set.

    Raises:
        BadSignature: it is anywhere else.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSignature("The webhook's certificate has no readable address.") from None
    if account.is_here():
        right = f"{parts.scheme}://{parts.netloc}" == account.base()
    else:
        right = parts.scheme == "https" and parts.hostname in HOSTS[account.base()] and port in {None, 443} and "@" not in parts.netloc
    if not right or not PATH.fullmatch(parts.path) or parts.query or parts.fragment:
        raise BadSignature(f"The webhook's certificate would be at {url[:120]!r}, which is not PayPal's place for them: it was not looked at.")


def _chain_at(url: str, *, now: dt.datetime) -> list[x509.Certificate]:
    """Return the certificate at `url` and those between it and a root; empty where it cannot be had."""
    mine = (account.base(), url)
    with _lock:
        until, chain = _kept.get(mine, (now, []))
    if now < until:
        return chain
    chain = _completed(_fetched(url))
    with _lock:
        _kept[mine] = (now + (KEPT if chain else FAILED_KEPT), chain)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return chain


def _fetched(url: str) -> list[x509.Certificate]:
    try:
        done = fetch(url, limits=LIMITS, policy=policy())
        if not done.is_found:
            return []
        return x509.load_pem_x509_certificates(done.body) if b"-----BEGIN" in done.body else [x509.load_der_x509_certificate(done.body)]
    except (FetchFailed, ValueError, UnsupportedAlgorithm):
        return []


def _completed(chain: list[x509.Certificate]) -> list[x509.Certificate]:
    """Add the certificates between where PayPal leaves them out, from the addresses that each names (RFC 5280, 4.2.2.1)."""
    for _ in range(MOST_STEPS if chain and not account.is_here() else 0):
        last = chain[-1]
        if last.issuer == last.subject or last.issuer in _subjects(_root_path()):
            break
        above = _fetched(_issuer_url(last))
        if not above:
            break
        chain = [*chain, above[0]]
    return chain


def _issuer_url(certificate: x509.Certificate) -> str:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    places = (
        one.access_location.value
        for one in found
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )
    return next(places, "")


def _name_of(leaf: x509.Certificate) -> str:
    """Return the name under paypal.com that a certificate is made out to.

    Raises:
        BadSignature: there is none.
    """
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    except (x509.ExtensionNotFound, ValueError):
        names = []
    found = next((name for name in names if name.lower().endswith(SUBJECT) and "*" not in name), "")
    if not found:
        raise BadSignature("The certificate of the webhook is not made out to PayPal.")
    return found


def _root_path() -> str:
    """Return the file of the roots that are trusted: the public ones, or the simulator's own."""
    given = str(settings.ENV.paypal_test_root)
    return str(settings.ENV.data / given) if account.is_here() and given else certifi.where()


@cache
def _roots(path: str) -> Store:
    return Store(x509.load_pem_x509_certificates(Path(path).read_bytes()))


@cache
def _subjects(path: str) -> frozenset[x509.Name]:
    return frozenset(root.subject for root in x509.load_pem_x509_certificates(Path(path).read_bytes()))
