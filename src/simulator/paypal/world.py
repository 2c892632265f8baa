"""What every part of the simulated PayPal shares: objects, refusals, amounts, events with their letters, the balance's list, habits."""

import datetime as dt
import itertools
import json
import secrets
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulator.clock import Clock
from simulator.paypal.signing import Signer, make_signer
from simulator.store import Obj, Store, shown
from simulator.webhooks import Webhooks

LETTERS = string.digits + string.ascii_uppercase
# developer.paypal.com/api/rest/reference/currency-codes
CURRENCIES = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "ILS",
        "JPY",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
    ]
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})
EVENT_DAYS = 30
STAYS = ("T02", "T04", "T1101", "T15", "T21")  # what is no payment stays in its currency


class Refused(Exception):
    """An answer in the shape of developer.paypal.com/api/rest/responses."""

    def __init__(self, issue: str, description: str, *, status: int = 422, field: str = "", name: str = "") -> None:
        super().__init__(description)
        self.status = status
        names = {400: "INVALID_REQUEST", 401: "AUTHENTICATION_FAILURE", 403: "NOT_AUTHORIZED", 404: "RESOURCE_NOT_FOUND", 422: "UNPROCESSABLE_ENTITY"}
        detail = {"issue": issue, "description": description} | ({"field": field} if field else {})
        self.body: Obj = {"name": name or names.get(status, "INVALID_REQUEST"), "message": description, "debug_id": secrets.token_hex(6), "details": [detail]}


@dataclass(kw_only=True)
class Habits:
    """What differs from account to account; change it before or while a test runs."""

    fee_per_mille: int = 29
    fee_fixed: Decimal = Decimal("0.30")
    dispute_fee: Decimal = Decimal(0)
    fees_name_payments: bool = True  # whether the list says to which payment a dispute's fee belongs
    settle_in: str = ""  # a currency that everything is changed into; empty: each currency has its balance
    rates: dict[str, Decimal] = field(default_factory=dict)  # of one unit of a currency, in `settle_in`
    echeck_days: int = 5
    listed_after: dt.timedelta = dt.timedelta(hours=3)  # until a transaction is in the list: "a maximum of three hours"
    retry_days: int = 5  # between the tries of a subscription's failed payment
    token_seconds: int = 32400


