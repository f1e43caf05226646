"""Scenes: house, garden, flowers, carpets."""

from . import palette as p
from .canvas import Canvas
from .palette import Grad, dark, light, mix
from .props import branch, flower, leaves, near_leaves, plant, room, rose, sun, window
from .shapes import box, ellipse, hill, place, smooth, star


def flowers(c: Canvas) -> None:
    room(c, "#EED9C6", p.WOOD_L, y=700)
    c.fill(ellipse(600, 360, 310), mix(p.BUTTER, p.BLUSH, 0.4), shadow=0.5)
    for a, s in ((-150, 320), (-125, 380), (-100, 390), (-75, 400), (-50, 370), (-28, 320)):
        branch(c, 600, 560, a, s, p.MOSS if s % 40 else p.OLIVE)
    wrap = [(380, 470), (820, 470), (680, 840), (520, 840)]
    c.fill(
        smooth([(360, 440), (470, 500), (600, 470), (730, 500), (840, 440), (690, 850), (510, 850)], steps=6),
        Grad(p.CREAM, p.DUNE),
        shadow=1.2,
    )
    blooms = (
        (470, 430, 82, p.ROSE),
        (730, 430, 84, p.MANGO),
        (600, 330, 86, p.CREAM),
        (490, 290, 62, p.DUSK),
        (715, 290, 64, p.ROSE),
        (600, 470, 96, p.CLAY),
        (385, 360, 52, p.HONEY),
        (812, 350, 54, p.DUSK),
    )
    for x, y, r, colour in blooms:
        rose(c, x, y, r, colour)
    for x, y in ((545, 230), (655, 225), (400, 460), (800, 470), (545, 395), (668, 388)):
        flower(c, x, y, 34, p.IVORY, petals=5)
    c.fill([wrap[0], (600, 600), (520, 840)], Grad(light(p.DUNE, 0.3), p.DUNE, "h"), shadow=0.9)
    c.fill([wrap[1], (590, 610), (680, 840), (520, 840)], Grad(p.CREAM, dark(p.DUNE, 0.05), "h"), shadow=0.9)
    c.fill(box(530, 690, 140, 34, 12), p.TEAL, shadow=0.6)
    for f in (-1, 1):
        c.fill(
            smooth([(600, 706), (600 + f * 90, 660), (600 + f * 100, 730)]),
            Grad(light(p.TEAL, 0.2), p.TEAL),
            shadow=0.6,
        )
        c.fill(
            [(600, 710), (600 + f * 26, 708), (600 + f * 84, 816), (600 + f * 48, 812)], p.TEAL, shadow=0.5
        )
    near_leaves(c, "left")


def garden(c: Canvas) -> None:
    c.backdrop(Grad(p.SKY, p.BUTTER))
    sun(c, 880, 210, 100)
    c.fill(hill(0, 1200, 430, 40, 0.8, 1.2), Grad(mix(p.TEAL_L, p.SKY, 0.4), p.TEAL_L), shadow=0.5)
    for x in range(-10, 1220, 94):
        c.fill(
            smooth([(x, 370), (x + 40, 346), (x + 80, 370), (x + 80, 640), (x, 640)], steps=4),
            Grad(p.IVORY, p.SAND),
            shadow=0.6,
        )
    c.fill(box(-20, 430, 1240, 22, 6), p.CREAM, shadow=0.5)
    c.fill(hill(0, 1200, 590, 18, 1, 0.3), Grad(p.SAGE, p.OLIVE), shadow=0.7)
    for x, s in ((120, 240), (250, 200), (1080, 250), (960, 200)):
        leaves(c, x, 660, s, p.MOSS, n=7)
    for i in range(9):
        x, y = c.rng.randint(40, 330) + (820 if i % 2 else 0), c.rng.randint(490, 610)
        flower(c, x, y, c.rng.randint(32, 48), c.rng.choice((p.ROSE, p.MANGO, p.IVORY, p.DUSK)), petals=6)
    c.fill(hill(0, 1200, 720, 14, 1.2, 2), Grad(p.WOOD, p.WALNUT), shadow=0.9)
    for i in range(6):
        leaves(c, 90 + i * 205, 790 + (i % 2) * 60, 110, p.MOSS, n=5, shadow=0)
    _watering_can(c, 560, 740)
    near_leaves(c, "right")


