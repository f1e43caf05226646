"""Outlines as lists of points, in picture units. Every function is pure."""

from collections.abc import Iterable
from math import cos, pi, radians, sin

Point = tuple[float, float]
Points = list[Point]


def ellipse(
    cx: float,
    cy: float,
    rx: float,
    ry: float | None = None,
    rot: float = 0,
    start: float = 0,
    end: float = 360,
) -> Points:
    """A full ellipse, its last point its first; or a segment, in degrees clockwise from the right."""
    ry = rx if ry is None else ry
    steps = max(24, int(72 * abs(end - start) / 360))
    span = [radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return turn([(cx + rx * cos(a), cy + ry * sin(a)) for a in span], rot, cx, cy)


def box(x: float, y: float, w: float, h: float, r: float = 0, rot: float = 0) -> Points:
    """A rectangle with rounded corners, turned about its centre."""
    r = min(r, w / 2, h / 2)
    out: Points = []
    corners = (
        (x + w - r, y + r, -90),
        (x + w - r, y + h - r, 0),
        (x + r, y + h - r, 90),
        (x + r, y + r, 180),
    )
    for cx, cy, a in corners:
        steps = 10 if r else 0
        out += [
            (
                cx + r * cos(radians(a + 90 * i / 10)),
                cy + r * sin(radians(a + 90 * i / 10)),
            )
            for i in range(steps + 1)
        ]
    return turn(out, rot, x + w / 2, y + h / 2)


def arch(x: float, y: float, w: float, h: float) -> Points:
    """A doorway: straight sides under a half circle."""
    top = ellipse(x + w / 2, y + w / 2, w / 2, w / 2, start=180, end=360)
    return [*top, (x + w, y + h), (x, y + h)]


def persian_arch(x: float, y: float, w: float, h: float) -> Points:
    """A pointed iwan arch."""
    m, s = x + w / 2, y + h * 0.4
    left = bezier((x, s), (x, y + h * 0.14), (m - w * 0.16, y + h * 0.1), (m, y))
    right = bezier((m, y), (m + w * 0.16, y + h * 0.1), (x + w, y + h * 0.14), (x + w, s))
    return [*left, *right, (x + w, y + h), (x, y + h)]


def bezier(a: Point, b: Point, c: Point, d: Point, steps: int = 24) -> Points:
    out: Points = []
    for i in range(steps + 1):
        t = i / steps
        u = 1 - t
        w = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        out.append(
            (
                sum(k * p[0] for k, p in zip(w, (a, b, c, d), strict=True)),
                sum(k * p[1] for k, p in zip(w, (a, b, c, d), strict=True)),
            )
        )
    return out


def smooth(points: Iterable[Point], *, closed: bool = True, steps: int = 12) -> Points:
    """A Catmull-Rom curve through the points."""
    p = list(points)
    n = len(p)
    out: Points = []
    for i in range(n if closed else n - 1):
        if closed:
            a, b, c, d = p[i - 1], p[i], p[(i + 1) % n], p[(i + 2) % n]
        else:
            a, b, c, d = p[max(i - 1, 0)], p[i], p[i + 1], p[min(i + 2, n - 1)]
        for j in range(steps):
            t = j / steps
            out.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return out if closed else [*out, p[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def turn(points: Points, degrees: float, cx: float, cy: float) -> Points:
    if not degrees:
        return points
    co, si = cos(radians(degrees)), sin(radians(degrees))
    return [(cx + (x - cx) * co - (y - cy) * si, cy + (x - cx) * si + (y - cy) * co) for x, y in points]


def place(
    points: Iterable[Point],
    x: float,
    y: float,
    s: float = 1,
    rot: float = 0,
    flip: bool = False,
) -> Points:
    """An outline made around the origin, put at (x, y) with a scale and a turn."""
    f = -s if flip else s
    return turn([(x + px * f, y + py * s) for px, py in points], rot, x, y)


def leaf(x: float, y: float, length: float, width: float, angle: float) -> Points:
    """A pointed leaf that grows from (x, y) towards angle (0 right, -90 up)."""
    up = bezier((0, 0), (length * 0.25, -width), (length * 0.7, -width * 0.8), (length, 0), 14)
    down = bezier((length, 0), (length * 0.7, width * 0.8), (length * 0.25, width), (0, 0), 14)
    return place([*up, *down], x, y, rot=angle)


def star(cx: float, cy: float, outer: float, inner: float, n: int, rot: float = -90) -> Points:
    return [
        (
            cx + r * cos(radians(rot) + pi * i / n),
            cy + r * sin(radians(rot) + pi * i / n),
        )
        for i in range(2 * n)
        for r in ((outer, inner)[i % 2],)
    ]


def crescent(cx: float, cy: float, r: float, rot: float = 0) -> Points:
    outer = [(cx + r * cos(radians(a)), cy + r * sin(radians(a))) for a in range(50, 311, 6)]
    inner = [
        (cx + r * 0.42 + r * 0.8 * cos(radians(a)), cy + r * 0.8 * sin(radians(a)))
        for a in range(286, 73, -6)
    ]
    return turn([*outer, *inner], rot, cx, cy)


def wave(x0: float, x1: float, y: float, height: float, waves: float, phase: float = 0) -> Points:
    return [(x0 + (x1 - x0) * i / 60, y + height * sin(phase + 2 * pi * waves * i / 60)) for i in range(61)]


def hill(
    x0: float,
    x1: float,
    y: float,
    height: float,
    waves: float,
    phase: float = 0,
    base: float = 900,
) -> Points:
    return [*wave(x0, x1, y, height, waves, phase), (x1, base), (x0, base)]
