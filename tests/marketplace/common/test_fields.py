from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Engine
from django.utils import timezone, translation

from marketplace.common.fields import DigitIntegerField, LocalDateField, LocalDateTimeField, MoneyField

MOMENT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


class OrderForm(forms.Form):
    starts_at = LocalDateTimeField(required=False)
    due = LocalDateField(required=False)
    price = MoneyField(currency="THB", required=False)
    seats = DigitIntegerField(required=False, min_value=1)


@pytest.fixture(autouse=True)
def _bangkok_in_english() -> Iterator[None]:
    with timezone.override("Asia/Bangkok"), translation.override("en"):
        yield


def cleaned(**data: str) -> dict[str, Any]:
    form = OrderForm(data)
    assert form.errors == {}
    return form.cleaned_data


def test_each_field_takes_the_readers_digits_and_calendar() -> None:
    with translation.override("fa"):
        data = cleaned(starts_at="۱۴۰۵/۰۹/۰۱ ۱۴:۳۰", due="۱ آذر ۱۴۰۵", price="۱٬۲۳۴٫۵", seats="۱۲")

    assert data == {
        "starts_at": MOMENT,
        "due": date(2026, 11, 22),
        "price": Decimal("1234.5"),
        "seats": 12,
    }


def test_a_typed_time_is_the_clock_of_the_current_zone() -> None:
    with timezone.override("Asia/Tehran"):
        starts_at = cleaned(starts_at="2026-11-22 14:30")["starts_at"]

    assert starts_at == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert timezone.is_aware(starts_at)


def test_empty_fields_clean_to_none() -> None:
    assert set(cleaned().values()) == {None}


def test_a_date_alone_takes_the_fields_default_time() -> None:
    assert LocalDateTimeField(default_time=time(9)).clean("22/11/2569") == datetime(
        2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Bangkok")
    )


@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_a_form_sent_unchanged_has_not_changed(language: str) -> None:
    initial = {
        "starts_at": MOMENT.replace(second=5),
        "due": date(2026, 11, 22),
        "price": Decimal("1234.50"),
        "seats": 1234,
    }
    with translation.override(language):
        shown = OrderForm(initial=initial)
        form = OrderForm({name: str(shown[name].value()) for name in initial}, initial=initial)

        assert form.errors == {}
        assert form.changed_data == []


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [
        ("en", "2026-11-22", "14:30"),
        ("th", "22/11/2569", "14:30"),
        ("fa", "۱۴۰۵/۰۹/۰۱", "۱۴:۳۰"),
        ("vi", "22/11/2026", "14:30"),
    ],
)
def test_initial_days_and_times_show_as_the_reader_types_them(language: str, day: str, clock: str) -> None:
    with translation.override(language):
        form = OrderForm(initial={"starts_at": MOMENT, "due": date(2026, 11, 22)})

        assert form["starts_at"].value() == f"{day} {clock}"
        assert form["due"].value() == day
        assert OrderForm({"due": "2026-11-22"})["due"].value() == day  # such as links carry
        assert OrderForm({"due": "2026-11-31"})["due"].value() == "2026-11-31"  # as typed, to be mended


@pytest.mark.parametrize(
    ("language", "day"),
    [("fa", date(1899, 12, 31)), ("th", date(2158, 1, 1)), ("fa", date(2123, 3, 21))],
)
def test_a_day_whose_year_no_reader_would_type_shows_so_that_it_reads_back(language: str, day: date) -> None:
    with translation.override(language):
        shown = OrderForm(initial={"due": day})["due"].value()

        assert shown == day.isoformat()
        assert OrderForm({"due": shown}).fields["due"].clean(shown) == day


def test_amounts_show_without_groups() -> None:
    assert OrderForm(initial={"price": Decimal("5.00")})["price"].value() == "5.00"
    assert MoneyField(currency="VND").prepare_value(Decimal("150000.00")) == "150000"


