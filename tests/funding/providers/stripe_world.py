"""What supporters, banks and Stripe do in these tests: the real client against the simulator beside it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from masthead.funding.giving.actions.deliveries import answer
from masthead.funding.providers.base import Frequency, Started, StartRequest
from masthead.funding.providers.stripe.provider import StripeProvider
from masthead.kernel.money import Money
from simulator import Simulator
from tests.make.funding import NOW

SECRET = "whsec_simulated"
GOOD_IBAN, BAD_IBAN = "AT611904300234573201", "AT861904300235473202"
ASKS, DECLINED, LATER_DECLINED = "4000002500003155", "4000000000000002", "4000000000000341"


@contextmanager
def simulated(settings: Any, folder: Path, *, now: dt.datetime = NOW, live: bool = False) -> Iterator[Simulator]:
    """Point the newsroom of a test at a simulated Stripe whose clock stands."""
    with Simulator(now=now) as sim:
        mode = "live" if live else "test"
        words = {"stripe_secret_key": f"sk_{mode}_{uuid.uuid4().hex}", "stripe_webhook_secrets": SECRET, "stripe_api": sim.url, "practice": False}
        settings.ENV = settings.ENV.model_copy(update={"data": folder} | words)
        sim.stripe.add_endpoint("http://news.example/webhooks/stripe/", secrets=[SECRET], live=live)
        sim.webhooks.door = lambda headers, body: answer(provider="stripe", headers=headers, body=body, now=sim.clock.now())[0]
        yield sim


def request(
    minor: int = 2500, currency: str = "USD", *, frequency: Frequency = Frequency.ONCE, gift_id: uuid.UUID | None = None, back: str = "x"
) -> StartRequest:
    return StartRequest(
        gift_id=gift_id or uuid.uuid4(),
        amount=Money(minor, currency),
        frequency=frequency,
        purpose="Keep it going",
        email="ada@example.org",
        return_url=f"http://news.example/contribute/thanks/{back}/",
        cancel_url="http://news.example/contribute/cancelled/x/",
    )


def start(sim: Simulator, *words: Any, **named: Any) -> Started:
    return StripeProvider().start(request(*words, **named), now=sim.clock.now())


def paid(sim: Simulator, *words: Any, card: dict[str, Any] | None = None, **named: Any) -> tuple[str, str]:
    """Return the payment and the pledge (or nothing) of a checkout that was begun and paid."""
    ref = start(sim, *words, **named).checkout_ref
    sim.stripe.pay(ref, **(card or {}))
    facts: Any = StripeProvider().fetch(ref)
    return facts.payment_ref, facts.pledge_ref
