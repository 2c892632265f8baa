"""From rows to figures: what a stretch of the books amounts to, in each currency. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from masthead.kernel.money import Money

HELD = ("clearing", "bank")  # where money stands: what is held is what these lack, for a balance is credits less debits


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows of one kind between the same two accounts."""

    kind: str
    debit: str
    credit: str
    currency: str
    count: int
    minor: int


@dataclass(slots=True)
class Figures:
    """One currency's figures. `opening` and `closing` are what is held; the other lines lead from the one to the other."""

    currency: str
    opening: int = 0
    gifts: int = 0
    gift_count: int = 0
    refunds: int = 0
    disputes: int = 0
    failures: int = 0
    fees: int = 0
    income: int = 0
    spending: int = 0
    entered: int = 0  # brought in as opening balances
    exchanged: int = 0
    payouts: int = 0
    by_campaign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))  # gifts, taken back, count
    by_category: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_provider: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def returned(self) -> int:
        """What of gifts went back, or is held back; less what came back again."""
        return self.refunds + self.disputes + self.failures

    @property
    def closing(self) -> int:
        """What is held at the end."""
        return self.opening + self.gifts - self.returned - self.fees + self.income - self.spending + self.entered + self.exchanged

    def money(self, minor: int) -> Money:
        """Return minor units as money of this currency."""
        return Money(minor, self.currency)


def kind_of(code: str) -> str:
    """Return what an account holds, from its code."""
    return code.partition(":")[0]


def together(parts: Iterable[Iterable[Group]]) -> list[Group]:
    """Return groups of several stretches as those of all of them, in the order of their kinds and accounts."""
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for part in parts:
        for group in part:
            line = sums[group.kind, group.debit, group.credit, group.currency]
            line[0] += group.count
            line[1] += group.minor
    return [Group(kind=k, debit=d, credit=c, currency=u, count=count, minor=minor) for (k, d, c, u), (count, minor) in sorted(sums.items())]


def held(accounts: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Return what is held in each currency, from each account's currency and balance."""
    found: dict[str, int] = defaultdict(int)
    for code, (currency, balance) in accounts.items():
        if kind_of(code) in HELD:
            found[currency] -= balance
    return found


def balances_after(opening: Mapping[str, tuple[str, int]], groups: Iterable[Group]) -> dict[str, tuple[str, int]]:
    """Return each account's currency and balance after the rows."""
    after = dict(opening)
    for group in groups:
        for code, sign in ((group.debit, -1), (group.credit, 1)):
            after[code] = (group.currency, after.get(code, ("", 0))[1] + sign * group.minor)
    return after


def figures(opening: Mapping[str, tuple[str, int]], groups: Iterable[Group], first: str) -> list[Figures]:
    """Return the figures of each currency, that of `first` before the others."""
    found: dict[str, Figures] = {}
    for currency, minor in held(opening).items():
        found.setdefault(currency, Figures(currency)).opening = minor
    for group in groups:
        _add(found.setdefault(group.currency, Figures(group.currency)), group)
    return sorted(found.values(), key=lambda one: (one.currency != first, one.currency))


def _add(to: Figures, group: Group) -> None:
    """Add rows by what they do to the accounts that are not where money stands; a row between two of those moves nothing in or out."""
    for code, sign in ((group.debit, -1), (group.credit, 1)):
        minor = sign * group.minor
        match kind_of(code):
            case "gifts":
                _add_gifts(to, group, code, minor)
            case "fees":
                to.fees -= minor
                to.by_provider[code] -= minor
            case "spending":
                to.spending -= minor
                to.by_category[code] -= minor
            case "income":
                to.income += minor
            case "opening":
                to.entered += minor
            case "exchange":
                to.exchanged += minor
            case "bank" if "clearing" in {kind_of(group.debit), kind_of(group.credit)}:
                to.payouts -= minor


def _add_gifts(to: Figures, group: Group, code: str, minor: int) -> None:
    line = to.by_campaign[code]
    match group.kind:
        case "gift":
            to.gifts += minor
            to.gift_count += group.count
            line[0] += minor
            line[2] += group.count
            return
        case "refund" | "bounced":
            to.refunds -= minor
        case "failure":
            to.failures -= minor
        case _:  # a dispute, or one that was won
            to.disputes -= minor
    line[1] -= minor
