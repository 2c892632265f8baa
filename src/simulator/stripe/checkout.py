"""Hosted Checkout and the billing portal: their sessions, and what the buttons on their pages do."""

import datetime as dt
from typing import Any

from simulator.store import Obj
from simulator.stripe.billing import Billing
from simulator.stripe.payments import AsksSupporter, Declined, Payments, check_amount
from simulator.stripe.world import Refused, World, whole

OPEN_DAYS = 1  # docs.stripe.com/api/checkout/sessions/create, expires_at: 24 hours after creation


class Checkout:
    """Sessions of the checkout page and of the portal."""

    def __init__(self, world: World, payments: Payments, billing: Billing) -> None:
        self.world, self.payments, self.billing = world, payments, billing

    def create(self, form: Obj, *, live: bool, origin: str) -> Obj:
        """Open a checkout page for one gift or a recurring one.

        Raises:
            Refused: a parameter is missing or cannot be.
        """
        mode = form.get("mode")
        if mode not in {"payment", "subscription"}:
            raise Refused("Invalid mode: must be one of payment or subscription here (the simulator has no setup mode).", param="mode")
        lines = form.get("line_items") or []
        if len(lines) != 1:
            raise Refused("The simulator takes exactly one line item.", code="parameter_missing", param="line_items")
        price = self._price(lines[0], live=live)
        if bool(price["recurring"]) != (mode == "subscription"):
            raise Refused(
                f"You must provide {'at least one recurring price in `subscription`' if mode == 'subscription' else 'one-time prices in `payment`'} mode."
            )
        if "success_url" not in form:
            raise Refused("Missing required param: success_url.", code="parameter_missing", param="success_url")
        if mode == "subscription" and "payment_intent_data" in form:
            raise Refused("You can not pass `payment_intent_data` in `subscription` mode.", param="payment_intent_data")
        if mode == "payment" and "subscription_data" in form:
            raise Refused("You can not pass `subscription_data` in `payment` mode.", param="subscription_data")
        amount = price["unit_amount"] * whole(lines[0].get("quantity", 1), param="line_items[0][quantity]")
        check_amount(amount, price["currency"])
        session = self.world.new(
            "checkout.session",
            "cs_live" if live else "cs_test",
            live=live,
            amount_subtotal=amount,
            amount_total=amount,
            cancel_url=form.get("cancel_url"),
            client_reference_id=form.get("client_reference_id"),
            currency=price["currency"],
            customer=form.get("customer"),
            customer_details=None,
            customer_email=form.get("customer_email"),
            expires_at=self.world.clock.stamp() + OPEN_DAYS * 86400,
            invoice=None,
            locale=form.get("locale"),
            metadata=form.get("metadata", {}),
            mode=mode,
            payment_intent=None,
            payment_method_types=["card", "sepa_debit"] if price["currency"] == "eur" else ["card"],
            payment_status="unpaid",
            status="open",
            submit_type=form.get("submit_type"),
            subscription=None,
            success_url=form["success_url"],
            ui_mode="hosted",
            _price=price,
            _more=form.get("payment_intent_data" if mode == "payment" else "subscription_data", {}),
        )
        session["url"] = f"{origin}/c/pay/{session['id']}"
        self.world.after(dt.timedelta(days=OPEN_DAYS), lambda: self.expire(session, quietly=True))
        return session

    def _price(self, line: Obj, *, live: bool) -> Obj:
        if "price_data" in line:
            return self.billing.price(line["price_data"], live=live)
        if "price" in line:
            return self.world.get("price", line["price"], live=live)
        raise Refused("Missing required param: line_items[0][price].", code="parameter_missing", param="line_items[0][price]")

    def expire(self, session: Obj, *, quietly: bool = False) -> Obj:
        """End an open session without a payment."""
        if session["status"] != "open":
            if quietly:
                return session
            raise Refused(f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{session["status"]}`.')
        session.update(status="expired", url=None)
        self.world.emit("checkout.session.expired", session)
        return session

    # --- the page -------------------------------------------------------------------------------

    def pay(self, session: Obj, *, number: str = "", iban: str = "", email: str = "", confirmed: bool = False) -> str:
        """Pay a session as the page's button does and return where the supporter goes next.

        Raises:
            Declined, AsksSupporter: it was not taken; they may try again.
            Refused: the session is not open any more.
        """
        if session["status"] != "open":
            raise Refused(f"This checkout is {session['status']}.")
        if iban and "sepa_debit" not in session["payment_method_types"]:
            raise Declined("payment_method_not_available", "", "Bank debits are taken in euros only.")
        live = session["livemode"]
        email = email or session["customer_email"] or ""
        method = self.payments.method(live=live, number=number.replace(" ", ""), iban=iban.replace(" ", "").upper(), email=email)
        intent = self._intent(session, email)
        intent["_done"] = lambda taken: self._settled(session, taken=taken)
        if "_subscription" in session:
            session["_subscription"]["default_payment_method"] = method["id"]
        self.payments.pay(intent, method, confirmed=confirmed)
        self._complete(session, email, paid=intent["status"] == "succeeded")
        return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])

    def confirm(self, session: Obj, *, number: str, yes: bool, email: str = "") -> str:
        """Answer the bank's question (3D Secure) with yes or no and return where the supporter goes next.

        Raises:
            Declined: they said no.
        """
        if yes:
            return self.pay(session, number=number, email=email, confirmed=True)
        intent = self._intent(session, email)
        refusal = Declined("payment_intent_authentication_failure", "", "We are unable to authenticate your payment method.")
        method = self.world.get("payment_method", intent["payment_method"])
        self.payments.refuse(intent, method, refusal)
        raise refusal

    def _intent(self, session: Obj, email: str) -> Obj:
        """Return the payment that a session stands for, begun at the first press of the button."""
        if session.get("_intent"):
            found: Obj = session["_intent"]
            return found
        more, price = session["_more"], session["_price"]
        live = session["livemode"]
        if session["mode"] == "payment":
            session["_intent"] = self.payments.intent(
                live=live,
                amount=session["amount_total"],
                currency=session["currency"],
                customer=session["customer"],
                description=more.get("description"),
                metadata=more.get("metadata", {}),
                receipt_email=more.get("receipt_email"),
            )
            session["payment_intent"] = session["_intent"]["id"]
        else:
            if not session["customer"]:
                session["customer"] = self.world.new("customer", "cus", live=live, email=email or None, name=None, metadata={})["id"]
            subscription, invoice, intent = self.billing.begin(
                live=live, price=price, customer=session["customer"], metadata=more.get("metadata", {}), description=more.get("description")
            )
            session.update(_intent=intent, _subscription=subscription, _invoice=invoice)
        started: Obj = session["_intent"]
        return started

    def _complete(self, session: Obj, email: str, *, paid: bool) -> None:
        session.update(status="complete", url=None, payment_status="paid" if paid else "unpaid", customer_details={"email": email or None})
        if session["mode"] == "subscription":
            subscription, invoice = session["_subscription"], session["_invoice"]
            session.update(subscription=subscription["id"], invoice=invoice["id"])
            if paid:
                self.billing.paid(subscription, invoice)
            else:
                # A debit: Stripe makes the subscription active before its bank has said yes (docs.stripe.com/billing/subscriptions/sepa-debit).
                subscription["status"] = "active"
                self.world.emit("customer.subscription.created", subscription)
                self.billing._wait_for_period(subscription)  # noqa: SLF001 - one company
        self.world.emit("checkout.session.completed", session)

    def _settled(self, session: Obj, *, taken: bool) -> None:
        """Say what became of a payment that the bank took days for."""
        if taken:
            session["payment_status"] = "paid"
            if session["mode"] == "subscription":
                self.billing.paid(session["_subscription"], session["_invoice"])
        elif session["mode"] == "subscription":
            self.billing.cancel(session["_subscription"], reason="payment_failed")
        self.world.emit(f"checkout.session.async_payment_{'succeeded' if taken else 'failed'}", session)

    # --- the portal -----------------------------------------------------------------------------

    def portal(self, form: Obj, *, live: bool, origin: str) -> Obj:
        """Open the page where a customer sees and ends what they pay."""
        customer = self.world.get("customer", form.get("customer"), live=live)
        session = self.world.new(
            "billing_portal.session",
            "bps",
            live=live,
            configuration="bpc_simulated",
            customer=customer["id"],
            flow=form.get("flow_data"),
            locale=None,
            on_behalf_of=None,
            return_url=form.get("return_url"),
        )
        session["url"] = f"{origin}/p/session/{session['id']}"
        return session

    def subscriptions_of(self, portal: Obj) -> list[Obj]:
        """Return what the customer of a portal pays."""
        return list(self.world.store.where("subscription", customer=portal["customer"]))

    def press_portal(self, subscription: Obj, form: dict[str, Any]) -> None:
        """Do what a button of the portal says.

        Raises:
            Refused, Declined, AsksSupporter: it cannot be done.
        """
        if form.get("do") == "cancel":
            self.billing.update(subscription, {"cancel_at_period_end": "true"})
        elif form.get("do") == "keep":
            self.billing.update(subscription, {"cancel_at_period_end": "false"})
        elif form.get("do") == "card":
            self.billing.set_card(subscription, number=str(form.get("number", "")).replace(" ", ""))
        else:
            raise Refused("There is no such button.")


__all__ = ["AsksSupporter", "Checkout", "Declined"]
