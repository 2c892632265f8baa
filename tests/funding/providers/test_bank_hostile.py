"""Banks' files as banks, mail programs and enemies leave them: taken as they are meant, or refused whole with the line and the reason."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masthead.funding.providers.bank import mt940 as swift
from masthead.funding.providers.bank import ofx as financial
from masthead.funding.providers.bank import table as tables
from masthead.funding.providers.bank import xml as trees
from masthead.funding.providers.bank.reading import read
from masthead.funding.providers.bank.statements import LARGEST_FILE, StatementRefused
from tests.funding.providers.bank_reading import minors, reason, swapped
from tests.make.bank import IBAN, Account, Booking, camt, mt940, ofx, table

OTHER = "DE89370400440532013000"
ONE = Account(
    bookings=(Booking(minor=2500, ref="B1", name="Žofie Müller", text="Danke, thank you"), Booking(minor=-999, ref="B2", name="Printer", text="Bill"))
)
TWO = Account(bookings=(Booking(minor=700, ref="B3"),), opening=ONE.last, number="1")
PLACE = r"Line \d+"


# --- how it is written down --------------------------------------------------------------------------

XML_HEAD = b'encoding="UTF-8"'
WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "a mark and letters cut at the end of the first kilobytes": lambda data: b"\xef\xbb\xbf" + data.replace(b"Danke", ("ü" * 2500).encode()),
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "the line ends of old Macs": lambda data: data.replace(b"\n", b"\r"),
    "UTF-16, little end first": lambda data: b"\xff\xfe" + data.replace(XML_HEAD, b'encoding="UTF-16"').decode().encode("utf-16-le"),
    "UTF-16, big end first": lambda data: b"\xfe\xff" + data.replace(XML_HEAD, b'encoding="UTF-16"').decode().encode("utf-16-be"),
    "Windows-1252": lambda data: data.replace("Ž".encode(), b"\x8e").replace("ü".encode(), b"\xfc").replace(XML_HEAD, b'encoding="windows-1252"'),
    "blank lines above": lambda data: data if data.startswith(b"<?xml") else b"\n\n" + data,
}


@pytest.mark.parametrize("write", [camt, mt940, ofx, lambda account: ofx(account, xml=True)], ids=["camt", "MT940", "OFX 1", "OFX 2"])
@pytest.mark.parametrize("how", WRITTEN)
def test_the_letters_of_a_file_do_not_matter(write, how):
    [found] = read(WRITTEN[how](write(ONE)))
    assert [line.amount.minor for line in found.lines] == [2500, -999]
    assert "Žofie Müller" in found.lines[0].counterparty + found.lines[0].text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "iso-8859-2"])
def test_the_letters_of_a_table_are_as_its_mapping_says(encoding):
    data = table(ONE).decode().encode(encoding)
    mapping = tables.Mapping(account=IBAN, currency="EUR", booked=1, counterparty=2, text=3, amount=4, bank_ref=5, encoding=encoding)
    [found] = read(data, mapping=mapping)
    assert (found.lines[0].counterparty, found.lines[0].amount.minor) == ("Žofie Müller", 2500)


def test_an_encoding_that_is_not_what_the_file_says_is_refused():
    assert re.match(PLACE, reason(camt(ONE).decode().encode("cp1252")))
    assert re.match(PLACE, reason(camt(ONE).replace(XML_HEAD, b'encoding="UTF-16"')))
    assert re.match(PLACE, reason(camt(ONE).replace(XML_HEAD, b'encoding="no-such"')))


# --- camt --------------------------------------------------------------------------------------------


def test_a_prefix_and_elements_of_the_bank_s_own_change_nothing():
    data = swapped(camt(ONE), (b"<", b"<n:"), (b"<n:/", b"</n:"), (b"<n:?xml", b"<?xml"), (b" xmlns=", b" xmlns:n="))
    assert minors(data) == [[2500, -999]]
    own = swapped(camt(ONE), (b"<Id>1</Id>", b'<Id>1</Id><Splmtry xmlns="urn:bank"><Ntry><Amt Ccy="EUR">5.00</Amt></Ntry></Splmtry>'))
    assert minors(own) == [[2500, -999]]


@pytest.mark.parametrize(
    "name",
    [
        "urn:iso:std:iso:20022:tech:xsd:camt.053.002.02",
        "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
        "camt.053.001.02",
        "urn:iso:std:iso:20022:tech:xsd:camt.060.001.03",
    ],
)
def test_another_message_is_refused(name):
    assert re.match(PLACE, reason(swapped(camt(ONE), (b"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", name.encode()))))


def test_a_statement_in_the_wrapping_of_another_kind_is_refused():
    assert re.match(PLACE, reason(swapped(camt(ONE), (b"camt.053.001", b"camt.054.001"))))
    assert re.match(PLACE, reason(swapped(camt(ONE), (b"<Stmt>", b"<Rpt>"), (b"</Stmt>", b"</Rpt>"))))


def test_several_statements_and_accounts_are_kept_apart():
    third = Account(bookings=(Booking(minor=-100),), account=OTHER, opening=0)
    found = read(camt(ONE, third, TWO))
    assert [(one.account, [line.amount.minor for line in one.lines]) for one in found] == [(IBAN, [2500, -999]), (OTHER, [-100]), (IBAN, [700])]
    wrong = Account(bookings=TWO.bookings, opening=TWO.opening, closing=TWO.last + 1)
    assert "does not add up" in reason(camt(ONE, third, wrong))


def test_an_empty_day_is_a_statement_without_lines_and_says_so():
    quiet = Account(bookings=(), opening=5000)
    [found] = read(camt(quiet))
    assert (found.lines, found.opening, found.closing) == ((), found.closing, found.opening)
    assert "does not add up" in reason(camt(Account(bookings=(), opening=5000, closing=5001)))


def test_entries_beside_the_booked_ones_are_passed_over():
    data = camt(Account(bookings=(Booking(minor=2500), Booking(minor=700), Booking(minor=800), Booking(minor=900)), closing=12_500))
    first, *others = data.split(b"<Sts>BOOK</Sts>")
    for status in (b"PDNG", b"INFO", b"FUTR"):
        first += b"<Sts>" + (b"BOOK" if first.count(b"<Sts>") == 0 else status) + b"</Sts>" + others.pop(0)
    assert minors(first + b"<Sts>PDNG</Sts>" + others[0]) == [[2500]]


def test_a_batch_in_several_groups_is_parted():
    whole = camt(Account(bookings=(Booking(minor=6000, ref="B1", parts=(1000, 2000, 3000)),)))
    assert minors(swapped(whole, (b"</TxDtls><TxDtls>", b"</TxDtls></NtryDtls><NtryDtls><TxDtls>"))) == [[1000, 2000, 3000]]
    back = camt(Account(bookings=(Booking(minor=-6000, ref="B1", parts=(1000, 2000, 3000), reversal=True),)))
    assert minors(back) == [[-1000, -2000, -3000]]


def test_a_count_of_entries_that_does_not_fit_is_refused():
    def with_count(data: bytes, count: str) -> bytes:
        return data.replace(b"<Ntry>", f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries></TxsSummry><Ntry>".encode(), 1)

    assert minors(with_count(camt(ONE, form="054"), "2")) == [[2500, -999]]
    assert re.search(PLACE + r": the statement says that it has 3 entries", reason(with_count(camt(ONE, form="054"), "3")))
    batch = camt(Account(bookings=(Booking(minor=3000, parts=(1000, 2000)),)), form="054")
    assert minors(with_count(batch, "1")) == minors(with_count(batch, "2")) == [[1000, 2000]]


CAMT_TROUBLES = {
    "no closing balance": ((b"CLBD", b"CLAV"), "no booked closing balance"),
    "a closing balance of another currency": (
        (b'<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">', b'<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">'),
        "balance in USD",
    ),
    "an entry of another currency": ((b'<Ntry><Amt Ccy="EUR">25.00', b'<Ntry><Amt Ccy="GBP">25.00'), "one currency"),
    "a sign in the amount": ((b">25.00<", b">-25.00<"), "is not an amount"),
    "figures of another script": ((b">25.00<", ">٢٥.00<".encode()), "is not an amount"),
    "an exponent": ((b">25.00<", b">25e0<"), "is not an amount"),
    "two decimal marks": ((b">25.00<", b">2.500.00<"), "is not an amount"),
    "a decimal comma": ((b">25.00<", b">25,00<"), "is not an amount"),
    "an amount without a currency": ((b'<Ntry><Amt Ccy="EUR">25.00', b"<Ntry><Amt>25.00"), "There is no currency"),
    "more than is counted with": ((b">25.00<", b">999999999999999999<"), ""),
    "an entry that is lost": ((b"<Ntry>", b"<Lost>", b"</Ntry>", b"</Lost>"), "does not add up"),
    "a day that is none": ((b"<BookgDt><Dt>2026-11-20</Dt>", b"<BookgDt><Dt>20.11.2026</Dt>"), "no date that can be read"),
}


@pytest.mark.parametrize("name", CAMT_TROUBLES)
def test_camt_that_cannot_be_believed_is_refused_with_its_line(name):
    (*pairs,), said = CAMT_TROUBLES[name]
    text = reason(swapped(camt(ONE), *zip(pairs[::2], pairs[1::2], strict=True)))
    assert re.match(PLACE, text)
    assert said in text


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
DECLARED = {
    "a file of the server": '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{BOMB}]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
}


@pytest.mark.parametrize("name", DECLARED)
@pytest.mark.parametrize("write", [camt, lambda account: ofx(account, xml=True)], ids=["camt", "OFX"])
def test_what_a_document_type_would_fetch_or_blow_up_is_refused(write, name):
    data = write(ONE).replace(b"?>\n", b"?>\n" + DECLARED[name].encode() + b"\n", 1).replace(b"Danke", b"&x;")
    assert re.search(r"Line [23]: .*document type", reason(data))


# --- MT940 -------------------------------------------------------------------------------------------


def pages(*accounts: Account) -> list[bytes]:
    """Return one statement in pages, whose balances between are interim ones."""
    written = []
    for number, account in enumerate(accounts, start=1):
        page = mt940(account).replace(b":28C:1/1", f":28C:1/{number}".encode())
        page = page if number == 1 else page.replace(b":60F:", b":60M:")
        written.append(page if number == len(accounts) else page.replace(b":62F:", b":62M:"))
    return written


def test_pages_go_on_from_each_other():
    third = Account(bookings=(Booking(minor=-5),), opening=TWO.last)
    first, second, last = pages(ONE, TWO, third)
    assert minors(first + second + last) == [[2500, -999], [700], [-5]]
    assert minors(second) == [[700]]  # a bank that sends each page apart
    for broken in (first + last, first + second + second + last, second + first + last, first + mt940(TWO), mt940(ONE) + second):
        assert re.search(PLACE + r": a page of a statement is missing, doubled or out of order", reason(broken))


def test_pages_of_camt_go_on_from_each_other():
    first, second = camt(ONE).replace(b"CLBD", b"ITBD"), camt(TWO).replace(b"OPBD", b"ITBD")
    later = camt(Account(bookings=TWO.bookings, opening=TWO.opening + 1)).replace(b"OPBD", b"ITBD")

    def joined(one: bytes, other: bytes) -> bytes:
        return one.replace(b"</Stmt>", b"</Stmt>" + other.partition(b"<GrpHdr>")[2].partition(b"</GrpHdr>")[2].partition(b"</BkToCstmrStmt>")[0])

    assert minors(joined(first, second)) == [[2500, -999], [700]]
    assert "is missing, doubled" in reason(joined(first, later))


def test_a_booking_told_over_many_lines_and_fields():
    data = swapped(mt940(ONE), (b":86:Printer Bill", b":86:Printer\nBill: 7\nof: November\n:86:and more"))
    [found] = read(data)
    assert found.lines[1].text == "Printer Bill: 7 of: November and more"
    about_all = swapped(mt940(ONE), (b"-}{5:}", b":64:C261120EUR1,00\n:86:Closing words\n-}{5:}"))
    [found] = read(about_all)
    assert "Closing" not in "".join(line.text for line in found.lines)


@pytest.mark.parametrize(
    ("mark", "minor"), [("C", 1250), ("D", -1250), ("RC", -1250), ("RD", 1250), ("CR", 1250), ("DR", -1250)]
)  # the R behind is the third letter of EUR
def test_marks_of_a_booking(mark, minor):
    data = mt940(Account(bookings=(Booking(minor=minor),), opening=-5000))
    head = re.sub(rb":61:2611201120R?[CD]", f":61:2611201120{mark}".encode(), data)
    [found] = read(head)
    assert [(line.amount.minor, line.reversal) for line in found.lines] == [(minor, mark in {"RC", "RD"})]
    assert found.opening.minor == -5000


def test_amounts_of_one_comma_and_accounts_with_their_currency():
    data = swapped(mt940(Account(bookings=(Booking(minor=2500), Booking(minor=50)))), (b"C25,00NTRF", b"C25,NTRF"), (b"C0,50NTRF", b"C,5NTRF"))
    assert minors(data) == [[2500, 50]]
    [found] = read(swapped(mt940(ONE), (f":25:{IBAN}".encode(), f":25:{IBAN} EUR".encode())))
    assert found.account == IBAN


SWIFT_TROUBLES = {
    "no closing balance": ((b":62F:", b":65:"), "no closing balance"),
    "no opening balance": ((b":60F:", b":64:"), "no opening balance"),
    "a dot in the amount": ((b"C25,00N", b"C25.00N"), "cannot be read"),
    "two commas": ((b"C25,00N", b"C2,5,00N"), "is not an amount"),
    "no figure": ((b"C25,00N", b"C,N"), ""),
    "a balance without a sign": ((b":62F:C", b":62F:"), "balance"),
    "a second closing balance": ((b"-}{5:}", b":62F:C261120EUR115,01\n-}{5:}"), "a second time"),
    "a booking after the closing balance": ((b"-}{5:}", b":61:2611201120C1,00NTRFNONREF\n-}{5:}"), "outside the statement's balances"),
    "a booking that goes on without end": ((b"NTRFNONREF//B1", b"NTRF" + b" /" * 400), "cannot be read"),
    "a closing balance of another currency": ((b":62F:C261120EUR", b":62F:C261120USD"), "one currency"),
}


@pytest.mark.parametrize("name", SWIFT_TROUBLES)
def test_mt940_that_cannot_be_believed_is_refused_with_its_line(name):
    pair, said = SWIFT_TROUBLES[name]
    text = reason(swapped(mt940(ONE), pair))
    assert re.match(PLACE, text)
    assert said in text


# --- OFX ---------------------------------------------------------------------------------------------


def test_ofx_on_one_line_with_small_names_and_no_balance():
    data = swapped(ofx(ONE), (b"\n", b""), (b"OFXHEADER:100DATA:OFXSGMLVERSION:102", b"OFXHEADER:100\n\n"))
    assert minors(data) == [[2500, -999]]
    assert minors(re.sub(rb"</?[A-Z.]+>", lambda tag: tag[0].lower() if b"OFX" not in tag[0] else tag[0], ofx(ONE))) == [[2500, -999]]
    for xml in (False, True):
        [found] = read(re.sub(rb"<LEDGERBAL>.*</LEDGERBAL>\n", b"", ofx(ONE, xml=xml), flags=re.DOTALL))
        assert (found.is_notice, found.closing) == (True, None)


@pytest.mark.parametrize("day", ["202611", "2026", "", "20261320", "2026-11-20"])
def test_an_ofx_day_that_is_cut_is_refused(day):
    assert re.match(PLACE, reason(swapped(ofx(ONE), (b"<DTPOSTED>20261120120000[0:GMT]", f"<DTPOSTED>{day}".encode()))))


def test_an_ofx_file_of_an_account_and_a_card():
    card = swapped(
        ofx(TWO), (b"BANKMSGSRSV1", b"CREDITCARDMSGSRSV1"), (b"STMTTRNRS", b"CCSTMTTRNRS"), (b"STMTRS", b"CCSTMTRS"), (b"BANKACCTFROM", b"CCACCTFROM")
    )
    both = ofx(ONE).replace(b"</OFX>", card.partition(b"<OFX>")[2])
    assert minors(both) == [[2500, -999], [700]]


# --- too large, too deep, noise --------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    for head in (b"<?xml version='1.0'?>", b":20:", b"<OFX>", b"a;b\n"):
        assert "export fewer days" in reason(head + b" " * LARGEST_FILE)


@pytest.mark.parametrize("fill", [b":86:x\n", b"x\n", b"-\n", b":20:\n", b":61:" + b"9" * 300 + b"\n"])
def test_a_field_or_file_without_end_is_read_in_one_pass(fill):
    head = mt940(ONE).partition(b":62F:")[0]
    assert re.match(PLACE, reason(head + fill * (2_000_000 // len(fill))))


def test_more_parts_than_any_statement_has_are_refused(monkeypatch):
    monkeypatch.setattr(trees, "MOST_ELEMENTS", 500)
    monkeypatch.setattr(financial, "MOST_TAGS", 500)
    assert "more than 500 elements" in reason(camt(Account(bookings=(Booking(minor=1),) * 100)))
    assert "more than 500 tags" in reason(ofx(Account(bookings=(Booking(minor=1),) * 100)))
    assert re.match(PLACE, reason(b"<OFX>" + b"<A>" * 100 + b"</A>" * 100 + b"</OFX>"))
    assert re.match(PLACE, reason(b"<a>" * 400 + b"</a>" * 400))
    assert swift.LONGEST_HEAD < 500


MAPPING = tables.Mapping(account=IBAN, currency="EUR", booked=1, counterparty=2, text=3, amount=4, bank_ref=5)
WHOLE = {"camt": camt(ONE, TWO), "notice": camt(ONE, form="054"), "MT940": mt940(ONE, TWO), "OFX 1": ofx(ONE), "OFX 2": ofx(ONE, xml=True), "table": table(ONE)}


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_damaged_file_is_refused_or_what_it_gives_adds_up(kind, data):
    file = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(file) - 1))
        what = data.draw(st.sampled_from(["byte", "drop", "double", "move"]))
        to = min(len(file), at + data.draw(st.integers(1, 60)))
        if what == "byte":
            file[at] = data.draw(st.integers(0, 255))
        elif what == "drop" and to - at < len(file):
            del file[at:to]
        elif what == "double":
            file[at:at] = file[at:to]
        else:
            piece = bytes(file[at:to])
            del file[at:to]
            file[len(file) // 2 : len(file) // 2] = piece
    try:
        found = read(bytes(file), mapping=MAPPING)
    except StatementRefused:
        return
    assert found
    for statement in found:
        assert statement.lines or not statement.is_notice or statement.form == "OFX"
        if statement.opening and statement.closing:
            assert statement.opening.minor + sum(line.amount.minor for line in statement.lines) == statement.closing.minor
        assert all(line.amount.minor and isinstance(line.booked_on, dt.date) and line.place >= 1 for line in statement.lines)
