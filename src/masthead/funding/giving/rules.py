"""What the provider's facts mean for a gift and for the books. Pure: no database, no clock, no network."""

import datetime as dt
import math
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from masthead.funding.giving.models import GiftState
from masthead.funding.ledger.models import Kind
from masthead.funding.ledger.rules import Draft, first_of_month
from masthead.funding.providers.base import CheckoutState, DisputeState, PaymentFacts, PaymentState
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money, digits_of

LARGEST_MAJOR = 1_000_000
DOUBLE_SECONDS = 120  # the same gift begun again within this time is the same gift
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 6 * 3600
THOUSAND_DIGITS = 3  # in dinars, three digits after a mark may be fils or thousands

# From what a gift was to what it may become. Money once counted is taken back by a named state, never by forgetting it.
_UNPAID = {GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED}
_COUNTED = {GiftState.SETTLED, GiftState.PARTLY_REFUNDED, GiftState.REFUNDED, GiftState.DISPUTED}
MOVES: dict[GiftState, frozenset[GiftState]] = {
    GiftState.STARTED: frozenset(GiftState),
    GiftState.DECLINED: frozenset(GiftState) - {GiftState.STARTED},
    GiftState.CANCELLED: frozenset(GiftState) - {GiftState.STARTED},
    GiftState.PENDING: frozenset(GiftState) - _UNPAID,
    GiftState.FAILED: frozenset(GiftState) - _UNPAID,
    GiftState.SETTLED: frozenset(_COUNTED | {GiftState.FAILED}),
    GiftState.PARTLY_REFUNDED: frozenset(_COUNTED | {GiftState.FAILED}) - {GiftState.SETTLED},
    GiftState.DISPUTED: frozenset(_COUNTED | {GiftState.FAILED}),
    GiftState.REFUNDED: frozenset({GiftState.REFUNDED, GiftState.DISPUTED}),
}


class AmountRefused(MastheadError):
    """An amount that cannot be given: the sentence says why."""


def state_of(facts: PaymentFacts) -> GiftState:
    """Return the state that a payment's facts put its gift in."""
    if facts.state is PaymentState.PENDING:
        return GiftState.PENDING
    if facts.state is PaymentState.FAILED:
        return GiftState.FAILED
    if any(dispute.state is not DisputeState.WON for dispute in facts.disputes):
        return GiftState.DISPUTED
    refunded = sum(refund.amount.minor for refund in facts.refunds)
    if refunded == 0:
        return GiftState.SETTLED
    return GiftState.REFUNDED if refunded >= facts.amount.minor else GiftState.PARTLY_REFUNDED


def state_after_checkout(state: CheckoutState) -> GiftState | None:
    """Return what a checkout without a payment means for its gift, or None where it means nothing yet."""
    return {CheckoutState.DECLINED: GiftState.DECLINED, CheckoutState.CANCELLED: GiftState.CANCELLED}.get(state)


def may_move(old: GiftState, new: GiftState, *, was_settled: bool) -> bool:
    """Say whether a gift in `old` may become `new`. A settled payment that the bank took back stays so."""
    if old is GiftState.FAILED and was_settled:
        return new is GiftState.FAILED
    return new in MOVES[old]


def returned(facts: PaymentFacts) -> Money:
    """Return what was given back, is held back by a dispute, or was taken back whole by the bank."""
    if facts.state is PaymentState.FAILED and facts.settled_at:
        return facts.amount
    return _taken_back(facts)


