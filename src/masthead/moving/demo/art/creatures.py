"""Prints of what lives in the islands: shearwaters at the light, herring in the strait, eels in the river."""

import math

from PIL import Image

from masthead.moving.demo.art.press import Block, Point, Sheet


def shearwaters() -> Image.Image:
    """Draw a flock wheeling about a lamp in the dark."""
    sheet = Sheet(width=1200, height=1200, paper=(22, 34, 54), seed=53)
    random = sheet.random
    for reach, colour in ((520, (30, 46, 68)), (390, (44, 64, 86)), (270, (86, 100, 106)), (170, (186, 158, 104)), (96, (252, 226, 150))):
        glow = sheet.block()
        glow.disc(600, 600, reach)
        sheet.ink(glow, colour, rough=2.4, worn=0.02)
    for ring, (colour, count) in enumerate((((14, 22, 38), 26), ((206, 208, 194), 34), ((120, 140, 148), 46))):
        flock = sheet.block()
        for index in range(count):
            turn = index / count * math.tau + random.uniform(-0.12, 0.12)
            radius = 190 + ring * 135 + random.gauss(0, 34)
            _wheeling(
                flock,
                x=600 + math.cos(turn) * radius,
                y=600 + math.sin(turn) * radius,
                turn=turn + math.pi / 2 + random.uniform(-0.3, 0.3),
                span=random.uniform(70, 104) - ring * 16,
            )
        sheet.ink(flock, colour, rough=0.8)
    return sheet.finish()


def _wheeling(block: Block, *, x: float, y: float, turn: float, span: float) -> None:
    outline = [
        (0.5, 0),
        (0.2, 0.08),
        (0.05, 0.5),
        (-0.12, 1.0),
        (-0.1, 0.45),
        (-0.22, 0.09),
        (-0.5, 0.12),
        (-0.42, 0),
        (-0.5, -0.12),
        (-0.22, -0.09),
        (-0.1, -0.45),
        (-0.12, -1.0),
        (0.05, -0.5),
        (0.2, -0.08),
    ]
    half = span / 2
    block.polygon([(x + (px * math.cos(turn) - py * math.sin(turn)) * half, y + (px * math.sin(turn) + py * math.cos(turn)) * half) for px, py in outline])


def herring() -> Image.Image:
    """Draw a shoal of herring turning, three layers deep."""
    sheet = Sheet(width=1440, height=960, paper=(30, 62, 82), seed=97)
    random = sheet.random
    light = sheet.block()
    for _each in range(16):
        x = random.uniform(-100, 1400)
        light.polygon([(x, -10), (x + random.uniform(30, 90), -10), (x - 300, 970), (x - 420, 970)])
    sheet.ink(light, (40, 78, 96), rough=2)
    for size, count, colour, belly in ((44, 170, (52, 94, 110), None), (68, 110, (106, 146, 150), (146, 180, 176)), (104, 44, (226, 222, 200), (196, 84, 52))):
        fish, stripes = sheet.block(), sheet.block()
        placed: list[Point] = []
        tries = 0
        while len(placed) < count and tries < count * 60:
            tries += 1
            x, y = random.uniform(-40, 1480), random.uniform(20, 940)
            if abs(y - (480 + 250 * math.sin(x / 310 + 0.6))) > 250 - size * 0.9 or any(
                (x - px) ** 2 + ((y - py) * 2) ** 2 < (size * 0.92) ** 2 for px, py in placed
            ):
                continue
            placed.append((x, y))
            slope = math.atan(250 / 310 * math.cos(x / 310 + 0.6)) * 0.8 + random.uniform(-0.12, 0.12)
            _fish(fish, stripes, x=x, y=y, turn=slope, size=size)
        sheet.ink(fish, colour, rough=0.7, worn=0.03)
        if belly:
            sheet.ink(stripes, belly, rough=0.6)
    return sheet.finish()


def _fish(fish: Block, stripes: Block, *, x: float, y: float, turn: float, size: float) -> None:
    def at(px: float, py: float) -> Point:
        return (x + (px * math.cos(turn) - py * math.sin(turn)) * size / 2, y + (px * math.sin(turn) + py * math.cos(turn)) * size / 2)

    back = [at(1 - step / 10 * 1.7, -0.26 * math.sin(math.pi * min(1, (step / 10) ** 0.72))) for step in range(11)]
    front = [at(-0.7 + step / 10 * 1.7, 0.24 * math.sin(math.pi * min(1, 1 - (1 - (step / 10)) ** 0.72 if step < 10 else 1))) for step in range(11)]
    fish.polygon([*back, at(-1.02, -0.27), at(-0.9, 0), at(-1.02, 0.27), *front])
    stripes.stroke([at(0.62, 0.03), at(0.1, 0.05), at(-0.62, 0.0)], size * 0.05)
    stripes.stroke([at(0.7, -0.08), at(0.66, -0.02), at(0.7, 0.05)], size * 0.05)


