"""Scenes: repairs and errands."""

from itertools import pairwise
from math import cos, radians, sin

from . import palette as p
from .canvas import Canvas
from .palette import Grad, dark, light, mix
from .people import head
from .props import near_leaves, sun, table
from .shapes import Points, box, ellipse, hill, place, smooth


def aircon_repair(c: Canvas) -> None:
    c.backdrop(Grad("#F3E4CC", "#E7D0B2", "d"))
    table(c, 780, p.WOOD)
    for i in range(4):
        y = 420 + i * 76
        wave = [(300 + k * 75, y + i * 12 + (20 if k % 2 else -20)) for k in range(9)]
        c.stroke(wave, p.TEAL_L, 15, 5, curve=True, alpha=0.75 - i * 0.15)
    c.fill(box(210, 120, 720, 260, 40), Grad("#FFFFFF", "#E6E3DA"), shadow=1.6)
    c.fill(box(210, 300, 720, 80, 38), Grad("#E9E6DD", "#CFCBC0"))
    c.fill(box(250, 318, 640, 38, 18), Grad(p.SLATE, p.INK), shadow=0.2)
    for i in range(3):
        c.stroke([(270, 327 + i * 10), (870, 327 + i * 10)], p.STONE, 3, alpha=0.6)
    for x, colour in ((830, p.TEAL_M), (866, p.MANGO)):
        c.fill(ellipse(x, 270, 9), colour)
    c.fill(box(640, 156, 250, 84, 14), Grad(p.IVORY, "#EFECE3"), shadow=0.4)
    c.stroke([(930, 250), (1010, 260), (1040, 330), (1040, 790)], p.IVORY, 34, curve=True, shadow=0.8)
    _ladder(c)
    c.fill(box(640, 650, 300, 170, 20), Grad(p.TEAL_M, p.TEAL_D), shadow=1.2)
    c.fill(box(626, 630, 328, 52, 16), Grad(light(p.TEAL_M, 0.2), p.TEAL), shadow=0.7)
    c.stroke([(720, 634), (724, 580), (856, 580), (860, 634)], p.INK, 18, shadow=0.5)
    for x in (690, 870):
        c.fill(box(x, 664, 40, 36, 8), Grad(p.HONEY, p.MANGO), shadow=0.4)
    _wrench(c, 560, 832, -12)


def _ladder(c: Canvas) -> None:
    for x0, x1 in ((250, 180), (390, 460)):
        c.stroke([(x0 + 20, 460), (x1, 850)], Grad(p.WOOD_L, p.WOOD), 26, shadow=0.9)
    for k in range(4):
        y = 520 + k * 90
        spread = (y - 460) * 0.18
        c.stroke([(264 - spread, y), (400 + spread, y)], Grad(light(p.WOOD_L, 0.2), p.WOOD), 22, shadow=0.5)
    c.fill(box(236, 436, 190, 34, 10), Grad(p.HONEY, p.MANGO), shadow=0.8)


def _wrench(c: Canvas, x: float, y: float, rot: float, s: float = 1) -> None:
    steel = Grad("#E8E9E4", "#9FA5A3")
    c.stroke(place([(-90, 0), (80, 0)], x, y, s, rot), steel, 30 * s, shadow=0.8)
    ring = [(112 + 40 * cos(radians(a)), 40 * sin(radians(a))) for a in range(50, 311, 10)]
    c.stroke(place(ring, x, y, s, rot), steel, 26 * s, shadow=0.6)
    c.stroke(place(ellipse(-108, 0, 26), x, y, s, rot), steel, 20 * s, shadow=0.6)


