"""Rows are read by pure functions: what a spreadsheet does to phones and numbers is met here."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.batches.problems import RowError
from loyalty.domain.batches.reading import AdjustmentReader, read_number, read_phone, read_points

COLUMNS = {"phone": 0, "points": 1, "reference": 2}


@pytest.mark.parametrize(
    "typed",
    [
        "0812345678",
        "081-234-5678",
        "+66812345678",
        "66812345678",
        "812345678",
        "812345678.0",
        "66812345678.0",
        "6.6812345678E+10",
        "๐๘๑๒๓๔๕๖๗๘",
        "'0812345678",
    ],
)
def test_a_phone_is_read_however_it_was_written(typed: str) -> None:
    assert read_phone(typed) == "+66812345678"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("8.1234E+10", "phone_rounded"),
        ("6.68123E+10", "phone_rounded"),
        ("812345678.5", "bad_phone"),
        ("0812", "bad_phone"),
        ("hello", "bad_phone"),
        ("=A1", "bad_phone"),
        ("1e999", "phone_rounded"),
    ],
)
def test_what_is_no_phone_any_more_is_refused_and_not_guessed(typed: str, problem: str) -> None:
    with pytest.raises(RowError) as refusal:
        read_phone(typed)

    assert refusal.value.problem == problem


@given(st.from_regex(r"(\+66|66|0)?[89][0-9]{8}", fullmatch=True))
def test_the_quick_way_for_plain_mobiles_says_what_phonenumbers_says(typed: str) -> None:
    number = phonenumbers.parse(typed, "TH")

    assert phonenumbers.is_valid_number(number)
    assert read_phone(typed) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("100", 100),
        ("-5", -5),
        ("+5", 5),
        ("1,000", 1000),
        ("10.0", 10),
        ("๑๐๐", 100),
        ("−7", -7),
        ("", None),
    ],
)
def test_points_are_whole_numbers_in_any_digits(typed: str, points: int | None) -> None:
    assert read_points(typed) == points


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("1.5", "bad_points"), ("many", "bad_points"), ("100000001", "too_many_points"), ("=1+1", "bad_points")],
)
def test_other_points_are_refused(typed: str, problem: str) -> None:
    with pytest.raises(RowError) as refusal:
        read_points(typed)

    assert refusal.value.problem == problem


def test_a_member_id_of_which_a_spreadsheet_made_a_number_is_the_same() -> None:
    assert read_number("10000001.0") == "10000001"
    assert read_number("A-77") == "A-77"


cells = st.lists(st.text(max_size=12), max_size=4)


@given(cells, cells)
def test_a_row_says_the_same_whatever_row_was_read_before_it(first: list[str], second: list[str]) -> None:
    def outcome(reader: AdjustmentReader, row: list[str]) -> object:
        try:
            return reader(row)
        except RowError as error:
            return error.problem

    reader = AdjustmentReader(COLUMNS)
    outcome(reader, first)

    assert outcome(reader, second) == outcome(AdjustmentReader(COLUMNS), second)


def test_an_empty_cell_takes_nothing_from_the_row_above() -> None:
    reader = AdjustmentReader(COLUMNS)
    reader(["0812345678", "5", "A"])

    with pytest.raises(RowError) as refusal:
        reader(["", "5", "B"])

    assert refusal.value.problem == "no_key"
    with pytest.raises(RowError) as refusal:
        reader(["0812345678"])
    assert refusal.value.problem == "no_points"


def test_a_formula_in_a_column_that_counts_is_refused() -> None:
    with pytest.raises(RowError) as refusal:
        AdjustmentReader(COLUMNS)(["0812345678", "5", ""], frozenset({1}))

    assert refusal.value.problem == "formula"
