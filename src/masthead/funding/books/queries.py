"""Reading what is published of the books."""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet, Sum

from masthead.funding.books import rules
from masthead.funding.books.models import Category, DaySums, Expense, Shown, Statement
from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import queries as giving
from masthead.funding.giving.models import Gift
from masthead.funding.ledger.checkpoints import queries as signed
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint
from masthead.funding.ledger.models import CAME_BACK, OF_GIFTS, Kind, Transfer
from masthead.kernel import reads
from masthead.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A checkpoint as the list shows it."""

    day: dt.date
    size: int
    root: str
    cosigners: tuple[str, ...]


def note(day: dt.date | None) -> str | None:
    """Return the signed note of `day`, or the latest; None where there is none."""
    found = signed.checkpoints()
    if day is not None:
        found = found.filter(day=day)
    checkpoint = found.first()
    return signed.note_of(checkpoint) if checkpoint else None


def checkpoints() -> QuerySet[Checkpoint]:
    """Return the checkpoints, newest first."""
    return signed.checkpoints()


def listed(rows: Iterable[Checkpoint]) -> list[Listed]:
    """Return checkpoints as the list shows them."""
    return [
        Listed(day=row.day, size=row.size, root=row.root, cosigners=tuple(one.verifier.partition("+")[0] for one in row.cosignatures.all())) for row in rows
    ]


def keys() -> list[str]:
    """Return our public keys, the present one first."""
    return list(BooksKey.objects.order_by("-pk").values_list("verifier", flat=True))


def keys_text() -> str:
    """Return the keys a line each, and after an empty line the notes in which one handed over to the next."""
    rows = list(BooksKey.objects.order_by("-pk"))
    lines = "".join(f"{row.verifier}\n" for row in rows)
    return lines + "".join(f"\n{row.handing_over}" for row in rows if row.handing_over)


# --- what the books amount to ---------------------------------------------------------------------------

GROUPS = """
SELECT kind, debit, credit, currency, count(*), CAST(sum(amount_minor) AS BIGINT)
FROM ledger_transfer WHERE seq BETWEEN %s AND %s GROUP BY kind, debit, credit, currency
"""
MOST_MONTHS, GIFT_PAGE = 24, 100
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a stretch of the books amounts to. `since` and `until` are its first and last day; a statement says where it is kept."""

    since: dt.date | None
    until: dt.date
    figures: list[rules.Figures]
    names: dict[str, str]
    frequencies: list[dict[str, Any]]
    statement: Statement | None
    spent: list["Spent"]


def groups(first: int, last: int) -> list[rules.Group]:
    """Return the rows from number `first` to `last`, added up by kind and accounts; one query."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [first, last])
        return rules.together([groups_of(cursor.fetchall())])  # in the same order on every database


def signed_groups(first: int, last: int) -> list[rules.Group]:
    """Return `groups` of rows that are signed, from the sums of their days; days that were not added up yet are, from their rows. One query, or two."""
    found = DaySums.objects.filter(first_seq__gte=first, last_seq__lte=last).order_by("last_seq", "first_seq").values_list("first_seq", "last_seq", "groups")
    parts, reached = [], first - 1
    for begins, ends, rows in found:
        if begins != reached + 1:
            return groups(first, last)
        parts.append(groups_of(rows))
        reached = ends
    if reached < last:
        parts.append(groups(reached + 1, last))
    return rules.together(parts)


def groups_of(rows: Iterable[Sequence[Any]]) -> list[rules.Group]:
    """Return groups as they are kept."""
    return [rules.Group(kind=k, debit=d, credit=c, currency=u, count=n, minor=int(m)) for k, d, c, u, n, m in rows]


def altered_sums() -> list[dt.date]:
    """Return the days whose kept sums are not what their rows come to; reads all rows."""
    return [day.day for day in DaySums.objects.order_by("day") if groups_of(day.groups) != groups(day.first_seq, day.last_seq)]


def without_files() -> QuerySet[Statement]:
    """Return the statements without their files, which are large."""
    return Statement.objects.defer("body", "sheet", "beancount")


def last_statement() -> Statement | None:
    """Return the last monthly statement, without its file."""
    return without_files().order_by("-month").first()


def closing_of(statement: Statement | None) -> dict[str, tuple[str, int]]:
    """Return each account's currency and balance at a statement's end; nothing before the first."""
    return {code: (one["currency"], one["closing_minor"]) for code, one in statement.accounts.items()} if statement else {}


def opening_of(statement: Statement) -> dict[str, tuple[str, int]]:
    """Return each account's currency and balance at a statement's beginning."""
    return {code: (one["currency"], one["opening_minor"]) for code, one in statement.accounts.items()}


def names(codes: Iterable[str]) -> dict[str, str]:
    """Return what accounts are called: campaigns by their name, others by their code's own words."""
    campaigns = {campaign.account_code: campaign.name for campaign in Campaign.objects.exclude(opened_at=None)}
    return {code: campaigns.get(code) or words_of(code) for code in codes}


WORDS = {"clearing": "held by %s", "bank": "%s", "fees": "%s, fees", "income": "%s", "exchange": "exchange", "opening": "opening balance"}


def words_of(code: str) -> str:
    """Return an account's code as words, without its currency: `Rent and office` of `spending:rent:EUR`, `held by stripe` of `clearing:stripe:USD`."""
    kind, _, rest = code.partition(":")
    whose = rest.rpartition(":")[0].replace("-", " ")
    if kind == "spending":
        return Category(whose).label if whose in Category.values else whose
    words = WORDS.get(kind, code)
    return words % whose if "%s" in words else words


