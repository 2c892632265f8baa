"""Making the monthly statements: once, a day after the month ended, for good."""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from masthead.funding.books import exports, queries, rules
from masthead.funding.books.models import DaySums, Statement
from masthead.funding.ledger import notes, papers
from masthead.funding.ledger.checkpoints import keys, reading
from masthead.funding.ledger.checkpoints import queries as signed
from masthead.funding.ledger.checkpoints.models import Checkpoint
from masthead.funding.ledger.rules import plain
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError

DELAY_DAYS = 2  # the checkpoint is of the day before it is signed, and a line is published a day after that


class SumsDiffer(MastheadError):
    """Kept sums are not what the rows come to: nothing is published until someone has looked."""


def make_statements(*, now: dt.datetime) -> int:
    """Make the statement of each month that has ended, is signed and has none yet; return how many were made."""
    sum_days()
    today = date_in(settings.ENV.zone, now)
    made = 0
    while (checkpoint := _next(today)) is not None:
        _make(checkpoint, now=now)
        made += 1
    for statement in Statement.objects.filter(Q(sheet__isnull=True) | Q(beancount__isnull=True)):  # made by an older release
        statement.sheet, statement.beancount = _packed(exports.sheet(statement.text)), _packed(exports.beancount(statement.text))
        statement.save(update_fields=["sheet", "beancount"])
    return made


def sum_days() -> int:
    """Add up the rows of each signed day that is not added up yet, once; return how many days were. So pages read a few rows, however many gifts a month has."""
    reached = DaySums.objects.aggregate(last=Max("last_seq"), day=Max("day"))
    first, days = (reached["last"] or 0) + 1, 0
    waiting = Checkpoint.objects.order_by("day").values_list("day", "size")
    for day, size in waiting.filter(day__gt=reached["day"]) if reached["day"] else waiting:
        DaySums.objects.create(day=day, first_seq=first, last_seq=size, groups=_kept(queries.groups(first, size)))
        first, days = size + 1, days + 1
    return days


def _kept(groups: list[rules.Group]) -> list[list[Any]]:
    return [[one.kind, one.debit, one.credit, one.currency, one.count, one.minor] for one in groups]


def _packed(pieces: Iterable[str]) -> bytes:
    return zlib.compress("".join(pieces).encode(), 9)


def _next(today: dt.date) -> Checkpoint | None:
    """Return the checkpoint at the end of the first month that waits for its statement."""
    last = Statement.objects.order_by("-month").values_list("month", flat=True).first()
    waiting = Checkpoint.objects.order_by("day").filter(day__lte=today - dt.timedelta(days=DELAY_DAYS))
    if last is not None:
        waiting = waiting.filter(day__gte=(last + dt.timedelta(days=31)).replace(day=1))
    return next((one for one in waiting if (one.day + dt.timedelta(days=1)).day == 1), None)


def _make(checkpoint: Checkpoint, *, now: dt.datetime) -> Statement:
    before = queries.last_statement()
    first = before.last_seq + 1 if before else 1
    month = checkpoint.day.replace(day=1)
    opening = queries.closing_of(before)
    groups = queries.groups(first, checkpoint.size)  # from the rows themselves; the days' sums must agree
    if groups != queries.signed_groups(first, checkpoint.size):
        raise SumsDiffer(f"The sums of the days of {month:%Y-%m} are not what their rows come to, so no statement is made: run `masthead ledger verify`.")
    closing = rules.balances_after(opening, groups)
    names = queries.names(closing)
    key = keys.signer()
    header = {
        "books": notes.read_checkpoint(checkpoint.note).origin,
        "month": f"{month:%Y-%m}",
        "first": first,
        "last": checkpoint.size,
        "peaks": [peak.hex() for peak in signed.peaks(first - 1)],
        "before": _note_at(before),
        "checkpoint": signed.note_of(checkpoint),
        "key": str(key.verifier),
        "names": names,
        "accounts": _accounts(opening, closing),
    }
    text = papers.statement_text(header=header, rows=_rows(first, checkpoint.size), signer=key)
    papers.check(text, signed.verifiers())  # what does not hold is not published
    with transaction.atomic():
        return Statement.objects.create(
            month=month,
            first_seq=first,
            last_seq=checkpoint.size,
            accounts=header["accounts"],
            groups=_kept(groups),
            names=names,
            frequencies=queries.frequencies(month),
            body=_packed([text]),
            sheet=_packed(exports.sheet(text)),
            beancount=_packed(exports.beancount(text)),
            made_at=now,
        )


def _accounts(opening: dict[str, tuple[str, int]], closing: dict[str, tuple[str, int]]) -> dict[str, dict[str, Any]]:
    return {
        code: {"currency": currency, "opening_minor": opening.get(code, ("", 0))[1], "closing_minor": balance}
        for code, (currency, balance) in sorted(closing.items())
    }


def _note_at(before: Statement | None) -> str | None:
    """Return the checkpoint that the statement before this one ended with."""
    if before is None or before.last_seq == 0:
        return None
    return signed.note_of(Checkpoint.objects.prefetch_related("cosignatures").get(day=before.last_day))


def _rows(first: int, last: int) -> Iterator[dict[str, Any]]:
    for row in reading.lines(first, last):
        yield {name: value if isinstance(value, int) else plain(value) for name, value in row.items()}
