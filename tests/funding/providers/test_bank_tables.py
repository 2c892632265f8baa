"""Tables as banks and people make them: headings, sums, signs, numbers and dates."""

import re

import pytest

from masthead.funding.providers.bank import table as tables
from masthead.funding.providers.bank.reading import read
from tests.funding.providers.bank_reading import minors, reason
from tests.make.bank import IBAN

KNOWN = {"account": IBAN, "currency": "EUR", "booked": 1}
LINES = (
    '"Account";"NL91ABNA0417164300"\n"From";"01.11.2026"\n\n'
    '"Booked";"Value";"Who";"What";"Amount"\n'
    '"20.11.2026";"21.11.2026";"Ada";"Line one\nline two; and ""more""";"1.250,50"\n'
    '"21.11.2026";"21.11.2026";"Printer";"Bill";"-9,99"\n'
    '"Sum";"";"";"";"1.240,51"\n'
)


def test_headings_above_sums_below_and_text_over_lines():
    mapping = tables.Mapping(**KNOWN, value=2, counterparty=3, text=4, amount=5, skip=3, below=1)
    [found] = read(LINES.encode(), mapping=mapping)
    assert [(line.place, line.amount.minor, line.value_on.day, line.text) for line in found.lines] == [
        (5, 125_050, 21, 'Line one line two; and "more"'),
        (7, -999, 21, "Bill"),
    ]
    assert re.search(r"Line 8: “Sum” is not a date", reason(LINES.encode(), mapping=tables.Mapping(**KNOWN, amount=5, skip=3)))
    guess = tables.guessed(LINES.encode())
    assert (guess["delimiter"], guess["decimal"], guess["encoding"]) == (";", ",", "utf-8-sig")
    assert tables.guessed(LINES.split("\n\n")[1].encode()) == {"encoding": "utf-8-sig", "delimiter": ";", "decimal": ",", "skip": 1, "dates": "%d.%m.%Y"}


@pytest.mark.parametrize(("word", "minor"), [("Bij", 1250), ("Af", -1250), ("C", 1250), ("D", -1250), ("H", 1250), ("S", -1250), ("CRDT", 1250), ("-", -1250)])
def test_a_column_that_says_in_or_out(word, minor):
    mapping = tables.Mapping(**KNOWN, amount=2, side=3)
    assert minors(f"Date;Amount;Side\n20.11.2026;12,50;{word}\n".encode(), mapping=mapping) == [[minor]]
    assert re.search("Line 2: .*came in or went out", reason(f"Date;Amount;Side\n20.11.2026;12,50;{word}?\n".encode(), mapping=mapping))
    assert re.search("Line 2: the amount has a sign", reason(f"Date;Amount;Side\n20.11.2026;-12,50;{word}\n".encode(), mapping=mapping))


@pytest.mark.parametrize(
    ("said", "mark", "minor"),
    [
        ("1.250,50", ",", 125_050),
        ("1 250,50", ",", 125_050),
        ("1\u202f250\u202f000,5", ",", 125_000_050),
        ("1'250.50", ".", 125_050),
        ("1,250.50", ".", 125_050),
        ("EUR 12.50", ".", 1250),
        ("12.50 EUR", ".", 1250),
        ("12,50-", ",", -1250),
        ("−12,50", ",", -1250),
        ("+ 12,50", ",", 1250),
        (",50", ",", 50),
        ("7", ",", 700),
        ("1.25,50", ",", None),
        ("1 2,50", ",", None),
        ("1.250 000,00", ",", None),
        ("12,505", ",", None),
        ("1,250.50", ",", None),
        ("1.250,50", ".", None),
        ("-12,50-", ",", None),
        ("(12,50)", ",", None),
        ("12,5O", ",", None),
        ("12,", ",", 1200),
        (",", ",", None),
        ("", ",", None),
        ("٣,٠٠", ",", None),
    ],
)
def test_an_amount_as_people_write_it(said, mark, minor):
    data, mapping = f'Date\tAmount\n20.11.2026\t"{said}"\n'.encode(), tables.Mapping(**KNOWN, amount=2, delimiter="\t", decimal=mark)
    if minor is None:
        assert re.match("Line 2: ", reason(data, mapping=mapping))
    else:
        assert minors(data, mapping=mapping) == [[minor]]


def test_two_ways_of_writing_dates_in_one_table_are_refused():
    rows = b"Date;Amount\n20.11.2026;1,00\n%s;2,00\n"
    for other in (b"2026-11-21", b"21.11.26", b"11/21/2026", b"21.11.", b"31.11.2026"):
        assert re.match(r"Line 3: .* is not a date", reason(rows % other, mapping=tables.Mapping(**KNOWN, amount=2)))
