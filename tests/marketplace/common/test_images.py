import io
import struct
import zlib
from typing import Any

import pytest
from django.conf import LazySettings
from PIL import Image, ImageCms

from marketplace.common.errors import DomainError
from marketplace.common.images import reencode_photo, thumbnail

NOT_A_PHOTO = "This file is not a photo: choose a JPEG, PNG or WebP."
GPS_IFD, ORIENTATION = 0x8825, 0x0112


def picture(format: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new(mode, size, options.pop("colour", None) or 0).save(out, format, **options)
    return out


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_photos_of_the_three_kinds_become_jpeg(format: str) -> None:
    photo = reencode_photo(picture(format))

    assert (photo.extension, photo.content_type) == (".jpg", "image/jpeg")
    assert (photo.width, photo.height) == (40, 20)
    assert decoded(photo.content).format == "JPEG"


def test_a_transparent_picture_keeps_its_transparency() -> None:
    photo = reencode_photo(picture("PNG", mode="RGBA", colour=(255, 0, 0, 0)))

    assert (photo.extension, photo.content_type) == (".webp", "image/webp")
    assert decoded(photo.content).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_colour_mode_can_be_read(mode: str) -> None:
    photo = reencode_photo(picture("JPEG" if mode == "CMYK" else "PNG", mode=mode))

    assert (photo.width, photo.height) == (40, 20)


def test_a_large_photo_is_made_smaller_in_proportion() -> None:
    photo = reencode_photo(picture("JPEG", (3200, 1000)), max_side=1600)

    assert (photo.width, photo.height) == (1600, 500)


def test_orientation_is_applied_and_place_and_camera_are_dropped() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # lying on its side
    exif[0x010F] = "A camera with a serial number"
    exif.get_ifd(GPS_IFD)[2] = (35.0, 41.0, 21.0)

    photo = reencode_photo(picture("JPEG", exif=exif))

    assert (photo.width, photo.height) == (20, 40)
    assert dict(decoded(photo.content).getexif()) == {}
    assert b"Exif" not in photo.content
    assert b"serial number" not in photo.content


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_colour_profile_and_comments_are_dropped(format: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    photo = reencode_photo(picture(format, icc_profile=profile))

    assert "icc_profile" not in decoded(photo.content).info
    assert profile[:200] not in photo.content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%a document under another name",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<html><script>alert(1)</script></html>",
        picture("GIF").getvalue(),
        picture("BMP").getvalue(),
        picture("TIFF").getvalue(),
    ],
    ids=["empty", "pdf", "svg", "html", "gif", "bmp", "tiff"],
)
def test_anything_else_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        reencode_photo(io.BytesIO(content))

    assert refused.value.sentence == NOT_A_PHOTO
    assert refused.value.code == "not_a_photo"


def test_a_cut_off_photo_is_refused() -> None:
    whole = picture("JPEG", (600, 600)).getvalue()

    with pytest.raises(DomainError) as refused:
        reencode_photo(io.BytesIO(whole[: len(whole) // 2]))

    assert refused.value.code == "damaged"


def test_a_photo_over_the_limit_is_refused(settings: LazySettings) -> None:
    content = picture("JPEG").getvalue()
    over = io.BytesIO(content + b"\0" * (11 * 1024 * 1024 - len(content)))

    with pytest.raises(DomainError) as refused:
        reencode_photo(over)

    assert refused.value.sentence == "This photo is larger than 10 MB: choose a smaller one."


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    """A PNG header that promises side × side pixels, in a few bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (chunk, data)
    )

    with pytest.raises(DomainError) as refused:
        reencode_photo(io.BytesIO(bomb))

    assert refused.value.code == "too_many_pixels"


def test_a_thumbnail_is_cut_to_its_size() -> None:
    photo = reencode_photo(picture("JPEG", (1000, 1000)))

    small = thumbnail(photo, size=(560, 420))

    assert (small.width, small.height) == (560, 420)
    assert decoded(small.content).size == (560, 420)


def test_stored_names_are_random_and_carry_nothing_of_the_upload() -> None:
    photo = reencode_photo(picture("PNG"))

    first, second = photo.as_file().name, photo.as_file().name

    assert first != second
    assert len(str(first)) == 32 + len(".jpg")
