"""How the simulated PayPal signs webhooks: an authority of its own, and the certificate that it gave out.

developer.paypal.com/api/rest/webhooks/rest: RSA-SHA256 over `<transmission id>|<time>|<webhook id>|<CRC-32 of the body>`.
"""

import base64
import datetime as dt
import zlib
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

NAME = "messageverificationcerts.paypal.com"
BEFORE, AFTER = dt.timedelta(days=2), dt.timedelta(days=1200)


@dataclass(frozen=True)
class Signer:
    """A key, its certificate and the authority above it, all in PEM."""

    key: rsa.RSAPrivateKey
    certificate: bytes
    root: bytes

    def sign(self, *, body: bytes, transmission_id: str, at: dt.datetime, webhook_id: str) -> tuple[str, str]:
        """Return the transmission time and the signature of a letter."""
        time = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()
        return time, base64.b64encode(self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()


@cache
def _keys(number: int) -> tuple[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]:  # noqa: ARG001 - one pair for each number
    """Return keys, made once in a process: making them takes longer than everything else here."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048), ec.generate_private_key(ec.SECP256R1())


def make_signer(*, now: dt.datetime, name: str = NAME, number: int = 0, lives: dt.timedelta = AFTER) -> Signer:
    """Return a signer whose certificate is made out to `name`; another `number` is another authority."""
    key, root_key = _keys(number)
    above = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Simulated authority {number}")])
    root = _certificate(above, above, root_key.public_key(), root_key, now=now, lives=AFTER, extensions=_root_extensions(root_key))
    mine = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    leaf = _certificate(mine, above, key.public_key(), root_key, now=now, lives=lives, extensions=_leaf_extensions(name, root_key))
    return Signer(key=key, certificate=leaf.public_bytes(Encoding.PEM), root=root.public_bytes(Encoding.PEM))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    signed_by: ec.EllipticCurvePrivateKey,
    *,
    now: dt.datetime,
    lives: dt.timedelta,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BEFORE).not_valid_after(now + lives)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signed_by, hashes.SHA256())


def _root_extensions(key: ec.EllipticCurvePrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return [
        (x509.BasicConstraints(ca=True, path_length=1), True),
        (x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]


def _leaf_extensions(name: str, above: ec.EllipticCurvePrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False),
    ]
