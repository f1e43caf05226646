"""Things that stand in several pictures: rooms, tables, plants, crockery, books, lamps."""

from . import palette as p
from .canvas import Canvas
from .palette import Grad, Paint, dark, light, mix
from .shapes import (
    Points,
    arch,
    bezier,
    box,
    ellipse,
    hill,
    leaf,
    persian_arch,
    place,
    smooth,
)


def room(c: Canvas, wall: str, top: str, *, y: float = 640, beams: bool = True) -> None:
    """A wall with slanting window light over a table top that starts at y."""
    c.backdrop(Grad(light(wall, 0.30), dark(wall, 0.05), "d"))
    if beams:
        lean = c.rng.randint(-30, 30)
        for x in (150 + lean, 420 + lean):
            c.soft(
                [(x, -40), (x + 190, -40), (x + 520, 760), (x + 330, 760)],
                "#FFF4D8",
                12,
                0.28,
            )
    table(c, y, top)


def table(c: Canvas, y: float, top: str) -> None:
    c.soft(box(-60, y - 26, 1320, 40), p.INK, 16, 0.22)
    c.fill(box(-20, y, 1240, 320), Grad(light(top, 0.16), dark(top, 0.14)))
    c.fill(box(-20, y, 1240, 7), light(top, 0.42))


def sun(c: Canvas, x: float, y: float, r: float, colour: str = p.HONEY) -> None:
    c.soft(ellipse(x, y, r * 1.25), light(colour, 0.5), r * 0.35, 0.7)
    c.fill(ellipse(x, y, r), Grad(light(colour, 0.35), colour), shadow=0.6)


def _pane(x: float, y: float, w: float, h: float) -> Points:
    return box(x, y, w, h, 14)


def window(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    h: float,
    *,
    style: str = "arch",
    sky: str = p.SKY,
) -> None:
    """A deep window with hills behind; style arch, persian or box."""
    make = {
        "arch": arch,
        "persian": persian_arch,
        "box": _pane,
    }[style]
    c.fill(make(x - 16, y - 16, w + 32, h + 32), p.IVORY, shadow=0.8)
    pane = make(x, y, w, h)
    c.fill(pane, Grad(sky, p.BUTTER))
    c.fill(ellipse(x + w * 0.66, y + h * 0.42, w * 0.13), light(p.HONEY, 0.3), clip=pane)
    c.fill(
        hill(x, x + w, y + h * 0.66, h * 0.05, 0.9, 1, y + h),
        mix(p.TEAL_L, p.SKY, 0.35),
        clip=pane,
    )
    c.fill(hill(x, x + w, y + h * 0.80, h * 0.05, 1.1, 3, y + h), p.TEAL_L, clip=pane)
    c.fill(box(x + w / 2 - 4, y, 8, h), p.IVORY, clip=pane)
    c.fill(box(x, y + h * 0.56, w, 8), p.IVORY, clip=pane)
    c.fill(box(x - 30, y + h, w + 60, 24, 8), p.CREAM, shadow=0.6)


def leaves(
    c: Canvas,
    x: float,
    y: float,
    s: float,
    colour: str,
    *,
    lean: float = 0,
    n: int = 7,
    shadow: float = 0.5,
) -> None:
    """A fan of leaves that grows up from (x, y)."""
    for i in range(n):
        t = i / (n - 1) - 0.5
        order = sorted(range(n), key=lambda j: -abs(j / (n - 1) - 0.5))[i]
        t = order / (n - 1) - 0.5
        length = s * (1.0 - 0.45 * abs(t) * 2)
        shape = leaf(x, y, length, s * 0.17, -90 + t * 130 + lean)
        c.fill(
            shape,
            mix(colour, light(colour, 0.35), (i % 3) / 3),
            shadow=shadow,
            shade=s * 0.012,
        )


def plant(
    c: Canvas,
    x: float,
    y: float,
    s: float = 1,
    *,
    pot: str = p.TERRA,
    colour: str = p.MOSS,
) -> None:
    """A potted plant standing at (x, y)."""
    leaves(c, x, y - 120 * s, 210 * s, colour)
    body = place([(-66, -130), (66, -130), (50, 0), (-50, 0)], x, y, s)
    c.fill(body, Grad(light(pot, 0.2), pot, "h"), shadow=s)
    c.fill(
        box(x - 74 * s, y - 146 * s, 148 * s, 34 * s, 8 * s),
        Grad(light(pot, 0.3), pot, "h"),
        shadow=0.4 * s,
    )


