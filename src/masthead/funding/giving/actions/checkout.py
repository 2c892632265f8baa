"""From the form to the checkout: past the guard at once, or by a link in a letter."""

import datetime as dt
import logging
from dataclasses import asdict, dataclass, replace
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import links, queries, words
from masthead.funding.giving.actions.gifts import Began, GiftRefused, start_gift
from masthead.funding.giving.models import Frequency, Gift
from masthead.funding.guard import actions as guard
from masthead.funding.guard import queries as guarded
from masthead.funding.guard.models import HeldGift
from masthead.funding.guard.rules import Verdict
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 20


class ConfirmFirst(MastheadError):
    """The gift is kept until its giver follows the link in a letter."""

    def __init__(self, held: HeldGift) -> None:
        self.held = held
        super().__init__("The gift waits for its address to be confirmed.")


class UsedAlready(GiftRefused):
    """The link of a held gift was followed before, or is too old."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A gift as a valid form asks for it, in values that can be kept as JSON."""

    campaign: str  # its slug
    minor: int
    currency: str
    frequency: str
    email: str
    public_name: str = ""
    show_name: bool = False
    show_amount: bool = False
    cover_minor: int = 0  # of `minor`, added for the provider's fee
    dedication: str = ""
    page_path: str = ""
    again: bool = False
    provider: str = ""  # empty: the first that is on

    @property
    def amount(self) -> Money:
        """What is to be given."""
        return Money(self.minor, self.currency)

    def in_words(self) -> str:
        """Return the amount and how often, as people read it."""
        return words.with_frequency(self.amount, self.frequency)


def asked_of(held: HeldGift) -> Asked:
    """Return what a held gift asks for."""
    return Asked(**held.asked)


def begin_checkout(*, asked: Asked, place: str, base_url: str, now: dt.datetime) -> Began:
    """Begin a gift from `place` (a network, `kernel.places`) and open its checkout, where the guard lets it.

    Raises:
        ConfirmFirst: it is kept, and a letter with a link is on its way to the giver.
        WaitFirst: too much was begun from there, or with this address.
        GiftRefused, GiveAgain, AmountRefused, ProviderError: as `start_gift` says.
    """
    if guard.admit(place=place, email=asked.email, now=now) is Verdict.CONFIRM:
        raise ConfirmFirst(guard.hold(email=asked.email, place=place, asked=asdict(asked), now=now))
    return _start(asked, place=place, base_url=base_url, now=now)


def confirm_checkout(*, held: HeldGift, base_url: str, now: dt.datetime, again: bool = False) -> Began:
    """Begin a held gift whose giver followed the link: the address is proved. The link works once; pressed again, it leads to the same checkout.

    `again` says that a second gift like the one that settled a moment ago is meant.

    Raises:
        UsedAlready: it was used, and its gift is not at the checkout any more; or it is a day old.
        WaitFirst, GiftRefused, GiveAgain, ProviderError: as `begin_checkout`; the link then goes on working.
    """
    if not guard.claim(held=held, now=now):
        gift = Gift.objects.filter(pk=held.gift_id).first() if held.gift_id else None
        if gift and gift.checkout_url and queries.is_open(gift):
            return Began(gift=gift, checkout_url=gift.checkout_url, resumed=True)
        raise UsedAlready(_("This link was used already, or is more than a day old. Nothing was taken by it now."))
    try:
        guard.admit(place=held.place, email=held.email, now=now, confirmed=True)
        asked = asked_of(held)
        began = _start(replace(asked, again=asked.again or again), place=held.place, base_url=base_url, now=now)
    except Exception:
        guard.release(held=held)
        raise
    HeldGift.objects.filter(pk=held.pk).update(gift_id=began.gift.pk)
    return began


def send_confirmations(*, now: dt.datetime) -> int:
    """Send the letters of held gifts whose time has come and return how many left. One that the mail server refused is tried again."""
    return sum(_send_one(held, now=now) for held in guarded.waiting_letters(now=now, limit=MOST_AT_ONCE))


def _start(asked: Asked, *, place: str, base_url: str, now: dt.datetime) -> Began:
    began = start_gift(
        campaign=_campaign(asked.campaign),
        amount=asked.amount,
        frequency=Frequency(asked.frequency),
        email=asked.email,
        public_name=asked.public_name,
        show_name=asked.show_name,
        show_amount=asked.show_amount,
        cover=Money(asked.cover_minor, asked.currency),
        dedication=asked.dedication,
        page_path=asked.page_path,
        again=asked.again,
        provider_name=asked.provider,
        base_url=base_url,
        now=now,
    )
    guard.note_start(gift_id=began.gift.pk, place=place, now=now)
    return began


def _campaign(slug: str) -> Campaign:
    found = queries.campaign_called(slug)
    if found is None:
        raise GiftRefused(_("There is no such campaign any more: choose another one."))
    return found


def _send_one(held: HeldGift, *, now: dt.datetime) -> bool:
    # Claimed before it is handed over, so that two processes never send it twice.
    claimed = HeldGift.objects.filter(pk=held.pk, sent_at__isnull=True, attempts=held.attempts).update(sent_at=now, attempts=held.attempts + 1)
    if not claimed:
        return False
    try:
        letter_of(held, now=now).send()
    except Exception:
        HeldGift.objects.filter(pk=held.pk).update(sent_at=None, next_try_at=now + guard.LETTER_WAIT)
        logger.exception("The letter of a held gift was not sent; it is tried again in %s", guard.LETTER_WAIT)
        return False
    return True


def letter_of(held: HeldGift, *, now: dt.datetime) -> EmailMessage:
    """Return the letter with the link that leads a held gift on to its checkout."""
    asked = asked_of(held)
    campaign = queries.campaign_called(asked.campaign)
    context: dict[str, Any] = {
        "newsroom": settings.ENV.name,
        "address": settings.ENV.address,
        "amount_in_words": asked.in_words(),
        "campaign": campaign.name if campaign else asked.campaign,
        "link": settings.ENV.address + links.confirm_path(held.pk, now=now),
    }
    return EmailMessage(
        subject=" ".join((_("Go on with your gift to %(newsroom)s") % {"newsroom": settings.ENV.name}).split()),
        body=render_to_string("giving/letters/confirm.txt", context),
        from_email=formataddr((" ".join(settings.ENV.name.split()), settings.DEFAULT_FROM_EMAIL)),
        to=[held.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
