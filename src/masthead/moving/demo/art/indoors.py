"""Prints of rooms: the theatre's stage, the loft with its sails, the harbour library."""

import math

from PIL import Image

from masthead.moving.demo.art import motifs
from masthead.moving.demo.art.press import Ink, Point, Sheet, mix


def stage() -> Image.Image:
    """Draw a stage before the play: curtains drawn aside, one chair in the light."""
    sheet = Sheet(width=1440, height=960, paper=(34, 26, 38), seed=31)
    random = sheet.random
    beam = sheet.block()
    beam.polygon([(700, -10), (780, -10), (1010, 740), (430, 740)])
    sheet.ink(beam, (74, 58, 62), worn=0.03)
    inner = sheet.block()
    inner.polygon([(722, -10), (758, -10), (880, 740), (560, 740)])
    sheet.ink(inner, (116, 88, 74), worn=0.03)
    boards = sheet.block()
    boards.polygon([(-10, 970), (-10, 760), (240, 690), (1200, 690), (1450, 760), (1450, 970)])
    sheet.ink(boards, (88, 58, 50), worn=0.05)
    pool = sheet.block()
    pool.disc(720, 752, 330, squash=0.2)
    sheet.ink(pool, (238, 196, 128), worn=0.05)
    seams = sheet.block()
    for index in range(17):
        x = -400 + index * 140
        seams.stroke([(720 + (x - 720) * 0.56, 692), (720 + (x - 720) * 0.8, 830), (x, 968)], 5)
    sheet.ink(seams, (46, 32, 40))
    chair, shade = sheet.block(), sheet.block()
    for points in (((662, 540), (656, 770)), ((664, 655), (660, 770)), ((772, 662), (778, 790)), ((690, 655), (682, 752)), ((760, 655), (766, 752))):
        chair.line(list(points), 11)
    chair.polygon([(648, 648), (776, 648), (796, 674), (646, 674)])
    chair.polygon([(654, 500), (676, 496), (680, 650), (656, 650)])
    for y in (520, 560, 600):
        chair.line([(664, y), (700, y - 2)], 9)
    chair.line([(700, 505), (698, 650)], 11)
    shade.polygon([(660, 770), (790, 788), (1010, 800), (960, 775), (800, 762)])
    sheet.ink(shade, (150, 104, 76))
    sheet.ink(chair, (28, 22, 32))
    _curtains(sheet)
    heads = sheet.block()
    for start, shoulder, size in ((-20.0, 912.0, 34.0), (10.0, 968.0, 44.0)):
        seat = start
        while seat < 1450:
            tall = random.uniform(0.86, 1.12)
            heads.disc(seat, shoulder - size * 0.9 * tall, size * 0.62)
            heads.polygon(
                [
                    (seat - size * 1.15, 980),
                    (seat - size * 0.8, shoulder),
                    (seat, shoulder - size * 0.35),
                    (seat + size * 0.8, shoulder),
                    (seat + size * 1.15, 980),
                ]
            )
            seat += size * random.uniform(2.3, 3.6)
    sheet.ink(heads, (20, 16, 26))
    return sheet.finish()


def _curtains(sheet: Sheet) -> None:
    for index in range(14):
        share = index / 14
        colour = mix((196, 66, 44), (108, 32, 36), (index % 2) * 0.75 + share * 0.2)
        for mirror in (False, True):
            fold = sheet.block()
            left, right = index * 33 - 40, index * 33 + 8
            gather = 0.52 - share * 0.12
            points: list[Point] = [(left, -10), (right, -10)]
            points += [(right * (1 - gather * math.sin(step / 12 * math.pi * 0.82)), step / 12 * 800) for step in range(13)]
            points += [(left * (1 - gather * math.sin(step / 12 * math.pi * 0.82)) - 4, step / 12 * 800) for step in reversed(range(13))]
            fold.polygon([(1440 - x, y) for x, y in points] if mirror else points)
            sheet.ink(fold, colour, worn=0.03, rough=0.9)
    valance = sheet.block()
    for index in range(12):
        valance.disc(index * 131, 40, 76, squash=0.9)
    valance.box(0, 0, 1440, 50)
    sheet.ink(valance, (168, 52, 40), worn=0.05)
    fringe = sheet.block()
    for index in range(240):
        x = index * 6.1
        y = 40 + 68 * math.sqrt(max(0.0, 1 - (((x + 65.5) % 131 - 65.5) / 76) ** 2))
        fringe.line([(x, y - 3), (x, y + 13)], 3)
    sheet.ink(fringe, (226, 164, 82), rough=0.7)


