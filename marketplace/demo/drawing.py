"""The demo's pictures as uploads. Imports no model, so that processes of their own can draw."""

import io

from PIL import Image

from marketplace.common.images import Photo
from marketplace.demo.pictures import draw_scene, draw_shop_cover


def draw_photo(scene: str, seed: int) -> Photo:
    """A service's photo, 1200 × 900."""
    return _photo(draw_scene(scene, seed=seed))


def draw_cover(seed: int) -> Photo:
    """A shop's cover, 1600 × 500."""
    return _photo(draw_shop_cover(seed))


def _photo(picture: Image.Image) -> Photo:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=84, optimize=True)
    return Photo(buffer.getvalue(), ".jpg", "image/jpeg", picture.width, picture.height)
