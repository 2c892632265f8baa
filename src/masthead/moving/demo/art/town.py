"""Prints of the town: the Old Dock, the bridge, the lamps, the football ground."""

from PIL import Image

from masthead.moving.demo.art import motifs
from masthead.moving.demo.art.press import Ink, Sheet, ridge


def old_dock() -> Image.Image:
    """Draw the Old Dock at dusk: gables with lit windows, two sloops, the sun on the water."""
    sheet = Sheet(width=1440, height=960, seed=7)
    random = sheet.random
    sheet.fade((86, 126, 142), (244, 198, 140), end=0.6, bands=8)
    for radius, colour in ((118, (248, 226, 176)), (92, (214, 84, 48))):
        sun = sheet.block()
        sun.disc(980, 505, radius)
        sheet.ink(sun, colour, worn=0.08, rough=1)
    clouds = sheet.block()
    for _each in range(34):
        clouds.gouge(random.uniform(-200, 1400), random.uniform(40, 440), random.uniform(120, 520), random.uniform(2, 7))
    sheet.ink(clouds, (246, 222, 176), strength=0.5)
    for base, height, colour in ((518, 48, (128, 140, 138)), (548, 36, (84, 110, 120))):
        hills = sheet.block()
        hills.polygon([(0, 960), *ridge(random, width=1440, base=base, height=height), (1440, 960)])
        sheet.ink(hills, colour, worn=0.06)
    _dock_water(sheet)
    _dock_front(sheet)
    boats, sails = sheet.block(), sheet.block()
    motifs.sloop(boats, x=1190, y=645, size=76, sail=sails)
    motifs.sloop(boats, x=770, y=640, size=46, sail=sails)
    sheet.ink(sails, (244, 226, 190))
    sheet.ink(boats, (30, 42, 60), rough=0.8)
    quay = sheet.block()
    for x, size in ((190, 210), (470, 170)):
        motifs.sloop(quay, x=x, y=925, size=size, lean=0.015)
    quay.polygon([(-10, 970), (-10, 912), (650, 918), (700, 934), (700, 970)])
    for x in (40, 330, 610):
        quay.polygon([(x, 920), (x + 2, 872), (x + 9, 864), (x + 17, 872), (x + 19, 920)])
    sheet.ink(quay, (20, 30, 46))
    birds = sheet.block()
    for x, y, span in ((640, 180, 74), (735, 232, 48), (560, 268, 40), (870, 150, 32)):
        motifs.gull(birds, x=x, y=y, span=span, tilt=random.uniform(-0.12, 0.12))
    sheet.ink(birds, (34, 48, 68), rough=0.5)
    return sheet.finish()


def _dock_water(sheet: Sheet) -> None:
    random = sheet.random
    sea = sheet.block()
    sea.box(0, 592, 1440, 960)
    sheet.ink(sea, (62, 98, 112), rough=0)
    for density, colour, strength in ((0.8, (38, 64, 84), 1.0), (0.35, (226, 170, 118), 0.8)):
        strokes = sheet.block()
        motifs.water(strokes, random, top=598, bottom=960, width=1440, density=density)
        sheet.ink(strokes, colour, strength=strength)
    for spread, colour in ((120, (232, 124, 70)), (50, (248, 222, 168))):
        path = sheet.block()
        motifs.glitter(path, random, x=980, top=600, bottom=955, spread=spread)
        sheet.ink(path, colour)


def _dock_front(sheet: Sheet) -> None:
    random = sheet.random
    for left, right, tall, ground, colour in ((-30, 520, 235, 628, (58, 78, 98)), (-20, 560, 178, 642, (32, 46, 66))):
        walls, lights = sheet.block(), sheet.block()
        motifs.gables(walls, lights, random, left=left, right=right, ground=ground, tall=tall)
        if ground > 640:
            walls.polygon([(-10, 640), (600, 640), (648, 668), (648, 692), (-10, 700)])
        sheet.ink(walls, colour, worn=0.04)
        sheet.ink(lights, (248, 206, 120), rough=0.6)
    shade = sheet.block()
    motifs.water(shade, random, top=694, bottom=800, width=640)
    sheet.ink(shade, (28, 42, 60))
    for _each in range(9):
        path = sheet.block()
        motifs.glitter(path, random, x=random.uniform(30, 560), top=700, bottom=800, spread=9)
        sheet.ink(path, (248, 206, 120), rough=0.6)


