"""`masthead import`: bring in what was written elsewhere."""

import argparse
from pathlib import Path

from masthead.cli import starting
from masthead.cli.frame import Command, Refused, folder


def _arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    wxr = kind.add_parser("wxr", help="a WordPress export", allow_abbrev=False)
    wxr.add_argument("file", type=Path, help="the export, a .xml file")
    wxr.add_argument("--media", type=Path, metavar="FOLDER", help="a copy of wp-content/uploads; pictures that are not in it are listed")
    wxr.add_argument("--dry-run", action="store_true", help="report what would happen, change nothing")
    wxr.add_argument("--recover", action="store_true", help="take what can be read of a file that is not well-formed, and list what was skipped")
    wxr.add_argument(
        "--hold-back",
        action="store_true",
        help="make drafts of public stories that the desk would not let out (default: they stay public, each finding listed)",
    )
    wxr.add_argument("--section-default", metavar="TITLE", default="News", help="the section of stories without a category (default: News)")
    wxr.add_argument("--as-stories", metavar="TYPE", action="append", help="take this post type as stories too; may be given again")
    wxr.add_argument("--full-report", action="store_true", help="list everything, however much it is")
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
    if options.kind == "wxr":
        from masthead.moving.wordpress import command as wordpress

        return wordpress.run(options)
    from masthead.moving.pages import command as pages

    return pages.run(options)


COMMAND = Command(
    name="import",
    group="Work",
    summary="bring in a WordPress export (wxr) or one saved page (page)",
    examples=("masthead import wxr export.xml --media uploads --dry-run", "masthead import wxr export.xml --media uploads", "masthead import page old.html"),
    arguments=_arguments,
    run=_run,
)
