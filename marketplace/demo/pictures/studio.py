"""Scenes: camera, celebration, workshop."""

from . import palette as p
from .canvas import Canvas
from .palette import BRASS, Grad, dark, light, mix
from .props import (
    branch,
    flower,
    leaves,
    near_leaves,
    room,
    rose,
    shelf,
    sun,
    vase,
    window,
)
from .shapes import arch, bezier, box, ellipse, hill, smooth


def photography(c: Canvas) -> None:
    room(c, "#E8CFBB", p.WOOD_D, y=700)
    c.fill(ellipse(600, 410, 340), Grad(p.BUTTER, p.HONEY), shadow=0.6)
    branch(c, 240, 690, -112, 460, p.MOSS, n=7)
    branch(c, 960, 690, -66, 420, p.MOSS, n=7)
    c.stroke([(300, 350), (180, 520), (280, 760), (480, 810)], p.CLAY, 30, curve=True, shadow=0.9)
    c.fill(box(470, 190, 260, 120, 26), Grad("#5A5552", p.INK), shadow=0.8)
    c.fill(box(300, 262, 610, 430, 56), Grad("#575350", p.INK), shadow=1.6)
    c.fill(box(300, 356, 610, 250), Grad(p.TEAL_M, p.TEAL_D))
    for k in range(9):
        c.stroke([(300, 384 + k * 25), (910, 384 + k * 25)], p.TEAL_D, 3, alpha=0.35)
    c.fill(box(790, 226, 90, 48, 12), Grad("#EDE8DF", p.STONE), shadow=0.5)
    c.fill(box(348, 236, 76, 34, 10), p.MANGO, shadow=0.4)
    c.fill(box(340, 288, 120, 44, 14), Grad("#F8F4E8", p.SKY), shadow=0.2)
    for r, paint in (
        (214, Grad("#F2EEE6", "#9E9A92", "d")),
        (192, Grad("#4E4A48", "#1C1816", "d")),
        (158, Grad("#1B1817", "#56514E", "d")),
        (126, Grad("#16242E", "#2F6B73", "d")),
        (84, Grad("#0E1A22", "#4E8F92", "d")),
        (40, Grad("#0A1116", "#24434C", "d")),
    ):
        c.fill(ellipse(605, 484, r), paint, shadow=0.7 if r > 190 else 0.2)
    c.soft(ellipse(555, 424, 36, 20, -40), "#FFFFFF", 5, 0.85)
    c.soft(ellipse(664, 548, 18, 10, -40), p.BUTTER, 4, 0.7)
    for x, rot, tone in ((960, 8, p.TEAL_L), (1060, -10, p.CLAY)):
        c.fill(box(x - 84, 660, 168, 196, 6, rot), p.IVORY, shadow=0.9)
        c.fill(box(x - 70, 676, 140, 128, 4, rot), Grad(p.BUTTER, tone))
        c.fill(ellipse(x + 6, 736, 26), p.HONEY)
    near_leaves(c, "left")


def wedding(c: Canvas) -> None:
    c.backdrop(Grad("#F9E6C8", "#F3C9B2"))
    sun(c, 600, 360, 120)
    c.fill(hill(0, 1200, 500, 26, 0.8, 0.6, 620), mix(p.TEAL_L, "#F3C9B2", 0.4), shadow=0.4)
    c.fill(box(-20, 520, 1240, 90), Grad(p.TEAL_L, p.TEAL_M))
    for k in range(12):
        c.fill(
            box(480 + c.rng.randint(-90, 180), 530 + k * 6, c.rng.randint(40, 110), 4, 2), p.BUTTER, alpha=0.7
        )
    c.fill(hill(0, 1200, 606, 6, 1, 1), Grad(p.CREAM, p.DUNE), shadow=0.5)
    c.fill([(540, 640), (660, 640), (800, 920), (400, 920)], Grad(p.IVORY, "#FFFFFF"), shadow=0.5)
    for x in (360, 840):
        c.stroke([(x, 190), (x, 690)], Grad(p.WOOD_L, p.WOOD), 24, shadow=0.9)
    c.stroke([(330, 190), (870, 190)], Grad(p.WOOD_L, p.WOOD), 24, shadow=0.9)
    for f in (-1, 1):
        cloth = [
            (600 + f * 20, 196),
            (600 + f * 240, 196),
            (600 + f * 262, 640),
            (600 + f * 190, 640),
            (600 + f * 196, 420),
        ]
        c.fill(
            [
                *bezier(cloth[0], (600 + f * 60, 330), (600 + f * 170, 360), cloth[4]),
                *cloth[3:1:-1],
                cloth[1],
            ],
            Grad("#FFFDF8", p.BLUSH),
            shadow=0.8,
        )
    for i in range(13):
        leaves(c, 330 + i * 45, 205, 86, p.MOSS, n=5, lean=c.rng.randint(-60, 240), shadow=0.3)
    for i in range(15):
        rose(
            c,
            330 + i * 39,
            190 + c.rng.randint(-26, 26),
            c.rng.randint(26, 46),
            (p.ROSE, p.CREAM, p.CLAY, p.DUSK)[i % 4],
        )
    for i in range(5):
        rose(c, 348 + c.rng.randint(-14, 14), 240 + i * 46, 40 - i * 4, (p.CREAM, p.ROSE, p.CLAY)[i % 3])
        rose(c, 852 + c.rng.randint(-14, 14), 240 + i * 46, 40 - i * 4, (p.DUSK, p.CREAM, p.ROSE)[i % 3])
    for x, y, s in ((150, 830, 1.0), (1050, 830, 1.0), (250, 730, 0.75), (950, 730, 0.75)):
        _chair(c, x, y, s)
    for x in (470, 730):
        for i, r in enumerate((34, 28, 30)):
            rose(
                c,
                x + (i - 1) * 46 * (1 if x > 600 else 1),
                668 - (i % 2) * 20,
                r,
                (p.ROSE, p.CREAM, p.CLAY)[i],
            )
    near_leaves(c, "right", p.MOSS)


