"""The signed addresses of giving: the thank-you page, the way back from a checkout, the supporter's pledge."""

import datetime as dt
import uuid

from django.urls import reverse

from masthead.funding.giving.models import Gift, Pledge
from masthead.readers import links

THANKS, PLEDGE = "giving.thanks", "giving.pledge"
THANKS_AGE = dt.timedelta(days=90)
PLEDGE_AGE = dt.timedelta(days=400)  # a receipt from last year still ends a pledge


def thanks_path(gift: Gift, *, now: dt.datetime) -> str:
    """Return the path of a gift's thank-you page, good for 90 days."""
    return reverse("giving_thanks", args=[links.sign(purpose=THANKS, value=gift.pk.hex, now=now)])


def cancelled_path(gift: Gift, *, now: dt.datetime) -> str:
    """Return the path that a giver comes back to without having paid, good for 90 days."""
    return reverse("giving_cancelled", args=[links.sign(purpose=THANKS, value=gift.pk.hex, now=now)])


def pledge_path(pledge: Pledge, *, now: dt.datetime) -> str:
    """Return the path where a supporter sees and ends their pledge, good for 400 days."""
    return reverse("giving_pledge", args=[links.sign(purpose=PLEDGE, value=pledge.pk.hex, now=now)])


def gift_id_of(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Return the gift that a thank-you token names.

    Raises:
        BadLink: the token is not ours, or too old.
    """
    return uuid.UUID(hex=links.read(purpose=THANKS, token=token, max_age=THANKS_AGE, now=now))


def pledge_id_of(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Return the pledge that a token names.

    Raises:
        BadLink: the token is not ours, or too old.
    """
    return uuid.UUID(hex=links.read(purpose=PLEDGE, token=token, max_age=PLEDGE_AGE, now=now))
