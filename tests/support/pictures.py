"""Small pictures for tests that upload one."""

import io

from PIL import Image


def a_picture(*, colour: str = "#336699", size: tuple[int, int] = (60, 80), format: str = "PNG") -> bytes:
    """An encoded picture; another colour or size is another picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, format)
    return out.getvalue()
