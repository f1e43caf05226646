"""Scenes: massage, spa, yoga, hair, nails, tarot."""

from . import palette as p
from .canvas import Canvas
from .looks import Look
from .palette import Grad, dark, light, mix
from .people import bust, head
from .props import (
    bottle,
    candle,
    flower,
    leaves,
    near_leaves,
    plant,
    room,
    shelf,
    sun,
    table,
    vase,
    window,
)
from .shapes import arch, box, crescent, ellipse, hill, place, smooth, star


def thai_massage(c: Canvas) -> None:
    room(c, p.SAND, p.WOOD, y=690)
    window(c, 120, 130, 230, 400, style="arch")
    c.fill(box(70, 660, 1060, 90, 40), Grad(p.TEAL_M, p.TEAL), shadow=1)
    for i in range(3):  # the triangular cushion
        c.fill(
            [(90 + i * 14, 664), (170, 520 + i * 46), (250 - i * 14, 664)],
            (p.MANGO, p.CREAM, p.CLAY)[i],
            shadow=0.5,
        )
    _masseuse(c)
    skin = p.SKINS[1]
    c.stroke([(420, 640), (330, 655), (272, 640)], skin, 44, 34, curve=True, shadow=0.5)
    head(c, 330, 606, 54, skin=skin, hair=p.HAIRS[0], style="bun", gaze=-1)
    body = smooth(
        [
            (380, 600),
            (470, 566),
            (620, 574),
            (740, 566),
            (860, 600),
            (1010, 622),
            (1070, 652),
            (1010, 672),
            (380, 672),
        ]
    )
    c.fill(body, Grad(p.IVORY, dark(p.SAND, 0.05)), shadow=0.9)
    c.fill(
        smooth(
            [
                (640, 560),
                (740, 560),
                (870, 594),
                (1020, 616),
                (1086, 654),
                (1000, 690),
                (640, 684),
            ]
        ),
        Grad(light(p.CLAY, 0.2), p.CLAY),
        shadow=0.5,
    )
    for x in (690, 760, 830, 900, 970):
        c.stroke(
            [(x, 580 + (x - 690) * 0.13), (x + 26, 676)],
            light(p.MANGO, 0.3),
            5,
            alpha=0.8,
        )
    for sx, ex in ((640, 545), (760, 640)):
        c.stroke(
            [(sx, 400), ((sx + ex) / 2 - 16, 490), (ex, 560)],
            Grad(p.SKINS[2], light(p.SKINS[2], 0.1)),
            44,
            34,
            curve=True,
            shadow=0.6,
        )
    vase(c, 1080, 500, 0.7, p.TEAL_L)
    shelf(c, 980, 500, 220)
    near_leaves(c, "right")


def _masseuse(c: Canvas) -> None:
    c.fill(
        smooth([(580, 610), (600, 400), (650, 350), (740, 350), (800, 410), (850, 610)]),
        Grad(light(p.TEAL, 0.18), p.TEAL_D),
        shadow=1,
    )
    c.stroke([(640, 352), (700, 440), (760, 352)], p.MANGO, 12, curve=True)
    c.stroke([(695, 360), (688, 310)], p.SKINS[2], 44)
    head(c, 680, 262, 66, skin=p.SKINS[2], hair=p.HAIRS[0], style="bun", gaze=-1)


