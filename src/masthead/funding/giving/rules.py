"""What the provider's facts mean for a gift and for the books. Pure: no database, no clock, no network."""

import datetime as dt
import math
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from masthead.funding.giving.models import GiftState
from masthead.funding.ledger.models import CAME_BACK, Kind
from masthead.funding.ledger.rules import Draft, first_of_month
from masthead.funding.providers.base import CheckoutState, DisputeFacts, DisputeState, PaymentFacts, PaymentState, Rate, RefundFacts
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


# What takes a gift back and what gives that back again: the name of the transfer, and its kind.
OUT_AND_BACK = {
    RefundFacts: (("refund", Kind.REFUND), ("bounced", Kind.BOUNCED)),
    DisputeFacts: (("dispute", Kind.DISPUTE), ("won", Kind.WON)),
}
_When = tuple[dt.datetime, int, str]  # a moment, what comes first within it, and a name where even that is the same


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
    refunded = sum(refund.amount.minor for refund in facts.refunds if not refund.bounced_at)
    if refunded == 0:
        return GiftState.SETTLED
    return GiftState.REFUNDED if refunded >= facts.amount.minor else GiftState.PARTLY_REFUNDED


def state_after_checkout(state: CheckoutState) -> GiftState | None:
    """Return what a checkout without a payment means for its gift, or None where it means nothing yet."""
    return {CheckoutState.DECLINED: GiftState.DECLINED, CheckoutState.CANCELLED: GiftState.CANCELLED}.get(state)


def may_move(old: GiftState, new: GiftState, *, was_settled: bool, came_back: bool = False) -> bool:
    """Say whether a gift in `old` may become `new`. A settled payment that the bank took back stays so; what was refunded may only where a refund `came_back`."""
    if old is GiftState.FAILED and was_settled:
        return new is GiftState.FAILED
    return new in MOVES[old] or (came_back and old in _COUNTED and new in MOVES[GiftState.SETTLED])


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
    counted = counted_of(facts)
    currency = counted.currency
    clearing, fees = f"clearing:{provider}:{currency}", f"fees:{provider}:{currency}"
    stem, settled_date = f"{provider}:{facts.ref}", date_in(zone, facts.settled_at)
    month = book_month or first_of_month(settled_date)
    gift = Draft(id=f"{stem}:gift", kind=Kind.GIFT, debit=clearing, credit=gifts, amount=counted, dated=settled_date, book_month=month)
    dated: list[tuple[_When, Draft]] = []

    def move(name: str, kind: Kind, minor: int, when: _When, *, original: str, told: Money | None = None) -> None:
        """Add what moves `minor`, and beside it what the provider's own figure differs by where it changes money at each day's rate."""
        debit, credit = (clearing, gifts) if kind in CAME_BACK else (gifts, clearing)
        day = date_in(zone, when[0])
        if minor:
            amount = Money(minor, currency)
            draft = Draft(id=f"{stem}:{name}", kind=kind, debit=debit, credit=credit, amount=amount, dated=day, book_month=month, original=original)
            dated.append((when, draft))
        more = told.minor - minor if told and facts.amount.currency != currency else 0
        if more:
            exchange = exchange_code(provider, currency)
            debit, credit = (exchange, clearing) if (more > 0) != (kind in CAME_BACK) else (clearing, exchange)
            amount, book_month = Money(abs(more), currency), first_of_month(day)
            dated.append(
                (when, Draft(id=f"{stem}:{name}:exchange", kind=Kind.EXCHANGE, debit=debit, credit=credit, amount=amount, dated=day, book_month=book_month))
            )

    parts = _parts_back(facts, counted)
    for one in _takers(facts):
        (out, taken), (back, returned_as) = OUT_AND_BACK[type(one)]
        move(f"{out}:{one.ref}", taken, parts[one], _when(one), original=gift.id, told=one.settled)
        if back_at := _when_back(one):
            move(f"{back}:{one.ref}", returned_as, parts[one], back_at, original=f"{stem}:{out}:{one.ref}", told=one.given_back or one.settled)
    if facts.failed_at:
        left = counted.minor - sum(part for one, part in parts.items() if not _is_back(one))
        move("failure", Kind.FAILURE, max(left, 0), (facts.failed_at, 9, ""), original=gift.id)
    dated += _dispute_fees(facts, provider=provider, zone=zone)
    dated.sort(key=lambda pair: pair[0])
    drafts = [gift, *(draft for _, draft in dated)]
    if facts.fee and facts.fee.minor > 0:
        fee = Draft(id=f"{stem}:fee", kind=Kind.FEE, debit=fees, credit=clearing, amount=facts.fee, dated=settled_date, book_month=month)
        drafts.insert(1, fee)
    return drafts