def _chair(c: Canvas, x: float, y: float, s: float) -> None:
    for dx in (-64, 64):
        c.stroke([(x + dx * s, y + 60 * s), (x + dx * s, y - 200 * s)], p.IVORY, 16 * s, shadow=0.6)
    for k in range(3):
        c.stroke(
            [(x - 60 * s, y - (190 - k * 46) * s), (x + 60 * s, y - (190 - k * 46) * s)],
            p.IVORY,
            12 * s,
            shadow=0.4,
        )
    c.fill(box(x - 80 * s, y - 50 * s, 160 * s, 40 * s, 14 * s), Grad("#FFFFFF", p.SAND), shadow=0.8)
    c.stroke([(x - 20 * s, y - 190 * s), (x - 60 * s, y - 60 * s)], p.MANGO, 12 * s, 18 * s, alpha=0.9)
    c.fill(ellipse(x, y - 194 * s, 30 * s, 18 * s), p.HONEY, shadow=0.3)
    c.stroke([(x + 10 * s, y - 190 * s), (x + 30 * s, y - 80 * s)], p.MANGO, 12 * s, 18 * s, alpha=0.9)


def tailor(c: Canvas) -> None:
    room(c, "#EAD6C3", p.WOOD, y=760)
    c.fill(arch(690, 70, 400, 690), mix(p.MIST, p.IVORY, 0.3), shadow=0.5)
    c.stroke([(890, 620), (890, 780)], p.WALNUT, 20)
    for f in (-1, 1):
        c.stroke([(890, 760), (890 + f * 110, 820)], p.WALNUT, 18, shadow=0.6)
    c.fill(
        smooth(
            [
                (850, 130),
                (930, 130),
                (944, 190),
                (1030, 226),
                (1010, 350),
                (980, 430),
                (1030, 560),
                (1070, 740),
                (710, 740),
                (750, 560),
                (800, 430),
                (770, 350),
                (750, 226),
                (836, 190),
            ],
            steps=8,
        ),
        Grad(p.TEAL_M, p.TEAL_D, "d"),
        shadow=1.2,
    )
    c.fill(ellipse(890, 130, 42, 14), p.WOOD)
    c.fill(ellipse(890, 104, 20, 24), BRASS, shadow=0.4)
    c.stroke([(836, 196), (880, 260), (960, 340), (972, 430)], p.MANGO, 10, curve=True)
    for k in range(5):
        flower(
            c,
            800 + k * 46,
            690 - abs(k - 2) * 18,
            30 - abs(k - 2) * 3,
            (p.HONEY, p.BLUSH)[k % 2],
            petals=5,
            shadow=0.2,
        )
    c.stroke([(826, 186), (806, 320), (830, 470), (790, 560)], p.BUTTER, 22, curve=True, shadow=0.6)
    c.stroke([(950, 190), (984, 300)], p.BUTTER, 22, curve=True, shadow=0.6)
    shelf(c, 80, 330, 460)
    for i, colour in enumerate((p.CLAY, p.HONEY, p.DUSK, p.SAGE)):
        c.fill(
            box(100 + i * 104, 190 - (i % 2) * 30, 92, 140 + (i % 2) * 30, 40),
            Grad(light(colour, 0.3), dark(colour, 0.1), "h"),
            shadow=0.7,
        )
        c.stroke(ellipse(146 + i * 104, 212 - (i % 2) * 30, 26, 10), light(colour, 0.5), 5)
    _machine(c, 330, 790)
    for x, colour in ((600, p.MANGO), (660, p.DUSK)):
        c.fill(box(x - 20, 780, 40, 64, 6), Grad(light(colour, 0.2), dark(colour, 0.1), "h"), shadow=0.7)
        c.fill(box(x - 26, 770, 52, 14, 5), p.WOOD_L, shadow=0.3)
        c.fill(box(x - 26, 840, 52, 14, 5), p.WOOD_L)


