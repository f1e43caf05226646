"""The demo shops' pictures, drawn by code: no downloads, no text in them, the same for the same seed."""

from collections.abc import Callable

from PIL import Image

from . import errands, food, home, learning, studio, wellbeing, work
from .canvas import Canvas
from .cover import draw_shop_cover
from .people import draw_avatar

_DRAW: dict[str, Callable[[Canvas], None]] = {
    **wellbeing.SCENES,
    **food.SCENES,
    **learning.SCENES,
    **home.SCENES,
    **errands.SCENES,
    **work.SCENES,
    **studio.SCENES,
}
SCENES: tuple[str, ...] = tuple(_DRAW)

__all__ = ["SCENES", "draw_avatar", "draw_scene", "draw_shop_cover"]


def draw_scene(scene: str, *, seed: int = 0, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """The picture of a service. Another seed moves small things about; an unknown scene is a KeyError."""
    canvas = Canvas(size, seed=seed)
    _DRAW[scene](canvas)
    return canvas.finish()
