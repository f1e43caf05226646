"""Dates and times in the reader's calendar, and what people type read back.

Thai shows the Buddhist era, Persian the Solar Hijri calendar in Persian digits, Vietnamese and English the
Gregorian calendar; the clock has 24 hours everywhere. Storage stays an instant: conversion happens here, at
the edge. Zone rules come from zoneinfo only.

`language` is a Django language code ("th", "fa-ir"); one that is not ours is shown in English.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import MONTH_NAMES_FA, JalaliDate

from marketplace.common.text import TypedTextError, fold, fold_digits

Style = Literal["long", "short"]
Moment = TypeVar("Moment", date, datetime)

LANGUAGES = ("en", "th", "fa", "vi")
BUDDHIST_OFFSET = 543
# What a typed year can mean. The three ranges do not touch, so a year names its calendar by itself.
BUDDHIST_YEARS = range(2400, 2701)
SOLAR_HIJRI_YEARS = range(1300, 1501)
GREGORIAN_YEARS = range(1600, 2400)
_TYPED_YEARS = {"th": BUDDHIST_YEARS, "fa": SOLAR_HIJRI_YEARS, "vi": GREGORIAN_YEARS}

_PERSIAN_NUMBERS = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
# Latin names inside a right-to-left line keep their brackets and sign in place between these two.
_LTR_ISOLATE, _END_ISOLATE = "\u2066", "\u2069"


class UnreadableDateError(TypedTextError):
    """The text has no date that we know how to read."""


class ImpossibleDateError(TypedTextError):
    """The day does not exist in its calendar, as 31 February."""


class ImpossibleTimeError(TypedTextError):
    """The clock has no such time, as 24:30."""


class MissingTimeError(TypedTextError):
    """A date without a time, where a time is needed."""


class NonexistentTimeError(TypedTextError):
    """The local clock jumped over this time, as summer time began."""


# --- display ---


def base_language(language: str | None) -> str:
    """One of LANGUAGES for a language code such as "fa-IR" or None."""
    base = (language or "").lower().replace("_", "-").split("-")[0]
    return base if base in LANGUAGES else "en"


def month_names(language: str, *, style: Style = "long") -> list[str]:
    """The twelve month names of the reader's calendar, first month first."""
    base = base_language(language)
    if base == "fa":
        return [str(name) for name in MONTH_NAMES_FA[1:]]
    names = Locale(base).months["format"]["wide" if style == "long" else "abbreviated"]
    return [names[month] for month in range(1, 13)]


def format_date(value: date | datetime, language: str, *, style: Style = "short") -> str:
    """The date in the reader's calendar: "22 พ.ย. 2569", "۱ آذر ۱۴۰۵", "22 thg 11, 2026", "22 Nov 2026".

    A datetime gives the date it bears: bring it to the reader's zone first. Persian has one style.
    """
    base = base_language(language)
    year, month, day = _in_calendar(value, base)
    name = month_names(base, style=style)[month - 1]
    comma = "," if base == "vi" else ""
    return localize_digits(f"{day} {name}{comma} {year}", base)


def write_date(value: date, language: str) -> str:
    """The day as a reader types it: 2026-11-22 · 22/11/2569 · ۱۴۰۵/۰۹/۰۱ · 22/11/2026. `parse_date` reads it
    back; a day whose year that would take for another calendar's is written 2158-01-01."""
    base = base_language(language)
    year, month, day = _in_calendar(value, base)
    if base == "en" or year not in _TYPED_YEARS[base]:
        return value.isoformat()
    text = f"{year}/{month:02}/{day:02}" if base == "fa" else f"{day:02}/{month:02}/{year}"
    return localize_digits(text, base)


def month_start(value: date, language: str) -> date:
    """The first day of the month of the reader's calendar in which `value` lies; months of the Buddhist
    calendar begin with the Gregorian ones, those of the Solar Hijri calendar do not."""
    return value - timedelta(days=_in_calendar(value, base_language(language))[2] - 1)


