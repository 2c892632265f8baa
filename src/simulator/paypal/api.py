"""PayPal's API: tokens, which call is which, request ids, lists."""

import base64
import binascii
import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from simulator.http import Answer, Request, as_json
from simulator.paypal import shapes
from simulator.paypal.billing import Billing
from simulator.paypal.disputes import Disputes
from simulator.paypal.orders import Orders
from simulator.paypal.world import Refused, World
from simulator.store import Obj, shown

CERTIFICATES = "/v1/notifications/certs/"
WINDOW = dt.timedelta(days=31)
MOST_ROWS = 500
Call = Callable[[Request, Any, str], Any]


class Api:
    """Answers the calls of one account."""

    def __init__(self, world: World, orders: Orders, billing: Billing, disputes: Disputes) -> None:
        self.world, self.orders, self.billing, self.disputes = world, orders, billing, disputes
        self._tokens: dict[str, dt.datetime] = {}
        self._done: dict[tuple[str, str], tuple[int, Any]] = {}
        sub, order = r"/v1/billing/subscriptions/([^/]+)", r"/v2/checkout/orders/([^/]+)"
        get = world.get
        # method, path, shape of the body, status, what to do with request, body and the id in the path
        self._calls: list[tuple[str, str, str, int, Call]] = [
            ("POST", "/v2/checkout/orders", "order", 201, lambda _, body, __: orders.create(body)),
            ("GET", order, "", 200, lambda _, __, ref: get("order", ref)),
            ("POST", f"{order}/capture", "capture", 201, lambda _, __, ref: orders.capture(get("order", ref))),
            ("GET", r"/v2/payments/captures/([^/]+)", "", 200, lambda _, __, ref: get("capture", ref)),
            ("POST", r"/v2/payments/captures/([^/]+)/refund", "refund", 201, lambda _, body, ref: orders.refund(get("capture", ref), body)),
            ("GET", r"/v2/payments/refunds/([^/]+)", "", 200, lambda _, __, ref: get("refund", ref)),
            ("GET", r"/v1/payments/sale/([^/]+)", "", 200, lambda _, __, ref: get("sale", ref)),
            ("GET", r"/v1/payments/refund/([^/]+)", "", 200, lambda _, __, ref: get("sale_refund", ref)),
            ("POST", r"/v1/payments/sale/([^/]+)/refund", "sale refund", 201, lambda _, body, ref: billing.refund(get("sale", ref), body)),
            ("POST", "/v1/catalogs/products", "product", 201, lambda _, body, __: billing.create_product(body)),
            ("POST", "/v1/billing/plans", "plan", 201, lambda _, body, __: billing.create_plan(body)),
            ("GET", "/v1/billing/plans", "", 200, self._plans),
            ("POST", "/v1/billing/subscriptions", "subscription", 201, lambda _, body, __: billing.create(body)),
            ("GET", sub, "", 200, self._subscription),
            ("POST", f"{sub}/revise", "revise", 200, lambda _, body, ref: billing.revise(get("subscription", ref), body)),
            ("POST", f"{sub}/cancel", "cancel", 204, lambda _, __, ref: billing.cancel(get("subscription", ref))),
            ("POST", f"{sub}/suspend", "suspend", 204, lambda _, __, ref: billing.suspend(get("subscription", ref))),
            ("POST", f"{sub}/activate", "activate", 204, lambda _, __, ref: billing.activate(get("subscription", ref))),
            ("GET", f"{sub}/transactions", "", 200, self._transactions),
            ("GET", "/v1/customer/disputes", "", 200, self._disputes),
            ("GET", r"/v1/customer/disputes/([^/]+)", "", 200, lambda _, __, ref: get("dispute", ref)),
            ("GET", "/v1/reporting/transactions", "", 200, self._reported),
            ("GET", "/v1/notifications/webhooks-events", "", 200, self._events),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one call."""
        self.world.origin = request.origin
        try:
            if request.path == "/v1/oauth2/token":
                return as_json(self._token(request))
            if request.path.startswith(CERTIFICATES):
                return Answer(body=self.world.signer.certificate, kind="application/x-pem-file")
            self._check_token(request)
            status, said = self._called(request)
            return as_json(said, status=status) if status != 204 else Answer(status=status)  # noqa: PLR2004 - no content
        except Refused as refusal:
            return as_json(refusal.body, status=refusal.status)

    def _called(self, request: Request) -> tuple[int, Any]:
        for method, path, shape, status, call in self._calls:
            found = re.fullmatch(path, request.path)
            if not found or method != request.method:
                continue
            key = (request.path, request.headers.get("paypal-request-id", ""))
            if key[1] and key in self._done:
                return self._done[key][0], shown(self._done[key][1])  # as it is now
            body = self._body(request) if shape else None
            if shape:
                shapes.check(shape, body)
            said = call(request, body, found[1] if found.groups() else "")
            if key[1]:
                self._done[key] = (status, said)
            return status, shown(said)
        raise Refused("RESOURCE_NOT_FOUND", "The specified resource does not exist.", status=404)

    def _body(self, request: Request) -> Any:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused("UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type.", status=415)
        try:
            return request.json
        except ValueError:
            raise Refused("MALFORMED_REQUEST_JSON", "The request JSON is not well formed.", status=400) from None

    def _token(self, request: Request) -> Obj:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = secret = ""
        if kind != "Basic" or not name or not secret or secret.startswith("wrong"):
            raise Refused("invalid_client", "Client Authentication failed", status=401, name="invalid_client")
        if request.form.get("grant_type") != "client_credentials":
            raise Refused("unsupported_grant_type", "Grant Type is not supported", status=400)
        token = f"A21AA{secrets.token_hex(20)}"
        self._tokens[token] = self.world.clock.now() + dt.timedelta(seconds=self.world.habits.token_seconds)
        return {"scope": "*", "access_token": token, "token_type": "Bearer", "app_id": "APP-SIMULATED", "expires_in": self.world.habits.token_seconds}

    def _check_token(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or self._tokens.get(token, self.world.clock.now()) <= self.world.clock.now():
            raise Refused("invalid_token", "Token signature verification failed", status=401, name="invalid_token")

    def forget_tokens(self) -> None:
        """End every token before its time."""
        self._tokens.clear()

    # --- lists ----------------------------------------------------------------------------------

    def _page(self, request: Request, rows: list[Obj], *, name: str, size: int) -> Obj:
        """Return one page under `name`, with a link to the next one."""
        page = int(request.query.get("page", 1))
        size = int(request.query.get("page_size", size))
        said: Obj = {name: rows[(page - 1) * size : page * size], "links": []}
        if page * size < len(rows):
            said["links"].append({"href": f"{self.world.origin}{request.path}?{urlencode(request.query | {'page': page + 1})}", "rel": "next", "method": "GET"})
        return said

    def _plans(self, request: Request, _: Any, __: str) -> Obj:
        rows = [{key: plan[key] for key in ("id", "product_id", "name", "status")} for plan in self.world.all("plan")]
        product = request.query.get("product_id")
        return self._page(request, [row for row in rows if product in {None, row["product_id"]}], name="plans", size=10)

    def _subscription(self, request: Request, _: Any, ref: str) -> Obj:
        sub = self.world.get("subscription", ref)
        return sub | ({"plan": self.world.get("plan", sub["plan_id"])} if request.query.get("fields") == "plan" else {})

    def _transactions(self, request: Request, _: Any, ref: str) -> Obj:
        start, end = _moment(request, "start_time"), _moment(request, "end_time")
        rows = [row for row in self.billing.transactions(self.world.get("subscription", ref)) if start <= dt.datetime.fromisoformat(row["time"]) <= end]
        return self._page(request, rows, name="transactions", size=10)

    def _disputes(self, request: Request, _: Any, __: str) -> Obj:
        about = request.query.get("disputed_transaction_id")
        since = dt.datetime.fromisoformat(request.query.get("start_time", "1970-01-01T00:00:00Z"))
        rows = [
            {key: one[key] for key in ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount")}
            for one in self.world.all("dispute")
            if about in {None, one["disputed_transactions"][0]["seller_transaction_id"]} and dt.datetime.fromisoformat(one["create_time"]) >= since
        ]
        return self._page(request, rows, name="items", size=10)

    def _events(self, request: Request, _: Any, __: str) -> Obj:
        start, end, kind = _moment(request, "start_time"), _moment(request, "end_time"), request.query.get("event_type")
        rows = [event for event in self.world.events() if start <= event["_at"] <= end + dt.timedelta(seconds=1) and kind in {None, event["event_type"]}]
        return self._page(request, rows[::-1], name="events", size=10)

    def _reported(self, request: Request, _: Any, __: str) -> Obj:
        start, end = _moment(request, "start_date"), _moment(request, "end_date")
        size, page, kind = int(request.query.get("page_size", 100)), int(request.query.get("page", 1)), request.query.get("transaction_type")
        if end - start > WINDOW or size > MOST_ROWS:
            raise Refused("INVALID_REQUEST", "Date range is greater than 31 days.", status=400, field="end_date")
        listed = self.world.clock.now() - self.world.habits.listed_after
        rows = [
            {"transaction_info": row["transaction_info"]}
            for row in self.world.all("row")
            if start <= row["_at"] < end and row["_at"] <= listed and kind in {None, row["transaction_info"]["transaction_event_code"]}
        ]
        pages = max(1, -(-len(rows) // size))
        return {"transaction_details": rows[(page - 1) * size : page * size], "page": page, "total_items": len(rows), "total_pages": pages}


def _moment(request: Request, name: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(request.query[name])
    except (KeyError, ValueError):
        raise Refused("INVALID_REQUEST", "A date belongs here.", status=400, field=name) from None
