"""What the scheduler does for giving, again and again."""

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from masthead.funding.giving.actions import apply_inbox, send_confirmations, send_receipts
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.actions.inbox import MOST_AT_ONCE
from masthead.funding.giving.actions.notices import forget_addresses, send_notices
from masthead.funding.giving.actions.reminders import send_reminders
from masthead.funding.giving.managing.entering import forget_visits, send_links
from masthead.funding.giving.managing.erasing import forget_kept
from masthead.funding.giving.models import InboxEvent, Receipt
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError

logger = logging.getLogger(__name__)
TICK_SECONDS = 0.25
LETTER_SECONDS = 0.5
SWEEP_SECONDS = 300.0
MOST_ROUNDS = 10
RUSH = 20  # webhooks in a second
RUSH_TIME = dt.timedelta(seconds=1)
PATIENCE = dt.timedelta(seconds=60)  # of a receipt, while webhooks come in without a break
RECEIPTS_IN_A_RUSH = 2


def take_in(now: dt.datetime) -> int:
    """Deliver the practice webhooks, apply the inbox but for what far providers reported, and return how many things were done; call it four times a second.

    It waits for no other machine: what a mail server or a payment company does, or does not, holds up no gift on its way to
    the meter. The sweep (`actions.sweep`) is called apart, every five minutes.
    """
    return _part("deliver the practice webhooks", deliver_practice, now) + _part("apply the inbox", partial(apply_all, besides=far()), now)


def take_in_of(provider: str, now: dt.datetime) -> int:
    """Apply what one far provider reported, and return how many webhooks were applied; call it four times a second, in a thread of its own."""
    return _part(f"apply what {provider} reported", partial(apply_all, provider=provider), now)


def far() -> tuple[str, ...]:
    """Return the providers that are on and are asked over the network: an answer of theirs may take its time."""
    try:
        return tuple(listed.name for listed in registry.enabled() if listed.far)
    except ProviderError:  # practice beside real money: nothing is taken, and each webhook says why
        return ()


def send_letters(now: dt.datetime) -> int:
    """Send the letters that are due, and return how many left; call it twice a second, beside `take_in` and never before it.

    Those that somebody waits for before a screen go first: of held gifts, and links to supporters' pages. Receipts, which webhooks make many
    of and which cost most, wait while webhooks do. Calling it from several processes is right: each letter is claimed before it is sent.
    """
    done = _part("send the letters of held gifts", send_confirmations, now)
    done += _part("send the links to supporters' pages", send_links, now)
    done += _part("send the notices", send_notices, now)
    done += _part("send the reminders", send_reminders, now)
    return done + _part("send the receipts", _send_receipts, now)


def is_rush(*, now: dt.datetime) -> bool:
    """Say whether webhooks wait to be applied, or came in fast within the last second."""
    if InboxEvent.objects.filter(applied_at__isnull=True, next_try_at__lte=now).exists():
        return True
    latest = InboxEvent.objects.order_by("-pk").values_list("received_at", flat=True)[RUSH - 1 : RUSH]
    return any(at > now - RUSH_TIME for at in latest)


def _send_receipts(*, now: dt.datetime) -> int:
    """Send receipts where there is no rush; in a rush none, or a few where one has waited for a minute."""
    if not is_rush(now=now):
        return send_receipts(now=now)
    late = Receipt.objects.filter(state=Receipt.State.WAITING, next_try_at__lte=now - PATIENCE).exists()
    return send_receipts(now=now, most=RECEIPTS_IN_A_RUSH) if late else 0


def apply_all(now: dt.datetime, **which: Any) -> int:
    """Apply the inbox until nothing in it is due, at most some thousand webhooks, and return how many were applied; `which` as `apply_inbox` takes it."""
    done = 0
    for _ in range(MOST_ROUNDS):
        applied = apply_inbox(now=now, **which)
        done += applied
        if applied < MOST_AT_ONCE:
            break
    return done


def forget(now: dt.datetime) -> int:
    """Delete what need not be kept: visits of the days before yesterday, names whose time is over, addresses of the forgotten; call it once a day."""
    return forget_visits(now=now) + forget_kept(now=now) + forget_addresses(now=now)


def _part(what: str, action: Callable[..., int], now: dt.datetime) -> int:
    try:
        return action(now=now)
    except Exception:
        logger.exception("Giving could not %s", what)
        return 0
