"""Tables of bookings (CSV), which each bank writes in its own way: a mapping says which column is what."""

import csv
import datetime as dt
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from masthead.funding.providers.bank.statements import (
    LONGEST_NAME,
    Line,
    Statement,
    StatementRefused,
    account_number,
    checked,
    date_of,
    exact,
    one_line,
    own_reference,
    refuse,
)
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252 (Western Europe)", "iso-8859-2": "Latin-2 (Central Europe)", "utf-16": "UTF-16"}
DATES = {"%Y-%m-%d": "2026-01-31", "%d.%m.%Y": "31.01.2026", "%d.%m.%y": "31.01.26", "%d/%m/%Y": "31/01/2026", "%m/%d/%Y": "01/31/2026", "%Y%m%d": "20260131"}
MOST_ROWS, GUESSED_ROWS = 100_000, 40
# What banks write in a column that says whether an unsigned amount came in or went out.
CAME_IN = frozenset({"+", "C", "CR", "CRDT", "CREDIT", "H", "HABEN", "BIJ", "IN", "CRÉDIT", "ABONO", "AVERE"})
WENT_OUT = frozenset({"-", "−", "D", "DR", "DB", "DBIT", "DEBIT", "S", "SOLL", "AF", "OUT", "DÉBIT", "CARGO", "DARE"})
GROUPS = r"[0-9]{1,3}(?P<mark>[%s\s\u00a0\u202f'’])[0-9]{3}(?:(?P=mark)[0-9]{3})*"  # thousands parted by one mark throughout


class MappingRefused(MastheadError):
    """A mapping that no table can be read with: the sentence says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How one bank writes its table. Columns count from 1, as people do; 0 means that there is none."""

    account: str
    currency: str
    booked: int
    value: int = 0
    amount: int = 0  # signed, or unsigned with `side`
    side: int = 0  # says in a word whether the amount came in or went out
    credit: int = 0  # or two unsigned columns
    debit: int = 0
    counterparty: int = 0
    text: int = 0
    reference: int = 0
    bank_ref: int = 0
    delimiter: str = ";"
    decimal: str = ","
    dates: str = "%d.%m.%Y"
    encoding: str = "utf-8-sig"
    skip: int = 1  # rows above the first booking: headings
    below: int = 0  # rows after the last booking: sums, a note

    def __post_init__(self) -> None:
        if not self.account or not self.booked or not (self.amount or (self.credit and self.debit)):
            raise MappingRefused("Say which account it is, which column is the date, and either the column of the amount or those of credit and debit.")
        if self.amount and (self.credit or self.debit):
            raise MappingRefused("Give either the column of the signed amount or those of credit and debit, not both.")
        if self.side and not self.amount:
            raise MappingRefused("A column that says in or out needs the column of the amount beside it.")
        if self.decimal not in {".", ","} or self.delimiter not in DELIMITERS or self.encoding not in ENCODINGS:
            raise MappingRefused("The decimal mark, the delimiter or the encoding is none that Masthead knows.")


def guessed(data: bytes) -> dict[str, str | int]:
    """Return how a table seems to be written: letters, delimiter, decimal mark, dates and the rows above the first booking. A person looks at it."""
    encoding = (
        "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else next((name for name in ("utf-8-sig", "cp1252") if _decodes(data, name)), "utf-8-sig")
    )
    head = data.decode(encoding, "replace").splitlines()[:GUESSED_ROWS]
    widths = {mark: Counter(line.count(mark) for line in head if mark in line) for mark in DELIMITERS}
    # The mark that stands equally often in most lines; of equals the one that stands there oftener, for amounts hold commas too.
    delimiter = max(widths, key=lambda mark: max(((times, count) for count, times in widths[mark].items()), default=(0, 0)))
    found: dict[str, str | int] = {"encoding": encoding, "delimiter": delimiter, "decimal": "." if delimiter == "," else ",", "skip": 1}
    for number, line in enumerate(line for line in head if line.strip()):
        cells = [cell.strip(" \"'") for cell in line.split(delimiter)]
        form = next((form for form in DATES for cell in cells if _is_date(cell, form)), None)
        if form and len(cells) > 1:
            return found | {"skip": number, "dates": form}
    return found


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_date(text: str, form: str) -> bool:
    try:
        date_of(text, form, place=1)
    except StatementRefused:
        return False
    return True


def rows(data: bytes, *, delimiter: str, encoding: str) -> list[tuple[int, list[str]]]:
    """Return a table's rows, each with the line of the file that it begins on; empty rows are left out.

    Raises:
        StatementRefused: the file is not in that encoding, or a quotation mark is not closed.
    """
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise refuse(1, f"the file is not in {ENCODINGS.get(encoding, encoding)}: choose another encoding.") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, begins = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((begins, row))
            if len(found) > MOST_ROWS:
                raise refuse(begins, f"the table has more than {MOST_ROWS} rows: import it in parts.")
            begins = reader.line_num + 1
    except csv.Error as error:
        raise refuse(begins, f"the table cannot be read from here on ({error}): a quotation mark may not be closed.") from None
    return found