def sails() -> Image.Image:
    """Draw sails hung from a loft's beams, seam by seam, with a ladder among them."""
    sheet = Sheet(width=1080, height=1350, paper=(232, 216, 184), seed=61)
    random = sheet.random
    hung: tuple[tuple[tuple[Point, ...], Ink], ...] = (
        (((-60, 90), (300, 130), (120, 1180)), (206, 176, 132)),
        (((820, 80), (1160, 120), (1010, 1220)), (196, 164, 122)),
        (((190, 110), (700, 150), (250, 1270)), (178, 78, 50)),
        (((560, 130), (930, 100), (880, 1190)), (62, 96, 106)),
        (((420, 140), (760, 120), (640, 1100)), (240, 228, 202)),
    )
    for corners, colour in hung:
        cloth, seams, shade = sheet.block(), sheet.block(), sheet.block()
        (ax, ay), (bx, by), (cx, cy) = corners
        edge = [(bx + (cx - bx) * step / 20 + math.sin(step / 20 * math.pi) * 34, by + (cy - by) * step / 20) for step in range(21)]
        cloth.polygon([(ax, ay), *edge, (cx, cy)])
        for index in range(1, 12):
            share = index / 12
            y = ay + (cy - ay) * share
            seams.line([(ax + (cx - ax) * share - 6, y + 22), (bx + (cx - bx) * share + 60, y - 14)], 2.2)
        seams.keep(cloth)
        shade.polygon([(ax, ay), (ax + (bx - ax) * 0.34, ay + (by - ay) * 0.34), (cx, cy)])
        shade.keep(cloth)
        sheet.ink(cloth, colour, worn=0.07)
        sheet.ink(shade, mix(colour, (40, 40, 52), 0.2), worn=0.1, rough=2)
        sheet.ink(seams, mix(colour, (36, 36, 48), 0.5), rough=0.6)
    loft = sheet.block()
    loft.polygon([(-10, -10), (1090, -10), (1090, 118), (-10, 88)])
    for x in (90, 520, 950):
        loft.polygon([(x, 80), (x + 54, 80), (x + 40, 200), (x + 14, 200)])
    loft.polygon([(-10, 1360), (-10, 1262), (1090, 1282), (1090, 1360)])
    loft.line([(836, 1290), (760, 420)], 15)
    loft.line([(926, 1290), (836, 420)], 15)
    for index in range(14):
        share = index / 14
        loft.line([(836 - 76 * share, 1240 - 800 * share), (926 - 90 * share, 1240 - 800 * share)], 9)
    sheet.ink(loft, (38, 38, 50), worn=0.05)
    grain = sheet.block()
    for _each in range(46):
        grain.gouge(random.uniform(-60, 1000), random.choice([random.uniform(0, 84), random.uniform(1286, 1345)]), random.uniform(80, 260), 3)
    sheet.ink(grain, (74, 70, 76), rough=0.8)
    return sheet.finish()


def library() -> Image.Image:
    """Draw shelves of books on the quay, with the harbour in a window among them."""
    sheet = Sheet(width=1440, height=960, paper=(70, 52, 50), seed=73)
    random = sheet.random
    inks: tuple[Ink, ...] = ((190, 76, 48), (46, 78, 96), (222, 168, 82), (238, 224, 192), (92, 112, 84), (122, 66, 72), (62, 110, 112))
    window = (520.0, 120.0, 920.0, 640.0)
    for row in range(4):
        ground = 232.0 + row * 228
        x = 36.0
        while x < 1404:
            wide, tall = random.uniform(24, 56), random.uniform(118, 176)
            if window[0] - 64 < x < window[2] + 26 and ground - 200 < window[3]:
                x = window[2] + 28
                continue
            book, marks = sheet.block(), sheet.block()
            lean = random.choice([0, 0, 0, 0, 0, 9])
            book.polygon([(x, ground), (x + lean, ground - tall), (x + wide + lean, ground - tall), (x + wide, ground)])
            for share in (0.14, 0.2, 0.82):
                y = ground - tall * share
                marks.line([(x + 4 + lean * share, y), (x + wide - 4 + lean * share, y)], 3)
            colour = random.choice(inks)
            sheet.ink(book, colour, worn=0.05, rough=0.8)
            sheet.ink(marks, mix(colour, (250, 236, 200) if sum(colour) < 500 else (80, 60, 54), 0.6), rough=0.5)
            x += wide + lean + random.choice([1, 2, 2, 16])
    shelves = sheet.block()
    for row in range(4):
        shelves.box(0, 232 + row * 228, 1440, 256 + row * 228)
    sheet.ink(shelves, (150, 104, 68), worn=0.06)
    _window(sheet, *window)
    return sheet.finish()


def _window(sheet: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    frame, sky, sea, sun = sheet.block(), sheet.block(), sheet.block(), sheet.block()
    frame.box(left - 34, top - 34, right + 34, bottom + 34)
    sky.box(left, top, right, bottom)
    sea.box(left, 430, right, bottom)
    sun.disc(820, 400, 46)
    sheet.ink(frame, (232, 214, 176), worn=0.04)
    sheet.ink(sky, (240, 190, 134), worn=0.03, rough=0.6)
    sheet.ink(sun, (206, 84, 50), worn=0.06)
    sheet.ink(sea, (64, 104, 116), rough=0.6)
    waves = sheet.block()
    motifs.water(waves, sheet.random, top=436, bottom=640, width=1440, density=0.8)
    waves.keep(sea)
    sheet.ink(waves, (216, 176, 132), strength=0.8)
    ship, sail = sheet.block(), sheet.block()
    motifs.sloop(ship, x=640, y=500, size=110, sail=sail)
    sheet.ink(sail, (248, 236, 206))
    sheet.ink(ship, (32, 44, 62), rough=0.7)
    bars = sheet.block()
    bars.box(714, top, 726, bottom)
    bars.box(left, 374, right, 386)
    sheet.ink(bars, (232, 214, 176), rough=0.7)
