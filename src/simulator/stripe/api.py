"""The calls of the API: who may ask, what is asked, and the same answer for the same idempotency key."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.http import Answer, Request, as_json
from simulator.store import Obj, shown
from simulator.stripe import params
from simulator.stripe.answers import expanded, listing
from simulator.stripe.billing import Billing
from simulator.stripe.checkout import Checkout
from simulator.stripe.payments import AsksSupporter, Declined, Payments
from simulator.stripe.world import Refused, World

KEY_SECONDS = 24 * 3600  # docs.stripe.com/api/idempotent_requests: keys may go after 24 hours


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as its handler sees it."""

    form: Obj
    live: bool
    ref: str
    origin: str


Handler = Callable[[Call], Obj]
# Lists that take filters by equality: kind and keys.
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": ("customer", ("email",)),
    "products": ("product", ()),
    "prices": ("price", ("product",)),
    "payment_intents": ("payment_intent", ("customer",)),
    "charges": ("charge", ("payment_intent", "customer")),
    "refunds": ("refund", ("charge", "payment_intent")),
    "disputes": ("dispute", ("charge", "payment_intent")),
    "balance_transactions": ("balance_transaction", ("currency", "source", "type")),
    "payouts": ("payout", ("status",)),
    "subscriptions": ("subscription", ("customer",)),
    "subscription_items": ("subscription_item", ("subscription",)),
    "invoices": ("invoice", ("customer", "status")),
    "invoice_payments": ("invoice_payment", ("invoice", "status")),
    "checkout/sessions": ("checkout.session", ("payment_intent", "subscription", "customer", "status")),
    "webhook_endpoints": ("webhook_endpoint", ()),
}


