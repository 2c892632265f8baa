"""Payments: intents and charges, what cards and accounts do, refunds that are capped, disputes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from simulator.store import Obj
from simulator.stripe.money import THREE_DECIMALS, Balance
from simulator.stripe.world import Refused, World, whole

REFUSALS = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": ("card_declined", "lost_card", "Your card was declined."),
    "4000000000000069": ("expired_card", "", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "", "Your card's security code is incorrect."),
}
GOOD = {"4242424242424242", "5555555555554444", "378282246310005", "4000000000000077"}
ASKS_ONCE = {"4000002500003155", "4000000000003220"}  # 3D Secure at the checkout; later payments go through
ASKS_ALWAYS = {"4000002760003184"}
LATER_DECLINED = "4000000000000341"  # the first payment is taken, later ones are declined
DISPUTED = "4000000000000259"
# docs.stripe.com/payments/sepa-debit: the last digits of test accounts tell what the bank does.
SEPA_FAILS = ("202", "205", "3001")
SEPA_DISPUTED = ("203",)


@dataclass(frozen=True)
class Declined(Exception):
    """A payment that the bank refused."""

    code: str
    decline_code: str
    message: str


class AsksSupporter(Exception):
    """A payment that the supporter's bank wants confirmed by them (3D Secure)."""


