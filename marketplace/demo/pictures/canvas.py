"""Paper-cut drawing: opaque layers with soft shadows, supersampled, finished with warm light and grain."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, hypot
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .palette import Grad, Paint, rgb
from .shapes import Point, Points, smooth

SHADOW = "#3B2618"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A filled outline, or (with widths) a brush stroke along it."""

    points: Sequence[Point]
    widths: tuple[float, float] | None = None

    def bounds(self) -> tuple[float, float, float, float]:
        pad = max(self.widths) / 2 if self.widths else 0
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        return min(xs) - pad, min(ys) - pad, max(xs) + pad, max(ys) + pad

    def render(self, draw: ImageDraw.ImageDraw, k: float, x0: float, y0: float) -> None:
        at = [((x - x0) * k, (y - y0) * k) for x, y in self.points]
        if self.widths is None:
            draw.polygon(at, fill=255)
            return
        start, end = (w * k / 2 for w in self.widths)
        for i, (a, b) in enumerate(pairwise(at)):
            steps = max(
                1,
                ceil(hypot(b[0] - a[0], b[1] - a[1]) / max(1.0, min(start, end) * 0.35)),
            )
            for j in range(steps + 1):
                t = j / steps
                r = start + (end - start) * (i + t) / (len(at) - 1)
                x, y = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)


