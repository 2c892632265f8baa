"""The bank: a supporter is told where to transfer, and a statement's line says that it arrived. Nobody is spoken to, so there is no client."""

import datetime as dt
from collections.abc import Mapping

from masthead.funding.providers.bank.references import reference_of
from masthead.funding.providers.base import (
    BadSignature,
    Capabilities,
    CheckoutFacts,
    CheckoutState,
    Facts,
    Frequency,
    Hint,
    Movement,
    Payout,
    PledgeFacts,
    ProviderError,
    RefundFacts,
    Started,
    StartRequest,
)
from masthead.kernel.money import Money


class BankProvider:
    """Takes transfers to the newsroom's own account. What arrives is told by statements (giving/banking), never by this class."""

    name = "bank"
    capabilities = Capabilities(monthly=False, refund=False, partial_refund=False, portal=False, payouts=False, live=True, webhooks=False)

    def start(self, request: StartRequest, *, now: dt.datetime) -> Started:
        """Return the gift's reference; the page it comes back to says what to do with it."""
        return Started(checkout_ref=reference_of(request.gift_id), url=request.return_url, promised=True)

    def fetch(self, ref: str) -> Facts:
        """Return that a transfer is awaited: the bank tells nothing between two statements."""
        return CheckoutFacts(ref=ref, gift_id=None, state=CheckoutState.OPEN)

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Hint:
        """Refuse: a bank sends none."""
        raise BadSignature("A bank sends no webhooks, so this one is nobody's.")

    def refund(self, *, payment_ref: str, amount: Money, key: str, now: dt.datetime) -> RefundFacts:
        """Refuse: nobody but the newsroom can make a transfer from its account."""
        raise ProviderError(f"A transfer is given back by hand: transfer {amount.words()} at your bank, then assign the statement's line to the gift.")

    def cancel(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Refuse: a standing order is ended where it was made."""
        raise _no_pledges(pledge_ref)

    def change_amount(self, pledge_ref: str, amount: Money, *, key: str, now: dt.datetime, frequency: Frequency | None = None) -> PledgeFacts:
        """Refuse, as `cancel` does."""
        raise _no_pledges(pledge_ref)

    def approval_to_change(self, pledge_ref: str, amount: Money, *, key: str, return_url: str, cancel_url: str) -> str:
        """Refuse, as `cancel` does."""
        raise _no_pledges(pledge_ref)

    def pause(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Refuse, as `cancel` does."""
        raise _no_pledges(pledge_ref)

    def resume(self, pledge_ref: str, *, now: dt.datetime) -> PledgeFacts:
        """Refuse, as `cancel` does."""
        raise _no_pledges(pledge_ref)

    def portal_url(self, pledge_ref: str, *, return_url: str) -> str:
        """Refuse, as `cancel` does."""
        raise _no_pledges(pledge_ref)

    def list_movements(self, since: dt.datetime) -> list[Movement]:
        """Return nothing: the statements' lines are the movements."""
        return []

    def list_payouts(self, since: dt.datetime) -> list[Payout]:
        """Return nothing: the money is at the bank already."""
        return []

    def changed_since(self, since: dt.datetime) -> list[str]:
        """Return nothing: changes come with statements."""
        return []


def _no_pledges(pledge_ref: str) -> ProviderError:
    return ProviderError(f"The bank keeps no pledge {pledge_ref[:60]!r}: a standing order is changed and ended by the supporter, at their own bank.")
