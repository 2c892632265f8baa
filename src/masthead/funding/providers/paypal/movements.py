"""PayPal's list of transactions as our movements: which code is which, to which payment a row belongs, and what was changed into another currency.

developer.paypal.com/docs/transaction-search/transaction-event-codes
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from masthead.funding.providers.base import Movement, MovementKind, ProviderError
from masthead.funding.providers.paypal import client
from masthead.funding.providers.paypal.amounts import from_paypal
from masthead.funding.providers.paypal.disputed import Disputes
from masthead.funding.providers.paypal.hints import PAY
from masthead.funding.providers.paypal.received import fee_changed
from masthead.kernel.money import Money

Obj = dict[str, Any]
CODES = {
    "T1106": MovementKind.FAILURE,  # payment reversal
    "T1107": MovementKind.REFUND,
    "T1108": MovementKind.FEE,  # fee reversal
    "T1109": MovementKind.FEE,  # fee refund
    "T1110": MovementKind.DISPUTE,  # hold for dispute investigation
    "T1111": MovementKind.DISPUTE_WON,  # that hold is cancelled
    "T1201": MovementKind.DISPUTE,  # chargeback
    "T1202": MovementKind.DISPUTE_WON,  # chargeback reversal
}
PAYMENTS, ACCOUNT_FEES, CHANGES, PAYOUTS = "T00", "T01", "T02", "T04"
DISPUTE_FEE, PAYMENT_FEE = "T0106", "T0107"
REVERSALS, PAYOUT_REVERSAL = {"T1100", "T1107"}, "T1101"  # of a refund that came back; of a withdrawal
RESERVES, HOLD_REVERSAL = ("T15", "T21"), "T1105"  # holds and reserves, and their release
HELD = {code for code, kind in CODES.items() if kind in {MovementKind.DISPUTE, MovementKind.DISPUTE_WON}}
TOGETHER = dt.timedelta(minutes=1)  # the two sides of a change of currency, and what was changed


def moment(text: Any) -> dt.datetime:
    """Read a moment of the list.

    Raises:
        ProviderError: it is none.
    """
    try:
        return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)
    except ValueError:
        raise ProviderError(f"PayPal says {str(text)[:40]!r} where a moment belongs: ask PayPal what it means.") from None


def movements(told: Sequence[Obj], *, complete_until: dt.datetime) -> list[Movement]:
    """Return what the rows of the list (transaction_info) moved: gross and fee apart, each in the currency in which it stayed.

    A change of currency after `complete_until` may be of a payment that is not listed yet, and is left for later.
    """
    rows = [_Row.of(said) for said in told]
    changes, alone = _changes([row for row in rows if row.code.startswith(CHANGES)])
    context, found = _Context(rows), []
    for row in rows:
        if not row.code.startswith(CHANGES):
            moved = _moved(row, context)
            change = _change_of(row, moved, changes)
            if change:
                changes.remove(change)
                moved = _in_the_other_currency(row, moved, change)
            found += moved
    left = alone + [side for change in changes for side in (change.out, change.into)]
    return found + [_alone(side) for side in left if not side.about or side.at <= complete_until]


@dataclass(frozen=True)
class _Row:
    """One row of the list."""

    code: str
    ref: str
    about: str  # the transaction that it refers to
    at: dt.datetime
    amount: Money
    fee: Money | None

    @classmethod
    def of(cls, said: Obj) -> "_Row":
        fee = from_paypal(said["fee_amount"]) if said.get("fee_amount") else None
        return cls(
            code=str(said.get("transaction_event_code")),
            ref=str(said["transaction_id"]),
            about=str(said.get("paypal_reference_id") or ""),
            at=moment(said["transaction_initiation_date"]),
            amount=from_paypal(said["transaction_amount"]),
            fee=fee if fee and fee.minor else None,
        )

    @property
    def net(self) -> Money:
        """What the balance changed by."""
        return self.amount + self.fee if self.fee else self.amount


class _Context:
    """What a row's meaning is asked of: the other rows, the disputes, and PayPal where it refers to one that is not listed."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._rows = {row.ref: row for row in rows}
        self.disputes = Disputes(row.about for row in self._rows.values() if row.code in HELD)
        self._refunded: dict[str, str] = {}

    def payment(self, about: str) -> str:
        """Return the payment that a reference leads to, over a refund or another row about it."""
        row = self._rows.get(about)
        return row.about if row and row.about and not row.code.startswith(PAYMENTS) else about

    def refunded(self, about: str) -> str:
        """Return the payment that the refund `about` gave back; nothing where it is none."""
        row = self._rows.get(about)
        if row:
            return row.about if CODES.get(row.code) is MovementKind.REFUND and row.amount.minor < 0 else ""
        if about not in self._refunded:
            self._refunded[about] = _refunded_by(about)
        return self._refunded[about]

    def sent(self, row: _Row) -> str:
        """Return the withdrawal that came back by this row: the one it names, else the last before it of the same sum."""
        same = [one for one in self._rows.values() if one.code.startswith(PAYOUTS) and one.amount == -row.amount and one.at <= row.at]
        return row.about or max(same, key=lambda one: one.at, default=row).ref


