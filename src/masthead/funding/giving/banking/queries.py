"""Reading accounts, lines and offline entries."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from masthead.funding.giving.banking.models import BankAccount, BankLine, BankStatement, LineState, OfflineEntry
from masthead.funding.giving.models import Gift, GiftState
from masthead.funding.ledger.models import Total
from masthead.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One account: what the bank says, what the books say, and why they differ.

    `unexplained` is zero where every line since the opening balance is kept: closing = books + waiting + left out.
    """

    account: BankAccount
    closing: Money | None  # of the last proved statement
    closed_on: str
    books: Money
    waiting: Money
    left_out: Money
    gaps: int  # statements that do not begin where the one before ended

    @property
    def unexplained(self) -> Money | None:
        """What neither waits nor was left out; None where no statement was proved."""
        return None if self.closing is None else self.closing - self.books - self.waiting - self.left_out


def standings() -> list[Standing]:
    """Return every account's standing, by number."""
    return [standing(account) for account in BankAccount.objects.order_by("number", "currency")]


def standing(account: BankAccount) -> Standing:
    """Return what the bank and the books say of an account."""
    proved = BankStatement.objects.filter(account=account, opening_minor__isnull=False, closing_minor__isnull=False).order_by("closed_on", "opened_on", "pk")
    last = proved.last()
    total = Total.objects.filter(pk=account.code).first()
    sums = dict(BankLine.objects.filter(account=account).order_by().values("state").annotate(sum=Sum("amount_minor")).values_list("state", "sum"))
    return Standing(
        account=account,
        closing=Money(last.closing_minor, account.currency) if last and last.closing_minor is not None else None,
        closed_on=last.closed_on.isoformat() if last else "",
        books=Money(-total.balance_minor if total else 0, account.currency),
        waiting=Money(sums.get(LineState.UNMATCHED, 0), account.currency),
        left_out=Money(sums.get(LineState.IGNORED, 0), account.currency),
        gaps=_gaps(list(proved)),
    )


def waiting_lines() -> QuerySet[BankLine]:
    """Return the lines that wait for a person, the oldest first."""
    return BankLine.objects.filter(state=LineState.UNMATCHED).select_related("account", "statement__file").order_by("booked_on", "pk")


def promised() -> list[tuple[int, Money]]:
    """Return how many transfers are awaited and over how much, by currency. None of it is counted anywhere."""
    rows = Gift.objects.filter(provider="bank", state=GiftState.PENDING).order_by().values_list("currency").annotate(Count("pk"), Sum("amount_minor"))
    return [(count, Money(minor, currency)) for currency, count, minor in rows]


def waiting_entries() -> QuerySet[OfflineEntry]:
    """Return the offline entries that wait for a second person, the oldest first."""
    return OfflineEntry.objects.filter(state=OfflineEntry.State.WAITING).select_related("campaign", "entered_by").order_by("entered_at")


def _gaps(statements: list[BankStatement]) -> int:
    """Count the statements that begin with a balance no other ended with; the first one begins with nothing before it."""
    ends = {statement.closing_minor for statement in statements}
    return sum(statement.opening_minor not in ends for statement in statements[1:])
