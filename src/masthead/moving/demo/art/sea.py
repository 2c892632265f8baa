"""Prints of the islands and the open water: the light, the ship in fog, the boats, the school."""

import math

from PIL import Image

from masthead.moving.demo.art import motifs
from masthead.moving.demo.art.press import Block, Ink, Point, Sheet, mix, ridge


def ship_in_fog() -> Image.Image:
    """Draw a coaster aground below a lighthouse, in banks of fog."""
    sheet = Sheet(width=1440, height=810, seed=17)
    random = sheet.random
    sheet.fade((150, 166, 166), (206, 206, 192), end=0.75, bands=7)
    beam = sheet.block()
    beam.polygon([(1208, 172), (-10, 40), (-10, 300)])
    sheet.ink(beam, (240, 226, 178), strength=0.75, rough=2)
    cliff = sheet.block()
    line = ridge(random, width=720, base=430, height=52)
    cliff.polygon([(1440, 640), *[(1440 - x, y - (720 - x) * 0.16) for x, y in line], (720, 640)])
    sheet.ink(cliff, (98, 116, 122), worn=0.04)
    tower, bands, lamp = sheet.block(), sheet.block(), sheet.block()
    motifs.lighthouse(tower, bands, lamp, x=1208, ground=352, high=205)
    sheet.ink(tower, (64, 82, 94))
    sheet.ink(bands, (178, 82, 58), worn=0.05)
    sheet.ink(lamp, (255, 240, 190), rough=0.5)
    _fog(sheet, top=392, bottom=470, colour=(206, 206, 192))
    _coaster(sheet)
    for top, colour in ((560, (132, 152, 152)), (640, (94, 120, 126)), (716, (62, 88, 100))):
        sea = sheet.block()
        waves = [(x * 6.0, top + math.sin(x * 0.13 + top) * 9 + math.sin(x * 0.041 + top) * 10) for x in range(242)]
        sea.polygon([(0, 820), *waves, (1446, 820)])
        sheet.ink(sea, colour, worn=0.05)
        foam = sheet.block()
        motifs.water(foam, random, top=top + 14, bottom=top + 90, width=1440, density=0.4)
        foam.keep(sea)
        sheet.ink(foam, mix(colour, (240, 236, 220), 0.55))
    rocks = sheet.block()
    for x, y, size in ((250, 640, 130), (420, 668, 90), (1010, 655, 150), (1130, 690, 90), (90, 690, 100)):
        rocks.polygon(
            [
                (x - size, y + 30),
                (x - size * 0.7, y - size * 0.2),
                (x - size * 0.2, y - size * 0.46),
                (x + size * 0.1, y - size * 0.3),
                (x + size * 0.5, y - size * 0.4),
                (x + size, y + 30),
            ]
        )
    sheet.ink(rocks, (38, 54, 68), worn=0.05)
    spray = sheet.block()
    for x, y in ((210, 600), (1000, 610), (430, 640), (110, 656)):
        for _each in range(26):
            spray.disc(x + random.gauss(0, 52), y + 40 - abs(random.gauss(0, 42)), random.uniform(1.5, 6))
    sheet.ink(spray, (236, 234, 220), rough=0.7)
    _fog(sheet, top=500, bottom=566, colour=(222, 220, 206))
    return sheet.finish()


def _fog(sheet: Sheet, *, top: float, bottom: float, colour: Ink) -> None:
    bank = sheet.block()
    for _each in range(20):
        bank.gouge(sheet.random.uniform(-300, 1300), sheet.random.uniform(top, bottom), sheet.random.uniform(240, 760), sheet.random.uniform(6, 22))
    sheet.ink(bank, colour, strength=0.72, rough=2)


