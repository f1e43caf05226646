"""Amounts as people write them: shown in the reader's digits and separators, and read back.

Money is Decimal everywhere. `currency` is an ISO 4217 code; IRT (the toman, ten rials) is accepted too.
"""

import re
from collections.abc import Hashable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple, TypeVar

from babel.numbers import format_decimal, get_currency_name, get_currency_precision, get_currency_symbol
from django.utils.translation import gettext_lazy as _

from marketplace.common.calendars import base_language, format_number, localize_digits
from marketplace.common.text import TypedTextError, fold_digits

_NBSP = "\u00a0"
# Signs that Babel gives otherwise or not at all.
_SIGNS = {("en", "THB"): "฿", ("fa", "IRR"): "ریال", ("fa", "IRT"): "تومان"}
_SIGN_AFTER = ("vi", "fa")
# What may stand beside a typed amount of that currency. A word for another currency is refused, not dropped:
# "۵۰۰ تومان" in a field for rials is ten times the number.
_TYPED_SIGNS = {
    "THB": ("฿", "บาท", "baht"),
    "VND": ("₫", "đồng", "đ"),
    "IRR": ("ریال", "ريال"),
    "IRT": ("تومان", "تومن"),
    "USD": ("us$", "$"),
}
_TYPED_LENGTH = 40


class UnreadableAmountError(TypedTextError):
    """The text is not a number that we know how to read."""


class AmbiguousAmountError(TypedTextError):
    """The one separator could mean thousands or decimals, and the two differ a thousandfold."""


_Key = TypeVar("_Key", bound=Hashable)
_HUNDREDTH = Decimal("0.01")


class _Shape(NamedTuple):
    whole: str
    decimals: str


def share_out(total: Decimal, weights: Mapping[_Key, Decimal]) -> dict[_Key, Decimal]:
    """`total` (at most two decimals, not negative) in parts that stand to each other as `weights` do, each
    rounded to the hundredth so that they add up. What gets nothing is no part."""
    positive = {key: weight for key, weight in weights.items() if weight > 0}
    whole = sum(positive.values(), Decimal(0))
    exact = {key: total * weight / whole for key, weight in positive.items()}
    parts = {key: part.quantize(_HUNDREDTH, rounding=ROUND_DOWN) for key, part in exact.items()}
    missing = int((total - sum(parts.values(), Decimal(0))) / _HUNDREDTH)
    for key in sorted(exact, key=lambda key: parts[key] - exact[key])[:missing]:
        parts[key] += _HUNDREDTH
    return {key: part for key, part in parts.items() if part}


def currency_decimals(currency: str) -> int:
    """How many decimals an amount of `currency` is written with: THB 2, VND 0, IRR 0, USD 2."""
    return 0 if currency == "IRT" else get_currency_precision(currency)


def currency_name(currency: str, language: str) -> str:
    """The currency's word in a sentence: "บาท", "Thai baht", "ریال ایران"."""
    base = base_language(language)
    if currency == "IRT":  # which Babel does not know
        return _SIGNS["fa", "IRT"] if base == "fa" else "toman"
    # The word for many is the one of a sentence ("Thai baht", in a list "Thai Baht"); a Thai says บาท alone.
    return get_currency_name(currency, count=None if base == "th" else 2, locale=base)


