"""The rows of one transaction that applies facts: read together before the first of them, written together after the last.

Between the two, `applying` decides gift by gift, over these rows alone: what an earlier webhook of the same transaction
did is seen by a later one.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from masthead.funding.giving import events
from masthead.funding.giving.actions.receipts import want_receipts
from masthead.funding.giving.models import Gift, GiftEvent, Pledge
from masthead.funding.ledger.actions import open_account, post
from masthead.funding.ledger.models import Account, AccountKind, Transfer
from masthead.funding.ledger.rules import Draft
from masthead.funding.providers.base import CheckoutFacts, Facts, PaymentFacts
from masthead.kernel.events import announce
from masthead.kernel.rows import update_each

MOVED = ("state", "reason", "provider_ref", "returned_minor", "settled_at", "settled_minor", "settled_currency")


class Booked(NamedTuple):
    """What a row of the books, or one that is about to be, says of money; its dates were right in the zone of its day."""

    kind: str
    debit: str
    credit: str
    minor: int
    currency: str
    original: str | None

    @classmethod
    def by(cls, row: Transfer | Draft) -> "Booked":
        """Read it from either."""
        if isinstance(row, Draft):
            return cls(row.kind, row.debit, row.credit, row.amount.minor, row.amount.currency, row.original)
        return cls(row.kind, row.debit_id, row.credit_id, row.amount_minor, row.currency, row.original_id)


@dataclass(kw_only=True)
class Rows:
    """What is read and what is to be written. Use it inside one transaction, and call `write` at its end."""

    now: dt.datetime
    _gifts: dict[uuid.UUID, Gift] = field(default_factory=dict)
    _refs: dict[tuple[str, str], Gift | None] = field(default_factory=dict)
    _absent: set[uuid.UUID] = field(default_factory=set)
    _books: dict[str, tuple[Booked, dt.date] | None] = field(default_factory=dict)  # by id; None: looked for, not there
    _accounts: dict[str, tuple[str, AccountKind]] = field(default_factory=dict)
    _drafts: list[Draft] = field(default_factory=list)
    _moved: dict[uuid.UUID, Gift] = field(default_factory=dict)
    _notes: list[GiftEvent] = field(default_factory=list)
    _receipts: dict[uuid.UUID, Gift] = field(default_factory=dict)

    # --- reading --------------------------------------------------------------------------------

    def read(self, told: Iterable[tuple[str, Facts]]) -> None:
        """Read the gifts that these facts are about, in two questions per provider, and lock them."""
        refs: dict[str, set[str]] = {}
        ids: dict[str, set[uuid.UUID]] = {}
        for provider, facts in told:
            if isinstance(facts, PaymentFacts):
                refs.setdefault(provider, set()).add(facts.ref)
            if isinstance(facts, PaymentFacts | CheckoutFacts) and facts.gift_id:
                ids.setdefault(provider, set()).add(facts.gift_id)
        for provider, wanted in refs.items():
            self._read_refs(provider, wanted)
        for wanted_ids in ids.values():
            self._read_ids(wanted_ids)

    def gift_of_payment(self, provider: str, ref: str) -> Gift | None:
        """Return the gift that a payment is known to be."""
        if (provider, ref) not in self._refs:
            self._read_refs(provider, {ref})
        return self._refs[provider, ref]

    def gift(self, provider: str, gift_id: uuid.UUID | None) -> Gift | None:
        """Return the gift that was begun at this provider under this id."""
        if gift_id is None:
            return None
        if gift_id not in self._gifts and gift_id not in self._absent:
            self._read_ids({gift_id})
        found = self._gifts.get(gift_id)
        return found if found and found.provider == provider else None

    def booked(self, ids: Iterable[str]) -> dict[str, tuple[Booked, dt.date]]:
        """Return which of these transfers are in the books or about to be, and the month that each counts in."""
        wanted = list(ids)
        unknown = [one for one in wanted if one not in self._books]
        if unknown:
            self._books |= dict.fromkeys(unknown)
            self._books |= {row.id: (Booked.by(row), row.book_month) for row in Transfer.objects.filter(id__in=unknown)}
        return {one: found for one in wanted if (found := self._books[one])}

    def _read_refs(self, provider: str, refs: set[str]) -> None:
        unknown = {ref for ref in refs if (provider, ref) not in self._refs}
        self._refs |= {(provider, ref): None for ref in unknown}
        # The unique index leaves out gifts without a payment, and is used only where the question does too.
        for gift in _locked().filter(provider=provider, provider_ref__in=sorted(unknown)).exclude(provider_ref=""):
            self.keep(gift)

    def _read_ids(self, ids: set[uuid.UUID]) -> None:
        unknown = ids - self._gifts.keys() - self._absent
        self._absent |= unknown
        for gift in _locked().filter(pk__in=unknown) if unknown else ():
            self.keep(gift)

    # --- writing --------------------------------------------------------------------------------

    def keep(self, gift: Gift) -> Gift:
        """Know a gift from now on, as this one object, and return it."""
        known = self._gifts.setdefault(gift.pk, gift)
        self._absent.discard(gift.pk)
        if known.provider_ref:
            self._refs[known.provider, known.provider_ref] = known
        return known

    def moved(self, gift: Gift) -> None:
        """Write what a gift became."""
        self.keep(gift)
        self._moved[gift.pk] = gift

    def pledge_moved(self, pledge: Pledge) -> None:
        """Have the gifts that were read before see what their pledge became."""
        for gift in self._gifts.values():
            if gift.pledge_id == pledge.pk:
                gift.pledge = pledge

    def book(self, drafts: Sequence[Draft], accounts: dict[str, tuple[str, AccountKind]]) -> None:
        """Post these transfers, in the order of their coming; `accounts` (currency and kind by code) are opened where they are not."""
        self._accounts |= accounts
        self._drafts += drafts
        self._books |= {draft.id: (Booked.by(draft), draft.book_month) for draft in drafts}

    def want_receipt(self, gift: Gift) -> None:
        """Have a gift's receipt sent."""
        self._receipts[gift.pk] = gift

    def note(self, gift: Gift, *, cause: str, transfers: list[str]) -> None:
        """Add a step to a gift's history."""
        self._notes.append(step_of(gift, cause=cause, transfers=transfers, now=self.now))

    def write(self) -> None:
        """Write all of it, and announce what moved.

        Raises:
            TransferRefused, PostingHalted: the books do not take it; the transaction is to be given up.
        """
        if self._drafts:
            self._open_accounts()
            post(drafts=self._drafts, now=self.now)
        update_each(self._moved.values(), MOVED)
        GiftEvent.objects.bulk_create(self._notes)
        want_receipts(gifts=list(self._receipts.values()), now=self.now)
        for step in self._notes:
            announce(events.GiftMoved(gift_id=step.gift.pk, campaign_id=step.gift.campaign.uuid, state=step.state))

    def _open_accounts(self) -> None:
        standing = {account.code: (account.currency, account.kind) for account in Account.objects.filter(pk__in=self._accounts)}
        for code, (currency, kind) in self._accounts.items():
            if standing.get(code) != (currency, kind):
                open_account(code=code, currency=currency, kind=kind, now=self.now)  # says what is wrong where another kind is open


def step_of(gift: Gift, *, cause: str, transfers: list[str], now: dt.datetime) -> GiftEvent:
    """Return a step of a gift's history, as the gift is now; not stored yet."""
    return GiftEvent(gift=gift, at=now, state=gift.state, cause=cause[:200], reason=gift.reason, transfers=transfers)


def _locked() -> QuerySet[Gift]:
    return Gift.objects.select_for_update(of=("self",)).select_related("campaign", "pledge")
