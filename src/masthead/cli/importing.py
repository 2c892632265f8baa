"""`masthead import`: bring in what was written elsewhere."""

import argparse
from importlib import import_module
from pathlib import Path

from masthead.cli import starting
from masthead.cli.frame import Command, Refused, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    wxr = kind.add_parser("wxr", help="a WordPress export", allow_abbrev=False)
    wxr.add_argument("file", type=Path, help="the export, a .xml file")
    wxr.add_argument("--media", type=Path, metavar="FOLDER", help="a copy of wp-content/uploads; pictures that are not in it are listed")
    wxr.add_argument("--dry-run", action="store_true", help="report what would happen, change nothing")
    page = kind.add_parser("page", help="one saved page of an old site, HTML or plain text: becomes a draft", allow_abbrev=False)
    page.add_argument("file", type=Path, help="the page, .html or .txt")
    page.add_argument("--section", metavar="TITLE", help="the section it goes to (default: the first)")
    page.add_argument("--dry-run", action="store_true", help="report what would happen, change nothing")


def _run(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise Refused(f"There is no file {options.file}.")
    if getattr(options, "media", None) and not options.media.is_dir():
        raise Refused(f"There is no folder {options.media}: --media names a copy of wp-content/uploads.")
    starting.start_newsroom(folder())
    room = "wordpress" if options.kind == "wxr" else "pages"
    return int(import_module(f"masthead.moving.{room}.command").run(options))


COMMAND = Command(
    name="import",
    group="Work",
    summary="bring in a WordPress export (wxr) or one saved page (page)",
    examples=("masthead import wxr export.xml --media uploads --dry-run", "masthead import wxr export.xml --media uploads", "masthead import page old.html"),
    arguments=_arguments,
    run=_run,
)
