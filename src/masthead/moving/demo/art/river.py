"""Prints of the river and the work along it: the marsh, the yard's crane, the cable, a swimmer, the foghorn."""

import math

from PIL import Image

from masthead.moving.demo.art import motifs
from masthead.moving.demo.art.press import Ink, Point, Sheet, mix, ridge


def marsh() -> Image.Image:
    """Draw the delta of the Ammel at dusk: channels winding to the sea, reeds before the eye."""
    sheet = Sheet(width=1440, height=810, seed=113)
    random = sheet.random
    sheet.fade((92, 110, 134), (244, 186, 128), end=0.4, bands=7)
    sun = sheet.block()
    sun.disc(430, 318, 64)
    sheet.ink(sun, (250, 226, 168), worn=0.06)
    for base, height, colour in ((316, 26, (140, 126, 134)), (334, 14, (96, 98, 112))):
        hills = sheet.block()
        hills.polygon([(0, 820), *ridge(random, width=1440, base=base, height=height), (1440, 820)])
        sheet.ink(hills, colour, worn=0.05)
    land = sheet.block()
    land.box(0, 344, 1440, 820)
    sheet.ink(land, (82, 92, 78), rough=0.8)
    tufts, lights = sheet.block(), sheet.block()
    for block, density in ((tufts, 0.75), (lights, 0.3)):
        motifs.water(block, random, top=348, bottom=800, width=1440, density=density)
    sheet.ink(tufts, (58, 72, 66))
    sheet.ink(lights, (150, 132, 92))
    for offset, phase, wide, colour in ((430, 0.0, 1.0, (238, 178, 124)), (980, 2.1, 0.62, (214, 172, 142)), (60, 4.0, 0.42, (196, 166, 146))):
        _channel(sheet, offset=offset, phase=phase, wide=wide, colour=colour)
    birds = sheet.block()
    for index in range(17):
        side = -1 if index % 2 else 1
        x, y = 930 + side * (index // 2 + 1) * 30, 128 + (index // 2 + 1) * 11 + random.uniform(-3, 3)
        motifs.gull(birds, x=x, y=y, span=26)
    sheet.ink(birds, (44, 50, 66), rough=0.4)
    for ground, tall, count, colour in ((800, 240, 110, (48, 60, 58)), (822, 330, 120, (22, 30, 40))):
        grass = sheet.block()
        motifs.reeds(grass, random, left=780, right=1460, ground=ground, tall=tall, count=count)
        motifs.reeds(grass, random, left=-30, right=170, ground=ground, tall=tall * 0.7, count=count // 4)
        motifs.reeds(grass, random, left=100, right=800, ground=ground + 10, tall=tall * 0.28, count=count // 2)
        sheet.ink(grass, colour, rough=0.5)
    return sheet.finish()


def _channel(sheet: Sheet, *, offset: float, phase: float, wide: float, colour: Ink) -> None:
    left: list[Point] = []
    right: list[Point] = []
    for step in range(90):
        share = step / 89
        y = 346 + share**2.1 * 480
        near = (y - 340) / 480
        x = offset + math.sin(share * 7.5 + phase) * (18 + near * 250) + near * 110
        half = (2 + near * 105) * wide
        left.append((x - half * 1.4, y))
        right.append((x + half * 1.4, y))
    bank, channel, strokes = sheet.block(), sheet.block(), sheet.block()
    bank.polygon([(x - 7, y + 5) for x, y in left] + [(x + 7, y + 5) for x, y in reversed(right)])
    channel.polygon(left + right[::-1])
    motifs.water(strokes, sheet.random, top=360, bottom=820, width=1440, density=0.5)
    strokes.keep(channel)
    sheet.ink(bank, (48, 58, 58), rough=1)
    sheet.ink(channel, colour, worn=0.04, rough=1)
    sheet.ink(strokes, mix(colour, (82, 92, 116), 0.5), rough=0.8)


def yard() -> Image.Image:
    """Draw the yard's hammerhead crane over a hull in frame, against a red evening."""
    sheet = Sheet(width=1080, height=1350, seed=131)
    random = sheet.random
    sheet.fade((222, 132, 84), (246, 214, 160), end=0.8, bands=9)
    sun = sheet.block()
    sun.disc(300, 560, 190)
    sheet.ink(sun, (250, 232, 186), worn=0.06)
    streaks = sheet.block()
    for _each in range(36):
        streaks.gouge(random.uniform(-200, 900), random.uniform(60, 860), random.uniform(140, 480), random.uniform(3, 12))
    sheet.ink(streaks, (204, 100, 66), strength=0.5)
    town, lights = sheet.block(), sheet.block()
    motifs.gables(town, lights, random, left=-30, right=1100, ground=1030, tall=150)
    sheet.ink(town, (160, 96, 80), worn=0.05)
    crane = sheet.block()
    for x in (640, 800):
        crane.line([(x, 1160), (x + (720 - x) * 0.35, 330)], 17)
    for step in range(9):
        share, above = step / 9, (step + 1) / 9
        left, right = 640 + 28 * share, 800 - 28 * share
        y, upper = 1160 - 830 * share, 1160 - 830 * above
        crane.line([(left, y), (right - 3, upper)], 7)
        crane.line([(right, y), (left + 3, upper)], 7)
        crane.line([(left, y), (right, y)], 9)
    crane.polygon([(110, 268), (1010, 268), (1010, 330), (560, 330), (110, 300)])
    for index in range(24):
        x = 130 + index * 26
        crane.polygon([(x, 276), (x + 20, 276), (x + 10, 294)], cut=index < 15)
    crane.line([(110, 270), (720, 150), (1000, 270)], 8)
    crane.line([(720, 150), (720, 330)], 14)
    crane.box(880, 268, 1020, 400)
    crane.box(650, 320, 790, 386)
    crane.line([(250, 300), (250, 720)], 4)
    crane.line([(270, 300), (270, 720)], 4)
    crane.polygon([(232, 715), (288, 715), (276, 752), (244, 752)])
    sheet.ink(crane, (36, 46, 64), worn=0.03)
    cabin = sheet.block()
    cabin.box(668, 334, 700, 362)
    cabin.box(708, 334, 740, 362)
    sheet.ink(cabin, (250, 222, 150), rough=0.6)
    plate = sheet.block()
    plate.polygon([(170, 752), (350, 752), (350, 812), (170, 812)])
    sheet.ink(plate, (74, 110, 116), worn=0.08)
    _hull(sheet)
    return sheet.finish()


def _hull(sheet: Sheet) -> None:
    hull, ribs, ground = sheet.block(), sheet.block(), sheet.block()
    hull.polygon([(60, 880), (560, 900), (560, 1210), (180, 1210), (130, 1120)])
    sheet.ink(hull, (166, 66, 44), worn=0.08)
    red = sheet.block()
    red.polygon([(116, 1080), (560, 1084), (560, 1210), (180, 1210), (130, 1120)])
    sheet.ink(red, (58, 74, 90), worn=0.06)
    for index in range(11):
        x = 580 + index * 42
        ribs.line([(x, 1210), (x + 4, 1080 - index * 3), (x - 2, 905 + index * 10)], 11)
    for y in (930, 1010, 1090, 1180):
        ribs.line([(560, y), (1020, y + 14)], 7)
    for index in range(8):
        ribs.box(150 + index * 130, 1205, 196 + index * 130, 1262)
    sheet.ink(ribs, (44, 50, 64))
    seams = sheet.block()
    for row in range(5):
        for column in range(6):
            seams.box(110 + column * 78 + row % 2 * 30, 920 + row * 58, 113 + column * 78 + row % 2 * 30, 972 + row * 58)
        seams.line([(80 + row * 14, 914 + row * 58), (560, 920 + row * 58)], 2.6)
    seams.keep(hull)
    sheet.ink(seams, (96, 40, 38), rough=0.6)
    ground.polygon([(-10, 1250), (1090, 1236), (1090, 1360), (-10, 1360)])
    for index, x in enumerate((620, 690, 910)):
        ground.disc(x, 1176 + index, 13)
        ground.polygon([(x - 18, 1192), (x + 18, 1192), (x + 15, 1246), (x - 14, 1246)])
    sheet.ink(ground, (26, 34, 50))
    sparks = sheet.block()
    for _each in range(40):
        sparks.disc(575 + sheet.random.gauss(0, 28), 1010 + abs(sheet.random.gauss(0, 46)), sheet.random.uniform(1.4, 4.2))
    sparks.disc(572, 1004, 12)
    sheet.ink(sparks, (255, 240, 190), rough=0.5)


def cable() -> Image.Image:
    """Draw the strait in section: a repair ship, the water's layers, the cable on the bed and its break."""
    sheet = Sheet(width=1440, height=810, seed=139)
    random = sheet.random
    sheet.fade((238, 222, 188), (236, 206, 164), end=0.3, bands=3)
    for index, colour in enumerate(((132, 170, 166), (100, 146, 150), (72, 118, 130), (52, 92, 110), (38, 70, 92))):
        layer = sheet.block()
        top = 236 + index * 78
        edge = [(x * 12.0, top + math.sin(x * 0.3 + index * 1.7) * (7 + index * 2)) for x in range(123)]
        layer.polygon([(0, 820), *edge, (1464, 820)])
        sheet.ink(layer, colour, worn=0.04)
    flecks = sheet.block()
    motifs.water(flecks, random, top=246, bottom=560, width=1440, density=0.4)
    sheet.ink(flecks, (186, 206, 194), strength=0.6)
    bed_line = [(x * 12.0, 650 - 70 * math.sin(x * 0.052) + math.sin(x * 0.6) * 5 + (46 if 60 < x < 70 else 0)) for x in range(123)]
    for shift, colour in ((0, (196, 160, 108)), (34, (160, 116, 80)), (84, (104, 78, 70)), (128, (62, 54, 60))):
        bed = sheet.block()
        bed.polygon([(0, 820), *[(x, y + shift + (math.sin(x * 0.02 + shift) * 7 if shift else 0)) for x, y in bed_line], (1464, 820)])
        sheet.ink(bed, colour, worn=0.07)
    line, broken = sheet.block(), sheet.block()
    line.line([(x, y - 5) for x, y in bed_line[:60]], 11)
    line.line([(x, y - 5) for x, y in bed_line[72:]], 11)
    left, right = bed_line[59], bed_line[72]
    line.line([(left[0], left[1] - 5), (left[0] + 24, left[1] - 20), (left[0] + 40, left[1] - 52)], 11)
    line.line([(right[0], right[1] - 5), (right[0] - 20, right[1] - 14), (right[0] - 44, right[1] - 6)], 11)
    sheet.ink(line, (198, 72, 42))
    for turn in range(9):
        angle = -math.pi * turn / 8
        broken.stroke([(left[0] + 44 + math.cos(angle) * reach, left[1] - 66 + math.sin(angle) * reach) for reach in (18, 34, 50)], 7)
    sheet.ink(broken, (250, 222, 140))
    _repair_ship(sheet)
    return sheet.finish()


def _repair_ship(sheet: Sheet) -> None:
    ship, house, rope = sheet.block(), sheet.block(), sheet.block()
    ship.polygon([(420, 186), (530, 186), (548, 200), (830, 200), (880, 176), (960, 170), (920, 262), (462, 262)])
    house.polygon([(700, 200), (700, 138), (830, 138), (842, 200)])
    house.polygon([(724, 138), (724, 104), (800, 104), (812, 138)])
    ship.line([(440, 186), (410, 120), (372, 150)], 11)
    ship.line([(440, 150), (480, 186)], 8)
    ship.disc(380, 152, 15)
    ship.disc(560, 178, 31)
    ship.disc(560, 178, 17, cut=True)
    ship.disc(638, 178, 31)
    ship.disc(638, 178, 17, cut=True)
    ship.line([(762, 104), (762, 44)], 5)
    ship.line([(740, 66), (784, 66)], 4)
    rope.line([(378, 166), (388, 330), (430, 470), (560, 590), (700, 640)], 3.4)
    for column in range(4):
        ship.box(714 + column * 30, 156, 732 + column * 30, 174)
    sheet.ink(house, (246, 236, 212))
    sheet.ink(rope, (30, 40, 56), rough=0.6)
    sheet.ink(ship, (36, 48, 66), worn=0.03)
    line = sheet.block()
    line.polygon([(452, 238), (932, 232), (924, 252), (458, 254)])
    sheet.ink(line, (198, 84, 50))


def swimmer() -> Image.Image:
    """Draw a swimmer in the harbour from above, rings going out from her, the steps behind."""
    sheet = Sheet(width=1440, height=960, paper=(72, 128, 134), seed=149)
    random = sheet.random
    for index in range(15, 0, -1):
        ring = sheet.block()
        ring.disc(860, 500, 70 + index * 62, squash=0.8)
        sheet.ink(ring, ((92, 148, 150), (64, 116, 126))[index % 2], rough=3.4, worn=0.03)
    glints = sheet.block()
    for _each in range(150):
        turn, reach = random.uniform(0, math.tau), random.uniform(170, 900)
        points = [(860 + math.cos(turn + step * 0.02) * reach, 500 + math.sin(turn + step * 0.02) * reach * 0.8) for step in range(9)]
        glints.stroke(points, random.uniform(3, 8))
    sheet.ink(glints, (200, 216, 200))
    wall, steps = sheet.block(), sheet.block()
    wall.polygon([(-10, -10), (330, -10), (250, 970), (-10, 970)])
    sheet.ink(wall, (92, 84, 86), worn=0.05)
    for index in range(7):
        x = 330 - index * 8
        tread = sheet.block()
        tread.polygon(
            [(150 + index * 34, 300 + index * 4), (190 + index * 34, 300 + index * 4), (184 + index * 34, 560 - index * 4), (144 + index * 34, 560 - index * 4)]
        )
        sheet.ink(tread, mix((232, 212, 174), (96, 112, 116), index / 7), worn=0.06)
        steps.line([(x, 0), (x, 1)], 1)
    stones = sheet.block()
    for row in range(18):
        stones.line([(-10, row * 56 + 10), (330 - row * 4.6, row * 56 + 14)], 3)
        for column in range(4):
            x = column * 84 + row % 2 * 40
            stones.line([(x, row * 56 + 12), (x - 3, row * 56 + 66)], 3)
    stones.keep(wall)
    sheet.ink(stones, (58, 56, 66), rough=0.7)
    body, cap, wake = sheet.block(), sheet.block(), sheet.block()
    body.polygon([(800, 470), (868, 448), (880, 552), (806, 540), (690, 528), (560, 540), (548, 526), (676, 498)])
    body.line([(850, 466), (930, 408), (1018, 420)], 26)
    body.line([(850, 536), (800, 612), (724, 636)], 24)
    body.line([(690, 520), (590, 486), (540, 490)], 20)
    suit = sheet.block()
    suit.polygon([(790, 472), (852, 458), (860, 546), (800, 540), (690, 528), (684, 500)])
    cap.disc(912, 502, 44, squash=0.92)
    for _each in range(60):
        wake.disc(530 + random.gauss(0, 42), 512 + random.gauss(0, 34), random.uniform(2, 8))
    for _each in range(34):
        wake.disc(1026 + random.gauss(0, 24), 420 + random.gauss(0, 20), random.uniform(2, 6))
    sheet.ink(body, (226, 178, 140), rough=1)
    sheet.ink(suit, (30, 42, 62), rough=1)
    sheet.ink(wake, (240, 240, 226), rough=0.6)
    sheet.ink(cap, (204, 78, 46), worn=0.05)
    return sheet.finish()


def foghorn() -> Image.Image:
    """Draw a brass horn over the sea and the rings of its sound."""
    sheet = Sheet(width=1200, height=1200, paper=(236, 222, 190), seed=101)
    random = sheet.random
    for index in range(13, 0, -1):
        ring = sheet.block()
        ring.disc(440, 560, 150 + index * 72)
        sheet.ink(
            ring,
            mix((206, 96, 58), (150, 182, 180), min(1, index / 9)) if index % 2 else mix((242, 226, 190), (206, 212, 196), index / 13),
            worn=0.06,
            rough=1.6,
        )
    sea = sheet.block()
    sea.box(0, 930, 1200, 1210)
    sheet.ink(sea, (38, 68, 88), rough=1)
    strokes = sheet.block()
    motifs.water(strokes, random, top=936, bottom=1200, width=1200, density=0.7)
    sheet.ink(strokes, (146, 178, 174))
    horn, brass, dark = sheet.block(), sheet.block(), sheet.block()
    horn.polygon([(440 + math.cos(turn * 0.1) * 178, 560 + math.sin(turn * 0.1) * 226) for turn in range(63)])
    horn.polygon([(450, 336), (620, 470), (820, 520), (1210, 532), (1210, 588), (820, 600), (620, 650), (450, 784)])
    brass.disc(440, 560, 150, squash=1.28)
    dark.disc(446, 560, 88, squash=1.3)
    sheet.ink(horn, (196, 132, 54), worn=0.05)
    sheet.ink(brass, (232, 178, 88), worn=0.05)
    sheet.ink(dark, (40, 38, 48))
    lines = sheet.block()
    for share in (0.25, 0.5, 0.75):
        lines.ring(443, 560, 88 + 62 * share, 3, squash=1.28)
    lines.stroke([(520, 400), (640, 500), (830, 540), (1190, 552)], 9)
    for x in (760, 980):
        lines.box(x, 508, x + 16, 612)
        lines.box(x + 24, 514, x + 30, 606)
    for x in (800, 1050):
        lines.polygon([(x, 604), (x + 70, 604), (x + 96, 960), (x - 26, 960)])
    sheet.ink(lines, (58, 50, 54))
    return sheet.finish()
