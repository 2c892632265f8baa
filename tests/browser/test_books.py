"""The open books on a phone and a desk, with scripts off: readable, nothing beyond the edge, nothing that axe finds."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe

from masthead.funding.books.actions import make_statements
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import AccountKind, Kind
from masthead.kernel import clock
from masthead.kernel.money import Money

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def books(newsroom, django_db_blocker):
    """Spend and pay fees in three months, and sign each."""
    with django_db_blocker.unblock():
        now = clock.now()
        for code, kind in (("bank:main:USD", AccountKind.BANK), ("spending:rent:USD", AccountKind.SPENDING), ("spending:freelance:USD", AccountKind.SPENDING)):
            open_account(code=code, currency="USD", kind=kind, now=now)
        day = now.date()
        moves = [("spending:rent:USD", 90_000), ("spending:freelance:USD", 61_250), ("fees:practice:USD", 9_217)]
        for month in range(3):
            later = now + dt.timedelta(days=31 * month)
            for number, (debit, minor) in enumerate(moves):
                kind = Kind.FEE if debit.startswith("fees") else Kind.EXPENSE
                credit = "clearing:practice:USD" if kind == Kind.FEE else "bank:main:USD"
                amount = Money(minor * (month + 1), "USD")
                draft = Draft(id=f"m{month}.{number}", kind=kind, debit=debit, credit=credit, amount=amount, dated=day, book_month=day.replace(day=1))
                post(drafts=[draft], now=later)
            while sign_yesterday(now=later + dt.timedelta(days=1)):
                pass
        make_statements(now=now + dt.timedelta(days=70))
        return newsroom


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_books_are_readable_everywhere(books, open_page, width, dark):
    page = open_page(width=width, dark=dark)
    page.goto(f"{books.root}/books/")
    assert page.is_visible(".books-chart")
    for path in ("/books/", "/books/checkpoints/", page.get_attribute("table.books-figures th a", "href")):
        page.goto(f"{books.root}{path}")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_figures_and_the_chart_stand_there(books, open_page):
    page = open_page(javascript=False)
    page.goto(f"{books.root}/books/")
    assert page.is_visible(".books-chart .in")
    assert "Held at the end" in page.inner_text("main")
