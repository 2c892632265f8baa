"""What every provider can be asked, and the facts it answers with: their words, our facts.

A webhook is only a hint; money moves on what `fetch` answers. Facts are frozen values, so they can be
compared, logged and tested without the provider.
"""

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money


class ProviderError(MastheadError):
    """The provider refused, or does not know what was asked for. Asking again changes nothing."""


class ProviderUnreachable(ProviderError):
    """The provider did not answer, or said "later". Asking again may help."""

    retryable = True


class BadSignature(ProviderError):
    """A webhook that the provider did not sign, or signed for another moment. Nothing of it is kept."""


class Frequency(StrEnum):
    """How often a supporter gives."""

    ONCE = "once"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class PaymentState(StrEnum):
    """What became of one payment. Refunds and disputes are facts beside it, not states."""

    PENDING = "pending"  # promised, not ours yet: a debit that the bank has not confirmed
    SETTLED = "settled"
    FAILED = "failed"  # refused, before or (late bank failure) after it had settled


class CheckoutState(StrEnum):
    """What became of a visit to the provider's checkout page."""

    OPEN = "open"
    DONE = "done"  # it led to a payment; ask for that
    DECLINED = "declined"  # tried and refused; the supporter may try again there
    CANCELLED = "cancelled"  # left, or ran out of time


class PledgeState(StrEnum):
    """What became of a commitment at the provider."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"  # nothing is taken until it is taken up again
    ENDED = "ended"


class DisputeState(StrEnum):
    """What became of a supporter's complaint to their bank."""

    OPEN = "open"
    WON = "won"  # the money stays with the newsroom
    LOST = "lost"


class MovementKind(StrEnum):
    """Why the balance at the provider changed."""

    PAYMENT = "payment"
    FEE = "fee"
    REFUND = "refund"
    FAILURE = "failure"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    PAYOUT = "payout"
    REFUND_BOUNCED = "refund_bounced"  # it did not reach the supporter, and is back
    PAYOUT_BOUNCED = "payout_bounced"  # it did not reach the bank, and is back
    CHANGE = "change"  # of one currency into another: one of its two sides
    RESERVE = "reserve"  # held back for a while, or let go again; it stays the newsroom's
    BEFORE = "before"  # no provider's word: what a payout holds from before the books, together
    OTHER = "other"  # belongs to no gift: an account fee, an adjustment


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do, so that pages offer nothing it cannot."""

    monthly: bool
    refund: bool
    partial_refund: bool
    portal: bool
    payouts: bool
    live: bool  # moves real money
    yearly: bool = False
    change_amount: bool = False  # of a pledge, without a new checkout
    change_frequency: bool = False  # of a pledge, with its amount: monthly to yearly and back
    pause: bool = False
    webhooks: bool = True  # False: it never calls, so only the sweep and people tell of it
    currencies: frozenset[str] | None = None  # None: whatever the campaign's is
    converts: bool = False  # credits a gift in another currency than was given, and tells at what amount
    change_by_approval: bool = False  # of a pledge's amount, once the supporter has agreed on the provider's page
    looks_on_return: bool = False  # a payment is taken only when we ask, so look as soon as the supporter is back
    movements_late: dt.timedelta = dt.timedelta(0)  # list_movements may lack what happened in this time
    events_kept: dt.timedelta | None = None  # how far back `changed_since` knows; None: since the beginning
    asked_at_once: int = 1  # how many calls of `fetch` may be under way at a time, each in a thread of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a provider usually takes of a payment: percent of it, and a fixed part in major units of its currency."""

    percent: Decimal
    fixed: Decimal

    @classmethod
    def table(cls, text: str) -> "dict[str, Rate]":
        """Read `stripe 2.9 0.30, stripe:EUR 4.4 0.25`: provider, percent, fixed part. A rate with a currency is of gifts in that one, others of the campaign's.

        Raises:
            ValueError: a part of it is none of that.
        """
        found = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = re.fullmatch(r"([a-z]+(?::[A-Z]{3})?) +(\d{1,2}(?:\.\d{1,3})?) +(\d{1,4}(?:\.\d{1,3})?)", part)
            if match is None:
                raise ValueError(part)
            found[match[1]] = cls(percent=Decimal(match[2]), fixed=Decimal(match[3]))
        return found


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """One gift to be paid at the provider's checkout. `gift_id` is also the idempotency key."""

    gift_id: uuid.UUID
    amount: Money
    frequency: Frequency
    purpose: str  # shown on the checkout page and on statements
    email: str  # for the provider's own letters; may be empty
    return_url: str  # absolute
    cancel_url: str  # absolute


@dataclass(frozen=True, kw_only=True)
class Started:
    """A checkout page that waits for the supporter."""

    checkout_ref: str
    url: str  # absolute
    promised: bool = False  # nothing more happens at the checkout: the gift is on its way when the supporter does as told there


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What a verified webhook says: something happened to `object_ref`; go and look."""

    event_id: str  # unique at this provider
    kind: str  # in the provider's words, for people
    object_ref: str  # empty: it concerns no gift, and there is nothing to look at


@dataclass(frozen=True, kw_only=True)
class RefundFacts:
    """Money given back, wholly or in part."""

    ref: str
    amount: Money
    created_at: dt.datetime
    settled: Money | None = None  # what left the newsroom's balance, in its currency; None: the same as `amount`
    bounced_at: dt.datetime | None = None  # when it came back to the newsroom, because it could not reach the supporter
    given_back: Money | None = None  # what came back, in the balance's currency; None: what had left
    reason: str = ""  # why it came back, in words for people


@dataclass(frozen=True, kw_only=True)
class DisputeFacts:
    """A supporter's complaint to their bank, and the sum it holds back."""

    ref: str
    amount: Money
    state: DisputeState
    created_at: dt.datetime
    closed_at: dt.datetime | None = None
    fee: Money | None = None  # what the provider keeps for the complaint, beside the sum
    settled: Money | None = None  # what the provider holds back, in the balance's currency; None: the same as `amount`
    given_back: Money | None = None  # what came back once it was won, in the balance's currency; None: what was held back


