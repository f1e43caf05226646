"""Scenes: kitchens, bowls and plates."""

from math import cos, radians, sin

from . import palette as p
from .canvas import Canvas
from .palette import Grad, dark, light, mix
from .props import (
    branch,
    cup,
    lamp,
    leaves,
    near_leaves,
    plant,
    room,
    shelf,
    steam,
    table,
    window,
)
from .shapes import Point, bezier, box, ellipse, leaf, place, smooth


def _plate(
    c: Canvas,
    x: float,
    y: float,
    r: float,
    colour: str = p.IVORY,
    rim: str | None = None,
) -> None:
    """A plate from above."""
    c.fill(ellipse(x, y, r), Grad(light(colour, 0.5), dark(colour, 0.10), "d"), shadow=1.6)
    if rim:
        c.stroke(ellipse(x, y, r * 0.93), rim, r * 0.03)
    c.fill(ellipse(x, y, r * 0.80), Grad(dark(colour, 0.09), light(colour, 0.4), "d"))


def _cloth(c: Canvas, colour: str, stripe: str) -> None:
    """A top-down table with a woven runner."""
    c.backdrop(Grad(light(colour, 0.2), dark(colour, 0.12), "d"))
    for i in range(5):
        c.stroke(
            [(-20, 90 + i * 190 + c.rng.randint(-9, 9)), (1220, 70 + i * 190)],
            dark(colour, 0.2),
            3,
            alpha=0.5,
        )
    runner = [(60, -20), (560, -20), (460, 920), (-40, 920)]
    c.fill(runner, stripe, shadow=0.8, alpha=0.95)
    for i in (0, 1, 2):
        c.stroke([(100 + i * 22, -20), (i * 22, 920)], light(stripe, 0.4), 5, alpha=0.6)


def _lime(c: Canvas, x: float, y: float, r: float, rot: float) -> None:
    c.fill(ellipse(x, y, r), Grad(p.OLIVE, p.MOSS), shadow=0.7)
    c.fill(ellipse(x, y, r * 0.88), "#EEF0CF")
    for i in range(8):
        c.fill(leaf(x, y, r * 0.82, r * 0.25, rot + i * 45), Grad("#D3DB98", "#B5C274"))


def _prawn(c: Canvas, x: float, y: float, s: float, rot: float) -> None:
    arc = [(cos(radians(a)) * 60, sin(radians(a)) * 60) for a in range(-150, 90, 12)]
    c.stroke(place(arc, x, y, s, rot), Grad("#F2B48C", "#DE8A62"), 54 * s, 20 * s, shadow=0.7)
    for a in range(-140, 70, 30):
        line: list[Point] = [(cos(radians(a)) * k, sin(radians(a)) * k) for k in (42, 78)]
        c.stroke(place(line, x, y, s, rot), "#FBD9BE", 5 * s, alpha=0.8)
    tail = place([(0, 58)], x, y, s, rot)[0]
    for a in (150, 190):
        c.fill(leaf(tail[0], tail[1], 44 * s, 15 * s, rot + a), "#D2744E", shadow=0.3)


def _chopsticks(c: Canvas, x: float, y: float, rot: float, colour: str = p.WALNUT) -> None:
    for d in (-16, 16):
        a, b = place([(-330, d * 1.5), (330, d * 0.5)], x, y, rot=rot)
        c.stroke([a, b], Grad(light(colour, 0.25), colour), 17, 9, shadow=0.9)
        e = place([(-250, d * 1.42)], x, y, rot=rot)[0]
        c.stroke([a, e], p.MANGO, 17, 16)


