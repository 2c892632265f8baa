"""The desk's checks: pure functions from a reading to findings. One table lists them; none edits copy."""

from collections.abc import Callable, Iterator

from masthead.newsroom.desk.reading import Reading
from masthead.newsroom.stories.gate import Finding, Severity

Check = Callable[[Reading], Iterator[Finding]]


def picture_without_credit(reading: Reading) -> Iterator[Finding]:
    """Yield a block for each picture that nobody is credited for."""
    for use in reading.pictures:
        if not use.credit.strip():
            message = f"The picture “{use.title}” has no credit line: open it under Pictures and say who must be credited."
            yield Finding(rule="picture-without-credit", severity=Severity.BLOCK, message=message, field=use.field, block=use.block, text=str(use.key))


def picture_without_alt(reading: Reading) -> Iterator[Finding]:
    """Yield a block for each picture that readers who cannot see it would miss, unless it was chosen to be decorative."""
    for use in reading.pictures:
        if not use.decorative and not use.alt.strip():
            message = f"The picture “{use.title}” has no alternative text: describe it, or mark it as decorative, under Pictures."
            yield Finding(rule="picture-without-alt", severity=Severity.BLOCK, message=message, field=use.field, block=use.block, text=str(use.key))


def picture_without_caption(reading: Reading) -> Iterator[Finding]:
    """Yield a warning for each picture that says nothing beneath it."""
    for use in reading.pictures:
        if not use.decorative and not use.caption.strip():
            message = f"The picture “{use.title}” has no caption: say what, where and when it shows."
            yield Finding(rule="picture-without-caption", severity=Severity.WARN, message=message, field=use.field, block=use.block, text=str(use.key))


def body_missing(reading: Reading) -> Iterator[Finding]:
    """Yield a block for a story without a text."""
    if reading.is_story and not reading.has_body:
        yield Finding(rule="body-missing", severity=Severity.BLOCK, message="The story has no text: write it before publishing.", field="body")


def byline_missing(reading: Reading) -> Iterator[Finding]:
    """Yield a warning for a story that nobody signs."""
    if reading.is_story and not reading.bylines:
        yield Finding(
            rule="byline-missing", severity=Severity.WARN, message="Nobody's name stands on the story: add a byline, or say why it has none.", field="bylines"
        )


def dateline_missing(reading: Reading) -> Iterator[Finding]:
    """Yield a suggestion for news that does not say where it was reported from."""
    if reading.label == "news" and not reading.dateline.strip():
        yield Finding(rule="dateline-missing", severity=Severity.SUGGEST, message="There is no dateline: say where it was reported from.", field="dateline")


def standfirst_missing(reading: Reading) -> Iterator[Finding]:
    """Yield a suggestion for a story whose headline stands alone."""
    if reading.is_story and not reading.standfirst.strip():
        message = "There is no standfirst: a sentence beneath the headline also serves feeds and search."
        yield Finding(rule="standfirst-missing", severity=Severity.SUGGEST, message=message, field="standfirst")


def kept_from_old_site(reading: Reading) -> Iterator[Finding]:
    """Yield a warning for each piece of an old site that readers do not see."""
    for what, block in reading.kept:
        message = f"“{what}” was kept from the old site and is not shown: turn it into a block, or remove it."
        yield Finding(rule="kept-from-old-site", severity=Severity.WARN, message=message, field="body", block=block, text=what)


CHECKS: tuple[Check, ...] = (
    picture_without_credit,
    picture_without_alt,
    body_missing,
    byline_missing,
    picture_without_caption,
    kept_from_old_site,
    dateline_missing,
    standfirst_missing,
)


def run(reading: Reading) -> list[Finding]:
    """Return what all checks find in `reading`, each finding once."""
    found = {finding.key: finding for check in CHECKS for finding in check(reading)}
    return list(found.values())
