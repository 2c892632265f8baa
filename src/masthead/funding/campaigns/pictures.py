"""The meter as a picture for other sites: SVG by a template, PNG by Pillow in the site's own letters.

No moment is written in it, so the same figures are the same bytes, and a cache that holds an older one shows what was true then.
"""

import hashlib
import io
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, gettext
from PIL import Image, ImageDraw, ImageFont

from masthead.funding.campaigns.queries import Reading
from masthead.kernel.locales import locale_of

WIDTH, HEIGHT = 480, 124  # of the picture as it stands on a page, in CSS pixels
EDGE, BAR_TOP, BAR_HIGH = 16, 92, 14
NAME_AT, LINE_AT, SHARE_AT = 30, 58, 80  # the baselines of its three lines
LONGEST_NAME, SMALLEST = 44, 8
SHARP = 2  # the PNG has this many pixels for one of CSS
PAPER, INK, QUIET, SCALE, FILL = "#fffefc", "#161513", "#5c5850", "#d8d3c8", "#a5210c"
# Our letters, file by file, and the ranges that each holds (theme.css, unicode-range); later ones are asked where earlier ones lack a letter.
LETTERS = {
    "sans-latin": ((0x20, 0xFF), (0x131, 0x131), (0x152, 0x153), (0x2BB, 0x2BC), (0x2000, 0x206F), (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2212, 0x2212)),
    "sans-latin-ext": ((0x100, 0x151), (0x154, 0x2BA), (0x1E00, 0x1E9F), (0x20A0, 0x20AB), (0x20AD, 0x20C0)),
    "sans-vietnamese": ((0x1EA0, 0x1EF9),),
    "sans-greek": ((0x370, 0x3FF),),
    "sans-cyrillic": ((0x400, 0x45F), (0x490, 0x491), (0x4B0, 0x4B1), (0x2116, 0x2116)),
}


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What the picture says and shows; places are percent of the bar's length."""

    name: str
    line: str
    share: str
    plain: str  # the line in letters that every font has
    fill: Decimal
    goal_at: Decimal
    marks: tuple[Decimal, ...]
    version: int
    right_to_left: bool

    @property
    def etag(self) -> str:
        """Return the entity tag: the meter's version, and a digest of all that is drawn."""
        return f'"{self.version}-{hashlib.sha256(repr(self).encode()).hexdigest()[:12]}"'


def drawing_of(reading: Reading) -> Drawing:
    """Return what the picture of a meter says."""
    locale = locale_of(settings.LANGUAGE_CODE)
    goal = f"{reading.goal.words(locale)} {reading.period_words}".rstrip()
    share = gettext("%(percent)s\u00a0%%") % {"percent": reading.percent}
    return Drawing(
        name=reading.name if len(reading.name) <= LONGEST_NAME else reading.name[: LONGEST_NAME - 1].rstrip() + "…",
        line=gettext("%(raised)s raised of %(goal)s") % {"raised": reading.raised.words(locale), "goal": goal},
        share=gettext("%(share)s, the goal is reached") % {"share": share} if reading.reached else share,
        plain=f"{reading.raised} / {reading.goal}",
        fill=reading.fill,
        goal_at=reading.goal_at,
        marks=tuple(mark.at for mark in reading.marks),
        version=reading.version,
        right_to_left=get_language_info(settings.LANGUAGE_CODE.split("-")[0])["bidi"],
    )


def svg(drawing: Drawing) -> str:
    """Return the picture as SVG: it stands alone, and asks for no font, style or script."""
    return render_to_string("campaigns/meter.svg", places(drawing))


