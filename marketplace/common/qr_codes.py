"""QR codes: drawn into pages, and read from photos."""

import io
import math
import re
from collections.abc import Iterator

import segno
import zxingcpp
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from PIL import Image, ImageFilter, ImageOps

from marketplace.common.images import reencode_photo

_QUIET_ZONE = 4  # modules; the standard asks for that much white around the code
_READ_PIXELS = 9_000_000  # on which a code is looked for, three times: half a second at most
_PHOTO_SIDE = 2400
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def qr_svg(text: str, *, label: str, css: str = "qr-code") -> SafeString:
    """The QR code of `text` as an `<svg>` for a page; `label` is its accessible name.

    It has no size, style or ground of its own: the page's CSS gives the class its width, a white background
    and a dark `color`, in dark mode too (apps read no light code on dark). The quiet zone is in the viewBox,
    so that it grows with the code.
    """
    code = segno.make_qr(text, error="m")
    side = code.symbol_size(border=_QUIET_ZONE)[0]
    return format_html(
        '<svg class="{css}" viewBox="0 0 {side} {side}" role="img" aria-label="{label}" '
        'shape-rendering="crispEdges"><path fill="currentColor" d="{path}"/></svg>',
        css=css,
        side=side,
        label=label,
        path=mark_safe(_path(code)),  # digits and letters of our own making
    )


def texts_in(image: Image.Image) -> Iterator[str]:
    """What the codes in a sound picture say; it may lie on its side or be a little turned. The same code may
    come several times."""
    for version in _versions(image):
        for code in zxingcpp.read_barcodes(version, formats=_QR, text_mode=zxingcpp.TextMode.Plain):
            yield code.text


def read_photo(content: bytes) -> str:
    """The text of a QR code in an uploaded JPEG, PNG or WebP, "" when none can be read. Raises the
    DomainErrors of `reencode_photo`."""
    photo = reencode_photo(io.BytesIO(content), max_side=_PHOTO_SIDE)
    with Image.open(io.BytesIO(photo.content)) as image:
        return next(texts_in(image), "")


def _path(code: segno.QRCode) -> str:
    """A rectangle for each horizontal run of dark modules."""
    runs = []
    for y, row in enumerate(code.matrix, start=_QUIET_ZONE):
        line = "".join("1" if module else "0" for module in row)
        for run in re.finditer("1+", line):
            width = len(run[0])
            runs.append(f"M{run.start() + _QUIET_ZONE} {y}h{width}v1h-{width}z")
    return "".join(runs)


def _versions(image: Image.Image) -> Iterator[Image.Image]:
    """The picture in grey as it is; then enlarged, with full contrast; then sharper too."""
    grey = _grey(image)
    room = math.sqrt(_READ_PIXELS / (grey.width * grey.height))
    if room < 1:
        grey = _scaled(grey, room)
    yield grey
    larger = _scaled(ImageOps.autocontrast(grey), min(2.0, max(1.0, room)))
    yield larger
    yield larger.filter(ImageFilter.UnsharpMask(radius=4, percent=300, threshold=0))


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
    return image.convert("L")
