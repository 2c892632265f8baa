"""Reference codes that a supporter writes on a transfer, found again in what a bank tells of it.

ISO 11649: `RF`, two check digits (ISO/IEC 7064, MOD 97-10), and up to 21 letters and figures; banks that know it refuse a slip of the pen.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable

from masthead.kernel.ids import ALPHABET

LENGTH = 12  # of our own part, in an alphabet without 0, 1, I, L and O: 31^12
CODE = re.compile(rf"(?=(RF\d{{2}}[{ALPHABET.upper()}]{{{LENGTH}}}))")
MODULUS = 97


def reference_of(gift_id: uuid.UUID) -> str:
    """Return a gift's reference, the same each time: `RF42K7…`, 16 letters and figures. It says nothing about the gift."""
    number = int.from_bytes(hashlib.sha256(b"masthead-bank-reference-1\n" + gift_id.bytes).digest())
    own = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        own += ALPHABET[place].upper()
    return f"RF{check_digits(own)}{own}"


def check_digits(own: str) -> str:
    """Return the two check digits of a creditor reference whose own part is `own`."""
    return f"{MODULUS + 1 - _number(own + 'RF00') % MODULUS:02d}"


def is_right(reference: str) -> bool:
    """Say whether a creditor reference's check digits are right (ISO 11649)."""
    compact = re.sub(r"\s", "", reference).upper()
    return bool(re.fullmatch(r"RF\d{2}[0-9A-Z]{1,21}", compact)) and _number(compact[4:] + compact[:4]) % MODULUS == 1


def in_groups(reference: str) -> str:
    """Return a reference in groups of four, as it is read aloud and typed."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def references_in(texts: Iterable[str]) -> list[str]:
    """Return every reference of our own form, its check digits right, that stands in `texts`; spaces, marks and case do not matter."""
    found = []
    for text in texts:
        compact = re.sub(r"[^0-9A-Z]", "", text.upper())
        found += [match[1] for match in CODE.finditer(compact) if is_right(match[1])]
    return list(dict.fromkeys(found))


def is_iban(text: str) -> bool:
    """Say whether `text` is an IBAN whose check digits are right (ISO 13616)."""
    compact = re.sub(r"\s", "", text).upper()
    return bool(re.fullmatch(r"[A-Z]{2}\d{2}[0-9A-Z]{11,30}", compact)) and _number(compact[4:] + compact[:4]) % MODULUS == 1


def _number(text: str) -> int:
    """Return the number that letters and figures make where A is 10 and Z is 35."""
    return int("".join(str(int(letter, 36)) for letter in text))
