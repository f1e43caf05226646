"""Filters that show dates, times, numbers and money in the reader's language, calendar, digits and time zone.

Each gives "" for None and "", so that a template needs no test around an empty value.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from marketplace.common.calendars import (
    Style,
    base_language,
    format_date,
    format_datetime,
    format_number,
    format_time,
    localize_digits,
)
from marketplace.common.money import format_money

register = template.Library()


def _language() -> str:
    return base_language(get_language())


def _local(value: Any) -> Any:
    """An aware datetime moved to the current time zone; anything else unchanged."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def local_date(value: date | datetime | None, style: Style = "short") -> str:
    """`{{ order.placed_at|local_date }}` or `|local_date:"long"`."""
    return format_date(_local(value), _language(), style=style) if value else ""


@register.filter
def local_datetime(value: datetime | None, zone: str = "") -> str:
    """`{{ call.starts_at|local_datetime }}`; `|local_datetime:"zone"` adds the zone's name and offset."""
    if not value:
        return ""
    return format_datetime(value, _language(), timezone.get_current_timezone(), with_zone=zone == "zone")


@register.filter
def local_time(value: datetime | time | None) -> str:
    # Midnight is a time like any other, so the test is against None only.
    return "" if value is None or value == "" else format_time(_local(value), _language())


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """`{{ order.total|money:order.currency }}`."""
    return "" if amount is None or amount == "" else format_money(Decimal(amount), currency, _language())


@register.filter
def local_number(n: int | float | Decimal | None) -> str:
    return "" if n is None or n == "" else format_number(n, _language())


@register.filter
def local_digits(text: object) -> str:
    """Any text with its digits in the reader's form, as in an order number."""
    return "" if text is None else localize_digits(str(text), _language())
