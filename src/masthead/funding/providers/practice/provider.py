"""The practice provider: the practice system's words, our facts."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from masthead.funding.providers.base import (
    BadSignature,
    Capabilities,
    CheckoutFacts,
    CheckoutState,
    DisputeFacts,
    DisputeState,
    Facts,
    Frequency,
    Hint,
    Movement,
    MovementKind,
    PaymentFacts,
    PaymentState,
    Payout,
    PledgeFacts,
    PledgeState,
    ProviderError,
    RefundFacts,
    Started,
    StartRequest,
)
from masthead.funding.providers.practice import client
from masthead.funding.providers.practice.books import fee_of
from masthead.funding.providers.signatures import verify
from masthead.kernel.money import Money


class PracticeProvider:
    """Takes practice gifts: every step of a real one, and no money."""

    name = "practice"
    capabilities = Capabilities(
        monthly=True,
        refund=True,
        partial_refund=True,
        portal=True,
        payouts=False,
        live=False,
        yearly=True,
        change_amount=True,
        change_frequency=True,
        pause=True,
    )

    def start(self, request: StartRequest, *, now: dt.datetime) -> Started:
        """Open a practice checkout on the newsroom's own host."""
        ref = client.books().open_checkout(request, now=now)
        return Started(checkout_ref=ref, url=f"{_origin(request.return_url)}/practice/checkout/{ref}/")

    def fetch(self, ref: str) -> Facts:
        """Return the facts of a payment (pay_), checkout (cs_) or pledge (pl_)."""
        readers: dict[str, Callable[[str], Facts]] = {"pay": _payment, "cs": _checkout, "pl": _pledge}
        reader = readers.get(ref.partition("_")[0])
        if reader is None:
            raise ProviderError(f"The practice system knows nothing called {ref[:60]!r}.")
        return reader(ref)

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
        """Check the signature over the raw body, then read what it hints at."""
        given = {name.lower(): value for name, value in headers.items()}
        verify(header=given.get(client.SIGNATURE_HEADER.lower(), ""), body=body, secrets=(client.webhook_secret(),), now=now)
        try:
            said = json.loads(body)
            hint = Hint(event_id=said["id"], kind=said["type"], object_ref=said["object"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadSignature("The webhook's body is not one of the practice system's.") from None
        if not all(isinstance(word, str) and 0 < len(word) <= 100 for word in (hint.event_id, hint.kind, hint.object_ref)):  # noqa: PLR2004 - the inbox's columns
            raise BadSignature("The webhook's body is not one of the practice system's.")
        return hint

    def refund(self, *, payment_ref: str, amount: Money, key: str, now: dt.datetime) -> RefundFacts:
        """Give practice money back."""
        ref = client.books().refund(payment_ref, amount=amount, key=key, now=now)
        row = client.books().row("refund", ref)
        return RefundFacts(ref=ref, amount=Money(row["amount_minor"], amount.currency), created_at=_moment(row["created_at"]))

    def cancel(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """End a practice pledge."""
        client.pledges().end(pledge_ref, now=now)
        return _pledge(pledge_ref)

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> PledgeFacts:
        """Have later practice payments be of another amount, and come as often as `frequency` says."""
        client.pledges().change_amount(pledge_ref, amount, key=key, now=now, frequency=frequency)
        return _pledge(pledge_ref)

    def approval_to_change(self, pledge_ref: str, amount: Money, *, key: str, return_url: str, cancel_url: str) -> str:
        """Refuse: the practice system changes an amount without asking the supporter again."""
        raise ProviderError(f"The practice system asks nobody before {pledge_ref} becomes {amount}: change it at once.")

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Take nothing of a practice pledge for a time."""
        client.pledges().pause(pledge_ref, now=now)
        return _pledge(pledge_ref)

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Take a paused practice pledge up again."""
        client.pledges().resume(pledge_ref, now=now)
        return _pledge(pledge_ref)

    def portal_url(self, pledge_ref: str, *, return_url: str) -> str:
        """Return the practice system's page of one pledge."""
        return f"{_origin(return_url)}/practice/pledge/{quote(pledge_ref)}/?{urlencode({'return': return_url})}"

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return every change of the practice balance since then."""
        found = [movement for ref in client.payments_touched_since(since) for movement in _movements(_payment(ref))]
        return sorted((movement for movement in found if movement.at >= since), key=lambda movement: movement.at)

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return nothing: practice money never reaches a bank."""
        return []

    def changed_since(self, since: dt.datetime) -> list[str]:
        """Return the payments and pledges of which anything changed since then."""
        return sorted(client.touched_since(since))


def _payment(ref: str) -> PaymentFacts:
    said = client.payment(ref)
    payment, checkout = said["payment"], said["checkout"]
    amount = _amount(payment, checkout)
    settled_at = _moment_or_none(payment["settled_at"])
    return PaymentFacts(
        ref=ref,
        gift_id=uuid.UUID(checkout["gift_id"]),
        amount=amount,
        state=PaymentState(payment["state"]),
        created_at=_moment(payment["created_at"]),
        settled_at=settled_at,
        failed_at=_moment_or_none(payment["failed_at"]),
        reason=payment["reason"],
        fee=fee_of(amount) if settled_at else None,
        pledge_ref=said["pledge"][0]["ref"] if said["pledge"] else "",
        renewal=bool(payment["renewal"]),
        refunds=tuple(
            RefundFacts(ref=row["ref"], amount=Money(row["amount_minor"], amount.currency), created_at=_moment(row["created_at"])) for row in said["refunds"]
        ),
        disputes=tuple(
            DisputeFacts(
                ref=row["ref"],
                amount=Money(row["amount_minor"], amount.currency),
                state=DisputeState(row["state"]),
                created_at=_moment(row["created_at"]),
                closed_at=_moment_or_none(row["closed_at"]),
            )
            for row in said["disputes"]
        ),
    )


def _checkout(ref: str) -> CheckoutFacts:
    said = client.checkout(ref)
    return CheckoutFacts(
        ref=ref,
        gift_id=uuid.UUID(said["checkout"]["gift_id"]),
        state=CheckoutState(said["checkout"]["state"]),
        reason=said["checkout"]["reason"],
        payment_ref=said["payments"][0]["ref"] if said["payments"] else "",
        pledge_ref=said["pledges"][0]["ref"] if said["pledges"] else "",
    )


def _pledge(ref: str) -> PledgeFacts:
    said = client.pledge(ref)
    return PledgeFacts(
        ref=ref,
        gift_id=uuid.UUID(said["checkout"]["gift_id"]),
        amount=_amount(said["pledge"], said["checkout"]),
        state=PledgeState(said["pledge"]["state"]),
        started_at=_moment(said["pledge"]["started_at"]),
        ended_at=_moment_or_none(said["pledge"]["ended_at"]),
        frequency=Frequency(said["checkout"]["frequency"]),
        next_at=_moment_or_none(said["pledge"]["next_at"]),
    )


def _movements(facts: PaymentFacts) -> list[Movement]:
    def movement(ref: str, kind: MovementKind, amount: Money, at: dt.datetime) -> Movement:
        return Movement(ref=ref, kind=kind, payment_ref=facts.ref, amount=amount, at=at)

    found = []
    if facts.settled_at:
        found.append(movement(facts.ref, MovementKind.PAYMENT, facts.amount, facts.settled_at))
        if facts.fee and facts.fee.minor:
            found.append(movement(facts.ref, MovementKind.FEE, -facts.fee, facts.settled_at))
        if facts.failed_at:
            found.append(movement(facts.ref, MovementKind.FAILURE, -facts.amount, facts.failed_at))
    found += [movement(refund.ref, MovementKind.REFUND, -refund.amount, refund.created_at) for refund in facts.refunds]
    for dispute in facts.disputes:
        found.append(movement(dispute.ref, MovementKind.DISPUTE, -dispute.amount, dispute.created_at))
        if dispute.state is DisputeState.WON and dispute.closed_at:
            found.append(movement(dispute.ref, MovementKind.DISPUTE_WON, dispute.amount, dispute.closed_at))
    return found


def _amount(row: Mapping[str, Any], checkout: Mapping[str, Any]) -> Money:
    return Money(row["amount_minor"], checkout["currency"])


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