def branch(
    c: Canvas,
    x: float,
    y: float,
    angle: float,
    s: float,
    colour: str,
    *,
    n: int = 6,
    shadow: float = 0.4,
) -> None:
    """A stem with paired leaves."""
    tip = place([(0, 0), (s * 0.5, -s * 0.06), (s, 0)], x, y, rot=angle)
    c.stroke(tip, dark(colour, 0.15), s * 0.025, s * 0.012, curve=True, shadow=shadow * 0.6)
    for i in range(n):
        ((bx, by),) = place([(s * (0.15 + 0.8 * i / n), -s * 0.04)], x, y, rot=angle)
        for side in (-48, 48):
            size = s * (0.34 - 0.16 * i / n)
            tone = mix(colour, light(colour, 0.3), (i + (side > 0)) % 3 / 3)
            c.fill(leaf(bx, by, size, size * 0.26, angle + side), tone, shadow=shadow)


def near_leaves(c: Canvas, corner: str = "left", colour: str = p.PINE) -> None:
    """Out-of-focus leaves in a lower corner, for depth."""
    x, turn = (0, 30) if corner == "left" else (1200, -30)
    for angle, length in ((-80, 300), (-48, 330), (-15, 280)):
        a = angle if corner == "left" else -180 - angle
        c.soft(leaf(x - turn, 940, length, 62, a), colour, 9, 0.80)


def steam(c: Canvas, x: float, y: float, s: float = 1) -> None:
    for i, dx in enumerate((-50, 0, 50)):
        h = (200, 260, 190)[i] * s
        line = [
            (x + dx * s, y),
            (x + (dx + 26) * s, y - h * 0.33),
            (x + (dx - 22) * s, y - h * 0.66),
            (x + (dx + 12) * s, y - h),
        ]
        c.line_soft(line, "#FFFFFF", 20 * s, 9 * s, 0.62)


def cup(
    c: Canvas,
    x: float,
    y: float,
    s: float = 1,
    *,
    colour: str = p.IVORY,
    drink: str = p.WALNUT,
) -> None:
    """A cup on a saucer, seen from a little above; (x, y) is the foot."""
    c.fill(
        ellipse(x, y, 150 * s, 34 * s),
        Grad(light(colour, 0.4), dark(colour, 0.08)),
        shadow=s,
    )
    c.fill(ellipse(x, y - 4 * s, 96 * s, 20 * s), dark(colour, 0.1))
    ring = ellipse(x + 104 * s, y - 84 * s, 42 * s, 38 * s)
    c.stroke(ring, dark(colour, 0.06), 18 * s, shadow=0.5 * s)
    side = bezier(
        (x + 104 * s, y - 140 * s),
        (x + 100 * s, y - 30 * s),
        (x + 60 * s, y),
        (x + 40 * s, y - 2 * s),
    )
    body = [(2 * x - a, b) for a, b in side] + side[::-1]
    c.fill(body, Grad(light(colour, 0.35), dark(colour, 0.13), "h"), shadow=0.8 * s)
    c.fill(ellipse(x, y - 140 * s, 104 * s, 25 * s), light(colour, 0.45))
    c.fill(
        ellipse(x, y - 137 * s, 92 * s, 20 * s),
        Grad(dark(drink, 0.2), light(drink, 0.12)),
    )


def bottle(
    c: Canvas,
    x: float,
    y: float,
    s: float,
    colour: str,
    *,
    cap: str = p.WALNUT,
    label: bool = True,
) -> None:
    body = smooth(
        [
            (-40, 0),
            (-46, -20),
            (-46, -150),
            (-20, -195),
            (-18, -230),
            (18, -230),
            (20, -195),
            (46, -150),
            (46, -20),
            (40, 0),
        ],
        steps=6,
    )
    c.fill(
        place(body, x, y, s),
        Grad(light(colour, 0.25), dark(colour, 0.18), "h"),
        shadow=s,
    )
    c.fill(
        box(x - 24 * s, y - 282 * s, 48 * s, 60 * s, 8 * s),
        Grad(light(cap, 0.2), cap, "h"),
        shadow=0.4 * s,
    )
    c.fill(box(x - 36 * s, y - 150 * s, 10 * s, 120 * s, 5 * s), "#FFFFFF", alpha=0.35)
    if label:
        c.fill(box(x - 46 * s, y - 128 * s, 92 * s, 78 * s, 2), p.CREAM)
        c.fill(leaf(x - 22 * s, y - 76 * s, 54 * s, 12 * s, -32), p.MOSS)


def vase(c: Canvas, x: float, y: float, s: float, colour: str) -> None:
    half = smooth([(26, -210), (20, -175), (60, -110), (66, -50), (40, -4), (0, 0)], closed=False)
    body = [*[(-a, b) for a, b in half], *half[::-1]]
    c.fill(
        place(body, x, y, s),
        Grad(light(colour, 0.3), dark(colour, 0.15), "h"),
        shadow=s,
    )


