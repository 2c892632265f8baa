"""Is the money of the played year right? The provider's movements, added up here, against meter, books, statements and proofs."""

import time
from collections import Counter
from typing import Any

from bench._year_newsroom import Newsroom, by_size
from bench._year_world import CURRENCIES
from masthead.funding.books import queries as books
from masthead.funding.books.models import Statement
from masthead.funding.books.verify import causes
from masthead.funding.campaigns import queries as campaigns
from masthead.funding.giving.banking.models import BankLine, LineState
from masthead.funding.giving.models import Gift
from masthead.funding.giving.reconciling.models import Discrepancy, ProviderMovement, Reconciliation
from masthead.funding.ledger import notes, papers
from masthead.funding.ledger.checkpoints import queries as signed
from masthead.funding.ledger.models import Kind, Total, Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel import clock


def prove(newsroom: Newsroom) -> dict[str, Any]:
    """Return the figures of the year.

    Raises:
        RuntimeError: something is not right: which, and by how much.
    """
    moved = newsroom.world.sums()
    wrong = [*_meter(newsroom, moved), *_books(moved), *_matching()]
    began = time.process_time()
    report = verify()
    verified = time.process_time() - began
    wrong += [*(str(problem) for problem in report.problems), *causes()]
    began = time.process_time()
    wrong += _papers()
    papers_took = time.process_time() - began
    if wrong:
        raise RuntimeError("The year does not add up:\n" + "\n".join(wrong[:40]))
    cpu = {f"{what}: CPU, all year / longest day": f"{seconds:.0f} / {newsroom.longest[what]:.2f} s" for what, seconds in by_size(newsroom.spent)}
    return {
        "gifts": f"{Gift.objects.count():,}",
        "rows of the books": f"{report.rows:,}",
        "movements at the provider, each matched": f"{ProviderMovement.objects.count():,}",
        "payouts, each on the bank's statement": f"{BankLine.objects.filter(state=LineState.PAYOUT).count():,}",
        "checkpoints / statements": f"{signed.checkpoints().count()} / {Statement.objects.count()}",
        "runs of reconciliation, none with an open difference": f"{Reconciliation.objects.count():,}",
        **cpu,
        "ledger verify: CPU": f"{verified:.1f} s",
        "checking all statements and the last checkpoint: CPU": f"{papers_took:.1f} s",
    }


def _meter(newsroom: Newsroom, moved: dict[str, Counter[str]]) -> list[str]:
    """Hold every campaign's total, and the meter of those that count all of it, against the movements."""
    wrong = []
    for currency in CURRENCIES:
        campaign = newsroom.campaigns[currency]
        exchanged = _balance(f"exchange:stripe:{currency}")
        expected = sum(moved[kind][currency] for kind in ("payment", "refund", "failure", "dispute", "dispute_won")) - exchanged
        found = _balance(campaign.account_code)
        if found != expected:
            wrong.append(f"{currency}: the books hold {found} of gifts, the movements come to {expected}")
        if currency != "USD":  # that campaign begins anew each month
            reading = campaigns.reading(campaign=campaign, now=clock.now())
            if reading.raised.minor != expected:
                wrong.append(f"{currency}: the meter says {reading.raised}, the movements come to {expected}")
        else:
            months = campaigns.months_before(campaign=campaign, now=clock.now(), limit=99)
            whole = sum(month.raised.minor for month in months) + campaigns.reading(campaign=campaign, now=clock.now()).raised.minor
            if whole != expected:
                wrong.append(f"{currency}: the months of the meter come to {whole}, the movements to {expected}")
        if exchanged and currency != "EUR":
            wrong.append(f"{currency}: something was exchanged")
    return wrong


def _books(moved: dict[str, Counter[str]]) -> list[str]:
    """Hold what the open books show, the statements and what came since, against the movements."""
    wrong = []
    now = books.since_last_statement()
    readings = [*books.months(), *([now] if now else [])]
    for currency in CURRENCIES:
        found = [figures for reading in readings for figures in reading.figures if figures.currency == currency]
        exchanged = _balance(f"exchange:stripe:{currency}")
        pairs = {
            "gifts": (sum(one.gifts for one in found), moved["payment"][currency]),
            "given back": (
                sum(one.returned for one in found),
                -sum(moved[kind][currency] for kind in ("refund", "failure", "dispute", "dispute_won")) + exchanged,
            ),
            "fees": (sum(one.fees for one in found), -moved["fee"][currency] - moved["other"][currency]),
            "paid out": (sum(one.payouts for one in found), -moved["payout"][currency]),
            "held by the provider": (-_balance(f"clearing:stripe:{currency}"), sum(kind[currency] for kind in moved.values())),
        }
        wrong += [f"{currency}, {what}: the open books say {said}, the movements {true}" for what, (said, true) in pairs.items() if said != true]
    return wrong


def _matching() -> list[str]:
    wrong = [f"open: {one.cause}" for one in Discrepancy.objects.filter(closed_at__isnull=True)]
    wrong += [f"{one.began_at:%Y-%m-%d} {one.provider}: {one.error or one.differing}" for one in Reconciliation.objects.all() if one.error or one.differing]
    wrong += [f"movement {one} is {one.state}" for one in ProviderMovement.objects.exclude(state="matched")[:20]]
    waiting = Transfer.objects.filter(kind=Kind.PAYOUT, id__endswith=":payout").count() - BankLine.objects.filter(state=LineState.PAYOUT).count()
    on_their_way = sum(1 for one in Total.objects.filter(account__code__startswith="bank:transit:") if one.balance_minor)
    return wrong + ([f"{waiting} payouts are on no statement"] if waiting and not on_their_way else [])


def _papers() -> list[str]:
    """Check every statement and the last checkpoint as `masthead verify` does, with the key that is published."""
    keys = [notes.read_verifier(text) for text in books.keys()]  # noqa: SIM118 - a function of that name, no mapping
    wrong, statements = [], []
    for statement in Statement.objects.order_by("month"):
        found = papers.check(statement.text, keys)
        if found.statement is None:
            wrong.append(f"{statement}: {found}")
        else:
            statements.append(found.statement)
    papers.check_in_order(statements)
    point = signed.latest()
    if point is None:
        return [*wrong, "nothing was signed"]
    papers.check(signed.note_of(point), keys)
    return wrong


def _balance(code: str) -> int:
    total = Total.objects.filter(pk=code).first()
    return total.balance_minor if total else 0