def eels() -> Image.Image:
    """Draw eels going upstream through weed, over a bed of stones."""
    sheet = Sheet(width=1440, height=960, paper=(70, 112, 108), seed=127)
    random = sheet.random
    for index, colour in enumerate(((86, 130, 122), (58, 98, 100), (48, 84, 92))):
        current = sheet.block()
        for _each in range(16):
            y = random.uniform(0, 900)
            start = random.uniform(-400, 1200)
            points = [(start + step * 34.0, y + math.sin(step * 0.42 + index) * 16) for step in range(20)]
            current.stroke(points, random.uniform(8, 32))
        sheet.ink(current, colour, rough=1.6, worn=0.05)
    stones, tops = sheet.block(), sheet.block()
    for _each in range(90):
        x, y, size = random.uniform(-20, 1460), random.uniform(850, 960), random.uniform(18, 62)
        stones.disc(x, y, size, squash=0.55)
        tops.disc(x - size * 0.12, y - size * 0.16, size * 0.62, squash=0.4)
    sheet.ink(stones, (36, 52, 62), worn=0.04)
    sheet.ink(tops, (122, 128, 112), worn=0.2)
    for colour, count in (((44, 84, 72), 24), ((104, 132, 76), 15)):
        weed = sheet.block()
        for _each in range(count):
            x, high = random.choice([random.uniform(-20, 420), random.uniform(1040, 1460), random.uniform(-20, 1460)]), random.uniform(120, 520)
            sway = random.uniform(0.6, 1.4)
            points = [(x - math.sin(step * 0.5 * sway) * 24 - step * 5, 930 - high * step / 14) for step in range(15)]
            weed.stroke(points, random.uniform(10, 24))
        sheet.ink(weed, colour, rough=1, worn=0.03)
    swimming = ((1320, 250, 820, 0.4, 54), (1010, 430, 900, 2.2, 66), (1250, 640, 760, 1.1, 58), (640, 190, 560, 3.4, 40), (520, 720, 480, 0.2, 38))
    for x, y, length, phase, thick in swimming:
        _eel(sheet, x=x, y=y, length=length, phase=phase, thick=thick)
    return sheet.finish()


def _eel(sheet: Sheet, *, x: float, y: float, length: float, phase: float, thick: float) -> None:
    spine = [(x - length * step / 60, y + math.sin(step / 60 * math.tau * 1.35 + phase) * length * 0.085 * (0.35 + step / 60)) for step in range(61)]
    spine.reverse()
    back, belly, eye = sheet.block(), sheet.block(), sheet.block()
    upper: list[Point] = []
    lower: list[Point] = []
    middle: list[Point] = []
    for index, (px, py) in enumerate(spine):
        share = index / 60
        half = thick / 2 * (min(1.0, share / 0.1) ** 0.6) * (1 - share**2.4) + 1
        if share < 0.1:
            half = thick / 2 * (0.35 + 0.65 * math.sqrt(share / 0.1)) * (0.55 if share == 0 else 1)
        ahead, behind = spine[min(60, index + 1)], spine[max(0, index - 1)]
        dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
        norm = math.hypot(dx, dy)
        upper.append((px + dy / norm * half, py - dx / norm * half))
        lower.append((px - dy / norm * half, py + dx / norm * half))
        middle.append((px - dy / norm * half * 0.25, py + dx / norm * half * 0.25))
    back.polygon(upper + lower[::-1])
    fin = [(px + (ux - px) * 1.75, py + (uy - py) * 1.75) for (px, py), (ux, uy) in zip(spine[22:], upper[22:], strict=True)]
    back.polygon(fin + spine[22:][::-1])
    belly.polygon(middle + lower[::-1])
    head = spine[3]
    eye.disc(head[0] + 8, head[1] - thick * 0.16, thick * 0.1)
    sheet.ink(back, (28, 42, 54), rough=0.8)
    sheet.ink(belly, (206, 172, 98), worn=0.06, rough=0.8)
    sheet.ink(eye, (244, 232, 196), rough=0.4)