def _coaster(sheet: Sheet) -> None:
    lean = math.radians(-5)

    def turned(points: list[Point]) -> list[Point]:
        return [
            (640 + (x - 640) * math.cos(lean) - (y - 560) * math.sin(lean), 560 + (x - 640) * math.sin(lean) + (y - 560) * math.cos(lean)) for x, y in points
        ]

    hull, house, trim = sheet.block(), sheet.block(), sheet.block()
    hull.polygon(turned([(310, 470), (420, 470), (440, 486), (860, 486), (930, 450), (1000, 440), (950, 620), (340, 620)]))
    trim.polygon(turned([(330, 566), (968, 552), (950, 620), (340, 620)]))
    house.polygon(turned([(330, 470), (330, 372), (412, 372), (424, 470)]))
    house.polygon(turned([(342, 372), (342, 340), (404, 340), (408, 372)]))
    sheet.ink(house, (232, 226, 206), worn=0.04)
    sheet.ink(hull, (46, 62, 78), worn=0.04)
    sheet.ink(trim, (166, 70, 48), worn=0.08)
    gear = sheet.block()
    gear.polygon(turned([(352, 340), (356, 300), (386, 300), (388, 340)]))
    for x in (560, 740):
        gear.line(turned([(x, 486), (x, 360)]), 7)
        gear.line(turned([(x, 380), (x + 110, 452)]), 4)
        gear.line(turned([(x, 362), (x + 110, 452), (x + 110, 480)]), 1.6)
    gear.line(turned([(930, 450), (934, 390)]), 5)
    for row in (392, 424):
        for column in range(4):
            gear.polygon(turned([(340 + column * 19, row), (352 + column * 19, row), (352 + column * 19, row + 13), (340 + column * 19, row + 13)]))
    sheet.ink(gear, (40, 54, 68), rough=0.7)


def teal_rocks() -> Image.Image:
    """Draw the light of the Teal Rocks by night, in a heavy sea."""
    sheet = Sheet(width=1440, height=960, paper=(28, 44, 66), seed=29)
    random = sheet.random
    for turn, colour in ((-0.08, (58, 78, 96)), (0.05, (96, 112, 116))):
        for side in (-1, 1):
            beam = sheet.block()
            beam.polygon([(860, 214), (860 + side * 1500, 214 + 1500 * (turn - 0.11)), (860 + side * 1500, 214 + 1500 * (turn + 0.13 - abs(turn)))])
            sheet.ink(beam, colour, rough=2, worn=0.03)
    stars = sheet.block()
    for _each in range(150):
        stars.disc(random.uniform(0, 1440), random.uniform(0, 560), random.uniform(0.8, 2.4))
    sheet.ink(stars, (206, 212, 204), rough=0)
    _swell(sheet, top=620, colour=(40, 66, 86), phase=0.4, height=24)
    rock = sheet.block()
    outline = [
        (520, 800),
        (560, 716),
        (640, 690),
        (690, 640),
        (760, 622),
        (800, 590),
        (920, 584),
        (960, 622),
        (1040, 640),
        (1090, 690),
        (1180, 712),
        (1250, 800),
    ]
    rock.polygon(outline)
    for _each in range(60):
        x, y = random.uniform(560, 1200), random.uniform(610, 780)
        rock.stroke([(x, y), (x + 22, y + 26), (x + 34, y + 60)], random.uniform(2, 6), cut=True)
    sheet.ink(rock, (18, 26, 40), worn=0.03)
    tower, bands, lamp = sheet.block(), sheet.block(), sheet.block()
    motifs.lighthouse(tower, bands, lamp, x=860, ground=600, high=470)
    house = sheet.block()
    house.polygon([(910, 600), (910, 546), (952, 516), (994, 546), (994, 600)])
    sheet.ink(tower, (232, 222, 198), worn=0.04)
    sheet.ink(house, (232, 222, 198), worn=0.04)
    sheet.ink(bands, (190, 74, 46), worn=0.08)
    sheet.ink(lamp, (255, 226, 140), rough=0.6)
    shade = sheet.block()
    shade.polygon([(860, 600), (860, 228), (896, 228), (922, 600)])
    shade.keep(tower)
    sheet.ink(shade, (70, 78, 92), strength=0.45, rough=2)
    windows = sheet.block()
    for y in (300, 396, 486):
        windows.box(853, y, 867, y + 26)
    windows.box(942, 560, 962, 600)
    sheet.ink(windows, (26, 36, 52), rough=0.6)
    for top, colour, phase, height in ((716, (52, 88, 104), 1.7, 28), (800, (38, 70, 90), 3.1, 34), (880, (24, 48, 70), 0.9, 30)):
        _swell(sheet, top=top, colour=colour, phase=phase, height=height)
    return sheet.finish()


