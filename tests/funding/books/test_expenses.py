"""Expenses: two people, one row in the books, and readers see no more than they should."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from masthead.funding.books.models import Category, Expense, Shown
from masthead.funding.books.reversing import approve_reversal, ask_reversal, refuse_reversal
from masthead.funding.books.spending import ExpenseRefused, approve_expense, enter_expense, refuse_expense
from masthead.funding.ledger.actions import open_account
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import AccountKind, Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.make import NOW, TODAY, make_newsroom, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, time_machine):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    make_newsroom()
    time_machine.move_to(NOW)
    open_account(code="bank:main:USD", currency="USD", kind=AccountKind.BANK, now=NOW)


@pytest.fixture
def two():
    return make_staff(Role.PUBLISHER), make_staff(Role.PUBLISHER)


def enter(by, **words):
    usual = {
        "category": Category.REPORTING,
        "amount": Money(4000, "USD"),
        "paid_on": TODAY,
        "paid_from": "bank:main:USD",
        "payee": "Fixer Ibrahim",
        "shown": Shown.NOTE,
    }
    usual |= {"note": "Car to <the> border", "story_path": "/news/border/", "paper": b"%PDF-bill", "paper_name": "bill.pdf", "by": by, "now": NOW}
    return enter_expense(**(usual | words))


def test_another_person_approves_and_it_is_in_the_books_once(two):
    expense = enter(two[0])
    assert not Transfer.objects.exists()
    with pytest.raises(ExpenseRefused, match="another person must look"):
        approve_expense(expense=expense, by=two[0], now=NOW)
    done = approve_expense(expense=expense, by=two[1], now=NOW)
    row = Transfer.objects.get()
    assert (done.row, row.kind, row.debit_id, row.credit_id, row.amount_minor) == (row.seq, "expense", "spending:reporting:USD", "bank:main:USD", 4000)
    assert "Ibrahim" not in row.id
    with pytest.raises(ExpenseRefused, match="approved already"):
        approve_expense(expense=expense, by=two[1], now=NOW)
    assert verify().sound


def test_the_database_holds_the_two_person_rule(two):
    expense = enter(two[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=expense.pk).update(state="approved", decided_by=two[0], row=1)


def test_refused_it_is_in_no_books(two):
    expense = enter(two[0])
    with pytest.raises(ExpenseRefused, match="Say why"):
        refuse_expense(expense=expense, reason=" ", by=two[1], now=NOW)
    refuse_expense(expense=expense, reason="Twice", by=two[0], now=NOW)
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"amount": Money(0, "USD")}, "above zero"),
        ({"paid_on": TODAY + dt.timedelta(days=2)}, "has not come yet"),
        ({"paid_from": "bank:none:USD"}, "no account"),
        ({"amount": Money(1, "EUR")}, "no account"),
        ({"paper": b""}, "Add the bill"),
        ({"paper": b"x" * (10 * 2**20 + 1)}, "10 MB"),
        ({"payee": " "}, "who was paid"),
        ({"story_path": "//evil.example"}, "path on this site"),
    ],
)
def test_what_cannot_be_is_refused_in_words(two, words, said):
    with pytest.raises(ExpenseRefused, match=said):
        enter(two[0], **words)


@pytest.mark.parametrize(("shown", "payee", "note"), [(Shown.NAME, True, True), (Shown.NOTE, False, True), (Shown.NOTHING, False, False)])
def test_readers_see_what_the_newsroom_chose_and_a_day_late(client, two, shown, payee, note):
    approve_expense(expense=enter(two[0], shown=shown), by=two[1], now=NOW)
    assert "Travel" not in client.get("/books/").content.decode()
    sign_yesterday(now=NOW + dt.timedelta(days=1))
    page = client.get("/books/").content.decode()
    assert "$40.00" in page
    assert "Travel and reporting costs" in page
    assert ("Fixer Ibrahim" in page) == payee
    assert ("Car to &lt;the&gt; border" in page) == note
    assert ("/news/border/" in page) == note
    assert "bill.pdf" not in page


def test_what_was_approved_by_mistake_is_taken_back_by_two(two):
    expense = approve_expense(expense=enter(two[0]), by=two[1], now=NOW)
    with pytest.raises(ExpenseRefused, match="Say why"):
        ask_reversal(expense=expense, reason=" ", by=two[0], now=NOW)
    with pytest.raises(ExpenseRefused, match="Nobody asked"):
        approve_reversal(expense=expense, by=two[0], now=NOW)
    ask_reversal(expense=expense, reason="Paid from the wrong account", by=two[0], now=NOW)
    with pytest.raises(ExpenseRefused, match="asked already"):
        ask_reversal(expense=expense, reason="Again", by=two[1], now=NOW)
    with pytest.raises(ExpenseRefused, match="another person must look"):
        approve_reversal(expense=expense, by=two[0], now=NOW)
    assert Transfer.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=expense.pk).update(reversed_by=two[0], reversal_row=2)
    done = approve_reversal(expense=expense, by=two[1], now=NOW)
    first, second = Transfer.objects.order_by("seq")
    assert (second.id, second.kind, second.seq, second.original_id) == (f"expense:{expense.pk}:reversal", "reversal", done.reversal_row, first.id)
    assert (second.debit_id, second.credit_id, second.amount_minor) == (first.credit_id, first.debit_id, first.amount_minor)
    for act in (lambda: ask_reversal(expense=expense, reason="Again", by=two[0], now=NOW), lambda: approve_reversal(expense=expense, by=two[1], now=NOW)):
        with pytest.raises(ExpenseRefused, match="taken back already, in row 2"):
            act()
    assert verify().sound


def test_a_wish_to_take_back_may_be_withdrawn_and_what_is_not_in_the_books_cannot_be(two):
    expense = enter(two[0])
    with pytest.raises(ExpenseRefused, match="not in the books"):
        ask_reversal(expense=expense, reason="Wrong", by=two[0], now=NOW)
    approve_expense(expense=expense, by=two[1], now=NOW)
    ask_reversal(expense=expense, reason="Wrong", by=two[0], now=NOW)
    refuse_reversal(expense=expense)
    with pytest.raises(ExpenseRefused, match="Nobody asked"):
        approve_reversal(expense=expense, by=two[1], now=NOW)
    assert Transfer.objects.count() == 1


def test_the_desk_takes_an_expense_back_and_readers_see_where(client, two):
    expense = approve_expense(expense=enter(two[0], shown=Shown.NAME), by=two[1], now=NOW)
    path = f"/desk/expenses/{expense.pk}/"
    client.force_login(two[0])
    assert "Ask that it is taken back" in client.get(path).content.decode()
    assert "Press one of the buttons" in client.post(path, {"do": "juggle"}).content.decode()
    assert client.post(path, {"do": "take-back", "reason": "Wrong account"}).status_code == 302
    assert "You asked for this yourself" in client.get(path).content.decode()
    assert "another person must look" in client.post(path, {"do": "approve-back"}).content.decode()
    client.force_login(two[1])
    assert "Wrong account" in client.get(path).content.decode()
    assert client.post(path, {"do": "approve-back"}).status_code == 302
    assert "Row 2" in client.get(path).content.decode()
    sign_yesterday(now=NOW + dt.timedelta(days=1))
    assert "taken back in row 2" in client.get("/books/").content.decode()


def test_the_desk_takes_an_expense_and_and_another_approves_it(client, two):
    client.force_login(two[0])
    typed = {
        "category": "legal",
        "amount": "1,250.50",
        "paid_from": "bank:main:USD",
        "paid_on": "2026-11-20",
        "payee": "Notary",
        "shown": "name",
        "note": "",
        "story_path": "",
    }
    page = client.post("/desk/expenses/new/", typed | {"amount": "1.2.3", "paper": SimpleUploadedFile("bill.pdf", b"x")})
    assert "is not an amount in USD" in page.content.decode()
    assert client.post("/desk/expenses/new/", typed | {"paper": SimpleUploadedFile("bill <1>.pdf", b"%PDF")}).status_code == 302
    expense = Expense.objects.get()
    assert "Notary" in client.get("/desk/expenses/").content.decode()
    path = f"/desk/expenses/{expense.pk}/"
    assert "You entered this yourself" in client.get(path).content.decode()
    assert "another person must look" in client.post(path, {"do": "approve"}).content.decode()
    paper = client.get(f"{path}paper/")
    assert (paper.content, paper["Content-Type"], paper["Content-Disposition"]) == (b"%PDF", "application/octet-stream", 'attachment; filename="bill__1_.pdf"')
    client.force_login(two[1])
    assert client.post(path, {"do": "approve"}).status_code == 302
    assert Transfer.objects.get().amount_minor == 125050
    assert "Row 1" in client.get(path).content.decode()


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, None])
@pytest.mark.parametrize("last", ["", "new/", "{pk}/", "{pk}/paper/"])
def test_nobody_else_sees_expenses(client, two, role, last):
    expense = enter(two[0])
    if role:
        client.force_login(make_staff(role))
    answer = client.get(f"/desk/expenses/{last.format(pk=expense.pk)}")
    assert answer.status_code in {302, 403}
    assert b"Ibrahim" not in answer.content