def _takers(facts: PaymentFacts) -> tuple[RefundFacts | DisputeFacts, ...]:
    """Return everything that took of a payment, whether it gave it back or not."""
    return (*facts.refunds, *facts.disputes)


def _when(one: RefundFacts | DisputeFacts) -> _When:
    """Return where a refund or the beginning of a dispute stands among what takes a payment back.

    Providers tell whole seconds, and within one of them several things happen: what is free again can be given back,
    and not the other way round.
    """
    if isinstance(one, RefundFacts):
        return one.created_at, 2, one.ref
    return one.created_at, 1 if one.closed_at == one.created_at and one.state is DisputeState.WON else 3, one.ref


def _when_back(one: RefundFacts | DisputeFacts) -> _When | None:
    """Return where it stands that a refund or dispute gave back what it took, or None where it did not: first in its second, unless it began in it."""
    if isinstance(one, RefundFacts):
        moment, same, word = one.bounced_at, 2, "bounced"
    else:
        moment, same, word = one.closed_at if one.state is DisputeState.WON else None, 1, "won"
    return (moment, same if moment == one.created_at else 0, f"{one.ref} {word}") if moment else None


def _is_back(one: RefundFacts | DisputeFacts) -> bool:
    """Say whether what a refund or dispute took is the gift's again."""
    return one.bounced_at is not None if isinstance(one, RefundFacts) else one.state is DisputeState.WON


def _dispute_fees(facts: PaymentFacts, *, provider: str, zone: ZoneInfo) -> list[tuple[_When, Draft]]:
    """Return what disputes cost beside what they hold back, each on its own day, whatever becomes of the gift."""
    found = []
    for dispute in facts.disputes:
        if dispute.fee and dispute.fee.minor > 0:
            day, currency = date_in(zone, dispute.created_at), dispute.fee.currency
            accounts = {"debit": f"fees:{provider}:{currency}", "credit": f"clearing:{provider}:{currency}"}
            draft = Draft(
                id=f"{provider}:{facts.ref}:fee:{dispute.ref}", kind=Kind.FEE, **accounts, amount=dispute.fee, dated=day, book_month=first_of_month(day)
            )
            found.append((_when(dispute), draft))
    return found


def counted_of(facts: PaymentFacts) -> Money:
    """Return what a payment counts at: what the provider credited, in the currency of its balance."""
    return facts.settled or facts.amount


def exchange_code(provider: str, currency: str) -> str:
    """Return the account of what the rates of different days cost or brought."""
    return f"exchange:{provider}:{currency}"


def _parts_back(facts: PaymentFacts, counted: Money) -> dict[RefundFacts | DisputeFacts, int]:
    """Return what each refund and dispute takes off the counted sum, in its minor units: in proportion, and the last part whatever is left.

    So a gift given back whole counts nothing, at whatever rate the provider gave it back.
    """
    steps = [(_when(one), one, 1) for one in _takers(facts)]
    steps += [(back_at, one, -1) for one in _takers(facts) if (back_at := _when_back(one))]
    parts: dict[RefundFacts | DisputeFacts, int] = {}
    given, left = facts.amount.minor, counted.minor
    for _, one, sign in sorted(steps, key=lambda step: step[0]):
        if sign > 0:
            parts[one] = left if one.amount.minor == given else one.amount.minor * counted.minor // facts.amount.minor
        given, left = given - sign * one.amount.minor, left - sign * parts[one]
    return parts


def _taken_back(facts: PaymentFacts) -> Money:
    taken = [one.amount.minor for one in _takers(facts) if not _is_back(one)]
    return Money(sum(taken), facts.amount.currency)


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


def cover_of(amount: Money, rate: Rate) -> Money:
    """Return what must be added to `amount` so that it is left when the provider has taken `rate` of the whole, rounded up.

    An estimate: what the provider takes in the end depends on the card and its country.
    """
    fixed_minor = rate.fixed * 10 ** digits_of(amount.currency)
    whole = (amount.minor + fixed_minor) / (1 - rate.percent / 100)
    return Money(math.ceil(whole) - amount.minor, amount.currency)


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