def _machine(c: Canvas, x: float, y: float) -> None:
    body = Grad(light(p.NIGHT, 0.12), dark(p.NIGHT, 0.25))
    c.fill(box(x - 230, y - 40, 460, 70, 16), Grad(p.WOOD, p.WALNUT), shadow=1.2)
    c.fill(
        smooth(
            [
                (x + 120, y - 36),
                (x + 110, y - 180),
                (x + 20, y - 196),
                (x - 110, y - 186),
                (x - 120, y - 110),
                (x - 170, y - 110),
                (x - 176, y - 250),
                (x - 120, y - 280),
                (x + 140, y - 286),
                (x + 200, y - 230),
                (x + 206, y - 36),
            ],
            steps=8,
        ),
        body,
        shadow=1,
    )
    c.stroke([(x - 145, y - 110), (x - 145, y - 44)], p.STONE, 9)
    c.fill(ellipse(x + 216, y - 200, 26, 62), BRASS, shadow=0.7)
    c.stroke([(x - 90, y - 236), (x, y - 250), (x + 90, y - 236)], p.MANGO, 8, curve=True)
    c.stroke([(x + 40, y - 286), (x + 40, y - 330)], p.STONE, 8)
    c.fill(box(x + 18, y - 344, 44, 52, 8), p.CLAY, shadow=0.5)
    c.fill(
        smooth(
            [
                (x - 300, y + 30),
                (x - 220, y - 50),
                (x - 60, y - 48),
                (x + 60, y - 44),
                (x + 40, y + 40),
                (x - 120, y + 60),
                (x - 260, y + 90),
            ]
        ),
        Grad(p.BLUSH, p.ROSE),
        shadow=0.7,
    )


def pottery(c: Canvas) -> None:
    room(c, "#E6D2B8", p.WOOD_D, y=740)
    window(c, 110, 100, 260, 360, style="box")
    for y in (220, 420):
        shelf(c, 760, y, 400)
    for x, y, s, colour in (
        (830, 220, 0.6, p.TEAL_M),
        (950, 220, 0.5, p.CLAY),
        (1070, 220, 0.62, p.IVORY),
        (840, 420, 0.5, p.HONEY),
        (960, 420, 0.66, p.SLATE),
        (1080, 420, 0.5, p.TEAL_L),
    ):
        vase(c, x, y, s, colour)
    c.fill(box(540, 770, 120, 160, 10), Grad(p.STONE, p.SLATE, "h"), shadow=0.6)
    c.fill(ellipse(600, 780, 270, 52), Grad(p.SLATE, p.INK, "h"), shadow=1.2)
    c.fill(ellipse(600, 764, 270, 50), Grad("#D8D2C6", p.STONE, "h"))
    for r in (220, 170):
        c.stroke(ellipse(600, 764, r, r * 0.185), p.SLATE, 2.5, alpha=0.5)
    half = smooth(
        [(78, 400), (62, 440), (120, 520), (158, 610), (140, 700), (96, 762), (0, 774)], closed=False
    )
    pot = [(600 - a, b) for a, b in half] + [(600 + a, b) for a, b in half[::-1]]
    c.fill(pot, Grad("#E0A47C", "#A9613F", "h"), shadow=1.1)
    for k in range(7):
        y = 470 + k * 42
        c.stroke([(400, y), (600, y + 16), (800, y)], "#8F4E33", 4, curve=True, alpha=0.35, clip=pot)
    c.fill(ellipse(600, 402, 80, 20), Grad("#8A4A30", "#B87350"))
    skin = p.SKINS[2]
    for f in (-1, 1):
        arm = [(600 + f * 560, 700), (600 + f * 380, 650), (600 + f * 210, 570)]
        c.stroke(arm, Grad(light(skin, 0.15), skin), 108, 74, curve=True, shadow=0.9)
        c.stroke([(600 + f * 640, 730), (600 + f * 440, 672)], Grad(p.TEAL_M, p.TEAL), 150, 124, shadow=0.9)
        for k, (dx, dy) in enumerate(((112, 500), (130, 536), (140, 574), (146, 612))):
            c.stroke(
                [(600 + f * 214, 558 + k * 12), (600 + f * (dx + 56), dy - 8), (600 + f * dx, dy)],
                light(skin, 0.04 * k),
                34,
                25,
                curve=True,
                shadow=0.35,
            )
        c.stroke(
            [(600 + f * 220, 560), (600 + f * 170, 470), (600 + f * 104, 446)],
            light(skin, 0.1),
            38,
            26,
            curve=True,
            shadow=0.5,
        )


SCENES = {"photography": photography, "wedding": wedding, "tailor": tailor, "pottery": pottery}
