"""What the desk would say of an item that is not written: a dry run asks the same checks as the gate."""

from collections.abc import Iterable, Iterator
from html import escape

from django.conf import settings

from masthead.moving.body import Callout, Gallery, Heading, Kept, Paragraphs, Part, Picture, PullQuote, Table, pictures_of
from masthead.moving.wordpress.library import Uploads, words_of
from masthead.moving.wordpress.plan import Plan
from masthead.newsroom.desk import checks, queries
from masthead.newsroom.desk.text import PictureUse, Reading
from masthead.newsroom.stories.gate import Finding, Severity
from masthead.newsroom.stories.passages import of_html
from masthead.newsroom.stories.text import Kind, Passage


def foreseen(plan: Plan, parts: Iterable[Part], *, lead: Picture | None, is_story: bool, uploads: Uploads) -> list[Finding]:
    """Return the findings that would block an item, were it written now."""
    parts = list(parts)
    uses = [_use(picture, "body", str(number), uploads) for number, picture in enumerate(pictures_of(parts))]
    if lead is not None and is_story:
        uses.insert(0, _use(lead, "lead_picture", "", uploads))
    reading = Reading(
        headline=plan.headline,
        is_story=is_story,
        language=settings.LANGUAGE_CODE,
        standfirst=plan.standfirst,
        label=plan.label,
        section=plan.filing.section_slug,
        bylines=len(plan.bylines),
        passages=tuple(_passages(plan, parts)),
        has_body=_shows_something(parts, uploads),
        pictures=tuple(use for use in uses if use),
    )
    force = queries.rules_in_force()
    return [finding for finding in checks.run(reading, also=force.also, choices=force.choices) if finding.severity is Severity.BLOCK]


def _passages(plan: Plan, parts: Iterable[Part]) -> Iterator[Passage]:
    """Yield what readers would see, in the order and of the kinds it would have in the story."""
    yield Passage(text=plan.headline, kind=Kind.HEADLINE, field="title")
    if plan.standfirst:
        yield Passage(text=plan.standfirst, kind=Kind.STANDFIRST, field="standfirst")
    for number, part in enumerate(parts):
        for html, kind in _texts(part):
            yield from of_html(html, kind=kind, block=str(number))


def _texts(part: Part) -> Iterator[tuple[str, Kind]]:
    """Yield the HTML that `part` shows, with what it is to a reader."""
    match part:
        case Paragraphs():
            yield part.html, Kind.PARAGRAPH
        case Heading():
            yield escape(part.text), Kind.HEADING
        case Picture():
            yield escape(part.caption), Kind.CAPTION
        case Gallery():
            yield from ((escape(picture.caption), Kind.CAPTION) for picture in part.pictures)
        case PullQuote():
            yield escape(part.quote), Kind.PULL_QUOTE
        case Table():
            yield escape(part.caption), Kind.CAPTION
        case Callout():
            yield escape(part.title), Kind.HEADING
            yield part.html, Kind.CALLOUT


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
        caption=picture.caption or (stored.caption if stored else words.caption),
        field=field,
        block=block,
        source_url=stored.source_url if stored else words.source_url,
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