class Api:
    """Answers /v1/..."""

    def __init__(self, world: World, payments: Payments, billing: Billing, checkout: Checkout) -> None:
        self.world, self.payments, self.billing, self.checkout = world, payments, billing, checkout
        self._kept: dict[tuple[str, str], tuple[int, str, Answer]] = {}
        self._posts: dict[str, tuple[str, Handler]] = {
            r"customers": ("customers.create", self._customer),
            r"products": ("products.create", lambda call: billing.product(call.form, live=call.live)),
            r"prices": ("prices.create", lambda call: billing.price(call.form, live=call.live)),
            r"checkout/sessions": ("checkout.sessions.create", lambda call: checkout.create(call.form, live=call.live, origin=call.origin)),
            r"checkout/sessions/(?P<ref>\w+)/expire": ("checkout.sessions.expire", lambda call: checkout.expire(self._one("checkout.session", call))),
            r"billing_portal/sessions": ("billing_portal.sessions.create", lambda call: checkout.portal(call.form, live=call.live, origin=call.origin)),
            r"payment_intents/(?P<ref>\w+)/cancel": ("payment_intents.cancel", self._cancel_intent),
            r"refunds": ("refunds.create", lambda call: self.payments.refund(call.form, live=call.live)),
            r"disputes/(?P<ref>\w+)/close": ("disputes.close", lambda call: payments.close_dispute(self._one("dispute", call), won=False)),
            r"subscriptions/(?P<ref>\w+)": ("subscriptions.update", lambda call: billing.update(self._one("subscription", call), call.form)),
            r"invoices/(?P<ref>\w+)/pay": ("invoices.pay", self._pay_invoice),
            r"webhook_endpoints": ("webhook_endpoints.create", self._endpoint),
        }
        self._deletes: dict[str, tuple[str, Handler]] = {
            r"subscriptions/(?P<ref>\w+)": ("subscriptions.cancel", lambda call: billing.cancel(self._one("subscription", call))),
            r"webhook_endpoints/(?P<ref>\w+)": ("webhook_endpoints.delete", self._drop_endpoint),
        }

    def answer(self, request: Request) -> Answer:
        """Answer one call in the shape of the API."""
        request_id = self.world.store.new_id("req")
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("stripe-version", "")}
        self.world.request_id, self.world.idempotency_key = request_id, request.headers.get("idempotency-key")
        try:
            answer = self._answer(request)
        except Refused as refusal:
            answer = as_json(refusal.body, status=refusal.status)
        finally:
            self.world.request_id = self.world.idempotency_key = None
        return Answer(status=answer.status, body=answer.body, headers=answer.headers | headers)

    def _answer(self, request: Request) -> Answer:
        live, path = _mode(request.headers), request.path.removeprefix("/v1/").strip("/")
        if request.method == "GET":
            return as_json(self._get(path, request.query, live=live))
        key = request.headers.get("idempotency-key")
        if not key:
            return as_json(self._do(request, path, live=live))
        kept = self._kept.get((key, str(live)))
        print_of = f"{request.method} {path} {json.dumps(request.form, sort_keys=True)}"
        if kept and kept[0] > self.world.clock.stamp() - KEY_SECONDS:
            if kept[1] != print_of:
                raise Refused(
                    f"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error",
                )
            return Answer(status=kept[2].status, body=kept[2].body, headers={"Idempotent-Replayed": "true"})
        try:
            answer = as_json(self._do(request, path, live=live))
        except Refused as refusal:
            if refusal.body["error"].get("code") in {"parameter_unknown", "parameter_missing"}:
                raise  # what fails validation is not kept
            answer = as_json(refusal.body, status=refusal.status)
        self._kept[key, str(live)] = (self.world.clock.stamp(), print_of, answer)
        return answer

    def _do(self, request: Request, path: str, *, live: bool) -> Obj:
        for pattern, (name, handler) in (self._posts if request.method == "POST" else self._deletes).items():
            match = re.fullmatch(pattern, path)
            if match:
                form = request.form | (request.query if request.method == "DELETE" else {})
                params.check(name, form)
                made = shown(handler(Call(form=form, live=live, ref=match.groupdict().get("ref", ""), origin=request.origin)))
                return expanded(self.world, made, form.get("expand"))
        raise _unknown(request)

    def _get(self, path: str, query: Obj, *, live: bool) -> Obj:
        if path == "balance":
            return self._balance(live=live)
        name, _, ref = path.rpartition("/")
        if path in LISTS or path == "events":
            params.check(f"{path.replace('/', '.')}.list", query)
            rows = self._events(query, live=live) if path == "events" else self._list(path, query, live=live)
            return expanded(self.world, listing(rows, query, url=f"/v1/{path}"), query.get("expand"))
        if name in LISTS or name == "events":
            params.check(f"{name.replace('/', '.')}.retrieve", query)
            kind = "event" if name == "events" else LISTS[name][0]
            return expanded(self.world, shown(self.world.get(kind, ref, live=live)), query.get("expand"))
        raise Refused(f"Unrecognized request URL (GET: /v1/{path}).", status=404)

    def _list(self, path: str, query: Obj, *, live: bool) -> list[Obj]:
        kind, keys = LISTS[path]
        wanted = {key: query[key] for key in keys if key in query and query[key] != "all"}
        if path == "invoices" and "subscription" in query:
            wanted["_subscription"] = query["subscription"]
        if path == "invoice_payments" and "payment" in query:
            wanted["_intent"] = query["payment"].get("payment_intent")
        rows = list(self.world.store.where(kind, livemode=live, **wanted))
        if path == "balance_transactions" and "payout" in query:
            self.world.get("payout", query["payout"], live=live)
            rows = [row for row in rows if row["_payout"] == query["payout"]]
        if path == "subscriptions" and "status" in query and query["status"] != "all":
            rows = [row for row in rows if row["status"] == query["status"]]
        elif path == "subscriptions" and "status" not in query:
            rows = [row for row in rows if row["status"] != "canceled"]
        return rows

    def _events(self, query: Obj, *, live: bool) -> list[Obj]:
        rows = self.world.events(live=live)
        kinds = [*query.get("types", []), *([query["type"]] if "type" in query else [])]
        if kinds:
            rows = [row for row in rows if any(row["type"] == kind or (kind.endswith("*") and row["type"].startswith(kind[:-1])) for kind in kinds)]
        if "delivery_success" in query:
            wanted = query["delivery_success"] == "true"
            rows = [row for row in rows if self.world.webhooks.delivered(row["id"]) == wanted]
        return rows

    def _one(self, kind: str, call: Call) -> Obj:
        return self.world.get(kind, call.ref, live=call.live)

    def _customer(self, call: Call) -> Obj:
        words = {"email": call.form.get("email"), "name": call.form.get("name"), "metadata": call.form.get("metadata", {})}
        customer = self.world.new("customer", "cus", live=call.live, **words)
        self.world.emit("customer.created", customer)
        return customer

    def _cancel_intent(self, call: Call) -> Obj:
        intent = self._one("payment_intent", call)
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise Refused(f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.", code="payment_intent_unexpected_state")
        intent.update(status="canceled", canceled_at=self.world.clock.stamp())
        self.world.emit("payment_intent.canceled", intent)
        return intent

    def _pay_invoice(self, call: Call) -> Obj:
        invoice = self._one("invoice", call)
        if invoice["status"] != "open":
            raise Refused("Invoice is not open.", code="invoice_not_open")
        self.billing.try_invoice(self.billing.subscription_of(invoice), invoice)
        if invoice["status"] != "paid":
            raise Refused("Your card was declined.", status=402, kind="card_error", code="card_declined")
        return invoice

    def _endpoint(self, call: Call) -> Obj:
        secret = self.world.store.new_id("whsec")
        words: dict[str, Any] = {"url": call.form["url"], "enabled_events": call.form["enabled_events"], "status": "enabled", "metadata": {}}
        made: Obj = shown(self.world.new("webhook_endpoint", "we", live=call.live, **words, _secrets=[secret]))
        return made | {"secret": secret}

    def _drop_endpoint(self, call: Call) -> Obj:
        self._one("webhook_endpoint", call)
        self.world.store.remove("webhook_endpoint", call.ref)
        return {"id": call.ref, "object": "webhook_endpoint", "deleted": True}

    def _balance(self, *, live: bool) -> Obj:
        totals: dict[tuple[str, str], int] = {}
        for row in self.world.store.where("balance_transaction", livemode=live):
            state = "available" if row["status"] == "available" else "pending"
            totals[state, row["currency"]] = totals.get((state, row["currency"]), 0) + row["net"]
        lines = {
            state: [{"amount": total, "currency": currency} for (of, currency), total in sorted(totals.items()) if of == state]
            for state in ("available", "pending")
        }
        return {"object": "balance", "livemode": live} | lines


def _mode(headers: dict[str, str]) -> bool:
    """Return whether a key is a live one.

    Raises:
        Refused: there is no key, or none of Stripe's shape.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    match = re.fullmatch(r"(sk|rk)_(live|test)_\w+", key) if scheme == "Bearer" else None
    if match is None:
        raise Refused("Invalid API Key provided.", status=401)
    return match[2] == "live"


def _unknown(request: Request) -> Refused:
    return Refused(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)


__all__ = ["Api", "AsksSupporter", "Declined"]
