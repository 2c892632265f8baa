"""What a campaign is on a day, and what its meter says. Pure: no database, no clock."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import TextChoices

from masthead.kernel.money import Money

FULL = Decimal(100)
STEP = Decimal("0.01")  # a hundredth of a percent: a tenth of a pixel on the widest bar


class State(TextChoices):
    """What the newsroom chose for a campaign."""

    DRAFT = "draft", "Draft: only the newsroom sees it"
    OPEN = "open", "Open: it takes gifts"
    CLOSED = "closed", "Closed: its page stays, it takes no more gifts"


class Period(TextChoices):
    """What a goal is measured over."""

    ONE_OFF = "one_off", "Once, from opening to closing"
    MONTHLY = "monthly", "Each calendar month anew"


class Phase(TextChoices):
    """What a campaign is on a given day: its state, seen with its dates."""

    DRAFT = "draft", "Draft"
    UPCOMING = "upcoming", "Opens later"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on the scale: `at` is its place in percent of the bar's length."""

    amount: Money
    at: Decimal
    meaning: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A drawn meter: how much of the bar is filled, and where the goal and the marks stand, in percent of its length."""

    fill: Decimal
    goal_at: Decimal
    marks: tuple[Mark, ...]


def phase_on(state: State, opens: dt.date | None, closes: dt.date | None, today: dt.date) -> Phase:
    """Return what a campaign is on `today`; both its days are included."""
    if state != State.OPEN:
        return Phase(state)
    if opens and today < opens:
        return Phase.UPCOMING
    if closes and today > closes:
        return Phase.CLOSED
    return Phase.OPEN


def percent_of(raised: Money, goal: Money) -> int:
    """Return how much of the goal is raised, in whole percent, rounded down: 99 until the goal is reached to the cent."""
    return max(0, raised.minor) * 100 // goal.minor


def draw(raised: Money, goal: Money, milestones: Iterable[tuple[int, str]]) -> Scale:
    """Return the drawn meter.

    The scale ends at the goal or the last milestone, whichever is more; past both it ends at what is raised, so that
    the bar is full and the goal's place on it shows by how much. `milestones` are minor units and meanings.
    """
    marks = sorted(milestones)
    end = max(goal.minor, raised.minor, *(minor for minor, _ in marks), 1)

    def place(minor: int) -> Decimal:
        return (FULL * max(0, minor) / end).quantize(STEP, ROUND_HALF_UP)

    return Scale(
        fill=place(raised.minor),
        goal_at=place(goal.minor),
        marks=tuple(Mark(Money(minor, goal.currency), place(minor), meaning, raised.minor >= minor) for minor, meaning in marks),
    )