def _swell(sheet: Sheet, *, top: float, colour: Ink, phase: float, height: float) -> None:
    random = sheet.random
    crest = [(x * 8.0, top - abs(math.sin(x * 0.035 + phase)) ** 1.6 * height * 1.6 + math.sin(x * 0.11 + phase) * height * 0.2) for x in range(182)]
    sea = sheet.block()
    sea.polygon([(0, 970), *crest, (1450, 970)])
    sheet.ink(sea, colour, worn=0.05)
    foam = sheet.block()
    foam.line(crest, 4)
    for index in range(0, len(crest) - 12, 3):
        x, y = crest[index]
        for row in range(1, 4):
            if random.random() < 0.55:
                length = random.uniform(30, 110)
                points = [
                    (x + length * step / 6, crest[min(len(crest) - 1, index + round(length * step / 48))][1] + row * 17 + random.uniform(-2, 2))
                    for step in range(7)
                ]
                foam.stroke(points, random.uniform(2, 6))
        if y < top - height * 1.3:
            for _each in range(6):
                foam.disc(x + random.gauss(0, 20), y - abs(random.gauss(0, 15)), random.uniform(1, 3.6))
    sheet.ink(foam, mix(colour, (236, 232, 216), 0.72), rough=0.9)


def stair() -> Image.Image:
    """Draw a lighthouse's winding stair from above, with someone carrying a lamp up it."""
    sheet = Sheet(width=1080, height=1350, paper=(20, 28, 44), seed=37)
    x, y, steps, shrink = 540.0, 690.0, 14, 0.6
    for index in range(steps * 4):
        start, end = index / steps, (index + 1) / steps
        depth = min(1.0, index / (steps * 3.2))
        tread, riser = sheet.block(), sheet.block()
        _wedge(tread, x=x, y=y, start=start, end=end, shrink=shrink)
        _wedge(riser, x=x, y=y, start=start, end=start + 0.24 / steps, shrink=shrink)
        sheet.ink(tread, mix((44, 66, 86), (244, 192, 104), depth**1.25), worn=0.05, rough=0.9)
        sheet.ink(riser, mix((24, 36, 54), (150, 84, 50), depth), worn=0.02, rough=0.9)
    rail = sheet.block()
    outer = [_spiral(x, y, 900 * 0.655, turn / 60, shrink) for turn in range(260)]
    rail.line(outer, 8)
    for turn in range(0, 150, 5):
        rail.line([_spiral(x, y, 900 * 0.655, turn / 60, shrink), _spiral(x, y, 900 * 0.61, turn / 60, shrink)], 4)
    sheet.ink(rail, (14, 20, 34), rough=0.7)
    well = sheet.block()
    well.disc(x, y, 62)
    sheet.ink(well, (255, 238, 186))
    person, light = sheet.block(), sheet.block()
    glow = sheet.block()
    glow.disc(738, 1072, 78)
    sheet.ink(glow, (244, 196, 112), strength=0.35, rough=2)
    person.disc(806, 1010, 30)
    person.polygon([(760, 1008), (852, 1000), (838, 984), (820, 972), (790, 974), (774, 990)])
    person.polygon([(770, 1046), (846, 1036), (886, 1190), (752, 1204)])
    person.line([(782, 1062), (748, 1100), (730, 1072)], 20)
    sheet.ink(person, (12, 18, 30))
    light.disc(730, 1060, 22)
    sheet.ink(light, (255, 246, 208))
    return sheet.finish()


