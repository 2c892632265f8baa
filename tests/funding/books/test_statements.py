"""Monthly statements and the open books: made once, signed, and the same sums wherever they are read."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from masthead.funding.books import exports, queries, rules
from masthead.funding.books.actions import make_statements
from masthead.funding.books.models import Statement
from masthead.funding.ledger import papers
from masthead.funding.ledger.actions import Draft, open_account, post, taking_back
from masthead.funding.ledger.checkpoints import keys, reading
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import AccountKind, Kind
from masthead.kernel.money import Money
from tests.make import make_books, make_campaign, make_draft, make_newsroom

pytestmark = pytest.mark.django_db


def at(month, day, hour=12):
    return dt.datetime(2026, month, day, hour, tzinfo=dt.UTC)


def move(id_, kind, debit, credit, minor, day, *, currency="USD"):  # noqa: PLR0917 - as a ledger is read, from left to right
    return Draft(id=id_, kind=kind, debit=debit, credit=credit, amount=Money(minor, currency), dated=day.date(), book_month=day.date().replace(day=1))


def turn(now):
    """Do what the scheduler does, until nothing is left to do."""
    while sign_yesterday(now=now):
        pass
    return make_statements(now=now)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    monkeypatch.setattr(reading, "BLOCK", 4)


@pytest.fixture
def campaign():
    make_newsroom()
    return make_campaign(name="=Lights & power")


@pytest.fixture
def books(campaign):
    """September and October: gifts, a refund, fees, a payout, an expense, in two currencies."""
    gifts = campaign.account_code
    make_books()
    make_books("gifts:yen", currency="JPY")
    for code, kind in (("bank:main:USD", AccountKind.BANK), ("spending:rent:USD", AccountKind.SPENDING)):
        open_account(code=code, currency="USD", kind=kind, now=at(9, 1))
    day = at(9, 3)
    first = [make_draft(f"s{n}", 1000 * n, credit=gifts, dated=day.date(), book_month=day.date().replace(day=1)) for n in range(1, 6)]
    rows = post(drafts=[*first, move("f1", Kind.FEE, "fees:practice:USD", "clearing:practice:USD", 59, day)], now=day)
    post(drafts=[move("p1", Kind.PAYOUT, "bank:main:USD", "clearing:practice:USD", 9000, at(9, 20))], now=at(9, 20))
    later = at(10, 5)
    post(drafts=[taking_back(rows[4], id="r1", kind=Kind.REFUND, amount=Money(500, "USD"), dated=later.date())], now=later)
    post(drafts=[move("e1", Kind.EXPENSE, "spending:rent:USD", "bank:main:USD", 4000, later)], now=later)
    post(drafts=[make_draft("y1", 3000, currency="JPY", credit="gifts:yen", dated=later.date(), book_month=later.date().replace(day=1))], now=later)
    return campaign


def test_a_month_has_its_statement_a_day_after_it_was_signed(books):
    assert turn(at(10, 1)) == 0
    assert turn(at(10, 2)) == 1
    assert turn(at(10, 3)) == 0
    assert Statement.objects.get().month == dt.date(2026, 9, 1)


def test_months_that_were_slept_through_are_made_up_for(books):
    assert turn(at(12, 9)) == 3
    assert [str(one) for one in Statement.objects.all()] == ["2026-09", "2026-10", "2026-11"]
    november = Statement.objects.get(month=dt.date(2026, 11, 1))
    assert november.last_seq == november.first_seq - 1


def test_the_signed_files_hold_and_follow_each_other(books):
    turn(at(12, 9))
    found = [papers.check(one.text, [keys.signer().verifier]) for one in Statement.objects.all()]
    papers.check_in_order(one.statement for one in found)
    assert "holds 7 rows, 1 to 7" in found[0].sentence
    assert "holds 3 rows, 8 to 10" in found[1].sentence


def test_an_altered_statement_is_named(books):
    turn(at(10, 2))
    text = Statement.objects.get().text.replace('"amount_minor":9000', '"amount_minor":90000')
    with pytest.raises(papers.Altered, match="bank:main:USD and clearing:practice:USD do not lead to"):
        papers.check(text, [keys.signer().verifier])


def test_the_figures_lead_from_opening_to_closing(books):
    turn(at(11, 2))
    september, october = (queries.month(dt.date(2026, month, 1)) for month in (9, 10))
    [one] = september.figures
    assert (one.opening, one.gifts, one.gift_count, one.fees, one.payouts, one.closing) == (0, 15000, 5, 59, 9000, 14941)
    dollars, yen = october.figures
    assert (dollars.opening, dollars.refunds, dollars.spending, dollars.closing) == (14941, 500, 4000, 10441)
    assert (yen.opening, yen.gifts, yen.closing) == (0, 3000, 3000)
    for found in (september, october):
        after = rules.held({code: (a["currency"], a["closing_minor"]) for code, a in found.statement.accounts.items()})
        assert {one.currency: one.closing for one in found.figures} == {one.currency: after[one.currency] for one in found.figures}


ELSEWHERE = ["clearing:p:USD", "bank:m:USD", "fees:p:USD", "gifts:a", "spending:x:USD", "income:i:USD", "opening:USD", "exchange:USD"]
KINDS = ["gift", "refund", "dispute", "won", "failure", "other"]


@for_all(
    st.lists(st.tuples(st.sampled_from(ELSEWHERE), st.sampled_from(ELSEWHERE[:2]), st.sampled_from(KINDS), st.integers(1, 10**6), st.booleans()), max_size=20)
)
def test_what_is_held_is_what_the_lines_lead_to(rows):
    groups = [
        rules.Group(kind=kind, debit=b if turned else a, credit=a if turned else b, currency="USD", count=1, minor=minor)
        for a, b, kind, minor, turned in rows
        if a != b
    ]
    found = rules.figures({}, groups, "USD")
    if found:
        assert found[0].closing == rules.held(rules.balances_after({}, groups))["USD"]


def test_the_sheet_names_no_formula_and_every_row(books, client):
    turn(at(10, 2))
    answer = client.get("/books/2026-9/statement.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="2026-09.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert len(rows) == 8
    assert rows[1][4] == "'=Lights & power"
    assert [row[3:5] for row in rows if row[2] == "fee"] == [["practice, fees", "held by practice"]]
    assert sum(Decimal(row[5]) for row in rows[1:] if row[2] == "gift") == Decimal("150.00")


def test_beancount_text_balances(books):
    turn(at(11, 2))
    for one in Statement.objects.all():
        assert_beancount("".join(exports.beancount(one.text)))


def assert_beancount(text):
    """Read the text as Beancount does: every account opened before use, every transaction sums to zero, every balance is met."""
    opened, balances, legs = {}, {}, []

    def close_transaction():
        if legs:
            for currency in {leg[2] for leg in legs}:
                assert sum(amount for _, amount, of in legs if of == currency) == 0
        legs.clear()

    checked = 0
    for line in text.splitlines():
        if match := re.fullmatch(r"(\d{4}-\d\d-\d\d) open ((?:Assets|Expenses|Income|Equity)(?::[A-Z0-9][A-Za-z0-9-]*)+) ([A-Z]{3})", line):
            opened[match[2]] = (match[1], match[3])
        elif match := re.fullmatch(r"  (\S+)  (-?[\d.]+) ([A-Z]{3})", line):
            assert opened[match[1]][1] == match[3]
            legs.append((match[1], Decimal(match[2]), match[3]))
            balances[match[1]] = balances.get(match[1], 0) + Decimal(match[2])
        elif match := re.fullmatch(r"(\d{4}-\d\d-\d\d) balance (\S+)  (-?[\d.]+) ([A-Z]{3})", line):
            close_transaction()
            assert balances.get(match[2], 0) == Decimal(match[3])
            checked += 1
        else:
            close_transaction()
            assert re.fullmatch(r'|;.*|option "operating_currency" "[A-Z]{3}"|\d{4}-\d\d-\d\d \* "[A-Za-z ]+"|  (?:code|row|hash): "[^"]*"', line), line
    assert checked == len(opened) > 0


@pytest.mark.parametrize("path", ["/books/2026-8/", "/books/2026-13/", "/books/2026-9/statement.xml", "/books/2026-8/statement.csv"])
def test_what_is_not_there_is_not_found(books, client, path):
    turn(at(10, 2))
    assert client.get(path).status_code == 404


def test_the_pages_say_the_figures_in_words(books, client, django_assert_max_num_queries):
    turn(at(10, 10))
    with django_assert_max_num_queries(20):
        page = client.get("/books/").content.decode()
    assert "From October 1, 2026 to the end of October 9, 2026" in page
    assert "$149.41" in page
    assert "−$40.00" in page
    assert "=Lights &amp; power" in page
    assert "Rent and office" in page
    assert "2026-09: $150.00 came in, $0.59 went out." in page
    assert "does not prove that nothing was invented" in page
    month = client.get("/books/2026-9/").content.decode()
    assert "5 gifts brought $150.00; $0.59 went to payment providers, $0.00 was spent." in month
    assert "$90.00 of what providers held was paid out to the bank." in month
    signed = b"".join(client.get("/books/2026-9/statement.jsonl")).decode()
    assert papers.check(signed, [keys.signer().verifier]).trusted
    assert b"balance Assets:Bank:Main:USD  90.00 USD" in b"".join(client.get("/books/2026-9/statement.beancount"))


def test_the_pages_stand_before_anything_is_in_the_books(client, campaign):
    assert "Nothing is in the books yet" in client.get("/books/").content.decode()


def test_nothing_of_today_is_shown(books, client):
    turn(at(10, 5))  # the rows of 5 October are in the books, and not shown
    assert "Rent and office" not in client.get("/books/").content.decode()
