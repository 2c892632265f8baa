"""`masthead practice gift`: what it says and returns."""

import argparse
import sys

from masthead.funding.giving import queries, words
from masthead.funding.giving.actions import PracticeOutcome, give_practice
from masthead.funding.giving.models import GiftState
from masthead.kernel import clock


def run(options: argparse.Namespace) -> int:
    """Make the practice gift that the options describe, print the meter before and after, and return the exit status.

    Reads `amount`, `campaign` (slug), `monthly`, `name`, `email` and one of `decline`, `delay`, `twice`, `refund`.
    """
    chosen = next((outcome for outcome in PracticeOutcome if getattr(options, outcome.value, False)), PracticeOutcome.PAY)
    done = give_practice(
        amount=options.amount,
        campaign_slug=getattr(options, "campaign", "") or "",
        monthly=bool(getattr(options, "monthly", False)),
        name=getattr(options, "name", "") or "",
        email=getattr(options, "email", "") or "",
        outcome=chosen,
        now=clock.now(),
    )
    gift = done.gift
    lines = [
        f"{gift.campaign.name}",
        f"  before: {done.before.sentence}",
        f"  gift:   {words.with_frequency(gift.amount, gift.frequency)}: {GiftState(gift.state).label.lower()} (practice: no money moved)",
        *(f"  books:  {transfer.seq} {transfer.id} {transfer.amount_minor} {transfer.currency}" for transfer in queries.transfers_of(gift)),
        f"  after:  {done.after.sentence}",
    ]
    if gift.state == GiftState.PENDING:
        lines.append("  It is pending and not counted; the running newsroom settles it in ten seconds.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
