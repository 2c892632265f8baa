"""ISO 20022 bank statements: camt.053 (statement), camt.052 (interim report), camt.054 (notice of credits and debits), versions 1 to 13.

What the elements mean: ISO 20022 message definition reports, Bank-to-Customer Cash Management.
"""

import datetime as dt
import re
from typing import Any
from xml.etree.ElementTree import Element

from masthead.funding.providers.bank.statements import (
    LONGEST_NAME,
    Line,
    Statement,
    account_number,
    checked,
    exact,
    one_line,
    own_reference,
    refuse,
)
from masthead.funding.providers.bank.xml import child, children, line_of, name_of, read_xml, text_at
from masthead.kernel.money import Money

NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.(05[234])\.001\.(\d{2})\}Document")
# The message's element, and that of one account's report in it.
MESSAGES = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
LAST_VERSION = 13
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)  # booked; PRCD is the closing balance of the statement before
INTERIM = "ITBD"  # where a statement is told in pages, each begins and ends with one
BOOKED = "BOOK"


def read(data: bytes) -> list[Statement]:
    """Return the statements of a camt file, each one's balances checked.

    Raises:
        StatementRefused: with the line and the reason, for the whole file.
    """
    root = read_xml(data)
    known = NAMESPACE.fullmatch(str(root.tag))
    if not known:
        raise refuse(1, f"the document is {name_of(root)[:40]} in a namespace that is not camt.052, .053 or .054: export the account as camt.053.")
    if not 1 <= int(known[2]) <= LAST_VERSION:
        raise refuse(1, f"camt.{known[1]} version {int(known[2])} is not known: ask for a version up to {LAST_VERSION}.")
    message, report = MESSAGES[known[1]]
    found = list(children(root, f"{message}/{report}"))
    if not found:
        place = next((line_of(element) for element in children(root, message)), 1)
        raise refuse(place, f"the file is a camt.{known[1]} without any statement ({report} is missing), so there is nothing in it to import.")
    return [_statement(f"camt.{known[1]}", element) for element in found]


