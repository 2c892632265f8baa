"""What readers who give do in a browser, and the simulated providers that they give through."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core import mail

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.actions.deliveries import answer
from masthead.funding.giving.managing.entering import send_links
from masthead.kernel import clock
from simulator import Simulator
from tests.funding.providers.paypal_world import WEBHOOK_ID
from tests.funding.providers.stripe_world import SECRET


@contextmanager
def simulated_stripe(settings: Any) -> Iterator[Simulator]:
    """Point the newsroom at a simulated Stripe, which sends webhooks when `the_world_turns`."""
    with Simulator(busy=False) as sim:
        sim.stripe.add_endpoint("http://news.example/webhooks/stripe/", secrets=[SECRET])
        _listen(sim, "stripe")
        words = {"stripe_secret_key": f"sk_test_{uuid.uuid4().hex}", "stripe_webhook_secrets": SECRET, "stripe_api": sim.url, "practice": False}
        settings.ENV = settings.ENV.model_copy(update=words)
        yield sim


@contextmanager
def simulated_paypal(settings: Any, folder: Path) -> Iterator[Simulator]:
    """Point the newsroom at a simulated PayPal, with practice beside it, so that a way to pay is chosen; its authority's certificate is kept in `folder`."""
    with Simulator(busy=False) as sim:
        root = folder / "root.pem"
        root.write_bytes(sim.paypal.root)
        sim.paypal.add_endpoint("http://news.example/webhooks/paypal/", webhook_id=WEBHOOK_ID)
        _listen(sim, "paypal")
        keys = {"paypal_client_id": f"client-{uuid.uuid4().hex}", "paypal_secret": "secret", "paypal_webhook_id": WEBHOOK_ID}
        settings.ENV = settings.ENV.model_copy(update=keys | {"paypal_api": sim.url, "paypal_test_root": str(root), "practice": True})
        yield sim


def _listen(sim: Simulator, provider: str) -> None:
    sim.webhooks.door = lambda headers, body: answer(provider=provider, headers=headers, body=body, now=clock.now())[0]


def the_world_turns(sim: Simulator) -> None:
    """Have every webhook be sent and applied, and those that this leads to."""
    while sim.deliver() + apply_inbox(now=clock.now()):
        pass


def ask_to_give(page: Any, newsroom: Any, *, frequency: str, amount: int, email: str, way: str = "") -> None:
    """Fill the contribute form and press its button; `way` is a provider's name, where there is a choice."""
    page.goto(newsroom.url("contribute"))
    page.check(f"#frequency-{frequency}")
    page.check(f"#amount-{frequency}-{amount}")
    page.fill("#email", email)
    if way:
        page.check(f"#way-{way}")
    page.click(".give__button")


def is_thanked(page: Any, sim: Simulator) -> None:
    """Come back from the checkout, have the world turn, and read the thanks."""
    page.wait_for_url("**/contribute/thanks/**")
    the_world_turns(sim)
    page.goto(page.url.partition("?")[0])
    assert "Thank you" in page.inner_text("h1")


def open_own_page(page: Any, newsroom: Any, *, email: str) -> None:
    """Ask for the link to one's own gifts, follow it out of the letter, and open the page."""
    page.goto(f"{newsroom.root}/giving/")
    page.fill("#email", email)
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("status").wait_for()
    send_links(now=clock.now())
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [email])
    page.goto(re.search(r"\S+/giving/enter/\S+", letter.body)[0])
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/giving/yours/")
