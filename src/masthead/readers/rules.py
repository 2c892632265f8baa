"""What counts as the same person's address, and what may be a name."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from masthead.kernel.errors import MastheadError

LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets


class BadEmail(MastheadError):
    """An e-mail address that no letter can reach."""


class BadText(MastheadError):
    """A line of text with line breaks or other control characters, or too long."""


def normal_email(text: str) -> str:
    """Return an address as it is kept and compared: trimmed, composed (NFC), small letters.

    RFC 5321 lets the part before the @ differ by case; no mailbox in use does, and people type it both ways.

    Raises:
        BadEmail: it is not an address.
    """
    address = unicodedata.normalize("NFC", text.strip()).lower()
    try:
        if len(address) > LONGEST_EMAIL or not address.isprintable():
            raise BadEmail("This is not an e-mail address: check it, such as name@example.org.")
        validate_email(address)
    except ValidationError:
        raise BadEmail("This is not an e-mail address: check it, such as name@example.org.") from None
    return address


def one_line(text: str, *, longest: int) -> str:
    """Return a person's line of text, trimmed and composed (NFC), with inner runs of spaces made one.

    Line breaks are refused, not removed: they are how a letter's headers are forged. So are control and
    formatting characters, which turn a name into something else on the page; the joiners that Persian and
    Indic names need are kept.

    Raises:
        BadText: it holds such a character, or is longer than `longest` characters.
    """
    trimmed = unicodedata.normalize("NFC", text.strip(" \t"))
    joiners = {"\u200c", "\u200d"}
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and letter not in joiners for letter in trimmed):
        raise BadText("This holds a line break or another invisible character: type it as one plain line.")
    line = " ".join(word for word in trimmed.split(" ") if word)
    if len(line) > longest:
        raise BadText(f"This is {len(line)} characters long; {longest} fit here.")
    return line
