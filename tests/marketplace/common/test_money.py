from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.common.money import (
    AmbiguousAmountError,
    UnreadableAmountError,
    currency_decimals,
    format_money,
    parse_amount,
)

CURRENCIES = ["THB", "VND", "IRR", "IRT", "USD"]


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234.5", "THB", "th", "฿1,234.50"),
        ("1234", "THB", "th", "฿1,234"),
        ("1234", "THB", "en", "฿1,234"),
        ("1234.5", "THB", "en", "฿1,234.50"),
        ("1234.5", "THB", "vi", "1.234,50\u00a0฿"),
        ("1234.5", "THB", "fa", "۱٬۲۳۴٫۵۰\u00a0฿"),
        ("1234568", "VND", "vi", "1.234.568\u00a0₫"),
        ("1234567.5", "VND", "vi", "1.234.568\u00a0₫"),
        ("1234000", "IRR", "fa", "۱٬۲۳۴٬۰۰۰\u00a0ریال"),
        ("1234000", "IRT", "fa", "۱٬۲۳۴٬۰۰۰\u00a0تومان"),
        ("1234000", "IRR", "en", "IRR\u00a01,234,000"),
        ("12", "USD", "en", "$12.00"),
        ("-5", "THB", "en", "-฿5"),
        ("-5", "IRR", "fa", "\u200e−۵\u00a0ریال"),
        ("0", "THB", "th", "฿0"),
    ],
)
def test_money_shows_in_the_currencys_own_way(amount: str, currency: str, language: str, shown: str) -> None:
    assert format_money(Decimal(amount), currency, language) == shown


def test_decimals_of_each_currency() -> None:
    assert {currency: currency_decimals(currency) for currency in CURRENCIES} == {
        "THB": 2,
        "VND": 0,
        "IRR": 0,
        "IRT": 0,
        "USD": 2,
    }


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1 234 567", "1234567"),
        ("1\u00a0234,5", "1234.5"),
        ("۱٬۲۳۴٫۵", "1234.5"),
        ("٩٩", "99"),
        ("๑,๒๓๔.๕๐", "1234.50"),
        ("12,5", "12.5"),
        ("0,500", "0.5"),
        ("-5", "-5"),
        (" 7 ", "7"),
    ],
)
def test_amounts_typed_in_many_ways(typed: str, amount: str) -> None:
    assert parse_amount(typed) == Decimal(amount)


def test_a_lone_separator_before_three_digits_is_read_by_currency_and_language() -> None:
    assert parse_amount("1.234", currency="VND") == 1234
    assert parse_amount("1.234", currency="THB", language="vi") == 1234
    assert parse_amount("1,234", currency="THB", language="th") == 1234


@pytest.mark.parametrize(("typed", "language"), [("1.234", None), ("1.234", "th"), ("1,234", "vi")])
def test_a_lone_separator_that_could_be_either_is_asked_about(typed: str, language: str | None) -> None:
    with pytest.raises(AmbiguousAmountError, match=r"Write 1234 for the whole number, or 1\.23"):
        parse_amount(typed, currency="THB", language=language)


def test_the_currencys_own_sign_may_be_typed_but_no_other() -> None:
    assert parse_amount("฿1,200", currency="THB") == 1200
    assert parse_amount("1200 บาท", currency="THB") == 1200
    assert parse_amount("150.000 đ", currency="VND") == 150000
    with pytest.raises(UnreadableAmountError):
        parse_amount("۵۰۰ تومان", currency="IRR")


@pytest.mark.parametrize(
    "typed", ["", "abc", "1,23,456", "1.2.3", "1,,2", "5.", ".5", "12 34", "1e5", "--5", "1" * 41, "NaN", "½"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableAmountError):
        parse_amount(typed)


@given(
    st.decimals("-99999999", "99999999", places=2),
    st.sampled_from(CURRENCIES),
    st.sampled_from(["en", "th", "fa", "vi"]),
)
def test_what_is_shown_reads_back(amount: Decimal, currency: str, language: str) -> None:
    amount = round(amount, currency_decimals(currency))
    shown = format_money(amount, currency, language)
    unsigned = "".join(c for c in shown if c.isdigit() or c in ",.٬٫-−")

    assert parse_amount(unsigned, currency=currency, language=language) == amount


@given(st.text(max_size=45))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    def outcome() -> str:
        try:
            return str(parse_amount(text))
        except ValueError as refusal:
            return str(refusal)

    assert outcome()
