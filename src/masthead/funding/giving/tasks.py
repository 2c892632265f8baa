"""What the worker does for giving, again and again."""

import datetime as dt
import logging
from collections.abc import Callable

from masthead.funding.giving.actions import apply_inbox, send_receipts
from masthead.funding.giving.actions.deliveries import deliver_practice

logger = logging.getLogger(__name__)
TICK_SECONDS = 0.25
SWEEP_SECONDS = 300.0


def tick(now: dt.datetime) -> int:
    """Do everything in giving that is due, and return how many things were done; call it four times a second.

    Practice webhooks are delivered, the inbox applied, receipts sent. A part that fails is logged and does not
    hold up the others. Calling it from several processes is right: each part lets one of them do the work.
    The sweep (`actions.sweep`) is called apart, every five minutes.
    """
    done = _part("deliver the practice webhooks", deliver_practice, now)
    done += _part("apply the inbox", apply_inbox, now)
    return done + _part("send the receipts", send_receipts, now)


def _part(what: str, action: Callable[..., int], now: dt.datetime) -> int:
    try:
        return action(now=now)
    except Exception:
        logger.exception("Giving could not %s", what)
        return 0
