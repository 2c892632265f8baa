"""Makers of banks' files: the same bookings written in each form. Nothing in them is anybody's."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

from masthead.kernel.money import digits_of

DAY = dt.date(2026, 11, 20)
IBAN = "NL91ABNA0417164300"


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One booking as a bank would tell it."""

    minor: int
    day: dt.date = DAY
    ref: str = ""
    text: str = "Thank you"
    name: str = "A. Reader"
    reference: str = ""
    end_to_end: str = ""
    parts: tuple[int, ...] = ()  # a batch's transactions
    reversal: bool = False


@dataclass(frozen=True, kw_only=True)
class Account:
    """A statement to be written."""

    bookings: tuple[Booking, ...] = ()
    opening: int = 10_000
    currency: str = "EUR"
    account: str = IBAN
    day: dt.date = DAY
    number: str = "1"
    closing: int | None = field(default=None)

    @property
    def last(self) -> int:
        return self.closing if self.closing is not None else self.opening + sum(booking.minor for booking in self.bookings)


def figures(minor: int, currency: str, mark: str = ".") -> str:
    """Return an unsigned amount as banks write it."""
    return f"{Decimal(abs(minor)).scaleb(-digits_of(currency)):f}".replace(".", mark)


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def camt(*accounts: Account, form: str = "053", version: int = 2) -> bytes:
    """Write camt.052, .053 or .054."""
    message, report = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[form]
    body = "\n".join(_camt_report(account, report, form, version) for account in accounts)
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{form}.001.{version:02d}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}">\n<{message}>\n<GrpHdr><MsgId>1</MsgId></GrpHdr>\n{body}\n</{message}>\n</Document>\n'.encode()


def _camt_report(account: Account, report: str, form: str, version: int) -> str:
    def balance(code: str, minor: int) -> str:
        amount = f'<Amt Ccy="{account.currency}">{figures(minor, account.currency)}</Amt>'
        return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount}<CdtDbtInd>{_side(minor)}</CdtDbtInd><Dt><Dt>{account.day}</Dt></Dt></Bal>"

    balances = [balance("OPBD", account.opening), balance("CLBD", account.last)] if form == "053" else []
    entries = [_camt_entry(booking, account.currency, version) for booking in account.bookings]
    head = f"<Id>{account.number}</Id>\n<Acct><Id><IBAN>{account.account}</IBAN></Id><Ccy>{account.currency}</Ccy></Acct>"
    return "\n".join([f"<{report}>", head, *balances, *entries, f"</{report}>"])


def _camt_entry(booking: Booking, currency: str, version: int) -> str:
    def amount(minor: int) -> str:
        return f'<Amt Ccy="{currency}">{figures(minor, currency)}</Amt><CdtDbtInd>{_side(minor)}</CdtDbtInd>'

    status = "<Sts><Cd>BOOK</Cd></Sts>" if version > 6 else "<Sts>BOOK</Sts>"
    name = f"<Nm>{escape(booking.name)}</Nm>"
    party = f"<Pty>{name}</Pty>" if version > 6 else name
    side = "Dbtr" if booking.minor >= 0 else "Cdtr"

    def detail(minor: int | None) -> str:
        sums = f'<AmtDtls><TxAmt><Amt Ccy="{currency}">{figures(minor, currency)}</Amt></TxAmt></AmtDtls>' if minor is not None else ""
        refs = f"<Refs><EndToEndId>{escape(booking.end_to_end) or 'NOTPROVIDED'}</EndToEndId></Refs>"
        strd = f"<Strd><CdtrRefInf><Ref>{escape(booking.reference)}</Ref></CdtrRefInf></Strd>" if booking.reference else ""
        return f"<TxDtls>{refs}{sums}<RltdPties><{side}>{party}</{side}></RltdPties><RmtInf><Ustrd>{escape(booking.text)}</Ustrd>{strd}</RmtInf></TxDtls>"

    details = "".join(detail(part) for part in booking.parts) or detail(None)
    reversal = "<RvslInd>true</RvslInd>" if booking.reversal else ""
    ref = f"<AcctSvcrRef>{booking.ref}</AcctSvcrRef>" if booking.ref else ""
    dates = f"<BookgDt><Dt>{booking.day}</Dt></BookgDt><ValDt><Dt>{booking.day}</Dt></ValDt>"
    return f"<Ntry>{amount(booking.minor)}{reversal}{status}{dates}{ref}\n<NtryDtls>{details}</NtryDtls></Ntry>"


