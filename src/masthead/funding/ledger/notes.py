"""Signed notes and checkpoints as the transparency-log world writes them, so that others' tools read ours. Pure.

A note is text, a blank line and signature lines (https://c2sp.org/signed-note); a checkpoint is a note whose text is the
log's name, the number of its leaves and the root over them in base64 (https://c2sp.org/tlog-checkpoint). Keys are Ed25519.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from masthead.kernel.errors import MastheadError

ED25519 = b"\x01"  # the signature type of https://c2sp.org/signed-note#signature-types
DASH = "—"  # U+2014, as signature lines begin
HASH_BYTES = 32
KEY_ID_BYTES = 4


class NoteRefused(MastheadError):
    """A note that cannot be read, or that nobody known has signed; the sentence says which."""


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Whose signatures are believed: a name and an Ed25519 public key (32 bytes)."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, line feed, signature type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public_key).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Write the key as others take it: `name+hash+key`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public_key).decode()}"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: a name and an Ed25519 private key (32 bytes, RFC 8032)."""

    name: str
    private_key: bytes

    @property
    def verifier(self) -> Verifier:
        """Whose signatures these are."""
        return Verifier(name=self.name, public_key=Ed25519PrivateKey.from_private_bytes(self.private_key).public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """Return the signature line over a note's text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.private_key).sign(text.encode())
        return f"{DASH} {self.name} {base64.b64encode(self.verifier.key_id + signature).decode()}\n"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What the books were at one moment: `origin` names them, `size` rows, their root. `more` are lines of our own after these."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the note's text, with its line feed at the end."""
        return "\n".join((self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.more)) + "\n"


def sign(text: str, signers: Iterable[Signer]) -> str:
    """Return `text`, which ends in a line feed, as a signed note.

    Raises:
        NoteRefused: the text does not end in a line feed or holds a control character.
    """
    _check_text(text)
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def cosign(note: str, signer: Signer) -> str:
    """Return a note with one more signature over the same text, in place of an older one of the same key."""
    text, lines = _parts(note)
    key_id = signer.verifier.key_id
    kept = [line for line in lines if not (line[0] == signer.name and line[1][:KEY_ID_BYTES] == key_id)]
    return text + "\n" + "".join(f"{DASH} {name} {base64.b64encode(blob).decode()}\n" for name, blob in kept) + signer.line(text)


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """Return a note's text and which of `verifiers` have signed it. Signatures of others are passed over, as the format asks.

    Raises:
        NoteRefused: it is no signed note, a signature of a known key is wrong, or none of them has signed.
    """
    text, lines = _parts(note)
    signed: list[Verifier] = []
    for verifier in verifiers:
        for name, blob in lines:
            if name != verifier.name or blob[:KEY_ID_BYTES] != verifier.key_id:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(blob[KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                raise NoteRefused(f"The signature of {verifier.name} does not fit the note: its text or the signature was altered.") from None
            signed.append(verifier)
            break
    if not signed:
        raise NoteRefused("The note is not signed by any key that was given.")
    return text, signed


def line_of(note: str, verifier: Verifier) -> str:
    """Return the line in which `verifier` signed a note; whether it is right, `open_note` says.

    Raises:
        NoteRefused: there is none.
    """
    for name, blob in _parts(note)[1]:
        if name == verifier.name and blob[:KEY_ID_BYTES] == verifier.key_id:
            return f"{DASH} {name} {base64.b64encode(blob).decode()}\n"
    raise NoteRefused(f"{verifier.name} has not signed this note.")


def read_verifier(text: str) -> Verifier:
    """Return the public key written as `name+hash+key`.

    Raises:
        NoteRefused: it is none, or its hash does not fit.
    """
    name, _, rest = text.strip().partition("+")
    hashed, _, key = rest.partition("+")
    blob = _decoded(key)
    if not name or blob is None or blob[:1] != ED25519 or len(blob) != 1 + HASH_BYTES:
        raise NoteRefused("This is no public key: it looks like name+hash+key, in one line.")
    verifier = Verifier(name=name, public_key=blob[1:])
    if verifier.key_id.hex() != hashed:
        raise NoteRefused(f"The key of {name} does not fit its own hash: a character was lost or changed.")
    return verifier


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text is.

    Raises:
        NoteRefused: a line is missing or malformed.
    """
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not lines[0] or not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:  # noqa: PLR2004 - the three lines of the format
        raise NoteRefused("This is no checkpoint: it begins with a name, a number of rows and a root, a line each.")
    root = _decoded(lines[2])
    if root is None or len(root) != HASH_BYTES:
        raise NoteRefused("The checkpoint's root is not 32 bytes in base64.")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, more=tuple(lines[3:]))


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not note.endswith("\n"):
        raise NoteRefused("This is no signed note: text, an empty line and signatures are expected.")
    text += "\n"
    _check_text(text)
    lines = []
    for line in signatures.removesuffix("\n").split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        blob = _decoded(encoded)
        if dash != DASH or not name or blob is None or len(blob) <= KEY_ID_BYTES:
            raise NoteRefused(f"A signature line of the note is malformed: “{line[:60]}”.")
        lines.append((name, blob))
    return text, lines


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(ord(sign) < ord(" ") and sign != "\n" for sign in text):
        raise NoteRefused("A note's text ends in a line feed and holds no other control character.")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if text else None
    except (binascii.Error, ValueError):
        return None
