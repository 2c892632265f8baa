"""The key that signs the books: `books.key` in the newsroom's folder, made when the first checkpoint is due.

One line, as the tools of signed notes write private keys: `PRIVATE+KEY+name+hash+key` (golang.org/x/mod/sumdb/note).
"""

import base64
import contextlib
import os
import secrets
from pathlib import Path

from django.conf import settings

from masthead.funding.ledger import notes
from masthead.kernel.errors import MastheadError

FILE = "books.key"
BEFORE = "books.key.before"  # the key that a new one took the place of
BEGINNING = "PRIVATE+KEY+"
KEY_BYTES = 32  # an Ed25519 private key (RFC 8032, 5.1.5)


class NoBooksKey(MastheadError):
    """The key that signs the books is not where it was, or is none."""


def name() -> str:
    """Return what the books are called in notes: the site's host and `/books`."""
    return f"{settings.ENV.address.partition('://')[2]}/books"


def signer() -> notes.Signer:
    """Return the key that signs.

    Raises:
        NoBooksKey: there is none, or what is there is no key.
    """
    path = Path(settings.ENV.data) / FILE
    try:
        return read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoBooksKey(
            f"{FILE} is missing from the newsroom's folder: put it back from where you keep it, or begin a new one with `masthead ledger new-key --lost`."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise NoBooksKey(f"{FILE} in the newsroom's folder cannot be read: give the account that runs Masthead the right to.") from None


def read(text: str) -> notes.Signer:
    """Return the key that a line of `books.key` says.

    Raises:
        NoBooksKey: it says none.
    """
    called, _, rest = text.strip().removeprefix(BEGINNING).partition("+")
    hashed, _, encoded = rest.partition("+")
    with contextlib.suppress(ValueError):
        blob = base64.b64decode(encoded, validate=True)
        if blob[:1] == notes.ED25519 and len(blob) == 1 + KEY_BYTES and called:
            found = notes.Signer(name=called, private_key=blob[1:])
            if found.verifier.key_id.hex() == hashed:
                return found
    raise NoBooksKey(f"What stands in {FILE} is no key: put back the one that was there.")


def made() -> notes.Signer:
    """Return a new key of the newsroom's present name; nothing is written."""
    return notes.Signer(name=name(), private_key=secrets.token_bytes(KEY_BYTES))


def keep(key: notes.Signer, *, instead: bool) -> None:
    """Write the key whole or not at all, for its owner alone (0600), where there is none; or `instead` of the one there is, which stays beside it."""
    path = Path(settings.ENV.data) / FILE
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{BEGINNING}{key.name}+{key.verifier.key_id.hex()}+{base64.b64encode(notes.ED25519 + key.private_key).decode('ascii')}\n")
            file.flush()
            os.fsync(file.fileno())
        if instead:
            with contextlib.suppress(FileNotFoundError):
                path.replace(path.with_name(BEFORE))
            part.replace(path)
        else:
            with contextlib.suppress(FileExistsError):  # another process made one this moment: that one counts
                os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
