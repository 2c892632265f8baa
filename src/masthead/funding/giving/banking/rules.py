"""Which lines are the same line, told again. Pure: no database, no clock."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from masthead.funding.providers.bank.statements import Line, Statement

Told = tuple[dt.date, str]  # a day and a fingerprint


def fingerprint_of(line: Line) -> str:
    """Return what a line is known by among those of its account and day: the bank's reference, else everything it says."""
    said = (line.bank_ref, line.detail_ref) if line.bank_ref else (line.counterparty, line.text, line.reference, line.end_to_end)
    words = "|".join(re.sub(r"[^0-9A-Z]", "", part.upper()) for part in said)
    return _hash("ref" if line.bank_ref else "words", str(line.amount.minor), words)


def keys_of(lines: Sequence[Line], *, before: Mapping[Told, int]) -> list[str]:
    """Return each line's key in its account: day, fingerprint, and which of its twins it is.

    Two bookings that say the same on one day are twins and both kept; told again by another file, the first is the
    first and the second the second. `before` counts those that a neighbouring statement of the same day has.
    """
    counted: Counter[Told] = Counter()
    keys = []
    for line in lines:
        told = (line.booked_on, fingerprint_of(line))
        counted[told] += 1
        keys.append(_hash(line.booked_on.isoformat(), told[1], str(before.get(told, 0) + counted[told])))
    return keys


def digest_of(statement: Statement) -> str:
    """Return what tells a statement from another with the same days and balances: all its lines, in whatever order."""
    return _hash(*sorted(f"{line.booked_on}{fingerprint_of(line)}" for line in statement.lines))


def slug_of(number: str) -> str:
    """Return what an account is called in the books: country and last four figures (`nl4300`), as a receipt would show it."""
    country = number[:2].lower() if re.match(r"[A-Z]{2}\d", number) else "acct"
    return country + re.sub(r"[^0-9a-z]", "", number.lower())[-4:]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