def week_start(value: date, language: str) -> date:
    """The first day of the reader's week: Saturday in Persian, else the Monday of ISO 8601."""
    first = 5 if base_language(language) == "fa" else 0
    return value - timedelta(days=(value.weekday() - first) % 7)


def add_months(value: Moment, months: int) -> Moment:
    """The same day that many Gregorian months later (or earlier), or the month's last where it is shorter."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    return value.replace(year=year, month=month + 1, day=min(value.day, monthrange(year, month + 1)[1]))


def format_month(value: date, language: str) -> str:
    """The month of the reader's calendar: "พฤศจิกายน 2569", "آذر ۱۴۰۵", "Tháng 11 2026"."""
    base = base_language(language)
    year, month, _day = _in_calendar(value, base)
    return f"{month_names(base)[month - 1]} {localize_digits(str(year), base)}"


def format_time(value: time | datetime, language: str) -> str:
    """Hour and minute on the 24-hour clock; a datetime is not moved to another zone."""
    return localize_digits(f"{value:%H:%M}", language)


def format_weekday(value: date | datetime, language: str) -> str:
    """The full name of the day of the week."""
    return str(Locale(base_language(language)).days["format"]["wide"][value.weekday()])


def format_datetime(
    value: datetime,
    language: str,
    tz: tzinfo,
    *,
    with_zone: bool = False,
    style: Style = "short",
) -> str:
    """Date and time to the minute in zone `tz` for an aware `value`; with its `zone_label` if `with_zone`."""
    local = value.astimezone(tz)
    between = {"fa": "، ساعت ", "en": ", "}.get(base_language(language), " ")
    text = format_date(local, language, style=style) + between + format_time(local, language)
    return f"{text} {zone_label(tz, value, language)}" if with_zone else text


def zone_label(tz: tzinfo, at: datetime, language: str) -> str:
    """The zone's name and its distance from UTC at the aware moment `at`: "Asia/Tehran (UTC+3:30)"."""
    offset = at.astimezone(tz).utcoffset() or timedelta()
    minutes = round(abs(offset).total_seconds() / 60)
    sign = "" if not minutes else "-" if offset < timedelta() else "+"
    hours = f"{minutes // 60}" if minutes % 60 == 0 else f"{minutes // 60}:{minutes % 60:02}"
    name = str(getattr(tz, "key", None) or tz)
    label = name if name == "UTC" else f"{name} (UTC{sign}{hours if minutes else ''})"
    if base_language(language) == "fa":
        return _LTR_ISOLATE + localize_digits(label, language) + _END_ISOLATE
    return label


def localize_digits(text: str, language: str) -> str:
    """0-9 as Persian digits for a Persian reader; Thai and Vietnamese readers use 0-9 in daily life."""
    return text.translate(_PERSIAN_DIGITS) if base_language(language) == "fa" else text


def format_number(n: float | Decimal, language: str) -> str:
    """A number with the reader's digits and separators, up to three decimals: 1,234.5 · 1.234,5 · ۱٬۲۳۴٫۵."""
    base = base_language(language)
    if base != "fa":
        return format_decimal(n, locale=base)
    # Babel writes fa with Latin digits. The left-to-right mark keeps the minus on the left of the number.
    text = format_decimal(-n if n < 0 else n, locale="en").translate(_PERSIAN_NUMBERS)
    return f"\u200e\u2212{text}" if n < 0 else text


def _in_calendar(value: date, base: str) -> tuple[int, int, int]:
    if base == "fa":
        solar = JalaliDate(value.date() if isinstance(value, datetime) else value)  # type: ignore[no-untyped-call]
        return solar.year, solar.month, solar.day
    return value.year + (BUDDHIST_OFFSET if base == "th" else 0), value.month, value.day


# --- reading ---