@dataclass(frozen=True, kw_only=True)
class PaymentFacts:
    """Everything the provider knows of one payment that concerns the books."""

    ref: str
    gift_id: uuid.UUID | None  # what we gave it at the start; of a renewal, the gift that began the pledge
    amount: Money
    state: PaymentState
    created_at: dt.datetime
    settled_at: dt.datetime | None = None  # stays set where the bank takes the money back later
    failed_at: dt.datetime | None = None
    reason: str = ""  # why it failed, in words for people
    fee: Money | None = None  # None: not known yet
    pledge_ref: str = ""
    renewal: bool = False  # a later payment of the pledge, not the one that began it
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()
    live: bool = False  # real money; must agree with the provider's own capability
    settled: Money | None = None  # gross as credited, in the currency of the newsroom's balance; None: the same as `amount`
    exchange_rate: Decimal | None = None  # settled = amount x rate, in major units, where the two currencies differ


@dataclass(frozen=True, kw_only=True)
class CheckoutFacts:
    """Everything the provider knows of one visit to its checkout page."""

    ref: str
    gift_id: uuid.UUID | None
    state: CheckoutState
    reason: str = ""
    payment_ref: str = ""
    pledge_ref: str = ""


@dataclass(frozen=True, kw_only=True)
class PledgeFacts:
    """Everything the provider knows of one commitment to give again and again."""

    ref: str
    gift_id: uuid.UUID | None  # the gift that began it
    amount: Money
    state: PledgeState
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    frequency: Frequency = Frequency.MONTHLY
    next_at: dt.datetime | None = None  # when the next payment is taken; None: none is, or it is not known
    confirm_url: str = ""  # where the supporter pays or confirms what is overdue, without signing in; empty: nowhere but at `portal_url`


Facts = PaymentFacts | CheckoutFacts | PledgeFacts


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One change of the balance at the provider. `amount` is signed: what came in is positive."""

    ref: str  # of the refund, dispute or payout, where that bounced too; of the payment for payment, fee and failure
    kind: MovementKind
    payment_ref: str  # empty where it belongs to no gift: a payout, other
    amount: Money
    at: dt.datetime
    words: str = ""  # the provider's own, for people
    account_fee: bool = False  # of kind OTHER: what the provider takes for the account itself, and for no payment


@dataclass(frozen=True, kw_only=True)
class Payout:
    """Money sent from the provider to the newsroom's bank."""

    ref: str
    amount: Money
    arrives_date: dt.date
    movement_refs: tuple[str, ...] = ()
    bounced_date: dt.date | None = None  # it could not reach the bank, and was back at the provider on that day
    inside: tuple[Movement, ...] | None = None  # what it is the sum of; None: the provider does not tell


class Provider(Protocol):
    """Who moves money. Every call may raise ProviderError, or ProviderUnreachable where trying again may help."""

    name: str
    capabilities: Capabilities

    def start(self, request: StartRequest, *, now: dt.datetime) -> Started:
        """Open a checkout for one gift; the same gift twice gives the same checkout."""
        ...

    def fetch(self, ref: str) -> Facts:
        """Return what the provider now knows of a payment, checkout or pledge."""
        ...

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
        """Return what a webhook hints at, its signature checked over the raw bytes.

        Raises:
            BadSignature: not signed by the provider, too old, from the future, or unreadable.
        """
        ...

    def refund(self, *, payment_ref: str, amount: Money, key: str, now: dt.datetime) -> RefundFacts:
        """Give money back; the same `key` twice gives the same refund."""
        ...

    def cancel(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """End a commitment; one that has ended stays so."""
        ...

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> PledgeFacts:
        """Have later payments of a pledge be `amount`, each month or year where `frequency` says so; the same `key` twice is one change.

        Nothing is taken now: the period that is paid runs to its end, and the next payment comes then.

        Raises:
            ProviderError: it cannot (see `capabilities`), the pledge has ended, or the currency is another one.
        """
        ...

    def approval_to_change(self, pledge_ref: str, amount: Money, *, key: str, return_url: str, cancel_url: str) -> str:
        """Ask for another amount where the supporter has to agree to it, and return the page where they do; until then nothing changes.

        Raises:
            ProviderError: it cannot (see `capabilities`), the pledge has ended, or the currency is another one.
        """
        ...

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Take nothing of a pledge until it is taken up again; one that is paused stays so."""
        ...

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Take up a paused pledge again, from its next date on; one that is active stays so."""
        ...

    def portal_url(self, pledge_ref: str, *, return_url: str) -> str:
        """Return the absolute address where the supporter can see and end their pledge."""
        ...

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return every change of the balance since then, oldest first."""
        ...

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return every payout since then, oldest first."""
        ...

    def changed_since(self, since: dt.datetime) -> list[str]:
        """Return the refs that `fetch` takes of everything that changed since then, each once, for the sweep."""
        ...