def read(data: bytes, *, mapping: Mapping) -> list[Statement]:
    """Return the one statement of a table. It tells no balances, so nothing is proved before both are given.

    Raises:
        StatementRefused: with the line and the reason, for the whole file.
    """
    found = rows(data, delimiter=mapping.delimiter, encoding=mapping.encoding)
    body = found[mapping.skip : len(found) - mapping.below if mapping.below else None]
    if not body:
        raise refuse(1, "the table has no row of bookings, so there is nothing in it to import.")
    width = len(body[0][1])
    for place, row in body:
        if len(row) != width:
            raise refuse(place, f"the row has {len(row)} columns, and the first one has {width}: the file is cut off, or the delimiter is another one.")
    lines = [line for place, row in body if (line := _line(row, place, mapping)).amount.minor]
    if not lines:
        raise refuse(body[0][0], "every amount in the table is zero, so there is nothing in it to import.")
    days = [line.booked_on for line in lines]
    return [
        checked(
            Statement(
                form="table",
                account=account_number(mapping.account),
                currency=mapping.currency,
                opening=None,
                closing=None,
                opened_on=min(days),
                closed_on=max(days),
                lines=tuple(lines),
                place=body[0][0],
            )
        )
    ]


def _line(row: list[str], place: int, mapping: Mapping) -> Line:
    def cell(column: int) -> str:
        if column > len(row):
            raise refuse(place, f"the row has {len(row)} columns, and column {column} is asked for.")
        return row[column - 1].strip() if column else ""

    booked_on = _day(cell(mapping.booked), place, mapping)
    return Line(
        place=place,
        booked_on=booked_on,
        value_on=_day(cell(mapping.value), place, mapping) if cell(mapping.value) else booked_on,
        amount=_amount(cell, place, mapping),
        reference=own_reference(cell(mapping.reference)),
        counterparty=one_line([cell(mapping.counterparty)], longest=LONGEST_NAME),
        text=one_line([cell(mapping.text)]),
        bank_ref=own_reference(cell(mapping.bank_ref)),
    )


def _day(text: str, place: int, mapping: Mapping) -> dt.date:
    return date_of(text, mapping.dates, place=place)


def _amount(cell: Callable[[int], str], place: int, mapping: Mapping) -> Money:
    if mapping.amount:
        amount = _signed(cell(mapping.amount), place, mapping)
        return _sided(amount, cell(mapping.side), place) if mapping.side else amount
    credit, debit = cell(mapping.credit), cell(mapping.debit)
    if not credit and not debit:
        raise refuse(place, "the row has neither a credit nor a debit.")
    came = _signed(credit, place, mapping) if credit else Money.zero(mapping.currency)
    went = _signed(debit, place, mapping) if debit else Money.zero(mapping.currency)
    if came.minor and went.minor:
        raise refuse(place, "the row has both a credit and a debit.")
    if came.minor < 0:
        raise refuse(place, "the credit is below zero.")
    return came if came.minor else Money(-abs(went.minor), mapping.currency)


def _sided(amount: Money, word: str, place: int) -> Money:
    """Give an amount the direction that a word of its row says."""
    said = word.upper().rstrip(".")
    if said not in CAME_IN | WENT_OUT:
        raise refuse(place, f"“{word[:40]}” does not say whether the amount came in or went out.")
    if amount.minor < 0:
        raise refuse(place, "the amount has a sign of its own beside the column that says in or out.")
    return amount if said in CAME_IN else -amount


def _signed(text: str, place: int, mapping: Mapping) -> Money:
    """Read a signed amount; thousands may be parted by the other mark, a space or an apostrophe, in groups of three."""
    said = text.replace("−", "-").strip().removesuffix(mapping.currency).removeprefix(mapping.currency).strip()
    match = re.fullmatch(r"([+-]?)\s*([0-9.,\s\u00a0\u202f'’]*[0-9.,])\s*([+-]?)", said)
    if not match or (match[1] and match[3]):
        raise refuse(place, f"“{text[:40]}” is not an amount.")
    other = "." if mapping.decimal == "," else ","
    whole, mark, fraction = match[2].partition(mapping.decimal)
    if not re.fullmatch(r"[0-9]*", fraction) or not re.fullmatch(rf"[0-9]*|{GROUPS % re.escape(other)}", whole):
        raise refuse(place, f"“{text[:40]}” is not an amount with “{mapping.decimal}” as its decimal mark.")
    amount = exact(re.sub(r"[^0-9]", "", whole) + mark + fraction, mapping.currency, place=place, mark=mapping.decimal)
    return -amount if "-" in {match[1], match[3]} else amount
