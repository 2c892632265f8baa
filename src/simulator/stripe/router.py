"""Stripe as one piece: its API, its pages, and what a tester can have happen there."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.clock import Clock
from simulator.http import Answer, Request
from simulator.store import Obj, Store, shown
from simulator.stripe.api import Api
from simulator.stripe.billing import Billing
from simulator.stripe.checkout import Checkout
from simulator.stripe.money import Balance
from simulator.stripe.pages import Pages
from simulator.stripe.payments import Payments
from simulator.stripe.world import Habits, World
from simulator.webhooks import Webhooks


class Stripe:
    """One simulated Stripe account. What supporters, banks and Stripe itself do has a method each."""

    name = "stripe"

    def __init__(self, *, clock: Clock, store: Store, webhooks: Webhooks) -> None:
        self.world = World(clock=clock, store=store, webhooks=webhooks)
        self.balance = Balance(self.world)
        self.payments = Payments(self.world, self.balance)
        self.billing = Billing(self.world, self.payments)
        self.checkout = Checkout(self.world, self.payments, self.billing)
        self._api = Api(self.world, self.payments, self.billing, self.checkout)
        self._pages = Pages(self.world, self.checkout)

    @property
    def habits(self) -> Habits:
        """Fees, rates and waits of the account; they may be changed at any time."""
        return self.world.habits

    def owns(self, path: str) -> bool:
        """Say whether a path is Stripe's: the API, the checkout, the portal, invoices."""
        return path.startswith(("/v1/", "/c/", "/p/", "/i/"))

    def answer(self, request: Request) -> Answer:
        """Answer a call of the API or a page."""
        return self._api.answer(request) if request.path.startswith("/v1/") else self._pages.answer(request)

    # --- what testers do ------------------------------------------------------------------------

    def add_endpoint(self, url: str, *, secrets: list[str], live: bool = False, events: list[str] | None = None) -> Obj:
        """Have events of one mode sent to `url`, signed with each of `secrets`."""
        return self.world.new("webhook_endpoint", "we", live=live, url=url, enabled_events=events or ["*"], status="enabled", metadata={}, _secrets=secrets)

    def session(self, ref: str) -> Obj:
        """Return a checkout session, inner parts and all."""
        return self.world.get("checkout.session", ref)

    def pay(self, session_ref: str, *, number: str = "4242424242424242", iban: str = "", email: str = "ada@example.org", confirmed: bool = False) -> str:
        """Pay a checkout session as its page would; return where the supporter goes next."""
        return self.checkout.pay(self.session(session_ref), number=number, iban=iban, email=email, confirmed=confirmed)

    def confirm(self, session_ref: str, *, number: str, yes: bool) -> str:
        """Answer the bank's question at a checkout session as its page would; return where the supporter goes next."""
        return self.checkout.confirm(self.session(session_ref), number=number, yes=yes)

    def charge_of(self, payment_ref: str) -> Obj:
        """Return the newest charge of a payment."""
        return self.world.get("charge", self.world.get("payment_intent", payment_ref)["latest_charge"])

    def dispute(self, payment_ref: str, *, amount: int = 0) -> Obj:
        """Have the supporter's bank hold back `amount`, or all that is left."""
        return self.payments.dispute(self.charge_of(payment_ref), amount=amount)

    def close_dispute(self, ref: str, *, won: bool) -> Obj:
        """Decide a dispute."""
        return self.payments.close_dispute(self.world.get("dispute", ref), won=won)

    def fail_late(self, payment_ref: str) -> None:
        """Have the bank take a settled payment back."""
        self.payments.fail_late(self.charge_of(payment_ref))

    def fail_refund(self, refund_ref: str, *, reason: str = "expired_or_canceled_card") -> Obj:
        """Have a refund come back from the supporter's bank."""
        return self.payments.fail_refund(self.world.get("refund", refund_ref), reason=reason)

    def fail_payout(self, payout_ref: str, *, code: str = "account_closed") -> Obj:
        """Have a payout come back from the newsroom's bank."""
        return self.balance.fail_payout(self.world.get("payout", payout_ref), code=code)

    def set_card(self, subscription_ref: str, *, number: str) -> Obj:
        """Have a supporter put another card in the place of the one that is kept."""
        return self.billing.set_card(self.world.get("subscription", subscription_ref), number=number)

    def account_fee(self, amount: int, currency: str, words: str = "Billing usage fee", *, live: bool = False) -> Obj:
        """Have Stripe take a fee that belongs to no payment."""
        source = {"id": None, "livemode": live}
        return self.balance.book("stripe_fee", source, amount=-amount, currency=currency, words=words)

    def letter(self, event: Obj, *, secrets: list[str], at: dt.datetime | None = None) -> tuple[dict[str, str], bytes]:
        """Return an event as a webhook, signed with any secrets at any time: forged, stale and future ones too."""
        return self.world.letter(event, secrets=secrets, at=at)

    def events(self, *, live: bool = False, kind: str = "") -> list[Obj]:
        """Return the events of a mode, oldest first."""
        return [event for event in self.world.events(live=live) if not kind or event["type"] == kind]

    def control(self, action: str, words: dict[str, Any]) -> Any:
        """Do what is asked through /_control/stripe/<action>."""
        if action == "habits":
            for key, value in words.items():
                if not hasattr(self.habits, key):
                    raise ValueError(f"Stripe has no habit called {key!r}.")
                setattr(self.habits, key, {name: Decimal(str(rate)) for name, rate in value.items()} if key == "rates" else value)
            return {"settle_in": self.habits.settle_in, "sepa_days": self.habits.sepa_days}
        if action == "fail_late":
            self.fail_late(words["payment"])
            return {"done": True}
        actions: dict[str, Callable[[], Any]] = {
            "pay": lambda: {"next": self.pay(words.pop("session"), **words)},
            "endpoint": lambda: self.add_endpoint(words.pop("url"), **words),
            "dispute": lambda: self.dispute(words.pop("payment"), **words),
            "close_dispute": lambda: self.close_dispute(words.pop("dispute"), **words),
            "fail_refund": lambda: self.fail_refund(words.pop("refund"), **words),
            "fail_payout": lambda: self.fail_payout(words.pop("payout"), **words),
            "set_card": lambda: self.set_card(words.pop("subscription"), **words),
            "account_fee": lambda: self.account_fee(**words),
            "pay_out": self.balance.pay_out,
            "events": lambda: self.events(**words),
        }
        if action not in actions:
            raise ValueError(f"Stripe has no control called {action!r}: {', '.join(sorted([*actions, 'fail_late', 'habits']))}.")
        return shown(actions[action]())
