"""Which row of the books a movement at a provider is. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from masthead.funding.giving.reconciling.models import ProviderMovement
from masthead.funding.providers.base import MovementKind
from masthead.kernel.money import Money

# Rows that stand beside another one: what the rate of another day cost, what a fee was changed by later.
EXCHANGE, LATER = ":exchange", ":later"
NAMES = {
    MovementKind.PAYMENT: "gift",
    MovementKind.FAILURE: "failure",
    MovementKind.REFUND: "refund:{ref}",
    MovementKind.REFUND_BOUNCED: "bounced:{ref}",
    MovementKind.DISPUTE: "dispute:{ref}",
    MovementKind.DISPUTE_WON: "won:{ref}",
}
TAKES_BACK = frozenset(NAMES) - {MovementKind.PAYMENT}


class Own(Enum):
    """What the reconciliation itself posts, where it is not in the books (posting.py); all else what the provider says of a payment posts."""

    PAYOUT = "payout"
    PAYOUT_BACK = "payout that came back"
    FEE = "fee of the account, or of a gift after its first"
    LATER_FEE = "fee that the payment's facts may tell of too, and less of it"
    CHANGE = "one side of a change of currency"
    RESERVE = "what is held back, or let go"
    BEFORE = "what a payout holds from before the books"


# Those that belong to no gift: what stands for them in the books.
STANDING_ALONE = {
    MovementKind.PAYOUT: ("{ref}:payout", Own.PAYOUT),
    MovementKind.PAYOUT_BOUNCED: ("{ref}:bounced:payout", Own.PAYOUT_BACK),
    MovementKind.CHANGE: ("{ref}:changed:{moment}", Own.CHANGE),
    MovementKind.RESERVE: ("{ref}:reserve:{moment}", Own.RESERVE),
    MovementKind.BEFORE: ("{ref}:before", Own.BEFORE),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that does not match: what it is about, why in words, what to do."""

    key: str
    cause: str
    todo: str
    amount: Money | None = None
    payment_ref: str = ""
    transfer: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The ledger's row that some movements together must be."""

    id: str
    own: Own | None = None
    movements: tuple[ProviderMovement, ...]

    @property
    def amount(self) -> Money:
        """What moved in all; what came in is above zero."""
        return Money(sum(movement.amount_minor for movement in self.movements), self.movements[0].currency)

    @property
    def takes_back(self) -> bool:
        """Whether it takes a gift back, or brings back what took it."""
        return self.movements[0].kind in TAKES_BACK


def base_of(name: str) -> str:
    """Return the id of the row that this one stands beside, or its own."""
    return name.removesuffix(EXCHANGE).removesuffix(LATER)


def wanted(movements: Iterable[ProviderMovement]) -> tuple[list[Wanted], list[ProviderMovement]]:
    """Return the rows that one provider's movements must be, and those that can be none, in the order they happened.

    All movements of a payment must be given at once: the first fee of a payment is the gift's, later ones stand by
    themselves. Ids are those of giving's rules, so that a row posted by a webhook is found.
    """
    groups: dict[tuple[str, Own | None], list[ProviderMovement]] = {}
    others: list[ProviderMovement] = []
    with_fee: set[str] = set()
    for movement in sorted(movements, key=lambda one: (one.at, one.kind, one.ref, one.place)):
        stem, moment = f"{movement.provider}:{movement.payment_ref}", f"{int(movement.at.timestamp())}-{movement.place}"
        kind = MovementKind(movement.kind)
        own: Own | None = None
        if kind in STANDING_ALONE:
            words, own = STANDING_ALONE[kind]
            name = f"{movement.provider}:{words.format(ref=movement.ref, moment=moment)}"
        elif movement.account_fee or (kind is MovementKind.FEE and not movement.payment_ref):
            name, own = f"{movement.provider}:{movement.ref}:account_fee:{moment}", Own.FEE
        elif not movement.payment_ref or kind is MovementKind.OTHER:
            others.append(movement)
            continue
        elif kind is MovementKind.FEE:
            if movement.ref != movement.payment_ref:
                name, own = f"{stem}:fee:{movement.ref}", Own.LATER_FEE
            elif movement.ref not in with_fee:
                with_fee.add(movement.ref)
                name = f"{stem}:fee"
            else:
                name, own = f"{stem}:fee:{movement.ref}:{moment}", Own.FEE
        else:
            name = f"{stem}:{NAMES[kind].format(ref=movement.ref)}"
        groups.setdefault((name, own), []).append(movement)
    return [Wanted(id=name, own=own, movements=tuple(found)) for (name, own), found in groups.items()], others
