"""MT940 customer statements, with the line of the file that each field begins on.

The fields: SWIFT Standards, Category 9, MT 940; the structured field 86 as German banks write it (DK, Anlage 3, chapter 8) and as Dutch ones do.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from masthead.funding.providers.bank.statements import (
    LONGEST_NAME,
    Line,
    Statement,
    account_number,
    checked,
    date_of,
    decoded,
    exact,
    one_line,
    own_reference,
    refuse,
)
from masthead.kernel.money import Money

FIELD = re.compile(r":(\d{2}[A-Z]?):(.*)")
BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)\s*")
# Value date, entry date, mark (R: a reversal), third letter of the currency, amount, how it was booked, the account owner's and the bank's reference.
BOOKING = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?([\d,]+)([A-Z][A-Z0-9 ]{3})(.*?)(?://(.*))?\s*")
# Some banks write their name, the kind of message or both above a statement.
HEADING = re.compile(r"[A-Z0-9]{3,12}|:940:|940")
STATEMENT_FIELDS = frozenset(
    {"12", "13", "13C", "13D", "20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "90C", "90D", "NS"}
)
GERMAN = re.compile(r"\d{3}\?")
SEPA_WORDS = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+")
DUTCH_WORDS = re.compile(r"/(EREF|REMI|NAME|IBAN|BIC|MARF|CSID|TRTP|RTRN|BENM|ORDP|ID|ADDR|ISDT|PURP|ULTC|ULTD|CNTP|SVCL|TRCD|SUBT|CREF)/")
LONGEST_HEAD = 400  # characters of a booking's first line; the standard has less than a quarter of it
HALF_A_YEAR = 183  # days: an entry date without a year lies no farther from its value date


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: its tag, its lines joined by line feeds, and the line of the file it begins on."""

    tag: str
    value: str
    place: int


def read(data: bytes) -> list[Statement]:
    """Return the statements of an MT940 file, each one's balances checked.

    Raises:
        StatementRefused: with the line and the reason, for the whole file.
    """
    found = [_statement(fields) for fields in _messages(_fields(decoded(data)))]
    if not found:
        raise refuse(1, "there is no field :20: in it, so it is no MT940 statement.")
    return found


def _fields(text: str) -> Iterator[Field]:
    """Yield a file's fields; the envelopes between messages are passed over, their end is told as `end`."""
    tag, begins, told = "", 0, list[str]()
    for place, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = raw.rsplit("{4:", 1)[1] if raw.startswith("{") and "{4:" in raw else raw
        started = FIELD.fullmatch(line)
        if started or line.startswith(("-}", "{")) or line.strip() == "-":
            if tag:
                yield Field(tag=tag, value="\n".join(told), place=begins)
            tag, begins, told = (started[1], place, [started[2]]) if started else ("", 0, [])
            if line.startswith("-"):
                yield Field(tag="end", value="", place=place)
        elif tag:
            told.append(line)
        elif line.strip() and not HEADING.fullmatch(line.strip()):
            raise refuse(place, f"“{line.strip()[:40]}” belongs to no field of an MT940 statement.")
    if tag:
        yield Field(tag=tag, value="\n".join(told), place=begins)


def _messages(fields: Iterator[Field]) -> Iterator[list[Field]]:
    """Yield the fields of one statement after the other; each begins with :20:."""
    message: list[Field] = []
    for field in fields:
        if field.tag in {"20", "end"} and message:
            yield message
            message = []
        if field.tag == "end":
            continue
        if not message and field.tag != "20":
            raise refuse(field.place, f"the field :{field.tag}: stands before any :20:, with which a statement begins.")
        if field.tag not in STATEMENT_FIELDS:
            raise refuse(field.place, f"the field :{field.tag}: is none of an MT940 statement; an interim report (MT942) proves no balance.")
        message.append(field)
    if message:
        yield message


def _statement(fields: list[Field]) -> Statement:
    place = fields[0].place
    named, first, last = (
        _needed(fields, *tags, what=what)
        for tags, what in ((("25", "25P"), "account (:25:)"), (("60F", "60M"), "opening balance (:60F:)"), (("62F", "62M"), "closing balance (:62F:)"))
    )
    opening, opened_on = _balance(first)
    closing, closed_on = _balance(last)
    lines: list[Line] = []
    previous = ""
    for field in fields:
        if field.tag == "61":
            if not first.place < field.place < last.place:
                raise refuse(field.place, "a booking stands outside the statement's balances.")
            lines.append(_line(field, opening.currency))
        elif field.tag == "86" and previous == "61":
            lines[-1] = _told(lines[-1], field.value)
            continue  # a booking may be told in several
        previous = field.tag
    number = _one(fields, "28C", "28")
    return checked(
        Statement(
            form="MT940",
            account=account_number(named.value.partition("\n")[0]),
            currency=opening.currency,
            opening=opening,
            closing=closing,
            opened_on=min([opened_on, *(line.booked_on for line in lines)]),
            closed_on=max([closed_on, *(line.booked_on for line in lines)]),
            lines=tuple(line for line in lines if line.amount.minor),
            number=one_line([number.value if number else ""], longest=60),
            place=place,
            went_on=first.tag == "60M",
            goes_on=last.tag == "62M",
        )
    )