class Canvas:
    """Draws in units of `base` (1200 × 900 unless told), whatever size comes out; covers it, centred."""

    def __init__(
        self,
        size: tuple[int, int],
        *,
        base: tuple[int, int] = (1200, 900),
        seed: int = 0,
    ) -> None:
        self.size, self.base, self.rng = size, base, Random(seed)  # noqa: S311 - pictures, not secrets
        fine = 4 if max(size) <= 640 else 2  # supersampling: small pictures need and can afford more
        self.k = fine * max(size[0] / base[0], size[1] / base[1])
        self.left = base[0] / 2 - size[0] * fine / self.k / 2
        self.top = base[1] / 2 - size[1] * fine / self.k / 2
        self.image = Image.new("RGB", (size[0] * fine, size[1] * fine))

    def fill(
        self,
        points: Sequence[Point],
        paint: Paint,
        *,
        shadow: float = 0,
        alpha: float = 1,
        clip: Sequence[Point] | None = None,
        shade: float = 0,
    ) -> None:
        """Lay a piece of paper. shadow: how high it floats; shade: width of the darker rim at lower right."""
        self._lay(_Mark(points), paint, shadow, alpha, clip, shade)

    def stroke(
        self,
        points: Sequence[Point],
        paint: Paint,
        width: float,
        end: float | None = None,
        *,
        shadow: float = 0,
        alpha: float = 1,
        clip: Sequence[Point] | None = None,
        shade: float = 0,
        curve: bool = False,
    ) -> None:
        """A round-ended line that may taper to `end`; curve draws it smoothly through the points."""
        path = smooth(points, closed=False) if curve else points
        self._lay(
            _Mark(path, (width, width if end is None else end)),
            paint,
            shadow,
            alpha,
            clip,
            shade,
        )

    def soft(self, points: Sequence[Point], colour: str, blur: float, alpha: float = 1) -> None:
        """A blurred patch: light, glow, steam, something near the lens."""
        self._blurred(_Mark(points), colour, blur, alpha, 0, 0)

    def line_soft(self, points: Points, colour: str, width: float, blur: float, alpha: float = 1) -> None:
        self._blurred(
            _Mark(smooth(points, closed=False), (width, width)),
            colour,
            blur,
            alpha,
            0,
            0,
        )

    def backdrop(self, paint: Paint) -> None:
        x1, y1 = self.base[0] - self.left, self.base[1] - self.top
        self.fill([(self.left, self.top), (x1, self.top), (x1, y1), (self.left, y1)], paint)

    def _lay(
        self,
        mark: _Mark,
        paint: Paint,
        shadow: float,
        alpha: float,
        clip: Sequence[Point] | None,
        shade: float,
    ) -> None:
        if shadow:
            self._blurred(mark, SHADOW, 13 * shadow, 0.30, 5 * shadow, 11 * shadow)
        x0, y0, x1, y1 = mark.bounds()
        x0, y0 = max(x0, self.left), max(y0, self.top)
        x1, y1 = min(x1, self.base[0] - self.left), min(y1, self.base[1] - self.top)
        if x1 <= x0 or y1 <= y0:
            return
        px, py = int((x0 - self.left) * self.k), int((y0 - self.top) * self.k)
        x0, y0 = self.left + px / self.k, self.top + py / self.k
        size = (ceil((x1 - x0) * self.k) + 1, ceil((y1 - y0) * self.k) + 1)
        mask = Image.new("L", size)
        mark.render(ImageDraw.Draw(mask), self.k, x0, y0)
        if clip is not None:
            inside = Image.new("L", size)
            _Mark(clip).render(ImageDraw.Draw(inside), self.k, x0, y0)
            mask = ImageChops.multiply(mask, inside)
        whole = mask
        if alpha < 1:
            mask = mask.point([round(v * alpha) for v in range(256)])
        self.image.paste(_colour(paint, size), (px, py), mask)
        if shade:
            moved = Image.new("L", size)
            d = round(shade * self.k)
            moved.paste(whole, (-d, -d))
            rim = ImageChops.subtract(whole, moved).point([round(v * 0.22 * alpha) for v in range(256)])
            self.image.paste(rgb(SHADOW), (px, py), rim)

    def _blurred(self, mark: _Mark, colour: str, blur: float, alpha: float, dx: float, dy: float) -> None:
        pad = blur * 3
        x0, y0, x1, y1 = mark.bounds()
        # Only the part on the canvas, and at a fraction of its resolution: a blur has no detail to lose.
        x0, y0 = max(x0 + dx - pad, self.left - pad), max(y0 + dy - pad, self.top - pad)
        x1 = min(x1 + dx + pad, self.base[0] - self.left + pad)
        y1 = min(y1 + dy + pad, self.base[1] - self.top + pad)
        if x1 <= x0 or y1 <= y0:
            return
        low = min(self.k, max(0.02, 3 / blur))
        mask = Image.new("L", (ceil((x1 - x0) * low), ceil((y1 - y0) * low)))
        mark.render(ImageDraw.Draw(mask), low, x0 - dx, y0 - dy)
        mask = mask.filter(ImageFilter.GaussianBlur(blur * low)).point([round(v * alpha) for v in range(256)])
        wide = mask.resize(
            (
                max(1, round(mask.width * self.k / low)),
                max(1, round(mask.height * self.k / low)),
            ),
            Image.Resampling.BILINEAR,
        )
        at = (round((x0 - self.left) * self.k), round((y0 - self.top) * self.k))
        self.image.paste(rgb(colour), at, wide)

    def finish(self, *, grain: float = 0.10, vignette: float = 0.20) -> Image.Image:
        out = self.image.resize(self.size, Image.Resampling.LANCZOS)
        w, h = self.size
        far = Image.radial_gradient("L").point([round(max(0, v - 120) * 1.4 * vignette) for v in range(256)])
        out.paste(rgb("#4A2C18"), (0, 0), far.resize((w, h), Image.Resampling.BILINEAR))
        # A radial gradient is 181 in the middle of its edges: nothing of the light may be left there.
        near = Image.radial_gradient("L").point([round(max(0, 181 - v) * 0.26) for v in range(256)])
        lamp = near.resize((int(w * 1.5), int(h * 1.5)), Image.Resampling.BILINEAR)
        out.paste(rgb("#FFF3D6"), (-int(w * 0.5), -int(h * 0.6)), lamp)
        return Image.blend(out, ImageChops.overlay(out, _grain(self.size, self.rng)), grain)


def _colour(paint: Paint, size: tuple[int, int]) -> Image.Image | tuple[int, int, int]:
    if not isinstance(paint, Grad):
        return rgb(paint)
    a, b = rgb(paint.start), rgb(paint.end)
    half = ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2, (a[2] + b[2]) // 2)
    corners = {"v": (a, a, b, b), "h": (a, b, a, b), "d": (a, half, half, b)}[paint.direction]
    tiny = Image.new("RGB", (2, 2))
    for i, colour in enumerate(corners):
        tiny.putpixel((i % 2, i // 2), colour)
    return tiny.resize(size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


def _grain(size: tuple[int, int], rng: Random) -> Image.Image:
    side = 320
    sheets = [Image.frombytes("L", (side, side), rng.randbytes(side * side)) for _ in range(2)]
    sheet = Image.blend(sheets[0], sheets[1], 0.5)
    tiled = Image.new("L", size)
    for x in range(0, size[0], side):
        for y in range(0, size[1], side):
            tiled.paste(sheet, (x, y))
    return Image.merge("RGB", (tiled, tiled, tiled))
