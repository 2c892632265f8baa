"""Reading campaigns and their meters."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, QuerySet

from masthead.funding.campaigns import words
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.rules import Mark, Period, Phase, State, draw, percent_of
from masthead.funding.ledger import queries as ledger
from masthead.kernel import reads
from masthead.kernel.clock import date_in, midnight_after
from masthead.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A campaign's public figure at a moment. `version` rises with each transfer; `fill` and places are percent of the bar."""

    campaign_id: UUID
    name: str
    slug: str
    purpose: str
    currency: str
    period: Period
    phase: Phase
    raised: Money
    goal: Money
    percent: int
    reached: bool
    version: int
    as_of: dt.datetime
    moved_at: dt.datetime | None
    period_words: str
    marks: tuple[Mark, ...]
    fill: Decimal
    goal_at: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class MonthRaised:
    """What a monthly campaign raised in one month, `month` being its first day."""

    month: dt.date
    raised: Money
    goal: Money
    percent: int
    reached: bool


def zone() -> ZoneInfo:
    """Return the newsroom's zone: whose calendar the months and days of a campaign follow."""
    return ZoneInfo(settings.TIME_ZONE)


def today(now: dt.datetime) -> dt.date:
    """Return the newsroom's calendar day at `now`."""
    return date_in(zone(), now)


def reading(*, campaign: Campaign, now: dt.datetime) -> Reading:
    """Return the campaign's meter at `now`; two queries, one where its milestones are prefetched."""
    return _reading(campaign, [(mark.amount_minor, mark.meaning) for mark in campaign.milestones.all()], now)


def featured(*, now: dt.datetime) -> tuple[Campaign, Reading] | None:
    """Return the featured campaign, where it is open, with its meter; two queries."""
    reads.note("campaigns_campaign.featured=True")
    rows = list(Campaign.objects.filter(featured=True, state=State.OPEN).annotate(mark=F("milestones__amount_minor"), meaning=F("milestones__meaning")))
    for row in rows[:1]:
        reads.note(f"campaigns_milestone.campaign_id={row.pk}")
        _note_days(row, now)
    if not rows or rows[0].phase(today(now)) != Phase.OPEN:
        return None
    marks = [(row.mark, row.meaning) for row in rows if row.mark is not None]
    return rows[0], _reading(rows[0], marks, now)


def featured_reading(*, now: dt.datetime) -> Reading | None:
    """Return the meter of the featured campaign, or None where none is featured and open; two queries."""
    found = featured(now=now)
    return found[1] if found else None


def shown() -> QuerySet[Campaign]:
    """Return the campaigns that readers may see, the featured one first, open before closed."""
    found: QuerySet[Campaign] = Campaign.objects.exclude(state=State.DRAFT).order_by("-featured", "-state", "name")
    return found.prefetch_related("milestones")


def taking_gifts(*, now: dt.datetime) -> list[Campaign]:
    """Return the campaigns that take gifts at `now`, the featured one first."""
    return [campaign for campaign in shown() if campaign.phase(today(now)) == Phase.OPEN]


def takes_gifts(*, campaign: Campaign, now: dt.datetime) -> bool:
    """Say whether the campaign takes gifts at `now`."""
    return campaign.phase(today(now)) == Phase.OPEN


def months_before(*, campaign: Campaign, now: dt.datetime, limit: int = 24) -> list[MonthRaised]:
    """Return what a monthly campaign raised in each month before this one that moved, newest first; one query."""
    if campaign.period != Period.MONTHLY:
        return []
    this_month = today(now).replace(day=1)
    moved = [row for row in ledger.months(campaign.account_code) if row.month < this_month][:limit]
    goal = campaign.goal
    return [MonthRaised(row.month, row.amount, goal, percent_of(row.amount, goal), row.amount.minor >= goal.minor) for row in moved]


def _note_days(campaign: Campaign, now: dt.datetime) -> None:
    """Note that what is said of a campaign changes when its first or last day does; its figures are nobody's to note, they stand in holes."""
    if any(day and day >= today(now) for day in (campaign.opens_date, campaign.closes_date)):
        reads.note_until(midnight_after(zone(), now))


def _reading(campaign: Campaign, milestones: list[tuple[int, str]], now: dt.datetime) -> Reading:
    _note_days(campaign, now)
    day = today(now)
    goal, period, phase = campaign.goal, Period(campaign.period), campaign.phase(day)
    standing = _standing(campaign, day)
    scale = draw(standing.amount, goal, milestones)
    percent = percent_of(standing.amount, goal)
    language = settings.LANGUAGE_CODE
    return Reading(
        campaign_id=campaign.uuid,
        name=campaign.name,
        slug=campaign.slug,
        purpose=campaign.purpose,
        currency=campaign.currency,
        period=period,
        phase=phase,
        raised=standing.amount,
        goal=goal,
        percent=percent,
        reached=standing.amount.minor >= goal.minor,
        version=standing.version,
        as_of=now,
        moved_at=standing.as_of,
        period_words=words.period_words(period),
        marks=scale.marks,
        fill=scale.fill,
        goal_at=scale.goal_at,
        sentence=words.sentence(
            raised=standing.amount,
            goal=goal,
            percent=percent,
            period=words.period_words(period),
            phase=phase,
            as_of=words.moment(now, zone(), language),
            closed=words.day(campaign.closes_date, language) if campaign.closes_date else "",
            language=language,
        ),
    )


def _standing(campaign: Campaign, day: dt.date) -> ledger.Standing:
    """Return what the books say: nothing of a campaign that was never opened."""
    if campaign.opened_at is None:
        return ledger.Standing(Money.zero(campaign.currency), 0, None)
    return ledger.total(campaign.account_code, day.replace(day=1) if campaign.period == Period.MONTHLY else None)


def versions() -> dict[UUID, int]:
    """Return how often each campaign that readers may see has moved; two queries."""
    rows = dict(Campaign.objects.exclude(state=State.DRAFT).values_list("uuid", "opened_at"))
    counted = ledger.versions([f"gifts:{uuid}" for uuid in rows])
    return {uuid: counted.get(f"gifts:{uuid}", 0) for uuid in rows}