def _spiral(x: float, y: float, radius: float, turns: float, shrink: float) -> Point:
    reach = radius * shrink**turns
    return (x + math.cos(turns * math.tau + 1.0) * reach, y + math.sin(turns * math.tau + 1.0) * reach)


def _wedge(block: Block, *, x: float, y: float, start: float, end: float, shrink: float) -> None:
    far = [_spiral(x, y, 900, start + (end - start) * part / 10, shrink) for part in range(11)]
    near = [_spiral(x, y, 900 * shrink, start + (end - start) * part / 10, shrink) for part in range(11)]
    block.polygon([*far, *reversed(near)])


def supply_boat() -> Image.Image:
    """Draw the supply boat in a high swell, the rocks and their tower far behind."""
    sheet = Sheet(width=1440, height=960, seed=59)
    sheet.fade((222, 150, 104), (246, 218, 172), end=0.5, bands=7)
    tower, bands, lamp = sheet.block(), sheet.block(), sheet.block()
    motifs.lighthouse(tower, bands, lamp, x=1150, ground=470, high=150)
    tower.polygon([(1050, 520), (1080, 482), (1120, 466), (1190, 468), (1230, 490), (1270, 520)])
    sheet.ink(tower, (78, 84, 98), rough=0.8)
    sheet.ink(lamp, (255, 240, 190), rough=0.4)
    _swell(sheet, top=520, colour=(96, 132, 138), phase=2.6, height=30)
    _swell(sheet, top=610, colour=(66, 106, 120), phase=0.7, height=54)
    boat, cabin, trim = sheet.block(), sheet.block(), sheet.block()
    boat.polygon([(400, 560), (800, 520), (900, 470), (830, 660), (480, 690), (430, 640)])
    trim.polygon([(408, 590), (862, 534), (852, 560), (416, 616)])
    cabin.polygon([(560, 550), (556, 452), (690, 438), (716, 532)])
    boat.polygon([(546, 456), (704, 436), (700, 420), (548, 438)])
    for x in (578, 622, 664):
        boat.polygon([(x, 478 - (x - 578) * 0.1), (x + 27, 475 - (x - 578) * 0.1), (x + 28, 506 - (x - 578) * 0.1), (x + 1, 509 - (x - 578) * 0.1)])
    boat.line([(630, 430), (620, 330)], 7)
    boat.line([(620, 340), (470, 556)], 2)
    boat.line([(620, 340), (880, 482)], 2)
    for x, y in ((470, 548), (508, 545), (488, 520)):
        trim.polygon([(x - 18, y), (x + 18, y - 3), (x + 18, y - 30), (x - 18, y - 27)])
    sheet.ink(cabin, (246, 236, 212), worn=0.03)
    sheet.ink(boat, (36, 50, 68), worn=0.03)
    sheet.ink(trim, (198, 82, 48), worn=0.06)
    for top, colour, phase, height in ((700, (52, 90, 108), 2.0, 46), (800, (34, 66, 88), 3.4, 44), (890, (24, 48, 70), 1.2, 36)):
        _swell(sheet, top=top, colour=colour, phase=phase, height=height)
    return sheet.finish()