_SEPARATOR = r"\s*[-/.]\s*"
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})")
_DAY_FIRST = re.compile(rf"(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}})")
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})\s*(\D+?)\s*(\d{4})")
_NAME_DAY_YEAR = re.compile(r"(\D+?)\s*(\d{1,2})\s+(\d{4})")
_DAY_NUMBER_YEAR = re.compile(r"(\d{1,2})\s*(?:thg|tháng|thang)\s*(\d{1,2})\s*(?:năm\s*|nam\s*)?(\d{4})")
_FILLERS = re.compile(r"^(?:ngày|วันที่)\s*|(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)\s*(?=\d)")

_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?:\s*น\.?)?"
_ZONE_LABEL = r"[\w/+:-]*\s*\(utc(?P<label>[+-]\d{1,2}(?::\d{2})?)?\)"
_OFFSET = rf"(?:\s*(?:(?P<utc>z|utc)|(?P<offset>[+-]\d{{2}}:?\d{{2}})|{_ZONE_LABEL}))?"
_TIME_LAST = re.compile(rf"(?P<date>.*?)(?:(?<=\d)t|(?:^|\s)(?:ساعت|เวลา|lúc|at)?)\s*{_CLOCK}{_OFFSET}")
_TIME_FIRST = re.compile(rf"(?:lúc\s*|at\s*)?{_CLOCK}\s+(?P<date>.+)")


def parse_date(text: str, language: str) -> date:
    """The day that `text` names.

    Year first (2026-11-22, 1405/09/01) or day first (22/11/2569) with - / or ., or what `format_date`
    prints, in any of our languages and digits. A year in 2400-2700 is Buddhist, in 1300-1500 Solar Hijri,
    in 1600-2399 Gregorian. `language` only chooses the digits of a refusal.

    Raises UnreadableDateError or ImpossibleDateError (both TypedTextError, hence ValueError).
    """
    return _read_date(_normalized(text), language)


def parse_datetime(text: str, language: str, tz: tzinfo, *, default_time: time | None = None) -> datetime:
    """The moment that `text` names, aware and in zone `tz`.

    A date as in `parse_date` with a 24-hour time after it (14:30, 14:30:05, 14.30 น., T14:30) or before it;
    also what `format_datetime` prints. A UTC offset in the text (Z, +07:00, "Asia/Bangkok (UTC+7)") is
    obeyed, otherwise the time is the local clock's. A time that the clock shows twice means the first. A
    date alone gets `default_time`.

    Raises UnreadableDateError, ImpossibleDateError, ImpossibleTimeError, MissingTimeError or
    NonexistentTimeError (all ValueError).
    """
    normalized = _normalized(text)
    found = _TIME_LAST.fullmatch(normalized) or _TIME_FIRST.fullmatch(normalized)
    day = _read_date(found["date"] if found else normalized, language)
    if not found:
        if default_time is None:
            raise MissingTimeError(
                _("Add the time after the date, as in 2026-11-22 14:30."),
                code="missing_time",
            )
        return _first_moment(datetime.combine(day, default_time), tz)
    local = datetime.combine(day, _read_time(found))
    offset = _read_offset(found)
    if offset is not None:
        return local.replace(tzinfo=offset).astimezone(tz)
    moment = _first_moment(local, tz)
    if moment.replace(tzinfo=None) != local:
        raise NonexistentTimeError(
            _("The clocks went forward and skipped this time. Write %(next)s or later."),
            code="nonexistent_time",
            params={"next": format_time(_gap_end(local, tz), language)},
        )
    return moment


def _normalized(text: str) -> str:
    """One line of lower case with ASCII digits, no commas and no invisible signs."""
    text = unicodedata.normalize("NFC", fold_digits(text)).casefold()
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text)
    return " ".join(re.sub("[,\u060c]", " ", text).split())


