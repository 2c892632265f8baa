"""Moving in one page at a time: a saved HTML page or a plain-text page of an old site becomes a draft.

`parse` reads a file (`hypertext` and `plain` for the two kinds, `furniture` and `sifting` for what is not the story), and `actions` writes:

    import_page(*, file: Path, section: str = "", user: User | None, now: datetime, dry_run: bool = False) -> Report

`str(report)` is what the command prints.
"""
