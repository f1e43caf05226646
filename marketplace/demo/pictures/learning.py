"""Scenes: lessons, languages, music, crafts of the hand."""

from math import cos, radians, sin

from . import palette as p
from .canvas import Canvas
from .palette import Grad, dark, light
from .props import (
    books,
    cup,
    lamp,
    near_leaves,
    paper,
    room,
    vase,
)
from .shapes import Points, bezier, box, ellipse, persian_arch, place, smooth, star


def open_book(c: Canvas, x: float, y: float, s: float, *, cover: str = p.TEAL) -> None:
    """An open book lying on a table, seen from the front; (x, y) is the foot of the spine."""
    for f in (-1, 1):
        c.fill(
            place([(0, 6), (f * 330, -14), (f * 300, -190), (0, -160)], x, y, s),
            cover,
            shadow=s,
        )
        for i in range(3):
            top = bezier(
                (0, -166 - i * 6),
                (f * 80, -216),
                (f * 200, -206),
                (f * (290 - i * 4), -186 - i * 5),
            )
            low = bezier(
                (f * (318 - i * 5), -20 - i * 5),
                (f * 210, -46),
                (f * 80, -52),
                (0, -4 - i * 6),
            )
            c.fill(
                place([*top, *low], x, y, s),
                Grad(p.IVORY, dark(p.CREAM, 0.03 + 0.05 * (2 - i)), "h"),
                shadow=0.25 * s,
            )
        for i in range(5):
            k = i / 5
            line = bezier(
                (f * 40, -166 + k * 128),
                (f * 110, -198 + k * 134),
                (f * 190, -190 + k * 130),
                (f * 268 * (1 + k * 0.06), -172 + k * 130),
            )
            c.stroke(place(line, x, y, s), p.STONE, 6 * s)


def _bubble(c: Canvas, x: float, y: float, w: float, h: float, colour: str, tail: int) -> None:
    c.fill(
        [
            (x + w / 2 + tail * w * 0.12, y + h - 6),
            (x + w / 2 + tail * w * 0.4, y + h - 6),
            (x + w / 2 + tail * w * 0.36, y + h + 56),
        ],
        colour,
        shadow=0.8,
    )
    c.fill(box(x, y, w, h, 46), Grad(light(colour, 0.15), colour), shadow=0.9)
    c.fill(
        [
            (x + w / 2 + tail * w * 0.12, y + h - 14),
            (x + w / 2 + tail * w * 0.4, y + h - 14),
            (x + w / 2 + tail * w * 0.37, y + h + 20),
        ],
        colour,
    )


def english_lesson(c: Canvas) -> None:
    room(c, "#F1DFC4", p.WOOD, y=650)
    _bubble(c, 190, 110, 400, 210, p.TEAL, 1)
    for i, w in enumerate((290, 230, 150)):
        c.fill(box(240, 156 + i * 46, w, 20, 10), (p.IVORY, p.TEAL_L, p.TEAL_L)[i])
    _bubble(c, 640, 190, 330, 180, p.IVORY, -1)
    for i in range(3):
        c.fill(ellipse(730 + i * 76, 280, 22), (p.MANGO, p.CLAY, p.TEAL_L)[i])
    open_book(c, 580, 800, 1.15)
    _globe(c, 1010, 560, 104)
    _pencils(c, 180, 700)
    near_leaves(c, "right")


def _globe(c: Canvas, x: float, y: float, r: float) -> None:
    c.fill(
        ellipse(x, y + r * 1.72, r * 0.7, r * 0.16),
        Grad(p.WOOD_D, p.WALNUT),
        shadow=0.9,
    )
    c.stroke([(x, y + r * 1.15), (x, y + r * 1.65)], p.WALNUT, r * 0.16)
    ring = [(x + r * 1.17 * cos(radians(a)), y + r * 1.17 * sin(radians(a))) for a in range(-60, 130, 8)]
    c.stroke(ring, Grad(p.HONEY, p.MANGO), r * 0.1, shadow=0.5)
    ball = ellipse(x, y, r)
    c.fill(ball, Grad(p.TEAL_L, p.TEAL, "d"), shadow=1, shade=r * 0.12)
    for pts in (
        [
            (-0.7, -0.5),
            (-0.2, -0.8),
            (0.2, -0.5),
            (-0.1, -0.1),
            (-0.4, 0.1),
            (-0.8, -0.1),
        ],
        [(0.1, 0.1), (0.6, -0.2), (0.8, 0.2), (0.5, 0.7), (0.2, 0.6)],
        [(-0.5, 0.4), (-0.2, 0.5), (-0.3, 0.8)],
    ):
        c.fill(smooth(place(pts, x, y, r)), Grad(p.BUTTER, p.SAGE), clip=ball)