def format_money(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its sign: "฿1,234.50", "1.234.568 ₫", "۱٬۲۳۴٬۰۰۰ ریال", "$12.00".

    Rounded half up to the currency's decimals. Whole baht go without ".00", as on Thai price tags. A space
    inside is a no-break space.
    """
    base = base_language(language)
    decimals = currency_decimals(currency)
    rounded = amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if currency == "THB" and rounded == rounded.to_integral_value():
        decimals = 0
    number = _format_fixed(abs(rounded), decimals, base)
    sign = _SIGNS.get((base, currency)) or get_currency_symbol(currency, locale=base)
    if base in _SIGN_AFTER:
        text = f"{number}{_NBSP}{sign}"
    else:
        # CLDR: a letter does not touch a digit (IRR 1,200 but US$1,200).
        text = f"{sign}{_NBSP if sign[-1].isalpha() else ''}{number}"
    if rounded >= 0:
        return text
    # In a right-to-left line the mark keeps the minus on the left of the number.
    return f"\u200e\u2212{text}" if base == "fa" else f"-{text}"


def parse_amount(text: str, *, currency: str | None = None, language: str | None = None) -> Decimal:
    """The amount that `text` writes, in any of our digits: 1,234.50 · 1.234,50 · 1 234 567 · ۱٬۲۳۴٫۵ · ๑,๒๓๔.

    The sign of `currency` may stand beside the number. A lone dot or comma before exactly three digits
    separates thousands if the currency has no decimals or if it is the sign of `language` for that (the dot
    in Vietnamese, the comma in the others and by default); otherwise the amount is ambiguous.

    Raises UnreadableAmountError or AmbiguousAmountError (both TypedTextError, hence ValueError).
    """
    number = fold_digits(text).casefold().strip()
    if currency is None:
        return parse_number(number, decimals=None, language=language)
    for sign in (*_TYPED_SIGNS.get(currency, ()), currency.casefold()):
        number = number.removeprefix(sign).removesuffix(sign).strip()
    return parse_number(number, decimals=currency_decimals(currency), language=language)


def parse_number(text: str, *, decimals: int | None, language: str | None = None) -> Decimal:
    """`parse_amount` without currency signs; `decimals` is how many a value can have, None when unknown."""
    number = fold_digits(text).replace("\u2212", "-")
    number = re.sub("[\u200e\u200f\u061c\u2066-\u2069]", "", number).strip()
    negative = number.startswith("-")
    number = re.sub(r"\s", " ", number.removeprefix("-").strip())
    if len(number) > _TYPED_LENGTH or not re.fullmatch("[0-9]([0-9., ]*[0-9])?", number):
        raise _unreadable()
    whole, fraction = _split(number, decimals, language)
    value = Decimal(f"{whole}.{fraction}") if fraction else Decimal(whole)
    return -value if negative else value


def _format_fixed(number: Decimal, decimals: int, base: str) -> str:
    if base == "fa":
        whole, _point, fraction = f"{number:.{decimals}f}".partition(".")
        grouped = format_number(int(whole), base)
        return f"{grouped}٫{localize_digits(fraction, base)}" if fraction else grouped
    return format_decimal(number, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=base)


def _split(number: str, decimals: int | None, language: str | None) -> _Shape:
    """The digits before and after the decimal separator of a plain number with groups."""
    signs = [character for character in number if not character.isdigit()]
    if not signs:
        return _Shape(number, "")
    last = signs[-1]
    if len(signs) > 1 and last != " " and signs.count(last) == 1:
        whole, _last, fraction = number.rpartition(last)
        return _Shape(_ungroup(whole, signs[0]), fraction)
    if len(signs) > 1 or last == " ":
        return _Shape(_ungroup(number, last), "")
    whole, _last, fraction = number.partition(last)
    could_group = len(fraction) == 3 and len(whole) <= 3 and whole[0] != "0"
    if not could_group:
        return _Shape(whole, fraction)
    comma_decimals = language is not None and base_language(language) == "vi"
    if decimals == 0 or (last == ".") is comma_decimals:
        return _Shape(whole + fraction, "")
    raise AmbiguousAmountError(
        _("Write %(whole)s for the whole number, or %(point)s with two decimals."),
        code="ambiguous_amount",
        params={"whole": whole + fraction, "point": f"{whole}.{fraction[:2]}"},
    )


def _ungroup(number: str, separator: str) -> str:
    """The digits of a whole number grouped in threes by `separator`."""
    first, *rest = number.split(separator)
    groups_fit = 1 <= len(first) <= 3 and first != "0" and all(len(group) == 3 for group in rest)
    digits = first + "".join(rest)
    if not groups_fit or not digits.isdigit():
        raise _unreadable()
    return digits


def _unreadable() -> UnreadableAmountError:
    return UnreadableAmountError(_("Write only the number, as in 1234.50."), code="unreadable_amount")