class Payments:
    """Takes payments and gives them back."""

    def __init__(self, world: World, balance: Balance) -> None:
        self.world, self.balance = world, balance

    def method(self, *, live: bool, number: str = "", iban: str = "", email: str = "") -> Obj:
        """Keep a card or a bank account and return it.

        Raises:
            Declined: the number is none of a test card.
        """
        known = GOOD | set(REFUSALS) | ASKS_ONCE | ASKS_ALWAYS | {LATER_DECLINED, DISPUTED}
        if not iban and number not in known:
            raise Declined("incorrect_number", "", "Your card number is incorrect.")
        kind = "sepa_debit" if iban else "card"
        details = {"last4": (iban or number)[-4:]} | ({"country": iban[:2].upper()} if iban else {"brand": "visa", "exp_month": 12, "exp_year": 2034})
        return self.world.new(
            "payment_method",
            "pm",
            live=live,
            type=kind,
            billing_details={"email": email or None, "name": None},
            customer=None,
            metadata={},
            _number=number,
            _iban=iban,
            **{kind: details},
        )

    def intent(self, *, live: bool, amount: int, currency: str, **words: Any) -> Obj:
        """Begin a payment.

        Raises:
            Refused: the amount cannot be.
        """
        check_amount(amount, currency)
        intent = self.world.new(
            "payment_intent",
            "pi",
            live=live,
            amount=amount,
            amount_capturable=0,
            amount_received=0,
            currency=currency,
            canceled_at=None,
            cancellation_reason=None,
            capture_method="automatic_async",
            confirmation_method="automatic",
            client_secret=None,
            customer=None,
            description=None,
            last_payment_error=None,
            latest_charge=None,
            metadata={},
            next_action=None,
            payment_method=None,
            payment_method_types=["card", "sepa_debit"] if currency == "eur" else ["card"],
            receipt_email=None,
            setup_future_usage=None,
            statement_descriptor=None,
            status="requires_payment_method",
        )
        intent.update(words)
        self.world.emit("payment_intent.created", intent)
        return intent

    def pay(self, intent: Obj, method: Obj, *, confirmed: bool = False, later: bool = False) -> None:
        """Take a payment from a card or an account. `confirmed`: its owner said yes to their bank; `later`: they are not there.

        Raises:
            Declined, AsksSupporter: it was not taken; the intent says so too.
        """
        number, intent["payment_method"] = method["_number"], method["id"]
        asks = number in ASKS_ALWAYS or (number in ASKS_ONCE and not later)
        if asks and not confirmed:
            intent["status"], intent["next_action"] = "requires_action", {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            self.world.emit("payment_intent.requires_action", intent)
            raise AsksSupporter
        refusal = REFUSALS.get(number) or (("card_declined", "generic_decline", "Your card was declined.") if number == LATER_DECLINED and later else None)
        if refusal:
            self.refuse(intent, method, Declined(*refusal))
            raise Declined(*refusal)
        if method["type"] == "sepa_debit":
            self._debit(intent, method)
            return
        charge = self._charge(intent, method, status="succeeded", paid=True)
        self._settle(intent, charge, method)
        if number == DISPUTED:
            self.dispute(charge)

    def refuse(self, intent: Obj, method: Obj, refusal: Declined) -> None:
        """Note that the bank refused a payment; the intent waits for another card."""
        charge = self._charge(intent, method, status="failed", paid=False, failure_code=refusal.code, failure_message=refusal.message)
        error = {"code": refusal.code, "decline_code": refusal.decline_code or None, "message": refusal.message, "type": "card_error", "charge": charge["id"]}
        intent.update(status="requires_payment_method", next_action=None, payment_method=None, last_payment_error=error)
        self.world.emit("charge.failed", charge)
        self.world.emit("payment_intent.payment_failed", intent)

    def _debit(self, intent: Obj, method: Obj) -> None:
        charge = self._charge(intent, method, status="pending", paid=False)
        intent["status"] = "processing"
        self.world.emit("charge.pending", charge)
        self.world.emit("payment_intent.processing", intent)
        self.world.after(dt.timedelta(days=self.world.habits.sepa_days), lambda: self._debit_ends(intent, charge, method))

    def _debit_ends(self, intent: Obj, charge: Obj, method: Obj) -> None:
        if intent["status"] != "processing":
            return
        if method["_iban"].endswith(SEPA_FAILS):
            message = "The customer's bank refused the debit: insufficient funds."
            charge.update(status="failed", failure_code="insufficient_funds", failure_message=message)
            error = {"code": "payment_intent_payment_attempt_failed", "message": message, "type": "invalid_request_error", "charge": charge["id"]}
            intent.update(status="requires_payment_method", last_payment_error=error)
            self.world.emit("charge.failed", charge)
            self.world.emit("payment_intent.payment_failed", intent)
            intent.get("_done", bool)(False)  # noqa: FBT003 - what `_done` is told: taken or not
            return
        charge.update(status="succeeded", paid=True)
        self._settle(intent, charge, method)
        intent.get("_done", bool)(True)  # noqa: FBT003 - as above
        if method["_iban"].endswith(SEPA_DISPUTED):
            self.close_dispute(self.dispute(charge), won=False)

    def _settle(self, intent: Obj, charge: Obj, method: Obj) -> None:
        credited, _, _ = self.balance.settled(charge["amount"], charge["currency"])
        booked = self.balance.book(
            "payment" if method["type"] == "sepa_debit" else "charge",
            charge,
            amount=charge["amount"],
            currency=charge["currency"],
            fee=self.balance.fee(credited, method=method["type"]),
            days=self.world.habits.card_days,
            words=intent["description"] or "",
        )
        charge["balance_transaction"] = booked["id"]
        intent.update(status="succeeded", amount_received=charge["amount"], next_action=None, last_payment_error=None)
        self.world.emit("charge.succeeded", charge)
        self.world.emit("payment_intent.succeeded", intent)
        if method["type"] == "card":
            self.world.emit("charge.updated", charge, balance_transaction=None)

    def _charge(self, intent: Obj, method: Obj, **words: Any) -> Obj:
        charge = self.world.new(
            "charge",
            "py" if method["type"] == "sepa_debit" else "ch",
            live=intent["livemode"],
            amount=intent["amount"],
            amount_captured=0 if words.get("status") == "failed" else intent["amount"],
            amount_refunded=0,
            balance_transaction=None,
            billing_details=method["billing_details"],
            captured=words.get("status") != "failed",
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            disputed=False,
            failure_balance_transaction=None,
            failure_code=None,
            failure_message=None,
            metadata=dict(intent["metadata"]),
            payment_intent=intent["id"],
            payment_method=method["id"],
            payment_method_details={"type": method["type"], method["type"]: method[method["type"]]},
            receipt_email=intent["receipt_email"],
            refunded=False,
        )
        charge.update(words)
        intent["latest_charge"] = charge["id"]
        return charge

    def fail_late(self, charge: Obj) -> None:
        """Have the bank take back a payment that had settled; once, for a charge has one `failure_balance_transaction`.

        Raises:
            Refused: the bank took it back already.
        """
        self.refuse_failed(charge)
        booked = self.balance.book("payment_failure_refund", charge, amount=-charge["amount"], currency=charge["currency"])
        message = "The customer's bank took the payment back."
        charge.update(
            status="failed", paid=False, failure_balance_transaction=booked["id"], failure_code="charge_exceeds_source_limit", failure_message=message
        )
        intent = self.world.get("payment_intent", charge["payment_intent"])
        error = {"code": "payment_intent_payment_attempt_failed", "message": message, "type": "invalid_request_error", "charge": charge["id"]}
        intent.update(status="requires_payment_method", amount_received=0, last_payment_error=error)
        self.world.emit("charge.failed", charge)
        self.world.emit("payment_intent.payment_failed", intent)

    def refuse_failed(self, charge: Obj) -> None:
        """Refuse what would take money back a second time: of a payment that failed nothing is left.

        Raises:
            Refused: the charge failed, at once or late.
        """
        if charge["status"] == "failed":
            raise Refused(f"Charge {charge['id']} has failed: nothing of it can be taken back.", code="charge_not_refundable")

    # --- refunds --------------------------------------------------------------------------------

    def refund(self, form: Obj, *, live: bool) -> Obj:
        """Give back part or all of a payment; never more than is left of it.

        Raises:
            Refused: nothing, or less, is left, the payment failed, or no payment is named.
        """
        if "charge" in form:
            charge = self.world.get("charge", form["charge"], live=live)
        elif "payment_intent" in form:
            intent = self.world.get("payment_intent", form["payment_intent"], live=live)
            if intent["status"] != "succeeded":
                raise Refused(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", code="charge_not_refundable")
            charge = self.world.get("charge", intent["latest_charge"])
        else:
            raise Refused("One of the following params should be provided for this request: payment_intent or charge.", code="parameter_missing")
        self.refuse_failed(charge)
        left = charge["amount"] - charge["amount_refunded"]
        if charge["disputed"] and any(one["status"] != "won" for one in self.world.store.where("dispute", charge=charge["id"])):
            raise Refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
        if left <= 0:
            raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = whole(form["amount"], param="amount") if "amount" in form else left
        if amount > left:
            raise Refused(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
        check_amount(amount, charge["currency"])
        refund = self.world.new(
            "refund",
            "re",
            live=live,
            amount=amount,
            balance_transaction=None,
            charge=charge["id"],
            currency=charge["currency"],
            failure_balance_transaction=None,
            failure_reason=None,
            metadata=form.get("metadata", {}),
            payment_intent=charge["payment_intent"],
            reason=form.get("reason"),
            receipt_number=None,
            status="succeeded",
        )
        kind = "payment_refund" if charge["payment_method_details"]["type"] == "sepa_debit" else "refund"
        refund["balance_transaction"] = self.balance.book(kind, refund, amount=-amount, currency=charge["currency"])["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.world.emit("refund.created", refund)
        self.world.emit("charge.refunded", charge, amount_refunded=charge["amount_refunded"] - amount)
        return refund

    def fail_refund(self, refund: Obj, *, reason: str = "expired_or_canceled_card") -> Obj:
        """Have the supporter's bank send a refund back, days after it succeeded: docs.stripe.com/refunds#failed-refunds."""
        if refund["status"] == "failed":
            return refund
        charge = self.world.get("charge", refund["charge"])
        booked = self.balance.book("refund_failure", refund, amount=refund["amount"], currency=refund["currency"])
        refund |= {"status": "failed", "failure_reason": reason, "failure_balance_transaction": booked["id"]}
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.world.emit("refund.updated", refund)
        self.world.emit("refund.failed", refund)
        self.world.emit("charge.refund.updated", refund)
        return refund

    # --- disputes -------------------------------------------------------------------------------

    def dispute(self, charge: Obj, *, amount: int = 0) -> Obj:
        """Have a supporter complain to their bank, which holds back `amount` or all that is left; a fee is kept.

        Raises:
            Refused: the payment failed.
        """
        self.refuse_failed(charge)
        held = amount or charge["amount"] - charge["amount_refunded"]
        charge["disputed"] = True
        dispute = self.world.new(
            "dispute",
            "du",
            live=charge["livemode"],
            amount=held,
            balance_transactions=[],
            charge=charge["id"],
            currency=charge["currency"],
            evidence={},
            evidence_details={"due_by": self.world.clock.stamp() + 7 * 86400, "has_evidence": False, "past_due": False, "submission_count": 0},
            is_charge_refundable=False,
            metadata={},
            payment_intent=charge["payment_intent"],
            reason="fraudulent",
            status="needs_response",
        )
        booked = self.balance.book("adjustment", dispute, amount=-held, currency=charge["currency"], fee=self.world.habits.dispute_fee_minor)
        booked["reporting_category"] = "dispute"
        dispute["balance_transactions"].append(booked)
        self.world.emit("charge.dispute.created", dispute)
        self.world.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def close_dispute(self, dispute: Obj, *, won: bool) -> Obj:
        """Decide a dispute. What was won comes back; the fee does not."""
        if dispute["status"] in {"won", "lost"}:
            return dispute
        dispute["status"] = "won" if won else "lost"
        if won:
            booked = self.balance.book("adjustment", dispute, amount=dispute["amount"], currency=dispute["currency"])
            booked["reporting_category"] = "dispute_reversal"
            dispute["balance_transactions"].append(booked)
            self.world.emit("charge.dispute.funds_reinstated", dispute)
        self.world.emit("charge.dispute.closed", dispute)
        return dispute


def check_amount(amount: int, currency: str) -> None:
    """Accept an amount that Stripe would charge (docs.stripe.com/currencies, special cases).

    Raises:
        Refused: too small, too large, or too fine.
    """
    if not 0 < amount <= 99_999_999:  # noqa: PLR2004 - eight digits
        raise Refused("Amount must be no more than 8 digits and above zero.", code="amount_too_large", param="amount")
    if currency in THREE_DECIMALS and amount % 10:
        raise Refused(f"Invalid amount: in {currency.upper()} the last digit must be 0.", code="invalid_amount", param="amount")
    if currency == "isk" and amount % 100:
        raise Refused(
            "Invalid amount. Currency ISK has become effectively zero-decimal and charged amounts must be evenly divisible by 100.",
            code="invalid_charge_amount_no_decimal_compatible",
            param="amount",
        )
