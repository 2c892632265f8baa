"""The newsroom of `bench.year`: one day after another through its own actions, as the scheduler and two bookkeepers do them.

Two things are done for many at once: gifts and pledges begin as the rows that `start_gift` leaves behind, and the provider's hints are stored as
the rows that `receive_webhook` leaves behind (what the door itself takes, `bench rate` measures). Everything else is what runs in a newsroom,
one by one: `apply_inbox` looks at the provider and posts, `reconcile_due`, `sign_yesterday`, `make_statements`; bookkeepers call
`import_file`, `enter_expense`, `approve_expense`. No letter is sent.
"""

import datetime as dt
import time
from collections import defaultdict
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from tests.make.bank import Account, Booking, camt

from bench._year_world import CURRENCIES, DAY, FIRST, Begun, Played, World
from masthead.funding.books.actions import make_statements
from masthead.funding.books.models import Category, Shown
from masthead.funding.books.spending import approve_expense, enter_expense
from masthead.funding.campaigns.actions import open_campaign
from masthead.funding.campaigns.models import Campaign, Milestone
from masthead.funding.campaigns.rules import Period
from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.matching import assign_expense
from masthead.funding.giving.banking.models import BankAccount, BankLine, LineState
from masthead.funding.giving.models import Frequency, Gift, InboxEvent, Pledge
from masthead.funding.giving.reconciling.actions import reconcile_due
from masthead.funding.ledger.actions import open_account
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import AccountKind
from masthead.funding.providers import registry
from masthead.kernel import clock
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money
from masthead.readers.models import Supporter

OPENING = {"USD": 1_000_000, "EUR": 800_000, "JPY": 900_000}
SPENT = {"USD": 120_000, "EUR": 90_000, "JPY": 60_000}  # a week
ACCOUNTS = {"USD": "DE75512108001245126199", "EUR": "NL91ABNA0417164300", "JPY": "FR7630006000011234567890189"}
PAGES = ("/", "/city/harbour/", "/city/budget/", "/news/one/", "")