class World:
    """The shared state of one simulated PayPal account."""

    def __init__(self, *, clock: Clock, store: Store, webhooks: Webhooks) -> None:
        self.clock, self.store, self.webhooks, self.habits = clock, store, webhooks, Habits()
        self.origin = ""
        self._order = itertools.count(1)
        self._signer: Signer | None = None

    @property
    def signer(self) -> Signer:
        """Who signs letters."""
        self._signer = self._signer or make_signer(now=self.clock.now())
        return self._signer

    def now(self) -> str:
        """Return the moment as PayPal writes it."""
        return text_of(self.clock.now())

    def new_id(self, length: int = 17) -> str:
        """Return an id as PayPal's transactions have it."""
        return "".join(secrets.choice(LETTERS) for _ in range(length))

    def new(self, kind: str, ref: str = "", **words: Any) -> Obj:
        """Keep a new object with what all objects have."""
        now = self.now()
        return self.store.add(f"paypal.{kind}", {"id": ref or self.new_id(), "_kind": kind, "create_time": now, "update_time": now} | words)

    def get(self, kind: str, ref: Any) -> Obj:
        """Return an object.

        Raises:
            Refused: there is none.
        """
        found = self.store.get(str(ref))
        if found is None or found.get("_kind") != kind:
            raise Refused("INVALID_RESOURCE_ID", "Specified resource ID does not exist. Please check the resource ID and try again.", status=404)
        return found

    def all(self, kind: str) -> list[Obj]:
        """Return every object of a kind, oldest first."""
        return self.store.all(f"paypal.{kind}")

    def touch(self, thing: Obj, **words: Any) -> None:
        """Change an object."""
        thing.update(words, update_time=self.now())

    def after(self, wait: dt.timedelta, job: Callable[[], None]) -> None:
        """Have `job` done later on the simulated clock."""
        self.clock.after(wait, job)

    # --- money ----------------------------------------------------------------------------------

    def fee(self, amount: Decimal, currency: str) -> Decimal:
        """Return what PayPal keeps of a payment, half up."""
        fixed = Decimal(0) if currency in WHOLE else self.habits.fee_fixed
        return min(rounded(amount * self.habits.fee_per_mille / 1000 + fixed, currency), amount)

    def received(self, amount: Decimal, currency: str) -> Obj:
        """Return fee, net and, where the currency is changed, what is credited: the words of seller_receivable_breakdown."""
        fee = self.fee(amount, currency)
        said: Obj = {"gross_amount": money(amount, currency), "paypal_fee": money(fee, currency), "net_amount": money(amount - fee, currency)}
        target = self.habits.settle_in
        if not target or target == currency:
            return said
        rate = self.habits.rates[currency]
        return said | {
            "receivable_amount": money(rounded(amount * rate, target) - rounded(fee * rate, target), target),
            "paypal_fee_in_receivable_currency": money(rounded(fee * rate, target), target),
            "exchange_rate": {"source_currency": currency, "target_currency": target, "value": str(rate)},
        }

    def book(self, code: str, *, ref: str, amount: Decimal, currency: str, fee: Decimal = Decimal(0), about: str = "", custom: str = "") -> Obj:
        """List a change of the balance; it is shown after some hours."""
        said: Obj = {
            "transaction_id": ref,
            "transaction_event_code": code,
            "transaction_initiation_date": self.now(),
            "transaction_updated_date": self.now(),
            "transaction_amount": money(amount, currency),
            "transaction_status": "S",
            "custom_field": custom,
        }
        said |= {"fee_amount": money(-fee, currency)} if fee else {}
        said |= {"paypal_reference_id": about, "paypal_reference_id_type": "TXN"} if about else {}
        row = self.store.add("paypal.row", {"id": f"row-{next(self._order)}", "_at": self.clock.now(), "transaction_info": said})
        target = self.habits.settle_in
        if target and target != currency and not code.startswith(STAYS):
            rate = self.habits.rates[currency]
            self.change(amount - fee, currency, rounded(amount * rate, target) - rounded(fee * rate, target), target, about=ref)
        return row

    def change(self, amount: Decimal, currency: str, into: Decimal, target: str, *, about: str = "", code: str = "T0200") -> list[Obj]:
        """List the two sides of a change of currency: `amount` goes, `into` comes (the other way round where they are below zero)."""
        sides = ((-amount, currency), (into, target))
        return [self.book(code, ref=self.new_id(), amount=minor, currency=of, about=about) for minor, of in sides if minor]

    # --- events ---------------------------------------------------------------------------------

    def emit(self, kind: str, resource_type: str, thing: Obj) -> Obj:
        """Keep an event about an object as it is now, and post it to every endpoint that wants it."""
        event = self.new(
            "event",
            f"WH-{self.new_id()}-{self.new_id()}",
            event_version="1.0",
            event_type=kind,
            resource_type=resource_type,
            resource=shown(thing),
            summary=kind.replace(".", " ").lower(),
            _at=self.clock.now(),
        )
        for endpoint in self.all("webhook"):
            if "*" in endpoint["_kinds"] or kind in endpoint["_kinds"]:
                self.webhooks.post(event_id=event["id"], url=endpoint["url"], pack=self._packer(event, endpoint["id"]))
        return event

    def _packer(self, event: Obj, webhook_id: str) -> Callable[[], tuple[dict[str, str], bytes]]:
        transmission = str(uuid.uuid4())
        return lambda: self.letter(event, webhook_id=webhook_id, transmission_id=transmission)

    def letter(
        self,
        event: Obj,
        *,
        webhook_id: str,
        transmission_id: str = "",
        at: dt.datetime | None = None,
        signer: Signer | None = None,
        cert_url: str = "",
    ) -> tuple[dict[str, str], bytes]:
        """Return headers and body of an event as it is sent; forged ones too, by another signer, time or certificate."""
        body = json.dumps(shown(event)).encode()
        transmission_id = transmission_id or str(uuid.uuid4())
        time, signature = (signer or self.signer).sign(body=body, transmission_id=transmission_id, at=at or self.clock.now(), webhook_id=webhook_id)
        headers = {
            "Content-Type": "application/json",
            "PAYPAL-TRANSMISSION-ID": transmission_id,
            "PAYPAL-TRANSMISSION-TIME": time,
            "PAYPAL-TRANSMISSION-SIG": signature,
            "PAYPAL-CERT-URL": cert_url or f"{self.origin}/v1/notifications/certs/CERT-simulated-1",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }
        return headers, body

    def events(self) -> list[Obj]:
        """Return the events of the last 30 days, oldest first."""
        since = self.clock.now() - dt.timedelta(days=EVENT_DAYS)
        return [event for event in self.all("event") if event["_at"] >= since]


def text_of(at: dt.datetime) -> str:
    """Return a moment as PayPal writes it."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in whole smallest units, half up."""
    return amount.quantize(Decimal(1) if currency in WHOLE else Decimal("0.01"), rounding=ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount of the v2 API."""
    return {"currency_code": currency, "value": f"{rounded(amount, currency):f}"}


def money_v1(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount of the v1 API."""
    return {"total": f"{rounded(amount, currency):f}", "currency": currency}


def read_money(said: Any, *, field: str, value: str = "value", code: str = "currency_code") -> tuple[Decimal, str]:
    """Read an amount of a request.

    Raises:
        Refused: it is none, of a currency that is not taken, or finer than that.
    """
    currency = said.get(code) if isinstance(said, dict) else None
    if currency not in CURRENCIES:
        raise Refused("CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.", field=f"{field}/{code}")
    try:
        amount = Decimal(said[value])
    except (ArithmeticError, KeyError, TypeError):
        raise Refused("INVALID_PARAMETER_VALUE", "The value of a field is invalid.", status=400, field=f"{field}/{value}") from None
    if "." in said[value] and currency in WHOLE:
        raise Refused("DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.", field=f"{field}/{value}")
    if amount != rounded(amount, currency):
        raise Refused("DECIMAL_PRECISION", "If the currency supports decimals, only two decimal place precision is supported.", field=f"{field}/{value}")
    if amount <= 0:
        raise Refused("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", field=f"{field}/{value}")
    return amount, currency