def bridge() -> Image.Image:
    """Draw Chandler's Bridge in the morning: five arches, their reflection, scaffolding on the third pier."""
    sheet = Sheet(width=1440, height=810, seed=23)
    random = sheet.random
    sheet.fade((238, 226, 200), (232, 184, 142), end=0.62, bands=6)
    for base, height, colour in ((330, 70, (196, 170, 146)), (385, 46, (150, 148, 132)), (430, 26, (112, 124, 110))):
        line = ridge(random, width=1440, base=base, height=height)
        hills = sheet.block()
        hills.polygon([(0, 810), *line, (1440, 810)])
        motifs.hatch(hills, sheet, under=line, depth=70)
        sheet.ink(hills, colour, worn=0.05)
    river = sheet.block()
    river.box(0, 520, 1440, 810)
    sheet.ink(river, (120, 152, 148), rough=0)
    stone, shadow = sheet.block(), sheet.block()
    stone.polygon([(-10, 352), (720, 318), (1450, 352), (1450, 560), (-10, 560)])
    for index in range(5):
        x = 144 + index * 288
        for block, cut, shift in ((stone, True, 0), (shadow, False, 0)):
            block.disc(x + shift, 545, 112, squash=1.28, cut=cut)
        shadow.disc(x + 16, 549, 112, squash=1.28, cut=True)
        for side in (-130, 130):
            stone.polygon([(x + side - 16, 480), (x + side, 462), (x + side + 16, 480), (x + side + 20, 575), (x + side - 20, 575)])
    under = sheet.block()
    under.box(0, 522, 1440, 810)
    shadow.without(under)
    stone_low = sheet.block()
    stone_low.box(0, 576, 1440, 810)
    stone.without(stone_low)
    sheet.ink(stone, (62, 70, 84), worn=0.06)
    sheet.ink(shadow, (38, 46, 62), worn=0.02)
    joints = sheet.block()
    for row in range(7):
        for column in range(46):
            x = column * 33 + (row % 2) * 16
            if random.random() < 0.42:
                joints.gouge(x, 346 + row * 21 - 34 * (1 - abs(x - 720) / 720), random.uniform(16, 28), 3)
    joints.keep(stone)
    sheet.ink(joints, (150, 140, 128), rough=0.7)
    _bridge_top(sheet)
    _bridge_river(sheet)
    return sheet.finish()


def _bridge_top(sheet: Sheet) -> None:
    rail = sheet.block()
    rail.line([(-10, 340), (720, 306), (1450, 340)], 9)
    for x in range(144, 1440, 288):
        y = 340 - 34 * (1 - abs(x - 720) / 720)
        rail.line([(x, y), (x, y - 62)], 5)
        rail.disc(x, y - 70, 10)
    sheet.ink(rail, (38, 46, 62))
    scaffold, boards = sheet.block(), sheet.block()
    for x in (812, 852, 892, 932, 972):
        scaffold.line([(x, 300), (x, 600)], 4)
    for y in (318, 374, 430, 486, 542):
        scaffold.line([(800, y), (984, y)], 4)
        boards.box(804, y - 8, 980, y - 3)
    for x, y in ((812, 374), (892, 430), (812, 486)):
        scaffold.line([(x, y), (x + 80, y - 56)], 3)
    boards.polygon([(806, 318), (978, 318), (978, 372), (806, 372)])
    sheet.ink(boards, (198, 84, 48), worn=0.12)
    sheet.ink(scaffold, (30, 38, 54), rough=0.6)


def _bridge_river(sheet: Sheet) -> None:
    random = sheet.random
    for index in range(5):
        dark = sheet.block()
        motifs.glitter(dark, random, x=144 + index * 288 + 144, top=580, bottom=790, spread=62)
        sheet.ink(dark, (62, 70, 84), strength=0.85)
    for density, colour in ((0.5, (88, 122, 124)), (0.35, (236, 206, 168))):
        strokes = sheet.block()
        motifs.water(strokes, random, top=540, bottom=810, width=1440, density=density)
        sheet.ink(strokes, colour)
    boat = sheet.block()
    motifs.sloop(boat, x=300, y=700, size=120)
    boat.line([(300, 560), (300, 500)], 2)
    sheet.ink(boat, (198, 84, 48))


