"""What the counters mean: who goes on to the checkout, who confirms by e-mail first, who waits. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

SLOT = dt.timedelta(minutes=10)
WINDOW = dt.timedelta(hours=1)
CALM = dt.timedelta(minutes=30)  # how long it must be quiet before the breaker closes
PATIENCE = dt.timedelta(minutes=10)  # how long holding the risky places is given before everybody is held
FEWEST_FAILED = 10  # below this a share says nothing: three cards of four that fail are an ordinary evening
PLACE_FAILED = 5
SUSPECT_OPENED = 3  # what a place may begin while the breaker is open and nothing else is known of it
LETTERS = 3  # letters for a place, in its own limits, before it waits
CONFIRMED = 5  # what a place may begin with confirmed addresses, in its own limits


class Verdict(StrEnum):
    """What happens to a checkout that somebody wants to begin."""

    GO = "go"
    CONFIRM = "confirm"  # a link in a letter first
    WAIT = "wait"


class Level(StrEnum):
    """Whom an open breaker holds."""

    PLACES = "places"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What may happen in an hour, from the settings."""

    per_place: int
    per_email: int
    per_site: int
    failed_percent: int

    @property
    def most_asked(self) -> int:
        """How often a place may ask, confirmed or not, before it waits."""
        return (1 + LETTERS) * self.per_place


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What happened in a window: `asked` for, of that `held`, then payments `failed` and `paid`."""

    asked: int = 0
    held: int = 0
    failed: int = 0
    paid: int = 0

    @property
    def opened(self) -> int:
        """Return how many checkouts were opened."""
        return self.asked - self.held

    @property
    def failed_percent(self) -> int:
        """Return the share of refused payments among those decided, in whole percent, rounded down."""
        decided = self.failed + self.paid
        return self.failed * 100 // decided if decided else 0


def judge(*, limits: Limits, email: Sums, place: Sums | None, site: Sums, level: Level | None, confirmed: bool) -> Verdict:
    """Return what happens to one checkout; the sums count it already, but for the site's.

    `place` is None where the network is not known; `level` is whom the breaker holds, None while it is closed;
    `confirmed` says that the e-mail address was proved by a link sent to it.
    """
    if email.opened > limits.per_email:
        return Verdict.WAIT
    if confirmed:
        return Verdict.WAIT if place and place.opened > CONFIRMED * limits.per_place else Verdict.GO
    if place and place.asked > limits.most_asked:
        return Verdict.WAIT
    if level is Level.ALL or site.opened >= limits.per_site or (place and _is_risky(place, limits, level)):
        return Verdict.CONFIRM
    return Verdict.GO


def _is_risky(place: Sums, limits: Limits, level: Level | None) -> bool:
    if place.opened > limits.per_place:
        return True
    if place.failed >= PLACE_FAILED and place.failed_percent >= limits.failed_percent:
        return True
    return level is not None and (place.failed > 0 or place.opened > SUSPECT_OPENED)


def why_trip(*, limits: Limits, place_name: str, place: Sums | None, site: Sums) -> str:
    """Return why the breaker must open, in a sentence; nothing while it need not."""
    if refused(limits, site):
        return f"{site.failed} of {site.failed + site.paid} payments were refused within an hour."
    if place and crowded(limits, place):
        return f"{place.asked} gifts were begun from {place_name} within an hour."
    return ""


def refused(limits: Limits, sums: Sums) -> bool:
    """Say whether too large a share of the payments was refused."""
    return sums.failed >= FEWEST_FAILED and sums.failed_percent >= limits.failed_percent


def crowded(limits: Limits, place: Sums) -> bool:
    """Say whether a place asks so often that it is no household, school or office any more."""
    return place.asked > 2 * limits.per_place


def must_escalate(*, limits: Limits, since: Sums, opened_at: dt.datetime, now: dt.datetime) -> bool:
    """Say whether holding the risky places has not helped: payments went on being refused from others (`since` it opened)."""
    return now - opened_at >= PATIENCE and refused(limits, since)


def slot_of(moment: dt.datetime) -> dt.datetime:
    """Return the beginning of the ten minutes that a moment is counted in."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
