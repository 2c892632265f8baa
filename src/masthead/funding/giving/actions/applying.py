"""From the provider's facts to gift, pledge and books, in the caller's one transaction."""

import datetime as dt
import uuid

from django.conf import settings

from masthead.funding.giving import events, rules
from masthead.funding.giving.actions.receipts import want_receipt
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, GiftState, Pledge
from masthead.funding.ledger.actions import open_account, post
from masthead.funding.ledger.models import AccountKind, Transfer
from masthead.funding.ledger.rules import Draft
from masthead.funding.providers import registry
from masthead.funding.providers.base import CheckoutFacts, Facts, PaymentFacts, PledgeFacts
from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce

NO_GIFT = uuid.UUID(int=0)  # belongs to none, so that a payment without our id finds none


class FactsRefused(MastheadError):
    """What the provider says cannot be right for this newsroom: nothing is booked until someone has looked."""


def look(provider_name: str, ref: str) -> list[Facts]:
    """Fetch what a hint points at, and the payment and pledge behind a checkout. Network: never inside a transaction.

    Raises:
        ProviderError: it does not know `ref`; retryable where it did not answer.
    """
    provider = registry.provider(provider_name)
    facts = provider.fetch(ref)
    if isinstance(facts, CheckoutFacts):
        return [facts, *(provider.fetch(found) for found in (facts.pledge_ref, facts.payment_ref) if found)]
    if isinstance(facts, PaymentFacts) and facts.pledge_ref:
        return [provider.fetch(facts.pledge_ref), facts]
    return [facts]


def apply_facts(*, provider_name: str, facts: Facts, cause: str, now: dt.datetime) -> None:
    """Move what `facts` are about to where they say it is; the same facts again change nothing.

    Raises:
        FactsRefused: no such gift, another amount or currency, or a state that money cannot go back to.
        TransferRefused, PostingHalted: the books do not take it.
    """
    if isinstance(facts, PaymentFacts):
        _apply_payment(provider_name, facts, cause=cause, now=now)
    elif isinstance(facts, CheckoutFacts):
        _apply_checkout(provider_name, facts, cause=cause, now=now)
    else:
        _apply_pledge(provider_name, facts)


def missing_drafts(provider_name: str, facts: PaymentFacts, gift: Gift) -> list[Draft]:
    """Return the transfers that a payment's facts call for and the books do not have yet."""
    account = gift.campaign.account_code
    drafts = rules.drafts_of(facts, provider=provider_name, gifts=account, zone=settings.ENV.zone)
    standing = {row.id: row for row in Transfer.objects.filter(id__in=[draft.id for draft in drafts])}
    if not standing:
        return drafts
    counted = standing.get(drafts[0].id)
    drafts = rules.drafts_of(facts, provider=provider_name, gifts=account, zone=settings.ENV.zone, book_month=counted.book_month if counted else None)
    return [draft for draft in drafts if draft.id not in standing or not _same_money(standing[draft.id], draft)]


def _apply_payment(provider_name: str, facts: PaymentFacts, *, cause: str, now: dt.datetime) -> None:
    gift = _gift_of(provider_name, facts)
    _check(provider_name, facts, gift)
    drafts = missing_drafts(provider_name, facts, gift)
    new = rules.state_of(facts)
    if not rules.may_move(GiftState(gift.state), new, was_settled=gift.settled_at is not None):
        raise FactsRefused(f"The gift {gift.pk} is {gift.state}, and {provider_name} now says {new} of {facts.ref}: ask the provider what happened.")
    if drafts:
        _open_accounts(provider_name, gift, now=now)
        post(drafts=drafts, now=now)
    first_settled = facts.settled_at is not None and gift.settled_at is None
    changed = (gift.state, gift.returned_minor) != (new, rules.returned(facts).minor)
    gift.state, gift.reason, gift.provider_ref = new, facts.reason[:200], facts.ref
    gift.returned_minor, gift.settled_at = rules.returned(facts).minor, facts.settled_at
    gift.save(update_fields=["state", "reason", "provider_ref", "returned_minor", "settled_at"])
    if changed or drafts:
        _note(gift, cause=cause, transfers=[draft.id for draft in drafts], now=now)
    if first_settled:
        want_receipt(gift=gift, now=now)


