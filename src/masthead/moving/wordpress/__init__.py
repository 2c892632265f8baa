"""Moving in from WordPress: its export files (WXR) and a folder of its uploads.

`parse` reads the file as a stream, `php` its serialized values, `blocks` and `shortcodes` its two markups; `body`
turns a text into neutral parts; `plan` decides what each item becomes; `actions` writes, item by item:

    import_wxr(*, file: Path, media: Path | None, user: User | None, now: datetime, choices: Choices = Choices(),
               dry_run: bool = False, progress: Callable[[Progress], None] | None = None) -> Report

`str(report)` is what the command prints; `report.lines()` gives it line by line.
"""
