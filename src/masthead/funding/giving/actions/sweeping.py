"""The sweep: what webhooks missed. It only leaves hints in the inbox, so that everything is applied in one way."""

import datetime as dt
import logging
from contextlib import suppress

from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import missing_drafts
from masthead.funding.giving.actions.inbox import store
from masthead.funding.giving.models import Gift, GiftEvent, GiftState, InboxEvent, Pledge, Receipt
from masthead.funding.giving.reconciling.models import SweptUntil
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.base import CheckoutFacts, CheckoutState, Facts, Movement, MovementKind, PaymentFacts, Provider, ProviderError
from masthead.kernel.ids import new_id

logger = logging.getLogger(__name__)
QUIET = dt.timedelta(minutes=1)  # a webhook is usually faster than this
GIVE_UP = dt.timedelta(days=1)  # a checkout nobody paid for a day is over
LOOK_BACK = dt.timedelta(days=7)  # providers repeat a webhook for three days
OVERLAP = dt.timedelta(minutes=15)  # two clocks that differ, and a provider that lists a change late
MOST_AT_ONCE = 200
UNPAID = {GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED}


def sweep(*, now: dt.datetime) -> int:
    """Ask the providers about gifts that have waited too long, what changed since the last sweep, and each movement of seven days.

    Where they know more than we do, a hint is left in the inbox; return how many were left. A checkout that was
    not paid within a day is cancelled, and would still be counted if it were paid later. A provider that fails
    does not hold up the others, and is asked for the same time again.
    """
    hints = 0
    _take_back_the_future(now=now)
    for listed in registry.enabled():
        try:
            hints += _sweep_one(registry.provider(listed.name), now=now)
        except ProviderError as error:
            logger.warning("The sweep could not ask %s: %s", listed.name, error)
        except Exception:
            logger.exception("The sweep of %s failed", listed.name)
    return hints


def leave_hint(provider_name: str, ref: str, *, now: dt.datetime, kind: str = "found by the sweep") -> bool:
    """Leave a hint about `ref`, unless one waits already; say whether one was left."""
    # Asked in the order of the index of those that wait, which are few, so that it is used; by provider, SQLite reads all that it ever sent.
    waiting = InboxEvent.objects.filter(object_ref=ref, applied_at__isnull=True).order_by("next_try_at")
    if provider_name in waiting.values_list("provider", flat=True):
        return False
    hint = InboxEvent(
        provider=provider_name,
        event_id=f"sweep:{ref}:{new_id().hex}",
        kind=kind,
        object_ref=ref,
        body=b"",
        received_at=now,
        next_try_at=now,
    )
    store(hint)
    logger.info("%s knows more of %s than we do", provider_name, ref)
    return True


def look_on_return(*, gift: Gift, now: dt.datetime) -> bool:
    """Leave a hint about a gift whose giver is back from the checkout, where the provider takes the payment only when asked; say whether one was left."""
    if gift.state != GiftState.STARTED or not gift.checkout_ref:
        return False
    with suppress(ProviderError):
        if registry.provider(gift.provider).capabilities.looks_on_return:
            return leave_hint(gift.provider, gift.checkout_ref, now=now, kind="the giver is back")
    return False


def _take_back_the_future(*, now: dt.datetime) -> None:
    """Have what waits for a moment that a clock running ahead has set tried now: nothing waits longer than the longest retry."""
    beyond = now + dt.timedelta(seconds=rules.LONGEST_RETRY_SECONDS)
    InboxEvent.objects.filter(applied_at__isnull=True, next_try_at__gt=beyond).update(next_try_at=now)
    Receipt.objects.filter(state=Receipt.State.WAITING, next_try_at__gt=beyond).update(next_try_at=now)


