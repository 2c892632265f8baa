# ruff: noqa: PLR2004 - chances, days and shares of a play
"""A year of money at one provider, played in this process: what supporters, their banks and the provider do, day by day.

It knows nothing of Masthead's books. `Played` answers as a provider does (facts, movements, payouts), so that the newsroom's own
code does the rest. The same seed gives the same year.
"""

import bisect
import datetime as dt
import random
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from masthead.funding.providers.base import (
    Capabilities,
    DisputeFacts,
    DisputeState,
    Facts,
    Frequency,
    Movement,
    MovementKind,
    PaymentFacts,
    PaymentState,
    Payout,
    PledgeFacts,
    PledgeState,
    ProviderError,
    RefundFacts,
)
from masthead.kernel.money import Money

DAY = dt.timedelta(days=1)
FIRST = dt.date(2025, 12, 1)
CURRENCIES = ("USD", "EUR", "JPY")
SHARES = (5, 4, 2)  # of gifts begun, by currency
AMOUNTS = {"USD": (500, 1000, 1500, 2500, 5000, 10_000), "EUR": (500, 1000, 2000, 3000, 7500), "JPY": (500, 1000, 2000, 3000, 10_000)}
FIXED_FEE = {"USD": 30, "EUR": 25, "JPY": 40}
DISPUTE_FEE = {"USD": 1500, "EUR": 1500, "JPY": 2000}
ACCOUNT_FEE = {"USD": 1000, "EUR": 900, "JPY": 1500}
DOLLARS_TO_EUROS = Decimal("0.92")


@dataclass
class Pay:
    """One payment as the provider knows it now."""

    ref: str
    gift_id: uuid.UUID
    amount: Money
    settled: Money
    at: dt.datetime
    pledge_ref: str = ""
    renewal: bool = False
    settled_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    fee: Money | None = None
    refunds: list[RefundFacts] = field(default_factory=list)
    disputes: list[DisputeFacts] = field(default_factory=list)

    @property
    def left(self) -> int:
        """What was not given back and is not held back."""
        back = sum(one.amount.minor for one in self.refunds)
        return self.amount.minor - back - sum(one.amount.minor for one in self.disputes if one.state is not DisputeState.WON)

    def facts(self) -> PaymentFacts:
        """Return it as a provider's fact."""
        state = PaymentState.FAILED if self.failed_at else PaymentState.SETTLED if self.settled_at else PaymentState.PENDING
        return PaymentFacts(
            ref=self.ref,
            gift_id=self.gift_id,
            amount=self.amount,
            state=state,
            created_at=self.at,
            settled_at=self.settled_at,
            failed_at=self.failed_at,
            reason="The bank took it back." if self.failed_at else "",
            fee=self.fee,
            pledge_ref=self.pledge_ref,
            renewal=self.renewal,
            refunds=tuple(self.refunds),
            disputes=tuple(self.disputes),
            settled=self.settled if self.settled_at else None,
            live=True,
        )


