import io
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image, ImageDraw

from marketplace.common.text import TypedTextError
from orders.transfers.emvco import crc, read_fields
from orders.transfers.promptpay import UnreadableTargetError, clean_target, promptpay_payload, promptpay_svg

SENTENCE = (
    "Write a Thai mobile number such as 0812345678, a 13-digit national or tax ID, or a 15-digit e-wallet ID."
)


@pytest.mark.parametrize(
    ("target", "amount", "payload"),
    [
        ("0801234567", None, "00020101021129370016A000000677010111011300668012345675802TH530376463046197"),
        (
            "000-000-0000",
            Decimal("4.22"),
            "00020101021229370016A000000677010111011300660000000005802TH530376454044.226304E469",
        ),
        ("0123456789012", None, "00020101021129370016A000000677010111021301234567890125802TH530376463040CBD"),
        (
            "012345678901234",
            None,
            "00020101021129390016A00000067701011103150123456789012345802TH530376463049781",
        ),
    ],
)
def test_the_payloads_of_the_published_examples(target: str, amount: Decimal | None, payload: str) -> None:
    assert promptpay_payload(target, amount) == payload


def test_another_librarys_example_has_the_same_fields_in_another_order() -> None:
    example = "00020101021229370016A0000006770101110113006681222333353037645802TH540530.0063043CAD"
    ours = promptpay_payload("0812223333", Decimal(30))

    theirs_read, ours_read = read_fields(example), read_fields(ours)

    assert theirs_read is not None
    assert ours_read is not None
    assert theirs_read.pop("63") == crc(example[:-4]) == "3CAD"
    assert ours_read.pop("63") == crc(ours[:-4])
    assert ours_read == theirs_read


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("081-234-5678", "0812345678"),
        (" (081) 234 5678 ", "0812345678"),
        ("+66 81 234 5678", "0812345678"),
        ("66812345678", "0812345678"),
        ("+66 (0) 81 234 5678", "0812345678"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "0812345678"),
        ("۰۸۱۲۳۴۵۶۷۸", "0812345678"),
        ("\u202a081\u2011234\u20115678\u202c", "0812345678"),  # as a contact card copies it
        ("1-2345-67890-12-1", "1234567890121"),
        ("0105536000000", "0105536000000"),
        ("004 999 0123 45678", "004999012345678"),
    ],
)
def test_ids_are_read_as_people_write_them(typed: str, digits: str) -> None:
    assert clean_target(typed) == digits
    assert clean_target(digits) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "shop@example.com",
        "812345678",
        "02123456",
        "08123456789",
        "+4479460012345",
        "+0812345678",
        "+1234567890123",
        "123456789012",
        "12345678901234",
        "1234567890123456",
        "0812345678x",
        "081234567²",
        "0066812345678",  # a phone, or the id of a person
    ],
)
def test_what_is_no_id_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(UnreadableTargetError) as caught:
        clean_target(typed)

    assert isinstance(caught.value, TypedTextError)
    assert caught.value.code == "unreadable_target"
    with translation.override("en"):
        assert str(caught.value) == SENTENCE


def test_a_payload_is_not_made_for_what_is_no_id() -> None:
    with pytest.raises(UnreadableTargetError):
        promptpay_payload("12345", Decimal(30))


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.01", "54040.01"),
        ("30", "540530.00"),
        ("1E+3", "54071000.00"),
        ("9999999999.99", "54139999999999.99"),
    ],
)
def test_amounts_have_two_decimals(amount: str, written: str) -> None:
    payload = promptpay_payload("0801234567", Decimal(amount))

    assert payload[-8 - len(written) : -8] == written


@pytest.mark.parametrize("amount", ["0", "-5", "10.005", "10000000000", "NaN", "Infinity"])
def test_amounts_that_cannot_be_paid_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount to pay"):
        promptpay_payload("0801234567", Decimal(amount))


def drawn(svg: str) -> Image.Image:
    """The picture that a page shows, at 8 pixels to a module."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * 8, side * 8), "white")
    draw = ImageDraw.Draw(image)
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", root[0].attrib["d"])
    for x, y, width in ((int(n) for n in run) for run in runs):
        draw.rectangle((x * 8, y * 8, (x + width) * 8 - 1, y * 8 + 7), fill="black")
    return image


def test_the_code_can_be_scanned() -> None:
    payload = promptpay_payload("0812223333", Decimal("1234.50"))

    svg = promptpay_svg(payload, label="Scan to pay")

    [code] = zxingcpp.read_barcodes(drawn(svg))
    assert code.text == payload
    assert code.format == zxingcpp.BarcodeFormat.QRCode


def test_the_code_needs_nothing_that_the_content_policy_refuses() -> None:
    svg = promptpay_svg(promptpay_payload("0801234567", None), label='5" <b>')

    root = ElementTree.parse(io.StringIO(svg)).getroot()
    assert root.attrib == {
        "class": "promptpay-code",
        "viewBox": "0 0 41 41",
        "role": "img",
        "aria-label": '5" <b>',
        "shape-rendering": "crispEdges",
    }
    assert [(part.tag, sorted(part.attrib)) for part in root] == [("path", ["d", "fill"])]
    assert root[0].attrib["fill"] == "currentColor"
