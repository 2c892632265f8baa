"""What a statement's line is: found by its reference or a provider's payout, else said by a person."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.actions.applying import note
from masthead.funding.giving.banking import booking
from masthead.funding.giving.banking.booking import MatchRefused
from masthead.funding.giving.banking.models import BankLine, IncomeKind, LineState, Means
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.ledger.actions import Draft, open_account, post
from masthead.funding.ledger.models import AccountKind, Kind, Transfer
from masthead.funding.ledger.rules import first_of_month
from masthead.funding.providers import registry
from masthead.funding.providers.bank.references import references_in
from masthead.funding.providers.base import Payout, ProviderError
from masthead.kernel.money import Money
from masthead.readers.rules import one_line

logger = logging.getLogger(__name__)
PAYOUT_DAYS = 5  # a payout is on the account so many days from when its provider says, weekends and holidays counted
PROMISE_AGE = dt.timedelta(days=60)
LONGEST_REASON = 300


def may_be_promised(line: BankLine) -> bool:
    """Say whether a line came in and carries a reference of our form, so that it is worth asking the database about."""
    return line.amount_minor > 0 and bool(references_in([line.reference, line.end_to_end, line.text]))


def gifts_named(line: BankLine) -> list[Gift]:
    """Return the gifts whose reference stands in what a line says."""
    found = references_in([line.reference, line.end_to_end, line.text])
    return list(Gift.objects.select_related("campaign", "supporter").filter(provider="bank", checkout_ref__in=found))


@transaction.atomic
def match_line(*, line: BankLine, now: dt.datetime) -> bool:
    """Match a line that came in to the one gift whose reference it carries; say whether it did. What is not sure waits for a person."""
    line = _waiting(line)
    named = gifts_named(line) if line.amount_minor > 0 else []
    if len(named) != 1 or named[0].campaign.currency != line.currency:
        return False
    _settle(line, named[0], cause="a bank statement", by=None, now=now)
    return True


def match_payouts(*, now: dt.datetime) -> int:
    """Match waiting lines to the payouts that providers tell of, by amount and date; return how many. Network: never inside a transaction.

    Equal sums a few days apart are matched in the order of their days once there are as many lines as payouts: which of
    them is which changes no balance. Where there are more of the one than of the other, they wait for the rest or a person.
    One that came back to its provider is looked for last: most are on no statement, some twice, as they came and went.
    """
    waiting = list(BankLine.objects.filter(state=LineState.UNMATCHED).select_related("account"))
    if not waiting:
        return 0
    since = dt.datetime.combine(min(line.booked_on for line in waiting) - dt.timedelta(days=4 * PAYOUT_DAYS), dt.time(), dt.UTC)
    taken = set(BankLine.objects.filter(state=LineState.PAYOUT).values_list("matched_ref", flat=True))
    told: dict[str, tuple[str, Payout]] = {}
    for listed in registry.enabled():
        provider = registry.provider(listed.name)
        try:
            payouts = provider.list_payouts(since) if provider.capabilities.payouts else []
        except ProviderError as error:
            logger.warning("The payouts of %s could not be read: %s", listed.name, error)
            continue
        told |= {f"{listed.name}:{payout.ref}": (listed.name, payout) for payout in payouts}
    arrived = {ref: pair for ref, pair in told.items() if ref not in taken and not pair[1].bounced_date}
    matched = _match(waiting, arrived, now=now)
    left = [line for line in waiting if line.pk not in matched]
    taken |= set(matched.values())
    came_back = _shown_twice({ref: pair for ref, pair in told.items() if pair[1].bounced_date}, left, taken)
    return len(matched) + len(_match(left, {ref: pair for ref, pair in (arrived | came_back).items() if ref not in taken}, now=now))


def _shown_twice(bounced: dict[str, tuple[str, Payout]], lines: list[BankLine], taken: set[str]) -> dict[str, tuple[str, Payout]]:
    """Return those payouts that came back of which the bank shows both ways, as what came and as what went again."""
    found: dict[str, tuple[str, Payout]] = {}
    for ref, (name, payout) in bounced.items():
        went = Payout(ref=f"{payout.ref}:bounced", amount=-payout.amount, arrives_date=payout.bounced_date or payout.arrives_date)
        if any(_may_be(went, line) for line in lines) and (ref in taken or any(_may_be(payout, line) for line in lines)):
            found |= {ref: (name, payout), f"{ref}:bounced": (name, went)}
    return found


def _match(waiting: list[BankLine], payouts: dict[str, tuple[str, Payout]], *, now: dt.datetime) -> dict[Any, str]:
    """Match lines to payouts where there are as many of the one as of the other; return the payout's ref by line."""
    fits = {line.pk: [ref for ref, (_, payout) in payouts.items() if _may_be(payout, line)] for line in waiting}
    matched: dict[Any, str] = {}
    for lines, refs in _clusters(waiting, fits):
        if len(lines) != len(refs):
            continue
        pairs = zip(
            sorted(lines, key=lambda line: (line.booked_on, line.place)), sorted(refs, key=lambda ref: (payouts[ref][1].arrives_date, ref)), strict=True
        )
        for line, ref in [pair for pair in pairs if _may_be(payouts[pair[1]][1], pair[0])]:
            _match_payout(line, ref, *payouts[ref], now=now)
            matched[line.pk] = ref
    return matched