def _pencils(c: Canvas, x: float, y: float) -> None:
    for dx, lean, colour in ((-34, -14, p.MANGO), (0, 2, p.TEAL_M), (34, 15, p.DUSK)):
        a, b = (x + dx * 0.5, y - 60), (x + dx + lean * 2, y - 250)
        c.stroke([a, b], colour, 22, shadow=0.5)
        c.stroke(
            [(b[0] - lean * 0.06, b[1] + 4), (b[0] + lean * 0.25, b[1] - 26)],
            p.CREAM,
            20,
            5,
        )
    c.fill(
        [(x - 70, y - 150), (x + 70, y - 150), (x + 58, y + 20), (x - 58, y + 20)],
        Grad(p.IVORY, p.DUNE, "h"),
        shadow=1,
    )
    c.fill(
        [(x - 67, y - 110), (x + 67, y - 110), (x + 63, y - 60), (x - 63, y - 60)],
        p.TEAL_L,
    )


def persian_calligraphy(c: Canvas) -> None:
    c.backdrop(Grad(p.TEAL_M, p.TEAL_D, "d"))
    for gx in range(-1, 9):
        for gy in range(-1, 7):
            x, y = gx * 160 + (gy % 2) * 80, gy * 150
            c.fill(star(x, y, 62, 44, 8), light(p.TEAL, 0.14), alpha=0.55)
            c.fill(star(x, y, 30, 15, 8), p.MANGO, alpha=0.30)
    c.fill(box(170, 90, 860, 700, 10, -3), Grad(p.DUNE, dark(p.DUNE, 0.1)), shadow=1.4)
    c.fill(box(200, 118, 800, 644, 6, -3), Grad(p.IVORY, p.CREAM, "d"), shadow=0.4)
    c.stroke([*box(232, 150, 736, 580, 4, -3), box(232, 150, 736, 580, 4, -3)[0]], p.MANGO, 5)
    ink = p.INK
    bowl = [(850, 300), (820, 420), (690, 500), (520, 510), (380, 450), (340, 350)]
    c.stroke(bowl, ink, 18, 40, curve=True)
    c.stroke([(340, 352), (330, 318), (350, 290)], ink, 40, 6, curve=True)
    for x, top in ((640, 180), (560, 200)):
        c.stroke([(x + 8, top), (x, top + 120), (x - 4, top + 250)], ink, 30, 12, curve=True)
    c.stroke(
        [
            (470, 300),
            (430, 330),
            (470, 360),
            (560, 372),
            (660, 380),
            (760, 360),
            (850, 300),
        ],
        ink,
        14,
        30,
        curve=True,
    )
    c.stroke([(760, 610), (640, 650), (500, 650), (400, 610)], ink, 8, 34, curve=True)
    c.stroke([(800, 560), (770, 590), (760, 612)], ink, 24, 10, curve=True)
    for x, y in ((590, 580), (630, 580), (610, 548), (420, 262), (720, 262)):
        c.fill(place([(0, -18), (18, 0), (0, 18), (-18, 0)], x, y, 1.05, 8), ink)
    c.fill(place([(0, -18), (18, 0), (0, 18), (-18, 0)], 690, 680, 0.8, 8), p.MANGO)
    c.stroke(
        [(1090, 200), (880, 440), (830, 496)],
        Grad("#C98F56", "#7C4A2C"),
        34,
        20,
        shadow=1.2,
    )
    c.fill(place([(-13, 0), (13, 0), (3, 60), (-6, 52)], 836, 490, 1, 40), p.INK)
    c.fill(ellipse(1020, 720, 110), Grad("#EBDCC4", p.WOOD, "d"), shadow=1.2)
    c.fill(ellipse(1020, 720, 82), Grad(p.WALNUT, p.INK))
    c.soft(ellipse(994, 694, 26, 14, -40), "#FFFFFF", 6, 0.45)