def _watering_can(c: Canvas, x: float, y: float) -> None:
    c.stroke(
        [(x - 130, y - 200), (x - 260, y - 190), (x - 240, y - 40), (x - 130, y - 50)],
        p.TEAL_D,
        24,
        curve=True,
        shadow=0.9,
    )
    c.stroke(
        [(x + 110, y - 60), (x + 220, y - 130), (x + 290, y - 260)],
        Grad(p.TEAL_M, p.TEAL),
        52,
        30,
        shadow=0.9,
    )
    c.fill(ellipse(x + 300, y - 276, 24, 64, 28), Grad(p.MANGO, dark(p.MANGO, 0.15)), shadow=0.6)
    c.fill(
        [(x - 130, y - 250), (x + 130, y - 250), (x + 150, y), (x - 150, y)],
        Grad(p.TEAL_L, p.TEAL, "h"),
        shadow=1.2,
    )
    c.fill(ellipse(x, y, 150, 26), p.TEAL)
    c.fill(ellipse(x, y - 250, 130, 26), p.TEAL_D)
    c.stroke([(x - 90, y - 250), (x, y - 350), (x + 90, y - 250)], p.TEAL_M, 20, curve=True, shadow=0.7)
    c.fill(box(x - 140, y - 160, 282, 16, 6), p.MANGO)
    for _ in range(14):
        dx, dy = 330 + c.rng.randint(0, 120), -250 + c.rng.randint(0, 220)
        c.fill(ellipse(x + dx, y + dy, 5, 13, -20), "#F4FBFA", alpha=0.85)


def _bubbles(c: Canvas, spots: tuple[tuple[int, int, int], ...]) -> None:
    for x, y, r in spots:
        c.soft(ellipse(x, y, r), "#FFFFFF", 3, 0.22)
        c.stroke(ellipse(x, y, r), "#FFFFFF", 3.5, alpha=0.75)
        c.fill(ellipse(x - r * 0.38, y - r * 0.4, r * 0.2, r * 0.13, -40), "#FFFFFF", alpha=0.95)


def house_cleaning(c: Canvas) -> None:
    room(c, p.MIST, p.WOOD_L, y=680)
    window(c, 130, 90, 330, 420, style="box")
    plant(c, 1080, 690, 0.9, pot=p.CLAY)
    c.stroke([(905, 70), (800, 690)], Grad(p.WOOD_L, p.WOOD), 22, shadow=0.9)
    for i in range(11):
        c.stroke(
            [(796, 690), (730 + i * 14, 770), (690 + i * 22, 846)],
            Grad(p.IVORY, p.SAND),
            20,
            15,
            curve=True,
            shadow=0.4,
        )
    c.fill(box(746, 662, 100, 52, 16, 9), p.TEAL, shadow=0.7)
    c.stroke([(330, 600), (360, 460), (560, 460), (590, 600)], p.STONE, 12, curve=True, shadow=0.6)
    for x, y, r in ((380, 590, 52), (450, 570, 66), (530, 590, 56), (570, 606, 40), (345, 606, 36)):
        c.fill(ellipse(x, y, r), Grad("#FFFFFF", p.SKY), shadow=0.4)
    c.fill(
        [(310, 600), (610, 600), (574, 840), (346, 840)],
        Grad(light(p.MANGO, 0.25), dark(p.MANGO, 0.12), "h"),
        shadow=1.2,
    )
    c.fill(box(300, 590, 320, 34, 14), Grad(light(p.MANGO, 0.4), p.MANGO, "h"), shadow=0.6)
    c.fill(
        smooth([(500, 600), (600, 596), (640, 700), (590, 760), (520, 720)]),
        Grad(p.TEAL_L, p.TEAL_M, "d"),
        shadow=0.7,
    )
    _spray(c, 200, 840)
    _bubbles(
        c, ((640, 420, 40), (720, 330, 26), (560, 330, 22), (480, 250, 32), (640, 220, 18), (300, 480, 24))
    )