def _apply_checkout(provider_name: str, facts: CheckoutFacts, *, cause: str, now: dt.datetime) -> None:
    """Note a decline or a way back; where the checkout led to a payment, its own facts say the rest."""
    gift = Gift.objects.select_for_update().filter(provider=provider_name, pk=facts.gift_id or NO_GIFT).first()
    if gift is None:
        raise FactsRefused(f"The checkout {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    new = rules.state_after_checkout(facts.state)
    if new and gift.state != new and gift.state in {GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED}:
        gift.state, gift.reason = new, facts.reason[:200]
        gift.save(update_fields=["state", "reason"])
        _note(gift, cause=cause, transfers=[], now=now)


def _apply_pledge(provider_name: str, facts: PledgeFacts) -> None:
    pledge = _pledge_of(provider_name, facts)
    if pledge.amount != facts.amount:
        raise FactsRefused(f"The pledge {facts.ref} of {provider_name} is over {facts.amount}, and ours is over {pledge.amount}: nothing was changed.")
    pledge.provider_ref, pledge.state, pledge.ended_at = facts.ref, Pledge.State(facts.state.value), facts.ended_at
    pledge.save(update_fields=["provider_ref", "state", "ended_at"])


def _pledge_of(provider_name: str, facts: PledgeFacts) -> Pledge:
    pledges = Pledge.objects.select_for_update()
    known = pledges.filter(provider=provider_name, provider_ref=facts.ref).first()
    known = known or pledges.filter(provider=provider_name, provider_ref="", gifts__pk=facts.gift_id or NO_GIFT).first()
    if known is None:
        raise FactsRefused(f"The pledge {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    return known


def _gift_of(provider_name: str, facts: PaymentFacts) -> Gift:
    """Return the gift that a payment is; a renewal not seen before becomes a gift of its own."""
    gifts = Gift.objects.select_for_update(of=("self",)).select_related("campaign")
    known = gifts.filter(provider=provider_name, provider_ref=facts.ref).first()
    if known:
        return known
    begun = gifts.filter(provider=provider_name, pk=facts.gift_id or NO_GIFT).first()
    if begun is None:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} belongs to no gift of this newsroom: it may be another one's, with the same account.")
    if not facts.renewal:
        if begun.provider_ref:
            raise FactsRefused(
                f"The gift {begun.pk} was paid by {begun.provider_ref}, and {facts.ref} of {provider_name} claims it too: one of them must be given back."
            )
        return begun
    if begun.pledge is None:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} renews the gift {begun.pk}, which is no monthly one.")
    return Gift.objects.create(
        campaign=begun.campaign,
        amount_minor=facts.amount.minor,
        currency=facts.amount.currency,
        frequency=Frequency.MONTHLY,
        pledge=begun.pledge,
        renewal=True,
        supporter=begun.supporter,
        provider=provider_name,
        provider_ref=facts.ref,
        public_name=begun.public_name,
        show_name=begun.show_name,
        page_path=begun.page_path,
        created_at=facts.created_at,
    )


def _check(provider_name: str, facts: PaymentFacts, gift: Gift) -> None:
    if facts.amount != gift.amount:
        raise FactsRefused(f"The payment {facts.ref} of {provider_name} is over {facts.amount}, and the gift {gift.pk} over {gift.amount}: nothing was booked.")
    if facts.live != registry.provider(provider_name).capabilities.live:
        kind = "real" if facts.live else "test"
        raise FactsRefused(
            f"The payment {facts.ref} of {provider_name} is {kind} money, which this newsroom does not take from there: check the provider's keys."
        )


def _open_accounts(provider_name: str, gift: Gift, *, now: dt.datetime) -> None:
    open_account(code=gift.campaign.account_code, currency=gift.currency, kind=AccountKind.GIFTS, now=now)
    open_account(code=f"clearing:{provider_name}:{gift.currency}", currency=gift.currency, kind=AccountKind.CLEARING, now=now)
    open_account(code=f"fees:{provider_name}:{gift.currency}", currency=gift.currency, kind=AccountKind.FEES, now=now)


def _note(gift: Gift, *, cause: str, transfers: list[str], now: dt.datetime) -> None:
    GiftEvent.objects.create(gift=gift, at=now, state=gift.state, cause=cause[:200], reason=gift.reason, transfers=transfers)
    announce(events.GiftMoved(gift_id=gift.pk, campaign_id=gift.campaign.uuid, state=gift.state))


def _same_money(row: Transfer, draft: Draft) -> bool:
    """Say whether a row books what a draft would; its dates were right in the zone of its day."""
    stands = (row.kind, row.debit_id, row.credit_id, row.amount_minor, row.currency, row.original_id)
    return stands == (draft.kind, draft.debit, draft.credit, draft.amount.minor, draft.amount.currency, draft.original)
