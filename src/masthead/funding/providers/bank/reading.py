"""The one door for banks' files: tells their kind by what stands in them, never by their name."""

import re
from enum import StrEnum

from masthead.funding.providers.bank import camt, mt940, ofx, table
from masthead.funding.providers.bank.statements import LARGEST_FILE, Statement, StatementRefused, decoded, paged

HEAD = 4096  # letters that tell the kind


class Form(StrEnum):
    """The kinds of files."""

    CAMT = "camt"
    MT940 = "MT940"
    OFX = "OFX"
    TABLE = "table"


def form_of(data: bytes) -> Form:
    """Return the kind of a bank's file; what is no other kind may be a table.

    Raises:
        StatementRefused: it is empty, too large, or of a kind that no table is (an archive, a picture, a PDF, a web page).
    """
    if not data.strip():
        raise StatementRefused("The file is empty.")
    if len(data) > LARGEST_FILE:
        raise StatementRefused(f"The file is {len(data)} bytes long, and at most {LARGEST_FILE} are taken: export fewer days.")
    if data.startswith((b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8", b"\xd0\xcf\x11\xe0")):
        raise StatementRefused(
            "The file is a PDF, a picture, an office document or an archive: export the account as camt.053, MT940, OFX or CSV, and unpack it first."
        )
    head = decoded(data)[:HEAD].lstrip()
    if re.search(r"OFXHEADER|<OFX>|<\?OFX", head):
        return Form.OFX
    if re.match(r"<!doctype html|<html", head, re.IGNORECASE):
        raise StatementRefused("Line 1: the file is a web page, perhaps the bank's sign-in page saved in place of the statement. Nothing of it was taken.")
    if head.startswith("<"):
        return Form.CAMT
    if re.match(r"(\{1:|:\d{2}[A-Z]?:)", head) or re.search(r"^:20:", head, re.MULTILINE):
        return Form.MT940
    if "\0" in head and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise StatementRefused("The file is not text, so it is no bank's statement that Masthead reads: export the account as camt.053, MT940, OFX or CSV.")
    return Form.TABLE


def read(data: bytes, *, mapping: table.Mapping | None = None) -> list[Statement]:
    """Return every statement of a bank's file, each checked. A table needs a mapping.

    Raises:
        StatementRefused: the file is refused whole, with the line and the reason. It never returns an empty list.
    """
    form = form_of(data)
    if form is Form.TABLE:
        if mapping is None:
            raise StatementRefused("Line 1: the file is no camt, MT940 or OFX statement. If it is a table (CSV), say which column is what.")
        return table.read(data, mapping=mapping)
    return paged({Form.CAMT: camt.read, Form.MT940: mt940.read, Form.OFX: ofx.read}[form](data))