@dataclass
class Promise:
    """A commitment as the provider knows it now."""

    ref: str
    gift_id: uuid.UUID
    amount: Money
    currency: str  # of the campaign
    frequency: Frequency
    began: dt.datetime
    next_at: dt.datetime
    ended_at: dt.datetime | None = None

    def facts(self) -> PledgeFacts:
        """Return it as a provider's fact."""
        state = PledgeState.ENDED if self.ended_at else PledgeState.ACTIVE
        return PledgeFacts(
            ref=self.ref,
            gift_id=self.gift_id,
            amount=self.amount,
            state=state,
            started_at=self.began,
            ended_at=self.ended_at,
            frequency=self.frequency,
            next_at=None if self.ended_at else self.next_at,
        )


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A gift that somebody began at the newsroom today, and its payment."""

    gift_id: uuid.UUID
    currency: str  # of the campaign
    amount: Money
    frequency: Frequency
    at: dt.datetime
    payment_ref: str
    pledge_ref: str


class World:
    """The year: `play(day)` makes one day happen and returns what was begun and which payments changed."""

    def __init__(self, *, gifts: int, days: int, seed: int = 2026) -> None:
        self.gifts, self.days, self.random = gifts, days, random.Random(seed)
        self.pays: dict[str, Pay] = {}
        self.promises: dict[str, Promise] = {}
        self.movements: list[Movement] = []
        self.payouts: list[Payout] = []
        self.given = 0
        self._times: list[dt.datetime] = []
        self._due: dict[dt.date, list[str]] = defaultdict(list)
        self._later: dict[dt.date, list[tuple[str, str]]] = defaultdict(list)
        self._unpaid: dict[str, list[Movement]] = defaultdict(list)
        self._today: list[Movement] = []
        self._touched: dict[str, None] = {}
        self._number = 0
        # Half of all payments are renewals: a pledge makes about six and a half payments in the year, one of fifty ends each month.
        self._pledges_a_day = gifts * 0.55 / 6.1 / days
        self._once_a_day = gifts * 0.41 / days

    def play(self, day: dt.date, *, last: bool = False) -> tuple[list[Begun], list[str]]:
        """Make `day` happen; on the `last` the rest of the gifts is begun."""
        self._today, self._touched = [], {}
        for ref in self._due.pop(day, []):
            self._renew(self.promises[ref], day)
        for what, ref in self._later.pop(day, []):
            getattr(self, f"_{what}")(self.pays[ref], self._moment(day))
        pledges, once = self._count(self._pledges_a_day), self._count(self._once_a_day)
        yearly = self._count(self.gifts * 0.04 / self.days)
        if last or self.given + pledges + yearly + once > self.gifts:
            pledges, yearly, once = 0, 0, self.gifts - self.given
        kinds = [(Frequency.MONTHLY, pledges), (Frequency.YEARLY, yearly), (Frequency.ONCE, once)]
        begun = [self._begin(frequency, day) for frequency, count in kinds for _ in range(count)]
        if day.day == 1:
            for currency in CURRENCIES:
                fee = Money(-ACCOUNT_FEE[currency], currency)
                self._move(self._new("fee"), MovementKind.OTHER, "", fee, self._moment(day), account_fee=True)
        if not last:  # what is sent in the last night enters the books after the last checkpoint
            self._pay_out(day)
        self._today.sort(key=lambda one: one.at)
        self.movements += self._today
        self._times += [one.at for one in self._today]
        return begun, list(self._touched)

    def sums(self) -> dict[str, Counter[str]]:
        """Return what moved, by kind and currency, signed: the independent model."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for one in self.movements:
            found[one.kind.value][one.amount.currency] += one.amount.minor
        return found

    def since(self, moment: dt.datetime) -> list[Movement]:
        """Return the movements since then, oldest first."""
        return self.movements[bisect.bisect_left(self._times, moment) :]

    # --- what happens ---------------------------------------------------------------------------

    def _count(self, mean: float) -> int:
        return int(mean) + (self.random.random() < mean % 1)

    def _new(self, kind: str) -> str:
        self._number += 1
        return f"{kind}_{self._number:08d}"

    def _moment(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=self.random.randrange(600, 85_000))

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def _begin(self, frequency: Frequency, day: dt.date) -> Begun:
        [currency] = self.random.choices(CURRENCIES, SHARES)
        paid_in = "USD" if currency == "EUR" and self.random.random() < 0.05 else currency
        minor = self.random.choice(AMOUNTS[paid_in])
        if frequency is Frequency.ONCE and self.random.random() < 0.3:
            minor += self.random.randrange(1, 400)
        amount, at, gift_id = Money(minor, paid_in), self._moment(day), self._uuid()
        pledge_ref = ""
        if frequency is not Frequency.ONCE:
            promise = Promise(self._new("sub"), gift_id, amount, currency, frequency, at, at)
            pledge_ref = promise.ref
            self.promises[pledge_ref] = promise
            self._plan(promise, day)
        pay = self._pay(gift_id, amount, currency, at, pledge_ref=pledge_ref)
        return Begun(gift_id=gift_id, currency=currency, amount=amount, frequency=frequency, at=at, payment_ref=pay.ref, pledge_ref=pledge_ref)

    def _plan(self, promise: Promise, day: dt.date) -> None:
        due = day + (30 + (day.day % 2)) * DAY if promise.frequency is Frequency.MONTHLY else day + 365 * DAY
        promise.next_at = dt.datetime.combine(due, dt.time(6), dt.UTC)
        self._due[due].append(promise.ref)

    def _renew(self, promise: Promise, day: dt.date) -> None:
        if self.given >= self.gifts:
            return
        if self.random.random() < 0.02:
            promise.ended_at = self._moment(day)
            return
        self._plan(promise, day)
        self._pay(promise.gift_id, promise.amount, promise.currency, self._moment(day), pledge_ref=promise.ref, renewal=True)

    def _pay(self, gift_id: uuid.UUID, amount: Money, currency: str, at: dt.datetime, *, pledge_ref: str, renewal: bool = False) -> Pay:
        self.given += 1
        settled = amount
        if amount.currency != currency:
            settled = Money(int((amount.minor * DOLLARS_TO_EUROS).to_integral_value(ROUND_HALF_UP)), currency)
        ref = self._new("pi")
        pay = self.pays[ref] = Pay(ref, gift_id, amount, settled, at, pledge_ref, renewal)
        self._touched[ref] = None
        luck, day = self.random.random(), at.date()
        if luck < 0.03:  # a debit: it settles days later
            self._later[day + 3 * DAY].append(("settle", ref))
        else:
            self._settle(pay, at)
        if self.random.random() < 0.02:
            self._later[day + self.random.randrange(1, 40) * DAY].append((self.random.choice(["refund_all", "refund_part"]), ref))
        elif self.random.random() < 0.004:
            self._later[day + self.random.randrange(5, 30) * DAY].append(("dispute", ref))
        elif self.random.random() < 0.002:
            self._later[day + self.random.randrange(5, 20) * DAY].append(("fail", ref))
        return pay

    def _settle(self, pay: Pay, at: dt.datetime) -> None:
        pay.settled_at = at
        pay.fee = Money(min(pay.settled.minor, pay.settled.minor * 29 // 1000 + FIXED_FEE[pay.settled.currency]), pay.settled.currency)
        self._touched[pay.ref] = None
        self._move(pay.ref, MovementKind.PAYMENT, pay.ref, pay.settled, at)
        self._move(pay.ref, MovementKind.FEE, pay.ref, -pay.fee, at)

    def _refund_all(self, pay: Pay, at: dt.datetime) -> None:
        self._refund(pay, pay.left, at)

    def _refund_part(self, pay: Pay, at: dt.datetime) -> None:
        self._refund(pay, max(1, pay.left // 3), at)
        if self.random.random() < 0.3:
            self._later[at.date() + 2 * DAY].append(("refund_part", pay.ref))

    def _refund(self, pay: Pay, minor: int, at: dt.datetime) -> None:
        if not pay.settled_at or pay.failed_at or not 0 < minor <= pay.left:
            return
        amount = Money(minor, pay.amount.currency)
        told = self._told(pay, minor)
        pay.refunds.append(RefundFacts(ref=self._new("re"), amount=amount, created_at=at, settled=told))
        self._touched[pay.ref] = None
        self._move(pay.refunds[-1].ref, MovementKind.REFUND, pay.ref, -told, at)

    def _told(self, pay: Pay, minor: int) -> Money:
        """Return what leaves the balance: of a foreign gift at another day's rate."""
        if pay.amount.currency == pay.settled.currency:
            return Money(minor, pay.amount.currency)
        rate = DOLLARS_TO_EUROS + Decimal(self.random.randrange(-3, 4)) / 100
        return Money(int((minor * rate).to_integral_value(ROUND_HALF_UP)), pay.settled.currency)

    def _dispute(self, pay: Pay, at: dt.datetime) -> None:
        if not pay.settled_at or pay.failed_at or pay.left <= 0:
            return
        held, currency = Money(pay.left, pay.amount.currency), pay.settled.currency
        told = self._told(pay, held.minor)
        fee = Money(DISPUTE_FEE[currency], currency)
        dispute = DisputeFacts(ref=self._new("du"), amount=held, state=DisputeState.OPEN, created_at=at, fee=fee, settled=told)
        pay.disputes.append(dispute)
        self._touched[pay.ref] = None
        self._move(dispute.ref, MovementKind.DISPUTE, pay.ref, -told, at)
        self._move(dispute.ref, MovementKind.FEE, pay.ref, -fee, at)
        self._later[at.date() + self.random.randrange(3, 25) * DAY].append(("close", pay.ref))

    def _close(self, pay: Pay, at: dt.datetime) -> None:
        standing = pay.disputes[-1]
        won = self.random.random() < 0.5
        back = self._told(pay, standing.amount.minor) if won else None
        words = {"state": DisputeState.WON if won else DisputeState.LOST, "closed_at": at, "given_back": back}
        pay.disputes[-1] = DisputeFacts(**{name: getattr(standing, name) for name in standing.__dataclass_fields__} | words)
        self._touched[pay.ref] = None
        if back:
            self._move(standing.ref, MovementKind.DISPUTE_WON, pay.ref, back, at)

    def _fail(self, pay: Pay, at: dt.datetime) -> None:
        """Have the bank take back what it had paid; only of a gift of one currency that is whole."""
        if not pay.settled_at or pay.refunds or pay.disputes or pay.amount != pay.settled:
            return
        pay.failed_at = at
        self._touched[pay.ref] = None
        self._move(pay.ref, MovementKind.FAILURE, pay.ref, -pay.settled, at)

    def _move(self, ref: str, kind: MovementKind, payment: str, amount: Money, at: dt.datetime, *, account_fee: bool = False) -> None:
        one = Movement(ref=ref, kind=kind, payment_ref=payment, amount=amount, at=at, words=kind.value, account_fee=account_fee)
        self._today.append(one)
        if kind is not MovementKind.PAYOUT:
            self._unpaid[amount.currency].append(one)

    def _pay_out(self, day: dt.date) -> None:
        """Pay out on workdays, a payout a currency, two days on the way."""
        if day.weekday() > 4:
            return
        at = dt.datetime.combine(day, dt.time(23, 50), dt.UTC)
        for currency, inside in self._unpaid.items():
            total = Money(sum(one.amount.minor for one in inside), currency)
            if total.minor <= 0:
                continue
            payout = Payout(ref=self._new("po"), amount=total, arrives_date=day + 2 * DAY, inside=tuple(inside))
            self.payouts.append(payout)
            self._move(payout.ref, MovementKind.PAYOUT, "", -total, at)
            self._unpaid[currency] = []


class Played:
    """The provider, as the newsroom's code asks it. There is one world in a process: `world`."""

    name = "stripe"
    world: ClassVar[World]
    capabilities = Capabilities(monthly=True, yearly=True, refund=True, partial_refund=True, portal=True, payouts=True, live=True, converts=True)

    def fetch(self, ref: str) -> Facts:
        """Return what is known of a payment or pledge now."""
        found = self.world.pays.get(ref) or self.world.promises.get(ref)
        if found is None:
            raise ProviderError(f"There is no {ref}.")
        return found.facts()

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return every change of the balance since then, oldest first."""
        return self.world.since(since)

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return every payout since then, oldest first."""
        return [one for one in self.world.payouts if one.arrives_date >= since.date()]

    def changed_since(self, _since: dt.datetime) -> list[str]:
        """Return nothing: no webhook is lost in this year."""
        return []