def pad_thai_catering(c: Canvas) -> None:
    _cloth(c, p.WOOD_L, p.TEAL)
    c.fill(
        smooth([(260, 200), (700, 60), (1010, 330), (960, 740), (560, 850), (230, 620)]),
        Grad(p.SAGE, p.MOSS, "d"),
        shadow=1,
    )
    _plate(c, 600, 460, 350, p.IVORY, p.TEAL_L)
    c.soft(ellipse(600, 470, 230), "#B5763F", 20, 0.6)
    for _ in range(54):
        a, r = c.rng.uniform(0, 360), c.rng.uniform(10, 170)
        cx, cy = 600 + r * cos(radians(a)), 455 + r * sin(radians(a))
        size, start = c.rng.uniform(60, 110), c.rng.uniform(0, 360)
        arc = [
            (
                cx + size * cos(radians(start + t)),
                cy + size * 0.8 * sin(radians(start + t)),
            )
            for t in range(0, 170, 12)
        ]
        c.stroke(
            arc,
            mix("#E9B06A", "#C98540", c.rng.random()),
            13,
            shadow=0.25,
            clip=ellipse(600, 460, 262),
        )
    for x, y, rot in ((520, 380, 10), (690, 420, 120), (570, 560, 230)):
        _prawn(c, x, y, 0.95, rot)
    for _ in range(10):
        x, y, a = (
            c.rng.randint(440, 760),
            c.rng.randint(310, 620),
            c.rng.randint(0, 180),
        )
        c.fill(box(x, y, 62, 12, 6, a), Grad(p.SAGE, p.OLIVE), shadow=0.3)
    for _ in range(16):
        c.fill(
            ellipse(c.rng.randint(660, 780), c.rng.randint(510, 620), 10, 8),
            "#D9A866",
            shadow=0.25,
        )
    _lime(c, 830, 330, 58, 10)
    _lime(c, 400, 640, 50, 30)
    _chopsticks(c, 1000, 560, -72)
    for x, y, colour in ((1080, 150, "#C2683F"), (150, 790, "#D9A866")):
        _plate(c, x, y, 92, p.CREAM)
        c.fill(ellipse(x, y, 66), Grad(light(colour, 0.2), colour, "d"), shadow=0.3)


def pho_kitchen(c: Canvas) -> None:
    room(c, "#E9D9BF", p.WALNUT, y=600)
    window(c, 120, 110, 300, 330, style="box")
    lamp(c, 820, 210, 1, shade=p.TEAL)
    c.fill(ellipse(600, 800, 420, 60), Grad(p.WOOD_L, p.WOOD), shadow=1)
    side = bezier((950, 520), (930, 700), (800, 780), (710, 790))
    c.fill(
        [(1200 - a, b) for a, b in side] + side[::-1],
        Grad(p.IVORY, "#D9D6CB", "h"),
        shadow=1.2,
    )
    for i in range(9):  # a painted border
        c.fill(
            leaf(330 + i * 62, 640 + 34 * sin(i / 8 * 3.14), 50, 11, -18 + i * 4),
            p.TEAL_M,
        )
    c.fill(ellipse(600, 520, 350, 96), p.IVORY, shadow=0.5)
    broth = ellipse(600, 524, 322, 80)
    c.fill(broth, Grad("#B9793F", "#DDA662"))
    for _ in range(26):
        x, y = c.rng.randint(330, 720), c.rng.randint(490, 570)
        line = [(x, y), (x + 70, y - 22), (x + 140, y + 8), (x + 200, y - 10)]
        c.stroke(
            line,
            mix("#FFF6E2", "#EBD9B4", c.rng.random()),
            11,
            curve=True,
            shadow=0.2,
            clip=broth,
        )
    for x, y, rot in ((500, 500, -16), (580, 486, 4), (665, 498, 18)):
        c.fill(ellipse(x, y, 78, 34, rot), Grad("#C99478", "#A5664E"), shadow=0.5)
        c.stroke([(x - 44, y - 6), (x, y - 14), (x + 40, y - 4)], "#E8C4AC", 6, curve=True)
    for x, y, a in ((740, 520, -30), (780, 540, -70), (720, 552, 10), (450, 548, 200)):
        leaves(c, x, y + 10, 96, p.MOSS, n=5, lean=a + 40, shadow=0.4)
    for _ in range(14):
        x, y = c.rng.randint(400, 800), c.rng.randint(500, 580)
        c.stroke(ellipse(x, y, 12, 7), p.OLIVE, 5, shadow=0.2)
    for d in (0, 34):
        c.stroke(
            [(1060 + d, 330 + d * 0.4), (700 + d, 540)],
            Grad(p.WOOD, p.WALNUT),
            17,
            10,
            shadow=0.6,
        )
    _lime(c, 1050, 800, 52, 0)
    _lime(c, 180, 810, 46, 20)
    steam(c, 590, 470, 1.25)
    near_leaves(c, "left", p.MOSS)


