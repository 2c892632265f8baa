"""`masthead recheck`: have the desk read the archive again, on all cores."""

import argparse
import multiprocessing
import os
import time
from collections.abc import Sequence

from masthead.cli import starting
from masthead.cli.frame import Command, folder, say


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes that read (default: one a core)")
    parser.add_argument("--again", action="store_true", help="read every story, also those that were checked with today's rules")


def _run(options: argparse.Namespace) -> int:
    starting.start_newsroom(folder())
    from django.db import connections

    from masthead.newsroom.desk import archive
    from masthead.newsroom.desk.models import ArchiveFinding

    keys = archive.unchecked(again=options.again)
    shares = [keys[start : start + archive.SHARE] for start in range(0, len(keys), archive.SHARE)]
    connections.close_all()  # a process that forks must share none
    began, done = time.monotonic(), 0
    with multiprocessing.get_context("fork").Pool(max(1, min(options.jobs, len(shares) or 1)), initializer=connections.close_all) as pool:
        try:
            for read in pool.imap_unordered(_check, shares):
                done += read
                say(f"{done:,} of {len(keys):,} stories, {done / max(time.monotonic() - began, 0.001):,.0f} a second")
        except KeyboardInterrupt:
            pool.terminate()
            print(f"Stopped after {done:,} of {len(keys):,} stories. Run it again and it passes over what is checked already.")
            return 130
    found = ArchiveFinding.objects.filter(trial=None)
    blocking = found.filter(severity="block").values("story").distinct().count()
    print(
        f"{done:,} stories read. {found.count():,} findings stand in the archive; {blocking:,} stories would be blocked today. Reports › Archive report shows them."
    )
    return 0


def _check(keys: Sequence[int]) -> int:
    from masthead.kernel import clock
    from masthead.newsroom.desk import archive

    return archive.check(keys, now=clock.now())


COMMAND = Command(
    name="recheck",
    group="Look after",
    summary="have the desk read the archive again: what today's rules find in what went out before",
    about="Read every public story with today's rules, in parallel. What is checked already is passed over: stop it and run it again at will.",
    examples=("masthead recheck", "masthead recheck --jobs 4 --again"),
    arguments=_arguments,
    run=_run,
)
