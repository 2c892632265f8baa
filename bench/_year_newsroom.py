"""The newsroom of `bench.year`: one day after another through its own actions, as the scheduler and two bookkeepers do them.

Gifts and pledges begin as the rows that `start_gift` leaves behind, many at once. Payments that settle on the day they are made (nineteen of twenty)
are posted a day at once, by the rules and the action that `apply_told` uses (`drafts_of`, `state_of`, `post`); everything else that happens to
a payment, and with BENCH_YEAR_WHOLE_PATH=1 each payment, goes through `look` and `apply_told`, which the inbox calls for its webhooks, here fifty
in a transaction and without rows of the inbox. The rest is the scheduler's and the bookkeepers' own: `reconcile_due`, `sign_yesterday`, `make_statements`, `import_file`, `enter_expense`, `approve_expense`. No letter is sent.
"""

import datetime as dt
import os
import time
import uuid
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from tests.make.bank import Account, Booking, camt

from bench._year_world import CURRENCIES, DAY, Begun, Pay, Played, World
from masthead.funding.books.actions import make_statements
from masthead.funding.books.models import Category, Shown
from masthead.funding.books.spending import approve_expense, enter_expense
from masthead.funding.campaigns.actions import open_campaign
from masthead.funding.campaigns.models import Campaign, Milestone, Period
from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import Told, apply_told, look
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.matching import assign_expense
from masthead.funding.giving.banking.models import BankAccount, BankLine, LineState
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, Pledge, Receipt
from masthead.funding.giving.reconciling.actions import reconcile_due
from masthead.funding.ledger.actions import open_account, post
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.models import AccountKind
from masthead.funding.providers import registry
from masthead.kernel import clock
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money
from masthead.readers.models import Supporter

DAYS = 365
WHOLE_PATH = bool(os.environ.get("BENCH_YEAR_WHOLE_PATH"))
TOGETHER = 50  # payments applied in one transaction
FIRST = dt.date(2025, 12, 1)
OPENING = {"USD": 1_000_000, "EUR": 800_000, "JPY": 900_000}
SPENT = {"USD": 120_000, "EUR": 90_000, "JPY": 60_000}  # a week
ACCOUNTS = {"USD": "DE75512108001245126199", "EUR": "NL91ABNA0417164300", "JPY": "FR7630006000011234567890189"}
PAGES = ("/", "/city/harbour/", "/city/budget/", "/news/one/", "")


class Newsroom:
    """Plays the year; `spent` is the CPU of each kind of work."""

    def __init__(self, *, gifts: int, days: int = DAYS) -> None:
        self.world, self.days, self.day = World(gifts=gifts, days=days), days, FIRST
        self.spent: Counter[str] = Counter()
        self.longest: Counter[str] = Counter()
        self.closing = dict(OPENING)
        self.waiting: dict[str, list[Booking]] = defaultdict(list)
        self.begun: dict[uuid.UUID, Gift] = {}
        self.seen: set[str] = set()
        self.patterns: dict[uuid.UUID, dict[str, Any]] = {}  # of pledges, for their renewals
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
            if pledge:
                self.patterns[gift.pk] = {
                    name: getattr(gift, name)
                    for name in (
                        "campaign_id",
                        "amount_minor",
                        "currency",
                        "frequency",
                        "pledge_id",
                        "supporter_id",
                        "public_name",
                        "show_name",
                        "show_amount",
                        "page_path",
                    )
                }
        Supporter.objects.bulk_create(supporters, batch_size=200)
        Pledge.objects.bulk_create(pledges, batch_size=50)
        if WHOLE_PATH:
            Gift.objects.bulk_create(gifts, batch_size=30)
        else:
            self.begun = {gift.pk: gift for gift in gifts}

    def _apply(self, changed: list[str], now: dt.datetime) -> None:
        """Look and apply as the inbox does for a webhook, many in a transaction: no row of the inbox, and one fsync for all of them."""
        if not WHOLE_PATH:
            changed = self._post_new(changed, now)
        for start in range(0, len(changed), TOGETHER):
            found = look("stripe", changed[start : start + TOGETHER])
            told = []
            for ref, facts in found.items():
                if isinstance(facts, Exception):
                    raise RuntimeError(f"{ref} could not be looked at") from facts  # noqa: TRY004 - an answer, not a type
                told.append(Told(provider="stripe", facts=facts, cause="the year"))
            with transaction.atomic():
                apply_told(told=told, now=now)

    @transaction.atomic
    def _post_new(self, changed: list[str], now: dt.datetime) -> list[str]:
        """Post the payments that settled on the day they were made, all in one go, and return the others.

        What `apply_told` does for each is done for all: `drafts_of` says the transfers, `post` posts them, gift, event and
        receipt are rows of the same transaction.
        """
        pays = [pay for pay in map(self.world.pays.__getitem__, changed) if pay.ref not in self.seen and pay.settled_at and not pay.left < pay.amount.minor]
        self.seen |= set(changed)
        drafts, gifts, events = [], [], []
        for pay in pays:
            facts = pay.facts()
            made = rules.drafts_of(facts, provider="stripe", gifts=self.campaigns[pay.settled.currency].account_code, zone=settings.ENV.zone)
            drafts += made
            gift = self.begun.pop(pay.gift_id) if not pay.renewal else self._renewed(pay)
            gift.state, gift.provider_ref, gift.settled_at = rules.state_of(facts), pay.ref, pay.settled_at
            gift.settled_minor, gift.settled_currency = pay.settled.minor, pay.settled.currency
            gifts.append(gift)
            events.append(GiftEvent(gift=gift, at=now, state=gift.state, cause="the year", transfers=[draft.id for draft in made]))
        post(drafts=drafts, now=now)
        Gift.objects.bulk_create(gifts, batch_size=30)
        GiftEvent.objects.bulk_create(events, batch_size=100)
        Receipt.objects.bulk_create([Receipt(gift=gift, created_at=now, next_try_at=now) for gift in gifts], batch_size=100)
        Gift.objects.bulk_create(list(self.begun.values()), batch_size=30)  # what waits
        self.begun = {}
        posted = {pay.ref for pay in pays}
        return [ref for ref in changed if ref not in posted]

    def _renewed(self, pay: Pay) -> Gift:
        words = self.patterns[pay.gift_id]
        return Gift(renewal=True, provider="stripe", created_at=pay.at, **words)

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


def _words(spent: Counter[str]) -> str:
    return ", ".join(f"{what.split()[0]} {seconds:.0f}" for what, seconds in spent.most_common())