def spa_oil(c: Canvas) -> None:
    room(c, p.MIST, p.WOOD_L, y=610)
    c.fill(ellipse(640, 400, 290), mix(p.MIST, p.IVORY, 0.55), shadow=0.5)
    leaves(c, 800, 640, 420, p.MOSS, n=9, lean=14)
    for i, colour in enumerate((p.IVORY, p.BLUSH, p.TEAL_L)):
        y = 700 - i * 66
        c.fill(
            box(640, y - 64, 340, 66, 33),
            Grad(light(colour, 0.4), dark(colour, 0.10)),
            shadow=0.8,
        )
        c.fill(ellipse(966, y - 31, 16, 29), dark(colour, 0.10))
    for i, (w, x) in enumerate(((92, 0), (70, 8), (48, -4))):
        c.fill(
            ellipse(810 + x, 480 - i * 46 + 34, w, 30),
            Grad(light(p.SLATE, 0.35), dark(p.SLATE, 0.15)),
            shadow=0.7,
        )
    bottle(c, 450, 730, 1.55, p.MANGO)
    candle(c, 270, 760, 1.15)
    for x, y, r in ((640, 770, 76), (760, 810, 58), (560, 820, 48)):
        flower(c, x, y, r, "#FFF6EA", petals=5, heart=p.MANGO)
    near_leaves(c, "right")


def yoga(c: Canvas) -> None:
    c.backdrop(Grad(p.BUTTER, p.BLUSH))
    sun(c, 600, 380, 250)
    c.fill(
        hill(0, 1200, 520, 46, 0.8, 0.4),
        Grad(mix(p.TEAL_L, p.BLUSH, 0.45), p.TEAL_L),
        shadow=0.6,
    )
    c.fill(hill(0, 1200, 600, 40, 0.9, 2.4), Grad(p.TEAL_L, p.TEAL_M), shadow=0.6)
    c.fill(hill(0, 1200, 700, 20, 0.6, 0.5), Grad(p.SAGE, p.MOSS), shadow=0.7)
    c.fill(ellipse(600, 776, 400, 52), Grad(p.DUSK, dark(p.DUSK, 0.2)), shadow=0.8)
    skin, cloth = p.SKINS[2], p.TEAL
    c.fill(
        smooth(
            [
                (500, 610),
                (512, 460),
                (545, 420),
                (655, 420),
                (688, 460),
                (700, 610),
                (660, 700),
                (540, 700),
            ]
        ),
        Grad(light(p.CLAY, 0.15), p.TERRA),
        shadow=0.8,
    )
    for f in (-1, 1):
        c.stroke(
            [(600 + f * 70, 690), (600 + f * 190, 716), (600 + f * 225, 756)],
            Grad(light(cloth, 0.2), cloth),
            84,
            62,
            curve=True,
            shadow=0.6,
        )
        c.stroke(
            [(600 + f * 225, 758), (600 + f * 90, 776), (600 - f * 60, 768)],
            Grad(light(cloth, 0.15), cloth),
            62,
            46,
            curve=True,
            shadow=0.6,
        )
        c.stroke(
            [(600 + f * 82, 452), (600 + f * 150, 590), (600 + f * 196, 704)],
            skin,
            46,
            30,
            curve=True,
            shadow=0.6,
        )
        c.fill(ellipse(600 + f * 200, 712, 26, 18), skin, shadow=0.3)
        c.fill(ellipse(600 - f * 84, 770, 38, 20), skin, shadow=0.3)
    c.stroke([(600, 430), (600, 370)], mix(skin, "#8A4B30", 0.15), 46)
    c.fill(ellipse(600, 228, 40, 36), p.HAIRS[0], shadow=0.4)
    c.fill(ellipse(600, 304, 68, 72), p.HAIRS[0], shadow=0.5)
    c.fill(ellipse(600, 322, 58, 64), Grad(light(skin, 0.15), skin, "d"))
    for f in (-1, 1):
        c.stroke(
            [(600 + f * 34, 322), (600 + f * 22, 328), (600 + f * 10, 322)],
            p.INK,
            5,
            curve=True,
        )
    c.stroke([(584, 354), (600, 361), (616, 354)], "#9A4A41", 6, curve=True)
    near_leaves(c, "left")
    near_leaves(c, "right", p.MOSS)


