"""The key of the boxes: the setting `protected_key`, else a file of its own in the newsroom's folder."""

import base64
import binascii
import contextlib
import os
import secrets
from pathlib import Path

from django.conf import settings

from masthead.kernel.errors import MastheadError
from masthead.newsroom.sources.protected.sealing import KEY_BYTES

FILE = "protected.key"


class NoKey(MastheadError):
    """The key is not where it was, or is none."""


def data_key(*, make: bool = False) -> bytes:
    """Return the key of 32 bytes; with `make`, make the file where there is none.

    Never ask with `make` where boxes exist: another key would lie in the place of the one that opens them.

    Raises:
        NoKey: there is none, or what is there is no key.
    """
    written = settings.ENV.protected_key
    if written:
        return _read(written, "the setting protected_key")
    path = Path(settings.ENV.data) / FILE
    if make and not path.exists():
        _make(path)
    try:
        return _read(path.read_text(encoding="ascii"), FILE)
    except FileNotFoundError:
        raise NoKey(f"{FILE} is missing from the newsroom's folder: put it back from where you keep it. Nothing else opens the protected sources.") from None
    except (OSError, UnicodeDecodeError):
        raise NoKey(f"{FILE} in the newsroom's folder cannot be read: give the account that runs Masthead the right to.") from None


def _read(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise NoKey(f"What stands in {where} is no key of {KEY_BYTES} bytes in base64: put back the one that was there.")
    return key


def _make(path: Path) -> None:
    """Write a new key whole or not at all; where two processes make one at once, the first one's counts."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii") + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
