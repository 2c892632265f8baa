"""Charts and the map: drawn as a newspaper's graphics desk draws them, labelled where the eye is. Fonts: the theme's own."""

import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

import masthead
from masthead.moving.demo.art.press import Ink, Point, Sheet

FONTS = Path(masthead.__file__).parent / "delivery" / "static" / "theme" / "fonts"
GROUND: Ink = (250, 246, 238)
TEXT: Ink = (34, 40, 52)
QUIET: Ink = (104, 108, 116)
RULE: Ink = (214, 206, 192)
FIRST: Ink = (178, 66, 38)
SECOND: Ink = (60, 100, 112)
SCALE = 2


class Canvas:
    """A sheet for a graphic: measured in its final pixels, drawn at twice the size."""

    def __init__(self, *, width: int, height: int, ground: Ink = GROUND) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
        self.pen = ImageDraw.Draw(self.image)

    def line(self, points: list[Point], colour: Ink, width: float = 2) -> None:
        """Draw a line through `points`."""
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=max(1, round(width * SCALE)), joint="curve")

    def dashes(self, points: list[Point], colour: Ink, width: float = 2) -> None:
        """Draw every second piece of the line through `points`."""
        for first, second in zip(points[::2], points[1::2], strict=False):
            self.line([first, second], colour, width)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Ink) -> None:
        """Fill an upright rectangle."""
        self.pen.rectangle([left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1], fill=colour)

    def dot(self, x: float, y: float, radius: float, colour: Ink) -> None:
        """Fill a disc."""
        self.pen.ellipse([(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE], fill=colour)

    def text(self, x: float, y: float, words: str, *, size: int, colour: Ink = TEXT, weight: int = 400, face: str = "sans-latin", anchor: str = "ls") -> None:
        """Set `words` with their baseline at `y` (`anchor` as Pillow names them)."""
        font = ImageFont.truetype(FONTS / f"{face}.woff2", size * SCALE)
        axes = font.get_variation_axes()
        font.set_variation_by_axes([weight, *[60 for _axis in axes[1:]]])
        self.pen.text((x * SCALE, y * SCALE), words, font=font, fill=colour, anchor=anchor)

    def head(self, title: str, note: str) -> None:
        """Set the graphic's title and, beneath it, what is measured."""
        self.text(64, 92, title, size=44, weight=600, face="serif-latin")
        self.text(64, 140, note, size=27, colour=QUIET)

    def finish(self) -> Image.Image:
        """Return the graphic at its size."""
        return self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A named row of figures and the colour it is drawn in."""

    name: str
    values: tuple[float, ...]
    colour: Ink


def dredging() -> Image.Image:
    """Draw the port company's profit and its dredging bill over ten years."""
    canvas = Canvas(width=1440, height=810)
    canvas.head("The bill caught up with the profit", "Maren Port Company, millions of dollars a year")
    series = (
        Series(name="Profit", values=(6.1, 6.4, 7.2, 7.0, 8.3, 8.1, 9.0, 9.4, 9.2, 9.6), colour=SECOND),
        Series(name="Dredging", values=(2.0, 2.2, 2.1, 2.6, 3.1, 3.9, 5.2, 6.3, 7.9, 9.1), colour=FIRST),
    )
    left, right, top, bottom = 64.0, 1190.0, 210.0, 700.0

    def at(index: int, value: float) -> Point:
        return (left + 60 + (right - left - 60) * index / 9, bottom - (bottom - top) * value / 10)

    for tick in range(0, 11, 2):
        y = at(0, tick)[1]
        canvas.line([(left, y), (right + 10, y)], TEXT if tick == 0 else RULE, 2 if tick == 0 else 1.2)
        canvas.text(left, y - 8, f"{tick}" if tick else "0", size=23, colour=QUIET)
    for row in series:
        points = [at(index, value) for index, value in enumerate(row.values)]
        canvas.line(points, row.colour, 6)
        for x, y in (points[0], points[-1]):
            canvas.dot(x, y, 8, row.colour)
        shift = -52 if row.name == "Profit" else 34
        canvas.text(points[0][0] + 4, points[0][1] - 20, f"${row.values[0]:.1f}m", size=25, colour=row.colour, weight=600)
        canvas.text(right + 22, points[-1][1] + shift * 0.5, row.name, size=28, colour=row.colour, weight=600)
        canvas.text(right + 22, points[-1][1] + shift * 0.5 + 30, f"${row.values[-1]:.1f}m", size=28, colour=row.colour)
    for index in (0, 3, 6, 9):
        words = "Last year" if index == 9 else f"{9 - index} years earlier"
        canvas.text(at(index, 0)[0], bottom + 40, words, size=23, colour=QUIET, anchor="ms")
    canvas.text(64, 782, "Source: the company’s annual accounts; Audit Chamber. Graphic: Petra Lindvar", size=21, colour=QUIET)
    return canvas.finish()


def _bars(canvas: Canvas, rows: tuple[tuple[str, float, str], ...], *, top: float, step: float, label: float, most: float, marked: frozenset[int]) -> None:
    for index, (name, value, words) in enumerate(rows):
        y = top + index * step
        colour = FIRST if index in marked else SECOND
        length = (canvas.width - label - 250) * value / most
        canvas.text(label - 18, y + step * 0.44, name, size=27, anchor="rs", weight=600 if index in marked else 400)
        canvas.box(label, y + step * 0.1, label + length, y + step * 0.62, colour)
        canvas.text(label + length + 14, y + step * 0.46, words, size=27, colour=colour, weight=600)
    canvas.line([(label, top - 4), (label, top + len(rows) * step - step * 0.2)], TEXT, 2)


def budget() -> Image.Image:
    """Draw where 100 dollars of the city's spending go."""
    canvas = Canvas(width=1440, height=960)
    canvas.head("Where a hundred dollars go", "Port Maren city budget, this financial year, dollars out of every 100 spent")
    rows = (
        ("Schools and nurseries", 31, "$31"),
        ("Care for the old and the ill", 22, "$22"),
        ("Streets, lamps and bridges", 14, "$14"),
        ("Water, waste and the sea wall", 12, "$12"),
        ("Housing", 8, "$8"),
        ("Interest on the city’s debt", 6, "$6"),
        ("Libraries, parks and sport", 4, "$4"),
        ("The council itself", 3, "$3"),
    )
    _bars(canvas, rows, top=200, step=84, label=470, most=31, marked=frozenset({5}))
    canvas.text(64, 922, "Source: city budget, as adopted. Graphic: Petra Lindvar", size=21, colour=QUIET)
    return canvas.finish()


def quota() -> Image.Image:
    """Draw the herring quota of the last six seasons and the next."""
    canvas = Canvas(width=1440, height=810)
    canvas.head("A third less herring", "Quota for the Sill Strait, tonnes by season")
    values = (21_400, 22_000, 21_000, 20_200, 19_500, 18_600, 12_400)
    base, wide = 690.0, 132.0
    for index, value in enumerate(values):
        x = 84 + index * 186.0
        high = 450 * value / 22_000
        colour = FIRST if index == 6 else SECOND
        canvas.box(x, base - high, x + wide, base, colour)
        canvas.text(x + wide / 2, base - high - 16, f"{value:,}", size=28, colour=colour, weight=600, anchor="ms")
        words = "Next season" if index == 6 else "This season" if index == 5 else f"{5 - index} ago"
        canvas.text(x + wide / 2, base + 36, words, size=24, colour=QUIET, anchor="ms")
    canvas.line([(64, base), (1376, base)], TEXT, 2)
    canvas.text(64, 782, "Source: Ministry of Ports and Tides. Graphic: Petra Lindvar", size=21, colour=QUIET)
    return canvas.finish()


def rents() -> Image.Image:
    """Draw how rents rose in the city's seven districts."""
    canvas = Canvas(width=1200, height=1200)
    canvas.head("Netherquay pulls away", "Change in median rent over three years, per cent")
    rows = (
        ("Netherquay", 34, "+34"),
        ("Ropewalk", 27, "+27"),
        ("Saltgate", 19, "+19"),
        ("Chandlers", 16, "+16"),
        ("Kilnside", 12, "+12"),
        ("Upper Mill", 9, "+9"),
        ("Fairway", 7, "+7"),
    )
    _bars(canvas, rows, top=224, step=118, label=290, most=34, marked=frozenset({0}))
    canvas.text(64, 1150, "Source: 6,214 leases filed with the city. Graphic: Petra Lindvar", size=21, colour=QUIET)
    return canvas.finish()


def tide() -> Image.Image:
    """Draw a fortnight of tides at the Old Dock gauge, up to the spring tide and past it."""
    canvas = Canvas(width=1440, height=810)
    canvas.head("Two pulls, one peak", "Forecast height at the Old Dock gauge, metres above chart zero, over 14 days")
    left, right, top, bottom = 64.0, 1376.0, 220.0, 690.0

    def at(day: float, metres: float) -> Point:
        return (left + 50 + (right - left - 50) * day / 14, bottom - (bottom - top) * metres / 6)

    def height(day: float) -> float:
        reach = 1.15 + 1.05 * math.cos((day - 8) / 14.77 * math.tau)
        return 2.75 + (reach + 0.28) * math.cos((day - 8) / 0.5175 * math.tau)

    for metres in range(0, 7, 2):
        y = at(0, metres)[1]
        canvas.line([(left, y), (right, y)], TEXT if metres == 0 else RULE, 2 if metres == 0 else 1.2)
        canvas.text(left, y - 8, f"{metres} m" if metres else "0", size=23, colour=QUIET)
    wall = at(0, 5.0)[1]
    canvas.dashes([(left + 50 + x * 12.0, wall) for x in range(107)], FIRST, 2.5)
    canvas.text(right, wall - 14, "Top of the quay, 5.0 m", size=25, colour=FIRST, weight=600, anchor="rs")
    points = [at(step / 90, height(step / 90)) for step in range(14 * 90 + 1)]
    canvas.line(points, SECOND, 3)
    peak = max(points, key=lambda point: -point[1])
    canvas.dot(peak[0], peak[1], 9, FIRST)
    canvas.text(peak[0], peak[1] - 26, "Spring tide, 5.2 m", size=28, colour=FIRST, weight=600, anchor="ms")
    for day in range(0, 15, 2):
        canvas.text(at(day, 0)[0], bottom + 38, f"Day {day}", size=23, colour=QUIET, anchor="ms")
    canvas.text(64, 782, "Source: Corvane Hydrographic Office. Graphic: Petra Lindvar", size=21, colour=QUIET)
    return canvas.finish()


Island = tuple[str, float, float, float, float, int]  # name, centre, reach, flattening, seed
ISLANDS: tuple[Island, ...] = (
    ("Greatholm", 520, 400, 300, 0.72, 3),
    ("Sill", 1010, 520, 118, 0.8, 9),
    ("Anfer", 1180, 270, 96, 0.66, 14),
    ("Little Anfer", 1312, 346, 36, 0.9, 5),
    ("Varrow", 880, 800, 84, 0.6, 21),
)


def _coast(island: Island, *, grow: float = 0.0) -> list[Point]:
    _name, x, y, reach, squash, seed = island
    random = Random(seed)  # noqa: S311 - drawing, not secrets
    waves = [(speed, random.uniform(0, math.tau), random.uniform(0.4, 1.0) / speed**1.05) for speed in range(2, 26)]
    points: list[Point] = []
    smooth = 1 / (1 + grow * 2.2)
    for step in range(361):
        turn = math.radians(step)
        swing = sum(math.sin(turn * speed + phase) * size * (smooth if speed > 3 else 1) for speed, phase, size in waves)
        radius = reach * (1 + 0.22 * swing) + grow * 44
        points.append((x + math.cos(turn) * radius, y + math.sin(turn) * radius * squash))
    return points


def archipelago() -> Image.Image:
    """Draw the map of the Corvane Islands with depths, the ferry's way and the places in the news."""
    sheet = Sheet(width=1440, height=960, paper=(150, 184, 184), seed=163)
    for grow, colour in ((2.0, (160, 192, 190)), (1.15, (174, 203, 198)), (0.45, (192, 215, 206))):
        depth = sheet.block()
        for island in ISLANDS:
            depth.polygon(_coast(island, grow=grow))
        sheet.ink(depth, colour, rough=1.4)
    shore, land, hills = sheet.block(), sheet.block(), sheet.block()
    for island in ISLANDS:
        shore.polygon([(px + 4, py + 6) for px, py in _coast(island)])
        land.polygon(_coast(island))
    for index in range(60):
        x, y = 520 + sheet.random.gauss(-60, 90), 380 + sheet.random.gauss(-30, 52)
        hills.stroke([(x - 15, y + 11), (x, y - 11), (x + 15, y + 11)], 4)
        hills.stroke([(x + 2, y - 6), (x + 7, y + 3), (x + 9, y + 11)], 5)
        if index % 9 == 0:
            hills.stroke([(1010 + sheet.random.gauss(0, 30) - 12, 512), (1010, 494), (1024, 514)], 4)
    hills.keep(land)
    sheet.ink(shore, (94, 126, 130), rough=1)
    sheet.ink(land, (240, 228, 196), worn=0.03, rough=1)
    sheet.ink(hills, (186, 164, 118), rough=0.6)
    river = sheet.block()
    river.line([(420, 300), (450, 350), (520, 372), (548, 430), (600, 462), (622, 520), (660, 570), (668, 640)], 6)
    river.line([(640, 548), (700, 590), (720, 640)], 4)
    river.keep(land)
    sheet.ink(river, (92, 146, 158), rough=0.8)
    return _map_words(sheet.finish(tooth=0.02))


def _map_words(image: Image.Image) -> Image.Image:
    canvas = Canvas(width=1440, height=960)
    canvas.image.paste(image.resize(canvas.image.size, Image.Resampling.BICUBIC))
    port = (664.0, 592.0)
    for end, bend in (((958.0, 556.0), -18.0), ((1124.0, 318.0), -60.0), ((850.0, 752.0), 22.0)):
        way = [
            (port[0] + (end[0] - port[0]) * step / 60, port[1] + (end[1] - port[1]) * step / 60 + math.sin(step / 60 * math.pi) * bend) for step in range(61)
        ]
        canvas.dashes(way, FIRST, 3)
    places = (
        ("Port Maren", port, "rs", -16, 34, 30),
        ("Ostrel", (400.0, 262.0), "ls", 16, 8, 26),
        ("Sillhaven", (962.0, 556.0), "ls", 18, 8, 24),
        ("Anfer Town", (1128.0, 318.0), "ls", 18, 8, 24),
    )
    for name, (x, y), anchor, dx, dy, size in places:
        canvas.dot(x, y, 9, TEXT)
        canvas.dot(x, y, 4.5, GROUND)
        canvas.text(x + dx, y + dy, name, size=size, weight=600, anchor=anchor)
    for name, x, y in (("Greatholm", 470, 470), ("Sill", 1034, 492), ("Anfer", 1196, 262), ("Little Anfer", 1312, 414), ("Varrow", 896, 806)):
        canvas.text(x, y, name, size=34 if name == "Greatholm" else 27, face="serif-italic-latin", anchor="ms")
    canvas.text(1226, 690, "Teal Rocks", size=25, face="serif-italic-latin", anchor="ms")
    for dx, dy in ((-20, 18), (0, 12), (17, 24), (4, 32)):
        canvas.dot(1226 + dx, 698 + dy, 5, TEXT)
    canvas.text(806, 646, "Sill Strait", size=29, face="serif-italic-latin", colour=(62, 104, 116), anchor="ms")
    canvas.text(64, 876, "The Corvane Islands", size=46, weight=600, face="serif-latin")
    canvas.line([(64, 900), (264, 900)], TEXT, 3)
    for x in (64, 164, 264):
        canvas.line([(x, 893), (x, 907)], TEXT, 3)
    canvas.text(276, 908, "40 km", size=22)
    canvas.dashes([(380 + step * 5.0, 900) for step in range(15)], FIRST, 3)
    canvas.text(464, 908, "Ferry", size=22)
    return canvas.finish()
