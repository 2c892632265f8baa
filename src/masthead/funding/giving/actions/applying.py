"""From the provider's facts to gift, pledge and books, in the caller's one transaction."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass

from django.conf import settings

from masthead.funding.giving import events, rules
from masthead.funding.giving.actions.asking import at_once
from masthead.funding.giving.actions.notices import tell_pledge
from masthead.funding.giving.actions.reminders import plan_reminders
from masthead.funding.giving.actions.together import MOVED, Booked, Rows, step_of
from masthead.funding.giving.models import Gift, GiftState, Pledge
from masthead.funding.ledger.models import AccountKind, Kind
from masthead.funding.ledger.rules import Draft
from masthead.funding.providers import registry
from masthead.funding.providers.base import CheckoutFacts, Facts, PaymentFacts, PledgeFacts, PledgeState
from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce

NO_GIFT = uuid.UUID(int=0)  # belongs to none, so that a payment without our id finds none


class FactsRefused(MastheadError):
    """What the provider says cannot be right for this newsroom: nothing is booked until someone has looked."""


def look(provider_name: str, refs: Collection[str]) -> dict[str, list[Facts] | Exception]:
    """Fetch what hints point at, and the payment and pledge behind each checkout; each object once, several at a time. Network: never inside a transaction.

    Returns what was found by ref, or what went wrong: ProviderError where it does not know `ref`, retryable where it did
    not answer. A hint that concerns no gift points at nothing ("") and finds nothing.
    """
    known: dict[str, Facts | Exception] = {}
    wanted = [ref for ref in dict.fromkeys(refs) if ref]
    if wanted:
        try:
            provider = registry.provider(provider_name)
        except MastheadError as refusal:
            return dict.fromkeys(refs, refusal)
        known |= at_once(provider, wanted)
        behind = [ref for said in list(known.values()) for ref in _behind(said) if ref not in known]
        known |= at_once(provider, list(dict.fromkeys(behind)))
    found: dict[str, list[Facts] | Exception] = {}
    for ref in refs:
        parts = [known[one] for one in _in_order(ref, known[ref])] if ref else []
        found[ref] = next((part for part in parts if isinstance(part, Exception)), None) or [part for part in parts if not isinstance(part, Exception)]
    return found


def _behind(said: Facts | Exception) -> list[str]:
    """Return what else is to be asked for: the pledge and the payment behind a checkout, the pledge of a payment."""
    if isinstance(said, CheckoutFacts):
        return [ref for ref in (said.pledge_ref, said.payment_ref) if ref]
    return [said.pledge_ref] if isinstance(said, PaymentFacts) and said.pledge_ref else []


def _in_order(ref: str, said: Facts | Exception) -> list[str]:
    """Return the refs in the order in which they are applied: a pledge before its payment, a checkout before both."""
    return [ref, *_behind(said)] if isinstance(said, CheckoutFacts) else [*_behind(said), ref]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one webhook, sweep or person led to."""

    provider: str
    facts: Sequence[Facts]
    cause: str


def apply_facts(*, provider_name: str, facts: Facts, cause: str, now: dt.datetime) -> None:
    """Move what `facts` are about to where they say it is; the same facts again change nothing. Errors as `apply_told`."""
    apply_told(told=[Told(provider=provider_name, facts=[facts], cause=cause)], now=now)


def apply_told(*, told: Sequence[Told], now: dt.datetime) -> None:
    """Do so for several webhooks in the caller's one transaction, in their order: all of them or none.

    Raises:
        FactsRefused: no such gift, another amount or currency, or a state that money cannot go back to.
        TransferRefused, PostingHalted: the books do not take it.
    """
    rows = Rows(now=now)
    rows.read((one.provider, facts) for one in told for facts in one.facts)
    rows.booked(_ids_to_come(told, rows))
    done: set[int] = set()  # the same object, fetched once for several webhooks, says nothing new
    for one in told:
        for facts in one.facts:
            if id(facts) in done:
                continue
            done.add(id(facts))
            if isinstance(facts, PaymentFacts):
                _apply_payment(rows, one.provider, facts, cause=one.cause)
            elif isinstance(facts, CheckoutFacts):
                _apply_checkout(rows, one.provider, facts, cause=one.cause)
            else:
                _apply_pledge(rows, one.provider, facts, now=now)
    rows.write()


