"""PayPal as one piece: its API, its pages, and what a tester can have happen there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.clock import Clock
from simulator.http import Answer, Request
from simulator.paypal.api import Api
from simulator.paypal.billing import Billing
from simulator.paypal.disputes import Disputes
from simulator.paypal.orders import Orders
from simulator.paypal.pages import Pages
from simulator.paypal.world import Habits, World
from simulator.store import Obj, Store, shown
from simulator.webhooks import Webhooks

PATHS = (
    "/v1/oauth2/",
    "/v2/",
    "/v1/catalogs/",
    "/v1/billing/",
    "/v1/payments/",
    "/v1/customer/",
    "/v1/reporting/",
    "/v1/notifications/",
    "/paypal/",
)


class PayPal:
    """One simulated PayPal account. What supporters, banks and PayPal itself do has a method each."""

    name = "paypal"

    def __init__(self, *, clock: Clock, store: Store, webhooks: Webhooks) -> None:
        self.world = World(clock=clock, store=store, webhooks=webhooks)
        self.orders = Orders(self.world)
        self.billing = Billing(self.world)
        self.disputes = Disputes(self.world)
        self.api = Api(self.world, self.orders, self.billing, self.disputes)
        self._pages = Pages(self.world, self.orders, self.billing)

    @property
    def habits(self) -> Habits:
        """Fees, rates and waits of the account; they may be changed at any time."""
        return self.world.habits

    @property
    def root(self) -> bytes:
        """The authority above the certificate that letters are signed with, in PEM."""
        return self.world.signer.root

    def owns(self, path: str) -> bool:
        """Say whether a path is PayPal's; some of Stripe's begin alike."""
        return path.startswith(PATHS)

    def answer(self, request: Request) -> Answer:
        """Answer a call of the API or a page."""
        return self._pages.answer(request) if request.path.startswith("/paypal/") else self.api.answer(request)

    # --- what testers do ------------------------------------------------------------------------

    def add_endpoint(self, url: str, *, webhook_id: str, events: list[str] | None = None) -> Obj:
        """Have events sent to `url`, their signatures over `webhook_id`."""
        return self.world.new("webhook", webhook_id, url=url, _kinds=events or ["*"])

    def approve(self, ref: str, *, funding: str = "balance") -> str:
        """Say yes to an order or a subscription as its page would; return where the supporter goes next."""
        if ref.startswith("I-"):
            return self.billing.approve(self.world.get("subscription", ref), funding=funding)
        return self.orders.approve(self.world.get("order", ref), funding=funding)

    def set_funding(self, subscription_ref: str, funding: str) -> None:
        """Have a supporter's later payments come from elsewhere: balance, declined, echeck, echeck_bad."""
        self.world.get("subscription", subscription_ref)["_funding"] = funding

    def payment(self, ref: str) -> Obj:
        """Return a capture or a sale."""
        found = self.world.store.get(ref)
        return self.world.get("sale" if found and found.get("_kind") == "sale" else "capture", ref)

    def dispute(self, payment_ref: str, *, amount: str = "") -> Obj:
        """Have a supporter complain about a payment, over `amount` or all of it."""
        return self.disputes.open(self.payment(payment_ref), amount=Decimal(amount) if amount else None)

    def close_dispute(self, ref: str, *, won: bool, refunded: str = "") -> Obj:
        """Decide a dispute."""
        return self.disputes.close(self.world.get("dispute", ref), won=won, refunded=Decimal(refunded) if refunded else None)

    def reverse(self, capture_ref: str) -> None:
        """Have the bank take a settled capture back."""
        self.orders.reverse(self.world.get("capture", capture_ref))

    def withdraw(self, amount: str, currency: str) -> Obj:
        """Have the newsroom send money to its bank."""
        return self.world.book("T0400", ref=self.world.new_id(), amount=-Decimal(amount), currency=currency)

    def fail_withdrawal(self, ref: str) -> Obj:
        """Have the newsroom's bank send a withdrawal back."""
        sent = next(row["transaction_info"] for row in self.world.all("row") if row["transaction_info"]["transaction_id"] == ref)
        amount, currency = Decimal(sent["transaction_amount"]["value"]), sent["transaction_amount"]["currency_code"]
        return self.world.book("T1101", ref=self.world.new_id(), amount=-amount, currency=currency, about=ref)

    def fail_refund(self, ref: str) -> Obj:
        """Have a refund come back, because the supporter's account cannot take it."""
        found = self.world.store.get(ref)
        if found and found.get("_kind") == "sale_refund":
            return self.billing.fail_refund(found)
        return self.orders.fail_refund(self.world.get("refund", ref))

    def enter(self, code: str, amount: str, currency: str, *, about: str = "") -> Obj:
        """Have anything entered in the list that moves the balance: a fee of the account (T01), a hold or a reserve (T15, T21) and its release, ..."""
        return self.world.book(code, ref=self.world.new_id(), amount=Decimal(amount), currency=currency, about=about)

    def change(self, amount: str, currency: str, into: str, target: str, *, code: str = "T0200", about: str = "") -> list[Obj]:
        """Have the newsroom, or PayPal, change money of the balance into another currency."""
        return self.world.change(Decimal(amount), currency, Decimal(into), target, code=code, about=about)

    def events(self, kind: str = "") -> list[Obj]:
        """Return the events, oldest first."""
        return [event for event in self.world.events() if kind in {"", event["event_type"]}]

    def control(self, action: str, words: dict[str, Any]) -> Any:
        """Do what is asked through /_control/paypal/<action>."""
        if action == "habits":
            for key, value in words.items():
                if not hasattr(self.habits, key):
                    raise ValueError(f"PayPal has no habit called {key!r}.")
                setattr(self.habits, key, {name: Decimal(str(rate)) for name, rate in value.items()} if key == "rates" else value)
            return {"settle_in": self.habits.settle_in, "echeck_days": self.habits.echeck_days}
        actions: dict[str, Callable[[], Any]] = {
            "approve": lambda: {"next": self.approve(words.pop("token"), **words)},
            "endpoint": lambda: self.add_endpoint(words.pop("url"), **words),
            "set_funding": lambda: self.set_funding(words.pop("subscription"), **words),
            "dispute": lambda: self.dispute(words.pop("payment"), **words),
            "close_dispute": lambda: self.close_dispute(words.pop("dispute"), **words),
            "reverse": lambda: self.reverse(words.pop("capture")),
            "withdraw": lambda: self.withdraw(**words),
            "fail_withdrawal": lambda: self.fail_withdrawal(words.pop("withdrawal")),
            "fail_refund": lambda: self.fail_refund(words.pop("refund")),
            "enter": lambda: self.enter(**words),
            "change": lambda: self.change(**words),
            "events": lambda: self.events(**words),
            "root": lambda: {"pem": self.root.decode()},
        }
        if action not in actions:
            raise ValueError(f"PayPal has no control called {action!r}: {', '.join(sorted([*actions, 'habits']))}.")
        return shown(actions[action]())