def places(drawing: Drawing) -> dict[str, Any]:
    """Return what the template of the SVG needs, in its own units."""
    long = WIDTH - 2 * EDGE
    marks = [_plain(EDGE + long * mark / 100) for mark in drawing.marks]
    return {
        "drawing": drawing,
        "width": WIDTH,
        "height": HEIGHT,
        "start": WIDTH - EDGE if drawing.right_to_left else EDGE,
        "name_at": NAME_AT,
        "line_at": LINE_AT,
        "share_at": SHARE_AT,
        "bar": {"x": EDGE, "y": BAR_TOP, "width": long, "height": BAR_HIGH, "foot": BAR_TOP + BAR_HIGH, "fill": _plain(long * drawing.fill / 100)},
        "goal_at": _plain(EDGE + long * drawing.goal_at / 100),
        "marks": marks,
        "colours": {"paper": PAPER, "ink": INK, "quiet": QUIET, "scale": SCALE, "fill": FILL},
    }


@lru_cache(maxsize=32)
def png(drawing: Drawing) -> bytes:
    """Return the picture as PNG, twice as many pixels as it has on a page. Words in letters that we have no font for are left out or said plainly."""
    image = Image.new("RGB", (WIDTH * SHARP, HEIGHT * SHARP), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH * SHARP - 1, HEIGHT * SHARP - 1), outline=SCALE, width=SHARP)
    if _has_letters(drawing.name):
        _write(pen, drawing.name, NAME_AT, size=17, weight=700, colour=INK, backwards=drawing.right_to_left)
    line = drawing.line if _has_letters(drawing.line) else drawing.plain
    _write(pen, line, LINE_AT, size=19, weight=400, colour=INK, backwards=drawing.right_to_left)
    share = drawing.share if _has_letters(drawing.share) else ""
    _write(pen, share, SHARE_AT, size=14, weight=400, colour=QUIET, backwards=drawing.right_to_left)
    long = WIDTH - 2 * EDGE

    def box(first: Decimal, last: Decimal, colour: str, above: int = 0) -> None:
        left, right = (Decimal(EDGE) + long * at / 100 for at in (first, last))
        if drawing.right_to_left:
            left, right = WIDTH - right, WIDTH - left
        pen.rectangle((int(left * SHARP), (BAR_TOP - above) * SHARP, int(right * SHARP) - 1, (BAR_TOP + BAR_HIGH) * SHARP - 1), fill=colour)

    full, thin = Decimal(100), Decimal(100) / long
    box(Decimal(0), full, SCALE)
    if drawing.fill > 0:
        box(Decimal(0), max(drawing.fill, thin), FILL)
    for at in drawing.marks:
        box(max(at - thin, Decimal(0)), max(at, thin), INK)
    box(max(drawing.goal_at - 2 * thin, Decimal(0)), max(drawing.goal_at, thin), INK, above=4)
    held = io.BytesIO()
    image.save(held, "PNG", compress_level=6)  # each gift makes another picture: packed as tightly as can be, 4 % smaller, it took three times as long
    return held.getvalue()


def _write(pen: ImageDraw.ImageDraw, words: str, baseline: int, *, size: int, weight: int, colour: str, backwards: bool) -> None:
    """Write a line in whichever of our fonts has each letter; too long a line is written smaller."""
    runs = [(file, "".join(letters)) for file, letters in groupby(words, key=_file_of) if file]

    def length(at_size: int) -> float:
        return sum(_font(file, at_size, weight).getlength(run) for file, run in runs)

    while size > SMALLEST and length(size) > (WIDTH - 2 * EDGE) * SHARP:
        size -= 1
    at = (WIDTH - EDGE) * SHARP - length(size) if backwards else float(EDGE * SHARP)
    for file, run in runs:
        font = _font(file, size, weight)
        pen.text((at, baseline * SHARP), run, font=font, fill=colour, anchor="ls")
        at += font.getlength(run)


def _has_letters(words: str) -> bool:
    return all(_file_of(letter) for letter in words)


def _file_of(letter: str) -> str:
    return next((file for file, ranges in LETTERS.items() if any(first <= ord(letter) <= last for first, last in ranges)), "")


@lru_cache(maxsize=64)
def _font(file: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(finders.find(f"theme/fonts/{file}.woff2")), size * SHARP)
    font.set_variation_by_axes([weight])
    return font


def _plain(number: Decimal) -> str:
    """Return a number as a drawing takes it, in every language alike."""
    return f"{number.quantize(Decimal('0.01')).normalize():f}"
