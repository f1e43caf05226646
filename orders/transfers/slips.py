"""Pictures of transfer slips: kept like any photo, and known again when they are sent twice.

Two things tell a slip that was used before: the same pixels, and the same bank and reference in the small
QR code that Thai banks print on every slip. Neither proves that money came: the code holds no amount and no
receiver, and anybody can draw one.
"""

import hashlib
import io
import re
from dataclasses import dataclass

from PIL import Image

from marketplace.common.images import Photo, reencode_photo
from marketplace.common.qr_codes import texts_in
from orders.transfers.emvco import crc, read_fields

# A phone's screenshot keeps its size, so that staff can read the small print.
STORED_SIDE = 2400
# JPEGs of twice this size or more are decoded at a half, a quarter or an eighth. Part of every fingerprint
# of such a photo: with another value, old ones are not found again.
_DECODED_SIDE = 2400
_STRIP_ROWS = 256

_SLIP = re.compile("(.*9104)([0-9A-Fa-f]{1,4})")
_SLIP_API = "000001"
_BANK = re.compile("[0-9]{3}")
_REFERENCE = re.compile("[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class SlipReference:
    """Three digits of the sending bank, as "002", and its own reference of 1 to 78 letters and digits.

    A transfer has one: stored as unique, it keeps a slip from being used twice.
    """

    bank: str
    reference: str


@dataclass(frozen=True, slots=True)
class Slip:
    """`photo` is what to store; `fingerprint` 64 hex digits; `reference` None when no code could be read."""

    photo: Photo
    fingerprint: str
    reference: SlipReference | None


def read_slip(content: bytes) -> Slip:
    """The slip in an uploaded JPEG, PNG or WebP. Raises the DomainErrors of `reencode_photo`."""
    photo = reencode_photo(io.BytesIO(content), max_side=STORED_SIDE)
    # From here on the picture is known to be sound, and of a size that may be decoded.
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (_DECODED_SIDE, _DECODED_SIDE))
        return Slip(photo, fingerprint(image), find_reference(image))


def fingerprint(image: Image.Image) -> str:
    """SHA-256 of the pixels as they are stored in the file, in hex.

    The same for the same file, for one whose metadata was changed (even its orientation) and for a lossless
    copy in another format; another one for a picture that was cropped, scaled or compressed again.
    """
    found = hashlib.sha256(f"{image.width}x{image.height}".encode())
    for top in range(0, image.height, _STRIP_ROWS):  # a copy of the whole would be up to 256 MB
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        # Sixteen-bit greys have no exact RGBA.
        found.update((strip if strip.mode.startswith("I") else strip.convert("RGBA")).tobytes())
    return found.hexdigest()


def find_reference(image: Image.Image) -> SlipReference | None:
    """The reference of the first slip code in the picture, which may lie on its side or be a little turned.

    Codes of other kinds beside it are passed over. None when there is none to be read.
    """
    references = (parse_slip_code(text) for text in texts_in(image))
    return next((reference for reference in references if reference is not None), None)


def parse_slip_code(text: str) -> SlipReference | None:
    """The bank and reference in the text of a slip's code; None for any other text."""
    found = _SLIP.fullmatch(text.strip()) if text.isascii() else None
    # Some banks print the CRC without its leading zeros.
    if found is None or found[2].upper().rjust(4, "0") != crc(found[1]):
        return None
    fields = read_fields(found[1] + crc(found[1]))
    inner = read_fields(fields.get("00", "")) if fields else None
    if not fields or not inner or fields.get("51") != "TH" or inner.get("00") != _SLIP_API:
        return None
    bank, reference = inner.get("01", ""), inner.get("02", "")
    if list(fields)[-1] != "91" or not _BANK.fullmatch(bank) or not _REFERENCE.fullmatch(reference):
        return None
    return SlipReference(bank, reference)