def _may_be(payout: Payout, line: BankLine) -> bool:
    return payout.amount == line.amount and abs((payout.arrives_date - line.booked_on).days) <= PAYOUT_DAYS


def _clusters(lines: list[BankLine], fits: dict[Any, list[str]]) -> list[tuple[list[BankLine], list[str]]]:
    """Return lines and payouts that could be each other's, those together that hang together: of one amount, within days of each other."""
    found: list[tuple[list[BankLine], list[str]]] = []
    for line in lines:
        mine, refs = [line], list(fits[line.pk])
        for standing in [one for one in found if not set(one[1]).isdisjoint(refs)]:
            found.remove(standing)
            mine, refs = [*standing[0], *mine], list(dict.fromkeys([*standing[1], *refs]))
        if refs:
            found.append((mine, refs))
    return found


@transaction.atomic
def expire_promises(*, now: dt.datetime) -> int:
    """Stop waiting for transfers promised 60 days ago, and return how many; one that comes later still counts as its gift."""
    stale = list(Gift.objects.select_for_update().filter(provider="bank", state=GiftState.PENDING, created_at__lt=now - PROMISE_AGE))
    for gift in stale:
        gift.state, gift.reason = GiftState.FAILED, f"No transfer came within {PROMISE_AGE.days} days."
        gift.save(update_fields=["state", "reason"])
        note(gift, cause="the calendar", transfers=[], now=now)
    return len(stale)


@transaction.atomic
def assign_gift(*, line: BankLine, gift: Gift, by: Any, now: dt.datetime) -> None:
    """Say that a line which came in is this promised gift; one that arrived before gets a gift of its own beside it.

    Raises:
        MatchRefused: the line is matched, went out, or is in another currency; the gift is another provider's.
    """
    line = _coming_in(line)
    if gift.provider != "bank":
        raise MatchRefused(f"The gift was begun with {gift.provider}, which tells itself whether it was paid: choose one by bank transfer, or a campaign.")
    _settle(line, gift, cause=f"a bank statement, assigned by {by}", by=by, now=now)


@transaction.atomic
def assign_campaign(*, line: BankLine, campaign: Campaign, by: Any, now: dt.datetime) -> Gift:
    """Say that a line which came in is a gift to this campaign that nobody began on the site.

    Raises:
        MatchRefused: the line is matched, went out, or is in another currency.
    """
    line = _coming_in(line)
    gift = booking.gift_without_promise(campaign=campaign, amount=line.amount, provider="bank", now=now)
    return _settle(line, gift, cause=f"a bank statement, assigned by {by}", by=by, now=now)


