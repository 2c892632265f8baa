"""What an import did, or would do, in words: the same report for both."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 40


class Outcome(StrEnum):
    """What became of one item."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "left as edited here"
    REFUSED = "not imported"


class Matter(StrEnum):
    """Headings under which an import lists what somebody should look at; in the order they are printed."""

    BROKEN = "Could not be read"
    MENDED = "Mended while reading"
    REFUSED = "Not imported"
    DRAFT = "Kept as drafts"
    EDITED = "Edited here since, left as they are"
    MISSING_PICTURE = "Pictures that are not in the media folder"
    BAD_PICTURE = "Pictures that cannot be used"
    FOREIGN_PICTURE = "Pictures on other sites, kept as notes for editors"
    MISSING_FILE = "Files that are not in the media folder"
    UNKNOWN = "Blocks and shortcodes kept as notes for editors"
    ACCEPTED = "Published before, and public again although the desk would ask for something"
    NAMED_AGAIN = "Addresses that were taken, so that a new one was chosen"
    LINK = "Links left out because they are not safe"
    PERSON = "Names without a person in the file"
    STICKY = "Stories that were pinned to the front page: arrange them there by hand"
    FURNITURE = "Left out as page furniture"
    NOTE = "Also"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report: the item's title, and what is said of it."""

    title: str
    text: str


@dataclass(slots=True)
class Report:
    """The account of one import. `str()` is what a person reads; `findings` has every line."""

    source: str
    dry_run: bool = False
    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    findings: dict[Matter, list[Entry]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    redirects: int = 0
    comments: int = 0
    interrupted_at: str = ""

    def count(self, what: str, outcome: Outcome, number: int = 1) -> None:
        """Count `number` things of kind `what` (stories, pictures ...)."""
        self.counts.setdefault(what, Counter())[outcome] += number

    def add(self, matter: Matter, title: str, text: str = "") -> None:
        """Add one line under `matter`; the same line once."""
        entry = Entry(title, text)
        entries = self.findings.setdefault(matter, [])
        if entry not in entries[-50:]:
            entries.append(entry)

    def total(self, what: str, *outcomes: Outcome) -> int:
        """Return how many of `what` had one of `outcomes`, or any."""
        counted = self.counts.get(what, Counter())
        return sum(counted[outcome] for outcome in outcomes or Outcome)

    def lines(self, shown: int | None = SHOWN) -> Iterator[str]:
        """Yield the report line by line, with at most `shown` lines under each heading; None for all."""
        yield f"{'What an import of' if self.dry_run else 'Import of'} {self.source}{' would do (nothing was written)' if self.dry_run else ''}"
        if self.interrupted_at:
            yield f"  Stopped at {self.interrupted_at}. What was done is kept; run the same command again to go on."
        for what, counted in self.counts.items():
            yield f"  {what}: " + ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])
        if self.redirects:
            yield f"  old addresses that lead on: {self.redirects} new"
        if self.comments:
            yield f"  comments: {self.comments} not imported (Masthead has none)"
        if self.left_out:
            yield "  not imported, because stories do not need them: " + ", ".join(f"{number} {what}" for what, number in sorted(self.left_out.items()))
        for matter in Matter:
            yield from _section(matter, self.findings.get(matter, ()), shown)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _section(matter: Matter, entries: Iterable[Entry], shown: int | None) -> Iterator[str]:
    listed = list(entries)
    if not listed:
        return
    yield f"{matter} ({len(listed)})"
    for entry in listed[:shown]:
        yield f"  - {entry.title}: {entry.text}" if entry.text and entry.title else f"  - {entry.title or entry.text}"
    if shown is not None and len(listed) > shown:
        yield f"  … and {len(listed) - shown} more"
