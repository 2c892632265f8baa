"""What the desk would say of an item that is not written: a dry run asks the same checks as the gate."""

from collections.abc import Iterable

from masthead.moving.body import Kept, Part, Picture, pictures_of
from masthead.moving.wordpress.library import Uploads, words_of
from masthead.moving.wordpress.plan import Plan
from masthead.newsroom.desk import checks
from masthead.newsroom.desk.reading import PictureUse, Reading
from masthead.newsroom.stories.gate import Finding, Severity


def foreseen(plan: Plan, parts: Iterable[Part], *, lead: Picture | None, is_story: bool, uploads: Uploads) -> list[Finding]:
    """Return the findings that would block an item, were it written now."""
    parts = list(parts)
    uses = [_use(picture, "body", str(number), uploads) for number, picture in enumerate(pictures_of(parts))]
    if lead is not None and is_story:
        uses.insert(0, _use(lead, "lead_picture", "", uploads))
    reading = Reading(
        headline=plan.headline,
        is_story=is_story,
        standfirst=plan.standfirst,
        label=plan.label,
        bylines=len(plan.bylines),
        has_body=_shows_something(parts, uploads),
        pictures=tuple(use for use in uses if use),
    )
    return [finding for finding in checks.run(reading) if finding.severity is Severity.BLOCK]


def _use(picture: Picture, field: str, block: str, uploads: Uploads) -> PictureUse | None:
    found = uploads.meant_by(picture.id, picture.url)
    if found is None or found.foreign or not uploads.is_to_be_here(found):
        return None
    stored = uploads.picture_here(found)
    words = words_of(found.attached)
    return PictureUse(
        key=stored.pk if stored else 0,
        title=stored.title if stored else words.title or (found.path.stem if found.path else ""),
        credit=stored.credit_line if stored else words.credit,
        alt=stored.description if stored else words.alt,
        decorative=stored.decorative if stored else False,
        caption=picture.caption or words.caption,
        field=field,
        block=block,
    )


def _shows_something(parts: list[Part], uploads: Uploads) -> bool:
    """Return whether anything but pictures and files that are missing would stand in the body."""
    for part in parts:
        for picture in pictures_of([part]):
            found = uploads.meant_by(picture.id, picture.url)
            if found and not found.foreign and uploads.is_to_be_here(found):
                return True
        if not isinstance(part, Kept) and not list(pictures_of([part])):
            return True
    return False
