"""`{% picture %}`: a picture in every format and width, without a query and without moving what stands around it."""

from dataclasses import dataclass

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from masthead.newsroom.pictures import shapes
from masthead.newsroom.pictures.models import Licence, Picture

register = template.Library()
PLAIN_WIDTH = 960


@dataclass(frozen=True, slots=True)
class Use:
    """Where a picture stands: its crop, how wide it is shown (`sizes` of HTML), and whether the page waits for it."""

    sizes: str
    ratio: str = ""
    eager: bool = False


# The break points and widths are theme.css's: 40rem, 48rem and 68.75rem; wide is 78rem, measure 40rem.
USES = {
    "story": Use("(min-width: 80rem) 63.5rem, (min-width: 68.75rem) calc(100vw - 18rem), 100vw", eager=True),
    "column": Use("(min-width: 42rem) 40rem, 100vw"),
    "wide": Use("(min-width: 80rem) 63.5rem, (min-width: 68.75rem) calc(100vw - 18rem), 100vw"),
    "half": Use("(min-width: 42rem) 20rem, 100vw"),
    "gallery": Use("(min-width: 68.75rem) 31rem, (min-width: 40rem) 50vw, 100vw"),
    "lead": Use("(min-width: 80rem) 40rem, (min-width: 68.75rem) 52vw, 100vw", "3x2", eager=True),
    "second": Use("(min-width: 68.75rem) 19rem, (min-width: 40rem) 33vw, 100vw", "3x2"),
    "first": Use("(min-width: 68.75rem) 22rem, (min-width: 40rem) 55vw, 100vw", "3x2"),
    "card": Use("(min-width: 68.75rem) 15rem, (min-width: 40rem) 45vw, 6.5rem", "3x2"),
    "list": Use("(min-width: 48rem) 13rem, 6.5rem", "3x2"),
    "portrait": Use("7rem", "1x1"),
    "still": Use("(min-width: 42rem) 40rem, 100vw"),
}


@register.simple_tag
def picture(shown: Picture, use: str = "column", *, alt: str | None = None) -> SafeString:
    """Return the HTML of `shown` for one of USES; `alt` replaces the picture's own alternative text ("" where a link's words say it)."""
    place = USES[use]
    crop, key = shapes.shape(shown, place.ratio), shapes.version(shown, place.ratio)
    stem = f"/pictures/{shown.pk}/{key}/"
    sources = "".join(f'<source type="image/{extension}" srcset="{_set(stem, crop, extension)}" sizes="{place.sizes}">' for extension in shapes.MODERN)
    plain = max((width for width in crop.widths if width <= PLAIN_WIDTH), default=crop.widths[0])
    return format_html(
        '<picture>{}<img src="{}{}.{}" width="{}" height="{}" alt="{}" {}></picture>',
        mark_safe(sources),
        stem,
        plain,
        shapes.plain_format(shown),
        crop.width,
        crop.height,
        shown.alt_text if alt is None else alt,
        mark_safe('fetchpriority="high"' if place.eager else 'loading="lazy" decoding="async"'),
    )


@register.simple_tag
def picture_meta(shown: Picture, address: str) -> SafeString:
    """Return the meta elements by which other sites show `shown` beside a link; `address` is the site's, without a slash at the end."""
    crop, key = shapes.shape(shown), shapes.version(shown)
    width = crop.widths[-1]
    path = shapes.address(shown, key, width, shapes.plain_format(shown))
    return format_html(
        '<meta property="og:image" content="{}{}"><meta property="og:image:width" content="{}"><meta property="og:image:height" content="{}">'
        '<meta property="og:image:alt" content="{}"><meta name="twitter:card" content="summary_large_image">',
        address,
        path,
        width,
        crop.height_at(width),
        shown.alt_text,
    )


FREE = (Licence.CC0, Licence.PUBLIC_DOMAIN)


@register.filter
def free_licence(shown: Picture) -> str:
    """Return the licence in words where it lets others use the picture; others are between the newsroom and the maker."""
    licence = Licence(shown.licence) if shown.licence else None
    free = licence is not None and (licence in FREE or licence.value.startswith("cc-"))
    return str(licence.label) if licence is not None and free else ""


def _set(stem: str, crop: shapes.Shape, extension: str) -> str:
    return ", ".join(f"{stem}{width}.{extension} {width}w" for width in crop.widths)
