from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.common.money import (
    AmbiguousAmountError,
    UnreadableAmountError,
    currency_decimals,
    currency_name,
    format_money,
    parse_amount,
    share_out,
)

CURRENCIES = ["THB", "VND", "IRR", "IRT", "USD"]


@pytest.mark.parametrize(
    ("currency", "language", "word"),
    [
        ("THB", "th", "บาท"),
        ("THB", "en", "Thai baht"),
        ("VND", "vi", "đồng Việt Nam"),
        ("IRR", "fa", "ریال ایران"),
        ("IRT", "fa", "تومان"),
        ("IRT", "en", "toman"),
    ],
)
def test_a_currency_is_named_in_the_readers_own_word(currency: str, language: str, word: str) -> None:
    assert currency_name(currency, language) == word


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


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("100", {"a": "1", "b": "1", "c": "1"}, {"a": "33.34", "b": "33.33", "c": "33.33"}),
        ("250", {"a": "200", "b": "100"}, {"a": "166.67", "b": "83.33"}),
        ("100", {"a": "300"}, {"a": "100.00"}),
        ("0.01", {"a": "1", "b": "5"}, {"b": "0.01"}),
        ("0", {"a": "1"}, {}),
        ("5", {"a": "0"}, {}),
        ("5", {}, {}),
    ],
)
def test_a_total_is_shared_out(total: str, weights: dict[str, str], parts: dict[str, str]) -> None:
    shared = share_out(Decimal(total), {key: Decimal(weight) for key, weight in weights.items()})

    assert {key: str(part) for key, part in shared.items()} == parts


amounts = st.decimals(Decimal("0.01"), Decimal(10) ** 12, places=2)


@given(amounts, st.lists(amounts, min_size=1, max_size=8))
def test_parts_add_up_and_each_is_less_than_a_hundredth_off(total: Decimal, weights: list[Decimal]) -> None:
    shared = share_out(total, dict(enumerate(weights)))

    assert sum(shared.values()) == total
    for key, weight in enumerate(weights):
        exact = Fraction(total) * Fraction(weight) / Fraction(sum(weights))
        assert abs(Fraction(shared.get(key, Decimal(0))) - exact) < Fraction(1, 100)