def ferry() -> Image.Image:
    """Draw the small ferry off Varrow on a grey day, with the island behind it."""
    sheet = Sheet(width=1440, height=810, seed=71)
    random = sheet.random
    sheet.fade((196, 204, 196), (236, 220, 190), end=0.6, bands=6)
    clouds = sheet.block()
    for _each in range(40):
        clouds.gouge(random.uniform(-300, 1300), random.uniform(20, 260), random.uniform(180, 620), random.uniform(5, 20))
    sheet.ink(clouds, (158, 174, 172), strength=0.6, rough=2)
    for base, height, colour in ((420, 120, (140, 156, 146)), (470, 66, (92, 112, 96))):
        line = [(x, y + (abs(x - 1010) / 1440) ** 1.5 * 330) for x, y in ridge(random, width=1440, base=base - 30, height=height)]
        hills = sheet.block()
        hills.polygon([(0, 820), *line, (1440, 820)])
        motifs.hatch(hills, sheet, under=line, depth=90)
        sheet.ink(hills, colour, worn=0.05)
    cottages, roofs = sheet.block(), sheet.block()
    for x, y in ((1020, 452), (1076, 470), (1150, 462), (1236, 478), (960, 474)):
        cottages.box(x, y - 20, x + 40, y)
        roofs.polygon([(x - 5, y - 19), (x + 10, y - 38), (x + 30, y - 38), (x + 45, y - 19)])
    sheet.ink(cottages, (242, 232, 208), rough=0.7)
    sheet.ink(roofs, (176, 78, 54), rough=0.7)
    sea = sheet.block()
    sea.box(0, 512, 1440, 820)
    sheet.ink(sea, (92, 132, 136), rough=0.8)
    for density, colour in ((0.6, (60, 98, 110)), (0.3, (212, 218, 204))):
        strokes = sheet.block()
        motifs.water(strokes, random, top=516, bottom=700, width=1440, density=density)
        sheet.ink(strokes, colour)
    pier = sheet.block()
    pier.box(1090, 500, 1450, 516)
    for x in range(1100, 1440, 46):
        pier.line([(x, 510), (x, 566)], 7)
    sheet.ink(pier, (52, 62, 70))
    _ferry_hull(sheet)
    for top, colour, phase, height in ((668, (58, 98, 112), 0.2, 14), (740, (36, 68, 86), 2.2, 18)):
        _swell(sheet, top=top, colour=colour, phase=phase, height=height)
    return sheet.finish()


def _ferry_hull(sheet: Sheet) -> None:
    hull, house, stripe, dark = sheet.block(), sheet.block(), sheet.block(), sheet.block()
    hull.polygon([(180, 560), (860, 560), (930, 536), (880, 680), (250, 680), (196, 620)])
    stripe.polygon([(190, 590), (906, 590), (898, 612), (194, 612)])
    house.polygon([(250, 560), (250, 486), (740, 486), (778, 560)])
    house.polygon([(330, 486), (330, 430), (620, 430), (652, 486)])
    house.polygon([(560, 430), (566, 386), (640, 386), (656, 430)])
    for column in range(11):
        dark.box(274 + column * 41, 506, 300 + column * 41, 532)
    for column in range(6):
        dark.box(348 + column * 42, 446, 374 + column * 42, 470)
    dark.box(574, 398, 600, 416)
    dark.box(608, 398, 636, 416)
    dark.polygon([(400, 430), (408, 356), (458, 356), (462, 430)])
    dark.line([(600, 386), (600, 320)], 5)
    dark.line([(576, 344), (624, 344)], 4)
    dark.line([(860, 560), (872, 470)], 5)
    funnel = sheet.block()
    funnel.polygon([(404, 400), (406, 378), (459, 378), (460, 400)])
    smoke = sheet.block()
    for index in range(9):
        smoke.disc(420 - index * 34, 340 - index * 15 + sheet.random.uniform(-8, 8), 14 + index * 4.4, squash=0.6)
    sheet.ink(smoke, (150, 160, 158), strength=0.6, rough=2.4)
    sheet.ink(house, (246, 238, 216), worn=0.03)
    sheet.ink(hull, (38, 58, 82), worn=0.04)
    sheet.ink(stripe, (200, 84, 50), worn=0.05)
    sheet.ink(dark, (38, 52, 68), rough=0.7)
    sheet.ink(funnel, (200, 84, 50))


