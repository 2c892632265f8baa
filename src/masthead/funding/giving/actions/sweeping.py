"""The sweep: what webhooks missed. It only leaves hints in the inbox, so that everything is applied in one way."""

import datetime as dt
import logging
from collections.abc import Mapping
from contextlib import suppress

from masthead.funding.giving import rules
from masthead.funding.giving.actions.applying import missing_drafts
from masthead.funding.giving.actions.asking import at_once
from masthead.funding.giving.actions.inbox import store
from masthead.funding.giving.models import Gift, GiftEvent, GiftState, InboxEvent, Pledge, Receipt
from masthead.funding.giving.reconciling.models import Reconciliation, SweptUntil
from masthead.funding.giving.reconciling.rules import NAMES
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.base import (
    CheckoutFacts,
    CheckoutState,
    Facts,
    Movement,
    PaymentFacts,
    Provider,
    ProviderError,
    ProviderUnreachable,
)
from masthead.kernel.ids import new_id

logger = logging.getLogger(__name__)
QUIET = dt.timedelta(minutes=1)  # a webhook is usually faster than this
GIVE_UP = dt.timedelta(days=1)  # a checkout nobody paid for a day is over
LOOK_BACK = dt.timedelta(days=7)  # providers repeat a webhook for three days
OVERLAP = dt.timedelta(minutes=15)  # two clocks that differ, and a provider that lists a change late
EVENTS_MARGIN = dt.timedelta(days=2)  # before a provider's events are gone
MOST_AT_ONCE, SOME = 200, 40
UNPAID = {GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED}


def sweep(*, now: dt.datetime) -> int:
    """Ask the providers about gifts that have waited too long, what changed since the last sweep, and each movement since then or of seven days.

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
    waiting = Gift.objects.filter(provider=provider.name, state__in=[GiftState.STARTED, GiftState.PENDING], created_at__lt=now - QUIET)
    gifts = list(waiting.select_related("campaign").order_by("created_at")[:MOST_AT_ONCE])
    said = _ask(provider, [ref for gift in gifts if (ref := gift.provider_ref or gift.checkout_ref)])
    hints = sum(_look_at(provider, gift, said, now=now) for gift in gifts)
    since = _since(provider.name, now=now)
    asked = set(provider.changed_since(since)) | _told_by_no_event(provider, since, now=now)
    asked |= _not_in_the_books(provider.name, provider.list_movements(min(since, now - LOOK_BACK)))
    for ref, facts in _ask(provider, sorted(asked)).items():
        # Where it could not be said, applying it says aloud what is wrong.
        if isinstance(facts, Exception) or _is_behind(provider.name, facts):
            hints += leave_hint(provider.name, ref, now=now)
    SweptUntil.objects.update_or_create(provider=provider.name, defaults={"at": now})
    return hints


def _since(name: str, *, now: dt.datetime) -> dt.datetime:
    """Return from when on to ask: the last sweep that succeeded, however long ago; before the first, a day before the provider's first gift.

    A mark in the future was set by a clock that ran ahead, and nobody knows for how long: the last reconciliation before that is the better witness.
    """
    mark = SweptUntil.objects.filter(provider=name).first()
    if mark and mark.at <= now:
        return mark.at - OVERLAP
    run = Reconciliation.objects.filter(provider=name, error="", began_at__lte=now).first() if mark else None
    if run:
        return run.began_at - LOOK_BACK
    first = Gift.objects.filter(provider=name).order_by("created_at").first()
    return min(now, first.created_at) - dt.timedelta(days=1) if first else now - LOOK_BACK


def _told_by_no_event(provider: Provider, since: dt.datetime, *, now: dt.datetime) -> set[str]:
    """Return what may have changed in a time of which the provider keeps no events any more: each pledge that ran when we last looked.

    What moved money in that time is among its movements; of a pledge that failed, paused or ended nothing else tells.
    """
    kept = provider.capabilities.events_kept
    if kept is None or since > now - kept + EVENTS_MARGIN:
        return set()
    running = Pledge.objects.filter(provider=provider.name).exclude(state__in=[Pledge.State.STARTED, Pledge.State.ENDED]).exclude(provider_ref="")
    return set(running.values_list("provider_ref", flat=True))


def _ask(provider: Provider, refs: list[str]) -> dict[str, Facts | Exception]:
    """Fetch each of `refs`, some at a time; what could not be said is returned in its place.

    Raises:
        ProviderUnreachable: none of some was answered, so the rest is left for the next sweep.
    """
    found: dict[str, Facts | Exception] = {}
    for start in range(0, len(refs), SOME):
        said = at_once(provider, refs[start : start + SOME], who="the sweep")
        away = [error for error in said.values() if isinstance(error, ProviderUnreachable)]
        if len(away) == len(said) > 1:
            raise away[0]
        found |= said
    return found


def _look_at(provider: Provider, gift: Gift, said: Mapping[str, Facts | Exception], *, now: dt.datetime) -> bool:
    """Leave a hint where the provider knows more of a waiting gift; call off a checkout that nobody paid."""
    ref = gift.provider_ref or gift.checkout_ref
    facts = said.get(ref)
    if isinstance(facts, Exception):
        return leave_hint(provider.name, ref, now=now)  # applying it says aloud what is wrong
    if isinstance(facts, PaymentFacts):
        return rules.state_of(facts) != gift.state and leave_hint(provider.name, ref, now=now)
    if isinstance(facts, CheckoutFacts) and facts.state is not CheckoutState.OPEN:
        return leave_hint(provider.name, facts.payment_ref or ref, now=now)
    if gift.created_at < now - GIVE_UP and gift.state == GiftState.STARTED:
        Gift.objects.filter(pk=gift.pk, state=GiftState.STARTED).update(state=GiftState.CANCELLED, reason="Not paid within a day.")
        GiftEvent.objects.create(gift=gift, at=now, state=GiftState.CANCELLED, cause="the sweep", reason="Not paid within a day.")
    return False


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
    wanted = {f"{name}:{move.payment_ref}:{NAMES[move.kind].format(ref=move.ref)}": move.payment_ref for move in movements if move.kind in NAMES}
    ids = sorted(wanted)
    standing: set[str] = set()
    for start in range(0, len(ids), 500):
        standing |= set(Transfer.objects.filter(id__in=ids[start : start + 500]).values_list("id", flat=True))
    return {wanted[missing] for missing in ids if missing not in standing and wanted[missing]}
