from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from marketplace.common import calendars
from marketplace.common.calendars import (
    ImpossibleDateError,
    ImpossibleTimeError,
    MissingTimeError,
    NonexistentTimeError,
    UnreadableDateError,
    format_date,
    format_datetime,
    format_number,
    format_time,
    format_weekday,
    localize_digits,
    month_names,
    parse_date,
    parse_datetime,
    zone_label,
)

BANGKOK, TEHRAN, SAIGON = (ZoneInfo(f"Asia/{city}") for city in ("Bangkok", "Tehran", "Ho_Chi_Minh"))
BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
IN_BANGKOK = datetime(2026, 11, 22, 14, 30, tzinfo=BANGKOK)
LANGUAGES = st.sampled_from(["en", "th", "fa", "vi"])
ZONES = st.sampled_from([BANGKOK, TEHRAN, SAIGON, BERLIN, UTC])


@pytest.mark.parametrize(
    ("language", "short", "long", "moment", "weekday"),
    [
        ("en", "22 Nov 2026", "22 November 2026", "22 Nov 2026, 14:30", "Sunday"),
        ("th", "22 พ.ย. 2569", "22 พฤศจิกายน 2569", "22 พ.ย. 2569 14:30", "วันอาทิตย์"),
        ("fa", "۱ آذر ۱۴۰۵", "۱ آذر ۱۴۰۵", "۱ آذر ۱۴۰۵، ساعت ۱۴:۳۰", "یکشنبه"),
        ("vi", "22 thg 11, 2026", "22 tháng 11, 2026", "22 thg 11, 2026 14:30", "Chủ Nhật"),
        ("de", "22 Nov 2026", "22 November 2026", "22 Nov 2026, 14:30", "Sunday"),
    ],
)
def test_each_language_shows_its_calendar(
    language: str, short: str, long: str, moment: str, weekday: str
) -> None:
    assert format_date(DAY, language) == short
    assert format_date(DAY, language, style="long") == long
    assert format_datetime(MOMENT, language, BANGKOK) == moment
    assert format_weekday(DAY, language) == weekday


def test_the_reader_sees_the_day_of_their_own_zone() -> None:
    late = datetime(2026, 3, 20, 20, 45, tzinfo=UTC)

    assert format_datetime(late, "fa", TEHRAN) == "۱ فروردین ۱۴۰۵، ساعت ۰۰:۱۵"
    assert format_datetime(late, "th", BANGKOK) == "21 มี.ค. 2569 03:45"
    assert format_datetime(late, "en", UTC) == "20 Mar 2026, 20:45"


@pytest.mark.parametrize(
    ("tz", "language", "label"),
    [
        (BANGKOK, "th", "Asia/Bangkok (UTC+7)"),
        (TEHRAN, "en", "Asia/Tehran (UTC+3:30)"),
        (TEHRAN, "fa", "\u2066Asia/Tehran (UTC+۳:۳۰)\u2069"),
        (ZoneInfo("America/St_Johns"), "en", "America/St_Johns (UTC-3:30)"),
        (ZoneInfo("Africa/Abidjan"), "en", "Africa/Abidjan (UTC)"),
        (UTC, "en", "UTC"),
    ],
)
def test_zone_labels(tz: ZoneInfo, language: str, label: str) -> None:
    assert zone_label(tz, MOMENT, language) == label
    assert format_datetime(MOMENT, language, tz, with_zone=True).endswith(label)


def test_tehran_has_no_summer_time_any_more() -> None:
    july = datetime(2026, 7, 1, tzinfo=UTC)

    assert zone_label(TEHRAN, july, "en") == "Asia/Tehran (UTC+3:30)"


def test_numbers_and_digits() -> None:
    assert [format_number(1234567, language) for language in ("en", "th", "vi", "fa")] == [
        "1,234,567",
        "1,234,567",
        "1.234.567",
        "۱٬۲۳۴٬۵۶۷",
    ]
    assert format_number(Decimal("-0.5"), "fa") == "\u200e−۰٫۵"
    assert localize_digits("A-12", "fa") == "A-۱۲"
    assert localize_digits("A-12", "th") == "A-12"
    assert format_time(time(0, 5), "fa") == "۰۰:۰۵"
    assert month_names("fa")[8] == "آذر"


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22 14:30",
        "2026-11-22T14:30",
        "2026-11-22T14:30:00",
        " 2026-11-22  14:30 ",
        "2026-11-22 07:30Z",
        "2026-11-22 11:00+03:30",
        "2569-11-22 14:30",
        "22/11/2569 14:30",
        "๒๒/๑๑/๒๕๖๙ ๑๔:๓๐",
        "22/11/2569 14.30 น.",
        "22 พ.ย. 2569 14:30",
        "22 พฤศจิกายน พ.ศ. 2569 เวลา 14:30 น.",
        "วันที่ 22 พ.ย. 2569 14:30",
        "22/11/2026 14:30",
        "22.11.2026 14:30",
        "1405/09/01 14:30",
        "1405-9-1 14:30",
        "۱۴۰۵/۰۹/۰۱ ۱۴:۳۰",
        "١٤٠٥/٠٩/٠١ ١٤:٣٠",
        "۱ آذر ۱۴۰۵، ساعت ۱۴:۳۰",
        "1 اذر 1405 14:30",
        "22 thg 11, 2026 14:30",
        "22 tháng 11 năm 2026 14:30",
        "14:30 ngày 22/11/2026",
        "22 Nov 2026, 14:30",
        "Nov 22, 2026 14:30",
        "22 november 2026 14:30",
        "\u200f22/11/2026\u200f 14:30",
    ],
)
@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_one_moment_typed_in_many_ways(typed: str, language: str) -> None:
    assert parse_datetime(typed, language, BANGKOK) == IN_BANGKOK


