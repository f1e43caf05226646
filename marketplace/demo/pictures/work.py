"""Scenes: law and office."""

from . import palette as p
from .canvas import Canvas
from .palette import BRASS, Grad, dark, light
from .props import (
    books,
    cup,
    lamp,
    leaves,
    near_leaves,
    paper,
    plant,
    room,
    shelf,
    window,
)
from .shapes import box, ellipse, hill, place, star


def law_consult(c: Canvas) -> None:
    room(c, "#E4D3BC", p.WALNUT, y=660)
    window(c, 130, 90, 270, 420, style="arch")
    shelf(c, 820, 300, 400)
    for i, colour in enumerate((p.TEAL, p.CLAY, p.NIGHT, p.DUSK, p.HONEY, p.TEAL_M, p.PLUM)):
        h = 150 + (i * 37) % 60
        c.fill(box(850 + i * 50, 300 - h, 44, h, 5), Grad(light(colour, 0.2), colour, "h"), shadow=0.5)
        c.fill(box(850 + i * 50, 300 - h + 24, 44, 8), p.BUTTER, alpha=0.8)
    _scales(c, 590, 720)
    books(c, 60, 800, 330, (p.TEAL_D, p.BRICK, p.NIGHT))
    c.fill(box(800, 770, 240, 44, 16), Grad(p.WOOD, p.WALNUT), shadow=0.9)
    c.fill(ellipse(920, 770, 110, 20), p.WOOD)
    c.stroke([(930, 712), (1130, 790)], Grad(p.WOOD_L, p.WOOD), 28, shadow=0.9)
    c.fill(box(836, 620, 176, 104, 20, 22), Grad(p.WOOD_L, p.WOOD_D), shadow=1.1)
    for k in (-52, 52):
        c.fill(place(box(k - 8, -56, 16, 112, 4), 924, 672, rot=22), p.MANGO)
    near_leaves(c, "left")


def _scales(c: Canvas, x: float, y: float) -> None:
    c.fill([(x - 130, y + 60), (x + 130, y + 60), (x + 90, y + 10), (x - 90, y + 10)], BRASS, shadow=1)
    c.fill(box(x - 70, y - 20, 140, 36, 14), BRASS, shadow=0.5)
    c.fill([(x - 14, y - 500), (x + 14, y - 500), (x + 22, y - 10), (x - 22, y - 10)], BRASS, shadow=0.9)
    c.fill(ellipse(x, y - 520, 32), Grad("#F7DDA6", "#B98237", "d"), shadow=0.5)
    c.stroke(
        [(x - 226, y - 400), (x - 110, y - 448), (x, y - 456), (x + 110, y - 464), (x + 226, y - 440)],
        BRASS,
        20,
        curve=True,
        shadow=0.8,
    )
    for px, py in ((x - 226, y - 400), (x + 226, y - 440)):
        for dx in (-96, 96):
            c.stroke([(px, py), (px + dx, py + 210)], "#B98237", 5)
        c.fill(ellipse(px, py + 206, 116, 84, start=0, end=180), BRASS, shadow=1)
        c.fill(ellipse(px, py + 208, 116, 18), "#F9E3B4")
        c.fill(ellipse(px, py, 15), p.HONEY, shadow=0.3)