@transaction.atomic
def assign_income(*, line: BankLine, kind: IncomeKind, by: Any, now: dt.datetime) -> None:
    """Say that a line which came in is a grant, interest or other income.

    Raises:
        MatchRefused: the line is matched, or went out.
    """
    line = _coming_in(line)
    made = booking.take_income(stem=_stem(line), bank=line.account.code, kind=kind.value, amount=line.amount, on=line.booked_on, now=now)
    _decide(line, LineState.INCOME, transfers=[made], matched_ref=kind.value, by=by, now=now)


@transaction.atomic
def assign_deposit(*, line: BankLine, means: Means, by: Any, now: dt.datetime) -> None:
    """Say that a line which came in is cash or cheques paid in, which are in the books since they were received.

    Raises:
        MatchRefused: the line is matched, or went out.
    """
    line = _coming_in(line)
    source = offline_code(means, line.currency)
    booking.open_bank(source, line.currency, now=now)
    draft = booking.moving(f"{_stem(line)}:deposit", source=source, target=line.account.code, amount=line.amount, on=line.booked_on)
    post(drafts=[draft], now=now)
    _decide(line, LineState.DEPOSIT, transfers=[draft.id], matched_ref=means.value, by=by, now=now)


@transaction.atomic
def assign_refund(*, line: BankLine, gift: Gift, by: Any, now: dt.datetime) -> None:
    """Say that a line which went out gave back this gift, wholly or in part.

    Raises:
        MatchRefused: the line is matched or came in; the gift came another way, or less of it is left.
    """
    line = _going_out(line)
    gift = Gift.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=gift.pk)
    cause = f"given back by bank transfer, assigned by {by}"
    made = booking.give_back(gift=gift, stem=_stem(line), bank=line.account.code, amount=-line.amount, on=line.booked_on, cause=cause, now=now)
    _decide(line, LineState.REFUND, transfers=made, gift=gift, by=by, now=now)


@transaction.atomic
def assign_fee(*, line: BankLine, by: Any, now: dt.datetime) -> None:
    """Say that a line which went out is the bank's own fee.

    Raises:
        MatchRefused: the line is matched, or came in.
    """
    line = _going_out(line)
    fees = f"fees:bank:{line.currency}"
    open_account(code=fees, currency=line.currency, kind=AccountKind.FEES, now=now)
    draft = Draft(
        id=f"{_stem(line)}:fee",
        kind=Kind.FEE,
        debit=fees,
        credit=line.account.code,
        amount=-line.amount,
        dated=line.booked_on,
        book_month=first_of_month(line.booked_on),
    )
    post(drafts=[draft], now=now)
    _decide(line, LineState.FEE, transfers=[draft.id], by=by, now=now)


@transaction.atomic
def assign_expense(*, line: BankLine, expense_ref: str, transfers: list[str], by: Any, now: dt.datetime) -> None:
    """Note that a line which went out paid an expense, whose own room has posted it under `transfers`.

    Raises:
        MatchRefused: the line is matched, or came in.
    """
    _decide(_going_out(line), LineState.EXPENSE, transfers=transfers, matched_ref=expense_ref, by=by, now=now)


@transaction.atomic
def ignore_line(*, line: BankLine, reason: str, by: Any, now: dt.datetime) -> None:
    """Leave a line out of the books for a reason; the account's balance and the books then differ by it, and say so.

    Raises:
        MatchRefused: the line is matched, or no reason is given.
    """
    line = _waiting(line)
    why = one_line(reason, longest=LONGEST_REASON)
    if not why:
        raise MatchRefused("Say why the line is left out of the books: whoever reads them later will ask.")
    _decide(line, LineState.IGNORED, transfers=[], reason=why, by=by, now=now)


