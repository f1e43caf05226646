"""What a row asks for, read from its cells: pure functions, so that no row can borrow from another."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from loyalty.domain.batches.problems import RowError
from loyalty.enums import RowProblem
from marketplace.common.calendars import parse_date
from marketplace.common.money import parse_number
from marketplace.common.text import TypedTextError, fold_digits

NUL = "\0"  # PostgreSQL keeps no text that has one
MAX_POINTS = 100_000_000
OWN_REFERENCE = re.compile(r"batch:\d{1,12}:\d{1,8}")
_PLAIN_POINTS = re.compile(r"-?[0-9]{1,9}")
_MANY_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE]\+?[0-9]{1,3})?")
# What phonenumbers says of them, 80 times quicker: a million rows are not to wait for it (tests compare).
_PLAIN_MOBILES = {"TH": ("+66", re.compile(r"(?:\+?66|0)?([89][0-9]{8})"))}


class Adjustment(NamedTuple):
    """`key` is a phone as E.164 or a Member ID; `reference` is as it will stand in the ledger, "" for one
    of the batch's own."""

    key: str
    points: int
    reference: str
    note: str


class Newcomer(NamedTuple):
    phone: str
    name: str
    email: str
    birthday: date | None
    number: str
    points: int
    level: str
    level_until: date | None
    joined_on: date | None


def cell(cells: Sequence[str], columns: Mapping[str, int], field: str) -> str:
    place = columns.get(field)
    return cells[place].strip() if place is not None and place < len(cells) else ""


class AdjustmentReader:
    """Reads rows of a file with these columns: what it keeps is of the file, nothing is of a row. With
    `deduct`, points without a sign are taken."""

    def __init__(self, columns: Mapping[str, int], *, deduct: bool = False) -> None:
        self._columns = frozenset(columns.values())
        self._needed = max(self._columns) + 1
        self._read_key = read_phone if "phone" in columns else read_number
        self._key = columns["phone"] if "phone" in columns else columns["number"]
        self._points, self._deduct = columns["points"], deduct
        self._reference, self._note = columns.get("reference"), columns.get("note")

    def __call__(self, cells: Sequence[str], formulas: frozenset[int] = frozenset()) -> Adjustment:
        """Raises RowError."""
        if formulas and not formulas.isdisjoint(self._columns):
            raise RowError(RowProblem.FORMULA)
        if len(cells) < self._needed:
            cells = [*cells, *[""] * (self._needed - len(cells))]
        key = self._read_key(cells[self._key].strip())
        if not key:
            raise RowError(RowProblem.NO_KEY)
        points = read_points(cells[self._points].strip())
        if points is None:
            raise RowError(RowProblem.NO_POINTS)
        if points == 0:
            raise RowError(RowProblem.ZERO_POINTS)
        reference = "" if self._reference is None else _reference(cells[self._reference].strip())
        note = "" if self._note is None else cells[self._note].strip()
        if len(note) > 300:
            raise RowError(RowProblem.BAD_NOTE)
        return Adjustment(key, -abs(points) if self._deduct else points, reference, note)


def _reference(text: str) -> str:
    """As it will stand in the ledger; one that we made ourselves, in a result file, stays as it is."""
    if NUL in text:
        text = text.replace(NUL, "")
    if len(text) > 80:
        raise RowError(RowProblem.BAD_REFERENCE)
    if not text or (text.startswith("batch:") and OWN_REFERENCE.fullmatch(text)):
        return text
    return f"adjust:{text}"


