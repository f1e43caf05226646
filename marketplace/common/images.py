"""Uploaded photos: looked at by content, turned upright, made smaller, written anew without metadata.

What is stored is never what was sent: the pixels are encoded again, so a place (GPS), a camera's serial
number or a file that is two things at once does not reach anybody.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from marketplace.common.errors import DomainError

ACCEPT = "image/jpeg,image/png,image/webp"  # for the file input; the content decides all the same

# A phone's largest photo has about 50 million pixels; a bomb has thousands of millions in a few kB.
MAX_PIXELS = 64_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_THUMBNAIL_SIZE = (560, 420)  # a card is up to 280 px wide, on screens with two dots to a pixel


@dataclass(frozen=True, slots=True)
class Photo:
    """An encoded picture. `extension` has its dot; width and height are pixels."""

    content: bytes
    extension: str
    content_type: str
    width: int
    height: int

    def as_file(self) -> "ContentFile[bytes]":
        """For an ImageField, under a random name that is never used again (browsers keep it for ever)."""
        return ContentFile(self.content, name=f"{uuid4().hex}{self.extension}")


def reencode_photo(file: "File[Any] | IO[bytes]", *, max_side: int = 1600) -> Photo:
    """The JPEG, PNG or WebP in `file`, upright, no side longer than `max_side` pixels, without metadata.

    Transparent pictures become WebP, all others JPEG. Raises DomainError with what to do: `too_large`,
    `not_a_photo`, `too_many_pixels`, `damaged`.
    """
    image = _opened(_content(file))
    return _encoded(_guarded(lambda: _prepared(image, max_side)))


def thumbnail(photo: Photo, *, size: tuple[int, int] = _THUMBNAIL_SIZE) -> Photo:
    """`photo` cut from its middle to exactly `size` (width, height)."""
    with Image.open(io.BytesIO(photo.content)) as image:
        return _encoded(ImageOps.fit(image, size, Image.Resampling.LANCZOS), quality=78)


def _content(file: "File[Any] | IO[bytes]") -> bytes:
    limit: int = settings.UPLOAD_MAX_BYTES
    file.seek(0)
    content: bytes = file.read(limit + 1)
    if len(content) > limit:
        raise DomainError(
            _("This photo is larger than %(limit)s MB: choose a smaller one.")
            % {"limit": limit // (1024 * 1024)},
            code="too_large",
        )
    return content


def _opened(content: bytes) -> Image.Image:
    """The picture, its header read and nothing decoded yet."""
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # Pillow's parsers raise anything on hostile bytes
        raise DomainError(
            _("This file is not a photo: choose a JPEG, PNG or WebP."), code="not_a_photo"
        ) from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    return image


def _prepared(image: Image.Image, max_side: int) -> Image.Image:
    # A JPEG can be decoded at an eighth of its size: a large photo costs what a small one does.
    image.draft("RGB", (max_side, max_side))
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if profile and image.mode == "RGB":
        image = _in_srgb(image, profile)
    return image.convert("RGBA" if has_alpha else "RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide-gamut phone photos would look dull once their colour profile is dropped."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def _encoded(image: Image.Image, *, quality: int = 84) -> Photo:
    out = io.BytesIO()
    # A copy of the pixels alone: `save` writes EXIF, XMP and profiles that it finds in `info`.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    if image.mode == "RGBA":
        bare.save(out, "WEBP", quality=quality, method=4)
        extension, content_type = ".webp", "image/webp"
    else:
        bare = bare.convert("RGB")
        bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        extension, content_type = ".jpg", "image/jpeg"
    return Photo(out.getvalue(), extension, content_type, image.width, image.height)


def _guarded(work: Callable[[], Image.Image]) -> Image.Image:
    try:
        return work()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # a decoder stops at damaged data with whatever it likes
        raise DomainError(
            _("This photo is damaged. Choose another one, or save it again and retry."), code="damaged"
        ) from error


def _too_many_pixels() -> DomainError:
    return DomainError(
        _("This photo has too many pixels: make it smaller, then choose it again."), code="too_many_pixels"
    )