def _refunded_by(ref: str) -> str:
    """Ask PayPal which payment a refund gave back: developer.paypal.com/docs/api/payments/v2, refunds; v1 for a subscription's payment."""
    for path in ("/v2/payments/refunds", "/v1/payments/refund"):
        try:
            said = client.get(f"{path}/{ref}")
        except client.Refused as refusal:
            if not refusal.is_unknown:
                raise
            continue
        up = next((str(link.get("href", "")) for link in said.get("links") or [] if link.get("rel") == "up"), "")
        return str(said.get("sale_id") or up.rpartition("/captures/")[2])
    return ""


# --- one row ---------------------------------------------------------------------------------------


def _moved(row: _Row, context: _Context) -> list[Movement]:
    """Return what a row moved, in its own currency."""
    kind, ref, payment = _meaning(row, context)
    is_fee = kind is MovementKind.OTHER and row.code.startswith(ACCOUNT_FEES)
    whose = PAY + payment if payment else ""
    found = [Movement(ref=ref, kind=kind, payment_ref=whose, amount=row.amount, at=row.at, words=f"PayPal {row.code}", account_fee=is_fee)]
    if row.fee:
        found.append(Movement(ref=ref, kind=MovementKind.FEE, payment_ref=whose, amount=row.fee, at=row.at, words=f"fee of PayPal {row.code}"))
    return found


def _meaning(row: _Row, context: _Context) -> tuple[MovementKind, str, str]:
    """Return what a row is: its kind, its ref, and the payment it belongs to or nothing."""
    if row.code.startswith((PAYOUTS, *RESERVES)) or row.code in {PAYOUT_REVERSAL, HOLD_REVERSAL}:
        return (*_of_the_balance(row, context), "")
    if row.code.startswith(PAYMENTS):
        return (MovementKind.PAYMENT, PAY + row.ref, row.ref) if row.amount.minor > 0 else (MovementKind.OTHER, row.ref, "")
    if row.code in {DISPUTE_FEE, PAYMENT_FEE} or CODES.get(row.code) is MovementKind.FEE:
        return _fee_of(row, context)
    if row.code in REVERSALS and row.amount.minor > 0 and (payment := context.refunded(row.about)):
        return MovementKind.REFUND_BOUNCED, row.about, payment
    return _taken_back(row, context)


def _of_the_balance(row: _Row, context: _Context) -> tuple[MovementKind, str]:
    """Return what a row is that belongs to no payment but to the balance as a whole, and its ref."""
    if row.code.startswith(RESERVES) or row.code == HOLD_REVERSAL:
        return MovementKind.RESERVE, row.ref
    return (MovementKind.PAYOUT_BOUNCED, context.sent(row)) if row.amount.minor > 0 else (MovementKind.PAYOUT, row.ref)