def math_tutor(c: Canvas) -> None:
    room(c, p.SAND, p.WOOD, y=720, beams=False)
    c.fill(box(110, 70, 980, 560, 16), Grad(p.WOOD, p.WOOD_D), shadow=1.2)
    c.fill(box(138, 98, 924, 504, 6), Grad("#35605A", "#234741", "d"))
    chalk = "#F3EFE2"
    c.stroke([(200, 500), (560, 500)], chalk, 5)
    c.stroke([(230, 150), (230, 540)], chalk, 5)
    curve = [(230 + t * 3.2, 500 - 300 * (t / 100) ** 2 * (1.7 - t / 140)) for t in range(0, 96, 4)]
    c.stroke(curve, p.HONEY, 8, curve=True)
    for k in range(1, 6):
        c.stroke([(230 + k * 56, 490), (230 + k * 56, 510)], chalk, 4)
        c.stroke([(220, 500 - k * 56), (240, 500 - k * 56)], chalk, 4)
    tri = [(650, 420), (950, 420), (950, 190), (650, 420)]
    c.stroke(tri, chalk, 7)
    c.stroke([(920, 420), (920, 390), (950, 390)], chalk, 5)
    c.stroke([*ellipse(752, 305, 92), (844, 305)], p.TEAL_L, 6, alpha=0.9)
    c.fill(ellipse(752, 305, 8), p.HONEY)
    for i, w in enumerate((170, 240, 120)):
        c.stroke([(660, 478 + i * 36), (660 + w, 478 + i * 36)], chalk, 7, alpha=0.55)
    c.fill(box(110, 630, 980, 22, 6), Grad(p.WOOD_L, p.WOOD), shadow=0.7)
    for x, colour in ((300, chalk), (360, p.HONEY), (410, p.TEAL_L)):
        c.fill(box(x, 617, 44, 14, 6), colour, shadow=0.3)
    square = [(640, 850), (1060, 850), (1060, 690)]
    c.fill(square, Grad(light(p.MANGO, 0.2), p.MANGO), shadow=1, alpha=0.92)
    c.fill([(830, 822), (1030, 822), (1030, 746)], p.WOOD, alpha=0.9)
    top = books(c, 170, 830, 360, (p.TEAL, p.CLAY, p.NIGHT))
    c.fill(
        ellipse(330, top - 52, 60, 54),
        Grad("#DD9A75", "#B8604A", "d"),
        shadow=0.8,
        shade=8,
    )
    c.stroke([(330, top - 98), (340, top - 128)], p.WALNUT, 8)
    c.fill(place(ellipse(26, 0, 28, 12), 340, top - 116, rot=-24), p.MOSS, shadow=0.3)


