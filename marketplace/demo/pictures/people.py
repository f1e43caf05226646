"""Friendly flat people: busts for portraits, small heads for scenes."""

from random import Random

from PIL import Image

from . import palette as p
from .canvas import Canvas
from .hair import hair_before, hair_behind
from .looks import GROUNDS, Look, Place, look
from .palette import Grad, dark, light, mix
from .shapes import Points, ellipse, place, smooth


def bust(c: Canvas, x: float, y: float, s: float, who: Look, *, shadow: float = 0.6) -> None:
    """Head and shoulders; (x, y) is the middle of the face, at s = 1 the face is 200 units high."""

    def at(points: Points) -> Points:
        return place(points, x, y, s)

    lift = shadow * s
    hair = Grad(light(who.hair, 0.16), who.hair, "d")
    hair_behind(c, at, who, hair, lift)
    shoulders = smooth(
        [
            (-190, 380),
            (-184, 230),
            (-130, 168),
            (-50, 140),
            (50, 140),
            (130, 168),
            (184, 230),
            (190, 380),
            (0, 400),
        ]
    )
    c.fill(at(shoulders), Grad(light(who.cloth, 0.14), dark(who.cloth, 0.10)), shadow=lift)
    neck = smooth(
        [(-38, 60), (38, 60), (40, 138), (52, 152), (0, 190), (-52, 152), (-40, 138)],
        steps=8,
    )
    c.fill(at(neck), mix(who.skin, "#8A4B30", 0.20))
    for side in (-1, 1):
        c.fill(at(ellipse(side * 82, 14, 16, 24)), mix(who.skin, "#8A4B30", 0.12))
    face = smooth(
        [
            (0, -104),
            (62, -88),
            (84, -24),
            (78, 40),
            (46, 92),
            (0, 110),
            (-46, 92),
            (-78, 40),
            (-84, -24),
            (-62, -88),
        ]
    )
    c.fill(at(face), Grad(light(who.skin, 0.14), who.skin, "d"), shadow=lift * 0.7)
    _features(c, at, who, s)
    hair_before(c, at, who, hair, lift)


def _features(c: Canvas, at: Place, who: Look, s: float) -> None:
    brow = dark(who.hair, 0.1)
    for side in (-1, 1):
        c.fill(at(ellipse(side * 48, 40, 19, 13)), "#E58A6C", alpha=0.32)
        c.fill(at(ellipse(side * 34, 2, 8.5, 10)), p.INK)
        c.fill(at(ellipse(side * 34 + 3, -2, 2.8)), "#FFFFFF")
        c.stroke(
            at([(side * 20, -26), (side * 34, -31), (side * 49, -25)]),
            brow,
            6.5 * s,
            curve=True,
        )
        if who.glasses:
            c.stroke(at(ellipse(side * 35, 3, 25, 24)), p.WALNUT, 5 * s)
    if who.glasses:
        c.stroke(at([(-11, 0), (11, 0)]), p.WALNUT, 5 * s)
    c.stroke(
        at([(2, 10), (8, 30), (-3, 34)]),
        mix(who.skin, "#8A4B30", 0.42),
        5 * s,
        curve=True,
    )
    if who.style in {"beard", "grey"}:
        beard = smooth(
            [
                (-80, 10),
                (-66, 46),
                (-36, 48),
                (0, 40),
                (36, 48),
                (66, 46),
                (80, 10),
                (76, 60),
                (48, 108),
                (0, 126),
                (-48, 108),
                (-76, 60),
            ],
            steps=8,
        )
        c.fill(at(beard), mix(who.hair, who.skin, 0.12))
    smile = smooth([(-27, 58), (0, 64), (27, 58), (16, 76), (0, 81), (-16, 76)], steps=8)
    c.fill(at(smile), "#9A4A41")
    c.fill(
        at(smooth([(-20, 60), (0, 64), (20, 60), (14, 68), (0, 70), (-14, 68)], steps=8)),
        "#FFF8F0",
    )


def head(
    c: Canvas,
    x: float,
    y: float,
    r: float,
    *,
    skin: str,
    hair: str,
    style: str = "bun",
    gaze: int = 1,
    eyes: bool = True,
) -> None:
    """A small head in three-quarter view for scenes; gaze 1 looks right, -1 left."""
    if style == "bun":
        c.fill(ellipse(x - gaze * r * 0.55, y - r * 1.02, r * 0.46), hair, shadow=0.3)
    if style == "long":
        c.fill(
            smooth(
                [
                    (x - gaze * r * 0.1, y - r * 1.1),
                    (x - gaze * r * 1.15, y - r * 0.3),
                    (x - gaze * r * 1.2, y + r * 1.5),
                    (x - gaze * r * 0.2, y + r * 1.5),
                    (x + gaze * r * 0.3, y),
                ]
            ),
            hair,
            shadow=0.3,
        )
    c.fill(ellipse(x, y, r * 0.9, r), Grad(light(skin, 0.14), skin, "d"), shadow=0.4)
    c.fill(
        ellipse(x - gaze * r * 0.62, y + r * 0.1, r * 0.15, r * 0.22),
        mix(skin, "#8A4B30", 0.15),
    )
    cap: Points = [
        (-1.02, 0.2),
        (-1.04, -0.5),
        (-0.5, -1.1),
        (0.2, -1.12),
        (0.86, -0.62),
        (0.84, -0.3),
        (0.3, -0.56),
        (-0.3, -0.36),
        (-0.5, 0.0),
        (-0.66, 0.34),
    ]
    c.fill(smooth(place(cap, x, y, r, flip=gaze < 0)), hair)
    ex = x + gaze * r * 0.34
    if eyes:
        for dx in (-0.24, 0.3):
            c.stroke(
                [
                    (ex + (dx - 0.1) * r * gaze, y + r * 0.08),
                    (ex + dx * r * gaze, y + r * 0.14),
                    (ex + (dx + 0.1) * r * gaze, y + r * 0.08),
                ],
                p.INK,
                r * 0.075,
                curve=True,
            )
        c.stroke(
            [
                (ex - r * 0.16, y + r * 0.48),
                (ex + r * 0.02, y + r * 0.56),
                (ex + r * 0.2, y + r * 0.47),
            ],
            "#9A4A41",
            r * 0.085,
            curve=True,
        )
        c.fill(
            ellipse(ex - gaze * r * 0.36, y + r * 0.38, r * 0.17, r * 0.12),
            "#E58A6C",
            alpha=0.35,
        )


def draw_avatar(seed: int, size: int = 256) -> Image.Image:
    """A square portrait, the same for the same seed."""
    rng = Random(f"avatar:{seed}")  # noqa: S311 - pictures, not secrets
    who = look(rng)
    c = Canvas((size, size), base=(512, 512), seed=seed)
    ground = rng.choice([g for g in GROUNDS if g != who.cloth])
    c.backdrop(Grad(light(ground, 0.35), dark(ground, 0.04), "d"))
    c.fill(
        ellipse(256 + rng.choice((-90, 90)), 230, 200),
        mix(ground, rng.choice((p.HONEY, p.TEAL_L, p.CLAY)), 0.30),
    )
    bust(c, 256, 262, 1.12, who)
    return c.finish(grain=0.06, vignette=0.10)
