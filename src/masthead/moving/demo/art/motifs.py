"""What the prints are made of: water, gables, boats, lights, birds, grass. Each draws on blocks given to it."""

import math
from random import Random

from masthead.moving.demo.art.press import Block, Point, Sheet


def water(block: Block, random: Random, *, top: float, bottom: float, width: float, density: float = 1.0, cut: bool = False) -> None:
    """Lay level strokes from `top` to `bottom`, short and close at the horizon, long and wide near the eye."""
    y = top
    while y < bottom:
        near = (y - top) / (bottom - top)
        y += 5 + near * 26
        x = -random.uniform(0, 300)
        while x < width:
            length = random.uniform(30, 90) * (0.6 + near * 3.2)
            if random.random() < 0.62 * density:
                block.gouge(x, y + random.uniform(-3, 3), length, 1.6 + near * 7 * random.uniform(0.5, 1.1), cut=cut)
            x += length * random.uniform(0.9, 2.1)


def glitter(block: Block, random: Random, *, x: float, top: float, bottom: float, spread: float, cut: bool = False) -> None:
    """Lay the broken path of a light upon water: a column of level strokes below `x`."""
    y = top
    while y < bottom:
        near = (y - top) / (bottom - top)
        half = spread * (0.35 + near) * random.uniform(0.35, 1.0)
        shift = random.uniform(-0.35, 0.35) * spread * (0.3 + near)
        block.gouge(x - half + shift, y, half * 2, 2.5 + near * 8, cut=cut)
        y += 6 + near * 15


