"""Portraits of the demo's invented authors: two tones, a coloured ground, nobody in particular."""

import math
from dataclasses import dataclass

from PIL import Image

from masthead.moving.demo.art.press import Block, Ink, Point, Sheet, mix


@dataclass(frozen=True, kw_only=True)
class Face:
    """How one portrait differs from the others."""

    seed: int
    ground: Ink
    light: Ink
    dark: Ink
    coat: Ink
    hair: Ink
    cut: str
    turn: int = 1
    glasses: bool = False
    beard: bool = False


FACES = {
    "ines-callory": Face(seed=1, ground=(206, 92, 58), light=(244, 220, 184), dark=(196, 140, 104), coat=(36, 52, 76), hair=(40, 42, 54), cut="bob"),
    "tomas-rell": Face(
        seed=2, ground=(104, 150, 150), light=(246, 226, 194), dark=(206, 156, 118), coat=(58, 70, 62), hair=(120, 74, 48), cut="short", turn=-1, beard=True
    ),
    "mira-adeyo": Face(seed=3, ground=(226, 170, 82), light=(158, 104, 72), dark=(106, 66, 52), coat=(38, 92, 98), hair=(34, 30, 38), cut="crown"),
    "jonas-ferrow": Face(
        seed=4, ground=(70, 96, 118), light=(242, 216, 178), dark=(188, 138, 104), coat=(212, 152, 72), hair=(206, 168, 104), cut="swept", glasses=True
    ),
    "saskia-thorn": Face(
        seed=5, ground=(122, 136, 88), light=(246, 224, 194), dark=(204, 152, 120), coat=(150, 60, 44), hair=(170, 78, 44), cut="long", turn=-1
    ),
    "petra-lindvar": Face(
        seed=6, ground=(222, 196, 152), light=(240, 212, 176), dark=(184, 130, 100), coat=(60, 64, 92), hair=(98, 98, 108), cut="bun", glasses=True
    ),
    "davit-marchane": Face(
        seed=7, ground=(150, 84, 92), light=(190, 136, 96), dark=(130, 86, 66), coat=(30, 42, 60), hair=(30, 30, 40), cut="curls", beard=True, turn=-1
    ),
    "hanne-oduya": Face(
        seed=8, ground=(62, 110, 108), light=(138, 90, 64), dark=(92, 58, 48), coat=(232, 214, 178), hair=(206, 202, 194), cut="crown", glasses=True, turn=-1
    ),
}


def portrait(face: Face) -> Image.Image:
    """Draw one author, head and shoulders, 600 pixels square."""
    sheet = Sheet(width=600, height=600, paper=face.ground, seed=200 + face.seed)
    disc = sheet.block()
    disc.disc(300 + 70 * face.turn, 250, 236)
    sheet.ink(disc, mix(face.ground, (250, 240, 216), 0.2), worn=0.05, rough=1.4)
    behind, front = sheet.block(), sheet.block()
    _hair(behind, front, sheet, face)
    sheet.ink(behind, face.hair, worn=0.03)
    neck, coat = sheet.block(), sheet.block()
    neck.polygon([(250, 380), (350, 380), (366, 500), (300, 540), (234, 500)])
    sheet.ink(neck, face.dark, rough=0.8)
    coat.polygon([(70, 610), (92, 530), (150, 488), (236, 462), (300, 540), (364, 462), (450, 488), (508, 530), (530, 610)])
    sheet.ink(coat, face.coat, worn=0.05)
    lapel = sheet.block()
    lapel.polygon([(236, 462), (214, 452), (196, 500), (270, 570), (300, 610), (312, 560)])
    lapel.polygon([(364, 462), (386, 452), (404, 500), (330, 570), (300, 610), (288, 560)])
    sheet.ink(lapel, mix(face.coat, (16, 18, 30) if sum(face.coat) > 240 else (226, 214, 190), 0.28), worn=0.05, rough=0.8)
    head, shade = sheet.block(), sheet.block()
    outline = [(300 + math.cos(turn * 0.1) * (104 - 10 * max(0, math.sin(turn * 0.1)) ** 2), 284 + math.sin(turn * 0.1) * 134) for turn in range(63)]
    head.polygon(outline)
    head.disc(198, 296, 18, squash=1.5)
    head.disc(402, 296, 18, squash=1.5)
    side = face.turn
    shade.polygon(
        [
            (300 + side * 10, 130),
            (300 + side * 16, 262),
            (300 + side * 46, 322),
            (300 + side * 10, 336),
            (300 + side * 16, 372),
            (300 + side * 2, 430),
            (300 + side * 150, 430),
            (300 + side * 150, 130),
        ]
    )
    shade.keep(head)
    sheet.ink(head, face.light, worn=0.03, rough=0.8)
    sheet.ink(shade, face.dark, worn=0.05, rough=0.9)
    _features(sheet, face)
    sheet.ink(front, face.hair, worn=0.03)
    return sheet.finish()


