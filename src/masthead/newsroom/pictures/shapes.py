"""Which sizes and crops of a picture exist, and the address of each, worked out without asking the database."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction

from masthead.newsroom.pictures.models import Picture

LADDER = (320, 480, 640, 960, 1280, 1920)  # widths in pixels; nothing is ever made larger than the original
RATIOS = {"": None, "3x2": Fraction(3, 2), "1x1": Fraction(1), "4x5": Fraction(4, 5)}  # crops that cards use, about the focal point
MODERN = ("avif", "webp")
LOSSLESS = (".png", ".gif")  # drawings and charts: their plain form stays PNG


@dataclass(frozen=True, slots=True)
class Shape:
    """One crop of a picture: the part of the original it shows, and its largest size, all in the original's pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths it is offered in, ascending."""
        return tuple(step for step in LADDER if step <= self.width) or (self.width,)

    def height_at(self, width: int) -> int:
        """Return the height in pixels at `width`, rounded, at least 1."""
        return max(1, round(Fraction(self.height * width, self.width)))


def shape(picture: Picture, ratio: str = "") -> Shape:
    """Return the crop of `picture` to `ratio` (a key of RATIOS), as large as can be and about its focal point; all of one that is never cropped."""
    wanted = None if picture.keep_whole else RATIOS[ratio]
    if wanted is None:
        return Shape(0, 0, picture.width, picture.height)
    width = min(picture.width, int(picture.height * wanted))
    height = min(picture.height, int(picture.width / wanted))
    centre_x = picture.width // 2 if picture.focal_point_x is None else picture.focal_point_x
    # Without a focal point faces are more often in the upper half: crop a little above the middle.
    centre_y = picture.height * 2 // 5 if picture.focal_point_y is None else picture.focal_point_y
    left = min(max(0, centre_x - width // 2), picture.width - width)
    top = min(max(0, centre_y - height // 2), picture.height - height)
    return Shape(left, top, max(1, width), max(1, height))


def plain_format(picture: Picture) -> str:
    """Return the format that every browser shows: `png` for drawings, `jpg` for photographs."""
    return "png" if picture.file.name.lower().endswith(LOSSLESS) else "jpg"


def version(picture: Picture, ratio: str = "") -> str:
    """Return the key of one crop as it now is: it changes with the file, the focal point and whatever the rendition carries."""
    facts = (
        picture.file_hash or picture.file.name,
        str((picture.focal_point_x, picture.focal_point_y, picture.keep_whole) if ratio else ""),
        ratio,
        picture.creator,
        picture.credit_line,
        picture.copyright_notice,
        picture.licence,
        picture.source_url,
        picture.caption,
    )
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:12]


def ratio_of(picture: Picture, key: str) -> str | None:
    """Return the crop that `key` is the version of, or None where the picture has changed since or never had it."""
    return next((ratio for ratio in RATIOS if version(picture, ratio) == key), None)


def address(picture: Picture, key: str, width: int, extension: str) -> str:
    """Return the path of one rendition, from the root of the site."""
    return f"/pictures/{picture.pk}/{key}/{width}.{extension}"
