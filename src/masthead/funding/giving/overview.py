"""What the publisher sees at a glance: income by month and campaign, pages that gifts began at, pledges, what needs a hand. Reads only.

Sums of months are the ledger's own totals; what is of this month is read through indexes. Nothing here grows with the years.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent, Pledge
from masthead.funding.ledger.models import CAME_BACK, TAKEN_FROM_GIFTS, AccountKind, Kind, MonthTotal, Transfer
from masthead.funding.ledger.rules import first_of_month
from masthead.kernel.clock import date_in
from masthead.kernel.money import Money

MONTHS, PAGES = 12, 10
LATELY = dt.timedelta(days=30)
# A gift counts at what the provider credited, in its campaign's currency.
COUNTED = Sum(Coalesce("settled_minor", "amount_minor"))


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many, and how much together."""

    count: int
    amount: Money


@dataclass(frozen=True, kw_only=True)
class CampaignIncome:
    """What one campaign took in this month and the one before."""

    pk: int
    name: str
    this_month: Money
    last_month: Money


@dataclass(frozen=True, kw_only=True)
class PageIncome:
    """The page at which gifts of this month began; an empty path where none is known. Nobody is followed from page to page."""

    path: str
    gifts: Counted


@dataclass(kw_only=True)
class InCurrency:
    """Everything that is money, in one currency. `months` are the last twelve, oldest first; refunds lower the month of their gift."""

    currency: str
    months: list[tuple[dt.date, Money]]
    fees: Money
    campaigns: list[CampaignIncome] = field(default_factory=list)
    new: Counted  # gifts settled this month, renewals left out
    renewals: Counted
    pending: Counted
    given_back: Counted  # refunds, disputes and late failures of this month, less what came back
    pages: list[PageIncome] = field(default_factory=list)
    promised: Counted  # by active pledges, each month
    overdue: Counted

    @property
    def this_month(self) -> Money:
        """What counts in this month so far."""
        return self.months[-1][1]

    @property
    def last_month(self) -> Money:
        """What counts in the month before."""
        return self.months[-2][1]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the page shows; the newsroom's own currency comes first. `states` counts the gifts begun this month."""

    month: dt.date
    currencies: list[InCurrency]
    states: dict[str, int]
    pledges_new: int
    pledges_ended: int
    webhooks_failed: int
    refunds_bounced: int  # in the last thirty days: the supporter has nothing of it
    payouts_bounced: int


def overview(*, now: dt.datetime) -> Overview:
    """Return the overview at `now`; twelve queries, whatever the number of gifts and campaigns."""
    month = first_of_month(date_in(settings.ENV.zone, now))
    months = _months_until(month)
    moved = list(
        MonthTotal.objects.filter(account__kind__in=[AccountKind.GIFTS, AccountKind.FEES], month__gte=months[0], month__lte=month).values_list(
            "account_id", "account__kind", "account__currency", "month", "balance_minor"
        )
    )
    campaigns = list(Campaign.objects.filter(opened_at__isnull=False).order_by("-featured", "name"))
    settled = _settled(month)
    pledges = list(
        Pledge.objects.filter(state__in=[Pledge.State.ACTIVE, Pledge.State.PAST_DUE])
        .values_list("state", "currency", "frequency")
        .annotate(Count("pk"), Sum("amount_minor"))
    )
    pending = _counted(Gift.objects.filter(state=GiftState.PENDING).values_list("currency").annotate(Count("pk"), Sum("amount_minor")))
    back = _given_back(month)
    pages = _pages(month)
    own = settings.ENV.currency
    found = {own, *(row[2] for row in moved), *(campaign.currency for campaign in campaigns), *pending, *back, *(row[1] for row in pledges)}
    return Overview(
        month=month,
        currencies=[
            InCurrency(
                currency=currency,
                months=_by_month(moved, currency, months),
                fees=-Money(sum(row[4] for row in moved if row[1:4] == (AccountKind.FEES, currency, month)), currency),
                campaigns=_by_campaign(moved, [campaign for campaign in campaigns if campaign.currency == currency], months),
                new=settled.get((currency, False), _none(currency)),
                renewals=settled.get((currency, True), _none(currency)),
                pending=pending.get(currency, _none(currency)),
                given_back=back.get(currency, _none(currency)),
                pages=pages.get(currency, []),
                promised=_of_pledges(pledges, Pledge.State.ACTIVE, currency),
                overdue=_of_pledges(pledges, Pledge.State.PAST_DUE, currency),
            )
            for currency in sorted(found, key=lambda code: (code != own, code))
        ],
        states=dict(Gift.objects.filter(begun_in(month)).values_list("state").annotate(Count("pk"))),
        pledges_new=Pledge.objects.filter(started_at__gte=_moment(month), provider_ref__gt="").exclude(state=Pledge.State.STARTED).count(),
        pledges_ended=Pledge.objects.filter(ended_at__gte=_moment(month)).count(),
        webhooks_failed=InboxEvent.objects.filter(applied_at__isnull=True, error__gt="").count(),
        **_bounced(date_in(settings.ENV.zone, now) - LATELY),
    )