def test_the_second_of_two_equal_clock_times_reads_back() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        field = LocalDateTimeField()

        assert field.prepare_value(second) == "2026-10-25 02:30+01:00"
        assert field.clean(field.prepare_value(second)).astimezone(UTC) == second


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("starts_at", "2026-11-22", "Add the time after the date, as in 2026-11-22 14:30."),
        ("starts_at", "31/02/2569 10:00", "The date 2569-02-31 does not exist. Check the day and the month."),
        (
            "due",
            "22/11/69",
            "Write the date with a four-digit year, as in 2026-11-22, 22/11/2569 or 1405/09/01.",
        ),
        ("price", "0", "Write an amount above zero."),
        ("price", "-1", "Write an amount above zero."),
        ("price", "1.234", "Write 1234 for the whole number, or 1.23 with two decimals."),
        ("price", "free", "Write only the number, as in 1234.50."),
        ("price", "1.2345", "Ensure that there are no more than 2 decimal places."),
        ("price", "99999999999", "Ensure that there are no more than 10 digits before the decimal point."),
        ("seats", "1.5", "Enter a whole number."),
        ("seats", "many", "Enter a whole number."),
        ("seats", "๐", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_a_refusal_says_what_to_write(field: str, typed: str, sentence: str) -> None:
    assert OrderForm({field: typed}).errors == {field: [sentence]}


@pytest.mark.parametrize(
    ("language", "example"),
    [("en", "2026-11-22 14:30"), ("th", "22/11/2569 14:30"), ("fa", "۱۴۰۵/۰۹/۰۱ ۱۴:۳۰")],
)
def test_the_picker_gets_what_it_needs_from_the_request(language: str, example: str) -> None:
    with translation.override(language):
        attrs = OrderForm()["starts_at"].subwidgets[0].data["attrs"]

    assert attrs["data-datetime-picker"] == "datetime"
    assert attrs["data-language"] == language
    assert attrs["data-timezone"] == "Asia/Bangkok"
    assert attrs["placeholder"] == example
    assert (attrs["dir"], attrs["autocomplete"], attrs["inputmode"]) == ("ltr", "off", "text")
    assert all(
        attrs[f"data-label-{name}"] for name in ("open", "now", "done", "previous", "next", "hour", "minute")
    )


def test_the_date_widget_has_no_time() -> None:
    attrs = OrderForm()["due"].subwidgets[0].data["attrs"]

    assert (attrs["data-datetime-picker"], attrs["placeholder"]) == ("date", "2026-11-22")


def test_number_fields_are_text_boxes_because_browsers_refuse_our_digits_elsewhere() -> None:
    assert 'type="text"' in str(OrderForm()["seats"])
    assert 'inputmode="numeric"' in str(OrderForm()["seats"])
    assert 'inputmode="decimal"' in str(OrderForm()["price"])


def test_template_filters_use_language_and_zone_of_the_request() -> None:
    engine = Engine(libraries={"local": "marketplace.common.templatetags.local"}, builtins=[])
    source = (
        "{% load local %}{{ m|local_date }}|{{ m|local_date:'long' }}|{{ m|local_datetime }}|"
        "{{ m|local_datetime:'zone' }}|{{ m|local_time }}|{{ a|money:'IRR' }}|{{ n|local_number }}|"
        "{{ 'A-12'|local_digits }}|{{ none|local_date }}{{ none|local_datetime }}{{ none|local_time }}"
        "{{ none|money:'THB' }}{{ none|local_number }}{{ none|local_digits }}"
    )
    context = Context({"m": MOMENT, "a": Decimal(5000), "n": 1200, "none": None})
    with translation.override("fa"), timezone.override("Asia/Tehran"):
        shown = engine.from_string(source).render(context)

    assert shown == (
        "۱ آذر ۱۴۰۵|۱ آذر ۱۴۰۵|۱ آذر ۱۴۰۵، ساعت ۱۱:۰۰|"
        "۱ آذر ۱۴۰۵، ساعت ۱۱:۰۰ \u2066Asia/Tehran (UTC+۳:۳۰)\u2069|۱۱:۰۰|۵٬۰۰۰\u00a0ریال|۱٬۲۰۰|A-۱۲|"
    )
