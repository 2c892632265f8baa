"""What supporters, banks and PayPal do in these tests: the real client against the simulator beside it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.actions.deliveries import answer
from masthead.funding.providers.base import Frequency, Started, StartRequest
from masthead.funding.providers.paypal.provider import PayPalProvider
from masthead.kernel import clock
from masthead.kernel.money import Money
from simulator import Simulator
from tests.make.funding import NOW

WEBHOOK_ID = "WEBHOOK1"


@contextmanager
def simulated(settings: Any, monkeypatch: Any, folder: Path, *, now: dt.datetime | None = NOW) -> Iterator[Simulator]:
    """Point the newsroom of a test at a simulated PayPal, and its clock at PayPal's, which stands."""
    with Simulator(now=now) as sim:
        root = folder / "paypal-root.pem"
        root.write_bytes(sim.paypal.root)
        keys = {"paypal_client_id": f"client-{uuid.uuid4().hex}", "paypal_secret": "secret", "paypal_webhook_id": WEBHOOK_ID}
        words = keys | {"paypal_api": sim.url, "paypal_test_root": root.name, "practice": False, "data": folder}
        settings.ENV = settings.ENV.model_copy(update=words)
        monkeypatch.setattr(clock, "now", sim.clock.now)
        sim.paypal.add_endpoint("http://news.example/webhooks/paypal/", webhook_id=WEBHOOK_ID)
        sim.webhooks.door = lambda headers, body: answer(provider="paypal", headers=headers, body=body, now=sim.clock.now())[0]
        yield sim


def request(minor: int = 2500, currency: str = "USD", *, frequency: Frequency = Frequency.ONCE, gift_id: uuid.UUID | None = None) -> StartRequest:
    return StartRequest(
        gift_id=gift_id or uuid.uuid4(),
        amount=Money(minor, currency),
        frequency=frequency,
        purpose="Keep it going",
        email="ada@example.org",
        return_url="http://news.example/contribute/thanks/x/",
        cancel_url="http://news.example/contribute/cancelled/x/",
    )


def start(sim: Simulator, *words: Any, **named: Any) -> Started:
    return PayPalProvider().start(request(*words, **named), now=sim.clock.now())


def approve(sim: Simulator, checkout_ref: str, **how: Any) -> str:
    return sim.paypal.approve(checkout_ref.partition("_")[2], **how)


def paid(sim: Simulator, *words: Any, funding: str = "balance", **named: Any) -> tuple[str, str]:
    """Return the payment and the pledge (or nothing) of a checkout that was begun and approved."""
    ref = start(sim, *words, **named).checkout_ref
    approve(sim, ref, funding=funding)
    facts: Any = PayPalProvider().fetch(ref)
    return facts.payment_ref, facts.pledge_ref


def deliver_and_apply(sim: Simulator) -> None:
    """Send every webhook that is due, and those that applying them leads to."""
    for _ in range(4):
        sim.deliver()
        apply_inbox(now=sim.clock.now())