def read_newcomer(
    cells: Sequence[str], columns: Mapping[str, int], formulas: frozenset[int] = frozenset(), *, today: date
) -> Newcomer:
    """Raises RowError. Fields that the file does not have are empty."""
    if formulas and not formulas.isdisjoint(columns.values()):
        raise RowError(RowProblem.FORMULA)
    phone = read_phone(cell(cells, columns, "phone"))
    number = read_number(cell(cells, columns, "number"))
    if not phone and not number:
        raise RowError(RowProblem.NO_KEY)
    name = cell(cells, columns, "name")
    if len(name) > 160:
        raise RowError(RowProblem.BAD_NAME)
    points = read_points(cell(cells, columns, "points")) or 0
    if points < 0:
        raise RowError(RowProblem.NEGATIVE_POINTS)
    joined = read_day(cell(cells, columns, "joined"), RowProblem.BAD_JOINED)
    birthday = read_day(cell(cells, columns, "birthday"), RowProblem.BAD_BIRTHDAY)
    if joined is not None and joined > today:
        raise RowError(RowProblem.BAD_JOINED)
    if birthday is not None and birthday > today:
        raise RowError(RowProblem.BAD_BIRTHDAY)
    return Newcomer(
        phone,
        name,
        _email(cell(cells, columns, "email")),
        birthday,
        number,
        points,
        cell(cells, columns, "level"),
        read_day(cell(cells, columns, "level_until"), RowProblem.BAD_LEVEL_UNTIL),
        joined,
    )


def read_phone(text: str) -> str:
    """E.164, or "" for an empty cell. A spreadsheet may have made a number of it: 812345678.0 and, with all
    its digits, 6.6812345678E+10 are read; 8.1234E+10 has lost some and is refused."""
    if not text:
        return ""
    if found := _plain_mobile(text):
        return found
    text = fold_digits(text).strip().lstrip("'")
    if _MANY_DIGITS.fullmatch(text) and not text.isdigit():
        text = _whole(text)
    try:
        number = phonenumbers.parse(text, settings.STORE_COUNTRY)
    except NumberParseException as error:
        raise RowError(RowProblem.BAD_PHONE) from error
    if not phonenumbers.is_valid_number(number):
        raise RowError(RowProblem.BAD_PHONE)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _plain_mobile(text: str) -> str:
    plain = _PLAIN_MOBILES.get(settings.STORE_COUNTRY)
    found = plain[1].fullmatch(text) if plain else None
    return plain[0] + found[1] if plain and found else ""


def _whole(text: str) -> str:
    """The digits of a phone that stands as a number with a point or an exponent."""
    mantissa, _e, exponent = text.lower().partition("e")
    whole, _point, fraction = mantissa.partition(".")
    if exponent and len(fraction) < int(exponent) - len(whole) + 1:
        raise RowError(RowProblem.PHONE_ROUNDED)
    value = Decimal(text)
    if value != value.to_integral_value() or value >= 10**16:
        raise RowError(RowProblem.BAD_PHONE)
    return str(int(value))


def read_number(text: str) -> str:
    """A Member ID as it is kept: 10000001.0, which a spreadsheet made of it, is 10000001."""
    if text.isascii() and text.isdigit() and len(text) <= 20:
        return text
    text = fold_digits(text).strip().lstrip("'")
    if re.fullmatch(r"[0-9]+\.0*", text):
        text = text.partition(".")[0]
    if len(text) > 20 or re.search(r"[\s\x00-\x1f]", text):
        raise RowError(RowProblem.BAD_NUMBER)
    return text


def read_points(text: str) -> int | None:
    """None for an empty cell."""
    if not text:
        return None
    if _PLAIN_POINTS.fullmatch(text):
        points = int(text)
    else:
        try:
            value = parse_number(text.lstrip("+"), decimals=None, language="en")
        except (TypedTextError, InvalidOperation) as error:
            raise RowError(RowProblem.BAD_POINTS) from error
        if value != value.to_integral_value():
            raise RowError(RowProblem.BAD_POINTS)
        points = int(value)
    if abs(points) > MAX_POINTS:
        raise RowError(RowProblem.TOO_MANY_POINTS)
    return points


def read_day(text: str, problem: RowProblem) -> date | None:
    """In any calendar that a person types; a time after it, as exports of other systems have, is left out."""
    if not text:
        return None
    try:
        return parse_date(re.sub(r"(?<=[0-9])[T ][0-9]{1,2}:[0-9]{2}.*$", "", text), "en")
    except TypedTextError as error:
        raise RowError(problem) from error


def _email(text: str) -> str:
    if text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise RowError(RowProblem.BAD_EMAIL) from error
    text = text.lower()
    if len(text) > 254:  # validate_email lets longer ones pass than a member has room for
        raise RowError(RowProblem.BAD_EMAIL)
    return text