def phone_repair(c: Canvas) -> None:
    c.backdrop(Grad("#E9D5BC", "#D9BE9C", "d"))
    c.fill(box(110, 70, 980, 760, 34), Grad(p.TEAL_M, p.TEAL, "d"), shadow=1.4)
    for k in range(1, 10):
        c.stroke([(110 + k * 98, 84), (110 + k * 98, 816)], p.TEAL_L, 2, alpha=0.35)
        c.stroke([(124, 70 + k * 76), (1076, 70 + k * 76)], p.TEAL_L, 2, alpha=0.35)
    c.fill(box(330, 130, 310, 620, 52, -10), Grad("#4A4F52", p.INK, "d"), shadow=1.6)
    glass = box(346, 148, 278, 584, 40, -10)
    c.fill(glass, Grad("#2C4A5B", "#7FB3B0", "d"))
    c.fill(
        place([(-180, -300), (20, -300), (-120, 300), (-260, 300)], 485, 440, rot=-10),
        "#FFFFFF",
        alpha=0.14,
        clip=glass,
    )
    for a, r in (
        (20, 300),
        (70, 260),
        (115, 320),
        (160, 240),
        (205, 300),
        (250, 280),
        (300, 330),
        (338, 220),
    ):
        pts: Points = [(570, 300)]
        for part in (0.3, 0.6, 1.0):
            t = radians(a + c.rng.randint(-14, 14))
            pts.append((570 + r * part * cos(t), 300 + r * part * sin(t)))
        for start, end in pairwise(pts):
            c.stroke([start, end], "#F2FAF8", 3, 2, alpha=0.75, clip=glass)
    _phone_inside(c, 790, 400)
    _driver(c, 800, 760, -14)
    for x, y in ((700, 690), (985, 690), (1010, 640), (250, 700), (230, 650), (280, 740)):
        c.fill(ellipse(x, y, 13), Grad("#F0EFE9", "#A9ABA6", "d"), shadow=0.5)
        c.stroke([(x - 6, y - 4), (x + 6, y + 4)], p.SLATE, 3)


def _phone_inside(c: Canvas, x: float, y: float) -> None:
    def part(a: float, b: float, w: float, h: float, r: float, colour: str, lift: float = 0.4) -> None:
        c.fill(place(box(a, b, w, h, r), x, y, rot=8), Grad(light(colour, 0.2), colour, "d"), shadow=lift)

    part(-140, -270, 290, 560, 46, "#C7C3B8", 1.4)
    part(-124, -254, 258, 528, 36, "#54585A", 0)
    part(-108, -60, 130, 310, 14, p.INK, 0.5)
    part(-96, -40, 106, 60, 8, p.MANGO, 0)
    part(-108, -240, 100, 90, 18, p.SLATE)
    for a, b in ((-84, -218), (-40, -218), (-62, -180)):
        c.fill(place(ellipse(a, b, 15), x, y, rot=8), Grad("#20303A", "#5E8C94", "d"))
    part(40, -240, 80, 330, 10, p.PINE)
    for i in range(5):
        part(52, -224 + i * 62, 56 - (i % 2) * 20, 34, 4, (p.HONEY, "#2F3B36", "#D7D3C7")[i % 3], 0.2)
    part(40, 110, 80, 140, 10, "#9E8F7B")


def _driver(c: Canvas, x: float, y: float, rot: float) -> None:
    c.stroke(place([(-250, 0), (0, 0)], x, y, rot=rot), Grad("#EDEDE8", "#A5AAA8"), 15, shadow=0.9)
    c.fill(place(box(-10, -30, 210, 60, 28), x, y, rot=rot), Grad(p.HONEY, dark(p.MANGO, 0.15)), shadow=1.1)
    for k in (40, 80, 120):
        c.stroke(place([(k, -18), (k, 18)], x, y, rot=rot), dark(p.MANGO, 0.25), 8)


