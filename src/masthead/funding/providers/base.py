"""What every provider can be asked, and the facts it answers with: their words, our facts.

A webhook is only a hint; money moves on what `fetch` answers. Facts are frozen values, so they can be
compared, logged and tested without the provider.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
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
    """What became of a monthly commitment at the provider."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
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


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do, so that pages offer nothing it cannot."""

    monthly: bool
    refund: bool
    partial_refund: bool
    portal: bool
    payouts: bool
    live: bool  # moves real money


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


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What a verified webhook says: something happened to `object_ref`; go and look."""

    event_id: str  # unique at this provider
    kind: str  # in the provider's words, for people
    object_ref: str


@dataclass(frozen=True, kw_only=True)
class RefundFacts:
    """Money given back, wholly or in part."""

    ref: str
    amount: Money
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class DisputeFacts:
    """A supporter's complaint to their bank, and the sum it holds back."""

    ref: str
    amount: Money
    state: DisputeState
    created_at: dt.datetime
    closed_at: dt.datetime | None = None


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
    """Everything the provider knows of one monthly commitment."""

    ref: str
    gift_id: uuid.UUID | None  # the gift that began it
    amount: Money
    state: PledgeState
    started_at: dt.datetime
    ended_at: dt.datetime | None = None


Facts = PaymentFacts | CheckoutFacts | PledgeFacts


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One change of the balance at the provider. `amount` is signed: what came in is positive."""

    ref: str  # of the refund, dispute or payout; of the payment for payment, fee and failure
    kind: MovementKind
    payment_ref: str  # empty for a payout
    amount: Money
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Payout:
    """Money sent from the provider to the newsroom's bank."""

    ref: str
    amount: Money
    arrives_date: dt.date
    movement_refs: tuple[str, ...] = ()


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
        """End a monthly commitment; one that has ended stays so."""
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