def lamps() -> Image.Image:
    """Draw a street at night: a lamp with its rings of light, others going down the hill, wet stones."""
    sheet = Sheet(width=1080, height=1350, paper=(26, 36, 58), seed=12)
    random = sheet.random
    for radius, colour in ((470, (34, 46, 70)), (360, (46, 60, 84)), (255, (78, 84, 94)), (165, (150, 128, 96)), (92, (236, 186, 96))):
        glow = sheet.block()
        glow.disc(400, 360, radius)
        sheet.ink(glow, colour, rough=2)
    stars = sheet.block()
    for _each in range(70):
        stars.disc(random.uniform(0, 1080), random.uniform(0, 420), random.uniform(1, 2.6))
    sheet.ink(stars, (196, 200, 196), rough=0)
    far: tuple[tuple[float, float, float, float, Ink], ...] = (
        (620, 1100, 900, 330, (40, 54, 78)),
        (-40, 250, 1010, 520, (20, 28, 46)),
        (800, 1120, 1000, 560, (16, 24, 40)),
    )
    for left, right, ground, tall, colour in far:
        walls, lights = sheet.block(), sheet.block()
        motifs.gables(walls, lights, random, left=left, right=right, ground=ground, tall=tall)
        walls.box(left, ground - 4, right + 60, 1350)
        sheet.ink(walls, colour, worn=0.04)
        sheet.ink(lights, (222, 166, 84), rough=0.6, strength=0.85)
    road = sheet.block()
    road.polygon([(-10, 1360), (-10, 1080), (520, 930), (760, 930), (1090, 1060), (1090, 1360)])
    sheet.ink(road, (38, 50, 72), worn=0.04)
    stones = sheet.block()
    for row in range(24):
        y = 955 + row * row * 0.62 + row * 3
        for _each in range(int(30 - row * 0.7)):
            stones.gouge(random.uniform(-40, 1080), y, 18 + row * 3, 3 + row * 0.45)
    stones.keep(road)
    sheet.ink(stones, (62, 76, 98))
    for x, y, size in ((640, 700, 0.34), (728, 640, 0.22), (400, 360, 1.0)):
        _lamp(sheet, x=x, y=y, size=size)
    for x, top, bottom, spread in ((640, 952, 1110, 26), (400, 1104, 1345, 96)):
        path = sheet.block()
        motifs.glitter(path, random, x=x, top=top, bottom=bottom, spread=spread)
        sheet.ink(path, (240, 194, 104))
    return sheet.finish()


def _lamp(sheet: Sheet, *, x: float, y: float, size: float) -> None:
    post, light = sheet.block(), sheet.block()
    foot = y + 730 * size
    post.polygon([(x - 15 * size, foot), (x - 7 * size, y + 80 * size), (x + 7 * size, y + 80 * size), (x + 15 * size, foot)])
    post.polygon([(x - 42 * size, foot), (x - 24 * size, foot - 70 * size), (x + 24 * size, foot - 70 * size), (x + 42 * size, foot)])
    post.box(x - 20 * size, y + 66 * size, x + 20 * size, y + 84 * size)
    post.line([(x - 74 * size, y + 150 * size), (x + 74 * size, y + 150 * size)], 8 * size)
    light.polygon([(x - 48 * size, y - 66 * size), (x + 48 * size, y - 66 * size), (x + 26 * size, y + 66 * size), (x - 26 * size, y + 66 * size)])
    post.polygon([(x - 62 * size, y - 64 * size), (x, y - 118 * size), (x + 62 * size, y - 64 * size)])
    post.disc(x, y - 124 * size, 11 * size)
    for share in (-1, 0, 1):
        post.line([(x + share * 48 * size, y - 66 * size), (x + share * 26 * size, y + 68 * size)], 6 * size)
    sheet.ink(light, (255, 236, 176), rough=0.8 if size > 0.5 else 0)
    sheet.ink(post, (12, 18, 32), rough=1 if size > 0.5 else 0.4)


