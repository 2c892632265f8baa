"""What a bank's file gives when it is read, and why it is refused."""

import pytest

from masthead.funding.providers.bank import table as tables
from masthead.funding.providers.bank.reading import read
from masthead.funding.providers.bank.statements import StatementRefused


def reason(data: bytes, **words: tables.Mapping) -> str:
    with pytest.raises(StatementRefused) as refusal:
        read(data, **words)
    return str(refusal.value)


def minors(data: bytes, **words: tables.Mapping) -> list[list[int]]:
    """Return the amounts of each statement's lines."""
    return [[line.amount.minor for line in found.lines] for found in read(data, **words)]


def swapped(data: bytes, *pairs: tuple[bytes, bytes]) -> bytes:
    """Return a file in which each of the pairs' first bytes stand once at least and are its second."""
    for old, new in pairs:
        assert old in data, old
        data = data.replace(old, new)
    return data