@transaction.atomic
def take_up_again(*, line: BankLine, by: Any, now: dt.datetime) -> None:
    """Have a line that was left out wait for a person again.

    Raises:
        MatchRefused: it is in the books, where nothing is unsaid.
    """
    line = _locked(line)
    if line.state != LineState.IGNORED:
        raise MatchRefused("Only a line that was left out can be taken up again: what is in the books is taken back by a new row.")
    _decide(line, LineState.UNMATCHED, transfers=[], reason=line.reason, by=by, now=now)


def offline_code(means: Means, currency: str) -> str:
    """Return the account where money is that came offline, until it is paid in."""
    return f"bank:{means.value}:{currency}"


def _settle(line: BankLine, gift: Gift, *, cause: str, by: Any, now: dt.datetime) -> Gift:
    """Settle a promise with a line and return the gift; a promise that was kept before gets a second gift beside it."""
    gift = Gift.objects.select_for_update(of=("self",)).select_related("campaign", "supporter").get(pk=gift.pk)
    if gift.provider_ref:
        gift = booking.gift_like(gift, amount=line.amount, now=now)
    made = booking.settle_gift(gift=gift, stem=_stem(line), bank=line.account.code, amount=line.amount, on=line.booked_on, cause=cause, now=now)
    _decide(line, LineState.GIFT, transfers=[made], gift=gift, by=by, now=now)
    return gift


@transaction.atomic
def _match_payout(line: BankLine, ref: str, provider: str, payout: Payout, *, now: dt.datetime) -> None:
    line = _waiting(line)
    transfer = f"{ref}:payout"
    made, transit = [transfer], f"bank:transit:{line.currency}"
    posted = Transfer.objects.filter(id=transfer).first()
    places = (posted.credit_id, posted.debit_id) if posted else ()
    if posted is None or transit in places:
        elsewhere = transit if posted else f"clearing:{provider}:{line.currency}"
        open_account(code=elsewhere, currency=line.currency, kind=AccountKind.BANK if posted else AccountKind.CLEARING, now=now)
        source, target = (elsewhere, line.account.code) if line.amount_minor > 0 else (line.account.code, elsewhere)
        name = f"{ref}:arrived" if posted else transfer  # the reconciliation may have said before that it is on its way
        post(drafts=[booking.moving(name, source=source, target=target, amount=Money(abs(line.amount_minor), line.currency), on=line.booked_on)], now=now)
        made = [*made, name] if posted else made
    _decide(
        line,
        LineState.PAYOUT,
        transfers=made,
        matched_ref=ref,
        reason=f"The payout {payout.ref} of {provider}: same amount, due {payout.arrives_date}.",
        by=None,
        now=now,
    )


def _decide(
    line: BankLine, state: LineState, *, transfers: list[str], by: Any, now: dt.datetime, gift: Gift | None = None, matched_ref: str = "", reason: str = ""
) -> None:
    line.state, line.transfers, line.gift, line.matched_ref, line.reason = state, transfers, gift, matched_ref, reason
    line.decided_by, line.decided_at = by, now
    line.save(update_fields=["state", "transfers", "gift", "matched_ref", "reason", "decided_by", "decided_at"])


def _stem(line: BankLine) -> str:
    return f"bank:{line.pk}"


def _locked(line: BankLine) -> BankLine:
    return BankLine.objects.select_for_update(of=("self",)).select_related("account").get(pk=line.pk)


def _waiting(line: BankLine) -> BankLine:
    found = _locked(line)
    if found.state != LineState.UNMATCHED:
        raise MatchRefused(f"This line is decided already ({LineState(found.state).label.lower()}): nothing was changed.")
    return found


def _coming_in(line: BankLine) -> BankLine:
    found = _waiting(line)
    if found.amount_minor < 0:
        raise MatchRefused("This line went out of the account, so it can be no gift or income: say that it gave a gift back, or is a fee or an expense.")
    return found


def _going_out(line: BankLine) -> BankLine:
    found = _waiting(line)
    if found.amount_minor > 0:
        raise MatchRefused("This line came in, so it can be no expense, fee or refund: say which gift or income it is.")
    return found
