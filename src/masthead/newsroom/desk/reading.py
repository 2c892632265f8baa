"""What the desk reads of a page: plain values, so that checks are pure functions over them."""

from dataclasses import dataclass
from typing import Any

from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.stories import rules


@dataclass(frozen=True, kw_only=True)
class PictureUse:
    """A picture where it stands: `field` of the editor, `block` id in the body."""

    key: int
    title: str
    credit: str
    alt: str
    decorative: bool
    caption: str
    field: str
    block: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A story or page as the desk has it before it. `is_story` is false for plain pages, which need no byline."""

    headline: str
    is_story: bool
    standfirst: str = ""
    label: str = ""
    dateline: str = ""
    bylines: int = 0
    has_body: bool = False
    pictures: tuple[PictureUse, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # (what, block id)


def read(page: Any) -> Reading:
    """Return the reading of a story or page, saved or not."""
    is_story = hasattr(page, "bylines")
    values = list(rules.values(page.body))
    return Reading(
        headline=page.title,
        is_story=is_story,
        standfirst=page.standfirst,
        label=page.label if is_story else "",
        dateline=page.dateline if is_story else "",
        bylines=len(page.bylines.all()) if is_story else 0,
        has_body=any(name != "kept" for name, _value, _block in values),
        pictures=tuple(_pictures(page, values)),
        kept=tuple((str(value["what"]), block) for name, value, block in values if name == "kept"),
    )


def _pictures(page: Any, values: list[tuple[str, Any, str]]) -> list[PictureUse]:
    uses = []
    lead = getattr(page, "lead_picture", None)
    if lead is not None:
        uses.append(_use(lead, caption=page.lead_caption, field="lead_picture"))
    own_captions = {
        id(value["picture"]): str(value["caption"] or "") for name, value, _ in values if name in {"picture", "pictures"} and hasattr(value, "keys")
    }
    uses += [_use(value, caption=own_captions.get(id(value), ""), field="body", block=block) for _, value, block in values if isinstance(value, Picture)]
    return uses


def _use(picture: Picture, *, caption: str, field: str, block: str = "") -> PictureUse:
    return PictureUse(
        key=picture.pk,
        title=picture.title,
        credit=picture.credit_line,
        alt=picture.description,
        decorative=picture.decorative,
        caption=caption or picture.caption,
        field=field,
        block=block,
    )