def saffron_rice(c: Canvas) -> None:
    _cloth(c, "#D8B48C", p.DUSK)
    c.fill(ellipse(600, 450, 400), Grad("#E7B98C", "#B0714A", "d"), shadow=1.6)
    for i in range(32):
        a = radians(i * 11.25)
        c.fill(
            ellipse(600 + 372 * cos(a), 450 + 372 * sin(a), 17),
            Grad("#F1CDA4", "#C48A5E", "d"),
            shadow=0.2,
        )
    _plate(c, 600, 450, 335, p.IVORY, p.TEAL)
    c.fill(ellipse(600, 440, 226, 214), Grad("#F6DDA2", "#F3E6CC", "d"), shadow=0.8)
    for i in range(620):
        a, r = c.rng.uniform(0, 6.28), 215 * c.rng.random() ** 0.55
        x, y = 600 + r * cos(a), 440 + r * 0.94 * sin(a)
        gold = (x - 610) * 0.8 + (y - 400) < 60 + c.rng.randint(-50, 50) and x < 720
        tone = (
            mix("#F2B43C", "#F8D27A", c.rng.random()) if gold else mix("#FFFBF0", "#EFE4CB", c.rng.random())
        )
        c.fill(
            ellipse(x, y, 17, 6.5, c.rng.randint(0, 180)),
            tone,
            shadow=0.13 if i % 14 == 0 else 0,
        )
    for _ in range(44):
        x, y = c.rng.gauss(640, 62), c.rng.gauss(400, 52)
        c.fill(ellipse(x, y, 9, 7), Grad("#C46A5C", "#97433F"), shadow=0.2)
    for i in range(14):
        c.fill(
            leaf(
                520 + c.rng.randint(-90, 120),
                420 + c.rng.randint(-70, 120),
                32,
                7,
                c.rng.randint(0, 180),
            ),
            ("#E9D7A6", "#9FAE6A")[i % 2],
            shadow=0.25,
        )
    for x, y, rot in ((430, 620, 28), (780, 600, -24)):
        c.fill(
            box(x - 120, y - 30, 240, 60, 30, rot),
            Grad("#A56B4A", "#7C4A33"),
            shadow=0.9,
        )
        for k in range(5):
            bar = place([(-84 + k * 42, -26), (-92 + k * 42, 26)], x, y, rot=rot)
            c.stroke(bar, "#5E3626", 7, alpha=0.6)
    c.fill(ellipse(610, 660, 66, 58), Grad("#DD9474", "#BC6549"), shadow=0.8)
    c.fill(ellipse(592, 640, 20, 12, -30), "#F4C6AC", alpha=0.7)
    branch(c, 780, 330, 30, 190, p.MOSS)
    for x, y, colour in ((130, 170, p.MANGO), (1080, 750, "#F4F0E2")):
        _plate(c, x, y, 104, p.TEAL_L)
        c.fill(ellipse(x, y, 74), Grad(light(colour, 0.2), colour, "d"), shadow=0.3)
    for _ in range(20):
        x, y = c.rng.gauss(130, 26), c.rng.gauss(170, 26)
        c.stroke([(x, y), (x + 14, y - 10), (x + 30, y - 8)], "#A5472F", 4, curve=True)
    branch(c, 1050, 750, -60, 110, p.MOSS, n=4)


def cooking_class(c: Canvas) -> None:
    room(c, p.MIST, p.WOOD_L, y=620)
    shelf(c, 90, 230, 420)
    for i, colour in enumerate((p.MANGO, p.TERRA, p.TEAL_M, p.OLIVE)):
        x = 120.0 + i * 98
        c.fill(box(x, 116, 74, 114, 14), Grad(light(colour, 0.35), colour, "h"), shadow=0.7)
        c.fill(box(x - 4, 104, 82, 30, 8), p.WOOD_D, shadow=0.3)
    c.stroke([(640, 120), (1140, 120)], p.WALNUT, 9, shadow=0.7)
    _utensils(c)
    c.fill(box(520, 590, 470, 60, 14), Grad(p.SLATE, p.INK), shadow=0.9)
    pan = bezier((1010, 440), (980, 560), (880, 606), (800, 606))
    c.fill(
        [(1510 - a, b) for a, b in pan] + pan[::-1],
        Grad(light(p.SLATE, 0.2), p.INK, "h"),
        shadow=1,
    )
    c.stroke([(1000, 452), (1150, 400)], p.WALNUT, 30, 36, shadow=0.8)
    c.fill(ellipse(755, 442, 256, 46), p.INK)
    for _ in range(46):
        x, y = c.rng.gauss(755, 90), c.rng.gauss(428, 15)
        bit = c.rng.choice((p.OLIVE, p.MOSS, p.MANGO, "#C9694B", p.BUTTER, p.SAGE))
        c.fill(
            ellipse(x, y, c.rng.randint(16, 30), 13, c.rng.randint(0, 180)),
            bit,
            shadow=0.3,
        )
    steam(c, 760, 390, 1)
    c.fill(box(120, 690, 460, 120, 22), Grad(p.WOOD, p.WOOD_D), shadow=1)
    _vegetables(c)
    near_leaves(c, "right")


