"""What people and providers do in these tests, in one word each."""

import datetime as dt
import json
from typing import Any

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import reading
from masthead.funding.giving.actions import Began, Received, apply_inbox, receive_webhook, start_gift
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.models import Frequency, Gift
from masthead.funding.giving.tasks import send_letters, take_in
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.verify import verify
from masthead.funding.providers.practice import client
from masthead.funding.providers.signatures import sign
from masthead.kernel.money import Money
from tests.make.funding import NOW

HOST = "http://testserver"


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def begin(
    campaign: Campaign,
    minor: int = 2500,
    *,
    frequency: Frequency = Frequency.ONCE,
    email: str = "ada@example.org",
    now: dt.datetime = NOW,
    currency: str = "",
    **words: Any,
) -> Began:
    return start_gift(campaign=campaign, amount=Money(minor, currency or campaign.currency), frequency=frequency, email=email, base_url=HOST, now=now, **words)


def pay(began: Began, *, now: dt.datetime = NOW, **how: Any) -> str:
    return client.books().pay(began.gift.checkout_ref, now=now, **how)


def deliver_and_apply(now: dt.datetime = NOW) -> int:
    deliver_practice(now=now)
    return apply_inbox(now=now)


def given(campaign: Campaign, minor: int = 2500, *, now: dt.datetime = NOW, **words: Any) -> Gift:
    """Return a gift that was begun, paid and counted."""
    began = begin(campaign, minor, now=now, **words)
    pay(began, now=now)
    deliver_and_apply(now)
    return fresh(began.gift)


def fresh(gift: Gift) -> Gift:
    return Gift.objects.get(pk=gift.pk)


def raised(campaign: Campaign, now: dt.datetime = NOW) -> int:
    return reading(campaign=campaign, now=now).raised.minor


def booked() -> list[tuple[str, int]]:
    """Return kind and amount of every transfer, in the order of the books."""
    return [(row.kind, row.amount_minor) for row in Transfer.objects.order_by("seq")]


def books_are_right() -> bool:
    return verify().sound


def tick(now: dt.datetime = NOW) -> None:
    """Do what the scheduler does for giving, once, letters last."""
    take_in(now)
    send_letters(now)


def body_of(ref: str, *, event_id: str = "evt_1", kind: str = "payment.settled") -> bytes:
    """Return a webhook of the practice provider that names an object of it."""
    return json.dumps({"id": event_id, "type": kind, "object": ref, "created": 0}).encode()


def receive(body: bytes, *, now: dt.datetime = NOW, signed_at: dt.datetime = NOW, secret: str | None = None, provider: str = "practice") -> Received:
    """Have a webhook knock at the door, signed rightly unless told otherwise."""
    header = sign(body=body, secret=secret or client.webhook_secret(), now=signed_at)
    return receive_webhook(provider=provider, headers={client.SIGNATURE_HEADER: header, "Cookie": "secret"}, body=body, now=now)