def flower(
    c: Canvas,
    x: float,
    y: float,
    r: float,
    colour: str,
    *,
    petals: int = 6,
    heart: str = p.HONEY,
    shadow: float = 0.5,
) -> None:
    turn = c.rng.randint(0, 60)
    for ring, tone in ((1.0, colour), (0.68, light(colour, 0.35))):
        for i in range(petals):
            angle = turn + (360 / petals) * (i + (0.5 if ring < 1 else 0))
            c.fill(
                leaf(x, y, r * ring, r * 0.36 * ring, angle),
                Grad(light(tone, 0.12), tone),
                shadow=shadow * ring,
            )
    c.fill(ellipse(x, y, r * 0.22), heart, shadow=0.2)


def rose(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """A round, layered bloom."""
    c.fill(ellipse(x, y, r), dark(colour, 0.12), shadow=0.5)
    for i, size in enumerate((0.98, 0.76, 0.55, 0.36)):
        for j in range(5 - i):
            cx, cy = place([(r * (1 - size) + r * 0.22, 0)], x, y, rot=j * 360 / (5 - i) + i * 31)[0]
            c.fill(
                ellipse(cx, cy, r * size * 0.72),
                mix(colour, "#FFF3E4", 0.12 * i + 0.06 * (j % 2)),
                shadow=0.22 if r > 55 and i else 0,
                clip=ellipse(x, y, r),
            )


def book(c: Canvas, x: float, y: float, w: float, h: float, colour: str) -> None:
    """A closed book lying flat, spine towards us."""
    c.fill(
        box(x, y, w, h, h * 0.18),
        Grad(light(colour, 0.15), dark(colour, 0.15)),
        shadow=0.6,
    )
    for part in (0.1, 0.86):
        c.fill(box(x + w * part, y, w * 0.025, h), light(p.MANGO, 0.25), alpha=0.8)


def books(c: Canvas, x: float, y: float, w: float, colours: tuple[str, ...]) -> float:
    """A pile standing at y; its top."""
    for i, colour in enumerate(colours):
        h = 42 - (i % 2) * 8
        y -= h
        book(c, x + c.rng.randint(-16, 16), y, w - i * 14, h, colour)
    return y


def shelf(c: Canvas, x: float, y: float, w: float, colour: str = p.WOOD) -> None:
    c.fill(box(x, y, w, 18, 4), Grad(light(colour, 0.2), dark(colour, 0.1)), shadow=0.9)


def lamp(c: Canvas, x: float, y: float, s: float = 1, *, shade: str = p.MANGO) -> None:
    """A hanging lamp; (x, y) is the middle of its lower edge."""
    c.stroke([(x, -20), (x, y - 110 * s)], p.WALNUT, 5 * s)
    c.soft(ellipse(x, y + 60 * s, 190 * s, 130 * s), "#FFE9B5", 60 * s, 0.7)
    dome = ellipse(x, y, 120 * s, 118 * s, start=180, end=360)
    c.fill(dome, Grad(light(shade, 0.25), dark(shade, 0.08), "h"), shadow=s)
    c.fill(ellipse(x, y, 120 * s, 15 * s), "#FFF3CF")


def candle(c: Canvas, x: float, y: float, s: float = 1, *, colour: str = p.CREAM) -> None:
    c.soft(ellipse(x, y - 150 * s, 110 * s), "#FFD98A", 46 * s, 0.75)
    c.fill(
        box(x - 36 * s, y - 110 * s, 72 * s, 110 * s, 12 * s),
        Grad(light(colour, 0.4), dark(colour, 0.12), "h"),
        shadow=0.8 * s,
    )
    c.fill(ellipse(x, y - 106 * s, 36 * s, 9 * s), light(colour, 0.6))
    c.stroke([(x, y - 108 * s), (x, y - 122 * s)], p.INK, 4 * s)
    flame = smooth([(0, -78), (17, -30), (0, -4), (-17, -30)])
    c.fill(place(flame, x, y - 116 * s, s), Grad("#FFE9A8", p.MANGO))


def paper(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    h: float,
    *,
    rot: float = 0,
    lines: int = 8,
    colour: str = p.IVORY,
    ink: str = p.STONE,
    shadow: float = 0.8,
) -> None:
    """A sheet with bars where writing would be."""
    cx, cy = x + w / 2, y + h / 2

    def put(shape: Points, paint: Paint, lift: float = 0) -> None:
        c.fill(
            place([(a - cx, b - cy) for a, b in shape], cx, cy, rot=rot),
            paint,
            shadow=lift,
        )

    put(box(x, y, w, h, 6), Grad(light(colour, 0.6), dark(colour, 0.03)), shadow)
    for i in range(lines):
        wide = (0.76, 0.70, 0.74, 0.46)[i % 4] * w
        put(
            box(
                x + w * 0.12,
                y + h * 0.14 + i * h * 0.74 / max(lines, 1),
                wide,
                max(4, h * 0.014),
                3,
            ),
            ink,
        )