def _utensils(c: Canvas) -> None:
    for x, kind in ((720, 0), (840, 1), (960, 0), (1070, 1)):
        c.stroke([(x, 120), (x, 250)], p.WOOD_D, 12, shadow=0.5)
        shape = ellipse(x, 280, 34, 46) if kind == 0 else box(x - 32, 244, 64, 84, 14)
        c.fill(shape, Grad(p.WOOD_L, p.WOOD), shadow=0.7)


def _vegetables(c: Canvas) -> None:
    for x, y, r, colour in ((210, 690, 54, "#CC6F4F"), (316, 704, 46, "#D98A5E")):
        c.fill(
            ellipse(x, y, r, r * 0.9),
            Grad(light(colour, 0.25), colour, "d"),
            shadow=0.8,
            shade=6,
        )
        c.fill(star_leaf(x, y - r * 0.82), p.MOSS)
    c.fill(
        smooth([(370, 740), (400, 700), (520, 716), (560, 740), (520, 762), (400, 776)]),
        Grad(p.HONEY, p.MANGO),
        shadow=0.7,
    )
    leaves(c, 380, 742, 120, p.MOSS, n=5, lean=-80)
    leaves(c, 470, 700, 150, p.OLIVE, n=7, lean=20)


def star_leaf(x: float, y: float) -> list[Point]:
    return smooth(
        [
            (x - 30, y - 4),
            (x - 8, y + 2),
            (x, y - 26),
            (x + 8, y + 2),
            (x + 30, y - 4),
            (x + 10, y + 12),
            (x - 10, y + 12),
        ]
    )


def coffee(c: Canvas) -> None:
    room(c, "#E8CDB4", p.WALNUT, y=620)
    window(c, 800, 90, 280, 400, style="arch")
    plant(c, 190, 640, 1.05, pot=p.TEAL_M)
    table(c, 620, p.WOOD_D)
    steam(c, 590, 440, 1.15)
    cup(c, 600, 790, 1.95, colour=p.TEAL_L, drink="#8A5232")
    crema = ellipse(600, 523, 176, 37)
    c.fill(crema, Grad("#A96B40", "#C58A58"))
    for i, w in enumerate((96, 66, 36)):
        c.fill(
            ellipse(600, 512 + i * 9, w, 20 - i * 5),
            "#FBEBD2" if i % 2 == 0 else "#C58A58",
            clip=crema,
        )
    for x, y, a in (
        (960, 770, 20),
        (1010, 810, -40),
        (930, 826, 70),
        (1060, 764, 0),
        (1000, 740, 50),
    ):
        c.fill(ellipse(x, y, 30, 20, a), Grad("#7A4A30", "#4B2C1D"), shadow=0.6)
        a1, a2 = place([(-24, 0), (24, 0)], x, y, rot=a)
        c.stroke(
            [a1, ((a1[0] + a2[0]) / 2 + 3, (a1[1] + a2[1]) / 2 + 4), a2],
            "#34201A",
            4,
            curve=True,
        )
    for i, (x, r) in enumerate(((170, 50), (226, 64), (292, 74), (358, 64), (412, 48))):
        c.fill(
            ellipse(x, 800 - r * 0.2, r * 0.68, r, (i - 2) * 16),
            Grad("#EFB871", "#B9743B"),
            shadow=0.7,
            shade=7,
        )


SCENES = {
    "pad_thai_catering": pad_thai_catering,
    "pho_kitchen": pho_kitchen,
    "saffron_rice": saffron_rice,
    "cooking_class": cooking_class,
    "coffee": coffee,
}