def _features(sheet: Sheet, face: Face) -> None:
    lines, beard = sheet.block(), sheet.block()
    for side in (-1, 1):
        x = 300 + side * 44
        lines.stroke([(x - 21, 258 - 3 * side), (x, 250), (x + 21, 258 + 3 * side)], 8)
        lines.stroke([(x - 17, 284), (x, 279), (x + 17, 284)], 6)
        lines.disc(x, 286, 6.5)
    lines.stroke([(262, 366), (300, 374), (338, 366)], 7)
    lines.stroke([(284, 392), (300, 395), (316, 392)], 4)
    if face.beard:
        rim: list[Point] = [(300 + math.cos(turn) * 101, 290 + math.sin(turn) * 136) for turn in (step / 20 * math.pi for step in range(21))]
        beard.polygon([*rim, (206, 310), (232, 344), (270, 346), (300, 340), (330, 346), (368, 344), (394, 310)])
        beard.disc(300, 368, 27, squash=0.34, cut=True)
        sheet.ink(beard, face.hair, worn=0.04)
    if face.glasses:
        for side in (-1, 1):
            lines.ring(300 + side * 46, 285, 34, 5.5)
            lines.line([(300 + side * 80, 280), (300 + side * 106, 274)], 5)
        lines.line([(286, 280), (314, 280)], 5)
    sheet.ink(lines, (28, 28, 40), rough=0.6)


def _hair(behind: Block, front: Block, sheet: Sheet, face: Face) -> None:
    side = face.turn
    cap = [(300 + math.cos(turn) * 120, 262 + math.sin(turn) * 146) for turn in (math.pi + step / 20 * math.pi for step in range(21))]
    if face.cut in {"bob", "long"}:
        low = 420 if face.cut == "bob" else 540
        behind.polygon([*cap, (434, 300), (446, low - 20), (420, low), (180, low), (154, low - 20), (166, 300)])
        front.polygon([*cap, (414, 300), (396, 232), (300 + side * 36, 186), (220, 232), (190, 300)])
    elif face.cut == "short":
        front.polygon([*cap, (412, 268), (396, 216), (330, 192), (250, 196), (206, 224), (190, 268)])
    elif face.cut == "swept":
        front.polygon(
            [*[(x + side * 8, y - 14) for x, y in cap], (408, 262), (300 + side * 92, 214), (300 - side * 40, 216), (300 - side * 94, 190), (192, 260)]
        )
    elif face.cut == "bun":
        behind.disc(300, 112, 54)
        front.polygon([*cap, (410, 276), (392, 226), (306, 178), (294, 178), (208, 226), (190, 276)])
    elif face.cut == "crown":
        for step in range(19):
            turn = math.pi * (0.92 + step / 18 * 1.16)
            behind.disc(300 + math.cos(turn) * 116, 240 + math.sin(turn) * 126, 46 + sheet.random.uniform(-6, 6))
        front.polygon([(196, 262), (214, 214), (258, 186), (342, 186), (386, 214), (404, 262), (400, 190), (340, 150), (260, 150), (200, 190)])
    else:
        for step in range(26):
            turn = math.pi * (1.0 + step / 25)
            front.disc(300 + math.cos(turn) * 96, 232 + math.sin(turn) * 84, 27 + sheet.random.uniform(-5, 7))
        front.polygon([(212, 236), (240, 196), (360, 196), (388, 236), (380, 150), (220, 150)])
