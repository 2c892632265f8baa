"""The signed addresses of giving: the thank-you page, the way back from a checkout, the supporter's pledge."""

import datetime as dt
import uuid

from django.urls import reverse

from masthead.funding.giving.models import Gift, Pledge, Receipt
from masthead.readers import links

THANKS, PLEDGE, CONFIRM, RECEIPT = "giving.thanks", "giving.pledge", "giving.confirm", "giving.receipt"
THANKS_AGE = dt.timedelta(days=90)
CONFIRM_AGE = dt.timedelta(days=1)
RECEIPT_AGE = dt.timedelta(days=800)  # until the taxes of the year after are settled
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


def receipt_path(receipt: Receipt, *, now: dt.datetime) -> str:
    """Return the path of a receipt's page, good for 800 days."""
    return reverse("giving_receipt", args=[links.sign(purpose=RECEIPT, value=receipt.gift_id.hex, now=now)])


def receipt_gift_id_of(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Return the gift whose receipt a token names.

    Raises:
        BadLink: the token is not ours, or too old.
    """
    return uuid.UUID(hex=links.read(purpose=RECEIPT, token=token, max_age=RECEIPT_AGE, now=now))


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


def confirm_path(held_id: uuid.UUID, *, now: dt.datetime) -> str:
    """Return the path where a giver goes on with a gift that waits for their address, good for a day."""
    return reverse("giving_confirm", args=[links.sign(purpose=CONFIRM, value=held_id.hex, now=now)])


def held_id_of(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Return the held gift that a token names.

    Raises:
        BadLink: the token is not ours, or too old.
    """
    return uuid.UUID(hex=links.read(purpose=CONFIRM, token=token, max_age=CONFIRM_AGE, now=now))
