"""Identifiers that say nothing about what they name."""

import secrets
import uuid

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_id() -> uuid.UUID:
    """Return a random UUID (version 4, RFC 9562)."""
    return uuid.uuid4()


def code(length: int = 8) -> str:
    """Return a random code that survives being read aloud (no 0, 1, i, l, o)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