def motorbike(c: Canvas) -> None:
    c.backdrop(Grad("#F6DFB9", "#EFC9A0"))
    sun(c, 860, 270, 130, p.HONEY)
    for i, (x, w, h) in enumerate(
        ((-20, 200, 330), (190, 170, 260), (370, 150, 370), (760, 190, 300), (960, 260, 400))
    ):
        tone = mix((p.CLAY, p.TEAL_L, p.ROSE, p.SAGE, p.DUSK)[i], "#F6DFB9", 0.35)
        c.fill(box(x, 660 - h, w, h + 20, 8), Grad(light(tone, 0.2), tone), shadow=0.6)
        for k in range(6):
            c.fill(
                box(x + 28 + (k % 2) * w * 0.45, 690 - h + (k // 2) * 96, w * 0.24, 56, 24), light(tone, 0.55)
            )
    table(c, 660, p.STONE)
    for k in range(5):
        c.fill(box(40 + k * 260, 846, 140, 14, 6), p.IVORY, alpha=0.8)
    c.soft(ellipse(600, 800, 400, 26), p.INK, 16, 0.5)
    for x in (360, 860):
        c.fill(ellipse(x, 710, 100), Grad("#4B4542", p.INK), shadow=0.8)
        c.fill(ellipse(x, 710, 62), Grad(p.IVORY, p.STONE, "d"))
        c.fill(ellipse(x, 710, 20), p.SLATE)
    _scooter(c)


def _scooter(c: Canvas) -> None:
    paint = Grad(p.TEAL_M, p.TEAL_D)
    c.stroke([(860, 710), (800, 480), (770, 350)], Grad("#DADAD2", p.SLATE), 24, shadow=0.5)
    c.fill(
        smooth(
            [
                (230, 640),
                (250, 520),
                (360, 470),
                (520, 490),
                (560, 620),
                (720, 640),
                (760, 640),
                (760, 720),
                (520, 724),
                (460, 640),
                (380, 596),
                (290, 620),
            ]
        ),
        paint,
        shadow=1,
    )
    c.fill(
        smooth(
            [(690, 720), (730, 560), (740, 420), (790, 400), (830, 480), (850, 590), (800, 640), (770, 720)]
        ),
        Grad(p.TEAL_L, p.TEAL),
        shadow=0.9,
    )
    c.fill(
        smooth([(760, 690), (790, 610), (870, 590), (950, 640), (980, 700), (900, 650), (830, 660)]),
        paint,
        shadow=0.7,
    )
    c.fill(
        smooth([(240, 500), (280, 450), (420, 446), (560, 462), (580, 496), (500, 520), (300, 522)]),
        Grad(p.WOOD, p.WALNUT),
        shadow=0.8,
    )
    c.stroke([(700, 336), (780, 352), (820, 330)], p.INK, 22, curve=True, shadow=0.5)
    c.stroke([(720, 330), (690, 250)], p.SLATE, 8)
    c.fill(ellipse(684, 236, 36, 26, -20), Grad(p.SKY, p.SLATE), shadow=0.5)
    c.fill(ellipse(818, 398, 44, 48), Grad("#F3F0E6", p.STONE), shadow=0.6)
    c.fill(ellipse(830, 398, 28, 36), p.BUTTER)
    c.fill(box(180, 330, 190, 140, 18), Grad(p.HONEY, dark(p.MANGO, 0.1)), shadow=1)
    c.fill(box(172, 318, 206, 36, 14), Grad(p.BUTTER, p.MANGO), shadow=0.5)
    c.fill(ellipse(236, 596, 24, 18), p.CLAY, shadow=0.3)
    c.stroke([(420, 740), (250, 752)], Grad("#DADAD2", p.SLATE), 28, shadow=0.5)


def dog_walking(c: Canvas) -> None:
    c.backdrop(Grad(p.SKY, p.BUTTER))
    sun(c, 300, 220, 90)
    c.fill(hill(0, 1200, 470, 40, 0.7, 2), Grad(mix(p.TEAL_L, p.SKY, 0.4), p.TEAL_L), shadow=0.5)
    for x, s, tone in ((120, 1.1, p.SAGE), (980, 1.3, p.OLIVE), (760, 0.8, p.SAGE)):
        c.stroke([(x, 420), (x, 640)], p.WOOD_D, 24 * s, shadow=0.4)
        c.fill(
            smooth(
                [
                    (x - 110 * s, 430),
                    (x - 80 * s, 290),
                    (x, 220),
                    (x + 90 * s, 290),
                    (x + 110 * s, 430),
                    (x, 490),
                ]
            ),
            Grad(light(tone, 0.25), tone),
            shadow=0.8,
        )
    c.fill(hill(0, 1200, 610, 14, 0.9, 0), Grad(p.SAGE, p.MOSS), shadow=0.7)
    c.fill(
        smooth([(-80, 780), (400, 700), (900, 690), (1300, 740), (1300, 980), (-80, 980)]),
        Grad(p.CREAM, p.DUNE),
        shadow=0.5,
    )
    _walker(c, 900, 800)
    c.stroke([(826, 470), (720, 590), (560, 560)], p.TEAL, 8, curve=True, shadow=0.5)
    _dog(c, 400, 810)
    near_leaves(c, "left")


def _walker(c: Canvas, x: float, y: float) -> None:
    for dx, fx in ((-20, -90), (24, 70)):
        c.stroke(
            [(x + dx, y - 310), (x + (dx + fx) / 2 + 16, y - 160), (x + fx, y - 10)],
            Grad(p.NIGHT, dark(p.NIGHT, 0.2)),
            66,
            44,
            curve=True,
            shadow=0.7,
        )
        c.fill(
            smooth(
                [(x + fx - 50, y + 8), (x + fx - 40, y - 20), (x + fx + 26, y - 24), (x + fx + 28, y + 8)]
            ),
            p.CLAY,
            shadow=0.6,
        )
    c.fill(
        smooth(
            [
                (x - 70, y - 290),
                (x - 70, y - 480),
                (x - 30, y - 540),
                (x + 50, y - 540),
                (x + 84, y - 480),
                (x + 80, y - 290),
            ]
        ),
        Grad(p.HONEY, p.MANGO),
        shadow=0.9,
    )
    c.stroke(
        [(x - 30, y - 490), (x - 60, y - 400), (x - 76, y - 334)], Grad(p.HONEY, p.MANGO), 54, 40, shadow=0.6
    )
    c.fill(ellipse(x - 78, y - 326, 24), p.SKINS[1], shadow=0.3)
    c.stroke([(x + 6, y - 540), (x + 4, y - 580)], p.SKINS[1], 42)
    head(c, x, y - 628, 62, skin=p.SKINS[1], hair=p.HAIRS[0], style="long", gaze=-1)


def _dog(c: Canvas, x: float, y: float) -> None:
    coat, deep = "#D99A5C", "#B5733F"
    c.soft(ellipse(x, y + 2, 210, 18), p.INK, 10, 0.4)
    c.stroke(
        [(x - 150, y - 230), (x - 230, y - 300), (x - 214, y - 370)],
        Grad(coat, p.IVORY),
        44,
        24,
        curve=True,
        shadow=0.6,
    )
    for dx, tone in ((-96, deep), (126, deep), (-136, coat), (84, coat)):
        c.stroke([(x + dx, y - 170), (x + dx - 6, y - 80), (x + dx + 4, y - 20)], tone, 62, 40, shadow=0.4)
        c.fill(ellipse(x + dx + 12, y - 14, 36, 20), p.IVORY, shadow=0.3)
    c.fill(
        smooth(
            [
                (x - 180, y - 200),
                (x - 150, y - 280),
                (x, y - 280),
                (x + 120, y - 310),
                (x + 180, y - 240),
                (x + 140, y - 130),
                (x, y - 120),
                (x - 150, y - 130),
            ]
        ),
        Grad(light(coat, 0.2), deep),
        shadow=0.9,
    )
    c.fill(
        smooth(
            [
                (x + 100, y - 250),
                (x + 110, y - 400),
                (x + 190, y - 420),
                (x + 210, y - 300),
                (x + 176, y - 210),
            ]
        ),
        Grad(light(coat, 0.2), coat),
        shadow=0.3,
    )
    c.stroke([(x + 100, y - 262), (x + 150, y - 244), (x + 206, y - 268)], p.TEAL, 26, curve=True, shadow=0.5)
    c.fill(ellipse(x + 170, y - 226, 18), p.MANGO, shadow=0.4)
    c.fill(
        smooth(
            [
                (x + 84, y - 400),
                (x + 110, y - 480),
                (x + 190, y - 496),
                (x + 250, y - 440),
                (x + 320, y - 410),
                (x + 322, y - 360),
                (x + 240, y - 336),
                (x + 130, y - 336),
            ]
        ),
        Grad(light(coat, 0.25), coat),
        shadow=0.7,
    )
    c.fill(smooth([(x + 220, y - 390), (x + 300, y - 404), (x + 322, y - 366), (x + 240, y - 340)]), p.IVORY)
    c.fill(ellipse(x + 316, y - 404, 22, 18), p.INK)
    c.fill(ellipse(x + 222, y - 428, 11, 12), p.INK)
    c.fill(ellipse(x + 225, y - 432, 4), "#FFFFFF")
    c.stroke([(x + 300, y - 366), (x + 266, y - 352), (x + 240, y - 362)], p.WALNUT, 6, curve=True)
    c.fill(
        smooth(
            [
                (x + 100, y - 476),
                (x + 150, y - 470),
                (x + 150, y - 380),
                (x + 110, y - 320),
                (x + 66, y - 380),
            ]
        ),
        Grad(deep, dark(deep, 0.25)),
        shadow=0.7,
    )


SCENES = {
    "aircon_repair": aircon_repair,
    "phone_repair": phone_repair,
    "motorbike": motorbike,
    "dog_walking": dog_walking,
}