def _statement(form: str, said: Element) -> Statement:
    place = line_of(said)
    account = account_number(text_at(said, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id"))
    if not account:
        raise refuse(place, "the statement names no account.")
    opening, closing = _balance(said, OPENING), _balance(said, CLOSING)
    interim = _balances(said, INTERIM)
    went_on, goes_on = opening is None, closing is None
    if len(interim) == went_on + goes_on:
        opening, closing = opening or interim[0], closing or interim[-1]
    if form != "camt.053":  # interim reports and notices may repeat balances of another moment
        opening = closing = None
        went_on = goes_on = False
    elif opening is None or closing is None:
        raise refuse(place, f"the statement has no booked {'opening' if opening is None else 'closing'} balance ({'OPBD' if opening is None else 'CLBD'}).")
    entries = list(children(said, "Ntry"))
    booked = [entry for entry in entries if text_at(entry, "Sts/Cd", "Sts") == BOOKED]
    unknown = next((entry for entry in entries if not text_at(entry, "Sts/Cd", "Sts")), None)
    if unknown is not None:
        raise refuse(line_of(unknown), "the entry does not say whether it is booked (Sts).")
    _none_missing(said, entries, booked)
    if not booked and form != "camt.053":
        raise refuse(place, "nothing in it is booked yet: import the file that tells of the bookings.")
    currency = text_at(said, "Acct/Ccy") or (opening[0].currency if opening else _amount_of(booked[0]).currency)
    for balance in (opening, closing):
        if balance and balance[0].currency != currency:
            raise refuse(balance[2], f"a balance in {balance[0].currency} stands on an account in {currency}: a statement has one currency.")
    lines = tuple(line for entry in booked for line in _lines(entry))
    days = [line.booked_on for line in lines]
    return checked(
        Statement(
            form=form,
            account=account,
            currency=currency,
            opening=opening[0] if opening else None,
            closing=closing[0] if closing else None,
            opened_on=min([*([opening[1]] if opening else []), *days]),
            closed_on=max([*([closing[1]] if closing else []), *days]),
            lines=lines,
            number=one_line([text_at(said, "Id")], longest=60),
            place=place,
            goes_on=goes_on,
            went_on=went_on,
        )
    )


def _none_missing(said: Element, entries: list[Element], booked: list[Element]) -> None:
    """Hold the entries against the number of them that the bank wrote above; banks count all, or the booked, or the transactions in them."""
    count = text_at(said, "TxsSummry/TtlNtries/NbOfNtries")
    counts = {len(entries), len(booked), sum(len(list(children(entry, "NtryDtls/TxDtls"))) for entry in entries)}
    if re.fullmatch(r"[0-9]{1,15}", count) and int(count) not in counts:
        raise refuse(line_of(said), f"the statement says that it has {count} entries (NbOfNtries), and {len(entries)} are in it: the file is damaged.")


def _balance(said: Element, codes: tuple[str, ...]) -> tuple[Money, dt.date, int] | None:
    """Return the first balance of the first of `codes` that is there."""
    return next((found for code in codes for found in _balances(said, code)), None)


def _balances(said: Element, code: str) -> list[tuple[Money, dt.date, int]]:
    """Return every balance with this code: amount, day and place."""
    return [
        (_amount_of(balance), _day(child(balance, "Dt"), balance), line_of(balance))
        for balance in children(said, "Bal")
        if text_at(balance, "Tp/CdOrPrtry/Cd", "Tp/Cd") == code
    ]


def _amount_of(element: Element, path: str = "Amt", *, sign_of: Element | None = None) -> Money:
    """Return the signed amount of an entry, a detail or a balance."""
    amount = child(element, path)
    if amount is None:
        raise refuse(line_of(element), f"{name_of(element)} has no amount.")
    found = exact(amount.text or "", amount.get("Ccy", ""), place=line_of(amount))
    sign = text_at(element, "CdtDbtInd") or (text_at(sign_of, "CdtDbtInd") if sign_of is not None else "")
    if sign not in {"CRDT", "DBIT"}:
        raise refuse(line_of(element), f"{name_of(element)} does not say whether it is a credit or a debit.")
    return found if sign == "CRDT" else -found


def _day(element: Element | None, instead: Element) -> dt.date:
    """Return the day of a date or a moment; the bank's own day, whatever its zone."""
    said = text_at(element, "Dt", "DtTm")
    try:
        return dt.date.fromisoformat(said[:10])
    except ValueError:
        raise refuse(line_of(instead if element is None else element), f"{name_of(instead)} has no date that can be read.") from None


def _lines(entry: Element) -> list[Line]:
    """Return what an entry books: one line, or one for each of a batch's transactions where their amounts make the entry's."""
    whole = _amount_of(entry)
    booked = child(entry, "BookgDt")
    value = child(entry, "ValDt")
    if booked is None and value is None:
        raise refuse(line_of(entry), "the entry has neither a booking nor a value date.")
    details = list(children(entry, "NtryDtls/TxDtls"))
    common: dict[str, Any] = {
        "booked_on": _day(booked if booked is not None else value, entry),
        "value_on": _day(value if value is not None else booked, entry),
        "bank_ref": own_reference(text_at(entry, "AcctSvcrRef")),
        "reversal": text_at(entry, "RvslInd") in {"true", "1"},
    }
    note = text_at(entry, "AddtlNtryInf")
    parts = [_part(detail, entry, whole.currency) for detail in details] if len(details) > 1 else []
    amounts = [part for part in parts if part is not None]
    if parts and len(amounts) == len(parts):
        charges = whole.minor - sum(part.minor for part in amounts)
        if charges == 0 or charges == -_charges(entry, whole.currency):
            split = [
                Line(place=line_of(detail), amount=part, **(common | _words([detail], whole, note)))
                for detail, part in zip(details, amounts, strict=True)
                if part.minor
            ]
            if charges:
                split.append(Line(place=line_of(entry), amount=Money(charges, whole.currency), text="Charges", detail_ref="charges", **common))
            return split
    if whole.minor == 0:
        return []
    return [Line(place=line_of(entry), amount=whole, **(common | _words(details, whole, note)))]


def _part(detail: Element, entry: Element, currency: str) -> Money | None:
    """Return a transaction's own amount in the account's currency, or None where the bank does not give it."""
    for holder, path in ((detail, "Amt"), (detail, "AmtDtls/TxAmt/Amt"), (detail, "AmtDtls/InstdAmt/Amt")):
        amount = child(holder, path)
        if amount is not None and amount.get("Ccy") == currency:
            return _amount_of(detail, path, sign_of=entry)
    return None


def _charges(entry: Element, currency: str) -> int:
    """Return the charges an entry contains, in minor units."""
    total = child(entry, "Chrgs/TtlChrgsAndTaxAmt")
    if total is not None and total.get("Ccy") == currency:
        return exact(total.text or "", currency, place=line_of(total)).minor
    records = [*children(entry, "Chrgs/Rcrd/Amt"), *children(entry, "Chrgs/Amt")]
    return sum(exact(amount.text or "", currency, place=line_of(amount)).minor for amount in records if amount.get("Ccy") == currency)


def _words(details: list[Element], whole: Money, note: str) -> dict[str, str]:
    """Return references, the other side's name and the text of an entry's transactions."""
    side = "Dbtr" if whole.minor > 0 else "Cdtr"
    names = [
        text_at(detail, f"RltdPties/{side}/Pty/Nm", f"RltdPties/{side}/Nm", f"RltdPties/Ultmt{side}/Pty/Nm", f"RltdPties/Ultmt{side}/Nm") for detail in details
    ]
    references = [own_reference(found.text) for detail in details for found in children(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
    free = [found.text for detail in details for path in ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "AddtlTxInf") for found in children(detail, path)]
    return {
        "reference": one_line(references, longest=140),
        "end_to_end": one_line([own_reference(text_at(detail, "Refs/EndToEndId")) for detail in details], longest=140),
        "counterparty": one_line(names, longest=LONGEST_NAME),
        "text": one_line([*free, note]),
        "detail_ref": own_reference(text_at(details[0], "Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId")) if len(details) == 1 else "",
    }
