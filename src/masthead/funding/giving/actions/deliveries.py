"""The practice system's webhooks, handed to the same door that the HTTP view opens."""

import datetime as dt
from collections.abc import Mapping

from masthead.funding.giving.actions.inbox import TooLarge, receive_webhook
from masthead.funding.providers import registry
from masthead.funding.providers.base import BadSignature
from masthead.funding.providers.practice import client
from masthead.funding.providers.registry import UnknownProvider

OK, BAD_REQUEST, NOT_FOUND, TOO_LARGE = 200, 400, 404, 413


def answer(*, provider: str, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> tuple[int, str]:
    """Take a webhook and return the HTTP status and sentence that its sender gets. 200 means stored, now or before."""
    try:
        return OK, receive_webhook(provider=provider, headers=headers, body=body, now=now).value
    except BadSignature as refusal:
        return BAD_REQUEST, str(refusal)
    except TooLarge as refusal:
        return TOO_LARGE, str(refusal)
    except UnknownProvider as refusal:
        return NOT_FOUND, str(refusal)


def deliver_practice(*, now: dt.datetime) -> int:
    """Send the practice webhooks whose time has come, and return how many; none where practice is off."""
    if "practice" not in {listed.name for listed in registry.enabled()}:
        return 0

    def door(headers: Mapping[str, str], body: bytes) -> int:
        return answer(provider="practice", headers=headers, body=body, now=now)[0]

    return client.deliver_due(door=door, now=now)