def haircut(c: Canvas) -> None:
    room(c, p.BLUSH, p.WOOD_D, y=740)
    c.fill(arch(300, 60, 600, 720), Grad(light(p.WOOD, 0.3), p.WOOD), shadow=1)
    glass = arch(330, 92, 540, 650)
    c.fill(glass, Grad(p.SKY, light(p.MIST, 0.5), "d"))
    c.fill(
        [(380, 742), (620, 92), (720, 92), (480, 742)],
        "#FFFFFF",
        alpha=0.25,
        clip=glass,
    )
    bust(c, 600, 420, 1.35, Look(p.SKINS[1], p.HAIRS[1], "bob", p.TEAL), shadow=0.6)
    c.fill(
        box(-20, 740, 1240, 200),
        Grad(light(p.WOOD_D, 0.25), dark(p.WOOD_D, 0.1)),
        shadow=0.8,
    )
    for x, s, colour in ((150, 1.1, p.TEAL_M), (240, 0.8, p.CLAY)):
        bottle(c, x, 800, s, colour)
    _scissors(c, 980, 640, 1.0, 20)
    c.fill(box(880, 790, 250, 34, 8), Grad(p.HONEY, p.MANGO), shadow=0.8)
    for i in range(16):
        c.fill(box(890 + i * 15, 818, 8, 42, 3), p.MANGO, shadow=0.2)
    plant(c, 1110, 790, 0.6, pot=p.IVORY)


def _scissors(c: Canvas, x: float, y: float, s: float, rot: float) -> None:
    for f in (-1, 1):
        blade = [(f * -10, 10), (f * 26, -210), (f * 6, -216), (f * -22, 0)]
        c.fill(place(blade, x, y, s, rot), Grad("#EEF1EE", p.STONE, "h"), shadow=0.7)
        ring = place([(0, 0), (f * 30, 40)], x, y, s, rot)
        c.stroke(ring, p.TEAL, 20 * s, shadow=0.4)
        c.stroke(place(ellipse(f * 52, 84, 38, 48), x, y, s, rot), p.TEAL, 18 * s, shadow=0.5)
    c.fill(ellipse(x, y, 10 * s), p.HONEY)


def nails(c: Canvas) -> None:
    c.backdrop(Grad(light(p.BLUSH, 0.4), p.BLUSH, "d"))
    c.fill(ellipse(560, 470, 400), mix(p.BLUSH, p.IVORY, 0.5), shadow=0.5)
    skin = p.SKINS[1]
    tone = light(skin, 0.12)
    palm = smooth(
        [(318, 620), (352, 540), (610, 540), (664, 610), (650, 720), (610, 830), (400, 830), (350, 730)]
    )
    fingers = ((330, 300, 376, 580), (442, 212, 456, 570), (560, 204, 546, 570), (668, 282, 618, 590))
    for lift in (0.9, 0.0):  # all shadows first, so that the hand is one piece
        c.stroke([(505, 960), (505, 780)], tone, 210, 200, shadow=lift)
        c.stroke([(240, 520), (292, 630), (420, 770)], tone, 66, 120, curve=True, shadow=lift)
        for tx, ty, bx, by in fingers:
            c.stroke([(tx, ty), (bx, by)], tone, 66, 86, shadow=lift)
        c.fill(palm, tone, shadow=lift)
    fold = mix(skin, "#8A4B30", 0.30)
    for x0, x1 in ((411, 417), (501, 501), (588, 582)):
        c.stroke([(x0, 500), (x1, 566)], fold, 5, 2, alpha=0.7)
    for tx, ty, bx, by in fingers:
        mx, my = tx + (bx - tx) * 0.5, ty + (by - ty) * 0.5
        c.stroke([(mx - 17, my), (mx, my + 5), (mx + 17, my)], fold, 4, curve=True, alpha=0.5)
    c.fill(
        smooth([(150, 980), (170, 850), (500, 826), (850, 850), (880, 980)]), Grad(p.IVORY, p.MIST), shadow=1
    )
    tips = ((240, 520, -24), (330, 300, -10), (442, 212, -3), (560, 204, 4), (668, 282, 10))
    for (tx, ty, rot), colour in zip(tips, (p.DUSK, p.TEAL_M, p.MANGO, p.DUSK, p.TEAL_M), strict=True):
        c.fill(ellipse(tx, ty + 2, 22, 33, rot), Grad(light(colour, 0.25), colour), shadow=0.3)
        c.fill(ellipse(tx - 7, ty - 8, 5, 12, rot), "#FFFFFF", alpha=0.6)
    for i, colour in enumerate((p.MANGO, p.TEAL_M, p.DUSK)):
        x, y = 850 + i * 112, 640 + (i % 2) * 60
        c.fill(box(x - 46, y, 92, 110, 24), Grad(light(colour, 0.3), dark(colour, 0.1), "h"), shadow=0.9)
        c.fill(box(x - 30, y + 14, 12, 70, 6), "#FFFFFF", alpha=0.45)
        c.fill(box(x - 24, y - 130, 48, 136, 12), Grad(p.SLATE, p.INK, "h"), shadow=0.5)
    for x, y, r in ((950, 300, 84), (1070, 390, 56), (860, 400, 46)):
        flower(c, x, y, r, p.ROSE)