def gables(walls: Block, lights: Block, random: Random, *, left: float, right: float, ground: float, tall: float) -> None:
    """Build a row of narrow harbour houses on `ground`, with some windows lit."""
    x = left
    while x < right:
        wide = random.uniform(46, 84)
        high = tall * random.uniform(0.62, 1.0)
        eaves = ground - high
        peak = eaves - wide * random.uniform(0.42, 0.8)
        style = random.random()
        if style < 0.6:
            roof: list[Point] = [(x, eaves), (x + wide / 2, peak), (x + wide, eaves)]
        elif style < 0.82:
            roof = [(x, eaves), (x + wide * 0.2, peak + 12), (x + wide * 0.8, peak + 12), (x + wide, eaves)]
        else:
            third = wide / 6
            steps = [(x + third * (step // 2 + step % 2 * 0), eaves - (eaves - peak) * step / 6) for step in range(6)]
            roof = [*steps, (x + wide / 2, peak), *[(2 * x + wide - px, py) for px, py in reversed(steps)]]
        walls.polygon([(x, ground), *roof, (x + wide, ground)])
        if random.random() < 0.7:
            chimney = x + wide * random.choice([0.22, 0.7])
            walls.box(chimney, peak - 6, chimney + 9, eaves)
        _windows(lights, random, left=x, wide=wide, top=eaves + 8, ground=ground)
        x += wide + random.choice([0, 0, 0, 3])


def _windows(lights: Block, random: Random, *, left: float, wide: float, top: float, ground: float) -> None:
    columns = 2 if wide < 62 else 3
    rows = max(1, int((ground - top - 26) // 34))
    for row in range(rows):
        for column in range(columns):
            if random.random() < 0.42:
                x = left + wide * (column + 0.5) / columns - 5
                lights.box(x, top + row * 34, x + 10, top + row * 34 + 17)


def sloop(block: Block, *, x: float, y: float, size: float, sail: Block | None = None, lean: float = 0.0) -> None:
    """Draw a small boat with its waterline at `y`; its sails go to another block where one is given."""
    block.polygon([(x - size * 0.5, y - size * 0.16), (x + size * 0.55, y - size * 0.2), (x + size * 0.38, y), (x - size * 0.38, y)])
    top = (x + lean * size, y - size * 1.5)
    block.line([(x, y - size * 0.15), top], max(1.6, size * 0.025))
    block.line([(x - size * 0.48, y - size * 0.16), top, (x + size * 0.53, y - size * 0.2)], 1.1)
    if sail is not None:
        sail.polygon([(x + size * 0.04, y - size * 0.26), (top[0] + size * 0.03, top[1] + size * 0.08), (x + size * 0.44, y - size * 0.27)])
        sail.polygon([(x - size * 0.04, y - size * 0.26), (top[0] - size * 0.02, top[1] + size * 0.2), (x - size * 0.42, y - size * 0.22)])


def lighthouse(tower: Block, bands: Block, lamp: Block, *, x: float, ground: float, high: float) -> None:
    """Raise a tapering tower with a gallery, two bands and a lamp."""
    foot, neck = high * 0.13, high * 0.075
    top = ground - high * 0.8
    tower.polygon([(x - foot, ground), (x - neck, top), (x + neck, top), (x + foot, ground)])
    for start, end in ((0.2, 0.4), (0.6, 0.78)):
        low, upper = ground - high * 0.8 * start, ground - high * 0.8 * end
        near, far = foot + (neck - foot) * start, foot + (neck - foot) * end
        bands.polygon([(x - near - 1, low), (x - far - 1, upper), (x + far + 1, upper), (x + near + 1, low)])
    tower.box(x - neck * 1.5, top - high * 0.022, x + neck * 1.5, top)
    lamp.box(x - neck * 0.72, top - high * 0.115, x + neck * 0.72, top - high * 0.022)
    tower.polygon([(x - neck * 0.95, top - high * 0.11), (x, top - high * 0.185), (x + neck * 0.95, top - high * 0.11)])
    for share in (-0.7, 0.0, 0.7):
        tower.line([(x + neck * share, top - high * 0.02), (x + neck * share, top - high * 0.115)], max(1.5, high * 0.008))
    tower.line([(x, top - high * 0.18), (x, top - high * 0.22)], 2)


def gull(block: Block, *, x: float, y: float, span: float, tilt: float = 0.0) -> None:
    """Draw a bird on the wing, seen from afar."""
    wings: list[Point] = []
    for step in range(13):
        share = step / 12 * 2 - 1
        lift = -abs(math.sin(share * math.pi * 0.9)) * span * 0.24 + abs(share) ** 3 * span * 0.12
        wings.append((x + share * span / 2, y + lift + share * tilt * span))
    block.stroke(wings[:7], span * 0.085)
    block.stroke(wings[6:], span * 0.085)
    block.disc(x, y + span * 0.01, span * 0.055, squash=0.7)


def reeds(block: Block, random: Random, *, left: float, right: float, ground: float, tall: float, count: int) -> None:
    """Let reeds grow from `ground`, bent by one wind, some with heads."""
    for _each in range(count):
        x = random.uniform(left, right)
        high = tall * random.uniform(0.35, 1.0)
        bend = high * random.uniform(0.08, 0.34)
        stem = [(x + bend * (step / 10) ** 2, ground - high * step / 10) for step in range(11)]
        foot = [(x + random.uniform(-2, 2), ground + 12), *stem]
        block.line(foot, random.uniform(1.4, 3.0))
        if random.random() < 0.35:
            tip = stem[-1]
            block.stroke([(tip[0] - bend * 0.12, tip[1] + 30), (tip[0], tip[1] + 8), (tip[0] + bend * 0.1, tip[1] - 14)], 8)
        else:
            block.stroke([stem[5], (stem[5][0] + high * 0.12, stem[5][1] - high * 0.14), (stem[5][0] + high * 0.26, stem[5][1] - high * 0.06)], 4)


def hatch(block: Block, sheet: Sheet, *, under: list[Point], depth: float, spacing: float = 9, lean: float = 0.5) -> None:
    """Cut slanted strokes below a hill's line, so that its flank takes the light."""
    for index, (x, y) in enumerate(under):
        if index % 2 or sheet.random.random() < 0.3:
            continue
        length = depth * sheet.random.uniform(0.3, 1.0)
        start = y + sheet.random.uniform(4, spacing * 2)
        block.stroke([(x, start), (x + length * lean * 0.5, start + length * 0.5), (x + length * lean, start + length)], sheet.random.uniform(1.5, 4), cut=True)
