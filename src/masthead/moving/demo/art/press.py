"""The hand press of the demo's prints: sheets of paper, blocks to cut, inks that lie unevenly."""

import math
from collections.abc import Iterable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Ink = tuple[int, int, int]
Point = tuple[float, float]

OVERSAMPLING = 2  # drawn at twice the size, so that edges are smooth when it is brought down

PAPER: Ink = (243, 235, 220)
NIGHT: Ink = (24, 34, 52)
NAVY: Ink = (36, 55, 82)
SLATE: Ink = (82, 103, 122)
TEAL: Ink = (44, 96, 102)
SEA: Ink = (104, 148, 146)
FOAM: Ink = (190, 209, 201)
SAND: Ink = (222, 196, 152)
OCHRE: Ink = (218, 155, 66)
RUST: Ink = (183, 74, 44)
ROSE: Ink = (222, 148, 122)
MOSS: Ink = (98, 110, 66)


class Block:
    """A block that prints one ink: what is drawn on it prints, what is cut away does not. Units are the sheet's pixels."""

    def __init__(self, *, size: tuple[int, int]) -> None:
        self.size = size
        self.mask = Image.new("L", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING), 0)
        self._draw = ImageDraw.Draw(self.mask)

    def polygon(self, points: Iterable[Point], *, cut: bool = False) -> None:
        """Fill (or cut) the polygon through `points`."""
        self._draw.polygon([(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points], fill=0 if cut else 255)

    def box(self, left: float, top: float, right: float, bottom: float, *, cut: bool = False) -> None:
        """Fill (or cut) an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], cut=cut)

    def disc(self, x: float, y: float, radius: float, *, squash: float = 1.0, cut: bool = False) -> None:
        """Fill (or cut) a disc, flattened to an ellipse by `squash`."""
        corners = (x - radius, y - radius * squash, x + radius, y + radius * squash)
        self._draw.ellipse([value * OVERSAMPLING for value in corners], fill=0 if cut else 255)

    def ring(self, x: float, y: float, radius: float, width: float, *, squash: float = 1.0, cut: bool = False) -> None:
        """Draw (or cut) the line of a circle, `width` pixels wide."""
        corners = (x - radius, y - radius * squash, x + radius, y + radius * squash)
        self._draw.ellipse([value * OVERSAMPLING for value in corners], outline=0 if cut else 255, width=round(width * OVERSAMPLING))

    def line(self, points: Sequence[Point], width: float, *, cut: bool = False) -> None:
        """Draw (or cut) a line of even width with round joints."""
        scaled = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points]
        self._draw.line(scaled, fill=0 if cut else 255, width=max(1, round(width * OVERSAMPLING)), joint="curve")

    def stroke(self, points: Sequence[Point], width: float, *, cut: bool = False) -> None:
        """Draw (or cut) a stroke as a gouge leaves it: thin at both ends, `width` at its middle."""
        left: list[Point] = []
        right: list[Point] = []
        last = len(points) - 1
        for index, (x, y) in enumerate(points):
            before, after = points[max(0, index - 1)], points[min(last, index + 1)]
            dx, dy = after[0] - before[0], after[1] - before[1]
            length = math.hypot(dx, dy) or 1.0
            half = width / 2 * math.sin(math.pi * min(1.0, max(0.0, index / last))) ** 0.7
            left.append((x - dy / length * half, y + dx / length * half))
            right.append((x + dy / length * half, y - dx / length * half))
        self.polygon(left + right[::-1], cut=cut)

    def gouge(self, x: float, y: float, length: float, width: float, *, cut: bool = False) -> None:
        """Draw (or cut) a level stroke that begins at `x`."""
        self.polygon([(x, y), (x + length * 0.35, y - width / 2), (x + length, y), (x + length * 0.6, y + width / 2)], cut=cut)

    def keep(self, other: "Block") -> None:
        """Cut everything that lies outside `other`."""
        self.mask.paste(ImageChops.multiply(self.mask, other.mask))

    def without(self, other: "Block") -> None:
        """Cut everything that lies inside `other`."""
        self.mask.paste(ImageChops.multiply(self.mask, ImageChops.invert(other.mask)))


class Sheet:
    """A sheet of paper on the press. The same seed gives the same print, to the byte."""

    def __init__(self, *, width: int, height: int, paper: Ink = PAPER, seed: int = 1) -> None:
        self.width, self.height = width, height
        self.random = Random(seed)  # noqa: S311 - drawing, not secrets
        self.image = Image.new("RGB", (width * OVERSAMPLING, height * OVERSAMPLING), paper)

    def block(self) -> Block:
        """Return a fresh block of the sheet's size."""
        return Block(size=(self.width, self.height))

    def noise(self, cell: float) -> Image.Image:
        """Return smooth grey noise of the sheet's full size; `cell` is the size of its grain in pixels."""
        width, height = max(2, round(self.width / cell)), max(2, round(self.height / cell))
        grain = Image.frombytes("L", (width, height), self.random.randbytes(width * height))
        return grain.resize(self.image.size, Image.Resampling.BICUBIC)

    def roughen(self, block: Block, *, amount: float = 1.6) -> None:
        """Let the edges of `block` wander by about `amount` pixels, as a hand-cut edge does."""
        soft = block.mask.filter(ImageFilter.GaussianBlur(amount * OVERSAMPLING))
        mixed = Image.blend(soft, self.noise(amount * 3.2), 0.33)
        block.mask.paste(mixed.point(_step(128, 10)))

    def ink(self, block: Block, colour: Ink, *, worn: float = 0.0, strength: float = 1.0, rough: float = 1.2, multiply: bool = False) -> None:
        """Print `block` in `colour`. `worn` (0 to 1) leaves bare flecks, `strength` thins the ink, `multiply` overprints."""
        if rough:
            self.roughen(block, amount=rough)
        mask = block.mask
        if worn:
            mask = ImageChops.multiply(mask, self._wear(worn))
        if strength < 1:
            mask = mask.point([round(value * strength) for value in range(256)])
        plain = Image.new("RGB", self.image.size, colour)
        self.image.paste(ImageChops.multiply(self.image, plain) if multiply else plain, mask=mask)

    def _wear(self, worn: float) -> Image.Image:
        patches = Image.blend(self.noise(2.2), self.noise(90), 0.42)
        return patches.point(_step(round(28 + 62 * worn), 12))

    def fade(self, top: Ink, bottom: Ink, *, start: float = 0.0, end: float = 1.0, bands: int = 0) -> None:
        """Roll the whole sheet from `top` to `bottom` between two heights (0 to 1); `bands` breaks it into flat steps."""
        ramp: list[int] = []
        rows = self.image.height
        for row in range(rows):
            share = min(1.0, max(0.0, (row / rows - start) / (end - start)))
            ramp.append(round(255 * (math.floor(share * bands) / max(1, bands - 1) if bands else share)) if share < 1 else 255)
        column = Image.frombytes("L", (1, rows), bytes(min(255, value) for value in ramp))
        mask = column.resize(self.image.size)
        self.image = Image.composite(Image.new("RGB", self.image.size, bottom), Image.new("RGB", self.image.size, top), mask)

    def finish(self, *, tooth: float = 0.045) -> Image.Image:
        """Return the print at its size, with the tooth of the paper in it."""
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        if not tooth:
            return small
        cells = (self.width // 2, self.height // 2)
        grain = Image.frombytes("L", cells, self.random.randbytes(cells[0] * cells[1])).resize(small.size, Image.Resampling.BICUBIC)
        veil = grain.point([round(255 - (255 - value) * tooth * 2) for value in range(256)])
        return ImageChops.multiply(small, Image.merge("RGB", (veil, veil, veil)))


def _step(threshold: int, softness: int) -> list[int]:
    return [min(255, max(0, round(128 + (value - threshold) * 128 / softness))) for value in range(256)]


def ridge(random: Random, *, width: float, base: float, height: float, steps: int = 240, rough: float = 0.5, octaves: int = 6) -> list[Point]:
    """Return the line of a hill range from edge to edge: waves of falling size around `base`, up to `height` above and below it."""
    waves = [(random.uniform(0.6, 1.4) * 2**octave, random.uniform(0, math.tau), rough**octave) for octave in range(octaves)]
    total = sum(size for *_rest, size in waves)
    points: list[Point] = []
    for step in range(steps + 1):
        share = step / steps
        wave = sum(math.sin(share * math.tau * speed + phase) * size for speed, phase, size in waves) / total
        points.append((share * width, base - wave * height))
    return points


def mix(first: Ink, second: Ink, share: float) -> Ink:
    """Return the colour `share` of the way from `first` to `second`."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )
