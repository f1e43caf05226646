import io
import random
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from marketplace.common.errors import DomainError
from orders.transfers.emvco import crc, field
from orders.transfers.promptpay import promptpay_payload
from orders.transfers.slips import SlipReference, find_reference, parse_slip_code, read_slip

CODE = "004000060000010103002021900021231231212000115102TH91049C30"
REFERENCE = SlipReference(bank="002", reference="0002123123121200011")
ORIENTATION, CAMERA = 0x0112, 0x010F


def slip_code(
    api: str = "000001", bank: str = "014", reference: str = "2026112200000001AbC", **fields: str
) -> str:
    inner = field("00", api) + field("01", bank) + field("02", reference)
    text = field("00", inner) + field("51", fields.get("country", "TH")) + "9104"
    return text + crc(text)


def code_picture(text: str, side: int = 190) -> Image.Image:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=8, border=2)
    return Image.open(out).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def slip_picture(*codes: str) -> Image.Image:
    """A phone's screenshot of a banking app: lines of text, and small codes at the foot."""
    image = Image.new("RGB", (1080, 1920), "#eef6ff")
    draw = ImageDraw.Draw(image)
    for top in range(200, 1400, 60):
        draw.text((80, top), "Transfer completed  4,220.00 THB  xxx-x-x1234-x", fill="#112233")
    for number, text in enumerate(codes):
        image.paste(code_picture(text), (830 - 260 * number, 1650))
    return image


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(encoded(image, "JPEG", quality=quality)))


def photographed(image: Image.Image) -> Image.Image:
    """The screen of one phone seen by the camera of another: at an angle, soft, noisy, on a dark table."""
    table = Image.new("RGB", (3000, 4000), "#3c3a38")
    table.paste(image.resize((1600, 2844)), (700, 578))
    table = table.rotate(8, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    return Image.blend(table, Image.effect_noise(table.size, 60).convert("RGB"), 0.15)


# --- the text of the code ---------------------------------------------------------------------------


def test_the_published_example_is_read() -> None:
    assert parse_slip_code(CODE) == REFERENCE


def test_references_with_letters_keep_their_case() -> None:
    assert parse_slip_code(slip_code()) == SlipReference(bank="014", reference="2026112200000001AbC")


def test_a_crc_without_its_leading_zeros_is_read() -> None:
    codes = (slip_code(reference=f"20261122{number:08}") for number in range(10_000))
    code = next(code for code in codes if code[-4:-1] == "000" and code[-1] != "0")

    assert parse_slip_code(code) is not None
    assert parse_slip_code(code[:-4] + code[-1]) == parse_slip_code(code)
    assert parse_slip_code(code[:-4] + code[-2:].lower()) == parse_slip_code(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9104",
        "https://example.com/",
        CODE[:-1] + "1",
        CODE.replace("0002123", "0002124"),
        CODE[:-4],
        CODE + "0",
        CODE.replace("0002123", "๐๐๐๒๑๒๓"),
        "\ud800",
        "\x00" + CODE,
        promptpay_payload("0801234567", None),
        slip_code(api="000002"),
        slip_code(bank="14"),
        slip_code(bank="01A"),
        slip_code(bank="0 4"),
        slip_code(reference=""),
        slip_code(reference="2026-11"),
        slip_code(country="VN"),
    ],
)
def test_every_other_text_is_no_slip(text: str) -> None:
    assert parse_slip_code(text) is None


@pytest.mark.parametrize(
    "fields",
    [
        "0041" + CODE[4:-8],  # the outer length runs into the next field
        "0099" + CODE[4:-8],  # and past the end
        "0040" + "0006000001" + "0103002" + "0299" + CODE[25:-8],  # an inner length past the end
        CODE[:-8] + "5102TH",  # an id twice
        CODE[44:-8],  # the country alone
        CODE[:44],  # no country
        "",
    ],
)
def test_broken_fields_under_a_right_crc_are_no_slip(fields: str) -> None:
    text = fields + "9104"

    assert parse_slip_code(text + crc(text)) is None


@given(st.text() | st.text("0123456789TH", max_size=60).map(lambda text: f"{text}9104{crc(text + '9104')}"))
def test_any_text_can_be_tried(text: str) -> None:
    assert parse_slip_code(text) is None or text.strip().isascii()


@given(st.from_regex("[0-9]{3}", fullmatch=True), st.from_regex("[0-9A-Za-z]{1,78}", fullmatch=True))
def test_every_bank_and_reference_comes_back(bank: str, reference: str) -> None:
    code = slip_code(bank=bank, reference=reference)

    assert parse_slip_code(code) == SlipReference(bank, reference)


# --- the code in a picture --------------------------------------------------------------------------

PICTURE = slip_picture(CODE)
HARD = {
    "as it is": PICTURE,
    "on its side": PICTURE.rotate(90, expand=True),
    "upside down": PICTURE.rotate(180),
    "a little turned": PICTURE.rotate(7, Image.Resampling.BICUBIC, expand=True),
    "mirrored, as front cameras do": ImageOps.mirror(PICTURE),
    "a quarter of its size": PICTURE.resize((270, 480)),
    "small and much compressed": as_jpeg(PICTURE.resize((360, 640)), 40),
    "dark": ImageEnhance.Brightness(PICTURE).enhance(0.15),
    "hardly any contrast": ImageEnhance.Contrast(ImageEnhance.Brightness(PICTURE).enhance(0.3)).enhance(0.15),
    "out of focus": PICTURE.filter(ImageFilter.GaussianBlur(3)),
    "photographed from a screen": photographed(PICTURE),
    "a long page": ImageOps.pad(PICTURE, (1080, 12_000), color="white", centering=(0, 0)),
    "grey": PICTURE.convert("L"),
    "palette": PICTURE.convert("P"),
    "printing colours": PICTURE.convert("CMYK"),
    "sixteen bits": PICTURE.convert("L").convert("I").point(lambda value: value * 256).convert("I;16"),
}


