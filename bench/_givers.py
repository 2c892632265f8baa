"""What supporters, banks and providers do before and while it is measured; and what the newsroom should have in the end, by adding up what they did."""

import base64
import json
import random
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench._paper import Paper, control


@dataclass
class World:
    """What was done at the simulated companies, and what it comes to in minor units of one currency. It knows nothing of Masthead's books."""

    paper: Paper
    chance: random.Random
    held: int = 0  # what the newsroom has of all gifts together
    did: Counter[str] = field(default_factory=Counter)
    minor: Counter[str] = field(default_factory=Counter)

    def give(self, *, stripe: int, paypal: int) -> None:
        """Have so many gifts begun through the newsroom and paid at the companies; some are left at the checkout, given back or disputed."""
        begun = self.paper.ask("_begin", "begin", given={"stripe": stripe, "paypal": paypal, "seed": self.chance.random()})
        for gift in begun:
            happens = self.chance.choices(["paid", "left", "part", "whole", "open", "won", "lost"], [80, 2, 6, 4, 3, 3, 2])[0]
            if happens == "left":
                self._did("left", 0)
                continue
            pay = self._pay_stripe if gift["provider"] == "stripe" else self._pay_paypal
            payment = pay(gift["checkout"], captured=happens != "paid")
            self._did("gift", gift["minor"])
            self.held += gift["minor"]
            if happens in {"part", "whole"}:
                self._refund(gift["provider"], payment, gift["minor"] if happens == "whole" else self.chance.randint(1, gift["minor"] - 1))
            elif happens != "paid":
                self._dispute(gift["provider"], payment, gift["minor"], happens)

    def _did(self, what: str, minor: int) -> None:
        self.did[what] += 1
        self.minor[what] += minor

    def _pay_stripe(self, checkout: str, *, captured: bool) -> str:
        control(self.paper.simulator, "stripe/pay", session=checkout)
        return str(self._stripe(f"checkout/sessions/{checkout}")["payment_intent"]) if captured else ""

    def _pay_paypal(self, checkout: str, *, captured: bool) -> str:
        """Approve an order; what is to be taken back later is captured at once, the rest only when the newsroom asks for it."""
        order = checkout.partition("_")[2]
        control(self.paper.simulator, "paypal/approve", token=order)
        if not captured:
            return ""
        made = self._paypal(f"v2/checkout/orders/{order}/capture", {})
        return str(made["purchase_units"][0]["payments"]["captures"][0]["id"])

    def _refund(self, provider: str, payment: str, minor: int) -> None:
        if provider == "stripe":
            self._stripe("refunds", {"payment_intent": payment, "amount": minor})
        else:
            self._paypal(f"v2/payments/captures/{payment}/refund", {"amount": {"value": f"{minor / 100:.2f}", "currency_code": "USD"}})
        self._did("refund", minor)
        self.held -= minor

    def _dispute(self, provider: str, payment: str, minor: int, ends: str) -> None:
        dispute = control(self.paper.simulator, f"{provider}/dispute", payment=payment)["id"]
        self._did("dispute", minor)
        self.held -= minor
        if ends == "open":
            return
        control(self.paper.simulator, f"{provider}/close_dispute", dispute=dispute, won=ends == "won")
        if ends == "won":
            self._did("won", minor)
            self.held += minor

    def events(self) -> set[tuple[str, str]]:
        """Return every event that the companies have told of, or tried to: provider and id."""
        return {(name, event["id"]) for name in ("stripe", "paypal") for event in control(self.paper.simulator, f"{name}/events")}

    def _stripe(self, path: str, form: dict[str, object] | None = None) -> Any:
        body = urlencode(form).encode() if form is not None else None
        return _asked(f"{self.paper.simulator}/v1/{path}", body, {"Authorization": "Bearer sk_test_simulated"})

    def _paypal(self, path: str, body: dict[str, object]) -> Any:
        pair = base64.b64encode(b"simulated:simulated").decode()
        token = _asked(f"{self.paper.simulator}/v1/oauth2/token", b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"})["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Prefer": "return=representation"}
        return _asked(f"{self.paper.simulator}/{path}", json.dumps(body).encode(), headers)


def _asked(url: str, body: bytes | None, headers: dict[str, str]) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=60) as answer:
        return json.load(answer)