def contract(c: Canvas) -> None:
    c.backdrop(Grad(p.WOOD_L, p.WOOD, "d"))
    for k in range(6):
        c.stroke([(-20, 60 + 160 * k), (1220, 30 + 160 * k)], p.WOOD_D, 3, alpha=0.45)
    c.fill(box(230, 30, 640, 860, 24, -4), Grad(p.TEAL_M, p.TEAL_D, "d"), shadow=1.5)
    paper(c, 262, 92, 580, 770, rot=-4, lines=0, shadow=0.8)
    c.fill(box(320, 150, 250, 26, 8, -4), p.TEAL)
    for k in range(9):
        w = (450, 430, 460, 300)[k % 4]
        c.fill(place(box(-226, -230 + k * 46, w, 13, 6), 552, 477, rot=-4), p.STONE)
    for k in range(2):
        c.fill(place(box(-226 + k * 260, 278, 200, 5), 552, 477, rot=-4), p.INK)
    c.stroke(
        [(360, 746), (380, 700), (404, 752), (424, 712), (446, 748), (480, 716), (520, 730)],
        p.NIGHT,
        7,
        3,
        curve=True,
    )
    c.fill(box(440, 20, 220, 76, 22, -4), Grad("#F1EEE6", "#A9A79F"), shadow=0.9)
    c.fill(ellipse(546, 54, 18), p.SLATE)
    for f in (-1, 1):
        c.fill(
            place([(f * 6, 0), (f * 60, 10), (f * 64, 130), (f * 36, 104), (f * 10, 124)], 720, 700),
            p.DUSK,
            shadow=0.6,
        )
    c.fill(star(720, 690, 78, 66, 18), Grad(p.HONEY, p.MANGO, "d"), shadow=0.7)
    c.fill(ellipse(720, 690, 46), Grad(p.MANGO, p.HONEY, "d"))
    c.fill(star(720, 690, 30, 12, 5), p.CREAM)
    c.stroke([(1060, 330), (730, 570)], Grad(p.NIGHT, p.INK), 40, 32, shadow=1.4)
    c.stroke([(1000, 374), (984, 386)], p.MANGO, 38)
    c.fill(place([(-17, 0), (17, 0), (0, 76)], 724, 574, rot=54), BRASS, shadow=0.6)
    c.fill(ellipse(1040, 700, 130), Grad(p.IVORY, p.SAND, "d"), shadow=1.2)
    c.fill(ellipse(1040, 700, 92), Grad(p.CREAM, p.IVORY, "d"), shadow=0.7)
    c.fill(ellipse(1040, 700, 78), Grad("#6B402A", "#96623F", "d"))
    leaves(c, 90, 960, 360, p.MOSS, n=7, lean=16, shadow=1)
    leaves(c, 1160, -40, 260, p.MOSS, n=5, lean=200, shadow=1)


def accounting(c: Canvas) -> None:
    room(c, p.MIST, p.WOOD_L, y=620)
    c.fill(box(120, 90, 560, 440, 22), Grad(p.IVORY, p.CREAM), shadow=1.2)
    for k in range(5):
        c.stroke([(170, 160 + k * 74), (630, 160 + k * 74)], p.SAND, 4)
    for k, h in enumerate((110, 160, 140, 210, 250, 300)):
        colour = p.MANGO if k == 5 else (p.TEAL_L, p.TEAL_M)[k % 2]
        c.fill(box(186 + k * 74, 468 - h, 48, h, 8), Grad(light(colour, 0.2), colour), shadow=0.4)
    c.stroke(
        [(200, 340), (284, 290), (358, 310), (430, 230), (508, 200), (590, 140)],
        p.PLUM,
        9,
        curve=True,
        shadow=0.4,
    )
    plant(c, 1080, 630, 0.9, pot=p.TEAL)
    _calculator(c, 850, 480)
    for k, (x, n) in enumerate(((120, 3), (236, 5), (352, 7))):
        for i in range(n):
            y = 820 - k * 6 - i * 26
            c.fill(box(x - 52, y - 13, 104, 28, 10), BRASS, shadow=0.4)
            c.fill(ellipse(x, y - 13, 52, 15), "#F9DD9F")
            c.fill(ellipse(x, y - 13, 36, 9), "#E5B45C")
    paper(c, 460, 600, 240, 300, rot=7, lines=7)
    c.stroke([(520, 800), (690, 620)], Grad(p.TEAL, p.TEAL_D), 24, 18, shadow=0.9)


