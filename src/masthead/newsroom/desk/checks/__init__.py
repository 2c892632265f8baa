"""The desk's built-in checks. One table lists them; none edits copy, none knows Django."""

from collections.abc import Iterable, Mapping

from masthead.newsroom.desk.checks import attribution, brackets, dates, encoding, furniture, names, numbers, quotation, sourcing, spelling, wording
from masthead.newsroom.desk.checks.base import Check
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Finding, Severity

CHECKS: tuple[Check, ...] = (
    *furniture.CHECKS,
    *quotation.CHECKS,
    *attribution.CHECKS,
    *sourcing.CHECKS,
    *wording.CHECKS,
    *encoding.CHECKS,
    *brackets.CHECKS,
    *dates.CHECKS,
    *numbers.CHECKS,
    *names.CHECKS,
    *spelling.CHECKS,
)

Choices = Mapping[str, Severity | None]  # a check's id -> how severe this newsroom holds it; None: switched off


def run(reading: Reading, *, also: Iterable[Check] = (), choices: Choices | None = None) -> list[Finding]:
    """Return what the built-in checks and those in `also` find in `reading`, every place once, as severe as the newsroom chose."""
    chosen = choices or {}
    found = {}
    for check in (*CHECKS, *also):
        if check.id in chosen and chosen[check.id] is None:
            continue
        for finding in check.findings(reading, severity=chosen.get(check.id)):
            found[finding.key, finding.paragraph, finding.start] = finding
    return list(found.values())
