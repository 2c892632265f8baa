"""Banks' files: read whole, or refused whole with the place and the reason."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.funding.providers.bank import table as tables
from masthead.funding.providers.bank.reading import Form, form_of, read
from masthead.funding.providers.bank.statements import Statement, StatementRefused, with_balances
from masthead.kernel.money import Money
from tests.make.bank import DAY, IBAN, Account, Booking, camt, figures, mt940, ofx, table

MAPPING = tables.Mapping(account=IBAN, currency="EUR", booked=1, counterparty=2, text=3, amount=4, bank_ref=5)
TWO = Account(bookings=(Booking(minor=2500, ref="B1", reference="RF18539007547034"), Booking(minor=-999, ref="B2", name="Printer", text="Bill & more <7>")))


def reason(data, **words):
    with pytest.raises(StatementRefused) as refusal:
        read(data, **words)
    return str(refusal.value)


# --- the real files ---------------------------------------------------------------------------------

REFUSED = {
    "camt053.v2.all-balance-types.xml": r"Line 10: .*does not add up: opening 1.01 EUR, 1 entry of 8.85 EUR .*closing balance says 4.04 EUR",
    "camt053.v2.minimal.xml": r"Line \d+: a balance in SEK stands on an account in EUR",
    "camt053.v2.wrong.xml": r"Line 3: .*without any statement \(Stmt is missing\)",
    "camt053.v4.xml": r"Line \d+: a balance in SEK stands on an account in EUR",
    "camt053.v8.xml": r"Line \d+: a balance in SEK stands on an account in EUR",
    "mt940-amount_formats.sta": r"Line 1: the field :60F: stands before any :20:",
    "mt940-currency_in_25.sta": r"Line 1: the field :25: stands before any :20:",
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_real_files_that_do_not_hold_are_refused_with_the_line(real_data, name):
    assert re.search(REFUSED[name], reason((real_data / "bank" / name).read_bytes()))


def test_every_real_file_is_read_or_refused(real_data):
    files = sorted((real_data / "bank").iterdir())
    assert len(files) >= 10
    for file in files:
        if file.name in REFUSED:
            assert re.match(r"Line \d+", reason(file.read_bytes())), file.name
        else:
            assert read(file.read_bytes()), file.name


def test_a_real_month_of_mt940(real_data):
    found = read((real_data / "bank" / "mt940-mt940.txt").read_bytes())
    assert len(found) == 31
    assert (found[0].opening, found[-1].closing) == (Money(44429, "EUR"), Money(50123, "EUR"))
    assert [one.closing for one in found[:-1]] == [one.opening for one in found[1:]]
    assert sum(line.amount.minor for one in found for line in one.lines) == 50123 - 44429
    assert max(len(one.lines) for one in found) == 2


def test_a_real_camt_with_two_statements(real_data):
    found = read((real_data / "bank" / "camt053.v2.multi.statement.xml").read_bytes())
    assert [(one.opening.minor, one.closing.minor, one.lines[0].amount.minor) for one in found] == [(1815, 2700, 885), (2700, 2000, -700)]


def test_a_real_notice_of_debits(real_data):
    [notice] = read((real_data / "bank" / "camt054.v2.xml").read_bytes())
    assert notice.is_notice
    assert [line.amount for line in notice.lines] == [Money(-20_000_000, "SEK")]  # three transactions without amounts of their own
    assert "ISR ref number V2" in notice.lines[0].reference


# --- what our own files say --------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2, 4, 6, 7, 8, 13])
@pytest.mark.parametrize("form", ["052", "053", "054"])
def test_camt_of_every_version(form, version):
    [found] = read(camt(TWO, form=form, version=version))
    assert (found.form, found.account, found.currency, found.is_notice) == (f"camt.{form}", IBAN, "EUR", form != "053")
    assert [(line.amount.minor, line.bank_ref, line.counterparty) for line in found.lines] == [(2500, "B1", "A. Reader"), (-999, "B2", "Printer")]
    assert found.lines[0].reference == "RF18539007547034"
    assert found.lines[1].text == "Bill & more <7>"
    assert found.lines[0].end_to_end == ""


def test_a_batch_is_parted_where_its_parts_make_it():
    [found] = read(camt(Account(bookings=(Booking(minor=6000, ref="B1", parts=(1000, 2000, 3000)),))))
    assert [(line.amount.minor, line.bank_ref) for line in found.lines] == [(1000, "B1"), (2000, "B1"), (3000, "B1")]


def test_a_batch_whose_parts_do_not_make_it_stays_whole():
    [found] = read(camt(Account(bookings=(Booking(minor=6000, parts=(1000, 2000)),))))
    assert [line.amount.minor for line in found.lines] == [6000]


def test_charges_in_a_batch_are_a_line_of_their_own():
    data = camt(Account(bookings=(Booking(minor=2900, parts=(1000, 2000)),)))
    charged = data.replace(b"<NtryDtls>", b'<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">1.00</TtlChrgsAndTaxAmt></Chrgs><NtryDtls>')
    [found] = read(charged)
    assert [line.amount.minor for line in found.lines] == [1000, 2000, -100]


@pytest.mark.parametrize("write", [camt, mt940])
def test_reversals_keep_their_direction(write):
    bookings = (Booking(minor=-2500, reversal=True), Booking(minor=700, reversal=True))
    [found] = read(write(Account(bookings=bookings)))
    assert [(line.amount.minor, line.reversal) for line in found.lines] == [(-2500, True), (700, True)]


def test_only_what_is_booked_counts():
    data = camt(Account(bookings=(Booking(minor=2500), Booking(minor=700)), closing=12_500))
    last = data.rindex(b"<Sts>BOOK</Sts>")
    [found] = read(data[:last] + b"<Sts>PDNG</Sts>" + data[last + 15 :])
    assert [line.amount.minor for line in found.lines] == [2500]
    assert "nothing in it is booked yet" in reason(camt(TWO, form="052").replace(b"BOOK", b"PDNG"))


def test_the_structured_field_86_of_german_banks():
    said = "166?00GUTSCHRIFT?20EREF+GIFT-7?21SVWZ+RF18 5390 0754?22 7034 thank you?30BANKDEFF?31DE89370400440532013000?32ADA LOVE?33LACE"
    [found] = read(mt940(Account(bookings=(Booking(minor=2500),))).replace(b":86:A. Reader Thank you", f":86:{said}".encode()))
    [line] = found.lines
    assert (line.end_to_end, line.counterparty, line.text) == ("GIFT-7", "ADA LOVELACE", "RF18 5390 0754 7034 thank you")


def test_the_structured_field_86_of_dutch_banks():
    said = "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/NAME/A LOVELACE/REMI/RF18539007547034\n/EREF/GIFT-7"
    [found] = read(mt940(Account(bookings=(Booking(minor=2500),))).replace(b":86:A. Reader Thank you", f":86:{said}".encode()))
    [line] = found.lines
    assert (line.end_to_end, line.counterparty, line.text) == ("GIFT-7", "A LOVELACE", "RF18539007547034")


def test_an_entry_date_belongs_to_the_year_next_to_its_value_date():
    data = mt940(Account(bookings=(Booking(minor=2500, day=dt.date(2026, 12, 31)),), day=dt.date(2027, 1, 2))).replace(b":61:2612311231", b":61:2612310102")
    [found] = read(data)
    assert (found.lines[0].value_on, found.lines[0].booked_on) == (dt.date(2026, 12, 31), dt.date(2027, 1, 2))


def test_headings_above_a_statement_and_old_ways_of_writing_it():
    plain = (
        mt940(TWO)
        .decode()
        .partition("{4:\n")[2]
        .replace("-}{5:}", "-")
        .replace("C25,00NTRF", "CR25,00NOV ")
        .replace("D9,99", "D0000000009,99")
        .replace("\n", "\r\n")
    )
    for head in ("ABNANL2A\r\n940\r\nABNANL2A\r\n", ":940:\r\n", ""):
        [found] = read((head + plain).encode())
        assert [line.amount.minor for line in found.lines] == [2500, -999]
    assert "belongs to no field" in reason(("Dear bank,\r\n" + plain).encode())


def test_a_statement_told_in_pages():
    first, second = Account(bookings=TWO.bookings), Account(bookings=TWO.bookings, opening=TWO.last)
    pages = camt(first).replace(b"CLBD", b"ITBD"), camt(second).replace(b"OPBD", b"ITBD"), camt(second).replace(b"OPBD", b"ITBD").replace(b"CLBD", b"ITBD")
    for page, opening in zip(pages, (first.opening, second.opening, second.opening), strict=True):
        [found] = read(page)
        assert (found.opening.minor, len(found.lines)) == (opening, 2)


@pytest.mark.parametrize("xml", [False, True])
def test_ofx_tells_its_closing_balance_only(xml):
    [found] = read(ofx(TWO, xml=xml))
    assert (found.opening, found.closing, found.is_notice) == (None, Money(11_501, "EUR"), True)
    assert [(line.amount.minor, line.bank_ref, line.text) for line in found.lines] == [
        (2500, "B1", "Thank you RF18539007547034"),
        (-999, "B2", "Bill & more <7>"),
    ]
    assert with_balances(found, opening="100", closing="").closing == found.closing
    with pytest.raises(StatementRefused, match="does not add up"):
        with_balances(found, opening="100.01", closing="")
    with pytest.raises(StatementRefused, match=r"closing balance is 115\.01 EUR, and 115\.00 EUR was typed"):
        with_balances(found, opening="100", closing="115")


def test_a_table_and_its_balances():
    [found] = read(table(TWO), mapping=MAPPING)
    assert [(line.place, line.amount.minor, line.bank_ref) for line in found.lines] == [(2, 2500, "B1"), (3, -999, "B2")]
    assert found.is_notice
    assert not with_balances(found, opening="100,00", closing="115,01").is_notice
    with pytest.raises(StatementRefused, match="does not add up"):
        with_balances(found, opening="100,00", closing="115,02")


def test_a_table_with_credit_and_debit_in_two_columns():
    data = b'Day,Out,In,What\n2026-11-20,,"1,250.50",Grant\n2026-11-21,"-9.99",,Bill\n2026-11-22,10.00,0.00,Rent\n'
    mapping = tables.Mapping(account="7", currency="USD", booked=1, debit=2, credit=3, text=4, delimiter=",", decimal=".", dates="%Y-%m-%d")
    [found] = read(data, mapping=mapping)
    assert [line.amount.minor for line in found.lines] == [125_050, -999, -1000]


# --- what is refused ----------------------------------------------------------------------------------

HOLED = table(TWO).splitlines()
TROUBLES = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "a PDF": (b"%PDF-1.7 ...", "is a PDF"),
    "an archive": (b"PK\x03\x04....", "unpack it"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "bytes": (b"\x00\x01\x02\x03", "not text"),
    "another XML": (b"<?xml version='1.0'?><rss><channel/></rss>", "Line 1: .*rss"),
    "broken XML": (camt(TWO).replace(b"</Ntry>", b"", 1), r"Line \d+, column \d+: the XML is broken"),
    "a bomb": (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + camt(TWO)[40:], "document type"),
    "a later version": (camt(TWO, version=14), "version 14"),
    "no sign": (camt(TWO).replace(b"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"</Amt><Sts>"), r"Line \d+: Ntry does not say whether it is a credit"),
    "no amount": (camt(TWO).replace(b'<Amt Ccy="EUR">25.00</Amt>', b""), r"Line \d+: Ntry has no amount"),
    "half a cent": (camt(TWO).replace(b">25.00<", b">25.005<"), r"Line \d+: “25.005” is finer"),
    "no currency": (camt(TWO).replace(b'<Amt Ccy="EUR">25.00', b'<Amt Ccy="EUX">25.00'), r"Line \d+: There is no currency 'EUX'"),
    "no day": (camt(TWO).replace(b"<BookgDt><Dt>2026-11-20</Dt>", b"<BookgDt><Dt>2026-02-30</Dt>"), r"Line \d+: BookgDt|Line \d+: Ntry has no date"),
    "no account": (camt(TWO).replace(IBAN.encode(), b""), r"Line \d+: the statement names no account"),
    "no status": (camt(TWO).replace(b"<Sts>BOOK</Sts>", b"", 1), r"Line \d+: the entry does not say whether it is booked"),
    "no opening": (camt(TWO).replace(b"OPBD", b"XPCD"), r"Line \d+: the statement has no booked opening balance"),
    "a cent off": (camt(Account(bookings=TWO.bookings, closing=11_502)), "does not add up"),
    "MT940, a cent off": (mt940(Account(bookings=TWO.bookings, closing=11_502)), r"Line 2: the statement does not add up"),
    "MT940, a line torn": (mt940(TWO).replace(b":61:2611201120C", b":61:26112"), r"Line 6: the booking .* cannot be read"),
    "MT940, no such day": (mt940(TWO).replace(b":61:261120", b":61:261131"), r"Line 6: “261131” is not a date"),
    "MT940, no closing": (mt940(TWO).replace(b":62F:", b":64:"), r"Line 2: .*has no closing balance"),
    "MT942": (mt940(TWO).replace(b":28C:1/1", b":34F:EUR1,"), r"Line 4: .*MT942"),
    "OFX, cut": (ofx(TWO)[:-8], "cut off"),
    "OFX, foreign": (ofx(TWO).replace(b"<NAME>A. Reader", b"<CURRENCY>\n<CURSYM>USD\n</CURRENCY>\n<NAME>A. Reader"), r"Line \d+: the transaction is in USD"),
    "OFX, no list": (b"<OFX></OFX>", "holds no bank or card statement"),
    "OFX, a word for an amount": (ofx(TWO).replace(b"<TRNAMT>25.00", b"<TRNAMT>many"), r"Line \d+: “many” in TRNAMT"),
}


@pytest.mark.parametrize("name", sorted(TROUBLES))
def test_what_cannot_be_believed_is_refused_with_a_sentence(name):
    data, said = TROUBLES[name]
    assert re.search(said, reason(data))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("20.11.2026", "2026-11-20", r"Line 2: “2026-11-20” is not a date"),
        ("25,00", "25.00", r"Line 2: “25.00” is not an amount with “,”"),
        ("25,00", "25,0,0", r"Line 2: “25,0,0” is not an amount"),
        ("25,00", "", r"Line 2: “” is not an amount"),
        ('"A. Reader"', '"A. Reader";"x"', r"Line 3: the row has 5 columns, and the first one has 6"),
        ('"B2"', '"B2', r"Line 3: the table cannot be read from here on"),
        ('"A. Reader"', '"\x81"', ""),
    ],
)
def test_a_table_that_is_not_as_the_mapping_says_is_refused(old, new, said):
    data = table(TWO).decode().replace(old, new, 1).encode("utf-8" if said else "latin-1")
    assert re.search(said or "not in UTF-8", reason(data, mapping=MAPPING))


def test_a_table_without_rows_or_without_a_mapping_is_refused():
    assert "no row of bookings" in reason(HOLED[0], mapping=MAPPING)
    assert "say which column is what" in reason(table(TWO))
    with pytest.raises(tables.MappingRefused, match="either the column"):
        tables.Mapping(account=IBAN, currency="EUR", booked=1, amount=2, credit=3)
    with pytest.raises(tables.MappingRefused, match="which column is the date"):
        tables.Mapping(account=IBAN, currency="EUR", booked=0, amount=2)
    assert "column 9 is asked for" in reason(table(TWO), mapping=tables.Mapping(account=IBAN, currency="EUR", booked=1, amount=9))


# --- whatever is written, it comes back; wherever it is cut, no part of a statement is taken --------------

WORDS = st.text(st.characters(codec="ascii", categories=("Lu", "Ll", "Nd")), min_size=1, max_size=12)
BOOKINGS = st.builds(
    Booking,
    minor=st.integers(-(10**9), 10**9).filter(bool),
    day=st.dates(DAY - dt.timedelta(days=20), DAY),
    ref=WORDS,
    text=WORDS,
    name=WORDS,
)
ACCOUNTS = st.builds(
    Account,
    bookings=st.lists(BOOKINGS, min_size=1, max_size=6).map(tuple),
    opening=st.integers(-(10**10), 10**10),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "USD"]),
)


@settings(max_examples=60)
@given(ACCOUNTS)
def test_every_form_gives_back_what_was_written(account):
    booked = [booking.minor for booking in account.bookings]
    for data in (camt(account), camt(account, version=8), mt940(account)):
        [found] = read(data)
        assert [line.amount.minor for line in found.lines] == booked
        assert [line.booked_on for line in found.lines] == [booking.day for booking in account.bookings]
        assert (found.opening.minor, found.closing.minor) == (account.opening, account.last)
    for data in (ofx(account), ofx(account, xml=True)):
        [found] = read(data)
        assert [line.amount.minor for line in found.lines] == booked
        proved = with_balances(found, opening=("-" if account.opening < 0 else "") + figures(account.opening, account.currency), closing="")
        assert not proved.is_notice
    mapping = tables.Mapping(account=IBAN, currency=account.currency, booked=1, amount=4, bank_ref=5)
    [found] = read(table(account), mapping=mapping)
    assert [line.amount.minor for line in found.lines] == booked


def whole(statement: Statement) -> tuple:
    return statement.account, statement.opening, statement.closing, tuple((line.booked_on, line.amount) for line in statement.lines)


@settings(max_examples=150)
@given(st.lists(ACCOUNTS, min_size=1, max_size=3), st.sampled_from([camt, mt940]), st.data())
def test_cut_anywhere_a_file_is_refused_or_its_statements_are_whole(accounts, write, data):
    file = write(*accounts)
    uncut = [whole(one) for one in read(file)]
    cut = file[: data.draw(st.integers(0, len(file) - 1))]
    try:
        found = [whole(one) for one in read(cut)]
    except StatementRefused:
        return
    assert found
    assert found == uncut[: len(found)]


@settings(max_examples=100)
@given(ACCOUNTS, st.booleans(), st.data())
def test_cut_anywhere_an_ofx_file_is_refused_or_whole(account, xml, data):
    file = ofx(account, xml=xml)
    cut = file[: data.draw(st.integers(0, len(file) - 1))]
    try:
        found = [whole(one) for one in read(cut)]
    except StatementRefused:
        return
    assert found == [whole(one) for one in read(file)]


@settings(max_examples=150)
@given(ACCOUNTS, st.data())
def test_cut_anywhere_a_table_does_not_lead_to_its_closing_balance(account, data):
    account = Account(bookings=account.bookings, opening=account.opening)
    file = table(account)
    cut = file[: data.draw(st.integers(0, len(file) - 1))]
    sign = "-" if account.opening < 0 else ""
    opening, closing = sign + figures(account.opening, "EUR"), ("-" if account.last < 0 else "") + figures(account.last, "EUR")
    try:
        [found] = [with_balances(one, opening=opening, closing=closing) for one in read(cut, mapping=MAPPING)]
    except StatementRefused:
        return
    assert sum(line.amount.minor for line in found.lines) == account.last - account.opening


@settings(max_examples=200)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.sampled_from([b":20:", b"<OFX>", b"<a>", b"{1:"]).flatmap(lambda head: st.binary(max_size=200).map(lambda rest: head + rest))
)
def test_noise_is_refused_and_never_nothing(noise):
    with pytest.raises(StatementRefused):
        read(noise)


def test_the_kind_is_told_by_what_stands_in_the_file():
    assert [form_of(data) for data in (camt(TWO), mt940(TWO), ofx(TWO), ofx(TWO, xml=True), table(TWO))] == [
        Form.CAMT,
        Form.MT940,
        Form.OFX,
        Form.OFX,
        Form.TABLE,
    ]
    assert form_of(b":20:" + mt940(TWO).partition(b":20:")[2]) == Form.MT940