def school() -> Image.Image:
    """Draw a small school on an island hill, and seven pupils walking up to it in a line."""
    sheet = Sheet(width=1440, height=960, seed=83)
    random = sheet.random
    sheet.fade((150, 184, 188), (240, 226, 192), end=0.72, bands=7)
    for y, count, tone in ((150, 7, (242, 236, 216)), (290, 6, (232, 226, 204))):
        cloud = sheet.block()
        for _each in range(count):
            x = random.uniform(0, 1440)
            for puff in range(6):
                cloud.disc(
                    x + puff * 34 - 90, y - math.sin(puff / 5 * math.pi) * 26 + random.uniform(-6, 6), 26 + math.sin(puff / 5 * math.pi) * 20, squash=0.55
                )
            cloud.box(x - 110, y + 4, x + 110, y + 13)
        sheet.ink(cloud, tone, worn=0.05, rough=1.8)
    sea = sheet.block()
    sea.box(0, 560, 1440, 700)
    sheet.ink(sea, (88, 134, 142), rough=0.8)
    strokes = sheet.block()
    motifs.water(strokes, random, top=566, bottom=700, width=1440, density=0.7)
    sheet.ink(strokes, (196, 212, 200))
    hill_line = [(x * 12.0, 800 - 250 * math.exp(-(((x * 12 - 1010) / 420) ** 2)) + math.sin(x * 0.21) * 5) for x in range(122)]
    for shift, colour in ((0, (132, 140, 84)), (120, (98, 114, 74)), (215, (66, 88, 66))):
        hill = sheet.block()
        line = [(x - shift * 1.2, y + shift * (0.9 + 0.2 * math.sin(x * 0.006))) for x, y in hill_line] + [(1450.0, 930.0)]
        hill.polygon([(-300, 970), *line, (1450, 970)])
        motifs.hatch(hill, sheet, under=line[:-1], depth=60, lean=0.8)
        sheet.ink(hill, colour, worn=0.05)
    walls, roof, dark = sheet.block(), sheet.block(), sheet.block()
    walls.box(930, 470, 1110, 566)
    walls.polygon([(1040, 474), (1040, 420), (1062, 392), (1084, 420), (1084, 474)])
    roof.polygon([(914, 474), (950, 424), (1092, 424), (1126, 474)])
    roof.polygon([(1032, 424), (1062, 384), (1092, 424), (1086, 428), (1062, 396), (1038, 428)])
    for x in (946, 986, 1080):
        dark.box(x, 494, x + 22, 530)
    dark.box(1030, 504, 1058, 566)
    dark.disc(1062, 434, 9)
    dark.line([(1176, 566), (1176, 430)], 5)
    sheet.ink(walls, (244, 234, 208), worn=0.03)
    sheet.ink(roof, (180, 78, 52), worn=0.05)
    sheet.ink(dark, (44, 58, 70), rough=0.7)
    flag = sheet.block()
    flag.polygon([(1178, 432), (1240, 442), (1178, 462)])
    sheet.ink(flag, (214, 150, 62))
    path = sheet.block()
    path.stroke([(250, 900), (420, 790), (600, 742), (760, 690), (900, 610), (1042, 566)], 26)
    sheet.ink(path, (226, 206, 160), worn=0.05)
    _pupils(sheet)
    return sheet.finish()


def _pupils(sheet: Sheet) -> None:
    coats: tuple[Ink, ...] = ((196, 80, 50), (46, 68, 92), (218, 156, 64), (58, 104, 104), (196, 80, 50), (110, 70, 90), (46, 68, 92))
    places = ((420, 786), (492, 766), (562, 750), (640, 726), (716, 704), (790, 668), (852, 632))
    for (x, y), coat in zip(places, coats, strict=True):
        size = 0.62 + (y - 632) / 154 * 0.4
        body, skin = sheet.block(), sheet.block()
        body.polygon([(x - 13 * size, y - 56 * size), (x + 12 * size, y - 56 * size), (x + 20 * size, y - 14 * size), (x - 18 * size, y - 14 * size)])
        body.polygon([(x - 24 * size, y - 54 * size), (x - 12 * size, y - 56 * size), (x - 12 * size, y - 26 * size), (x - 25 * size, y - 28 * size)])
        skin.line([(x - 6 * size, y - 16 * size), (x - 9 * size, y)], 7 * size)
        skin.line([(x + 6 * size, y - 16 * size), (x + 11 * size, y)], 7 * size)
        skin.disc(x + 1 * size, y - 69 * size, 12 * size)
        sheet.ink(skin, (40, 46, 58), rough=0.6)
        sheet.ink(body, coat, rough=0.7)
