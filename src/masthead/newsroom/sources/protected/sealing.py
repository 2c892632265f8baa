"""Sealing bytes: AES-256-GCM (NIST SP 800-38D), padded to a few sizes, bound to the row they lie in. Pure.

A sealed box is a version byte, the nonce, and the ciphertext with its tag. What is sealed is the length of the text in
four bytes, the text, and zeros up to one of `SIZES`: the box's length tells which size, no more. Nonces are random; with
96 bits and one key, 2^32 sealings keep the chance of a repeat below 2^-32 (SP 800-38D, section 8.3).
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from masthead.kernel.errors import MastheadError

KEY_BYTES = 32
VERSION = b"\x01"
NONCE_BYTES = 12
LENGTH_BYTES = 4
SIZES = (4096, 16_384, 65_536)  # bytes inside, length and padding with them
MOST = SIZES[-1] - LENGTH_BYTES


class TooMuch(MastheadError):
    """More text than the largest box holds."""


class NotOpened(MastheadError):
    """A box that this key does not open, or that was altered, or lies in another row than it was sealed for."""


def seal(text: bytes, *, key: bytes, row: bytes) -> bytes:
    """Return `text` sealed with `key` (32 bytes) for the row that `row` names.

    Raises:
        TooMuch: it is longer than the largest box holds.
    """
    size = next((size for size in SIZES if len(text) + LENGTH_BYTES <= size), None)
    if size is None:
        raise TooMuch(f"This is more than a protected source can hold ({MOST // 1024} KB): shorten it.")
    padded = (len(text).to_bytes(LENGTH_BYTES, "big") + text).ljust(size, b"\0")
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, padded, _bound(row))


def unseal(sealed: bytes, *, key: bytes, row: bytes) -> bytes:
    """Return the text of a box that was sealed with `key` for `row`.

    Raises:
        NotOpened: another key, another row, or altered bytes.
    """
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    shut = NotOpened("A protected source does not open: the key is another, or its row was altered.")
    if sealed[:1] != VERSION:
        raise shut
    try:
        padded = AESGCM(key).decrypt(nonce, rest, _bound(row))
    except (InvalidTag, ValueError):
        raise shut from None
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def _bound(row: bytes) -> bytes:
    return b"masthead.protected\0" + VERSION + row