def floodlights() -> Image.Image:
    """Draw a football ground by night: two pylons, rain in the beams, the crowd, a keeper alone."""
    sheet = Sheet(width=1440, height=810, paper=(20, 30, 48), seed=44)
    random = sheet.random
    for x, reach in ((210, 1), (1230, -1)):
        for spread, colour in ((520, (34, 50, 70)), (330, (54, 74, 90))):
            beam = sheet.block()
            beam.polygon([(x - 50, 120), (x + 50, 120), (x + reach * 420 + spread, 640), (x + reach * 420 - spread, 640)])
            sheet.ink(beam, colour, worn=0.04)
    rain = sheet.block()
    for _each in range(520):
        left, top, length = random.uniform(0, 1440), random.uniform(60, 600), random.uniform(14, 34)
        rain.line([(left, top), (left - length * 0.25, top + length)], random.uniform(0.8, 1.8))
    sheet.ink(rain, (126, 146, 152), strength=0.7, rough=0)
    stand = sheet.block()
    stand.polygon([(-10, 400), (60, 392), (1380, 392), (1450, 400), (1450, 580), (-10, 580)])
    sheet.ink(stand, (26, 36, 54))
    for colour, count in (((222, 160, 74), 520), ((196, 84, 54), 260), ((214, 208, 188), 330), ((96, 116, 126), 620)):
        crowd = sheet.block()
        for _each in range(count):
            crowd.disc(random.uniform(0, 1440), 412 + int(random.uniform(0, 12)) * 13 + random.uniform(-2, 2), random.uniform(3.2, 4.8))
        sheet.ink(crowd, colour, rough=0, strength=0.9)
    roof = sheet.block()
    roof.polygon([(-10, 340), (1450, 340), (1450, 372), (1400, 394), (40, 394), (-10, 372)])
    for x in range(40, 1440, 170):
        roof.line([(x, 390), (x, 590)], 5)
    sheet.ink(roof, (12, 20, 34), worn=0.03)
    for index in range(7):
        stripe = sheet.block()
        near, far = index * 206 + 103, index * 206 + 206 + 103
        stripe.polygon(
            [
                (720 + (near - 720) * 0.8 - 103, 580),
                (720 + (far - 720) * 0.8 - 103, 580),
                (720 + (far - 720) * 1.5 - 150, 820),
                (720 + (near - 720) * 1.5 - 150, 820),
            ]
        )
        sheet.ink(stripe, (58, 106, 82) if index % 2 else (48, 92, 76), worn=0.04, rough=0)
    rest = sheet.block()
    rest.box(0, 572, 1440, 590)
    sheet.ink(rest, (214, 208, 188), rough=0.8)
    _goal(sheet)
    for x in (210, 1230):
        _pylon(sheet, x=x)
    return sheet.finish()


def _goal(sheet: Sheet) -> None:
    lines = sheet.block()
    lines.line([(-10, 742), (1450, 742)], 6)
    lines.line([(330, 742), (460, 640), (980, 640), (1110, 742)], 5)
    net = sheet.block()
    for index in range(27):
        net.line([(520 + index * 15.4, 520), (520 + index * 15.4, 652)], 1.2)
    for index in range(10):
        net.line([(520, 520 + index * 14), (920, 520 + index * 14)], 1.2)
    sheet.ink(net, (180, 190, 180), rough=0, strength=0.55)
    lines.line([(520, 656), (520, 516), (920, 516), (920, 656)], 8)
    sheet.ink(lines, (236, 230, 212), rough=0.7)
    keeper, shade = sheet.block(), sheet.block()
    keeper.disc(760, 548, 13)
    keeper.polygon([(742, 564), (778, 564), (774, 618), (748, 618)])
    keeper.line([(745, 570), (706, 552), (682, 528)], 10)
    keeper.line([(775, 570), (812, 560), (838, 540)], 10)
    keeper.line([(752, 612), (738, 648), (742, 684)], 12)
    keeper.line([(770, 612), (786, 646), (784, 684)], 12)
    shade.polygon([(738, 684), (790, 684), (700, 728), (610, 728)])
    sheet.ink(shade, (30, 64, 60))
    sheet.ink(keeper, (232, 148, 60), rough=0.8)
    ball = sheet.block()
    ball.disc(470, 566, 12)
    sheet.ink(ball, (246, 240, 224), rough=0.5)


def _pylon(sheet: Sheet, *, x: float) -> None:
    frame, lights = sheet.block(), sheet.block()
    for side in (-1, 1):
        frame.line([(x + side * 34, 420), (x + side * 13, 130)], 6)
    for step in range(9):
        y = 400 - step * 30
        half, upper = 33 - step * 2.2, 33 - (step + 1) * 2.2
        frame.line([(x - half, y), (x + upper, y - 30)], 3)
        frame.line([(x + half, y), (x - upper, y - 30)], 3)
    frame.box(x - 84, 52, x + 84, 138)
    for row in range(3):
        for column in range(6):
            lights.disc(x - 68 + column * 27, 68 + row * 27, 9.5)
    sheet.ink(frame, (10, 16, 30), rough=0.7)
    sheet.ink(lights, (255, 244, 206), rough=0.6)