@pytest.mark.parametrize("name", HARD)
def test_the_code_is_found_in_a_picture(name: str) -> None:
    assert find_reference(HARD[name]) == REFERENCE


def test_the_code_is_found_on_a_transparent_ground() -> None:
    code = code_picture(CODE).convert("L")
    black = Image.new("RGBA", code.size, "black")
    black.putalpha(ImageOps.invert(code))

    assert find_reference(black) == REFERENCE


def test_codes_of_other_kinds_beside_it_are_passed_over() -> None:
    picture = slip_picture(promptpay_payload("0801234567", None), "https://example.com/", CODE)

    assert find_reference(picture) == REFERENCE


@pytest.mark.parametrize(
    "picture",
    [
        slip_picture(),
        slip_picture(promptpay_payload("0801234567", None)),
        slip_picture("ใบเสร็จ"),
        Image.new("RGB", (1, 1)),
        Image.new("L", (4000, 1)),
        Image.effect_noise((600, 600), 90),
    ],
)
def test_a_picture_without_a_slip_code_has_no_reference(picture: Image.Image) -> None:
    assert find_reference(picture) is None


# --- the uploaded file ------------------------------------------------------------------------------


def test_an_uploaded_slip_is_stored_anew_with_its_reference() -> None:
    slip = read_slip(encoded(PICTURE))

    assert slip.reference == REFERENCE
    assert (slip.photo.width, slip.photo.height, slip.photo.extension) == (1080, 1920, ".jpg")
    assert len(slip.fingerprint) == 64


def test_a_picture_without_a_code_is_a_slip_too() -> None:
    slip = read_slip(encoded(slip_picture()))

    assert slip.reference is None
    assert slip.photo.width == 1080


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_the_same_file_again_has_the_same_fingerprint_whatever_its_metadata_say(format: str) -> None:
    exif = Image.Exif()
    exif[CAMERA] = "Another phone"
    exif[ORIENTATION] = 6
    plain, described = encoded(PICTURE, format), encoded(PICTURE, format, exif=exif)

    assert plain != described
    assert read_slip(plain).fingerprint == read_slip(plain).fingerprint == read_slip(described).fingerprint


def test_a_lossless_copy_in_another_format_has_the_same_fingerprint() -> None:
    picture = PICTURE.quantize(64)
    copies = [
        encoded(picture),
        encoded(picture.convert("RGB"), compress_level=1),
        encoded(picture.convert("RGBA")),
        encoded(picture.convert("RGB"), "WEBP", lossless=True),
    ]

    assert len({read_slip(copy).fingerprint for copy in copies}) == 1


def test_the_same_large_photo_has_the_same_fingerprint_whatever_its_metadata_say() -> None:
    photo = Image.effect_noise((650, 625), 60).resize((4800, 4800))
    exif = Image.Exif()
    exif[CAMERA] = "Another phone"

    plain = read_slip(encoded(photo, "JPEG"))
    described = read_slip(encoded(photo, "JPEG", exif=exif))

    assert plain.fingerprint == described.fingerprint
    assert plain.reference is None


@pytest.mark.parametrize("name", ["one pixel", "size", "shape", "compression", "turned"])
def test_another_picture_has_another_fingerprint(name: str) -> None:
    changed = PICTURE.copy()
    changed.putpixel((1079, 1919), (0, 0, 0))
    flat = Image.new("RGB", (40, 20))
    first, second = {
        "one pixel": (encoded(PICTURE), encoded(changed)),
        "size": (encoded(PICTURE), encoded(PICTURE.resize((540, 960)))),
        "shape": (encoded(flat), encoded(flat.rotate(90, expand=True))),
        "compression": (encoded(PICTURE, "JPEG", quality=90), encoded(PICTURE, "JPEG", quality=60)),
        "turned": (encoded(PICTURE), encoded(PICTURE.rotate(180))),
    }[name]

    assert read_slip(first).fingerprint != read_slip(second).fingerprint


def test_the_low_bits_of_sixteen_count() -> None:
    one, other = Image.new("I;16", (20, 20), 4096), Image.new("I;16", (20, 20), 4097)

    assert read_slip(encoded(one)).fingerprint != read_slip(encoded(other)).fingerprint


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_photo"),
        (b"%PDF-1.7", "not_a_photo"),
        (encoded(PICTURE, "GIF"), "not_a_photo"),
        (encoded(PICTURE)[:5000], "damaged"),
        (encoded(PICTURE, "JPEG")[:5000], "damaged"),
        (encoded(Image.new("1", (9000, 9000))), "too_many_pixels"),
        (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), "too_large"),
    ],
    ids=["empty", "pdf", "gif", "half a png", "half a jpeg", "bomb", "large"],
)
def test_what_is_no_usable_photo_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_slip(content)

    assert caught.value.code == code


def test_damaged_files_are_refused_or_read_but_never_break() -> None:
    chance = random.Random(7)
    for original in (encoded(PICTURE.resize((270, 480)), kind) for kind in ("JPEG", "PNG", "WEBP")):
        for _attempt in range(25):
            content = bytearray(original)
            for _change in range(chance.randrange(1, 6)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            try:
                assert len(read_slip(bytes(content)).fingerprint) == 64
            except DomainError as error:
                assert error.code in {"not_a_photo", "damaged", "too_many_pixels"}  # noqa: PT017