@given(
    st.datetimes(datetime(1930, 1, 1), datetime(2110, 1, 1)),
    LANGUAGES,
    ZONES,
    st.sampled_from(["long", "short"]),
)
def test_what_is_shown_reads_back(
    naive: datetime, language: str, tz: ZoneInfo, style: calendars.Style
) -> None:
    moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    offset = moment.astimezone(tz).utcoffset()
    shown = format_datetime(moment, language, tz, with_zone=True, style=style)

    # Local mean time had seconds; the label is written to the minute.
    if offset is not None and offset % timedelta(minutes=1) == timedelta():
        assert parse_datetime(shown, language, tz) == moment
    assert parse_date(format_date(naive, language, style=style), language) == naive.date()


@given(st.datetimes(datetime(1980, 1, 1), datetime(2110, 1, 1)), LANGUAGES, ZONES)
def test_what_is_shown_without_zone_reads_back_to_the_same_clock(
    naive: datetime, language: str, tz: ZoneInfo
) -> None:
    moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    shown = format_datetime(moment, language, tz)

    assert format_datetime(parse_datetime(shown, language, tz), language, tz) == shown


@given(st.text(max_size=40), LANGUAGES)
def test_any_text_is_read_or_refused_with_a_sentence(text: str, language: str) -> None:
    def outcome() -> str:
        try:
            return parse_datetime(text, language, BANGKOK).tzname() or ""
        except ValueError as refusal:
            return str(refusal)

    assert outcome()


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("31/02/2026 10:00", ImpossibleDateError),
        ("31/02/2569 10:00", ImpossibleDateError),
        ("1405/12/30 10:00", ImpossibleDateError),  # 1405 is no leap year
        ("1405/07/31 10:00", ImpossibleDateError),
        ("2026-13-01 10:00", ImpossibleDateError),
        ("29/02/2568 10:00", ImpossibleDateError),
        ("2026-11-22 24:00", ImpossibleTimeError),
        ("2026-11-22 14:60", ImpossibleTimeError),
        ("2026-11-22 14:30+99:00", ImpossibleTimeError),
        ("2026-11-22", MissingTimeError),
        ("22/11/26 10:00", UnreadableDateError),
        ("0206-11-22 10:00", UnreadableDateError),
        ("1 Nov 1405 10:00", UnreadableDateError),
        ("1 آذر 2026 10:00", UnreadableDateError),
        ("2026-11-22 2:30 pm", UnreadableDateError),
        ("tomorrow", UnreadableDateError),
        ("", UnreadableDateError),
    ],
)
def test_what_cannot_be_is_refused(typed: str, refusal: type[ValueError]) -> None:
    with pytest.raises(refusal):
        parse_datetime(typed, "en", BANGKOK)


def test_leap_days_exist_in_each_calendar() -> None:
    assert parse_date("29/02/2567", "th") == date(2024, 2, 29)
    assert parse_date("1403/12/30", "fa") == date(2025, 3, 20)


def test_the_refusal_shows_the_date_in_the_readers_digits() -> None:
    with pytest.raises(ImpossibleDateError) as refusal:
        parse_date("۱۴۰۵/۱۲/۳۰", "fa")

    with translation.override("en"):
        assert str(refusal.value) == "The date ۱۴۰۵-۱۲-۳۰ does not exist. Check the day and the month."


def test_a_time_that_the_clocks_skipped_is_refused_with_the_next_one() -> None:
    with pytest.raises(NonexistentTimeError) as refusal:
        parse_datetime("2022-03-22 00:30", "en", TEHRAN)

    with translation.override("en"):
        assert "01:00" in str(refusal.value)


def test_a_time_that_the_clocks_show_twice_is_the_first_unless_the_offset_is_written() -> None:
    first = parse_datetime("2026-10-25 02:30", "en", BERLIN)
    second = parse_datetime("2026-10-25 02:30 Europe/Berlin (UTC+1)", "en", BERLIN)

    assert first.utcoffset() == timedelta(hours=2)
    assert second - first == timedelta(0)  # same zone: Python compares the clock
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)


def test_a_date_alone_takes_the_default_time_even_where_midnight_was_skipped() -> None:
    usual = parse_datetime("2026-11-22", "en", BANGKOK, default_time=time(9))
    skipped = parse_datetime("1401/01/02", "fa", TEHRAN, default_time=time(0))

    assert usual == datetime(2026, 11, 22, 9, tzinfo=BANGKOK)
    assert skipped.isoformat() == "2022-03-22T01:00:00+04:30"
