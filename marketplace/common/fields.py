"""Form fields that accept dates, money and numbers the way our readers write them.

Each reads with the active language and, for times, the current time zone. What a field renders it also
reads back to the same value, so a form sent unchanged changes nothing.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from marketplace.common.calendars import (
    base_language,
    localize_digits,
    parse_date,
    parse_datetime,
    write_date,
)
from marketplace.common.money import currency_decimals, parse_amount, parse_number
from marketplace.common.text import TypedTextError

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# One moment as each reader would type it.
_EXAMPLES = {
    "en": "2026-11-22 14:30",
    "th": "22/11/2569 14:30",
    "fa": "۱۴۰۵/۰۹/۰۱ ۱۴:۳۰",
    "vi": "22/11/2026 14:30",
}


class DateTimeInput(forms.TextInput):
    """A typable text box that `static/common/datetime_picker.js` gives a calendar button."""

    kind = "datetime"
    supports_microseconds = False

    class Media:
        css = {"all": ["common/datetime_picker.css"]}
        js = [Script("common/datetime_picker.js", type="module")]

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        # At render time, because language and zone belong to the request.
        language = base_language(get_language())
        example = _EXAMPLES[language]
        return {
            # Dates in digits read from left to right in Persian too.
            "dir": "ltr",
            "autocomplete": "off",
            # The numeric keyboards of phones have no colon, hyphen or space.
            "inputmode": "text",
            "placeholder": example if self.kind == "datetime" else example.split()[0],
            "data-datetime-picker": self.kind,
            "data-language": language,
            "data-timezone": timezone.get_current_timezone_name(),
            "data-label-open": gettext("Open calendar"),
            "data-label-now": gettext("Now"),
            "data-label-done": gettext("Done"),
            "data-label-previous": gettext("Previous month"),
            "data-label-next": gettext("Next month"),
            "data-label-hour": gettext("Hour"),
            "data-label-minute": gettext("Minute"),
            **super().build_attrs(base_attrs, extra_attrs),
        }


class DateInput(DateTimeInput):
    kind = "date"


class NumberInput(forms.TextInput):
    """A text box with a number keyboard: browsers refuse Persian and Thai digits in `type=number`."""

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        defaults = {"dir": "ltr", "autocomplete": "off", "inputmode": "decimal"}
        return {**defaults, **super().build_attrs(base_attrs, extra_attrs)}


class LocalDateTimeField(forms.Field):
    """Cleans to an aware datetime in the current time zone, or None when empty and not required.

    `default_time` is the local time for a date typed alone; without it the time is asked for.
    """

    widget = DateTimeInput

    def __init__(self, *, default_time: time | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.default_time = default_time

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value if timezone.is_aware(value) else timezone.make_aware(value)
        try:
            return parse_datetime(
                str(value),
                base_language(get_language()),
                timezone.get_current_timezone(),
                default_time=self.default_time,
            )
        except TypedTextError as error:
            raise _invalid(error) from error

    def prepare_value(self, value: Any) -> Any:
        """An aware datetime as its reader types it; seconds and UTC offset where needed to read it back."""
        if not isinstance(value, datetime):
            return value
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        if (
            local.fold
        ):  # the second of two equal clock times as summer time ends; unmarked text means the first
            return local.isoformat(" ", "seconds" if local.second else "minutes")
        language = base_language(get_language())
        clock = local.time().isoformat("seconds" if local.second else "minutes")
        return f"{write_date(local.date(), language)} {localize_digits(clock, language)}"


class LocalDateField(forms.Field):
    """Cleans to a date, or None when empty and not required."""

    widget = DateInput

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value), base_language(get_language()))
        except TypedTextError as error:
            raise _invalid(error) from error

    def prepare_value(self, value: Any) -> Any:
        """A day as its reader types it, also one in ISO form, as in links; what is no day stays as it is."""
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        return write_date(value, base_language(get_language())) if type(value) is date else value


class MoneyField(forms.DecimalField):
    """Cleans to a positive Decimal with at most the decimals of `currency` (default: the store's)."""

    widget = NumberInput
    default_error_messages = {"not_positive": _("Write an amount above zero.")}

    def __init__(self, *, currency: str | None = None, max_digits: int = 12, **kwargs: Any) -> None:
        self.currency: str = currency or settings.STORE_CURRENCY
        super().__init__(max_digits=max_digits, decimal_places=currency_decimals(self.currency), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # a stub says int
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_amount(str(value), currency=self.currency, language=get_language())
        except TypedTextError as error:
            raise _invalid(error) from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= 0:
            raise ValidationError(self.error_messages["not_positive"], code="not_positive")

    def prepare_value(self, value: Any) -> Any:
        """A Decimal without groups, with the currency's decimals: a column may keep more (dong 150000.00)."""
        if not isinstance(value, Decimal):
            return value
        rounded = round(value, currency_decimals(self.currency))
        return f"{rounded if rounded == value else value:f}"

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        return attrs if self.decimal_places else {**attrs, "inputmode": "numeric"}


class DigitIntegerField(forms.IntegerField):
    """Cleans to an int from any of our digits, with or without thousands separators."""

    widget = NumberInput

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            number = parse_number(str(value), decimals=0, language=get_language())
        except TypedTextError:
            number = None
        # Django's own sentence ("Enter a whole number.") is already in our four languages.
        if number is None or number != number.to_integral_value():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(number)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric"}


def _invalid(error: TypedTextError) -> ValidationError:
    return ValidationError(error.message, code=error.code, params=error.params)