def _one(fields: list[Field], *tags: str) -> Field | None:
    """Return the one field with one of `tags`, or None."""
    found = [field for field in fields if field.tag in tags]
    if len(found) > 1:
        raise refuse(found[1].place, f"the field :{found[1].tag}: stands a second time in one statement: the file is damaged.")
    return found[0] if found else None


def _needed(fields: list[Field], *tags: str, what: str) -> Field:
    found = _one(fields, *tags)
    if found is None:
        raise refuse(fields[0].place, f"the statement that begins here has no {what}: the file is cut off, or is no MT940 statement.")
    return found


def _balance(field: Field) -> tuple[Money, dt.date]:
    said = BALANCE.fullmatch(field.value)
    if not said:
        raise refuse(field.place, f"the balance “{field.value.strip()[:40]}” cannot be read: it must look like C260131EUR1234,56.")
    amount = exact(said[4], said[3], place=field.place, mark=",")
    return (amount if said[1] == "C" else -amount), date_of(said[2], "%y%m%d", place=field.place)


def _line(field: Field, currency: str) -> Line:
    head, _, supplement = field.value.partition("\n")
    said = BOOKING.fullmatch(head.rstrip()) if len(head) <= LONGEST_HEAD else None
    if not said:
        raise refuse(field.place, f"the booking “{head.strip()[:40]}” cannot be read.")
    value_on = date_of(said[1], "%y%m%d", place=field.place)
    amount = exact(said[5], currency, place=field.place, mark=",")
    comes_in = said[3] in {"C", "RD"}  # a reversed debit comes back
    return Line(
        place=field.place,
        booked_on=_entry_day(said[2], value_on, field.place) if said[2] else value_on,
        value_on=value_on,
        amount=amount if comes_in else -amount,
        end_to_end=own_reference(said[7]),
        text=one_line([supplement]),
        bank_ref=own_reference(said[8]),
        reversal=said[3].startswith("R"),
    )


def _entry_day(text: str, value_on: dt.date, place: int) -> dt.date:
    """Return the day of an entry date, which has no year: the one next to the value date."""
    found = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            found.append(dt.datetime.strptime(f"{year}{text}", "%Y%m%d").date())  # noqa: DTZ007  (a bank's day has no zone)
        except ValueError:
            continue
    near = [day for day in found if abs((day - value_on).days) <= HALF_A_YEAR]
    if not near:
        raise refuse(place, f"“{text}” is not a day.")
    return near[0]


def _told(line: Line, said: str) -> Line:
    """Return a booking with what its field 86 tells."""
    flat = said.replace("\n", "")
    if GERMAN.match(flat):
        words = _german(flat)
    elif len(DUTCH_WORDS.findall(flat)) > 1:
        words = _dutch(flat)
    else:
        words = {"text": one_line([line.text, said])}
    kept = {name: value for name, value in words.items() if value}
    changes: dict[str, Any] = {"text": line.text} | kept
    return replace(line, **changes)


def _german(flat: str) -> dict[str, str]:
    parts = re.split(r"\?(\d{2})", flat)
    fields = dict(zip(parts[1::2], parts[2::2], strict=False))
    free = "".join(fields.get(f"{number}", "") for number in (*range(20, 30), *range(60, 64)))
    pieces = SEPA_WORDS.split(free)
    words = dict(zip(pieces[1::2], pieces[2::2], strict=False))
    return {
        "text": one_line([words.get("SVWZ") or pieces[0] or fields.get("00", "")]),
        "end_to_end": own_reference(words.get("EREF")),
        "counterparty": one_line([fields.get("32", "") + fields.get("33", "")], longest=LONGEST_NAME),
    }


def _dutch(flat: str) -> dict[str, str]:
    pieces = DUTCH_WORDS.split(flat)
    words = dict(zip(pieces[1::2], (piece.strip("/ ") for piece in pieces[2::2]), strict=False))
    remittance = words.get("REMI", "")
    structured = re.fullmatch(r"STRD/(?:CUR|ISO)/(.+)", remittance)
    return {
        "text": one_line([pieces[0], re.sub(r"^USTD//", "", remittance)]),
        "end_to_end": own_reference(words.get("EREF")),
        "reference": own_reference(structured[1]) if structured else "",
        "counterparty": one_line([words.get("NAME")], longest=LONGEST_NAME),
    }
