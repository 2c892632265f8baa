"""A newsroom with two supporters, for the walk through every money address. What is Ada's may be seen by Ada and by publishers."""

import datetime as dt
import re
from typing import Any

from django.test import Client

from masthead.funding.books.actions import make_statements
from masthead.funding.books.models import Category, Expense, Shown
from masthead.funding.books.spending import approve_expense, enter_expense
from masthead.funding.giving import links
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.models import BankFile, BankLine, Means, OfflineEntry
from masthead.funding.giving.banking.offline import enter_offline
from masthead.funding.giving.managing.entering import ask_for_link, link_path, open_visit, send_links
from masthead.funding.giving.managing.views import COOKIE
from masthead.funding.giving.models import Discrepancy, Frequency, Gift, InboxEvent, Pledge, Receipt
from masthead.funding.guard.actions import hold
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import Account, AccountKind
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from masthead.readers.models import Erasure, Supporter, Visit
from tests.funding.giving.acts import given
from tests.make.bank import Account as BankStatement
from tests.make.bank import Booking, camt
from tests.make.funding import NOW, TODAY, make_campaign
from tests.make.newsroom import make_newsroom, make_staff

LATER = dt.datetime(2026, 12, 3, 12, tzinfo=dt.UTC)  # the books of November are signed
ADA, EVE = "adelheid.quint@readers.example", "eve@readers.example"
# What only Ada has; of the amount every way it is written (figures that no id and no page of others holds).
SECRETS = re.compile(r"adelheid|quint|wilhelmina|zanzibar|76[,.  ]?543|(?<![0-9a-f-])76543(21)?(?![0-9a-f])", re.IGNORECASE)
PEOPLE = re.compile(r"adelheid|quint|wilhelmina|zanzibar", re.IGNORECASE)
FIXER = re.compile(r"ibrahim|secret-bill", re.IGNORECASE)  # who was paid, where readers see the category alone


class World:
    """The newsroom: `clients` by role, `subjects` to fill addresses with."""

    def __init__(self) -> None:
        self.asked = 0
        make_newsroom()
        self.campaign = make_campaign(name="Keep the lights on")
        self.ada = given(self.campaign, 7_654_321, frequency=Frequency.MONTHLY, email=ADA, now=NOW)
        self.eve = given(self.campaign, 1700, frequency=Frequency.MONTHLY, email=EVE, now=NOW)
        Gift.objects.filter(pk=self.ada.pk).update(dedication="For Wilhelmina", public_name="Adelheid Quint", page_path="/news/harbour/")
        Supporter.objects.filter(email=ADA).update(name="Adelheid Quint")
        Pledge.objects.filter(gifts=self.ada).update(ended_words="Moving to Zanzibar", ended_because="other")
        self.staff = {role: make_staff(role, email=f"{role.name.lower()}@news.example") for role in Role}
        self.second = make_staff(Role.PUBLISHER, email="second@news.example")
        self.bank_and_papers()
        asked = {"campaign": self.campaign.slug, "minor": 7_654_321, "currency": "USD", "frequency": "once", "email": ADA, "public_name": "Adelheid Quint"}
        self.held = hold(email=ADA, place="203.0.113.0/24", asked=asked, now=LATER)
        self.webhook = InboxEvent.objects.order_by("pk")[0]
        self.discrepancy = Discrepancy.objects.create(provider="practice", key="x", cause="A movement is missing.", todo="Look.", first_seen_at=LATER)
        Erasure.objects.create(supporter=self.ada.supporter, asked_at=LATER)
        while sign_yesterday(now=LATER):
            pass
        make_statements(now=LATER)
        self.clients = {"anonymous": Client(), **{role.name.lower(): Client() for role in Role}, "ada": self.visitor(ADA), "eve": self.visitor(EVE)}
        for role, person in self.staff.items():
            self.clients[role.name.lower()].force_login(person)

    def bank_and_papers(self) -> None:
        """A line of the bank's, an offline entry and two expenses, all of which name somebody."""
        paid = BankStatement(bookings=(Booking(minor=7_654_321, name="Adelheid Quint", text="For Wilhelmina"),), currency="USD")
        file = keep_file(data=camt(paid), name="statement.xml", by=None, now=NOW)
        import_file(file=file, by=None, now=NOW, new_account=True)
        self.file = BankFile.objects.get()
        self.line = BankLine.objects.get()
        self.entry: OfflineEntry = enter_offline(
            means=Means.CASH,
            amount=Money(7_654_321, "USD"),
            received_on=TODAY,
            receipt_note="Book 3",
            campaign=self.campaign,
            name="Adelheid Quint",
            email=ADA,
            by=self.second,
            now=NOW,
        )
        words: dict[str, Any] = {
            "category": Category.REPORTING,
            "amount": Money(4000, "USD"),
            "paid_on": TODAY,
            "payee": "Fixer Ibrahim",
            "note": "Ibrahim's car",
        }
        words |= {"paid_from": Account.objects.get(kind=AccountKind.BANK, currency="USD").pk, "paper": b"%PDF Ibrahim", "paper_name": "secret-bill.pdf"}
        self.expense: Expense = enter_expense(**words, shown=Shown.NOTHING, by=self.second, now=NOW)
        approve_expense(expense=self.expense, by=self.staff[Role.PUBLISHER], now=NOW)

    def visitor(self, email: str) -> Client:
        """Return a browser in which a supporter's own pages are open."""
        browser = Client()
        browser.cookies[COOKIE] = self.cookie(email)
        return browser

    def cookie(self, email: str) -> str:
        return open_visit(token=self.token_of_visit(email), now=LATER)

    def token_of_visit(self, email: str) -> str:
        self.asked += 1
        now = LATER + dt.timedelta(seconds=self.asked)
        ask_for_link(email=email, place="203.0.113.0/24", now=now)
        send_links(now=now)
        visit = Visit.objects.filter(supporter__email=email, opened_at=None).latest("asked_at")
        return link_path(visit, now=LATER).rstrip("/").rpartition("/")[2]

    def token(self, kind: str, gift: Gift, *, now: dt.datetime = LATER) -> str:
        """Return the signed token of one kind for a supporter."""
        path = {
            "thanks": lambda: links.thanks_path(gift, now=now),
            "receipt": lambda: links.receipt_path(Receipt.objects.get(gift=gift), now=now),
            "pledge": lambda: links.pledge_path(Pledge.objects.get(gifts=gift), now=now),
            "confirm": lambda: links.confirm_path(self.held.pk, now=now),
        }[kind]()
        return path.strip("/").rpartition("/")[2]