def _spray(c: Canvas, x: float, y: float) -> None:
    body = smooth(
        [
            (x - 62, y),
            (x - 70, y - 120),
            (x - 22, y - 190),
            (x + 22, y - 190),
            (x + 70, y - 120),
            (x + 62, y),
        ],
        steps=8,
    )
    c.fill(body, Grad(p.TEAL_L, p.TEAL, "h"), shadow=1)
    c.fill(box(x - 24, y - 236, 48, 60, 6), p.IVORY, shadow=0.4)
    c.fill(
        smooth(
            [
                (x - 40, y - 290),
                (x + 50, y - 296),
                (x + 110, y - 276),
                (x + 108, y - 250),
                (x + 20, y - 236),
                (x - 40, y - 236),
            ]
        ),
        Grad(p.IVORY, p.SAND),
        shadow=0.6,
    )
    c.stroke([(x + 62, y - 248), (x + 70, y - 200)], p.CLAY, 14, shadow=0.3)
    c.fill(star(x, y - 80, 34, 13, 4), p.IVORY)


def carpet_cleaning(c: Canvas) -> None:
    c.backdrop(Grad("#E9D2B2", "#D7B68F", "d"))
    for k in range(7):
        c.stroke([(-20, 130 * k), (1220, 130 * k + 20)], "#B98F66", 4, alpha=0.4)
    x, y, w, h = 190, 100, 820, 700
    for k in range(34):
        for yy in (y - 26, y + h + 26):
            c.stroke(
                [(x + 14 + k * 24, y + h / 2 + (h / 2 - 6) * (1 if yy > y else -1)), (x + 10 + k * 24, yy)],
                p.CREAM,
                7,
            )
    rug = box(x, y, w, h, 6)
    c.fill(rug, Grad("#A65F50", "#8A4A42"), shadow=1.6)
    for pad, colour in ((22, p.NIGHT), (34, p.CREAM), (44, p.NIGHT), (110, p.CREAM), (120, "#A9604F")):
        c.fill(box(x + pad, y + pad, w - 2 * pad, h - 2 * pad, 4), colour)
    for i in range(14):
        for yy in (y + 77, y + h - 77):
            flower(c, x + 77 + i * 51.2, yy, 21, (p.MANGO, p.ROSE, p.TEAL_L)[i % 3], petals=4, shadow=0)
    for i in range(1, 11):
        for xx in (x + 77, x + w - 77):
            flower(c, xx, y + 77 + i * 49.6, 21, (p.ROSE, p.TEAL_L, p.MANGO)[i % 3], petals=4, shadow=0)
    cx, cy = x + w / 2, y + h / 2
    for sx, sy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        ox, oy = cx + sx * (w / 2 - 120), cy + sy * (h / 2 - 120)
        c.fill(ellipse(ox, oy, 150, 120), p.NIGHT, clip=box(x + 120, y + 120, w - 240, h - 240))
        c.fill(ellipse(ox, oy, 118, 92), p.TEAL_L, clip=box(x + 120, y + 120, w - 240, h - 240))
    for r, n, colour in (
        (210, 16, p.NIGHT),
        (186, 16, p.CREAM),
        (168, 16, p.TEAL_M),
        (110, 12, p.CREAM),
        (92, 12, "#A9604F"),
        (52, 8, p.MANGO),
    ):
        c.fill(place(star(0, 0, r, r * 0.84, n), cx, cy), colour)
    flower(c, cx, cy, 44, p.IVORY, petals=8, shadow=0.2)
    clean = [(640, 60), (1240, 60), (1240, 920), (420, 920)]
    c.fill(clean, "#FFF8E8", alpha=0.16, clip=rug)
    c.fill([(-20, -20), (620, -20), (400, 920), (-20, 920)], "#4A382C", alpha=0.20, clip=rug)
    for i in range(26):
        t = i / 25
        c.fill(
            ellipse(640 - 230 * t + c.rng.randint(-46, 46), 90 + 730 * t, c.rng.randint(16, 42)),
            Grad("#FFFFFF", "#E4F0EF"),
            shadow=0.4,
        )
    c.stroke([(610, 470), (860, 900)], Grad(p.WOOD_L, p.WOOD), 34, shadow=1.4)
    c.fill(box(470, 400, 230, 84, 30, -62), Grad(p.TEAL_M, p.TEAL_D), shadow=1.4)


SCENES = {
    "flowers": flowers,
    "garden": garden,
    "house_cleaning": house_cleaning,
    "carpet_cleaning": carpet_cleaning,
}