def _ids_to_come(told: Sequence[Told], rows: Rows) -> list[str]:
    """Return the ids of all transfers that these facts may call for, so that the books are asked once."""
    payments = [(one.provider, facts) for one in told for facts in one.facts if isinstance(facts, PaymentFacts)]
    found = [(provider, facts, rows.gift_of_payment(provider, facts.ref) or rows.gift(provider, facts.gift_id)) for provider, facts in payments]
    zone = settings.ENV.zone
    return [
        draft.id for provider, facts, gift in found if gift for draft in rules.drafts_of(facts, provider=provider, gifts=gift.campaign.account_code, zone=zone)
    ]


def missing_drafts(provider_name: str, facts: PaymentFacts, gift: Gift, *, rows: Rows | None = None) -> list[Draft]:
    """Return the transfers that a payment's facts call for and the books do not have yet."""
    account, zone = gift.campaign.account_code, settings.ENV.zone
    drafts = rules.drafts_of(facts, provider=provider_name, gifts=account, zone=zone)
    if not drafts:
        return []
    standing = (rows or Rows(now=facts.created_at)).booked(draft.id for draft in drafts)
    if not standing:
        return drafts
    if drafts[0].id in standing:
        drafts = rules.drafts_of(facts, provider=provider_name, gifts=account, zone=zone, book_month=standing[drafts[0].id][1])
    missing = [draft for draft in drafts if draft.id not in standing or standing[draft.id][0] != Booked.by(draft)]
    # What a dispute's fee became later, the reconciliation posts: the row that stands was right on its day.
    return [draft for draft in missing if draft.kind is not Kind.FEE or draft.id not in standing or ":fee:" not in draft.id]


def _apply_payment(rows: Rows, provider_name: str, facts: PaymentFacts, *, cause: str) -> None:
    gift = _gift_of(rows, provider_name, facts)
    _check(provider_name, facts, gift)
    drafts = missing_drafts(provider_name, facts, gift, rows=rows)
    new = rules.state_of(facts)
    bounced = [refund for refund in facts.refunds if refund.bounced_at]
    if not rules.may_move(GiftState(gift.state), new, was_settled=gift.settled_at is not None, came_back=bool(bounced)):
        raise FactsRefused(f"The gift {gift.pk} is {gift.state}, and {provider_name} now says {new} of {facts.ref}: ask the provider what happened.")
    if drafts:
        rows.book(drafts, _accounts_of(provider_name, gift))
    first_settled = facts.settled_at is not None and gift.settled_at is None
    changed = (gift.state, gift.returned_minor) != (new, rules.returned(facts).minor)
    before = [getattr(gift, name) for name in MOVED]
    reason = facts.reason or (f"A refund of {bounced[-1].amount.words()} came back: {bounced[-1].reason}" if bounced else "")
    gift.state, gift.reason, gift.provider_ref = new, reason[:200], facts.ref
    gift.returned_minor, gift.settled_at = rules.returned(facts).minor, gift.settled_at or facts.settled_at  # the first that was told stays
    if facts.settled_at:
        counted = rules.counted_of(facts)
        gift.settled_minor, gift.settled_currency = counted.minor, counted.currency
    if before != [getattr(gift, name) for name in MOVED]:
        rows.moved(gift)
    if changed or drafts:
        rows.note(gift, cause=cause, transfers=[draft.id for draft in drafts])
    if first_settled:
        rows.want_receipt(gift)


