"""Filters that show dates, times, numbers and money in the reader's language, calendar, digits and time zone.

Each gives "" for None and "", so that a template needs no test around an empty value.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext

from marketplace.common.calendars import (
    Style,
    base_language,
    format_date,
    format_datetime,
    format_number,
    format_time,
    localize_digits,
)
from marketplace.common.counting import COUNT_LIMIT
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
def epoch_ms(value: datetime) -> int:
    """Milliseconds since 1970, for a script's `Date`."""
    return round(value.timestamp() * 1000)


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """`{{ order.total|money:order.currency }}`."""
    return "" if amount is None or amount == "" else format_money(Decimal(amount), currency, _language())


@register.filter
def local_number(n: int | float | Decimal | None) -> str:
    return "" if n is None or n == "" else format_number(n, _language())


@register.filter
def count_label(count: int) -> str:
    """A number that `counted` gave: "1,000+" where counting stopped."""
    shown = format_number(min(count, COUNT_LIMIT), _language())
    return f"{shown}+" if count >= COUNT_LIMIT else shown


@register.filter
def local_digits(text: object) -> str:
    """Any text with its digits in the reader's form, as in an order number."""
    return "" if text is None else localize_digits(str(text), _language())


@register.filter
def share(part: float | None) -> str:
    """A share of one as a percentage: 0.257 → "26%", "۲۶٪"; a dash where there is nothing to divide by."""
    if part is None:
        return "–"
    return pgettext("percentage", "%(number)s%%") % {"number": format_number(round(part * 100), _language())}


@register.filter
def duration(value: timedelta | None) -> str:
    """Days, hours and minutes, the two largest: "2 days 3 hours", "14 minutes"; a dash for none."""
    if value is None:
        return "–"
    minutes = int(value.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        ngettext("%(number)s day", "%(number)s days", days) % {"number": format_number(days, _language())},
        ngettext("%(number)s hour", "%(number)s hours", hours)
        % {"number": format_number(hours, _language())},
        ngettext("%(number)s minute", "%(number)s minutes", minutes)
        % {"number": format_number(minutes, _language())},
    ]
    wanted = parts[:2] if days else parts[1:] if hours else parts[2:]
    return " ".join(wanted)