def _bounced(since: dt.date) -> dict[str, int]:
    """Return how many refunds and payouts came back since then; the rows with an original are few and have an index of their own."""
    rows = Transfer.objects.filter(original__isnull=False, dated__gte=since)
    return rows.aggregate(
        refunds_bounced=Count("pk", filter=Q(kind=Kind.BOUNCED)), payouts_bounced=Count("pk", filter=Q(kind=Kind.REVERSAL, original__kind=Kind.PAYOUT))
    )


def settled_in(month: dt.date) -> Q:
    """Return the condition that a gift settled in a month of the newsroom's zone, given by its first day."""
    return Q(settled_at__gte=_moment(month), settled_at__lt=_moment(_next(month)))


def begun_in(month: dt.date) -> Q:
    """Return the condition that a gift was begun in a month of the newsroom's zone, given by its first day."""
    return Q(created_at__gte=_moment(month), created_at__lt=_moment(_next(month)))


def _settled(month: dt.date) -> dict[tuple[str, bool], Counted]:
    rows = Gift.objects.filter(settled_in(month)).values_list("campaign__currency", "renewal").annotate(Count("pk"), counted=COUNTED)
    return {(currency, renewal): Counted(count=count, amount=Money(minor, currency)) for currency, renewal, count, minor in rows}


def _pages(month: dt.date) -> dict[str, list[PageIncome]]:
    """Return the pages that most came in from this month, by currency, the first ten of each; renewals left out."""
    rows = Gift.objects.filter(settled_in(month), renewal=False).values_list("campaign__currency", "page_path").annotate(Count("pk"), counted=COUNTED)
    found: dict[str, list[PageIncome]] = defaultdict(list)
    for currency, path, count, minor in sorted(rows, key=lambda row: (-row[3], row[1])):
        if len(found[currency]) < PAGES:
            found[currency].append(PageIncome(path=path, gifts=Counted(count=count, amount=Money(minor, currency))))
    return found


def _given_back(month: dt.date) -> dict[str, Counted]:
    """Return what was taken back this month; the rows with an original are few and have an index of their own."""
    rows = Transfer.objects.filter(original__isnull=False, dated__gte=month, kind__in=[*TAKEN_FROM_GIFTS, *CAME_BACK])
    found: dict[str, Counted] = {}
    for currency, kind, count, minor in rows.order_by().values_list("currency", "kind").annotate(Count("pk"), Sum("amount_minor")):
        before = found.get(currency, _none(currency))
        amount = Money(minor, currency)
        back = kind in CAME_BACK
        found[currency] = Counted(count=before.count + (0 if back else count), amount=before.amount - amount if back else before.amount + amount)
    return found


def _counted(rows: object) -> dict[str, Counted]:
    return {currency: Counted(count=count, amount=Money(minor, currency)) for currency, count, minor in rows}  # type: ignore[attr-defined]


def _of_pledges(rows: list[tuple[str, str, str, int, int]], state: str, currency: str) -> Counted:
    """Return what the pledges in a state come to each month: those that are paid each year by a twelfth, the sum rounded down."""
    ours = [(frequency, count, minor) for row_state, row_currency, frequency, count, minor in rows if (row_state, row_currency) == (state, currency)]
    yearly = sum(minor for frequency, _count, minor in ours if frequency == Frequency.YEARLY)
    monthly = sum(minor for frequency, _count, minor in ours if frequency != Frequency.YEARLY)
    return Counted(count=sum(count for _frequency, count, _minor in ours), amount=Money(monthly + yearly // MONTHS, currency))


def _by_month(moved: list[tuple[str, str, str, dt.date, int]], currency: str, months: list[dt.date]) -> list[tuple[dt.date, Money]]:
    sums: dict[dt.date, int] = defaultdict(int)
    for _account, kind, in_currency, month, minor in moved:
        if kind == AccountKind.GIFTS and in_currency == currency:
            sums[month] += minor
    return [(month, Money(sums[month], currency)) for month in months]


def _by_campaign(moved: list[tuple[str, str, str, dt.date, int]], campaigns: list[Campaign], months: list[dt.date]) -> list[CampaignIncome]:
    """Return the campaigns that are open or took something in these two months."""
    sums = {(account, month): minor for account, _kind, _currency, month, minor in moved if month in months[-2:]}
    found = []
    for campaign in campaigns:
        last, this = (Money(sums.get((campaign.account_code, month), 0), campaign.currency) for month in months[-2:])
        if this.minor or last.minor or campaign.state == "open":
            found.append(CampaignIncome(pk=campaign.pk, name=campaign.name, this_month=this, last_month=last))
    return found


def _none(currency: str) -> Counted:
    return Counted(count=0, amount=Money.zero(currency))


def _months_until(month: dt.date) -> list[dt.date]:
    """Return the first days of the twelve months that end with `month`, oldest first."""
    found = [month]
    while len(found) < MONTHS:
        found.append(first_of_month(found[-1] - dt.timedelta(days=1)))
    return found[::-1]


def _next(month: dt.date) -> dt.date:
    return first_of_month(month + dt.timedelta(days=31))


def _moment(day: dt.date) -> dt.datetime:
    """Return when a day begins in the newsroom's zone."""
    return dt.datetime.combine(day, dt.time(), tzinfo=settings.ENV.zone)
