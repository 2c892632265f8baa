"""The open books and the contribute page are kept too: made anew when the books are signed, never by a gift; the form on a kept page is taken."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from masthead.delivery.filling import rendering
from masthead.delivery.filling.addresses import BOOKS, GIVE
from masthead.funding.books.actions import make_statements
from masthead.funding.books.models import Category, Shown, Statement
from masthead.funding.books.reversing import approve_reversal, ask_reversal
from masthead.funding.books.spending import approve_expense, enter_expense
from masthead.funding.campaigns import actions as campaigns
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankLine
from masthead.funding.giving.models import Gift, ProviderPayout, Reconciliation
from masthead.funding.ledger import notes
from masthead.funding.ledger.actions import open_account
from masthead.funding.ledger.checkpoints import actions as signing
from masthead.funding.ledger.models import AccountKind
from masthead.kernel import clock
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.delivery.filling.site import NOON, exactly, watch, whole
from tests.make import give, make_staff
from tests.make.bank import Account as BankStatement
from tests.make.bank import Booking, camt

pytestmark = pytest.mark.django_db
OUTSIDER = notes.Signer(name="council.example", private_key=bytes(range(32)))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})  # books.key lies there


def text(renderer, one):
    page = renderer.store.page(one)
    return b"".join(page.segments).decode() if page else None


def enter(publisher, **words):
    usual = {"category": Category.RENT, "amount": Money(4000, "USD"), "paid_on": clock.now().date(), "paid_from": "bank:main:USD", "payee": "The landlord"}
    usual |= {"shown": Shown.NOTE, "note": "November", "story_path": "", "paper": b"bill", "paper_name": "bill.pdf", "by": publisher, "now": clock.now()}
    return enter_expense(**(usual | words))


def test_the_books_follow_what_is_signed_and_no_gift(site, renderer):
    publishers = make_staff(Role.PUBLISHER), make_staff(Role.PUBLISHER)
    renderer.finish()
    assert {*BOOKS, GIVE} - set(renderer.store.paths()) == {"/books/checkpoint"}
    give(site.campaign, 2_500)
    open_account(code="bank:main:USD", currency="USD", kind=AccountKind.BANK, now=clock.now())
    watch(renderer)
    with exactly(renderer):
        pass  # a gift is in no page of the books before it is signed
    spent = enter(publishers[0])
    with exactly(renderer):
        approve_expense(expense=spent, by=publishers[1], now=clock.now())
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        renderer.finish()
        with exactly(renderer, also=BOOKS):
            checkpoint = signing.sign_yesterday(now=clock.now())
        assert "$25.00" in text(renderer, "/books/")
        assert "November" in text(renderer, "/books/")
        with exactly(renderer):
            signing.cosign(note=notes.cosign(checkpoint.note, OUTSIDER), verifier=OUTSIDER.verifier, now=clock.now())
        assert "council.example" in text(renderer, "/books/checkpoints/")
        assert "council.example" in text(renderer, "/books/checkpoint")
        with exactly(renderer):
            ask_reversal(expense=spent, reason="Twice", by=publishers[0], now=clock.now())
        with exactly(renderer):
            approve_reversal(expense=spent, by=publishers[1], now=clock.now())
        assert "taken back in row" in text(renderer, "/books/")
        with exactly(renderer):
            signing.new_key(now=clock.now())
    with time_machine.travel(NOON + dt.timedelta(days=2), tick=False):
        renderer.finish()
        with exactly(renderer, also=BOOKS):
            signing.sign_yesterday(now=clock.now())
        assert "$25.00" in text(renderer, "/books/gifts/")


def test_a_month_s_statement_stands_when_it_is_made(site, renderer):
    give(site.campaign, 2_500)
    for days in (9, 10):  # the month's end is signed first, the statement is made a day later
        with time_machine.travel(NOON + dt.timedelta(days=days), tick=False):
            signing.sign_yesterday(now=clock.now())
            renderer.finish()
            with exactly(renderer, also=BOOKS):
                make_statements(now=clock.now())
    assert Statement.objects.get().month == dt.date(2026, 11, 1)
    kept = {one for one in renderer.store.paths() if one.startswith("/books/2026-11/")}
    assert kept == {"/books/2026-11/", *(f"/books/2026-11/statement.{form}" for form in ("jsonl", "csv", "beancount"))}
    page = renderer.store.page("/books/2026-11/statement.jsonl")
    assert dict(page.headers)["Content-Disposition"] == 'attachment; filename="2026-11.jsonl"'
    assert page.segments == (Statement.objects.get().text.encode(),)


def test_the_books_follow_the_bank_and_the_daily_look(site, renderer):
    with exactly(renderer):
        ProviderPayout.objects.create(provider="stripe", ref="po_1", amount_minor=500, currency="USD", arrives_on=NOON.date())
    with exactly(renderer, also=["/books/"]):
        statement = BankStatement(bookings=(Booking(minor=500),), currency="USD")
        import_file(file=keep_file(data=camt(statement), name="a", by=None, now=NOON), by=None, now=NOON, new_account=True)
    with exactly(renderer):
        BankLine.objects.update(state="payout", matched_ref="stripe:po_1")
    assert "1 of 1 payout" in text(renderer, "/books/")
    with exactly(renderer):
        Reconciliation.objects.create(provider="practice", began_at=NOON, since=NOON)
    assert "to the cent" in text(renderer, "/books/")


def form_on(page):
    """Return the fields that a reader without scripts would send from a page, with what she types."""
    body = b"".join(page.segments).decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))
    assert set(fields) == {"campaign", "currency", "made"}
    return fields | {"frequency": "once", "amount": "25", "email": "ada@readers.example"}


@pytest.mark.once
def test_a_form_from_a_kept_page_is_taken_for_days(site, renderer):
    form = form_on(renderer.store.page(GIVE))
    for days in (0, 1, 6):
        with time_machine.travel(NOON + dt.timedelta(days=days), tick=False):
            sent = form | {"email": f"ada{days}@readers.example"}
            own = Client(enforce_csrf_checks=True).post(GIVE, sent, headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"})
            elsewhere = Client().post(GIVE, sent, headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"})
        assert (own.status_code, elsewhere.status_code) == (303, 403)
        assert Gift.objects.filter(supporter__email=sent["email"]).count() == 1


@pytest.mark.once
def test_the_form_is_signed_anew_each_day_and_its_figure_moves(site, renderer):
    before = form_on(renderer.store.page(GIVE))["made"]
    give(site.campaign, 307_500)
    watch(renderer)
    assert renderer.finish().made == []
    assert b"$3,075" in whole(renderer)[GIVE][2]
    with time_machine.travel(NOON + dt.timedelta(hours=13), tick=False):
        renderer.finish()
        assert form_on(renderer.store.page(GIVE))["made"] != before
    with exactly(renderer):
        campaigns.close_campaign(campaign=site.campaign)
    assert "A second press" in text(renderer, GIVE)


@pytest.mark.once
def test_while_the_database_is_away_the_form_is_not_kept(site, renderer, monkeypatch):
    asked = iter([False, True, True, True])

    def step():
        if next(asked):
            return False
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "close", lambda: None)  # the test's own, with a transaction open
        patch.setattr(renderer, "begin", lambda: 0)
        patch.setattr(renderer, "step", step)
        seen = []

        class Bell:
            def wait(self, seconds):
                seen.append(GIVE in renderer.store.paths())

            def close(self):
                pass

        renderer.run(stopped=lambda: len(seen) == 1, bell=Bell())
    assert seen == [False]
    assert renderer.store.page("/") is not None
    renderer.finish()
    assert form_on(renderer.store.page(GIVE)) == form_on(rendering.render(GIVE).page)
