"""Subscriptions and their invoices: begun at a checkout, renewed by the clock, dunned where a card fails."""

import calendar
import datetime as dt
from typing import Any

from simulator.store import Obj
from simulator.stripe.payments import AsksSupporter, Declined, Payments
from simulator.stripe.world import Refused, World, currency_of, true, whole

ENDED = {"canceled", "incomplete_expired"}


def later_by(moment: dt.datetime, interval: str, count: int, day: int) -> dt.datetime:
    """Return the same day of a later month or year, or that month's last day; `day` is the one it began on."""
    if interval in {"day", "week"}:
        return moment + dt.timedelta(days=count * (7 if interval == "week" else 1))
    months = moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(day, calendar.monthrange(year, month)[1]))


class Billing:
    """Prices, subscriptions and invoices."""

    def __init__(self, world: World, payments: Payments) -> None:
        self.world, self.payments = world, payments

    # --- prices ---------------------------------------------------------------------------------

    def product(self, form: Obj, *, live: bool) -> Obj:
        """Keep a product."""
        return self.world.new("product", "prod", live=live, active=True, name=form.get("name", ""), description=form.get("description"), metadata={})

    def price(self, form: Obj, *, live: bool) -> Obj:
        """Keep a price, with a product of its own where only its data is given."""
        recurring = form.get("recurring")
        product = form.get("product") or self.product(form.get("product_data", {}), live=live)["id"]
        self.world.get("product", product, live=live)
        if recurring and recurring.get("interval") not in {"day", "week", "month", "year"}:
            raise Refused("Invalid recurring[interval]: must be one of day, month, week, or year", param="recurring[interval]")
        amount = whole(form.get("unit_amount"), param="unit_amount", least=0)
        return self.world.new(
            "price",
            "price",
            live=live,
            active=True,
            billing_scheme="per_unit",
            currency=currency_of(form.get("currency")),
            metadata={},
            product=product,
            recurring=_interval(recurring) if recurring else None,
            type="recurring" if recurring else "one_time",
            unit_amount=amount,
            unit_amount_decimal=str(amount),
        )

    # --- subscriptions --------------------------------------------------------------------------

    def begin(self, *, live: bool, price: Obj, customer: str, metadata: Obj, description: str | None) -> tuple[Obj, Obj, Obj]:
        """Begin a subscription and return it with its first invoice and that one's payment, which nobody has paid yet."""
        now = self.world.clock.now()
        subscription = self.world.new(
            "subscription",
            "sub",
            live=live,
            automatic_tax={"enabled": False},
            billing_cycle_anchor=self.world.clock.stamp(),
            cancel_at=None,
            cancel_at_period_end=False,
            canceled_at=None,
            cancellation_details={"comment": None, "feedback": None, "reason": None},
            collection_method="charge_automatically",
            currency=price["currency"],
            customer=customer,
            default_payment_method=None,
            description=description,
            ended_at=None,
            items={"object": "list", "data": [], "has_more": False, "url": "/v1/subscription_items"},
            latest_invoice=None,
            metadata=metadata,
            pause_collection=None,
            start_date=self.world.clock.stamp(),
            status="incomplete",
            trial_end=None,
            trial_start=None,
            _day=now.day,
        )
        item = self.world.new("subscription_item", "si", live=live, metadata={}, price=price, quantity=1, subscription=subscription["id"])
        item.update(current_period_start=self.world.clock.stamp(), current_period_end=int(self._next(subscription, price, now).timestamp()))
        subscription["items"]["data"].append(item)
        invoice = self._invoice(subscription, reason="subscription_create")
        return subscription, invoice, self._finalize(invoice)

    def paid(self, subscription: Obj, invoice: Obj) -> None:
        """Note that an invoice was paid; one that was overdue makes its subscription active again."""
        stamp = self.world.clock.stamp()
        first = subscription["status"] == "incomplete"
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None)
        invoice["status_transitions"]["paid_at"] = stamp
        for row in self.world.store.where("invoice_payment", invoice=invoice["id"]):
            row.update(status="paid", amount_paid=invoice["amount_due"])
            row["status_transitions"]["paid_at"] = stamp
            self.world.emit("invoice_payment.paid", row)
        was = subscription["status"]
        if was not in ENDED:
            subscription["status"] = "active"
        self.world.emit("invoice.paid", invoice)
        self.world.emit("invoice.payment_succeeded", invoice)
        if first:
            self.world.emit("customer.subscription.created", subscription)
            self._wait_for_period(subscription)
        elif was != subscription["status"]:
            self.world.emit("customer.subscription.updated", subscription, status=was)

    def update(self, subscription: Obj, form: Obj) -> Obj:
        """Change amount, pause, end or metadata of a subscription."""
        if subscription["status"] in ENDED:
            raise Refused("A canceled subscription can only update its cancellation_details and metadata.", code="")
        item = subscription["items"]["data"][0]
        interval = item["price"]["recurring"]["interval"]
        self._change_price(subscription, item, form.get("items", []))
        if "trial_end" in form:
            self._hold_back(subscription, item, whole(form["trial_end"], param="trial_end"))
        elif item["price"]["recurring"]["interval"] != interval:
            self._begin_anew(subscription, item)
        if "pause_collection" in form:
            given = form["pause_collection"]
            subscription["pause_collection"] = {"behavior": given["behavior"], "resumes_at": None} if given else None
        if "cancel_at_period_end" in form:
            ends = true(form["cancel_at_period_end"])
            subscription.update(cancel_at_period_end=ends, cancel_at=item["current_period_end"] if ends else None)
            subscription["canceled_at"] = self.world.clock.stamp() if ends else None
        if "metadata" in form:
            subscription["metadata"] |= form["metadata"]
        if "default_payment_method" in form:
            subscription["default_payment_method"] = form["default_payment_method"]
        self.world.emit("customer.subscription.updated", subscription)
        return subscription

    def _change_price(self, subscription: Obj, item: Obj, changes: list[Obj]) -> None:
        for change in changes:
            if change.get("id") != item["id"]:
                raise Refused(f"The item {change.get('id')} is not of this subscription; the simulator keeps one item.", param="items[0][id]")
            if "price_data" in change:
                item["price"] = self.price(change["price_data"], live=subscription["livemode"])
            elif "price" in change:
                item["price"] = self.world.get("price", change["price"], live=subscription["livemode"])
            if item["price"]["currency"] != subscription["currency"]:
                raise Refused("You cannot combine currencies on a single customer.", param="items[0][price]")

    def _hold_back(self, subscription: Obj, item: Obj, ends: int) -> None:
        """Take nothing until `ends`, and count the periods from there: an invoice over nothing says so."""
        now = self.world.clock.stamp()
        if ends < now:
            raise Refused("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
        waits = item["current_period_end"] == ends
        item.update(current_period_start=now, current_period_end=ends)
        subscription.update(status="trialing", trial_start=now, trial_end=ends, billing_cycle_anchor=ends, _day=dt.datetime.fromtimestamp(ends, dt.UTC).day)
        if not waits:
            self._wait_for_period(subscription)
        invoice = self._invoice(subscription, reason="subscription_update")
        invoice.update(status="paid", amount_due=0, amount_remaining=0, subtotal=0, total=0)
        self.world.emit("invoice.paid", invoice)

    def _begin_anew(self, subscription: Obj, item: Obj) -> None:
        """Begin a period of another length at once, as Stripe does with another interval, and charge it."""
        now = self.world.clock.now()
        subscription.update(billing_cycle_anchor=self.world.clock.stamp(), _day=now.day)
        item.update(current_period_start=self.world.clock.stamp(), current_period_end=int(self._next(subscription, item["price"], now).timestamp()))
        self._wait_for_period(subscription)
        self._charge(subscription, self._invoice(subscription, reason="subscription_update"))

    def cancel(self, subscription: Obj, *, reason: str = "cancellation_requested") -> Obj:
        """End a subscription now.

        Raises:
            Refused: it has ended.
        """
        if subscription["status"] in ENDED:
            raise Refused(f"No such subscription: '{subscription['id']}'", status=404, code="resource_missing", param="id")
        subscription["status"] = "canceled"
        subscription["ended_at"] = self.world.clock.stamp()
        subscription["canceled_at"] = subscription["canceled_at"] or self.world.clock.stamp()
        subscription["cancellation_details"]["reason"] = reason
        for invoice in self.world.store.where("invoice", status="open"):
            if invoice["_subscription"] == subscription["id"]:
                invoice.update(next_payment_attempt=None)
        self.world.emit("customer.subscription.deleted", subscription)
        return subscription

    # --- renewals -------------------------------------------------------------------------------

    def _next(self, subscription: Obj, price: Obj, moment: dt.datetime) -> dt.datetime:
        return later_by(moment, price["recurring"]["interval"], price["recurring"]["interval_count"], subscription["_day"])

    def _wait_for_period(self, subscription: Obj) -> None:
        ends = dt.datetime.fromtimestamp(subscription["items"]["data"][0]["current_period_end"], dt.UTC)
        self.world.clock.at(ends, lambda: self._renew(subscription, int(ends.timestamp())))

    def _renew(self, subscription: Obj, due: int) -> None:
        """Begin the next period: an invoice as a draft, finalized and charged an hour later."""
        item = subscription["items"]["data"][0]
        if subscription["status"] in ENDED or item["current_period_end"] != due:
            return
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
        if subscription["cancel_at_period_end"]:
            self.cancel(subscription)
            return
        started = item["current_period_end"]
        ends = self._next(subscription, item["price"], dt.datetime.fromtimestamp(started, dt.UTC))
        item.update(current_period_start=started, current_period_end=int(ends.timestamp()))
        self.world.emit("customer.subscription.updated", subscription)
        invoice = self._invoice(subscription, reason="subscription_cycle")
        paused = subscription["pause_collection"]
        if paused and paused["behavior"] == "void":
            invoice["status"] = "void"
            self.world.emit("invoice.voided", invoice)
        elif not paused:
            self.world.after(self.world.habits.invoice_draft, lambda: self._charge(subscription, invoice))
        self._wait_for_period(subscription)

    def _charge(self, subscription: Obj, invoice: Obj) -> None:
        if subscription["status"] not in ENDED and invoice["status"] == "draft":
            self._finalize(invoice)
            self.try_invoice(subscription, invoice)

    def try_invoice(self, subscription: Obj, invoice: Obj) -> None:
        """Try to take an open invoice's payment from the card that is kept."""
        if subscription["status"] in ENDED or invoice["status"] != "open":
            return
        row = next(self.world.store.where("invoice_payment", invoice=invoice["id"]))
        intent = self.world.get("payment_intent", row["payment"]["payment_intent"])
        method = self.world.get("payment_method", subscription["default_payment_method"])
        invoice["attempt_count"] += 1
        invoice["attempted"] = True
        try:
            intent["_done"] = lambda taken: self.paid(subscription, invoice) if taken else self._failed(subscription, invoice)
            self.payments.pay(intent, method, later=True)
        except Declined:
            self._failed(subscription, invoice)
        except AsksSupporter:
            self.world.emit("invoice.payment_action_required", invoice)
            self._failed(subscription, invoice)
        else:
            if intent["status"] == "succeeded":
                self.paid(subscription, invoice)

    def pay_page(self, invoice: Obj, *, number: str = "") -> None:
        """Pay an open invoice as its own page would: with the card that is kept, its owner saying yes, or with another one.

        Raises:
            Declined: the card was.
        """
        subscription = self.subscription_of(invoice)
        kept = subscription["default_payment_method"]
        method = self.payments.method(live=invoice["livemode"], number=number) if number else self.world.get("payment_method", kept)
        row = next(self.world.store.where("invoice_payment", invoice=invoice["id"]))
        intent = self.world.get("payment_intent", row["payment"]["payment_intent"])
        self.payments.pay(intent, method, confirmed=True)
        subscription["default_payment_method"] = method["id"]
        self.paid(subscription, invoice)

    def _failed(self, subscription: Obj, invoice: Obj) -> None:
        """Put a subscription past due and try again some days later, at last end it."""
        waits, tried = self.world.habits.dunning_days, invoice["attempt_count"]
        again = tried <= len(waits)
        if again:
            wait = dt.timedelta(days=waits[tried - 1])
            invoice["next_payment_attempt"] = int((self.world.clock.now() + wait).timestamp())
            self.world.after(wait, lambda: self.try_invoice(subscription, invoice))
        else:
            invoice["next_payment_attempt"] = None
        self.world.emit("invoice.payment_failed", invoice)
        if not again:
            self.cancel(subscription, reason="payment_failed")
        elif subscription["status"] == "active":
            subscription["status"] = "past_due"
            self.world.emit("customer.subscription.updated", subscription, status="active")

    # --- invoices -------------------------------------------------------------------------------

    def _invoice(self, subscription: Obj, *, reason: str) -> Obj:
        item = subscription["items"]["data"][0]
        amount = item["price"]["unit_amount"]
        details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
        invoice = self.world.new(
            "invoice",
            "in",
            live=subscription["livemode"],
            amount_due=amount,
            amount_paid=0,
            amount_remaining=amount,
            attempt_count=0,
            attempted=False,
            auto_advance=True,
            billing_reason=reason,
            collection_method="charge_automatically",
            currency=subscription["currency"],
            customer=subscription["customer"],
            hosted_invoice_url=None,
            lines={"object": "list", "data": [], "has_more": False, "url": ""},
            metadata={},
            next_payment_attempt=None,
            number=None,
            parent={"type": "subscription_details", "subscription_details": details, "quote_details": None},
            period_start=item["current_period_start"],
            period_end=item["current_period_end"],
            status="draft",
            status_transitions={"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
            subtotal=amount,
            total=amount,
            _subscription=subscription["id"],
        )
        subscription["latest_invoice"] = invoice["id"]
        self.world.emit("invoice.created", invoice)
        return invoice

    def _finalize(self, invoice: Obj) -> Obj:
        invoice["status"] = "open"
        invoice["status_transitions"]["finalized_at"] = self.world.clock.stamp()
        invoice["number"] = invoice["id"][-8:].upper()
        invoice["hosted_invoice_url"] = f"{self.world.origin}/i/{invoice['id']}"
        intent = self.payments.intent(
            live=invoice["livemode"],
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            description="Subscription creation" if invoice["billing_reason"] == "subscription_create" else "Subscription update",
            setup_future_usage="off_session",
        )
        self.world.new(
            "invoice_payment",
            "inpay",
            live=invoice["livemode"],
            amount_paid=None,
            amount_requested=invoice["amount_due"],
            currency=invoice["currency"],
            invoice=invoice["id"],
            is_default=True,
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
            _intent=intent["id"],
            status="open",
            status_transitions={"canceled_at": None, "paid_at": None},
        )
        self.world.emit("invoice.finalized", invoice)
        return intent

    def subscription_of(self, invoice: Obj) -> Obj:
        """Return the subscription that an invoice is of."""
        return self.world.get("subscription", invoice["_subscription"])

    def set_card(self, subscription: Obj, **card: Any) -> Obj:
        """Have later payments of a subscription taken from another card or account, and pay what is overdue from it."""
        method = self.payments.method(live=subscription["livemode"], **card)
        subscription["default_payment_method"] = method["id"]
        self.world.emit("customer.subscription.updated", subscription)
        for invoice in self.world.store.where("invoice", status="open"):
            if invoice["_subscription"] == subscription["id"] and subscription["status"] == "past_due":
                self.try_invoice(subscription, invoice)
        return method


def _interval(given: Obj) -> Obj:
    return {"interval": given["interval"], "interval_count": int(given.get("interval_count", 1)), "usage_type": "licensed", "meter": None}
