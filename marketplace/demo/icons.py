"""The brand's mark, from one set of shapes: SVG files and PNG icons in static/brand/.

Run `python -m marketplace.demo.icons` after changing a shape.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

TEAL, TEAL_MID, MANGO, IVORY = "#0B6E6E", "#2A8F8C", "#F2A33A", "#FBF8F3"
BRAND = Path(__file__).resolve().parents[2] / "static" / "brand"
SIDE = 64  # the mark's own units


@dataclass(frozen=True, slots=True)
class Stripe:
    """One strip of the awning: straight sides, a half-round lower edge."""

    top_left: float
    top_right: float
    left: float
    right: float
    colour: str


TOP, EDGE = 13.0, 29.0
BASKET = ((15.5, 41.5), (48.5, 41.5), (45.2, 50.6))  # rim left, rim right, where the lower corner starts
CORNER = 3.6


def stripes(colours: tuple[str, str]) -> Iterator[Stripe]:
    top, low = 36 / 5, 46 / 5
    for i in range(5):
        yield Stripe(14 + i * top, 14 + (i + 1) * top, 9 + i * low, 9 + (i + 1) * low, colours[i % 2])


def mark_svg(awning: tuple[str, str], basket: str, weave: str) -> str:
    parts = []
    for s in stripes(awning):
        r = (s.right - s.left) / 2
        parts.append(
            f'<path fill="{s.colour}" d="M{s.top_left:.4g} {TOP:g}H{s.top_right:.4g}L{s.right:.4g} {EDGE:g}'
            f'A{r:.4g} {r:.4g} 0 0 1 {s.left:.4g} {EDGE:g}Z"/>'
        )
    (lx, y), (rx, _), (cx, cy) = BASKET
    parts.append(
        f'<path fill="{basket}" d="M{lx} {y}H{rx}L{cx} {cy}A{CORNER} {CORNER} 0 0 1 {cx - CORNER:g} '
        f'{cy + CORNER:g}H{64 - cx + CORNER:g}A{CORNER} {CORNER} 0 0 1 {64 - cx:g} {cy}Z"/>'
    )
    parts.append(
        f'<path fill="none" stroke="{weave}" stroke-width="1.6" stroke-linecap="round" '
        'd="M25.5 45.2L27 50.4M32 45.2V50.4M38.5 45.2L37 50.4"/>'
    )
    return "".join(parts)


TILE = f'<rect width="64" height="64" rx="15" fill="{TEAL}"/>'
ON_TILE = mark_svg((IVORY, MANGO), IVORY, TEAL)
FREE = mark_svg((TEAL_MID, MANGO), TEAL_MID, IVORY)
# The word in the logo, drawn with one pen: t a l a d.
WORD = (
    "M82 17V40.5a6.5 6.5 0 0 0 6.5 6.5H90M75.5 26.5H90"
    "M118 36.5a10.2 10.2 0 1 1-20.4 0a10.2 10.2 0 1 1 20.4 0M118 26V47"
    "M129.5 14V47"
    "M161.4 36.5a10.2 10.2 0 1 1-20.4 0a10.2 10.2 0 1 1 20.4 0M161.4 26V47"
    "M192.8 36.5a10.2 10.2 0 1 1-20.4 0a10.2 10.2 0 1 1 20.4 0M192.8 14V47"
)


def svg(width: int, body: str, title: str = "Talad") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 64" role="img" aria-label="{title}">'
        f"<title>{title}</title>{body}</svg>\n"
    )


def draw_icon(size: int, *, rounded: bool = True, inset: float = 1.0) -> Image.Image:
    """The tile as a picture; inset < 1 shrinks the mark (maskable icons lose up to a fifth on each side)."""
    big = size * 4
    image = Image.new("RGBA", (big, big))
    draw = ImageDraw.Draw(image)
    k = big / SIDE
    draw.rounded_rectangle((0, 0, big - 1, big - 1), 15 * k if rounded else 0, fill=TEAL)

    def at(x: float, y: float) -> tuple[float, float]:
        return (32 + (x - 32) * inset) * k, (32 + (y - 32) * inset) * k

    for s in stripes((IVORY, MANGO)):
        r = (s.right - s.left) / 2
        draw.polygon(
            [at(s.top_left, TOP), at(s.top_right, TOP), at(s.right, EDGE), at(s.left, EDGE)], fill=s.colour
        )
        draw.pieslice((*at(s.left, EDGE - r), *at(s.right, EDGE + r)), 0, 180, fill=s.colour)
    (lx, y), (rx, _), (cx, cy) = BASKET
    low = cy + CORNER
    draw.polygon(
        [at(lx, y), at(rx, y), at(cx, cy), at(cx - CORNER, low), at(64 - cx + CORNER, low), at(64 - cx, cy)],
        fill=IVORY,
    )
    for x in (cx - CORNER, 64 - cx + CORNER):
        draw.ellipse((*at(x - CORNER, cy - CORNER), *at(x + CORNER, low)), fill=IVORY)
    for x0, x1 in ((25.5, 27), (32, 32), (38.5, 37)):
        draw.line([at(x0, 45.2), at(x1, 50.4)], fill=TEAL, width=round(1.6 * k * inset))
        for x, yy in ((x0, 45.2), (x1, 50.4)):
            draw.ellipse((*at(x - 0.8, yy - 0.8), *at(x + 0.8, yy + 0.8)), fill=TEAL)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    BRAND.mkdir(parents=True, exist_ok=True)
    word = (
        f'<path transform="translate(2 3)" fill="none" stroke="{TEAL_MID}" stroke-width="6" '
        f'stroke-linecap="round" stroke-linejoin="round" d="{WORD}"/>'
    )
    (BRAND / "logo.svg").write_text(svg(204, TILE + ON_TILE + word))
    (BRAND / "logo-mark.svg").write_text(svg(64, FREE))
    (BRAND / "favicon.svg").write_text(svg(64, TILE + ON_TILE))
    for name, icon in {
        "icon-192.png": draw_icon(192),
        "icon-512.png": draw_icon(512),
        "icon-maskable-512.png": draw_icon(512, rounded=False, inset=0.78),
        "apple-touch-icon.png": draw_icon(180, rounded=False, inset=0.9).convert("RGB"),
    }.items():
        icon.save(BRAND / name, optimize=True)


if __name__ == "__main__":
    main()