def mt940(*accounts: Account) -> bytes:
    """Write MT940, in envelopes."""
    return "".join(_mt940(account) for account in accounts).encode()


def _mt940(account: Account) -> str:
    def balance(minor: int) -> str:
        return f"{'C' if minor >= 0 else 'D'}{account.day:%y%m%d}{account.currency}{figures(minor, account.currency, ',')}" + (
            "" if digits_of(account.currency) else ","
        )

    lines = [
        "{1:F01BANKNL2AXXXX0000000000}{2:O940BANKNL2AXXXXN}{4:",
        ":20:STATEMENT",
        f":25:{account.account}",
        f":28C:{account.number}/1",
        f":60F:{balance(account.opening)}",
    ]
    for booking in account.bookings:
        sign = {True: "C", False: "D"}[booking.minor >= 0]
        if booking.reversal:
            sign = {"C": "RD", "D": "RC"}[sign]
        amount = figures(booking.minor, account.currency, ",") + ("" if digits_of(account.currency) else ",")
        lines.append(
            f":61:{booking.day:%y%m%d}{booking.day:%m%d}{sign}{amount}NTRF{booking.end_to_end or 'NONREF'}" + (f"//{booking.ref}" if booking.ref else "")
        )
        lines.append(f":86:{booking.name} {booking.text} {booking.reference}".rstrip())
    lines += [f":62F:{balance(account.last)}", "-}{5:}", ""]
    return "\n".join(lines)


def ofx(account: Account, *, xml: bool = False) -> bytes:
    """Write OFX 1.x (SGML) or 2.x (XML)."""

    def value(name: str, said: str) -> str:
        return f"<{name}>{escape(said)}" + (f"</{name}>" if xml else "") + "\n" if said else ""

    def day(said: dt.date) -> str:
        return f"{said:%Y%m%d}120000[0:GMT]"

    transactions = "".join(
        "<STMTTRN>\n"
        + value("TRNTYPE", "CREDIT" if booking.minor >= 0 else "DEBIT")
        + value("DTPOSTED", day(booking.day))
        + value("TRNAMT", ("-" if booking.minor < 0 else "") + figures(booking.minor, account.currency))
        + value("FITID", booking.ref)
        + value("NAME", booking.name)
        + value("MEMO", f"{booking.text} {booking.reference}".strip())
        + "</STMTTRN>\n"
        for booking in account.bookings
    )
    sign = "-" if account.last < 0 else ""
    body = (
        "<OFX>\n<BANKMSGSRSV1>\n<STMTTRNRS>\n<STMTRS>\n"
        + value("CURDEF", account.currency)
        + "<BANKACCTFROM>\n"
        + value("ACCTID", account.account)
        + "</BANKACCTFROM>\n<BANKTRANLIST>\n"
        + value("DTSTART", day(account.day))
        + value("DTEND", day(account.day))
        + transactions
        + "</BANKTRANLIST>\n<LEDGERBAL>\n"
        + value("BALAMT", sign + figures(account.last, account.currency))
        + value("DTASOF", day(account.day))
        + "</LEDGERBAL>\n</STMTRS>\n</STMTTRNRS>\n</BANKMSGSRSV1>\n</OFX>\n"
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n' if xml else "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n"
    return (head + body).encode()


def table(account: Account, *, delimiter: str = ";", mark: str = ",") -> bytes:
    """Write a table: date, name, text, amount, the bank's reference."""
    rows = [delimiter.join(["Date", "Name", "Text", "Amount", "Reference"])]
    for booking in account.bookings:
        sign = "-" if booking.minor < 0 else ""
        cells = [
            f"{booking.day:%d.%m.%Y}",
            booking.name,
            f"{booking.text} {booking.reference}".strip(),
            sign + figures(booking.minor, account.currency, mark),
            booking.ref,
        ]
        rows.append(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells))
    return ("\n".join(rows) + "\n").encode()