def _sweep_one(provider: Provider, *, now: dt.datetime) -> int:
    hints = 0
    waiting = Gift.objects.filter(provider=provider.name, state__in=[GiftState.STARTED, GiftState.PENDING], created_at__lt=now - QUIET)
    for gift in waiting.select_related("campaign").order_by("created_at")[:MOST_AT_ONCE]:
        hints += _look_at(provider, gift, now=now)
    mark = SweptUntil.objects.filter(provider=provider.name).first()
    known = mark is not None and mark.at <= now  # a mark in the future was set by a clock that ran ahead
    since = max(mark.at - OVERLAP, now - LOOK_BACK) if mark and known else now - LOOK_BACK
    asked = set(provider.changed_since(since))
    for ref in sorted(asked):
        hints += _compare(provider, ref, now=now)
    for ref in _not_in_the_books(provider.name, provider.list_movements(now - LOOK_BACK)) - asked:
        hints += _compare(provider, ref, now=now)
    SweptUntil.objects.update_or_create(provider=provider.name, defaults={"at": now})
    return hints


def _look_at(provider: Provider, gift: Gift, *, now: dt.datetime) -> bool:
    """Leave a hint where the provider knows more of a waiting gift; call off a checkout that nobody paid."""
    ref = gift.provider_ref or gift.checkout_ref
    facts = None
    if ref:
        try:
            facts = provider.fetch(ref)
        except ProviderError:
            return leave_hint(provider.name, ref, now=now)  # applying it says aloud what is wrong
    if isinstance(facts, PaymentFacts):
        return rules.state_of(facts) != gift.state and leave_hint(provider.name, ref, now=now)
    if isinstance(facts, CheckoutFacts) and facts.state is not CheckoutState.OPEN:
        return leave_hint(provider.name, facts.payment_ref or ref, now=now)
    if gift.created_at < now - GIVE_UP and gift.state == GiftState.STARTED:
        Gift.objects.filter(pk=gift.pk, state=GiftState.STARTED).update(state=GiftState.CANCELLED, reason="Not paid within a day.")
        GiftEvent.objects.create(gift=gift, at=now, state=GiftState.CANCELLED, cause="the sweep", reason="Not paid within a day.")
    return False


def _compare(provider: Provider, ref: str, *, now: dt.datetime) -> bool:
    """Leave a hint where the provider knows more of what changed than we do."""
    try:
        facts = provider.fetch(ref)
    except ProviderError:
        return leave_hint(provider.name, ref, now=now)  # applying it says aloud what is wrong
    return _is_behind(provider.name, facts) and leave_hint(provider.name, ref, now=now)


def _is_behind(name: str, facts: Facts) -> bool:
    """Say whether our rows or books lack something of these facts."""
    if isinstance(facts, PaymentFacts):
        gift = Gift.objects.filter(provider=name, provider_ref=facts.ref).exclude(provider_ref="").select_related("campaign").first()
        return gift is None or rules.state_of(facts) != gift.state or bool(missing_drafts(name, facts, gift))
    if isinstance(facts, CheckoutFacts):
        begun = Gift.objects.filter(provider=name, pk=facts.gift_id).first() if facts.gift_id else None
        new = rules.state_after_checkout(facts.state)
        led_on = bool(facts.payment_ref) and begun is not None and not begun.provider_ref
        return begun is None or led_on or (new is not None and begun.state in UNPAID and begun.state != new)
    pledge = Pledge.objects.filter(provider=name, provider_ref=facts.ref).exclude(provider_ref="").first()
    told = (facts.state.value, facts.ended_at, facts.amount, facts.frequency.value, facts.next_at)
    return pledge is None or (pledge.state, pledge.ended_at, pledge.amount, pledge.frequency, pledge.next_at) != told


def _not_in_the_books(name: str, movements: list[Movement]) -> set[str]:
    """Return the payments that moved money by a movement whose transfer is not in the books: the net below the events."""
    names = {
        MovementKind.PAYMENT: "gift",
        MovementKind.REFUND: "refund:{ref}",
        MovementKind.FAILURE: "failure",
        MovementKind.DISPUTE: "dispute:{ref}",
        MovementKind.DISPUTE_WON: "won:{ref}",
    }
    wanted = {f"{name}:{move.payment_ref}:{names[move.kind].format(ref=move.ref)}": move.payment_ref for move in movements if move.kind in names}
    ids = sorted(wanted)
    standing: set[str] = set()
    for start in range(0, len(ids), 500):
        standing |= set(Transfer.objects.filter(id__in=ids[start : start + 500]).values_list("id", flat=True))
    return {wanted[missing] for missing in ids if missing not in standing and wanted[missing]}