def drafts_of(facts: PaymentFacts, *, provider: str, gifts: str, zone: ZoneInfo, book_month: dt.date | None = None) -> list[Draft]:
    """Return every transfer that a payment's facts call for, in the order they must be posted.

    Ids are derived from the provider's references alone, so the same facts always give the same transfers.
    `gifts` is the campaign's account code. What takes a gift back counts in the gift's own month: `book_month`
    where that is in the books already, else the month it settled in, in the newsroom's `zone`.
    """
    if not facts.settled_at:
        return []
    currency = facts.amount.currency
    clearing, fees = f"clearing:{provider}:{currency}", f"fees:{provider}:{currency}"
    stem, settled_date = f"{provider}:{facts.ref}", date_in(zone, facts.settled_at)
    month = book_month or first_of_month(settled_date)
    gift = Draft(id=f"{stem}:gift", kind=Kind.GIFT, debit=clearing, credit=gifts, amount=facts.amount, dated=settled_date, book_month=month)

    def back(name: str, kind: Kind, amount: Money, at: dt.datetime) -> Draft:
        return Draft(id=f"{stem}:{name}", kind=kind, debit=gifts, credit=clearing, amount=amount, dated=date_in(zone, at), book_month=month, original=gift.id)

    dated = [(refund.created_at, back(f"refund:{refund.ref}", Kind.REFUND, refund.amount, refund.created_at)) for refund in facts.refunds]
    for dispute in facts.disputes:
        opened = back(f"dispute:{dispute.ref}", Kind.DISPUTE, dispute.amount, dispute.created_at)
        dated.append((dispute.created_at, opened))
        if dispute.state is DisputeState.WON and dispute.closed_at:
            won = Draft(
                id=f"{stem}:won:{dispute.ref}",
                kind=Kind.WON,
                debit=clearing,
                credit=gifts,
                amount=dispute.amount,
                dated=date_in(zone, dispute.closed_at),
                book_month=month,
                original=opened.id,
            )
            dated.append((dispute.closed_at, won))
    left = facts.amount - _taken_back(facts)
    if facts.failed_at and left.minor > 0:
        dated.append((facts.failed_at, back("failure", Kind.FAILURE, left, facts.failed_at)))
    dated.sort(key=lambda pair: pair[0])
    drafts = [gift, *(draft for _, draft in dated)]
    if facts.fee and facts.fee.minor > 0:
        fee = Draft(id=f"{stem}:fee", kind=Kind.FEE, debit=fees, credit=clearing, amount=facts.fee, dated=settled_date, book_month=month)
        drafts.insert(1, fee)
    return drafts


def _taken_back(facts: PaymentFacts) -> Money:
    back = sum(refund.amount.minor for refund in facts.refunds)
    back += sum(dispute.amount.minor for dispute in facts.disputes if dispute.state is not DisputeState.WON)
    return Money(back, facts.amount.currency)


def read_amount(text: str, currency: str, *, group: str) -> Money:
    """Read an amount as a giver types it; `group` is the mark that the publication's language puts between thousands.

    One mark with three digits after it is read only where it can mean one thing: `1,250` is 1250 dollars in
    English, and `10.005` is refused, not taken for ten thousand.

    Raises:
        MoneyError, AmountRefused: it is not an amount, is too fine for the currency, or can be read in two ways.
    """
    match = re.fullmatch(r"\s*[+-]?\d{1,3}([.,])\d{3}\s*", text)
    thousands = digits_of(currency) == THOUSAND_DIGITS
    if match and (match[1] == group) == thousands:
        finest = f"{Decimal(1).scaleb(-digits_of(currency))}"
        raise AmountRefused(
            f"“{text.strip()}” can be read in two ways: write whole amounts without a mark, such as 1250; the smallest step in {currency} is {finest}."
        )
    return Money.parse(text, currency)


def check_amount(amount: Money) -> None:
    """Accept an amount that can be given: above zero, at most a million in major units.

    Raises:
        AmountRefused: it is not.
    """
    if amount.minor <= 0:
        raise AmountRefused("An amount is above zero: choose or type what you want to give.")
    if amount.major > LARGEST_MAJOR:
        largest = Money.parse(str(LARGEST_MAJOR), amount.currency)
        raise AmountRefused(f"{amount.words()} is more than can be given here ({largest.words()} at most): write to us for a gift of this size.")


def check_refund(amount: Money, *, left: Money) -> None:
    """Accept an amount that can be given back of a gift that has `left`.

    Raises:
        AmountRefused: it is not above zero, more than is left, or of another currency.
    """
    if amount.currency != left.currency or not 0 < amount.minor <= left.minor:
        raise AmountRefused(f"{amount.words()} cannot be given back: {left.words()} is left of this gift. Give an amount up to that.")


def retry_wait(attempts: int) -> dt.timedelta:
    """Return how long to wait after the n-th failed attempt: 2, 4, 8 ... seconds, at most six hours."""
    most = math.ceil(math.log2(LONGEST_RETRY_SECONDS))
    return dt.timedelta(seconds=min(FIRST_RETRY_SECONDS * 2 ** min(max(attempts - 1, 0), most), LONGEST_RETRY_SECONDS))


def plain_amount(amount: Money) -> str:
    """Return an amount as a form takes it: `25`, `25.50`, `1200`."""
    return f"{amount.major:f}" if amount.major % 1 else str(int(Decimal(amount.major)))
