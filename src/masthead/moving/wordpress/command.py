"""`masthead import wxr`: what the command line calls. It prints; everything else is in `actions`."""

import argparse
import sys
from typing import TextIO

from masthead.kernel import clock
from masthead.moving.owner import likely_owner
from masthead.moving.wordpress.actions import Progress, import_wxr
from masthead.moving.wordpress.plan import Choices


def run(options: argparse.Namespace) -> int:
    """Import `options.file` and print the report; return 0, or 130 where it was stopped.

    Taken where they are given: `media`, `dry_run`, `recover`, `section_default`, `hold_back`, `as_stories`, `full_report`.
    """
    choices = Choices(
        default_section=getattr(options, "section_default", None) or "News",
        accept_as_published=not getattr(options, "hold_back", False),
        recover=bool(getattr(options, "recover", False)),
        story_types=frozenset({"post", *(getattr(options, "as_stories", None) or ())}),
    )
    report = import_wxr(
        file=options.file,
        media=options.media,
        user=likely_owner(),
        now=clock.now(),
        choices=choices,
        dry_run=options.dry_run,
        progress=Line(sys.stderr),
    )
    sys.stderr.write("\r\x1b[K" if sys.stderr.isatty() else "")
    sys.stdout.write("\n".join(report.lines(None if getattr(options, "full_report", False) else 40)) + "\n")
    return 130 if report.interrupted_at else 0


class Line:
    """Progress on one line of a terminal; one line for each tenth where it goes to a file."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self.last = ""

    def __call__(self, progress: Progress) -> None:
        """Show how far the import is."""
        if self.live:
            self.stream.write(f"\r\x1b[K{progress.stage}: {progress.done}{f' of {progress.total}' if progress.total else ''}  {progress.title[:60]}")
        elif progress.total and (shown := f"{progress.stage}: {progress.done * 10 // progress.total * 10} %") != self.last:
            self.last = shown
            self.stream.write(f"{shown}\n")
        self.stream.flush()
