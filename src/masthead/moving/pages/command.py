"""`masthead import page`: what the command line calls. It prints; everything else is in `actions`."""

import argparse
import sys

from masthead.kernel import clock
from masthead.moving.owner import likely_owner
from masthead.moving.pages.actions import import_page


def run(options: argparse.Namespace) -> int:
    """Make a draft of `options.file`, print the report and return 0. Taken where they are given: `section`, `dry_run`."""
    report = import_page(
        file=options.file,
        section=getattr(options, "section", None) or "",
        user=likely_owner(),
        now=clock.now(),
        dry_run=bool(getattr(options, "dry_run", False)),
    )
    sys.stdout.write("\n".join(report.lines(None)) + "\n")
    return 0
