import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.transfers.emvco import crc, field, read_fields, with_crc


def test_a_field_is_its_id_its_length_and_its_value() -> None:
    assert field("53", "764") == "5303764"


def test_a_value_has_at_most_99_characters() -> None:
    assert field("02", "7" * 99) == "0299" + "7" * 99
    with pytest.raises(ValueError, match="field 02 is too long"):
        field("02", "7" * 100)


def test_the_crc_covers_its_own_id_and_length() -> None:
    assert with_crc("00020101021129370016A000000677010111011300668012345675802TH5303764", tag="63")[-8:] == (
        "63046197"
    )


def test_the_crc_keeps_its_leading_zeros() -> None:
    assert crc("00020101021129370016A000000677010111021301234567890125802TH53037646304") == "0CBD"


def test_a_bill_payment_is_read_with_all_its_parts() -> None:
    payload = (
        "00020101021130620016A000000677010112011301122334455660211CUSTOMER0010306INV001"
        "53037645802TH62070703SCB6304780E"
    )

    fields = read_fields(payload)

    assert fields is not None
    assert list(fields) == ["00", "01", "30", "53", "58", "62", "63"]
    assert read_fields(fields["30"]) == {
        "00": "A000000677010112",
        "01": "0112233445566",
        "02": "CUSTOMER001",
        "03": "INV001",
    }
    assert fields["62"] == "0703SCB"
    assert fields["63"] == crc(payload[:-4]) == "780E"


@pytest.mark.parametrize(
    "text", ["0", "000", "0003AB", "00A2AB", "๐๐02AB", "0002AB0", "0002AB0002CD", "00-1AB"]
)
def test_broken_fields_are_not_read(text: str) -> None:
    assert read_fields(text) is None


@given(st.dictionaries(st.from_regex("[0-9]{2}", fullmatch=True), st.text(max_size=99), max_size=8))
def test_what_is_written_is_read_back(values: dict[str, str]) -> None:
    text = "".join(field(tag, value) for tag, value in values.items())

    assert read_fields(text) == values


@given(st.text())
def test_any_text_can_be_tried(text: str) -> None:
    found = read_fields(text)

    assert found is None or "".join(field(tag, value) for tag, value in found.items()) == text
