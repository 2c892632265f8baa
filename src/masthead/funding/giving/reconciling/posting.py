"""What nothing but the reconciliation tells of, posted by it, in the caller's one transaction.

Payouts and their way back, fees of the account, changes of currency, what a provider holds back for a while, and what a
payout holds from before the books.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.conf import settings

from masthead.funding.giving.reconciling.rules import EXCHANGE, LATER, Own, Wanted
from masthead.funding.giving.rules import exchange_code
from masthead.funding.ledger.actions import Draft, open_account, post, taking_back
from masthead.funding.ledger.models import AccountKind, Kind, Transfer
from masthead.funding.ledger.rules import first_of_month
from masthead.kernel.clock import date_in
from masthead.kernel.money import Money

# The account at the other end: its code (filled with provider and currency), its kind, and what the transfer is.
OTHER_END: dict[Own, tuple[str, AccountKind, Kind]] = {
    Own.PAYOUT: ("bank:transit:{currency}", AccountKind.BANK, Kind.PAYOUT),
    Own.PAYOUT_BACK: ("bank:transit:{currency}", AccountKind.BANK, Kind.PAYOUT),
    Own.FEE: ("fees:{provider}:{currency}", AccountKind.FEES, Kind.FEE),
    Own.LATER_FEE: ("fees:{provider}:{currency}", AccountKind.FEES, Kind.FEE),
    Own.CHANGE: ("exchange:{provider}:{currency}", AccountKind.EXCHANGE, Kind.EXCHANGE),
    Own.RESERVE: ("clearing:{provider}-reserve:{currency}", AccountKind.CLEARING, Kind.PAYOUT),
    Own.BEFORE: ("opening:{currency}", AccountKind.OPENING, Kind.OPENING),
}


def clearing_code(provider: str, currency: str) -> str:
    """Return the account of what a provider holds."""
    return f"clearing:{provider}:{currency}"


def post_own(provider: str, group: Wanted, effects: Mapping[str, Money], *, last: bool, now: dt.datetime) -> bool:
    """Post what only the reconciliation tells of, and say whether it did. `effects` is what stands in the books, by id."""
    payment, stands = group.movements[0].payment_ref, effects.get(group.id)
    if group.own is None or (payment and f"{provider}:{payment}:gift" not in effects) or (stands and group.own is not Own.LATER_FEE):
        return False
    if group.own is Own.LATER_FEE and (not last or (stands and Transfer.objects.filter(id=f"{group.id}{LATER}").exists())):
        return False
    amount = Money(group.amount.minor - stands.minor, stands.currency) if stands else group.amount
    if not amount.minor or amount.currency != group.amount.currency:
        return False
    on = date_in(settings.ENV.zone, group.movements[-1 if stands else 0].at)
    name = f"{group.id}{LATER}" if stands else group.id
    code, kind, is_a = OTHER_END[group.own]
    other = code.format(provider=provider, currency=amount.currency)
    sent = Transfer.objects.filter(id=group.id.replace(":bounced:payout", ":payout")).first() if group.own is Own.PAYOUT_BACK else None
    if sent and sent.debit_id == other and sent.amount_minor >= amount.minor > 0:  # no line of the bank has shown it: it is taken back as it was sent
        draft = taking_back(sent, id=name, kind=Kind.REVERSAL, amount=amount, dated=on)
    else:
        draft = _moving(name, provider, other, amount, kind=is_a, on=on)
    _post(draft, provider, (other, kind), now=now)
    return True


def post_difference(provider: str, group: Wanted, stands: Money | None, *, foreign: Collection[str], now: dt.datetime) -> bool:
    """Post what the rate of another day made of a refund, dispute or late failure of a gift that was given in another currency; say whether there was such a thing.

    Only where the provider's facts did not tell it themselves, and never more than a rate can move.
    """
    amount = group.amount
    if group.own is not None or not group.takes_back or group.movements[0].payment_ref not in foreign or stands is None or stands.currency != amount.currency:
        return False
    difference = Money(amount.minor - stands.minor, amount.currency)
    if not 0 < abs(difference.minor) * 5 <= abs(stands.minor) or Transfer.objects.filter(id=f"{group.id}{EXCHANGE}").exists():
        return False
    on, other = date_in(settings.ENV.zone, group.movements[0].at), exchange_code(provider, amount.currency)
    draft = _moving(f"{group.id}{EXCHANGE}", provider, other, difference, kind=Kind.EXCHANGE, on=on)
    _post(draft, provider, (other, AccountKind.EXCHANGE), now=now)
    return True


def _moving(name: str, provider: str, other: str, amount: Money, *, kind: Kind, on: dt.date) -> Draft:
    """Return the draft that changes what a provider holds by `amount`; what came in is above zero."""
    clearing = clearing_code(provider, amount.currency)
    debit, credit = (other, clearing) if amount.minor < 0 else (clearing, other)
    return Draft(id=name, kind=kind, debit=debit, credit=credit, amount=Money(abs(amount.minor), amount.currency), dated=on, book_month=first_of_month(on))


def _post(draft: Draft, provider: str, other: tuple[str, AccountKind], *, now: dt.datetime) -> None:
    currency = draft.amount.currency
    open_account(code=clearing_code(provider, currency), currency=currency, kind=AccountKind.CLEARING, now=now)
    open_account(code=other[0], currency=currency, kind=other[1], now=now)
    post(drafts=[draft], now=now)