def piano(c: Canvas) -> None:
    room(c, "#E3D1C0", p.WALNUT, y=800)
    c.fill(persian_arch(80, 60, 250, 420), Grad(p.SKY, p.BUTTER), shadow=0.4)
    lamp(c, 960, 150, 0.9)
    body = Grad("#4A3A38", "#241D1E")
    c.fill(box(170, 260, 860, 560, 16), body, shadow=1.5)
    c.fill(box(150, 236, 900, 44, 12), Grad("#6A534D", "#352A2A"), shadow=0.9)
    c.fill(box(210, 300, 780, 210, 10), Grad("#5A4542", "#31282A", "d"))
    paper(c, 410, 296, 180, 210, lines=0, shadow=0.7)
    paper(c, 600, 296, 180, 210, lines=0, shadow=0.7)
    for sx in (428, 618):
        for row in range(3):
            for k in range(5):
                c.stroke(
                    [(sx, 326 + row * 60 + k * 8), (sx + 144, 326 + row * 60 + k * 8)],
                    p.STONE,
                    1.6,
                )
            for k in range(4):
                nx, ny = sx + 16 + k * 36, 332 + row * 60 + c.rng.randint(0, 24)
                c.fill(ellipse(nx, ny, 8, 6, -20), p.INK)
                c.stroke([(nx + 7, ny), (nx + 7, ny - 26)], p.INK, 2.5)
    c.fill(box(390, 500, 410, 16, 6), p.HONEY, shadow=0.5)
    c.fill(box(150, 640, 900, 62, 10), Grad("#6A534D", "#2B2224"), shadow=1.2)
    c.fill([(182, 570), (1018, 570), (1040, 650), (160, 650)], "#1E1819")
    n = 22
    for i in range(n):
        a, b = 182 + 836 * i / n, 182 + 836 * (i + 1) / n
        a2, b2 = 160 + 880 * i / n, 160 + 880 * (i + 1) / n
        c.fill(
            [(a + 1.5, 572), (b - 1.5, 572), (b2 - 2, 650), (a2 + 2, 650)],
            Grad("#E9E0D0", "#FFFCF4"),
        )
    for i in range(n - 1):
        if i % 7 not in (2, 6):
            x = 180 + 840 * (i + 1) / n
            c.fill(box(x - 9, 570, 19, 48, 3), Grad("#4A3D3C", "#171213"), shadow=0.35)
    vase(c, 270, 240, 0.6, p.TEAL_L)
    books(c, 820, 238, 190, (p.TERRA, p.TEAL))
    c.fill(box(420, 780, 360, 54, 24), Grad(p.DUSK, dark(p.DUSK, 0.25)), shadow=1)
    for x in (460, 740):
        c.stroke([(x, 834), (x, 920)], p.INK, 18)


def translation(c: Canvas) -> None:
    room(c, p.MIST, p.WOOD_L, y=650)
    _globe(c, 600, 330, 150)
    c.fill(ellipse(600, 676, 300, 40), p.WOOD, alpha=0.0)
    _page(c, 320, 430, -8, p.IVORY, p.TEAL, 0)
    _page(c, 880, 430, 8, p.BUTTER, p.TERRA, 1)
    for f, y in ((1, 650), (-1, 720)):
        arc: Points = [
            (600 - f * 120, y + 26),
            (600, y - f * 10 + 10),
            (600 + f * 110, y + 20),
        ]
        c.stroke(arc, p.MANGO if f > 0 else p.TEAL, 20, curve=True, shadow=0.7)
        x, yy = arc[-1]
        c.fill(
            [(x + f * 44, yy + 6), (x - f * 10, yy - 34), (x - f * 14, yy + 40)],
            p.MANGO if f > 0 else p.TEAL,
            shadow=0.5,
        )
    books(c, 70, 860, 330, (p.NIGHT, p.CLAY))
    cup(c, 1030, 850, 0.85, colour=p.CLAY)
    near_leaves(c, "left")


def _page(c: Canvas, x: float, y: float, rot: float, colour: str, tone: str, script: int) -> None:
    def at(pts: Points) -> Points:
        return place(pts, x, y, rot=rot)

    c.fill(at(box(-170, -240, 340, 480, 20)), Grad(light(colour, 0.4), colour), shadow=1.3)
    c.fill(at(box(-170, -240, 340, 84, 20)), tone)
    c.fill(at(box(-170, -190, 340, 34)), tone)
    c.fill(at(box(-138, -216, 140, 24, 12)), light(tone, 0.7))
    for row in range(5):
        y0 = -104 + row * 66
        if script == 0:  # words as bars
            x0 = -130.0
            for w in ((70, 110, 46), (44, 66, 90), (120, 50, 58), (60, 90), (96, 74, 40))[row]:
                c.fill(at(box(x0, y0 - 9, w, 18, 9)), p.INK, alpha=0.78)
                x0 += w + 18
        else:  # a flowing line with dots
            w = 250 - (row % 3) * 50
            line: Points = [(130 - w * t / 8, y0 + 8 + (12 if t % 2 else -8)) for t in range(9)]
            c.stroke(at(line), p.INK, 7, curve=True, alpha=0.8)
            for t in (1, 3, 6):
                c.fill(at(ellipse(130 - w * t / 8, y0 - 22, 5)), p.INK, alpha=0.8)


SCENES = {
    "english_lesson": english_lesson,
    "persian_calligraphy": persian_calligraphy,
    "math_tutor": math_tutor,
    "piano": piano,
    "translation": translation,
}