def fortune_tarot(c: Canvas) -> None:
    c.backdrop(Grad("#38506A", p.NIGHT))
    for _ in range(46):
        x, y, r = (
            c.rng.randint(0, 1200),
            c.rng.randint(0, 520),
            c.rng.choice((2, 3, 3, 5)),
        )
        c.fill(star(x, y, r * 2, r * 0.6, 4), p.BUTTER, alpha=0.8)
    c.soft(ellipse(600, 420, 420, 330), "#E9B97A", 120, 0.40)
    table(c, 650, p.PLUM)
    for i, rot in enumerate((-14, 0, 14)):
        x, y = 330 + i * 270, 440 - (i == 1) * 40

        def at(
            pts: list[tuple[float, float]], x: float = x, y: float = y, rot: float = rot
        ) -> list[tuple[float, float]]:
            return place(pts, x, y, rot=rot)

        c.fill(at(box(-116, -190, 232, 380, 18)), Grad(p.IVORY, p.CREAM), shadow=1.2)
        c.fill(
            at(box(-98, -172, 196, 344, 12)),
            Grad((p.TEAL, p.NIGHT, p.DUSK)[i], dark((p.TEAL, p.NIGHT, p.DUSK)[i], 0.3)),
        )
        c.fill(at(arch(-74, -140, 148, 284)), Grad(p.BUTTER, p.BLUSH), alpha=0.25)
        if i == 0:
            c.fill(at(star(0, -20, 66, 30, 8)), p.HONEY, shadow=0.5)
        elif i == 1:
            c.fill(at(star(0, -20, 84, 52, 14)), p.MANGO, shadow=0.5)
            c.fill(at(ellipse(0, -20, 46)), p.BUTTER, shadow=0.4)
        else:
            c.fill(at(crescent(10, -20, 64)), p.BUTTER, shadow=0.5)
        for k in (-1, 0, 1):
            c.fill(at(star(k * 46, 106 - abs(k) * 10, 15, 6, 5)), p.BUTTER)
    c.fill(
        [(520, 850), (680, 850), (650, 770), (550, 770)],
        Grad(p.HONEY, dark(p.MANGO, 0.25), "h"),
        shadow=0.9,
    )
    c.soft(ellipse(600, 700, 120), p.TEAL_L, 34, 0.5)
    c.fill(ellipse(600, 700, 98), Grad("#D9EDEB", p.TEAL_M, "d"), shadow=0.8)
    c.soft(ellipse(566, 660, 24, 17, -30), "#FFFFFF", 6, 0.9)
    candle(c, 170, 800, 1.1)
    candle(c, 1030, 800, 0.9)
    candle(c, 1120, 830, 1.2)


SCENES = {
    "thai_massage": thai_massage,
    "spa_oil": spa_oil,
    "yoga": yoga,
    "haircut": haircut,
    "nails": nails,
    "fortune_tarot": fortune_tarot,
}
