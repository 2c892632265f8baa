"""The gate every publication of a story passes, whatever the way in: button, workflow, bulk, scheduler, API, import.

The gate knows no check. Rooms above register inspectors (`masthead.newsroom.desk` does); an inspector returns
the findings of a story that nobody has accepted. One that blocks closes the gate.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from masthead.kernel.errors import MastheadError
from masthead.newsroom.stories.text import Passage


class Severity(StrEnum):
    """What a finding asks of the newsroom."""

    BLOCK = "block"
    WARN = "warn"
    QUERY = "query"
    SUGGEST = "suggest"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One hit of one check.

    `field` is where in the editor; `block` the body block's id and `paragraph` the key of the paragraph inside it, where it
    lies in one. `start` to `end` are the words in that paragraph (code points; both 0: the whole). `suggestion` is what might
    stand there instead. `passage` is the text it was found in, for those who print line and column.
    """

    rule: str
    severity: Severity
    message: str
    field: str = ""
    block: str = ""
    paragraph: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    suggestion: str = ""
    passage: Passage | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The finding's stable identity: rule, exact text and block, whatever moved around it."""
        return hashlib.sha256("\0".join((self.rule, self.text, self.block or self.field)).encode()).hexdigest()[:24]


class Inspected(Protocol):
    """What the gate needs of a page; `GatedPage` is one. A story also has `embargoed_until`."""

    pk: Any
    title: Any


class PublishRefused(MastheadError):
    """A story that may not be published as it is; `findings` say why, each with what to do."""

    def __init__(self, headline: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"“{headline}” cannot be published yet: " + " ".join(finding.message for finding in self.findings))


class EmbargoHolds(MastheadError):
    """A story whose embargo has not ended."""

    def __init__(self, headline: str, until: dt.datetime) -> None:
        self.until = until
        super().__init__(f"“{headline}” is under embargo until {until:%Y-%m-%d %H:%M} UTC and cannot be published before.")


Inspector = Callable[[Inspected], Iterable[Finding]]
_inspectors: list[Inspector] = []


def register(inspector: Inspector) -> None:
    """Have `inspector` asked before every publication; once, however often it is registered."""
    if inspector not in _inspectors:
        _inspectors.append(inspector)


def findings(story: Inspected) -> list[Finding]:
    """Return what every inspector finds in `story` and nobody has accepted, blocking ones first."""
    found = [finding for inspector in _inspectors for finding in inspector(story)]
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def pass_or_refuse(story: Inspected, *, now: dt.datetime) -> None:
    """Return where `story` may become public at `now`.

    Raises:
        EmbargoHolds: its embargo ends later.
        PublishRefused: a finding blocks.
    """
    until: dt.datetime | None = getattr(story, "embargoed_until", None)
    if until and until > now:
        raise EmbargoHolds(story.title, until)
    blocking = [finding for finding in findings(story) if finding.severity is Severity.BLOCK]
    if blocking:
        raise PublishRefused(story.title, blocking)