def _fee_of(row: _Row, context: _Context) -> tuple[MovementKind, str, str]:
    """Return to what a fee belongs: a dispute, a payment, or the account where PayPal names neither."""
    payment, dispute = context.payment(row.about) if row.about else "", ""
    if row.code == DISPUTE_FEE:
        payment, dispute = (payment, context.disputes.charging(payment, row.at)) if payment else context.disputes.charged(row.at, -row.amount)
    if not payment:
        return (MovementKind.OTHER if row.code.startswith(ACCOUNT_FEES) else MovementKind.FEE), row.ref, ""
    return MovementKind.FEE, dispute or row.ref, payment


def _taken_back(row: _Row, context: _Context) -> tuple[MovementKind, str, str]:
    kind, payment, disputes = CODES.get(row.code), row.about, context.disputes
    if kind is None or not payment or (kind is MovementKind.REFUND and row.amount.minor > 0):
        return MovementKind.OTHER, row.ref, ""
    found = {
        MovementKind.DISPUTE: lambda: disputes.holding(payment, row.at, row.amount),
        MovementKind.DISPUTE_WON: lambda: disputes.freeing(payment, row.at, row.amount),
        MovementKind.REFUND: lambda: disputes.settling(payment, row.at, row.amount),
    }.get(kind, str)()
    return kind, found or row.ref, payment


# --- changes of currency ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """The two sides of one change of currency."""

    out: _Row
    into: _Row


def _changes(rows: list[_Row]) -> tuple[list[_Change], list[_Row]]:
    """Return the rows that are the two sides of one change, and those that stand alone."""
    found, alone = [], []
    waiting: dict[str, list[_Row]] = {}
    for row in sorted(rows, key=lambda one: one.at):
        same = waiting.setdefault(row.about, []) if row.about else []
        other = next((one for one in same if _are_sides(one, row)), None)
        if other:
            same.remove(other)
            found.append(_Change(other, row) if other.amount.minor < 0 else _Change(row, other))
        elif row.about:
            same.append(row)
        else:
            alone.append(row)
    return found, alone + [row for left in waiting.values() for row in left]


def _are_sides(one: _Row, other: _Row) -> bool:
    return one.amount.currency != other.amount.currency and (one.amount.minor < 0) != (other.amount.minor < 0) and abs(one.at - other.at) <= TOGETHER


def _alone(row: _Row) -> Movement:
    """Return one side of a change that belongs to no payment: of money that was there, or of a withdrawal."""
    return Movement(ref=row.ref, kind=MovementKind.CHANGE, payment_ref="", amount=row.amount, at=row.at, words=f"PayPal {row.code}")


def _change_of(row: _Row, moved: list[Movement], changes: list[_Change]) -> _Change | None:
    """Return the change that made a payment's row into another currency whole, the nearest in time."""
    if not moved[0].payment_ref:
        return None
    fits = [
        one
        for one in changes
        if one.out.about in {row.ref, row.about} and -row.net in {one.out.amount, one.into.amount} and abs(one.out.at - row.at) <= TOGETHER
    ]
    return min(fits, key=lambda one: (one.out.about != row.ref, abs(one.out.at - row.at)), default=None)


def _in_the_other_currency(row: _Row, moved: list[Movement], change: _Change) -> list[Movement]:
    """Return a payment's movements as they stayed on the balance: in the currency that they were changed into, or were paid from."""
    net = change.into.amount if change.out.amount == -row.net else change.out.amount
    if not row.fee:
        return [replace(moved[0], amount=net)]
    told = fee_changed(row.ref) if moved[0].kind is MovementKind.PAYMENT else None
    fee = -told if told and told.currency == net.currency else Money(round(row.fee.minor * net.minor / row.net.minor), net.currency)
    return [replace(moved[0], amount=net - fee), replace(moved[1], amount=fee)]
