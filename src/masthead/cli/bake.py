"""`masthead bake`: the public site as files."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from masthead.cli import starting
from masthead.cli.folder import only_one
from masthead.cli.frame import Command, Refused, at_work, folder

LOOK_SECONDS = 0.5


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, help="the folder to bake into: a new one, an empty one, or one that was baked before")


def _run(options: argparse.Namespace) -> int:
    place = folder()
    starting.start_newsroom(place)
    starting.collect_static()
    from django.conf import settings

    from masthead.delivery.bake.baking import Oven
    from masthead.delivery.filling.renderer import Renderer
    from masthead.delivery.filling.rendering import render

    began = time.monotonic()
    renderer = Renderer()
    try:
        with at_work("making what is not finished yet") as tell:
            fill(renderer, place, tell)
        oven = Oven(store=renderer.store, folder=options.target, address=settings.ENV.address, ask=lambda path: render(path).page)
        with at_work(f"baking into {options.target}") as tell:
            count = oven.bake(lambda done, of: tell(f"{done:,} of {of:,}"))
    finally:
        renderer.close()
    left_out = f" {count.left_out} addresses have names that no file can have, and are left out." if count.left_out else ""
    print(
        f"{count.pages:,} pages are in {options.target}: {count.written:,} files written, {count.removed:,} removed, in {time.monotonic() - began:.1f} s."
        f"{left_out}"
    )
    return 0


def fill(renderer: Any, place: Path, tell: Callable[[str], None]) -> None:
    """Have every page finished: by `renderer`, or where the newsroom runs, by the one that is at work there."""
    try:
        with only_one(place, "renderer"):
            renderer.begin()
            while renderer.step():
                tell(f"{renderer.needs.count():,} to go")
    except Refused:
        while waiting := renderer.needs.count():
            tell(f"{waiting:,} to go")
            time.sleep(LOOK_SECONDS)


COMMAND = Command(
    name="bake",
    group="Look after",
    summary="the public site as files: for a mirror, an onion service, an archive",
    about="Write every public page, feed and picture as a file into a folder that any file server can show, or a browser opens from a disk. Links lead from "
    "file to file; what needs the living site (giving, the desk) leads there. The meter says as of when it is. Run again, it writes what changed and removes "
    "what is gone.",
    examples=("masthead bake mirror", "masthead bake /srv/onion --data our-paper"),
    arguments=_arguments,
    run=_run,
)
