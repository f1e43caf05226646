"""A shop's cover: a market stall under its awning, with goods, bulbs and leaves that vary by seed."""

from random import Random

from PIL import Image

from . import palette as p
from .canvas import Canvas
from .palette import Grad, dark, light, mix
from .props import bottle, flower, leaves, plant, rose, vase
from .shapes import arch, box, ellipse, hill, smooth

SCHEMES = (
    ("#F8E3BF", p.TEAL, p.IVORY),
    ("#F6D9C4", p.CLAY, p.CREAM),
    (p.MIST, p.MANGO, p.IVORY),
    ("#F3DFC6", p.PLUM, p.BLUSH),
    ("#E6E2CC", p.MOSS, p.CREAM),
    ("#DCE6E6", p.NIGHT, p.BUTTER),
    ("#F4E2CE", p.TEAL_M, p.BUTTER),
)


def draw_shop_cover(seed: int, size: tuple[int, int] = (1600, 500)) -> Image.Image:
    """A wide picture for the head of a shop's page; the middle is calm enough to stand behind a name."""
    rng = Random(f"cover:{seed}")  # noqa: S311 - pictures, not secrets
    wall, stripe, other = SCHEMES[seed % len(SCHEMES)]
    c = Canvas(size, base=(1600, 500), seed=seed)
    c.backdrop(Grad(light(wall, 0.45), wall, "d"))
    c.fill(ellipse(rng.randint(300, 1300), 270, 170), light(p.HONEY, 0.35), alpha=0.8)
    c.fill(hill(0, 1600, 380, 22, 1.2, rng.random() * 6, 500), mix(p.TEAL_L, wall, 0.55))
    for x in (60, 330, 1110, 1380):
        c.fill(arch(x, 170, 160, 300), mix(wall, p.DUNE, 0.55), shadow=0.4)
        c.fill(arch(x + 14, 186, 132, 280), Grad(light(p.BUTTER, 0.3), mix(wall, p.CLAY, 0.35)))
    _bulbs(c)
    c.fill(box(-20, 400, 1640, 120), Grad(p.WOOD_L, p.WOOD_D), shadow=1)
    c.fill(box(-20, 396, 1640, 12), light(p.WOOD_L, 0.4))
    for i, x in enumerate((110, 290, 470, 1130, 1310, 1490)):
        _goods(c, rng, x + rng.randint(-14, 14), 404, i)
    _awning(c, stripe, other)
    return c.finish(grain=0.08, vignette=0.12)


def _awning(c: Canvas, stripe: str, other: str) -> None:
    w = 1600 / 16
    for i in range(16):
        tone = stripe if i % 2 == 0 else other
        x = i * w
        edge = [*ellipse(x + w / 2, 118, w / 2, 34, start=0, end=180)]
        c.fill(
            [(x, -10), (x + w, -10), *edge, (x, 118)], Grad(dark(tone, 0.05), light(tone, 0.12)), shadow=1.1
        )
    for i in range(16):
        tone = stripe if i % 2 == 0 else other
        x = i * w
        edge = [*ellipse(x + w / 2, 118, w / 2, 34, start=0, end=180)]
        c.fill(
            [(x, -10), (x + w, -10), (x + w, 118), *edge, (x, 118)], Grad(dark(tone, 0.10), light(tone, 0.14))
        )
    c.soft(box(-20, 84, 1640, 10), p.INK, 9, 0.10)


def _bulbs(c: Canvas) -> None:
    line = [(x, 190 + 46 * (1 - ((x % 400) / 200 - 1) ** 2)) for x in range(0, 1601, 20)]
    c.stroke(line, p.WALNUT, 3)
    for x, y in line[2::5]:
        c.soft(ellipse(x, y + 16, 26), "#FFDE96", 14, 0.8)
        c.fill(ellipse(x, y + 16, 10, 13), Grad("#FFF3CF", p.HONEY))


def _basket(c: Canvas, x: float, y: float) -> None:
    body = smooth([(x - 84, y - 64), (x + 84, y - 64), (x + 66, y), (x - 66, y)], steps=4)
    c.fill(body, Grad("#E3B980", "#A9733F", "h"), shadow=0.8)
    for k in range(3):
        c.stroke([(x - 84, y - 50 + k * 18), (x + 84, y - 50 + k * 18)], "#8A5B33", 4, alpha=0.5, clip=body)
    for k in range(9):
        c.stroke([(x - 72 + k * 18, y - 66), (x - 60 + k * 15, y)], "#8A5B33", 3, alpha=0.35, clip=body)
    c.fill(box(x - 92, y - 76, 184, 18, 9), Grad("#EBC793", "#B9834C", "h"), shadow=0.4)


def _goods(c: Canvas, rng: Random, x: float, y: float, place: int) -> None:
    kind = rng.choice(("fruit", "flowers", "bottles", "plant", "fruit", "vases"))
    if kind in {"fruit", "flowers"}:
        tone = rng.choice((p.MANGO, p.CLAY, p.OLIVE, p.HONEY, p.DUSK))
        if kind == "flowers":
            leaves(c, x, y - 50, 130, p.MOSS)
        for row, n in ((0, 4), (1, 3), (2, 2)):
            for k in range(n):
                fx, fy = x + (k - (n - 1) / 2) * 40, y - 82 - row * 30
                if kind == "fruit":
                    c.fill(ellipse(fx, fy, 24, 23), Grad(light(tone, 0.3), tone, "d"), shadow=0.4, shade=4)
                else:
                    rose(c, fx, fy, 25, (tone, p.CREAM, p.ROSE)[(k + row) % 3])
        _basket(c, x, y)
    elif kind == "bottles":
        for k, tone in enumerate((p.TEAL_M, p.MANGO, p.CLAY)):
            bottle(c, x - 62 + k * 62, y, 0.58, tone)
    elif kind == "plant":
        plant(c, x, y, 0.62, pot=(p.TERRA, p.TEAL_M)[place % 2])
    else:
        vase(c, x - 46, y, 0.62, p.TEAL_L)
        vase(c, x + 44, y, 0.50, p.CLAY)
        flower(c, x - 46, y - 160, 40, p.ROSE)