def _read_date(text: str, language: str) -> date:
    text = _FILLERS.sub("", text.strip())
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
        return _real_date(year, month, day, language)
    if found := _DAY_FIRST.fullmatch(text) or _DAY_NUMBER_YEAR.fullmatch(text):
        day, month, year = map(int, found.groups())
        return _real_date(year, month, day, language)
    if found := _DAY_NAME_YEAR.fullmatch(text):
        return _named_date(int(found[3]), found[2], int(found[1]), language)
    if found := _NAME_DAY_YEAR.fullmatch(text):
        return _named_date(int(found[3]), found[1], int(found[2]), language)
    raise _unreadable()


def _named_date(year: int, name: str, day: int, language: str) -> date:
    month, solar = _months_by_name().get(_name_key(name), (0, False))
    # "1 Nov 1405" mixes two calendars: either half may be the slip, so we do not guess.
    if not month or solar is not (year in SOLAR_HIJRI_YEARS):
        raise _unreadable()
    return _real_date(year, month, day, language)


def _real_date(year: int, month: int, day: int, language: str) -> date:
    try:
        if year in SOLAR_HIJRI_YEARS:
            return _gregorian(year, month, day)
        if year in BUDDHIST_YEARS:
            return date(year - BUDDHIST_OFFSET, month, day)
        if year in GREGORIAN_YEARS:
            return date(year, month, day)
    except ValueError:
        raise ImpossibleDateError(
            _("The date %(date)s does not exist. Check the day and the month."),
            code="impossible_date",
            params={"date": localize_digits(f"{year:04}-{month:02}-{day:02}", language)},
        ) from None
    raise _unreadable()


def _gregorian(year: int, month: int, day: int) -> date:
    solar = JalaliDate(year, month, day)  # type: ignore[no-untyped-call]  # typed package, bare __init__
    return date.fromordinal(solar.to_gregorian().toordinal())


def _unreadable() -> UnreadableDateError:
    return UnreadableDateError(
        _("Write the date with a four-digit year, as in 2026-11-22, 22/11/2569 or 1405/09/01."),
        code="unreadable_date",
    )


def _read_time(found: re.Match[str]) -> time:
    try:
        return time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise ImpossibleTimeError(
            _("Write the time from 00:00 to 23:59, as in 14:30."),
            code="impossible_time",
        ) from None


def _read_offset(found: re.Match[str]) -> tzinfo | None:
    groups = found.groupdict()
    if groups.get("utc"):
        return UTC
    written = groups.get("offset") or groups.get("label")
    if not written:
        # "(UTC)" with no distance is zone_label's way to write zero.
        return UTC if found[0].endswith("(utc)") else None
    digits = written[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    distance = timedelta(hours=hours, minutes=minutes)
    if distance >= timedelta(hours=24):
        raise ImpossibleTimeError(
            _("Write the time from 00:00 to 23:59, as in 14:30."),
            code="impossible_time",
        )
    return timezone(-distance if written[0] == "-" else distance)


def _first_moment(local: datetime, tz: tzinfo) -> datetime:
    """The first moment at which the clock in `tz` shows naive `local`, or the same distance past a gap."""
    return local.replace(tzinfo=tz).astimezone(UTC).astimezone(tz)


def _gap_end(local: datetime, tz: tzinfo) -> datetime:
    """The first whole minute after naive `local` that the clock in `tz` does show."""
    local = local.replace(second=0)
    while _first_moment(local, tz).replace(tzinfo=None) != local:
        local += timedelta(minutes=1)
    return local


def _name_key(name: str) -> str:
    return fold(name).replace(" ", "")


@cache
def _months_by_name() -> dict[str, tuple[int, bool]]:
    """Folded month name → (month, whether Solar Hijri), for every language: people paste from anywhere."""
    return dict(_named_months())


def _named_months() -> Iterator[tuple[str, tuple[int, bool]]]:
    styles: tuple[Style, ...] = ("long", "short")
    for language in LANGUAGES:
        for style in styles:
            for month, name in enumerate(month_names(language, style=style), start=1):
                yield _name_key(name), (month, language == "fa")
    yield "sept", (9, False)