def _calculator(c: Canvas, x: float, y: float) -> None:
    c.fill(box(x - 130, y - 190, 280, 500, 34, 6), Grad(p.SLATE, p.INK), shadow=1.4)
    c.fill(place(box(-100, -222, 220, 88, 14), x + 10, y + 60, rot=6), Grad("#DDE7CF", "#BCCBAE"), shadow=0.2)
    for row in range(4):
        for col in range(4):
            colour = p.MANGO if col == 3 else p.CREAM
            c.fill(
                place(box(-104 + col * 58, -96 + row * 76, 48, 58, 14), x + 10, y + 60, rot=6),
                Grad(light(colour, 0.3), dark(colour, 0.08)),
                shadow=0.35,
            )
    for k in range(4):
        c.fill(place(box(76 - k * 34, -204, 20, 50, 6), x + 10, y + 60, rot=6), p.INK, alpha=0.75)


def web_design(c: Canvas) -> None:
    room(c, "#EBD8C8", p.WOOD, y=690)
    lamp(c, 1010, 170, 0.85, shade=p.CLAY)
    c.fill(box(520, 640, 120, 110), Grad(p.STONE, dark(p.STONE, 0.2)), shadow=0.7)
    c.fill(box(420, 736, 320, 28, 12), Grad("#E6E1D7", p.STONE), shadow=0.9)
    c.fill(box(180, 120, 800, 540, 30), Grad("#4A4644", p.INK), shadow=1.5)
    c.fill(box(202, 142, 756, 482, 14), p.IVORY)
    c.fill(box(202, 142, 756, 50, 14), p.SAND)
    for k, colour in enumerate((p.CLAY, p.MANGO, p.TEAL_L)):
        c.fill(ellipse(232 + k * 30, 167, 9), colour)
    hero = box(228, 214, 430, 220, 14)
    c.fill(hero, Grad(p.BUTTER, p.BLUSH), shadow=0.4)
    c.fill(ellipse(560, 290, 52), p.MANGO, clip=hero)
    c.fill(hill(228, 658, 380, 22, 1, 0, 434), p.TEAL_L, clip=hero)
    c.fill(hill(228, 658, 406, 16, 1.3, 2, 434), p.TEAL, clip=hero)
    c.fill(box(688, 222, 240, 30, 10), p.INK)
    for k, w in enumerate((230, 210, 150)):
        c.fill(box(688, 276 + k * 30, w, 12, 6), p.STONE)
    c.fill(box(688, 382, 150, 48, 24), Grad(p.TEAL_M, p.TEAL), shadow=0.4)
    for k, colour in enumerate((p.TEAL_L, p.CLAY, p.HONEY)):
        c.fill(box(228 + k * 242, 460, 218, 140, 14), "#FFFFFF", shadow=0.4)
        c.fill(box(228 + k * 242, 460, 218, 78, 14), Grad(light(colour, 0.3), colour))
        c.fill(box(244 + k * 242, 554, 130, 12, 6), p.STONE)
        c.fill(box(244 + k * 242, 576, 90, 10, 5), p.SAND)
    for k, colour in enumerate((p.TEAL, p.TEAL_L, p.MANGO, p.CLAY, p.IVORY)):
        c.fill(
            place(box(-32, -180, 64, 190, 12), 140, 850, rot=-40 + k * 20),
            Grad(light(colour, 0.15), colour),
            shadow=0.6,
        )
    c.fill(box(410, 790, 400, 72, 18), Grad("#F3EFE7", "#CFC8BC"), shadow=0.9)
    for row in range(3):
        for k in range(15):
            c.fill(box(424 + k * 25, 799 + row * 20, 20, 14, 4), "#FFFFFF", shadow=0.12)
    c.fill(ellipse(890, 826, 38, 50), Grad("#FBF8F1", "#CFC8BC"), shadow=0.8)
    cup(c, 1060, 840, 0.75, colour=p.TEAL_L)


SCENES = {
    "law_consult": law_consult,
    "contract": contract,
    "accounting": accounting,
    "web_design": web_design,
}
