"""Which row of the books a movement at a provider is. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from masthead.funding.giving.reconciling.models import ProviderMovement
from masthead.funding.providers.base import MovementKind
from masthead.kernel.money import Money

# Rows that stand beside another one: what the rate of another day cost, what a fee was changed by later.
EXCHANGE, LATER = ":exchange", ":later"
NAMES = {
    MovementKind.PAYMENT: "gift",
    MovementKind.FAILURE: "failure",
    MovementKind.REFUND: "refund:{ref}",
    MovementKind.DISPUTE: "dispute:{ref}",
    MovementKind.DISPUTE_WON: "won:{ref}",
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
    """The ledger's row that some movements together must be. `own`: posted by the reconciliation itself, where it is not in the books."""

    id: str
    own: str = ""  # "fee", "payout", "dispute fee" (if nothing else posts it); empty: what the provider says of the payment posts it
    movements: tuple[ProviderMovement, ...]

    @property
    def amount(self) -> Money:
        """What moved in all; what came in is above zero."""
        return Money(sum(movement.amount_minor for movement in self.movements), self.movements[0].currency)


def base_of(name: str) -> str:
    """Return the id of the row that this one stands beside, or its own."""
    return name.removesuffix(EXCHANGE).removesuffix(LATER)


def wanted(movements: Iterable[ProviderMovement]) -> tuple[list[Wanted], list[ProviderMovement]]:
    """Return the rows that one provider's movements must be, and those that can be none, in the order they happened.

    All movements of a payment must be given at once: the first fee of a payment is the gift's, later ones stand by
    themselves. Ids are those of giving's rules, so that a row posted by a webhook is found.
    """
    groups: dict[tuple[str, str], list[ProviderMovement]] = {}
    others: list[ProviderMovement] = []
    with_fee: set[str] = set()
    for movement in sorted(movements, key=lambda one: (one.at, one.kind, one.ref, one.place)):
        stem, moment = f"{movement.provider}:{movement.payment_ref}", f"{int(movement.at.timestamp())}-{movement.place}"
        kind = MovementKind(movement.kind)
        own = ""
        if kind is MovementKind.PAYOUT:
            name, own = f"{movement.provider}:{movement.ref}:payout", "payout"
        elif movement.account_fee or (kind is MovementKind.FEE and not movement.payment_ref):
            name, own = f"{movement.provider}:{movement.ref}:account_fee:{moment}", "fee"
        elif not movement.payment_ref or kind is MovementKind.OTHER:
            others.append(movement)
            continue
        elif kind is MovementKind.FEE:
            if movement.ref != movement.payment_ref:
                name, own = f"{stem}:fee:{movement.ref}", "dispute fee"
            elif movement.ref not in with_fee:
                with_fee.add(movement.ref)
                name = f"{stem}:fee"
            else:
                name, own = f"{stem}:fee:{movement.ref}:{moment}", "fee"
        else:
            name = f"{stem}:{NAMES[kind].format(ref=movement.ref)}"
        groups.setdefault((name, own), []).append(movement)
    return [Wanted(id=name, own=own, movements=tuple(found)) for (name, own), found in groups.items()], others