def _apply_checkout(rows: Rows, provider_name: str, facts: CheckoutFacts, *, cause: str) -> None:
    """Note a decline or a way back; where the checkout led to a payment, its own facts say the rest."""
    gift = rows.gift(provider_name, facts.gift_id)
    if gift is None:
        raise FactsRefused(f"The checkout {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    new = rules.state_after_checkout(facts.state)
    if new and gift.state != new and gift.state in {GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED}:
        gift.state, gift.reason = new, facts.reason[:200]
        rows.moved(gift)
        rows.note(gift, cause=cause, transfers=[])


def _apply_pledge(rows: Rows, provider_name: str, facts: PledgeFacts, *, now: dt.datetime) -> None:
    """Follow what the provider says of a pledge. Its amount may have changed before we first looked; what is paid is held against the gift."""
    pledge = _pledge_of(provider_name, facts)
    before = copy(pledge)
    if pledge.currency != facts.amount.currency:
        raise FactsRefused(f"The pledge {facts.ref} of {provider_name} is over {facts.amount}, and ours is over {pledge.amount}: nothing was changed.")
    pledge.provider_ref, pledge.state, pledge.ended_at = facts.ref, Pledge.State(facts.state.value), facts.ended_at
    pledge.amount_minor, pledge.frequency, pledge.next_at = facts.amount.minor, facts.frequency.value, facts.next_at
    pledge.confirm_url = facts.confirm_url if facts.confirm_url.startswith(("https://", "http://")) else ""
    if facts.state is not PledgeState.PAST_DUE:
        pledge.past_due_at = None
    elif pledge.past_due_at is None:
        pledge.past_due_at = now
    pledge.save(update_fields=["provider_ref", "state", "ended_at", "amount_minor", "frequency", "next_at", "past_due_at", "confirm_url"])
    plan_reminders(pledge=pledge)
    tell_pledge(pledge=pledge, before=before, now=now)
    rows.pledge_moved(pledge)


def _pledge_of(provider_name: str, facts: PledgeFacts) -> Pledge:
    pledges = Pledge.objects.select_for_update()
    # The unique index leaves out pledges that never began, and is used only where the question does too.
    known = pledges.filter(provider=provider_name, provider_ref=facts.ref).exclude(provider_ref="").first()
    known = known or pledges.filter(provider=provider_name, provider_ref="", gifts__pk=facts.gift_id or NO_GIFT).first()
    if known is None:
        raise FactsRefused(f"The pledge {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    return known


def _gift_of(rows: Rows, provider_name: str, facts: PaymentFacts) -> Gift:
    """Return the gift that a payment is; a renewal not seen before becomes a gift of its own."""
    known = rows.gift_of_payment(provider_name, facts.ref)
    if known:
        return known
    begun = rows.gift(provider_name, facts.gift_id)
    if begun is None:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    if not facts.renewal:
        if begun.provider_ref:
            raise FactsRefused(
                f"The gift {begun.pk} was paid by {begun.provider_ref}, and {facts.ref} of {provider_name} claims it too: one of them must be given back."
            )
        return begun
    if begun.pledge is None:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} renews the gift {begun.pk}, which promised no more than one payment.")
    renewal = Gift.objects.create(
        campaign=begun.campaign,
        amount_minor=facts.amount.minor,
        currency=facts.amount.currency,
        frequency=begun.pledge.frequency,
        pledge=begun.pledge,
        renewal=True,
        supporter_id=begun.supporter_id,
        provider=provider_name,
        provider_ref=facts.ref,
        public_name=begun.public_name,
        show_name=begun.show_name,
        show_amount=begun.show_amount,
        cover_minor=begun.cover_minor if facts.amount == begun.amount else 0,
        page_path=begun.page_path,
        created_at=facts.created_at,
    )
    return rows.keep(renewal)


def _check(provider_name: str, facts: PaymentFacts, gift: Gift) -> None:
    if facts.amount != gift.amount:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} is over {facts.amount}, and the gift {gift.pk} over {gift.amount}: nothing was booked.")
    wanted = gift.campaign.currency
    told = [rules.counted_of(facts)] if facts.settled_at else []
    told += [refund.settled for refund in facts.refunds if refund.settled]
    told += [dispute.settled for dispute in facts.disputes if dispute.settled]
    for credited in told:
        if credited.currency != wanted:
            raise FactsRefused(
                f"The payment {facts.ref} of {provider_name} over {facts.amount} is kept there in {credited.currency}, and “{gift.campaign.name}” is counted"
                f" in {wanted}: have {provider_name} change {facts.amount.currency} into {wanted}, then try again. Nothing was booked."
            )
    if facts.live != registry.provider(provider_name).capabilities.live:
        kind = "real" if facts.live else "test"
        raise FactsRefused(
            f"The payment {facts.ref} of {provider_name} is {kind} money, which this newsroom does not take from there: check the provider's keys."
        )


def _accounts_of(provider_name: str, gift: Gift) -> dict[str, tuple[str, AccountKind]]:
    """Return the accounts that a gift's transfers stand on: currency and kind by code."""
    currency = gift.campaign.currency
    accounts = {
        gift.campaign.account_code: (currency, AccountKind.GIFTS),
        f"clearing:{provider_name}:{currency}": (currency, AccountKind.CLEARING),
        f"fees:{provider_name}:{currency}": (currency, AccountKind.FEES),
    }
    return accounts if gift.currency == currency else accounts | {rules.exchange_code(provider_name, currency): (currency, AccountKind.EXCHANGE)}


def note(gift: Gift, *, cause: str, transfers: list[str], now: dt.datetime) -> None:
    """Add a step to a gift's history and announce that it moved, in the caller's transaction."""
    step_of(gift, cause=cause, transfers=transfers, now=now).save()
    announce(events.GiftMoved(gift_id=gift.pk, campaign_id=gift.campaign.uuid, state=gift.state))
