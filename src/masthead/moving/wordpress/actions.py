"""Bring in a WordPress export: read it through, then write item by item, each in a transaction of its own.

A run may be stopped anywhere and started again: what is done is found again by the old site's name, the item's
number and its guid, and is left alone unless the file says something else and nobody here has edited it since.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from masthead.moving.looking import Looker
from masthead.moving.media import MediaFolder
from masthead.moving.report import Matter, Report
from masthead.moving.wordpress import closing
from masthead.moving.wordpress.items import Desk
from masthead.moving.wordpress.library import Uploads, kind_of
from masthead.moving.wordpress.parse import Export
from masthead.moving.wordpress.plan import KNOWN_LEFT_OUT, Choices, source_of
from masthead.moving.wordpress.shelves import Shelves
from masthead.moving.wordpress.spool import Spool
from masthead.newsroom.staff.models import User

__all__ = ["Choices", "Progress", "import_wxr"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `done` of `total` of a stage (reading, files, stories), and the item at hand."""

    stage: str
    done: int
    total: int
    title: str = ""


def import_wxr(
    *,
    file: Path,
    media: Path | None,
    user: User | None,
    now: dt.datetime,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    dry_run: bool = False,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> Report:
    """Import the WordPress export `file` with the uploads in `media`, and return the account of it.

    `user` becomes the owner of what is new; `now` is the present. With `dry_run` nothing is written and the report
    is the same. Ctrl-C stops after the item before: the report then says so, and the same call goes on from there.

    Raises:
        WxrError: the file cannot be read; nothing was written.
        NoMediaFolder, NoNewsroom: there is no such folder, or no front page.
    """
    folder = MediaFolder(media)
    export = Export(file, recover=choices.recover)
    source = source_of(export.head)
    report = Report(source, dry_run=dry_run)
    for line, note in export.mended:
        report.add(Matter.MENDED, f"line {line}" if line else "", note)
    for line, note in export.skipped:
        report.add(Matter.BROKEN, f"line {line}" if line else "", note)
    spool = Spool()
    with Looker() as looker:
        try:
            shelves = Shelves(spool=spool, head=export.head, source=source, now=now, report=report)
            uploads = Uploads(
                spool=spool, media=folder, looker=looker, source=source, host=urlsplit(export.head.address).netloc, user=user, now=now, report=report
            )
            desk = Desk(uploads=uploads, shelves=shelves, choices=choices, zone=settings.ENV.zone)
            total = _gather(export, spool, choices, report, progress)
            _take_files(spool, uploads, media, report, progress)
            _take_items(export, desk, choices, total, progress)
            closing.lead_old_lists(desk=desk)
        except KeyboardInterrupt:
            report.interrupted_at = f"“{uploads.title}”" if uploads.title else "the beginning"
        finally:
            spool.close()
    return report


def _gather(export: Export, spool: Spool, choices: Choices, report: Report, progress: Callable[[Progress], None]) -> int:
    """Keep what items refer to, count what is not taken, and return how many items are."""
    total = 0
    others: Counter[str] = Counter()
    for number, item in enumerate(export.items()):
        if not item.id:
            report.add(Matter.REFUSED, item.title or f"line {item.line}", f"line {item.line}: it has no number, so nothing could refer to it")
            continue
        spool.take(item)
        report.comments += item.comments
        if item.status == "trash":
            report.left_out["items from the trash"] += 1
        elif item.type == "page" or item.type in choices.story_types:
            total += item.status not in {"auto-draft", "inherit"}
        elif item.type in KNOWN_LEFT_OUT:
            report.left_out[KNOWN_LEFT_OUT[item.type]] += 1
        elif item.type != "attachment":
            others[item.type] += 1
        if number % 200 == 0:
            progress(Progress("reading", number, 0, item.title))
    for kind, number in sorted(others.items()):
        report.add(Matter.REFUSED, f"{number} items of the type “{kind}”", "a plug-in's or theme's own; choose --as-stories to take them as stories")
    return total


def _take_files(spool: Spool, uploads: Uploads, media: Path | None, report: Report, progress: Callable[[Progress], None]) -> None:
    """Bring the uploads that are in the folder into the library."""
    attached = spool.count_attached()
    if media is None:
        if attached:
            report.add(Matter.NOTE, "", f"No --media folder was named: none of {attached} pictures and files was looked for.")
        return
    for number, one in enumerate(spool.all_attached()):
        kind = kind_of(one.url or one.file)
        outcome = uploads.take(one)
        report.count("files" if kind == "file" else "pictures", outcome)
        progress(Progress("files", number + 1, attached, one.title))


def _take_items(export: Export, desk: Desk, choices: Choices, total: int, progress: Callable[[Progress], None]) -> None:
    done = 0
    for item in export.items():
        if not item.id or item.status in {"trash", "auto-draft", "inherit"} or (item.type != "page" and item.type not in choices.story_types):
            continue
        outcome = desk.take(item)
        desk.report.count("pages" if item.type == "page" else "stories", outcome)
        done += 1
        progress(Progress("stories", done, total, item.title))