class Newsroom:
    """Plays the year; `spent` is the CPU of each kind of work."""

    def __init__(self, *, gifts: int, days: int) -> None:
        self.world, self.days, self.day = World(gifts=gifts, days=days), days, FIRST
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.longest: defaultdict[str, float] = defaultdict(float)
        self.closing = dict(OPENING)
        self.waiting: dict[str, list[Booking]] = defaultdict(list)
        self.hints = 0
        self.told = 0  # payouts that the bank has shown
        Played.world = self.world
        path = "bench._year_world:Played"
        registry.PROVIDERS = (registry.Listed(name="stripe", live=True, is_on=lambda: True, path=path), registry.PROVIDERS[-1])
        self.campaigns = {currency: _campaign(currency) for currency in CURRENCIES}
        users = get_user_model().objects
        self.people = [users.create_user(f"keeper{number}", f"keeper{number}@example.org", is_superuser=True) for number in range(2)]
        self.expenses: dict[str, Any] = {}

    @contextmanager
    def _work(self, what: str) -> Any:
        began = time.process_time()
        yield
        took = time.process_time() - began
        self.spent[what] += took
        self.longest[what] = max(self.longest[what], took)

    def play(self, *, say: Any) -> None:
        """Play every day, and the morning after the last."""
        for number in range(self.days):
            last = number == self.days - 1
            begun, changed = self.world.play(self.day, last=last)
            with self._work("making rows of what began (not the newsroom's work)"):
                self._begin(begun)
            evening = self._at(23, 55)
            with self._work("applying what the provider tells"):
                self._apply(changed, evening)
            with self._work("bank statements and expenses"):
                self._keep_books(last=last)
            self.day += DAY
            self._morning()
            if number % 30 == 0 or last:
                say(f"{self.day} {self.world.given:>7} gifts, {sum(self.spent.values()):.0f} s of CPU: {_words(self.spent)}")

    def _at(self, hour: int, minute: int = 0) -> dt.datetime:
        at = dt.datetime.combine(self.day, dt.time(hour, minute), dt.UTC)
        clock.now = lambda: at  # what runs today asks for the time itself
        return at

    def _morning(self) -> None:
        now = self._at(0, 20)
        with self._work("reconciling"):
            reconcile_due(now=now)
        with self._work("signing"):
            while sign_yesterday(now=now):
                pass
        with self._work("monthly statements"):
            make_statements(now=now)

    @transaction.atomic
    def _begin(self, begun: list[Begun]) -> None:
        supporters, pledges, gifts = [], [], []
        for one in begun:
            number = one.payment_ref.removeprefix("pi_")
            supporter = Supporter(id=new_id(), email=f"reader{number}@example.org", name=f"Reader {number}", created_at=one.at)
            supporters.append(supporter)
            pledge = None
            campaign = self.campaigns[one.currency]
            words: dict[str, Any] = {"campaign": campaign, "supporter": supporter, "amount_minor": one.amount.minor, "currency": one.amount.currency}
            if one.pledge_ref:
                frequency = Frequency(one.frequency.value)
                pledge = Pledge(id=new_id(), provider="stripe", provider_ref=one.pledge_ref, frequency=frequency, started_at=one.at, **words)
                pledges.append(pledge)
            shown = int(number) % 3 == 0
            gift = Gift(
                id=one.gift_id, frequency=one.frequency.value, pledge=pledge, provider="stripe", checkout_ref=f"cs_{number}", created_at=one.at, **words
            )
            gift.public_name, gift.show_name, gift.show_amount = supporter.name, shown, shown and int(number) % 2 == 0
            gift.page_path = PAGES[int(number) % len(PAGES)]
            gifts.append(gift)
        Supporter.objects.bulk_create(supporters, batch_size=200)
        Pledge.objects.bulk_create(pledges, batch_size=50)
        Gift.objects.bulk_create(gifts, batch_size=30)

    def _apply(self, changed: list[str], now: dt.datetime) -> None:
        """Store a hint for each payment that changed today, and have the inbox applied as the scheduler does."""
        self.hints += len(changed)
        hints = [
            InboxEvent(
                provider="stripe",
                event_id=f"evt_{self.hints - number}",
                kind="charge.updated",
                object_ref=ref,
                body=b"{}",
                content_type="application/json",
                received_at=now,
                next_try_at=now,
            )
            for number, ref in enumerate(changed)
        ]
        InboxEvent.objects.bulk_create(hints, batch_size=50)
        while apply_inbox(now=now):
            pass
        failed = InboxEvent.objects.filter(applied_at__isnull=True).first()
        if failed:
            raise RuntimeError(f"{failed.object_ref} was not applied: {failed.error}")

    def _keep_books(self, *, last: bool) -> None:
        """Note what moved on the accounts; on Sundays take in the bank's statements, and enter and approve what was spent."""
        for payout in self.world.payouts[self.told :]:
            if payout.arrives_date > self.day:
                break
            self.told += 1
            self.waiting[payout.amount.currency].append(Booking(minor=payout.amount.minor, day=payout.arrives_date, ref=payout.ref, text="PAYOUT"))
        if self.day.weekday() != 6 and not last:  # noqa: PLR2004 - Sunday
            return
        for currency in CURRENCIES:
            if BankAccount.objects.filter(currency=currency).exists():
                self._spend(currency)
            self._statement(currency)

    def _spend(self, currency: str) -> None:
        account = BankAccount.objects.get(currency=currency)
        number = self.day.toordinal()
        category = list(Category)[number // 7 % len(Category)]
        minor = SPENT[currency] + number % 97
        now = self._at(20)
        made = enter_expense(
            category=category,
            amount=Money(minor, currency),
            paid_on=self.day,
            paid_from=account.code,
            payee=f"Somebody {number}",
            shown=list(Shown)[number // 7 % 3],
            note="For the week",
            paper=b"%PDF-1.4 a bill",
            paper_name="bill.pdf",
            by=self.people[0],
            now=now,
        )
        approve_expense(expense=made, by=self.people[1], now=now)
        self.expenses[f"{currency}:{minor}"] = made
        self.waiting[currency].append(Booking(minor=-minor, day=self.day, ref=f"exp{currency}{number}", text="A bill"))

    def _statement(self, currency: str) -> None:
        bookings = tuple(self.waiting.pop(currency, []))
        told = Account(
            bookings=bookings, opening=self.closing[currency], currency=currency, account=ACCOUNTS[currency], day=self.day, number=str(self.day.toordinal())
        )
        self.closing[currency] = told.last
        now = self._at(21)
        file = keep_file(data=camt(told), name=f"{currency}-{self.day}.xml", by=self.people[0], now=now)
        import_file(file=file, by=self.people[0], now=now, new_account=True)
        for line in BankLine.objects.filter(state=LineState.UNMATCHED, currency=currency, amount_minor__lt=0):
            expense = self.expenses.pop(f"{currency}:{-line.amount_minor}")
            assign_expense(line=line, expense_ref=str(expense.pk), transfers=[f"expense:{expense.pk}"], by=self.people[0], now=now)


def _campaign(currency: str) -> Campaign:
    goals = {"USD": 20_000_000, "EUR": 9_000_000, "JPY": 60_000_000}
    campaign = Campaign(
        name=f"Keep it going ({currency})",
        slug=f"keep-it-going-{currency.lower()}",
        purpose="Pays the people who write.",
        currency=currency,
        goal_minor=goals[currency],
        period=Period.MONTHLY if currency == "USD" else Period.ONE_OFF,
        featured=currency == "USD",
        offers_yearly=True,
        suggested_once=[500, 1000, 2500],
        suggested_monthly=[500, 1000, 2500],
        suggested_yearly=[5000, 10_000],
    )
    campaign.milestones = [Milestone(amount_minor=goals[currency] // share, meaning=f"a {share}th part") for share in (2, 4)]
    campaign.save()
    now = dt.datetime.combine(FIRST, dt.time(), dt.UTC)
    open_campaign(campaign=campaign, now=now)
    for kind, holds in (("clearing", AccountKind.CLEARING), ("fees", AccountKind.FEES)):
        open_account(code=f"{kind}:stripe:{currency}", currency=currency, kind=holds, now=now)
    return campaign


def _words(spent: dict[str, float]) -> str:
    return ", ".join(f"{what.split()[0]} {seconds:.0f}" for what, seconds in by_size(spent))


def by_size(spent: dict[str, float]) -> list[tuple[str, float]]:
    """Return kinds of work and their seconds, the longest first."""
    return sorted(spent.items(), key=lambda one: -one[1])