def frequencies(month: dt.date) -> list[dict[str, Any]]:
    """Return how the month's gifts are given (once, monthly, ...), with count and sum, by currency. From the gifts: the books do not know it."""
    begins = dt.datetime.combine(month, dt.time(), tzinfo=settings.ENV.zone)
    ends = dt.datetime.combine((month + dt.timedelta(days=31)).replace(day=1), dt.time(), tzinfo=settings.ENV.zone)
    found = Gift.objects.filter(settled_at__gte=begins, settled_at__lt=ends).values("frequency", "currency").order_by("currency", "frequency")
    return [dict(row) for row in found.annotate(count=Count("pk"), minor=Sum("amount_minor"))]


def payouts_matched() -> tuple[int, int]:
    """Return how many payouts of the providers stand on the bank's statements, and how many they told of."""
    return giving.payouts_matched()


def since_last_statement() -> Reading | None:
    """Return what the books amount to since the last statement, up to the last checkpoint. None before there is one; four queries."""
    point, last = signed.latest(), last_statement()
    if point is None:
        return None
    opening = closing_of(last)
    with reads.accounted():  # rows under a checkpoint never change: the checkpoint is noted
        found = signed_groups(last.last_seq + 1 if last else 1, point.size)
    return Reading(
        since=last.last_day + dt.timedelta(days=1) if last else None,
        until=point.day,
        figures=rules.figures(opening, found, settings.ENV.currency),
        names=names({code for group in found for code in (group.debit, group.credit)}),
        frequencies=[],
        statement=None,
        spent=spent(last.last_seq + 1 if last else 1, point.size),
    )


@dataclass(frozen=True, slots=True)
class Spent:
    """An expense as readers see it: who was paid and what for only as far as the newsroom shows it."""

    day: dt.date
    category: str
    amount: Money
    payee: str
    note: str
    story_path: str
    row: int
    back_in: int | None  # the row that takes it back


def spent(first: int, last: int) -> list[Spent]:
    """Return the expenses in the rows from number `first` to `last`, all of them signed, as readers see them; one query."""
    with reads.accounted():  # no expense gets a row that is signed already; those there are noted one by one
        found = list(Expense.objects.defer("paper").filter(row__range=(first, last)).order_by("row"))
    return [_shown(expense) for expense in found]


def _shown(expense: Expense) -> Spent:
    named, told = expense.shown == Shown.NAME, expense.shown != Shown.NOTHING
    return Spent(
        day=expense.paid_on,
        category=expense.get_category_display(),
        amount=expense.amount,
        payee=expense.payee if named else "",
        note=expense.note if told else "",
        story_path=expense.story_path if told else "",
        row=expense.row or 0,
        back_in=expense.reversal_row,
    )


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A row about a gift as readers see it: nobody's name, no reference, no hour."""

    row: int
    day: dt.date
    kind: str  # in words; empty where it is a gift
    amount: Money
    campaign: str


def gift_lines(*, before: int | None, today: dt.date) -> tuple[list[GiftLine], int | None]:
    """Return the newest rows about gifts below the number `before`, of days that ended a whole day before `today`; and where older ones go on.

    Three queries, none of which reads more than a page.
    """
    point = signed.before(today - dt.timedelta(days=1))
    if point is None:
        return [], None
    last = min(point.size, before - 1) if before else point.size
    with reads.accounted():  # as above
        rows = list(Transfer.objects.filter(seq__lte=last, kind__in=OF_GIFTS).order_by("-seq")[: GIFT_PAGE + 1])
    shown = rows[:GIFT_PAGE]
    campaigns = {campaign.account_code: campaign.name for campaign in Campaign.objects.exclude(opened_at=None)}

    def line(row: Transfer) -> GiftLine:
        given = row.kind in {Kind.GIFT, *CAME_BACK}
        code = row.credit_id if given else row.debit_id
        return GiftLine(
            row=row.seq,
            day=row.dated,
            kind="" if row.kind == Kind.GIFT else row.get_kind_display(),
            amount=Money(row.amount_minor if given else -row.amount_minor, row.currency),
            campaign=campaigns.get(code, code),
        )

    return [line(row) for row in shown], (shown[-1].seq if len(rows) > GIFT_PAGE else None)


def month(day: dt.date) -> Reading | None:
    """Return a month's statement as figures, or None where there is none."""
    statement = without_files().filter(month=day).first()
    return replace(_reading(statement), spent=spent(statement.first_seq, statement.last_seq)) if statement else None


def months() -> list[Reading]:
    """Return the months that have statements, newest first; one query."""
    return [_reading(statement) for statement in without_files().order_by("-month")[:MOST_MONTHS]]


FILES = {"jsonl": "body", "csv": "sheet", "beancount": "beancount"}


def file_of(day: dt.date, form: str) -> Iterator[bytes] | None:
    """Return a month's file in one of FILES, unpacked piece by piece; None where there is none of that month or form."""
    kept = Statement.objects.filter(month=day).values_list(FILES[form], flat=True).first() if form in FILES else None
    return unpacked(bytes(kept)) if kept is not None else None


def unpacked(packed: bytes) -> Iterator[bytes]:
    """Yield a packed file, 256 KB at a time."""
    machine = zlib.decompressobj()
    while packed:
        yield machine.decompress(packed, PIECE)
        packed = machine.unconsumed_tail
    yield machine.flush()


def _reading(statement: Statement) -> Reading:
    found = groups_of(statement.groups)
    return Reading(
        since=statement.month,
        until=statement.last_day,
        figures=rules.figures(opening_of(statement), found, settings.ENV.currency),
        names=statement.names,
        frequencies=statement.frequencies,
        statement=statement,
        spent=[],
    )
