"""How the desk says where a story stands, pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from masthead.newsroom.stories.gate import Finding, Severity

SEVERITY_WORDS = {
    Severity.BLOCK: "Blocks publication",
    Severity.WARN: "Needs a look",
    Severity.QUERY: "A question",
    Severity.SUGGEST: "A suggestion",
}
CHOICE_WORDS = {Severity.BLOCK: "Blocks publication", Severity.WARN: "Warns", Severity.QUERY: "Asks", Severity.SUGGEST: "Suggests"}
WORDS_A_MINUTE = 230  # adults read English prose silently at 238 words a minute (Brysbaert 2019, 190 studies); desk.js uses the same


class State(StrEnum):
    """Where a story stands."""

    DRAFT = "draft"
    REVIEW = "review"
    SENT_BACK = "sent-back"
    SCHEDULED = "scheduled"
    EMBARGO = "embargo"
    PUBLISHED = "published"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the state is told from. `goes_out_at` is the hour approved for the waiting revision; times are aware."""

    live: bool
    changed: bool
    was_public: bool
    in_review: bool = False
    sent_back: bool = False
    goes_out_at: dt.datetime | None = None
    embargoed_until: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A state and how to say it."""

    state: State
    words: str


def hour(moment: dt.datetime, zone: ZoneInfo, *, now: dt.datetime) -> str:
    """Return a moment as the newsroom says it: “Tue 24 Nov 06:00”, with the year where it is another, in `zone`."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def standing(facts: Facts, *, zone: ZoneInfo, now: dt.datetime) -> Standing:
    """Return where a story with these facts stands, in words with hours in `zone`."""
    embargoed = facts.embargoed_until if facts.embargoed_until and facts.embargoed_until > now else None
    if facts.goes_out_at:
        return _waiting(facts, embargoed, zone, now)
    until = f", embargo until {hour(embargoed, zone, now=now)}" if embargoed else ""
    if facts.in_review:
        return Standing(State.REVIEW, f"In review{until}")
    if facts.sent_back:
        return Standing(State.SENT_BACK, f"Sent back{until}")
    if facts.live:
        return Standing(State.CHANGED, "Published, with changes not yet public") if facts.changed else Standing(State.PUBLISHED, "Published")
    if embargoed:
        return Standing(State.EMBARGO, f"Draft{until}")
    return Standing(State.WITHDRAWN, "Withdrawn") if facts.was_public else Standing(State.DRAFT, "Draft")


def _waiting(facts: Facts, embargoed: dt.datetime | None, zone: ZoneInfo, now: dt.datetime) -> Standing:
    assert facts.goes_out_at is not None  # noqa: S101 - the one caller looked
    when = hour(facts.goes_out_at, zone, now=now)
    if embargoed and facts.goes_out_at <= embargoed:
        return Standing(State.EMBARGO, f"Under embargo until {when}, then published")
    if facts.live:
        return Standing(State.SCHEDULED, f"Published; changes scheduled for {when}")
    return Standing(State.SCHEDULED, f"Scheduled for {when}")


def summary(findings: list[Finding]) -> str:
    """Return findings counted in words, “2 blocking, 1 to look at”; empty where there are none."""
    blocks = sum(finding.severity is Severity.BLOCK for finding in findings)
    looks = sum(finding.severity in {Severity.WARN, Severity.QUERY} for finding in findings)
    parts = [f"{blocks} blocking"] if blocks else []
    parts += [f"{looks} to look at"] if looks else []
    return ", ".join(parts)
