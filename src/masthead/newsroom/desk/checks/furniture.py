"""What a story must have beside its words: credits, captions, bylines, a dateline."""

from collections.abc import Iterator

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.sources.addresses import is_bare_profile, is_profile
from masthead.newsroom.stories.gate import Severity


@check("picture-without-credit", Severity.BLOCK, reason="Whoever made a picture is named.", furniture=True)
def picture_without_credit(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each picture that nobody is credited for."""
    for use in reading.pictures:
        if not use.credit.strip():
            message = f"The picture “{use.title}” has no credit line: open it under Pictures and say who must be credited."
            yield Hit(message=message, field=use.field, block=use.block, text=str(use.key))


@check("picture-without-alt", Severity.BLOCK, reason="Readers who cannot see a picture are told what it shows.", furniture=True)
def picture_without_alt(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each picture that readers who cannot see it would miss, unless it was chosen to be decorative."""
    for use in reading.pictures:
        if not use.decorative and not use.alt.strip():
            message = f"The picture “{use.title}” has no alternative text: describe it, or mark it as decorative, under Pictures."
            yield Hit(message=message, field=use.field, block=use.block, text=str(use.key))


@check(
    "picture-credited-to-profile",
    Severity.BLOCK,
    reason="A profile shows something else tomorrow: only the post shows where a picture is from.",
    furniture=True,
)
def picture_credited_to_profile(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each picture whose credit or source is a bare profile; a credit such as “@name” is enough beside the post's address."""
    for use in reading.pictures:
        source = use.source_url.strip()
        if source and is_profile(source):
            message = f"The picture “{use.title}” has a profile as its source, {source}: give the address of the post it was taken from, under Pictures."
        elif not source and is_bare_profile(use.credit):
            message = (
                f"The picture “{use.title}” is credited to a bare profile, “{use.credit}”: name who made it, or give the address of the post as its source."
            )
        else:
            continue
        yield Hit(message=message, field=use.field, block=use.block, text=str(use.key))


@check("picture-without-caption", Severity.BLOCK, reason="Readers are told what, where and when a picture shows.", furniture=True)
def picture_without_caption(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each picture that says nothing beneath it, unless it was chosen to be decorative."""
    for use in reading.pictures:
        if not use.decorative and not use.caption.strip():
            message = f"The picture “{use.title}” has no caption: say what, where and when it shows."
            yield Hit(message=message, field=use.field, block=use.block, text=str(use.key))


@check("body-missing", Severity.BLOCK, reason="A headline alone is no story.", furniture=True)
def body_missing(reading: Reading) -> Iterator[Hit]:
    """Yield a block for a story without a text."""
    if reading.is_story and not reading.has_body:
        yield Hit(message="The story has no text: write it before publishing.", field="body")


@check("byline-missing", Severity.WARN, reason="Readers can see who answers for a story.", furniture=True)
def byline_missing(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for a story that nobody signs."""
    if reading.is_story and not reading.bylines:
        yield Hit(message="Nobody's name stands on the story: add a byline, or say why it has none.", field="bylines")


@check("section-missing", Severity.WARN, reason="Readers find a story by its section.", furniture=True)
def section_missing(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for a story that lies in no section."""
    if reading.is_story and not reading.section:
        yield Hit(message="The story lies in no section: move it into one.", field="section")


@check("dateline-missing", Severity.WARN, reason="News says where it was reported from.", furniture=True)
def dateline_missing(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for news that does not say where it was reported from."""
    if reading.label == "news" and not reading.dateline.strip():
        yield Hit(message="There is no dateline: say where it was reported from.", field="dateline")


@check("standfirst-missing", Severity.SUGGEST, reason="Feeds and search show the sentence beneath the headline.", furniture=True)
def standfirst_missing(reading: Reading) -> Iterator[Hit]:
    """Yield a suggestion for a story whose headline stands alone."""
    if reading.is_story and not reading.standfirst.strip():
        message = "There is no standfirst: a sentence beneath the headline also serves feeds and search."
        yield Hit(message=message, field="standfirst")


@check("kept-from-old-site", Severity.WARN, reason="What an import could not turn into a block is not shown to readers.", furniture=True)
def kept_from_old_site(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each piece of an old site that readers do not see."""
    for what, block in reading.kept:
        message = f"“{what}” was kept from the old site and is not shown: turn it into a block, or remove it."
        yield Hit(message=message, field="body", block=block, text=what)


CHECKS = (
    picture_without_credit,
    picture_without_alt,
    picture_without_caption,
    picture_credited_to_profile,
    body_missing,
    byline_missing,
    section_missing,
    kept_from_old_site,
    dateline_missing,
    standfirst_missing,
)
