"""What a check is: a pure function over a reading, with what the desk must know about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Finding, Severity
from masthead.newsroom.stories.text import EVERYWHERE, Kind, Passage

HOUSE = "Masthead"  # who owns the built-in rules
ANY_LANGUAGE: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One place where a check found something: `start` to `end` of a passage `at`, or a field or block as a whole.

    `text` is what makes it the same finding tomorrow; left empty it is the words between start and end.
    `severity` only where it differs from the check's own. `suggestion` is what might stand there instead.
    """

    message: str
    at: Passage | None = None
    start: int = 0
    end: int = 0
    field: str = ""
    block: str = ""
    text: str = ""
    severity: Severity | None = None
    suggestion: str = ""


Find = Callable[[Reading], Iterator[Hit]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule of the desk. `reason` tells editors why it exists; `scope` is what of the text it sees; no `languages`: all of them."""

    id: str
    severity: Severity
    reason: str
    find: Find
    scope: frozenset[Kind] = EVERYWHERE
    languages: frozenset[str] = ANY_LANGUAGE
    owner: str = HOUSE
    furniture: bool = False  # about what a story must have, not about its words: not asked of a bare file

    def findings(self, reading: Reading, *, severity: Severity | None = None) -> Iterator[Finding]:
        """Yield what this check finds in `reading`, at `severity` where the newsroom chose one."""
        if self.languages and reading.language.split("-", maxsplit=1)[0] not in self.languages:
            return
        for hit in self.find(reading if self.scope == EVERYWHERE else reading.within(self.scope)):
            yield self._finding(hit, severity)

    def _finding(self, hit: Hit, severity: Severity | None) -> Finding:
        at = hit.at
        return Finding(
            rule=self.id,
            severity=severity or hit.severity or self.severity,
            message=hit.message,
            field=at.field if at else hit.field,
            block=at.block if at else hit.block,
            paragraph=at.paragraph if at else "",
            start=hit.start,
            end=hit.end,
            text=hit.text or (at.text[hit.start : hit.end] if at else ""),
            suggestion=hit.suggestion,
            passage=at,
        )


def check(
    id: str,  # noqa: A002 - the field's name
    severity: Severity,
    *,
    reason: str,
    scope: frozenset[Kind] = EVERYWHERE,
    languages: frozenset[str] = ANY_LANGUAGE,
    furniture: bool = False,
) -> Callable[[Find], Check]:
    """Return what makes a function from a reading to its hits a check."""

    def made(find: Find) -> Check:
        return Check(id=id, severity=severity, reason=reason, find=find, scope=scope, languages=languages, furniture=furniture)

    return made
